"""Finds items for readers: one by its address, many by filters, all through the one rule."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from content import facets, newest
from content.models import Item
from content.search import asking, matching
from content.stored import RELATED, rows
from tenants import access, audit
from tenants.errors import NotVisible, SwitchCredential
from tenants.models import CredentialsCounted

SORTS = {
    "changed": ("modified_at", "pk"),
    "title": ("title", "pk"),
    "number": ("number", "revision", "pk"),
    "type": ("type__name", "pk"),
}
MOST_WAYS = 8  # organizations whose items are found apart; of more, all items are walked by time
BEST = "best"  # what fits a search best


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asked of a list; every value is checked by the form that made it."""

    words: str = ""
    types: list = field(default_factory=list)
    states: list = field(default_factory=list)
    organizations: list = field(default_factory=list)
    spaces: list = field(default_factory=list)
    owners: list = field(default_factory=list)
    tags: list = field(default_factory=list)
    locks: list = field(default_factory=list)
    since: list = field(default_factory=list)
    changed_after: datetime | None = None  # asked by programs
    sort: str = ""
    ignored: bool = False  # something in the address made no sense

    @property
    def search(self):
        """The words as terms."""
        return asking.read(self.words)

    @property
    def order(self):
        """What sorts the rows: what was asked, else how well they fit, without words the time of change."""
        best = BEST if self.search.wanted else "-changed"
        return best if self.sort in ("", BEST) else self.sort


def open_item(actor, pk):
    """Return the item at `pk` that the actor reads.

    Raises NotVisible, or SwitchCredential when only the current credential counts and another held one opens it.
    """
    item = rows(actor.platform).filter(pk=pk).first()
    if item is None:
        raise NotVisible
    if access.can(actor, "read", item):
        return item
    if actor.platform.credentials_counted == CredentialsCounted.CURRENT:
        for held in actor.held:
            if access.can(replace(actor, chosen=held.id, compiled={}), "read", item):
                raise SwitchCredential(held)
    raise NotVisible


def visit_item(actor, pk, method="GET"):
    """Return the item at `pk` for a page; looking at what only asking shows is recorded, sending a form is not."""
    item = open_item(actor, pk)
    if method in ("GET", "HEAD"):
        record_opening(actor, item)
    return item


@transaction.atomic
def record_opening(actor, item):
    """Write down that somebody opened an item that only asking shows; other openings leave no entry."""
    if not access.can(actor, "list", item):
        audit.record(actor, "private_item_opened", item, space_id=item.space_id, subject=item.owner)


def record_openings(actor, items):
    """Write down the same for each of several that a page names."""
    for item in items:
        record_opening(actor, item)


def listed(actor, *, space=None, others=False, organization=None):
    """Return the rows of a list: what the actor reads, other people's Private and personal items only on demand."""
    found = rows(actor.platform)
    known = {"trashed_at": None}
    if organization is not None:
        found = found.filter(organization=organization)
        known |= {"organization": organization}
    if space is not None:
        found = found.filter(space=space)
        known |= {"space": space.pk, "space__visibility": space.visibility}
    return access.narrow(found, actor, "read" if others else "list", **known)


def ways(actor, *, space=None, others=False):
    """Return querysets which together have the rows of `listed`, as few as are found quickly (content/newest.py)."""
    every = listed(actor, space=space, others=others)
    bounds = access.bounds(Item, "read", actor, {"organization", "pk"}) if newest.apart() else None
    if bounds is None:
        return [every]
    organizations = {getattr(value, "pk", value) for name, value in bounds if name == "organization"}
    if len(organizations) > MOST_WAYS:
        return [every]
    keys = sorted(value for name, value in bounds if name == "pk")
    found = [listed(actor, space=space, others=others, organization=pk) for pk in sorted(organizations)]
    return [*found, every.filter(pk__among=keys)] if keys else found or [every]


def has_hidden(actor, *, space=None):
    """Tell whether asking for other people's Private and personal items would show more: Owners, Administrators."""
    return actor.is_administrator or any(
        held.is_owner and (space is None or held.space_id == space.pk) for held in actor.counting
    )


def record_asking(actor, items, *, space=None):
    """Write down that somebody asked to see other people's Private and personal items, and which were shown."""
    shown = [f"{item.number} {item.revision}" for item in items]
    details = {"after": {"shown": shown}, "space_id": space.pk if space else None}
    audit.record(actor, "private_items_listed", space or actor.platform, **details)


def filtered(items, wanted, actor, *, sized=True):
    """Keep what the reader asked for, words and all else; `sized` is as in `matching.matching`."""
    return matching.matching(chosen(items, wanted, actor), wanted.search, sized=sized)


def chosen(items, wanted, actor):
    """Keep what the reader chose besides words: values of one facet are alternatives, facets add up."""
    for name, values in (
        ("type", wanted.types),
        ("maturity", wanted.states),
        ("organization", wanted.organizations),
        ("space", wanted.spaces),
        ("owner", wanted.owners),
    ):
        if values:
            items = items.filter(**{f"{name}__in": values})
    if wanted.tags:
        items = items.filter(pk__in=Item.tags.through.objects.filter(tag__in=wanted.tags).values("item"))
    if wanted.locks:
        items = items.filter(_locks(wanted.locks, actor))
    if wanted.since:
        items = items.filter(facets.since(wanted.since, actor.now))
    if wanted.changed_after:
        items = items.filter(modified_at__gt=wanted.changed_after)
    return items


def _locks(kinds, actor):
    found = Q()
    if "mine" in kinds:
        found |= Q(locked_by=actor.user)
    if "others" in kinds:
        found |= Q(locked_by__isnull=False) & ~Q(locked_by=actor.user)
    if "free" in kinds:
        found |= Q(locked_by__isnull=True)
    return found


def head(ways, wanted, actor):
    """Return the Head of the rows of `ways` that fit: without words the newest."""
    return facets.head(ways, lambda way: filtered(way, wanted, actor, sized=len(ways) > 1), anyhow=bool(wanted.search))


def arranged(items, wanted, actor, first=None):
    """Return the rows that fit in the order that was asked; `first` is their Head, if it is known."""
    search, found = wanted.search, chosen(items, wanted, actor)
    if not search:
        return ordered(found, wanted.order)
    first = first or head([items], wanted, actor)
    if wanted.order == BEST:
        apart = [chosen(way, wanted, actor) for way in first.ways]
        best = rows(actor.platform).filter(pk__in=matching.candidates(found, search, first, apart))
        return best.order_by(matching.relevance(search), "-modified_at", "-pk")
    few = rows(actor.platform).filter(pk__in=first.among)
    return ordered(matching.matching(found, search) if first.more else few, wanted.order)


def ordered(items, sort):
    """Sort by one of SORTS, a leading minus turns it round; else newest first."""
    down = sort.startswith("-")
    columns = SORTS.get(sort.removeprefix("-"))
    if columns is None:
        down, columns = True, SORTS["changed"]
    return items.order_by(*(f"-{column}" if down else column for column in columns))


def loaded(items):
    """Return the rows of a slice, or of ids, with all that they show, which is joined when they are known."""
    keys = items if isinstance(items, list) else list(items.values_list("pk", flat=True))
    found = Item.objects.select_related(*RELATED).in_bulk(keys)
    return [found[key] for key in keys if key in found]


def revisions(actor, item):
    """Return (readable revisions of the number, oldest first; whether a later one is not among them)."""
    found = [
        row for row in rows(actor.platform).filter(number=item.number).order_by("pk") if access.can(actor, "read", row)
    ]
    later = any(row.previous_id == item.pk for row in found)
    return found, item.superseded and not later
