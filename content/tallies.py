"""Counts what a reader finds, fact by fact, from the ledgers of counts: never item by item.

The rules of reading narrow the ledgers as they narrow items, for they have the same facts. What rules open in certain
spaces is counted there; what they open wherever it is, from sums over all spaces. Only what somebody reads as
content owner or by a share is in no ledger: those few items are counted themselves, and none of them twice.
"""

from collections import Counter

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Q, Value

from content.models import AnywhereCount, Item, ItemCount, SpaceCount, SpaceTotal
from tenants import access

COUNTED = ("space_id", "organization_id", "type_id", "maturity")
NOBODY = 0  # no person and no item has this id
FEWEST_FIRST = (SpaceTotal, AnywhereCount, SpaceCount, ItemCount)  # ledgers by their rows


def tally(actor, chosen=None, *, space=None, others=False):
    """Return {fact: Counter(value: items)} of what `actor` finds in lists of one space or of all. One query.

    `chosen` holds the values wanted of facts, an empty list for any; those of a fact do not narrow its own numbers.
    `others` is as in `reading.listed`. Facts are those of COUNTED.
    """
    chosen = {fact: values for fact, values in (chosen or {}).items() if values}
    within = {"space": space} if space else {}
    known = {"space": space.pk, "space__visibility": space.visibility} if space else {}
    return _counted(_Scope(actor, "read" if others else "list", within, known), chosen, COUNTED)


def in_spaces(actor, ids):
    """Return Counter(space_id: items) of what `actor` finds in lists of these spaces. One query."""
    return _counted(_Scope(actor, "list", {"space__in": ids}), {}, COUNTED[:1])[COUNTED[0]]


class _Scope:
    """Where is counted for whom: `common` is what the rules admit of many items alike."""

    def __init__(self, actor, action, within, known=None):
        self.actor, self.action, self.known = actor, action, known or {}
        self.within = {"platform": actor.platform, **within}
        parts = access.parts(Item, action, actor, **self.known, trashed_at=None)  # the ledgers know no trash
        self.admitted = [access.given(part, owner=NOBODY, pk=NOBODY) for part in parts]
        self.common = access.either(*self.admitted)
        mine = Q(owner=actor.user.pk) | (Q(pk__among=sorted(actor.shares)) if actor.shares else access.NOTHING)
        own = (part for part, admitted in zip(parts, self.admitted, strict=True) if part != admitted)
        self.own = access.both(mine, access.either(*own), access.neither(self.common))

    def parts(self):
        """Return [(what is counted, where it can be)], no item in two: what opens wherever it is; what else opens in
        certain spaces; what is only one's own.
        """
        own = (self.own, (Item,))
        if len(self.within) > 1:  # in certain spaces all
            return [(self.common, FEWEST_FIRST), own]
        wide = access.either(*(part for part in self.admitted if "space" not in _names(part)))
        there = access.either(*(part for part in self.admitted if "space" in _names(part)))
        return [(wide, FEWEST_FIRST), (access.both(there, access.neither(wide)), FEWEST_FIRST), own]

    def passes(self, facts, chosen):
        """Yield (rows, facts that are counted over them): of each part the ledger of fewest rows that knows enough."""
        for part, ledgers in self.parts():
            found = {}
            for fact in facts:
                asked = {name.removesuffix("_id") for name in (fact, *_others(fact, chosen))} | _names(part)
                asked |= {name.partition("__")[0] for name in self.within}
                model = next((ledger for ledger in ledgers if asked <= _known(ledger)), ledgers[-1])
                found.setdefault((model, connection.vendor == "postgresql" or fact), []).append(fact)
            for (model, _one), mine in found.items():
                where = _renamed(part) if model is AnywhereCount else part
                rows = model.objects.filter(where, **self.within).order_by()
                yield rows.annotate(many=Value(1) if model is Item else F("number")), mine


def _known(ledger):
    return {"pk", "space__visibility", *(field.name for field in ledger._meta.concrete_fields)}


def _names(q):
    """Return the names of what a Q asks, without how it compares them."""
    found = set()
    for child in q.children:
        if isinstance(child, Q):
            found |= _names(child)
        else:
            name, _, lookup = child[0].rpartition("__")
            found.add(name if lookup in access.LOOKUPS else child[0])
    return found


def _renamed(q):
    """Return the Q for rows that have the visibility of their spaces themselves."""
    children = [
        _renamed(child) if isinstance(child, Q) else (child[0].removeprefix("space__"), child[1])
        for child in q.children
    ]
    return Q(*children, _connector=q.connector, _negated=q.negated)


def _counted(scope, chosen, facts):
    found = {fact: Counter() for fact in facts}
    for fact, value, number in _ledger(scope, chosen, facts):
        found[fact][value] += number
    return found


def _ledger(scope, chosen, facts):
    """Yield (fact, value, items) of all that the rules admit: one statement, as of one moment."""
    passes = [one for rows, mine in scope.passes(facts, chosen) if (one := _pass(rows, mine, facts, chosen))]
    if not passes:
        return
    statements, parameters = zip(*passes, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(statements), [value for values in parameters for value in values])
        for row in cursor.fetchall():
            place = next(place for place, value in enumerate(row) if value is not None)
            if number := row[len(facts) + place]:
                yield facts[place], row[place], number


def _others(fact, chosen):
    return [name for name in chosen if name != fact]


def _pass(rows, mine, facts, chosen):
    """Return (SQL, parameters) of sums over these rows for some of the facts, or None where no row can be."""
    cells, sums, wanted = [], [], []
    for fact in facts:
        total, values = _sum(_others(fact, chosen), chosen) if fact in mine else ("CAST(NULL AS bigint)", [])
        kind = ItemCount._meta.get_field(fact.removesuffix("_id")).db_type(connection)
        cells.append(fact if fact in mine else f"CAST(NULL AS {kind})")
        sums.append(total)
        wanted += values
    columns = {name for fact in mine for name in (fact, *_others(fact, chosen))}
    try:
        sql, given = rows.values_list(*sorted(columns), "many").query.sql_with_params()
    except EmptyResultSet:
        return None
    sets = f"GROUPING SETS ({', '.join(f'({fact})' for fact in mine)})" if len(mine) > 1 else mine[0]
    return f"SELECT {', '.join([*cells, *sums])} FROM ({sql}) c GROUP BY {sets}", [*wanted, *given]


def _sum(names, chosen):
    """Return (SQL, parameters) of the number of items with the chosen values of the named facts."""
    if not names:
        return "sum(many)", []
    held = " AND ".join(f"{name} IN ({', '.join(['%s'] * len(chosen[name]))})" for name in names)
    return f"sum(CASE WHEN {held} THEN many ELSE 0 END)", [value for name in names for value in chosen[name]]
