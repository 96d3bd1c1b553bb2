"""What a list can be narrowed by: the values of each facet with how many rows a choice of it would show.

Values of one facet are alternatives, facets add up; so the numbers of a facet leave its own choice out. What the
ledger of counts can tell is exact. The rest is counted over the rows themselves, and over no more than EXACT of
them: where there are more, a number is the least that there are.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache, partial

from django.db import connection
from django.db.models import CharField, Count, F, Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, NullIf

from content import tallies
from content.models import Item, ItemType, Maturity, Tag
from content.newest import TIMED, newest
from spaces.models import Space
from tenants.models import Organization, User

MOST_TAGS = 20
EXACT = 1000  # a larger number is told as "1,000+"
MOST_VALUES = 50  # of a facet, those of most rows; chosen ones stay
SINCE = {
    "day": ("Last 24 hours", timedelta(days=1)),
    "week": ("Last 7 days", timedelta(days=7)),
    "month": ("Last 30 days", timedelta(days=30)),
    "year": ("Last 12 months", timedelta(days=365)),
}
OLDER = "older"
TIMES = {**{kind: label for kind, (label, _ago) in SINCE.items()}, OLDER: "Older"}
NAME = Coalesce(NullIf("name", Value("")), "email", output_field=CharField())
# facet: (what of Wanted it is, heading, column of the value, model that names it, its name, order)
FACETS = {
    "state": ("states", "Maturity", "maturity", None, "", ()),
    "type": ("types", "Type", "type_id", ItemType, F("name"), ("position", "name", "pk")),
    "organization": ("organizations", "Organization", "organization_id", Organization, F("name"), ("label", "pk")),
    "space": ("spaces", "Space", "space_id", Space, F("title"), ("label", "pk")),
    "owner": ("owners", "Content owner", "owner_id", User, NAME, ("label", "pk")),
}
COLUMNS = ["pk", *(column for _attribute, _heading, column, *_more in FACETS.values()), "modified_at"]


class AtLeast(int):
    """A number of rows that is not told to the last: there may be more."""


@dataclass(frozen=True, slots=True)
class Head:
    """EXACT rows at most of those that fit, each as its COLUMNS; `more` tells that there are others.

    The newest first, unless they were taken `anyhow` and there are more. They were found in querysets that together
    have all that the reader finds: `ways`, before anything was chosen.
    """

    rows: list
    more: bool
    ways: list
    anyhow: bool = False

    @property
    def keys(self):
        """The ids of the rows."""
        return [row[0] for row in self.rows]

    @property
    def among(self):
        """The ids as a part of a statement: one value where the database can have it so, which is sooner written."""
        if connection.vendor != "postgresql":
            return self.keys
        return RawSQL("SELECT unnest(%s::bigint[])", [self.keys])


def head(ways, narrowed, *, anyhow=False):
    """Return the Head of the rows of `ways` that fit: the newest, or `anyhow`, such as a search comes upon them."""
    found = list(newest(map(narrowed, ways), COLUMNS, EXACT + 1, anyhow=anyhow))
    more = len(found) > EXACT
    if anyhow and not more:
        found.sort(key=lambda row: (row[-1], row[0]), reverse=True)
    return Head(found[:EXACT], more, ways, anyhow)


def since(kinds, now):
    """Return the Q of items changed in one of these times."""
    found = Q()
    for kind in kinds:
        old = Q(modified_at__lt=now - SINCE["year"][1])
        found |= old if kind == OLDER else Q(modified_at__gte=now - SINCE[kind][1])
    return found


def tallied(wanted, actor, **where):
    """Return the numbers of the ledger for what is asked, or None when it is about more than the ledger knows.

    `where` is as in `tallies.tally`.
    """
    facts = {attribute: [] for attribute, _heading, column, *_more in FACETS.values() if column in tallies.COUNTED}
    if replace(wanted, **facts, sort="", ignored=False) != type(wanted)():
        return None
    chosen = {
        column: getattr(wanted, attribute)
        for attribute, _heading, column, *_more in FACETS.values()
        if attribute in facts
    }
    return tallies.tally(actor, chosen, **where)


def facets(wanted, narrowed, now, first, *, without=(), ledger=None):
    """Return {facet: [(value, label, count, chosen)]}. `narrowed(wanted)` returns the rows that fit and may be read.

    `narrowed(wanted, way)` returns those of one way of `first`, their Head. `ledger` is what `tallied` returned. What
    is chosen stays, with 0, while the reader reads any item that has it.
    """

    @cache
    def seen(attribute):
        if not attribute:
            return first
        return head(first.ways, partial(narrowed, replace(wanted, **{attribute: []})), anyhow=first.anyhow)

    found = {}
    for name, (attribute, _heading, column, *_more) in FACETS.items():
        if name not in without:
            told = ledger.get(column) if ledger else None
            numbers = _numbers(column, seen(attribute if getattr(wanted, attribute) else "")) if told is None else told
            found[name] = _values(name, numbers, wanted, narrowed)
    found["tag"] = _tags(wanted, narrowed, seen("tags" if wanted.tags else ""))
    return found | {"since": _times(wanted, narrowed, now, seen("since" if wanted.since else ""))}


def _numbers(column, first):
    found = Counter(row[COLUMNS.index(column)] for row in first.rows)
    return {value: AtLeast(number) for value, number in found.items()} if first.more else found


def _values(name, numbers, wanted, narrowed):
    attribute, _heading, column, *_more = FACETS[name]
    chosen = getattr(wanted, attribute)
    most = sorted(numbers, key=lambda value: (-numbers[value], value))[:MOST_VALUES]
    shown = {*most, *(value for value in chosen if value in numbers)}
    if absent := set(chosen) - shown:
        rows = narrowed(type(wanted)()).filter(**{f"{column}__in": absent})
        shown |= set(rows.order_by().values_list(column, flat=True).distinct())
    return [(value, label, numbers.get(value, 0), value in chosen) for value, label in _labelled(name, shown)]


def _labelled(name, values):
    """Return [(value, label)] in the order of the facet. One query, none for states."""
    _attribute, _heading, _column, model, label, order = FACETS[name]
    if model is None:
        return [(state, state) for state in Maturity.values if state in values]
    rows = model.objects.filter(pk__in=values).annotate(label=label)
    return list(rows.order_by(*order).values_list("pk", "label"))


def _tags(wanted, narrowed, first):
    """Return the values of the facet of tags: free words, those of most rows and the chosen. Two queries at most."""
    carried = Item.tags.through.objects.filter(item__in=first.among).values_list("tag", "tag__word")
    found = list(carried.annotate(n=Count("pk")).order_by("-n", "tag__word"))
    said = [(pk, word, AtLeast(number) if first.more else number, pk in wanted.tags) for pk, word, number in found]
    said = [row for place, row in enumerate(said) if place < MOST_TAGS or row[3]]
    if absent := set(wanted.tags) - {pk for pk, *_rest in said}:
        known = Tag.objects.filter(pk__in=absent, items__in=narrowed(type(wanted)()).order_by().values("pk"))
        said += [(pk, word, 0, True) for pk, word in known.distinct().values_list("pk", "word")]
    return said


def _number(ways, narrowed):
    return newest(map(narrowed, ways), TIMED, EXACT + 1).count()


def _times(wanted, narrowed, now, first):
    """Return the values of the facet of time; newest rows tell all of a time that ended before the oldest of them."""
    times, numbers = [row[-1] for row in first.rows], {}
    for kind, (_label, ago) in SINCE.items():
        number = sum(time >= now - ago for time in times)
        numbers[kind] = AtLeast(number) if first.more and (number == len(times) or first.anyhow) else number
    numbers[OLDER] = len(times) - numbers["year"]
    if first.more and first.anyhow:
        numbers[OLDER] = AtLeast(numbers[OLDER])
    elif first.more:
        numbers[OLDER] = _number(first.ways, partial(narrowed, replace(wanted, since=[OLDER])))
    said = [(kind, label, numbers[kind], kind in wanted.since) for kind, label in TIMES.items()]
    return [row for row in said if row[2] or row[3]]
