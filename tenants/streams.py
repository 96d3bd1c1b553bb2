"""Keeps the streams of open pages: one thread hears what is announced and asks again for the pages it concerns.

However many there are, they cost one thread and a handful of statements a round. A page that reads slowly misses
states, never the newest: each stream holds one.
"""

import asyncio
import logging
import random
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice

from django.db import DEFAULT_DB_ALIAS, close_old_connections, connections

from tenants import announcing, live
from tenants.models import Member

log = logging.getLogger(__name__)
GATHER = 0.05  # seconds in which words that come together are taken together
HEARD = 0.5  # seconds after which a new stream is asked for at the latest
SWEEP = 15  # seconds after which all are asked again: for what ends by time alone
MOST_OF_ONE = 30  # streams of one member in one process
APART = 0.8  # seconds between two rounds for everybody
SLOW = 20  # pages that cost something each, such as lists, of which a round asks


class Stream:
    """An open page that wants to be told; `state` is the newest, None before the first, `over` when access ended."""

    def __init__(self, page, user_id):
        self.page, self.state, self.over = page, None, False
        self.words = page.words | {f"user:{user_id}"}
        self.loop, self.woken = asyncio.get_running_loop(), asyncio.Event()

    def put(self, state):
        """Let the page be told a state, None that access ended. Called by the hub's thread."""
        self.state, self.over = state or self.state, state is None
        self.loop.call_soon_threadsafe(self.woken.set)


class Hub:
    """All streams of this process."""

    def __init__(self):
        self.streams, self.fresh, self.left, self.slow = set(), set(), set(), {}
        self.lock, self.thread, self.stopped = threading.Lock(), None, False
        self.wide_at = self.swept_at = 0.0

    def add(self, stream):
        """Keep a stream and tell whether it is kept; the first one starts the thread."""
        with self.lock:
            if sum(one.page.member_id == stream.page.member_id for one in self.streams) >= MOST_OF_ONE:
                return False
            self.streams.add(stream)
            self.fresh.add(stream)
            if self.thread is None:
                self.thread = threading.Thread(target=self._run, name="streams", daemon=True)
                self.thread.start()
        return True

    def remove(self, stream):
        """Let a stream go."""
        with self.lock:
            self.streams.discard(stream)
            self.fresh.discard(stream)
            self.slow.pop(stream, None)
            self.left.add(stream.page)

    def stop(self):
        """End the thread."""
        self.stopped = True
        if self.thread is not None:
            self.thread.join()

    def _run(self):
        while not self.stopped:
            try:
                with listening() as heard:
                    self.swept_at = 0.0  # what was said meanwhile was missed
                    while not self.stopped:
                        self.round(heard(HEARD))
            except Exception:  # the database went away: it comes back
                log.exception("open pages are not told for a moment")
                time.sleep(1 + 2 * random.random())  # noqa: S311 - so that not all come at once

    def round(self, words):
        """Tell the pages that the words concern, the new ones, and from time to time all."""
        concerned = self._concerned(words)
        with self.lock:
            left, self.left = self.left - {stream.page for stream in self.streams}, set()
        try:
            live.leave(left)
            self.tell(concerned | (now := self._slow(concerned)), concerned - now)
        finally:
            close_old_connections()

    def _concerned(self, words):
        now = time.monotonic()
        with self.lock:
            fresh, self.fresh = self.fresh, set()
            if announcing.ANYTHING in words:
                self.wide_at = self.wide_at or now + APART * (now - self.swept_at < APART)
            if (self.wide_at and now >= self.wide_at) or now - self.swept_at > SWEEP:
                self.wide_at, self.swept_at = 0.0, now
                return set(self.streams)
            return fresh | {stream for stream in self.streams if not words.isdisjoint(stream.words)}

    def _slow(self, concerned):
        """Return those of which all is asked now: of the slow ones the first in turn."""
        with self.lock:
            self.slow |= dict.fromkeys(stream for stream in concerned & self.streams if stream.page.slow)
            turn = set(islice(self.slow, SLOW))
            self.slow = {stream: None for stream in self.slow if stream not in turn}
        return turn | {stream for stream in concerned if not stream.page.slow}

    def tell(self, streams, waiting=frozenset()):
        """Ask how the pages stand now, and wake those that show something else or are over.

        Of those `waiting` it is only asked whether they may still be told, and how their bell stands.
        """
        if not streams:
            return
        pages = {stream: replace(stream.page, see=()) if stream in waiting else stream.page for stream in streams}
        found = live.answer(set(pages.values()))
        for stream, page in pages.items():
            state = found.get(page)
            if state is not None and stream in waiting:
                state = (stream.state or {}) | state
            if state is None or state != stream.state:
                stream.put(state)


@contextmanager
def listening():
    """Give a function that waits so many seconds for words and returns those that came, on a connection of its own."""
    own = connections.create_connection(DEFAULT_DB_ALIAS)
    own.ensure_connection()
    try:
        own.connection.execute(f"LISTEN {announcing.CHANNEL}")

        def heard(seconds):
            said = [note.payload for note in own.connection.notifies(timeout=seconds, stop_after=1)]
            if said:
                time.sleep(GATHER)
                said += [note.payload for note in own.connection.notifies(timeout=0)]
            return {word for words in said for word in words.split()}

        yield heard
    finally:
        own.close()


def owner(page):
    """Return the id of the user whose page it is."""
    return Member.objects.values_list("user", flat=True).get(pk=page.member_id)
