"""Tells whether a relation would close a circle, and says of it no more than the reader has of its parts.

Asked upwards, where an item has few relations, in one statement that ends: what more than MOST items lead to is not
followed further, and nothing is built on it.
"""

from django.db import connection

from content import reading
from content.models import Reference, ReferenceKind

MOST = 100_000
STEP = "SELECT r.source_id FROM {table} r {joined} WHERE r.kind = %s {within}"
ASKED = "SELECT count(*), max(CASE WHEN id = %s THEN 1 ELSE 0 END) FROM (SELECT id FROM up LIMIT %s) met"


def refusal(actor, item, target, kind):
    """Return (sentence, remedy) where `item` may not lead to `target` by the kind, else None.

    A circle that the actor reads all of is told; of one that others close only that the relation cannot be made.
    """
    met, whole = _climb(kind, item.pk, target.pk)
    if whole and not met:
        return None
    if _climb(kind, item.pk, target.pk, reading.listed(actor, others=True).values("pk"))[0]:
        there = f"{target} {ReferenceKind(kind).label} {item} already"
        return f"That would close a circle: {there}, directly or through others.", ""
    return "That relation cannot be made.", "Choose another item or another kind of relation."


def _climb(kind, bottom, top, within=None):
    """Return (whether relations lead from `top` to `bottom`, by items `within` alone; whether all were followed)."""
    inside, given, table = "", (), Reference._meta.db_table
    if within is not None:
        sql, given = within.query.sql_with_params()
        inside = f"AND r.source_id IN ({sql})"
    first = STEP.format(table=table, joined="", within=f"AND r.target_id = %s {inside}")
    further = STEP.format(table=table, joined="JOIN up ON r.target_id = up.id", within=inside)
    with connection.cursor() as cursor:
        statement = f"WITH RECURSIVE up(id) AS ({first} UNION {further}) {ASKED}"
        cursor.execute(statement, [kind, bottom, *given, kind, *given, top, MOST + 1])
        number, met = cursor.fetchone()
    return bool(met), number <= MOST
