"""Counts what a reader finds, fact by fact, from the ledger of counts: never item by item.

The rules of reading narrow the ledger as they narrow items, for it has the same facts. Only what somebody reads as
content owner or by a share is not in them: those few items are counted apart, and none of them twice.
"""

from collections import Counter

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Q

from content.models import Item, ItemCount
from tenants import access

COUNTED = ("space_id", "organization_id", "type_id", "maturity")
NOBODY = 0  # no person and no item has this id


def tally(actor, chosen=None, *, space=None, others=False):
    """Return {fact: Counter(value: items)} of what `actor` finds in lists of one space or of all. Two queries.

    `chosen` holds the values wanted of facts, an empty list for any; those of a fact do not narrow its own numbers.
    `others` is as in `reading.listed`. Facts are those of COUNTED.
    """
    chosen = {fact: values for fact, values in (chosen or {}).items() if values}
    if space is None:
        return _counted(_Scope(actor, "read" if others else "list", {}), chosen, COUNTED)
    known = {"space": space.pk, "space__visibility": space.visibility}
    return _counted(_Scope(actor, "read" if others else "list", {"space": space}, known), chosen, COUNTED)


def in_spaces(actor, ids):
    """Return Counter(space_id: items) of what `actor` finds in lists of these spaces. Two queries."""
    return _counted(_Scope(actor, "list", {"space__in": ids}), {}, COUNTED[:1])[COUNTED[0]]


class _Scope:
    """Where is counted for whom: `common` is what the rules admit of many items alike."""

    def __init__(self, actor, action, within, known=None):
        self.actor, self.action, self.known = actor, action, known or {}
        self.within = {"platform": actor.platform, **within}
        parts = access.parts(Item, action, actor, **self.known)
        known = {"owner": NOBODY, "pk": NOBODY, "trashed_at": None}  # the ledger knows no trash
        self.common = access.either(*(access.given(part, **known) for part in parts))


def _counted(scope, chosen, facts):
    found = {fact: Counter() for fact in facts}
    for fact, value, number in _ledger(scope, chosen, facts):
        found[fact][value] = number
    for values, number in _own(scope):
        for fact in facts:
            if all(values[COUNTED.index(name)] in wanted for name, wanted in chosen.items() if name != fact):
                found[fact][values[COUNTED.index(fact)]] += number
    return found


def _ledger(scope, chosen, facts):
    """Yield (fact, value, items) of all that the rules admit whoever owns it."""
    rows = ItemCount.objects.filter(scope.common, **scope.within).order_by().values_list(*COUNTED, "number")
    try:
        sql, given = rows.query.sql_with_params()
    except EmptyResultSet:
        return
    sums, wanted = zip(*(_sum([name for name in chosen if name != fact], chosen) for fact in facts), strict=True)
    wanted = [value for values in wanted for value in values]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # one pass over the ledger
            sets = ", ".join(f"({fact})" for fact in facts)
            statement = f"SELECT {', '.join([*facts, *sums])} FROM ({sql}) c GROUP BY GROUPING SETS ({sets})"
            cursor.execute(statement, [*wanted, *given])
        else:
            each = " UNION ALL ".join(
                f"SELECT {', '.join([*(name if name == fact else 'NULL' for name in facts), *sums])} "
                f"FROM c GROUP BY {fact}"
                for fact in facts
            )
            cursor.execute(f"WITH c AS ({sql}) {each}", [*given, *wanted * len(facts)])
        for row in cursor.fetchall():
            place = next(place for place, value in enumerate(row) if value is not None)
            if number := row[len(facts) + place]:
                yield facts[place], row[place], number


def _sum(names, chosen):
    """Return (SQL, parameters) of the number of items with the chosen values of the named facts."""
    if not names:
        return "sum(number)", []
    held = " AND ".join(f"{name} IN ({', '.join(['%s'] * len(chosen[name]))})" for name in names)
    return f"sum(CASE WHEN {held} THEN number ELSE 0 END)", [value for name in names for value in chosen[name]]


def _own(scope):
    """Return [(values of the facts, items)] of what the actor finds only because they own it or it was shared."""
    mine = Q(owner=scope.actor.user.pk)
    if scope.actor.shares:
        mine |= Q(pk__in=sorted(scope.actor.shares))
    rows = access.narrow(Item.objects.filter(mine, **scope.within), scope.actor, scope.action, **scope.known)
    rows = rows.filter(access.neither(scope.common)).order_by().values_list(*COUNTED)
    return [(row[:-1], row[-1]) for row in rows.annotate(Count("pk"))]
