"""SQLite: FTS5, one index of words and one of trigrams, kept by triggers from the entries. No statistics are asked.

Words come folded, so `ascii` splits them at spaces and changes nothing more. A migration that alters the table of
entries on SQLite makes it anew without its triggers, so it lifts these statements before and installs them after.
"""

from django.db import DatabaseError, connection
from django.db.models.expressions import RawSQL

from content import newest as by_time

WORDS, PARTS = "content_searchwords", "content_searchparts"
TABLES = ((WORDS, "text", "ascii", "prefix='2 3'"), (PARTS, "names", "trigram case_sensitive 1", ""))


def _table(table, column, tokenizer, more):
    options = f"content='content_searchentry', content_rowid='item_id', tokenize='{tokenizer}', detail='full'"
    return f"CREATE VIRTUAL TABLE {table} USING fts5({', '.join(filter(None, [column, options, more]))})"


def _triggers(table, column):
    gone = f"INSERT INTO {table}({table}, rowid, {column}) VALUES ('delete', old.item_id, old.{column});"  # noqa: S608
    come = f"INSERT INTO {table}(rowid, {column}) VALUES (new.item_id, new.{column});"  # noqa: S608
    for act, does in (("insert", come), ("delete", gone), ("update", gone + come)):
        yield f"CREATE TRIGGER {table}_{act} AFTER {act} ON content_searchentry BEGIN {does} END"


def _installed(table, column, *more):
    yield _table(table, column, *more)
    yield from _triggers(table, column)
    yield f"INSERT INTO {table}({table}) VALUES ('rebuild')"  # noqa: S608


def _lifted(table, *_more):
    yield from (f"DROP TRIGGER {table}_{act}" for act in ("insert", "delete", "update"))
    yield f"DROP TABLE {table}"


INSTALL = tuple(statement for table in TABLES for statement in _installed(*table))
LIFT = tuple(statement for table in TABLES for statement in _lifted(*table))


def has_words(words, *, begun):
    """Return (condition, parameters) for entries with all of `words`; `begun`: of the last the beginning is enough."""
    return _matches(WORDS), [" AND ".join(f'"{word}"' for word in words) + ("*" if begun else "")]


def has_part(part):
    """Return (condition, parameters) for entries with `part` anywhere in a name."""
    return _matches(PARTS), [f'"{part}"']


def _matches(table):
    return f"item_id IN (SELECT rowid FROM {table} WHERE {table} MATCH %s)"  # noqa: S608 - names of ours


def found(condition, _parameters, *, sized=True):
    """Return a SELECT of the ids that fit."""
    return f"SELECT item_id FROM content_searchentry WHERE {condition}"  # noqa: S608 - ours; words are parameters


def newest(apart, fitting, number):
    """Return the ids of the newest items of several querysets that fit."""
    condition, parameters = fitting
    every = RawSQL(found(condition, parameters), parameters)  # noqa: S611 - words are parameters
    return [pk for pk, _time in by_time.newest((rows.filter(pk__in=every) for rows in apart), by_time.TIMED, number)]


def broken():
    """Return which index says something else than the entries, or nothing."""
    for table, *_more in TABLES:
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"INSERT INTO {table}({table}, rank) VALUES ('integrity-check', 1)")  # noqa: S608
        except DatabaseError:
            return f"The index {table} differs from the entries."
    return ""
