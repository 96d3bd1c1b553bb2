"""Keeps the empty migrated SQLite database of the tests, so that the next run need not migrate again.

It is good for exactly the migrations that made it, what they call, and the packages of that day. What is kept is only
a beginning: `migrate` looks at it as at any database, and applies what it lacks.
"""

import hashlib
import os
import sqlite3
from contextlib import closing

from django.conf import settings
from django.db.backends.signals import connection_created

FOLDER = settings.ROOT / "var" / "tests"
MAKERS = (
    *("*/migrations/*.py", "*/catalogue.py", "content/search/*.py", "requirements.lock"),
    *("tenants/append_only.py", "tenants/chain.py", "content/counts.py", "tests/migrated.py"),
)


def kept():
    """Return the path of the database for the migrations of now."""
    known = hashlib.sha256()
    for path in sorted(path for pattern in MAKERS for path in settings.ROOT.glob(pattern)):
        known.update(f"{path.relative_to(settings.ROOT)}\n".encode() + path.read_bytes())
    return FOLDER / f"{known.hexdigest()[:16]}.sqlite3"


def begin():
    """Let the first connection to a database in memory find what is kept, if anything is."""
    connection_created.connect(_fill)


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
