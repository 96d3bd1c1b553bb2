"""Which database answers."""

from django.db import connection

from content.search import postgresql, sqlite

BACKENDS = {"postgresql": postgresql, "sqlite": sqlite}


def chosen(connected=connection):
    """Return the back end of a connection."""
    return BACKENDS[connected.vendor]


def run(statements, connected=connection):
    """Run statements one by one, such as those that install a back end."""
    with connected.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
