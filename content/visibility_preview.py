"""Counts what people read in a space, or would read were its visibility another: the rules on stand-in items.

A space of 100,000 items is a few hundred combinations of facts. Actors of equal reach are asked once; what
somebody owns or was given by a share is asked for them alone.
"""

from collections import Counter, defaultdict
from copy import copy
from functools import cache, partial

from django.db.models import Count, OuterRef, Subquery

from content import alike, tallies
from content.models import Item
from spaces import hooks, previews
from spaces.models import Space
from tenants import access

FACTS = ("organization_id", "category", "maturity", "platform_wide")


def exposure(actors, space, widths):
    """Return [{actor: Counter(organization_id: items read)}] as if `space` had each of these visibilities."""
    items = Item.objects.filter(space=space)
    (groups, owned), shared = _counted(items), _shared(items, actors)
    organizations = frozenset(facts[0] for facts, _number in groups)
    reached = [(actor, alike.reach(actor, space.pk, organizations)) for actor in actors]
    return [_exposed(reached, cache(partial(_standin, _as(space, width))), groups, (owned, shared)) for width in widths]


def _exposed(reached, row_of, groups, own):
    by_reach, totals, (owned, shared) = {}, {}, own
    for actor, reach in reached:
        if reach not in by_reach:
            by_reach[reach] = _reads(actor, row_of, groups)
        totals[actor] = Counter(by_reach[reach])
        _add_own(totals[actor], actor, row_of, (owned.get(actor.user.pk, ()), shared))
    return totals


def concerned(space, widths):
    """Return (the ids of the content owners in the space, whether anybody outside could read of it at one width)."""
    groups, owned = _counted(Item.objects.filter(space=space))
    rows = [_standin(_as(space, width), facts) for facts, _number in groups for width in widths]
    return owned.keys(), bool(rows) and alike.open_outside(rows)


def _as(space, visibility):
    standing = copy(space)
    standing.visibility = visibility
    return standing


def readable(actor):
    """Return Counter(space_id: items that `actor` reads). One query."""
    rows = access.narrow(Item.objects.order_by(), actor, "read")
    return Counter(dict(rows.values_list("space_id").annotate(Count("pk"))))


def _counted(items):
    """Return ([(facts, number)], {user_id: [(facts, number)]}) of all items and of those of each content owner."""
    groups, owned = Counter(), defaultdict(list)
    for user_id, *row, number in items.order_by().values_list("owner_id", *FACTS).annotate(Count("pk")):
        facts = tuple(row)
        groups[facts] += number
        owned[user_id].append((facts, number))
    return list(groups.items()), owned


def _shared(items, actors):
    """Return {item_id: (owner_id, facts)} of the items of the space that were shared with any of `actors`."""
    wanted = {item_id for actor in actors for item_id in actor.shares}
    rows = items.filter(pk__in=wanted).values_list("pk", "owner_id", *FACTS) if wanted else ()
    return {pk: (owner_id, tuple(facts)) for pk, owner_id, *facts in rows}


def _standin(space, facts, **more):
    row = Item(space=space, platform_id=space.platform_id, **dict(zip(FACTS, facts, strict=True)), **more)
    row._state.adding = False
    return row


def _reads(actor, row_of, groups):
    """Return Counter(organization_id: items) of what `actor` reads without owning or being given any of it."""
    found = Counter()
    for facts, number in groups:
        if _may(actor, row_of(facts)):
            found[facts[0]] += number
    return found


def _may(actor, row, owner_id=None, pk=None):
    """Tell whether `actor` reads the stand-in, owned by that person and with that id."""
    row.owner_id, row.pk = owner_id, pk
    return access.may(actor, "read", row)


def _add_own(total, actor, row_of, own):
    """Add to `total` what `actor` reads only as content owner or by a share."""
    owned, shared = own
    given = {pk: shared[pk] for pk in actor.shares if pk in shared}
    twice = Counter(facts for owner_id, facts in given.values() if owner_id == actor.user.pk)
    for facts, number in owned:
        if not _may(actor, row_of(facts)) and _may(actor, row_of(facts), owner_id=actor.user.pk):
            total[facts[0]] += number - twice[facts]
    for pk, (owner_id, facts) in given.items():
        if _may(actor, row_of(facts), owner_id, pk) and not _may(actor, row_of(facts)):
            total[facts[0]] += 1


def holds_items(space):
    """Tell whether `space` holds an item, readable or not, in the trash or not."""
    return Item.everything.filter(space=space).exists()


def space_counts(actor, space_ids):
    """Return {space_id: (items, last change of one)} of what `actor` finds in lists of these spaces. Two queries."""
    numbers = tallies.in_spaces(actor, space_ids)
    there = access.narrow(Item.objects.filter(space=OuterRef("pk")), actor, "list").order_by("-modified_at", "-pk")
    newest = Space.objects.filter(pk__in=numbers).annotate(last=Subquery(there.values("modified_at")[:1]))
    return {space_id: (numbers[space_id], last) for space_id, last in newest.values_list("pk", "last").order_by()}


def register():
    """Hand the counting to the floor of spaces."""
    hooks.contribute_holding(holds_items)
    hooks.contribute_counts(space_counts)
    previews.contribute(exposure)
    previews.contribute_concerned(concerned)
    previews.contribute_readable(readable)
