"""Keeps the ledgers of counts: triggers, so that no way of writing an item can forget them.

Each statement that adds, changes or removes items adds its differences to the whole ledger in its own transaction,
and each change of that adds its own to those that leave facts out. Two transactions meet in a row only when both
write in one space, and those wait for its lock before; of what no space has to itself, differences are kept and `fold`
sums them. A change of a space's visibility moves its numbers, so who counts in a space keeps that from changing.
On SQLite a migration that makes a table anew loses its triggers: `ensure` runs after every `migrate`.
"""

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from zlib import crc32

from django.db import connections, models, transaction

from content.models import AnywhereCount, Item, ItemCount, SpaceCount, SpaceTotal
from spaces.models import Space

ITEMS, SPACES = Item._meta.db_table, Space._meta.db_table
PREFIX = "item_counts_"


@dataclass(frozen=True, slots=True)
class Ledger:
    """A table of numbers by facts, and a SELECT of the same facts and `number` that it is the sum of.

    `{table}` there is the table of items or the whole ledger, or what a trigger calls its rows.
    """

    model: type[models.Model]
    origin: str  # the table that its triggers stand on
    select: str

    @property
    def table(self):
        """The name of its table."""
        return self.model._meta.db_table

    @property
    def fields(self):
        """The fields that are its facts."""
        return [field for field in self.model._meta.concrete_fields if field.name not in ("id", "number")]

    @property
    def facts(self):
        """Its columns but the number, as SQL."""
        return ", ".join(field.column for field in self.fields)

    def chosen(self, table):
        """Return the SELECT from this table."""
        return self.select.format(table=table)

    def add(self, moved):
        """Return the statement that adds these differences; they are added, not set: right whatever others do."""
        facts = self.facts
        key = f"ON CONFLICT ({facts}) DO UPDATE SET number = {self.table}.number + excluded.number"
        return (
            f"INSERT INTO {self.table} ({facts}, number) SELECT {facts}, sum(number) FROM ({moved}) moved "
            f"GROUP BY {facts} HAVING sum(number) <> 0 ORDER BY {facts} {key if self.model._meta.constraints else ''}"
        )

    @property
    def lacking(self):
        """What it should hold and, negated, what it holds."""
        wanted = f"SELECT {self.facts}, number FROM ({self.chosen(self.origin)}) wanted"
        return f"{wanted} UNION ALL SELECT {self.facts}, -number FROM {self.table}"


WHOLE = Ledger(
    ItemCount,
    ITEMS,
    "SELECT platform_id, space_id, organization_id, type_id, category, maturity, platform_wide, 1 AS number "
    "FROM {table} WHERE trashed_at IS NULL",  # what is in the trash is not counted
)
IN_SPACES = Ledger(
    SpaceCount,
    WHOLE.table,
    "SELECT platform_id, space_id, organization_id, maturity, platform_wide, number FROM {table}",
)
OF_SPACES = Ledger(
    SpaceTotal, WHOLE.table, "SELECT platform_id, space_id, maturity, platform_wide, number FROM {table}"
)
ANYWHERE = Ledger(
    AnywhereCount,
    WHOLE.table,
    "SELECT c.platform_id, s.visibility, c.organization_id, c.type_id, c.maturity, c.platform_wide, c.number "
    f"FROM {{table}} c JOIN {SPACES} s ON s.id = c.space_id",
)
SUMS = (IN_SPACES, OF_SPACES, ANYWHERE)
LEDGERS = (WHOLE, *SUMS)


# --- triggers ---

# what a trigger sees of an act: rows and the sign of their number
ROWS = {"insert": {"added": ""}, "delete": {"removed": "-"}, "update": {"added": "", "removed": "-"}}
TRANSITION = {"added": "NEW TABLE AS added", "removed": "OLD TABLE AS removed"}
STANDS_ON = {ITEMS: (WHOLE,), WHOLE.table: SUMS}


def _moved(ledger, tables):
    """Return the differences that rows make, by {table: sign}."""
    return " UNION ALL ".join(
        f"SELECT {ledger.facts}, {sign}number AS number FROM ({ledger.chosen(table)}) moved"
        for table, sign in tables.items()
    )


def _reopened():
    """Return the statement that takes the numbers of a space from its old visibility to its new one."""
    facts = ANYWHERE.facts.replace("visibility", "{row}.visibility AS visibility")
    sides = (
        f"SELECT {facts.format(row=row)}, {sign}number AS number FROM {WHOLE.table} WHERE space_id = new.id"
        for row, sign in (("new", ""), ("old", "-"))
    )
    return ANYWHERE.add(" UNION ALL ".join(sides))


def _postgresql(name):
    for origin, ledgers in STANDS_ON.items():
        for act, rows in ROWS.items():
            does = [ledger.add(_moved(ledger, rows)) for ledger in ledgers]
            if ANYWHERE in ledgers:  # its visibility stays until the end of the transaction
                ids = " UNION ".join(f"SELECT space_id FROM {row}" for row in rows)
                does.insert(0, f"PERFORM 1 FROM {SPACES} WHERE id IN ({ids}) ORDER BY id FOR SHARE")
            tables = " ".join(TRANSITION[row] for row in rows)
            when = f"AFTER {act} ON {origin} REFERENCING {tables} FOR EACH STATEMENT"
            yield from _function(f"{name}_{origin}_{act}", when, "; ".join(does))
    when = f"AFTER UPDATE OF visibility ON {SPACES} FOR EACH ROW WHEN (old.visibility <> new.visibility)"
    yield from _function(f"{name}_visibility", when, _reopened())


