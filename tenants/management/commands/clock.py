"""The process that does what time brings. One is enough; several do no harm."""

import signal
import threading

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from tenants import clock


class Command(BaseCommand):
    """Looks every so many seconds for jobs that are due, until it is told to stop."""

    help = "Do what is due (reminders, endings, sweeps), again and again."

    def add_arguments(self, parser):
        """Declare how often to look, and the way to look once."""
        parser.add_argument("--interval", type=int, default=30, help="Seconds between two looks.")
        parser.add_argument("--once", action="store_true", help="Look once and end.")

    def handle(self, *, interval, once, **options):
        """Tick until a signal says stop."""
        if once:
            self.stdout.write(f"Done: {', '.join(clock.tick()) or 'nothing was due'}.")
            return
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        while not stop.wait(interval):
            close_old_connections()
            clock.tick()
