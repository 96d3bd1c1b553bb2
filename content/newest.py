"""The first of the rows that a reader finds, in the order of an index however few of all they are.

A reader of a few companies' items finds one in hundreds, so walking all items by time until enough are found looks at
hundreds of times as many. Where the rules bound what somebody reads, each bound is walked by its own index.
"""

from django.db import connection

ORDER = ("-modified_at", "-pk")
TIMED = ("pk", "modified_at")


def newest(several, columns, count, *, anyhow=False):
    """Return a values list of the first `count` of the rows of several querysets together, by time or `anyhow`.

    `columns` has those of TIMED.
    """
    order = () if anyhow else ORDER
    heads = [rows.order_by(*order).values_list(*columns)[:count] for rows in several]
    return heads[0].union(*heads[1:]).order_by(*order)[:count] if len(heads) > 1 else heads[0]


def apart():
    """Tell whether the database takes the first of several querysets from each of them."""
    return connection.features.supports_slicing_ordering_in_compound
