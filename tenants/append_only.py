"""The database's own refusal to change what is append-only: triggers for PostgreSQL and SQLite.

The record may forget: one update alone passes, that which empties the words of an entry and leaves all else.
"""

RECORD, LEDGER = "tenants_auditevent", "tenants_licenceentry"
CHECKPOINTS, KEPT = "tenants_checkpoint", "tenants_keptcheckpoint"
TABLES = (RECORD, LEDGER, CHECKPOINTS, KEPT)
MESSAGE = "The record is append-only."
WORDS = {"object_label": "''", "before": "'{}'", "after": "'{}'", "reason": "''", "words_salt": "''"}
STAYS = (
    *("id", "platform_id", "at", "actor_id", "credential", "verb", "object_type", "object_id", "space_id"),
    *("subject_id", "rule", "seq", "words_digest", "origin_digest", "previous", "hash"),
)
FORGETS = {
    "postgresql": " AND ".join(
        [
            *(f"NEW.{name} = {empty}" for name, empty in WORDS.items()),
            *(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in STAYS),
        ]
    ),
    "sqlite": " AND ".join(
        [
            *(f'NEW."{name}" = {empty}' for name, empty in WORDS.items()),
            *(f'NEW."{name}" IS OLD."{name}"' for name in STAYS),
        ]
    ),
}

POSTGRESQL = [
    f"""
    CREATE OR REPLACE FUNCTION record_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation'; END $$
    """,
    """
    CREATE TRIGGER record_keeps_rows BEFORE DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION record_is_append_only()
    """,
    """
    CREATE TRIGGER record_keeps_values BEFORE UPDATE ON {table}
    FOR EACH ROW {unless} EXECUTE FUNCTION record_is_append_only()
    """,
    """
    CREATE TRIGGER record_keeps_table BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_append_only()
    """,
]
SQLITE = [
    f"""
    CREATE TRIGGER {{table}}_keeps_rows_delete BEFORE DELETE ON {{table}}
    BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END
    """,
    f"""
    CREATE TRIGGER {{table}}_keeps_rows_update BEFORE UPDATE ON {{table}} {{unless}}
    BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END
    """,  # SQLite has no TRUNCATE
]
LIFT = {
    "postgresql": [
        "DROP TRIGGER IF EXISTS record_keeps_rows ON {table}",
        "DROP TRIGGER IF EXISTS record_keeps_values ON {table}",
        "DROP TRIGGER IF EXISTS record_keeps_table ON {table}",
    ],
    "sqlite": [
        "DROP TRIGGER IF EXISTS {table}_keeps_rows_update",
        "DROP TRIGGER IF EXISTS {table}_keeps_rows_delete",
    ],
}
INSTALL = {"postgresql": POSTGRESQL, "sqlite": SQLITE}


def install(connection, *tables):
    """Put the triggers on the tables, on all when none is named; any that stood before are replaced."""
    for table in tables or TABLES:
        _run(connection, [*LIFT[connection.vendor], *INSTALL[connection.vendor]], table)


def install_strict(connection, table):
    """Put triggers on a table that let no update pass at all."""
    _run(connection, [*LIFT[connection.vendor], *INSTALL[connection.vendor]], table, forgets=False)


def lift(connection, *tables):
    """Take the triggers off: for undoing a migration, and for tests that empty the database between them."""
    for table in tables or TABLES:
        _run(connection, LIFT[connection.vendor], table)


def _run(connection, statements, table, forgets=True):
    unless = f"WHEN (NOT ({FORGETS[connection.vendor]}))" if table == RECORD and forgets else ""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.replace("{table}", table).replace("{unless}", unless))
