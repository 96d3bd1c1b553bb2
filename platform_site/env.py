"""The environment, read once and in one place."""

import environ

env = environ.Env()


def text(name, default=environ.Env.NOTSET):
    """Return a variable; without a default an unset one stops the start."""
    return env.str(name, default=default)


def number(name, default):
    """Return a whole number."""
    return env.int(name, default=default)


def flag(name, default=False):
    """Return True or False."""
    return env.bool(name, default=default)


def names(name, default=()):
    """Return a comma-separated list."""
    return env.list(name, default=list(default))


def database(default):
    """Return Django's settings for DATABASE_URL (units: seconds), with what each engine needs to be safe."""
    found = env.db_url("DATABASE_URL", default=default)
    if found["ENGINE"].endswith("sqlite3"):
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        found["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas}
    else:
        found["CONN_HEALTH_CHECKS"] = True
        found["OPTIONS"] = {"pool": {"min_size": 1, "max_size": number("DATABASE_POOL", 8)}}
    return found