def _function(name, when, does):
    body = f"BEGIN {does}; RETURN NULL; END"
    yield f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"
    yield f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {name}()"


def _sqlite(name):
    for origin, ledgers in STANDS_ON.items():
        columns = [field.column for field in (Item if origin == ITEMS else ItemCount)._meta.concrete_fields]
        added, removed = (
            f"(SELECT {', '.join(f'{row}.{column} AS {column}' for column in columns)})" for row in ("new", "old")
        )
        table = {"added": added, "removed": removed}
        for act, rows in ROWS.items():
            moved = {table[row]: sign for row, sign in rows.items()}
            does = "; ".join(ledger.add(_moved(ledger, moved)) for ledger in ledgers)
            yield f"CREATE TRIGGER {name}_{origin}_{act} AFTER {act} ON {origin} FOR EACH ROW BEGIN {does}; END"
    yield (
        f"CREATE TRIGGER {name}_visibility AFTER UPDATE OF visibility ON {SPACES} FOR EACH ROW "
        f"WHEN old.visibility <> new.visibility BEGIN {_reopened()}; END"
    )


TRIGGERS = {"postgresql": _postgresql, "sqlite": _sqlite}
STANDING = {
    "postgresql": f"SELECT tgname, tgfoid::regproc FROM pg_trigger WHERE tgname LIKE '{PREFIX}%'",
    "sqlite": f"SELECT name, name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '{PREFIX}%'",
}
DROP = {"postgresql": "DROP FUNCTION {what} CASCADE", "sqlite": "DROP TRIGGER {what}"}  # its trigger goes with it


def _wanted(vendor):
    """Return the first part of the triggers' names, which tells of which text they are, and how many there are."""
    texts = list(TRIGGERS[vendor](""))
    made = sum(text.startswith("CREATE TRIGGER") for text in texts)
    return f"{PREFIX}{crc32(' '.join(texts).encode()):08x}", made


def _standing(connection):
    with connection.cursor() as cursor:
        cursor.execute(STANDING[connection.vendor])
        return dict(cursor.fetchall())


def lift(connection):
    """Take the triggers off: for undoing a migration."""
    with connection.cursor() as cursor:
        for what in _standing(connection).values():
            cursor.execute(DROP[connection.vendor].format(what=what))


def ensure(using="default", **_signal):
    """Put the triggers on, if they do not stand as they should, and count what was missed. Runs after `migrate`."""
    connection = connections[using]
    if not {ledger.table for ledger in LEDGERS} <= set(connection.introspection.table_names()):
        return
    name, number = _wanted(connection.vendor)
    standing = _standing(connection)
    if len(standing) == number and all(one.startswith(name) for one in standing):
        return
    with transaction.atomic(using):
        lift(connection)
        with connection.cursor() as cursor:
            for statement in TRIGGERS[connection.vendor](name):
                cursor.execute(statement)
        mend(using)


# --- proof, mending, tidying ---


def drift(using="default"):
    """Return [(ledger, {fact: value}, items too few in it)], each ledger in one statement: right while people work."""
    found = []
    with _unhurried(using) as cursor:
        for ledger in LEDGERS:
            sums = f"SELECT {ledger.facts}, sum(number) FROM ({ledger.lacking}) both_ GROUP BY {ledger.facts}"
            cursor.execute(f"{sums} HAVING sum(number) <> 0")
            names = [field.name for field in ledger.fields]
            found += [
                (ledger, dict(zip(names, facts, strict=True)), int(number)) for *facts, number in cursor.fetchall()
            ]
    return found


def mend(using="default"):
    """Add to the ledgers what they lack, and take away what they have too much: first to the one of all facts."""
    with _unhurried(using) as cursor:
        for ledger in LEDGERS:
            cursor.execute(ledger.add(ledger.lacking))


@contextmanager
def _unhurried(using):
    """Give a cursor whose statements may take longer than those of a page: a million items are some ten seconds."""
    connection = connections[using]
    with transaction.atomic(using), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL statement_timeout = 0")
        yield cursor


def fold(using="default"):
    """Put the differences of equal facts together, one row for each; whoever reads meanwhile finds the same sums."""
    facts, sums = ANYWHERE.facts, Counter()
    equal = f"SELECT {facts} FROM {ANYWHERE.table} GROUP BY {facts} HAVING count(*) > 1"
    with transaction.atomic(using), connections[using].cursor() as cursor:
        cursor.execute(f"DELETE FROM {ANYWHERE.table} WHERE ({facts}) IN ({equal}) RETURNING {facts}, number")
        for *values, number in cursor.fetchall():  # what another took away meanwhile is not among them
            sums[tuple(values)] += number
        names = [field.attname for field in ANYWHERE.fields]
        AnywhereCount.objects.using(using).bulk_create(
            AnywhereCount(**dict(zip(names, values, strict=True)), number=number)
            for values, number in sums.items()
            if number
        )
