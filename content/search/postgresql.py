"""PostgreSQL: words in a stored vector with a GIN index, parts of names by trigrams.

The vector is made of our own words, not of what PostgreSQL's parser makes of a text, and holds no weights or places.
"""

from django.db import connection

RARE = 20_000  # entries up to which it is quicker to begin with them than with the newest items

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


def found(condition, parameters):
    """Return a SELECT of the ids that fit. How many there are only decides where the statement begins, not its answer.

    PostgreSQL cannot guess how rare a word is, so it is asked before; a rare one is told to it as few.
    """
    entries = f"SELECT item_id FROM content_searchentry WHERE {condition}"  # noqa: S608 - ours; words are parameters
    with connection.cursor() as cursor:
        few = f"WITH few AS MATERIALIZED ({entries}) SELECT count(*) FROM (SELECT 1 FROM few LIMIT {RARE + 1}) f"  # noqa: S608
        cursor.execute(few, parameters)
        (number,) = cursor.fetchone()
    if number > RARE:
        return entries
    return f"WITH few AS MATERIALIZED ({entries}) SELECT item_id FROM few LIMIT {number * 2 + 100}"  # noqa: S608


def broken():
    """Return nothing: PostgreSQL keeps a generated column and its indexes itself."""
    return ""
