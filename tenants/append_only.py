"""The database's own refusal to change the record: triggers for PostgreSQL and SQLite."""

TABLE = "tenants_auditevent"
MESSAGE = "The record is append-only."

POSTGRESQL = [
    f"""
    CREATE OR REPLACE FUNCTION record_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation'; END $$
    """,
    f"""
    CREATE TRIGGER record_keeps_rows BEFORE UPDATE OR DELETE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION record_is_append_only()
    """,
    f"""
    CREATE TRIGGER record_keeps_table BEFORE TRUNCATE ON {TABLE}
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_append_only()
    """,
]
SQLITE = [
    f"""
    CREATE TRIGGER record_keeps_rows_{act.lower()} BEFORE {act} ON {TABLE}
    BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END
    """
    for act in ("UPDATE", "DELETE")  # SQLite has no TRUNCATE
]
LIFT = {
    "postgresql": [
        f"DROP TRIGGER IF EXISTS record_keeps_rows ON {TABLE}",
        f"DROP TRIGGER IF EXISTS record_keeps_table ON {TABLE}",
        "DROP FUNCTION IF EXISTS record_is_append_only()",
    ],
    "sqlite": [f"DROP TRIGGER IF EXISTS record_keeps_rows_{act}" for act in ("update", "delete")],
}
INSTALL = {"postgresql": POSTGRESQL, "sqlite": SQLITE}


def install(connection):
    """Put the triggers on the record; any that stood before are replaced."""
    _run(connection, [*LIFT[connection.vendor], *INSTALL[connection.vendor]])


def lift(connection):
    """Take the triggers off: for undoing the migration, and for tests that empty the database between them."""
    _run(connection, LIFT[connection.vendor])


def _run(connection, statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
