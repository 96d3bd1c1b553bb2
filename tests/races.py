"""Runs acts in threads that start together; only PostgreSQL shows what then goes wrong."""

import os
import threading

from django.db import connection, transaction

from tenants.errors import DomainError


def rounds(few):
    """Return the rounds of a race: few in every run of the suite, as many as GANGWAY_ROUNDS says in a long one."""
    return range(int(os.environ.get("GANGWAY_ROUNDS", few)))


def at_once(*acts):
    """Run acts together, each in a transaction; return {index: None or the refusal}."""
    barrier, outcomes = threading.Barrier(len(acts)), {}

    def run(index, act):
        try:
            barrier.wait(timeout=10)
            with transaction.atomic():
                act()
            outcomes[index] = None
        except DomainError as refusal:
            outcomes[index] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return outcomes
