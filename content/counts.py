"""Keeps the ledger of counts: triggers on the table of items, so that no way of writing one can forget it.

Each statement that adds, changes or removes items adds its differences to the ledger in its own transaction. Two
transactions meet in a row of the ledger only when both write in one space, and those wait for its lock before.
On SQLite a migration that makes the table of items anew loses its triggers: `ensure` runs after every `migrate`.
"""

from zlib import crc32

from django.db import connections, transaction

from content.models import FACTS, Item, ItemCount

ITEMS, COUNTS = Item._meta.db_table, ItemCount._meta.db_table
COLUMNS = [ItemCount._meta.get_field(name).column for name in FACTS]
LISTED = ", ".join(COLUMNS)
PREFIX = "item_counts_"
STANDS = "trashed_at IS NULL"  # what is in the trash is not counted
ADDED, REMOVED = (
    f"SELECT {LISTED}, {change} AS change FROM {table} WHERE {STANDS}"
    for change, table in ((1, "added"), (-1, "removed"))
)
# Differences are added, not set: that is right whatever others do at the same time.
ADD = f"""
    INSERT INTO {COUNTS} ({LISTED}, number)
    SELECT {LISTED}, sum(change) FROM ({{moved}}) moved GROUP BY {LISTED} HAVING sum(change) <> 0 ORDER BY {LISTED}
    ON CONFLICT ({LISTED}) DO UPDATE SET number = {COUNTS}.number + excluded.number
"""
DRIFT = f"SELECT {LISTED}, 1 AS change FROM {ITEMS} WHERE {STANDS} UNION ALL SELECT {LISTED}, -number FROM {COUNTS}"
TRANSITION = {"added": "NEW TABLE AS added", "removed": "OLD TABLE AS removed"}
MOVES = {"insert": ADDED, "delete": REMOVED, "update": f"{ADDED} UNION ALL {REMOVED}"}


def _postgresql(name):
    for act, moved in MOVES.items():
        tables = " ".join(TRANSITION[row] for row in TRANSITION if row in moved)
        body = f"BEGIN {ADD.format(moved=moved)}; RETURN NULL; END"
        yield f"CREATE OR REPLACE FUNCTION {PREFIX}{act}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"
        yield (
            f"CREATE TRIGGER {name}_{act} AFTER {act} ON {ITEMS} REFERENCING {tables} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {PREFIX}{act}()"
        )


def _sqlite(name):
    old, new = (", ".join(f"{row}.{column}" for column in COLUMNS) for row in ("old", "new"))
    less = f"UPDATE {COUNTS} SET number = number - 1 WHERE ({LISTED}) = ({old}) AND old.{STANDS};"
    more = f"""
        INSERT INTO {COUNTS} ({LISTED}, number)
        SELECT {new}, 0 WHERE new.{STANDS} AND NOT EXISTS (SELECT 1 FROM {COUNTS} WHERE ({LISTED}) = ({new}));
        UPDATE {COUNTS} SET number = number + 1 WHERE ({LISTED}) = ({new}) AND new.{STANDS};
    """
    for act, when, does in (
        ("insert", "", more),
        ("delete", "", less),
        ("update", f"WHEN ({old}, old.{STANDS}) IS NOT ({new}, new.{STANDS})", less + more),
    ):
        yield f"CREATE TRIGGER {name}_{act} AFTER {act} ON {ITEMS} FOR EACH ROW {when} BEGIN {does} END"


TRIGGERS = {"postgresql": _postgresql, "sqlite": _sqlite}
STANDING = {
    "postgresql": f"SELECT tgname FROM pg_trigger WHERE tgrelid = '{ITEMS}'::regclass AND tgname LIKE '{PREFIX}%'",
    "sqlite": f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '{PREFIX}%'",
}
DROP = {"postgresql": f"DROP TRIGGER {{name}} ON {ITEMS}", "sqlite": "DROP TRIGGER {name}"}


def _named(vendor):
    """Return the first part of the triggers' names: it tells of which text they are."""
    return f"{PREFIX}{crc32(' '.join(TRIGGERS[vendor]('')).encode()):08x}"


def _standing(connection):
    with connection.cursor() as cursor:
        cursor.execute(STANDING[connection.vendor])
        return {name for (name,) in cursor.fetchall()}


def lift(connection):
    """Take the triggers off: for undoing a migration."""
    with connection.cursor() as cursor:
        for name in _standing(connection):
            cursor.execute(DROP[connection.vendor].format(name=name))


def ensure(using="default", **_signal):
    """Put the triggers on, if they do not stand as they should, and count what was missed. Runs after `migrate`."""
    connection = connections[using]
    if COUNTS not in connection.introspection.table_names():
        return
    name = _named(connection.vendor)
    if _standing(connection) == {f"{name}_{act}" for act in MOVES}:
        return
    with transaction.atomic(using):
        lift(connection)
        with connection.cursor() as cursor:
            for statement in TRIGGERS[connection.vendor](name):
                cursor.execute(statement)
        mend(using)


def drift(using="default"):
    """Return [(facts ..., items too few in the ledger)], asked in one statement: right while people work."""
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT {LISTED}, sum(change) FROM ({DRIFT}) both_ GROUP BY {LISTED} HAVING sum(change) <> 0")
        return [(*facts, int(number)) for *facts, number in cursor.fetchall()]


def mend(using="default"):
    """Add to the ledger what it lacks, and take away what it has too much."""
    with connections[using].cursor() as cursor:
        cursor.execute(ADD.format(moved=DRIFT))
