"""What a list can be narrowed by: the values of each facet with how many rows a choice of it would show.

Values of one facet are alternatives, facets add up; so the numbers of a facet leave its own choice out.
"""

from dataclasses import replace
from datetime import timedelta

from django.db.models import CharField, Count, F, Q, Value
from django.db.models.functions import Coalesce, NullIf

from content.models import Maturity

EXACT = 1000  # a larger number is told as "1,000+"
SINCE = {
    "day": ("Last 24 hours", timedelta(days=1)),
    "week": ("Last 7 days", timedelta(days=7)),
    "month": ("Last 30 days", timedelta(days=30)),
    "year": ("Last 12 months", timedelta(days=365)),
}
OLDER = "older"
TIMES = {**{kind: label for kind, (label, _ago) in SINCE.items()}, OLDER: "Older"}
NAME = Coalesce(NullIf("owner__name", Value("")), "owner__email", output_field=CharField())
# facet: (what of Wanted it is, heading, column of the value, column of its label, order)
FACETS = {
    "state": ("states", "Maturity", "maturity", "maturity", ()),
    "type": ("types", "Type", "type", "type__name", ("type__position", "type__name", "type")),
    "organization": ("organizations", "Organization", "organization", "organization__name", ("label", "organization")),
    "space": ("spaces", "Space", "space", "space__title", ("label", "space")),
    "owner": ("owners", "Content owner", "owner", NAME, ("label", "owner")),
}


def since(kinds, now):
    """Return the Q of items changed in one of these times."""
    found = Q()
    for kind in kinds:
        old = Q(modified_at__lt=now - SINCE["year"][1])
        found |= old if kind == OLDER else Q(modified_at__gte=now - SINCE[kind][1])
    return found


def facets(wanted, narrowed, now, *, without=()):
    """Return {facet: [(value, label, count, chosen)]}. `narrowed(wanted)` returns the rows that fit and may be read.

    A value that is chosen stays, with 0, while the reader reads any item that has it.
    """
    found = {name: _values(name, wanted, narrowed) for name in FACETS if name not in without}
    rows = narrowed(replace(wanted, since=[])).order_by()
    counts = rows.aggregate(**{kind: Count("pk", filter=since([kind], now)) for kind in TIMES})
    said = [(kind, label, counts[kind], kind in wanted.since) for kind, label in TIMES.items()]
    return found | {"since": [row for row in said if row[2] or row[3]]}


def _values(name, wanted, narrowed):
    attribute, _heading, column, label, order = FACETS[name]
    chosen = getattr(wanted, attribute)
    rows = narrowed(replace(wanted, **{attribute: []}))
    found = _counted(rows, column, label, order)
    if absent := set(chosen) - {value for value, _label, _count in found}:
        rows = narrowed(type(wanted)()).filter(**{f"{column}__in": absent})
        found += [(value, said, 0) for value, said, _count in _counted(rows, column, label, order)]
    if name == "state":
        order = {state: place for place, state in enumerate(Maturity.values)}
        found = sorted(found, key=lambda row: order[row[0]])
    return [(value, said, count, value in chosen) for value, said, count in found]


def _counted(rows, column, label, order):
    said = F(label) if isinstance(label, str) else label
    rows = rows.order_by().annotate(label=said).values_list(column, "label").annotate(n=Count("pk"))
    return list(rows.order_by(*order))
