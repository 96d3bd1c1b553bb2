"""Queries that every request asks: Django spells each once a thread, and it is asked with other values from then on.

Spelling takes several times as long as asking; what an actor is built of is asked by every request.
"""

import threading
from datetime import UTC, datetime

from django.db import DEFAULT_DB_ALIAS, connections

MOMENT = datetime(1900, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
IDS = range(-(10**15), 0)  # ids of nothing: with MOMENT they mark where values belong in a spelled query

_spelled = threading.local()


def ask(build, of, moment, ids):
    """Return the rows of the values list `build(of(moment, *ids))`, which is made alike of all values."""
    connection = connections[DEFAULT_DB_ALIAS]
    marks = (MOMENT, *IDS[: len(ids)])
    known = _spelled.__dict__.setdefault(connection.vendor, {})
    if build not in known:
        compiler = build(of(*marks)).query.get_compiler(connection=connection)
        known[build] = (compiler, *compiler.as_sql())
    compiler, sql, params = known[build]
    adapt = connection.ops.adapt_datetimefield_value
    values = {adapt(MOMENT): adapt(moment), **dict(zip(marks[1:], ids, strict=True))}
    with connection.cursor() as cursor:
        cursor.execute(sql, [values.get(param, param) for param in params])
        return list(compiler.results_iter([cursor.fetchall()], tuple_expected=True))
