"""Which database answers."""

from django.db import connection

from content.search import postgresql, sqlite

BACKENDS = {"postgresql": postgresql, "sqlite": sqlite}


def chosen(connected=connection):
    """Return the back end of a connection."""
    return BACKENDS[connected.vendor]
