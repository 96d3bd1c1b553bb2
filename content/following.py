"""How reviews, changes and lists stand, for open pages: a version made of what their reader sees, and no word of it."""

from collections import defaultdict

from django.db.models import Count, Max, Sum

from content import live as items_live
from content import reading, tallies
from content.changes import authority
from content.models import Change, ChangeLine, Issue, Item, Review, ReviewedItem, Reviewer, Signature, Verdict
from content.stored import RELATED
from spaces.models import Space
from tenants import access, live

REVIEW, CHANGE = "content.review", "content.change"
ITEMS, SPACE, ISSUES, CHANGES = "list.items", "list.space", "list.issues", "list.changes"
NEWEST = 25  # rows of a list of items of which a change shows at once: what changed last


def reviews(asked):
    """Return {piece: version} for each (actor, review's id), None for what the actor does not read."""
    ids = {pk for _actor, pk in asked}
    found, under = Review.objects.in_bulk(ids), _under(ids)
    items = _items(ids.union(*(under[pk].values() for pk in ids)))
    people, verdicts, talks = _people(ids), _verdicts(ids), items_live.talks(items)
    states = []
    for actor, pk in asked:
        if pk not in found or not items_live.reads(actor, items.get(pk)):
            states.append(None)
            continue
        talking = access.can(actor, "comment", items[pk])
        seen = {entry: items[one] for entry, one in under[pk].items() if one in items and _lists(actor, items[one])}
        said = [talks.get(one.pk) for one in (items[pk], *seen.values()) if access.can(actor, "comment", one)]
        given = [verdicts[entry] for entry in seen] if talking else []
        facts = (found[pk].closed_at, found[pk].due_on, people[pk], given, said)
        versions = [items_live.version(item) for item in (items[pk], *seen.values())]
        states.append({"review": live.version(*facts, *versions)})
    return states


def _under(ids):
    """Return {review's id: {id of an entry: the id of the item that is judged}}."""
    found = defaultdict(dict)
    rows = ReviewedItem.objects.filter(review__in=ids).order_by("pk")
    for review, entry, item in rows.values_list("review", "pk", "reference__target"):
        found[review][entry] = item
    return found


def _items(ids):
    return Item.objects.select_related(*RELATED).in_bulk(ids)


def _lists(actor, item):
    return item.platform_id == actor.platform_id and bool(access.can(actor, "list", item))


def _people(ids):
    found = defaultdict(list)
    for review, pk in Reviewer.objects.filter(review__in=ids).order_by("pk").values_list("review", "pk"):
        found[review].append(pk)
    return found


def _verdicts(ids):
    """Return {id of an entry: its latest verdict's id}."""
    rows = Verdict.objects.filter(reviewed__review__in=ids).order_by()
    return defaultdict(int, rows.values_list("reviewed").annotate(last=Max("pk")))


def changes(asked):
    """Return {piece: version} for each (actor, change's id), None for one of which the actor reads no item."""
    ids = {pk for _actor, pk in asked}
    found, lines = Change.objects.in_bulk(ids), defaultdict(list)
    for line in ChangeLine.objects.filter(change__in=ids).order_by("pk"):
        lines[line.change_id].append(line)
    items = _items(authority.ids_of([line for rows in lines.values() for line in rows]))
    signed = dict(
        Signature.objects.filter(slot__change__in=ids).order_by().values_list("slot__change").annotate(last=Max("pk"))
    )
    states = []
    for actor, pk in asked:
        inside = sorted(authority.ids_of(lines[pk]) & items.keys())
        seen = [items_live.version(items[one]) for one in inside if items_live.reads(actor, items[one])]
        change = found.get(pk)
        facts = change and (change.version, change.state, change.changed_at, signed.get(pk))
        states.append({"change": live.version(*facts, *seen)} if seen else None)
    return states


def _items_of_all(actor, pk):
    return _rows(actor, None) if pk == actor.platform_id else None


def _items_of_space(actor, pk):
    space = Space.objects.filter(platform=actor.platform, pk=pk).first()
    return _rows(actor, space) if space and access.can(actor, "see", space) else None


def _rows(actor, space):
    """Return what differs when another item is in a list, or one of those that changed last changed again."""
    newest = reading.ordered(reading.listed(actor, space=space), "-changed")
    number = sum(tallies.tally(actor, space=space)["space_id"].values())
    return live.version(number, *newest.values_list("pk", *items_live.FACTS)[:NEWEST])


def _issues(actor, pk):
    if pk != actor.platform_id:
        return None
    rows = Issue.objects.filter(item__in=reading.listed(actor).order_by()).order_by()
    facts = rows.aggregate(Count("pk"), Sum("item__version"), Max("item__modified_at"))
    return live.version(*facts.values())


def _changes(actor, pk):
    if pk != actor.platform_id:
        return None
    facts = authority.visible(actor).order_by().aggregate(Count("pk"), Sum("version"), Max("changed_at"))
    return live.version(*facts.values())


def lists(one):
    """Return how lists of one kind stand, from how one of them does: `one(actor, id)`, None for what is not there."""

    def states(asked):
        known = {}
        for actor, pk in asked:
            key = (actor.member.pk, pk)
            if key not in known:
                known[key] = one(actor, pk)
        return [known[actor.member.pk, pk] and {"list": known[actor.member.pk, pk]} for actor, pk in asked]

    return states


def page(kind, actor, pk):
    """Return what a page says of itself: what it shows, and how a review or change stood before all else was read."""
    state = {REVIEW: reviews, CHANGE: changes}.get(kind)
    return items_live.seen(kind, pk, state([(actor, pk)])[0] if state else None)


def register():
    """Let open pages ask for reviews, changes and lists: any item of the platform may change them."""
    live.contribute(REVIEW, states=reviews, wide=True)
    live.contribute(CHANGE, states=changes, wide=True)
    for kind, one in ((ITEMS, _items_of_all), (SPACE, _items_of_space), (ISSUES, _issues), (CHANGES, _changes)):
        live.contribute(kind, states=lists(one), wide=True, slow=True)
