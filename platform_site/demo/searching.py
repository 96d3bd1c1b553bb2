"""What some people of the demo search for often, and what they watch."""

from content.models import Item
from content.saved import save_search
from content.watching import watch_item, watch_search

# who, the name they gave it, what it asks, whether they watch it
SEARCHES = (
    ("elena", "Aluminium plates", "q=plate+aw-6082", False),
    ("elena", "Frozen, waiting for release", "state=frozen", True),
    ("mara", "Changed this week", "since=week", False),
)
WATCHED = (("elena", "Belt tensioner", True), ("mara", "Side plate", False))  # who, what, whether with all below


def keep_searches(actor_on, platform):
    """Keep and watch them on the host's platform; `actor_on(person, platform)` is who does it."""
    for person, name, query, watched in SEARCHES:
        search = save_search(actor=actor_on(person, platform), name=name, query=query)
        if watched:
            watch_search(actor=actor_on(person, platform), pk=search.pk)
    for person, title, below in WATCHED:
        item = Item.objects.filter(platform=platform, title=title).latest("pk")
        watch_item(actor=actor_on(person, platform), item=item, below=below)
