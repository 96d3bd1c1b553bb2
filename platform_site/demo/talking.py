"""What people of the demo say about an item, as one table."""

from content import comments
from content.models import Item

# days ago, who, about what, what they say; what begins with > answers the first thing said there
SAID = (
    (6, "tomas", "Base plate", "The slot is **2 mm** off. @Mara Lindqvist, can you mill it at 12 mm?"),
    (5.6, "mara", "Base plate", "> Yes. I need the tolerance then:\n\n- slot 12 H9?\n- edge R0.5?"),
    (5.1, "tomas", "Base plate", "> 12 H9 is fine. I put it on the sheet."),
    (2, "priya", "Base plate", "Weight is `0.42 kg` with the new slot, still inside the budget."),
)


def talk(actor_on, person, title, text):
    """Say something about an item of the host; `actor_on(person, platform)` is who says it."""
    item = Item.objects.filter(title=title).order_by("-pk")[0]
    parent = item.comments.first().pk if text.startswith("> ") else None
    said = comments.Said(text.removeprefix("> "), parent)
    comments.say(actor=actor_on(person, item.platform), item=item, remark=said)


def tables(actor_on, working):
    """Return (act, its table, who does it) of this file."""
    return ((talk, SAID, actor_on),)
