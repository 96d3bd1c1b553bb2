"""The database's own refusal to change what is append-only: triggers for PostgreSQL and SQLite."""

RECORD, LEDGER = "tenants_auditevent", "tenants_licenceentry"
TABLES = (RECORD, LEDGER)
MESSAGE = "The record is append-only."

POSTGRESQL = [
    f"""
    CREATE OR REPLACE FUNCTION record_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation'; END $$
    """,
    """
    CREATE TRIGGER record_keeps_rows BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION record_is_append_only()
    """,
    """
    CREATE TRIGGER record_keeps_table BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_append_only()
    """,
]
SQLITE = [
    f"""
    CREATE TRIGGER {{table}}_keeps_rows_{act.lower()} BEFORE {act} ON {{table}}
    BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END
    """
    for act in ("UPDATE", "DELETE")  # SQLite has no TRUNCATE
]
LIFT = {
    "postgresql": [
        "DROP TRIGGER IF EXISTS record_keeps_rows ON {table}",
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


def lift(connection, *tables):
    """Take the triggers off: for undoing a migration, and for tests that empty the database between them."""
    for table in tables or TABLES:
        _run(connection, LIFT[connection.vendor], table)


def _run(connection, statements, table):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.replace("{table}", table))
