"""Keeps the empty migrated database of the tests, so that the next run and the second worker need not migrate again.

It is good for exactly the migrations that made it, what they call, and the packages of that day. What is kept is only
a beginning: `migrate` looks at it as at any database, and applies what it lacks.
"""

import hashlib
import os
import sqlite3
from contextlib import closing

from django.conf import settings
from django.core.management import call_command
from django.db.backends.signals import connection_created

FOLDER = settings.ROOT / "var" / "tests"
MAKERS = (
    *("*/migrations/*.py", "*/catalogue.py", "content/search/*.py", "requirements.lock"),
    *("tenants/append_only.py", "tenants/chain.py", "content/counts.py", "tests/migrated.py"),
)


def _stamp():
    known = hashlib.sha256()
    for path in sorted(path for pattern in MAKERS for path in settings.ROOT.glob(pattern)):
        known.update(f"{path.relative_to(settings.ROOT)}\n".encode() + path.read_bytes())
    return known.hexdigest()[:16]


def kept():
    """Return the path of the SQLite database for the migrations of now."""
    return FOLDER / f"{_stamp()}.sqlite3"


def begin(connection):
    """Let the first connection to a database in memory find what is kept, if anything is; PostgreSQL copies it."""
    if connection.vendor == "sqlite":
        connection_created.connect(_fill)
    else:
        connection.settings_dict["TEST"]["TEMPLATE"] = _template(connection)


def _template(connection):
    """Return the name of PostgreSQL's migrated database. Who comes first makes it, others wait."""
    prefix = f"{connection.settings_dict['NAME']}_migrated_"
    name = prefix + _stamp()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [prefix])  # until this connection closes
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
        standing = {found for (found,) in cursor.fetchall()}
        if name not in standing:
            for old in standing:
                cursor.execute(f'DROP DATABASE "{old}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{prefix}partial"')
            _migrate(connection, f"{prefix}partial")
            cursor.execute(f'ALTER DATABASE "{prefix}partial" RENAME TO "{name}"')
    return name


def _migrate(connection, name):
    given = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = given


def _fill(sender, connection, **kwargs):
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        connection_created.disconnect(_fill)
        if (path := kept()).exists():
            with closing(sqlite3.connect(path)) as source:
                source.backup(connection.connection)


def keep(connection):
    """Keep the database as it is, instead of what was kept for other migrations."""
    if connection.vendor != "sqlite" or (path := kept()).exists():
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}")
    with closing(sqlite3.connect(partial)) as target:
        connection.connection.backup(target)
    for old in FOLDER.glob("*.sqlite3"):
        old.unlink(missing_ok=True)
    partial.rename(path)
