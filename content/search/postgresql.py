"""PostgreSQL: words in a stored vector with a GIN index, parts of names by trigrams.

The vector is made of our own words, not of what PostgreSQL's parser makes of a text, and holds no weights or places.
"""

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


def broken():
    """Return nothing: PostgreSQL keeps a generated column and its indexes itself."""
    return ""
