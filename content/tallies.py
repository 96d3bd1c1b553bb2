"""Counts what a reader finds, fact by fact, from the ledgers of counts: never item by item.

The rules of reading narrow the ledgers as they narrow items, for they have the same facts. What rules open in certain
spaces is counted there; what they open wherever it is, from sums over all spaces. Only what somebody reads as
content owner or by a share is in no ledger: those few items are counted apart, and none of them twice.
"""

from collections import Counter

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Q

from content.models import AnywhereCount, Item, ItemCount, SpaceCount
from tenants import access

COUNTED = ("space_id", "organization_id", "type_id", "maturity")
NOBODY = 0  # no person and no item has this id
LEDGERS = (AnywhereCount, SpaceCount, ItemCount)  # that of the fewest rows first


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
        known = {"owner": NOBODY, "pk": NOBODY, "trashed_at": None}  # the ledgers know no trash
        self.admitted = [access.given(part, **known) for part in parts]
        self.common = access.either(*self.admitted)

    def parts(self):
        """Return what is counted, no item in two: what opens wherever it is, and what else opens in certain spaces."""
        if len(self.within) > 1:  # in certain spaces all
            return [self.common]
        wide = access.either(*(part for part in self.admitted if "space" not in _names(part)))
        there = access.either(*(part for part in self.admitted if "space" in _names(part)))
        return [wide, access.both(there, access.neither(wide))]

    def rows(self, part, names):
        """Return the rows that a part admits, of the ledger of fewest rows which knows all that is asked."""
        asked = {name.removesuffix("_id") for name in names} | _names(part)
        asked |= {name.partition("__")[0] for name in self.within}
        model = next((ledger for ledger in LEDGERS if asked <= _known(ledger)), ItemCount)
        return model.objects.filter(_renamed(part) if model is AnywhereCount else part, **self.within).order_by()


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
    for values, number in _own(scope):
        for fact in facts:
            if all(values[COUNTED.index(name)] in wanted for name, wanted in chosen.items() if name != fact):
                found[fact][values[COUNTED.index(fact)]] += number
    return found


def _ledger(scope, chosen, facts):
    """Yield (fact, value, items) of all that the rules admit whoever owns it: one statement, as of one moment."""
    passes = []
    for part in scope.parts():
        by_model = {}
        for fact in facts:
            rows = scope.rows(part, [fact, *_others(fact, chosen)])
            key = rows.model if connection.vendor == "postgresql" else fact  # there one pass for all its facts
            by_model.setdefault(key, (rows, []))[1].append(fact)
        passes += [_pass(rows, mine, facts, chosen) for rows, mine in by_model.values()]
    passes = [one for one in passes if one]
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
        sql, given = rows.values_list(*sorted(columns), "number").query.sql_with_params()
    except EmptyResultSet:
        return None
    sets = f"GROUPING SETS ({', '.join(f'({fact})' for fact in mine)})" if len(mine) > 1 else mine[0]
    return f"SELECT {', '.join([*cells, *sums])} FROM ({sql}) c GROUP BY {sets}", [*wanted, *given]


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
