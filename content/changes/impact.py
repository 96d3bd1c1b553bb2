"""What a change reaches: where its items are used, as far as one reader has it in lists, across spaces."""

from content import reading
from content.models import Item, Reference, ReferenceKind

LEVELS, MOST = 6, 200


def impact(actor, items):
    """Return ([(level, item)] of what uses the items, nearest first; whether others do that the actor does not read).

    What uses an item that the actor does not read is not climbed: nothing above it is told either.
    """
    found, others = {}, False
    below = {item.pk for item in items}
    known = set(below)
    readable = reading.listed(actor).order_by()
    for level in range(1, LEVELS + 1):
        edges = Reference.objects.standing().filter(kind=ReferenceKind.HAS_PART, target__in=below)
        sources = set(edges.order_by().values_list("source", flat=True)) - known
        seen = set(readable.filter(pk__in=sources).values_list("pk", flat=True)) if sources else set()
        others = others or seen != sources
        found |= dict.fromkeys(seen, level)
        below, known = seen, known | seen
        if not seen or len(found) >= MOST:
            break
    rows = Item.objects.filter(pk__in=list(found)[:MOST]).select_related("space", "organization", "type", "owner")
    ordered = sorted(rows, key=lambda item: (found[item.pk], item.title, item.pk))
    return [(found[item.pk], item) for item in ordered], others or len(found) > MOST
