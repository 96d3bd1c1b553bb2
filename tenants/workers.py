"""Processes of our own for work that one core does too slowly; each begins with nothing and opens its own database."""

import os
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

import django
from django.db import connection, connections


@contextmanager
def mapping(parts):
    """Give a `map` for a function over so many parts: in order, by every core where there is more than one part.

    Inside a transaction, and on a database that other processes do not see, it is Python's own.
    """
    number = min(os.cpu_count() or 1, parts)
    if number < 2 or connection.vendor != "postgresql" or connection.in_atomic_block:
        yield map
        return
    name = connection.settings_dict["NAME"]
    pool = ProcessPoolExecutor(number, get_context("spawn"), initializer=_begin, initargs=(name,))
    try:
        yield pool.map
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(database):
    django.setup()
    connections["default"].settings_dict["NAME"] = database  # that of a test is named by nothing else
