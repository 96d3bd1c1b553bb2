"""Set up the demo world and serve it: one command on a fresh clone."""

import os
import shutil
import signal
import subprocess
import sys
import time

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from platform_site import assets
from platform_site.demo import people, world
from tenants.models import Platform

SETTLE = 0.2  # seconds between two looks at the children


class Command(BaseCommand):
    """Prepares everything below var/ once, then runs web and worker until it is stopped."""

    help = "Set up the demo world (once) and serve it on http://127.0.0.1:8000."

    def add_arguments(self, parser):
        """Declare the port and the ways to begin anew."""
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--reset", action="store_true", help="Throw the demo world away and begin anew.")
        parser.add_argument("--no-input", action="store_true", help="Do not ask before --reset.")
        parser.add_argument("--prepare", action="store_true", help="Set up and stop before serving.")

    def handle(self, *, port, reset, no_input, prepare, **options):
        """Prepare, print who can sign in, serve."""
        if not settings.DEMO:
            raise CommandError("The demo signs people in by a click; it does not run with these settings.")
        if reset:
            self._reset(no_input)
        self._prepare()
        self._say(port)
        if not prepare:
            self._serve(port)

    def _reset(self, no_input):
        database = settings.DATABASES["default"]["NAME"]
        question = f"This ends the demo world in {settings.VAR}, files and mail included. Begin anew? [y/N] "
        if not no_input and input(question).strip().lower() not in {"y", "yes"}:
            raise CommandError("Nothing was changed.")
        if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
            for suffix in ("", "-wal", "-shm"):
                (settings.VAR / f"{os.path.basename(database)}{suffix}").unlink(missing_ok=True)
        else:
            call_command("flush", interactive=False, verbosity=0)
        for folder in ("files", "mail"):
            shutil.rmtree(settings.VAR / folder, ignore_errors=True)

    def _prepare(self):
        self._step("Building styles, fonts and icons", assets.ensure)
        self._step("Preparing the database", self._migrate)
        if not Platform.objects.exists():
            self._step("Building the demo world", lambda: world.build(say=self._line))

    def _migrate(self):
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)

    def _step(self, words, work):
        begun = time.monotonic()
        self.stdout.write(f"{words} ...", ending=" ")
        self.stdout.flush()
        work()
        self.stdout.write(f"{time.monotonic() - begun:.1f} s")

    def _line(self, words):
        self.stdout.write(f"\n  {words} ...", ending=" ")
        self.stdout.flush()

    def _say(self, port):
        base = f"http://127.0.0.1:{port}"
        self.stdout.write(f"\nGangway is at {base}/demo/ (choose a person there, one click signs in).")
        self.stdout.write(f"Mail that the demo sends: {base}/demo/mail/\n")
        for platform, rows in people.by_platform():
            self.stdout.write(f"  {platform}")
            for row in rows:
                self.stdout.write(f"    {row.name:<22} {row.what}")
        self.stdout.write(f"\nOperator of the installation: {people.OPERATOR}, at {base}/admin/. Stop with Ctrl-C.")

    def _serve(self, port):
        """Run web, workers and clock as children and end all when one ends or we are told to stop."""
        environment = os.environ | {"PUBLIC_BASE_URL": f"http://127.0.0.1:{port}"}
        environment["DJANGO_SETTINGS_MODULE"] = os.environ["DJANGO_SETTINGS_MODULE"]
        web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
        web += ["--workers", "1", "--blocking-threads", "4", "--log-level", "warning", "--no-ws"]
        web += ["--workers-kill-timeout", "3", "platform_site.wsgi:application"]
        worker = [sys.executable, "manage.py", "db_worker", "--interval", "1", "--no-startup-delay"]
        converter = [*worker, "--backend", "conversion", "--queue-name", "conversion"]
        clock = [sys.executable, "manage.py", "clock", "--interval", "20"]
        children = [
            subprocess.Popen(command, cwd=settings.ROOT, env=environment)  # noqa: S603 - our own words only
            for command in (web, worker, converter, clock)
        ]
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            while all(child.poll() is None for child in children):
                time.sleep(SETTLE)
            raise CommandError("The web server, a worker or the clock ended; is the port in use?")
        except KeyboardInterrupt:
            self.stdout.write("\nStopped. The data stays in var/.")
        finally:
            for child in children:
                child.terminate()
            for child in children:
                child.wait(timeout=10)
