"""What some people of the demo search for often."""

from content.saved import save_search

# who, the name they gave it, what it asks
SEARCHES = (
    ("elena", "Aluminium plates", "q=plate+aw-6082"),
    ("elena", "Frozen, waiting for release", "state=frozen"),
    ("mara", "Changed this week", "since=week"),
)


def keep_searches(actor_on, platform):
    """Keep them on the host's platform; `actor_on(person, platform)` is who does it."""
    for person, name, query in SEARCHES:
        save_search(actor=actor_on(person, platform), name=name, query=query)
