"""Processes of our own for work that one core does too slowly; each begins with nothing and opens its own database."""

import gc
import os
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

import django
from django.db import connection, connections


@contextmanager
def mapping(parts):
    """Give a `map` for a function over so many parts: in order, by every core where there is more than one part.

    The function sees what is committed, or a moment whose name it is given. With one core or part it runs right here.
    """
    number = min(os.cpu_count() or 1, parts)
    if number < 2:
        yield map
        return
    name = connection.settings_dict["NAME"]
    pool = ProcessPoolExecutor(number, get_context("spawn"), initializer=_begin, initargs=(name,))
    try:
        yield pool.map
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(database):
    gc.disable()  # a short life, which leaves nothing that holds itself
    django.setup()
    connections["default"].settings_dict["NAME"] = database  # that of a test is named by nothing else
