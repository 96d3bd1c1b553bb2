"""PostgreSQL: words in a stored vector with a GIN index, parts of names by trigrams.

The vector is made of our own words, not of what PostgreSQL's parser makes of a text, and holds no weights or places.
"""

from django.db import connection
from django.db.models.expressions import RawSQL

from content import newest as by_time

RARE = 5_000  # entries up to which it is quicker to begin with them than with the newest items
LOOKED = 6_000  # of the newest items are looked at one after the other, before all that fit are sought

INSTALL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    r"""
    ALTER TABLE content_searchentry ADD COLUMN words tsvector GENERATED ALWAYS AS (
        array_to_tsvector(array_remove(string_to_array(replace(text, E'\n', ' '), ' '), ''))
    ) STORED
    """,
    "CREATE INDEX search_words ON content_searchentry USING gin (words)",
    "CREATE INDEX search_parts ON content_searchentry USING gin (names gin_trgm_ops)",
)
LIFT = (
    "DROP INDEX search_parts",
    "DROP INDEX search_words",
    "ALTER TABLE content_searchentry DROP COLUMN words",
)


def has_words(words, *, begun):
    """Return (condition, parameters) for entries with all of `words`; `begun`: of the last the beginning is enough."""
    lexemes = [f"'{word}'" for word in words]
    return "words @@ %s::tsquery", [" & ".join(lexemes) + (":*" if begun else "")]


def has_part(part):
    """Return (condition, parameters) for entries with `part` anywhere in a name."""
    return "names LIKE %s", [f"%{part}%"]


def found(condition, parameters, *, sized=True):
    """Return a SELECT of the ids that fit. How many there are only decides where the statement begins, not its answer.

    PostgreSQL cannot guess how rare a word is, so it is asked before where `sized`; a rare one is told to it as few.
    """
    entries = _entries(condition)
    if not sized:
        return entries
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({entries} LIMIT {RARE + 1}) f", parameters)  # noqa: S608 - ours
        (number,) = cursor.fetchone()
    return entries if number > RARE else _first(entries, number * 2 + 100)


def newest(apart, fitting, number):
    """Return the ids of the newest `number` items of several querysets that fit: of many, mostly the very newest."""
    found = _walked(by_time.newest(apart, by_time.TIMED, LOOKED), fitting, number)
    if len(found) == number:
        return found
    condition, parameters = fitting
    every = RawSQL(_first(_entries(condition), "(SELECT count(*) FROM few)"), parameters)  # noqa: S611 - parameters
    return [pk for pk, _time in by_time.newest((rows.filter(pk__in=every) for rows in apart), by_time.TIMED, number)]


def _walked(rows, fitting, number):
    """Return the ids of the first of these rows that fit: who may read is asked before what fits."""
    (condition, parameters), (sql, given) = fitting, rows.query.sql_with_params()
    fits = f"SELECT {condition} FROM content_searchentry e WHERE e.item_id = newest.pk"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pk FROM ({sql}) newest WHERE ({fits}) LIMIT {number}", [*given, *parameters])  # noqa: S608
        return [pk for (pk,) in cursor.fetchall()]


def _entries(condition):
    return f"SELECT item_id FROM content_searchentry WHERE {condition}"  # noqa: S608 - ours; words are parameters


def _first(entries, number):
    """Return the SELECT so that the statement begins with it, and expects no more than so many rows."""
    return f"WITH few AS MATERIALIZED ({entries}) SELECT item_id FROM few LIMIT {number}"  # noqa: S608


def broken():
    """Return nothing: PostgreSQL keeps a generated column and its indexes itself."""
    return ""
