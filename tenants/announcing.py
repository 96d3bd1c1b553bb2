"""Announces, in the transaction of an act, what it is about: ids alone, heard by open streams once it commits (ADR 25).

A word names a thing (`content.item:7`), whatever shows things of a platform (`items:2`), a person whose bell changed
(`user:3`), or says that anything may be otherwise.
"""

from collections.abc import Callable

from django.db import connection

CHANNEL = "gangway"
ANYTHING = "anything"
ABOUT: dict[str, Callable] = {}


def contribute(object_type, word):
    """Let a floor say in words what an entry about an object of a type changes: `word(obj)`; else it is anything."""
    ABOUT[object_type] = word


def announce_about(obj):
    """Announce that `obj` changed."""
    word = ABOUT.get(obj._meta.label_lower)
    announce(word(obj) if word else ANYTHING)


def announce(word):
    """Announce a word, or several with a space between. Only PostgreSQL carries it; elsewhere open pages ask."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, word])
