"""The environment, read once and in one place; NAME_FILE names a file that holds NAME."""

import environ

env = environ.FileAwareEnv()


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
    """Return Django's settings for DATABASE_URL, with what each engine needs to be safe.

    DATABASE_STATEMENT_SECONDS ends a statement that runs longer; 0 lets it run, as a long migration may have to.
    """
    found = env.db_url("DATABASE_URL", default=default)
    if found["ENGINE"].endswith("sqlite3"):
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        # IMMEDIATE: a transaction that reads first and then writes would else fail at once when another writes.
        found["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas}
    else:
        limits = {
            "statement_timeout": f"{number('DATABASE_STATEMENT_SECONDS', 5)}s",
            "lock_timeout": "2s",
            "idle_in_transaction_session_timeout": "15s",
            "max_parallel_workers_per_gather": "0",  # a page takes one core: many people ask at once
            "random_page_cost": "1.1",  # disks are no longer drums
            "jit": "off",  # compiling a statement costs more than any of ours takes
        }
        found["CONN_HEALTH_CHECKS"] = True  # else the first request after a restart of the database fails
        found["OPTIONS"] = {
            "pool": {"min_size": 1, "max_size": number("DATABASE_POOL", 8)},
            "options": " ".join(f"-c {name}={limit}" for name, limit in limits.items()),
        }
    return found
