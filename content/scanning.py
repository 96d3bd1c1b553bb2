"""Scanning for malware, where the installation names a scanner: a process that reads the bytes and says yes or no."""

import logging
import shlex
import subprocess
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.tasks import task
from django.utils import timezone

from content import blobs
from content.models import FileVersion, Scan
from tenants import audit

LONGEST = 600  # seconds a scanner may take for one file
AGAIN = timedelta(minutes=30)  # a scan that was asked for longer ago is asked for anew
FEW = 500  # versions asked for in one run of the clock
CLEAN, INFECTED = 0, 1  # how scanners end, clamdscan among them; anything else is no answer
log = logging.getLogger("gangway.files")


def request(version):
    """Ask for the scan of a version in the transaction that stores it; without a scanner nothing is asked."""
    if settings.SCANNER:
        version.scan, version.scan_asked_at = Scan.PENDING, timezone.now()
        version.save(update_fields=["scan", "scan_asked_at"])
        scan.enqueue(pk=version.pk)


@task
def scan(*, pk):
    """Scan one version; a scanner that fails leaves it waiting, and it is asked again."""
    version = FileVersion.objects.filter(pk=pk).exclude(scan__in=[Scan.CLEAN, Scan.INFECTED]).first()
    if version is None or not settings.SCANNER:
        return
    ended = ask(version.key)
    if ended in (CLEAN, INFECTED):
        _finish(version, Scan.INFECTED if ended == INFECTED else Scan.CLEAN)
    else:
        log.error("The scanner gave no answer on file version %s: %s.", pk, ended)


def ask(key):
    """Return how the scanner ended after it was given the bytes of `key`, or why it did not."""
    try:
        with (
            blobs.storage().open(key) as stored,
            subprocess.Popen(  # noqa: S603 - the words of the one who runs the installation
                shlex.split(settings.SCANNER),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            ) as scanner,
        ):
            with suppress(BrokenPipeError):  # it has seen enough
                for piece in iter(lambda: stored.read(blobs.CHUNK), b""):
                    scanner.stdin.write(piece)
                scanner.stdin.close()
            return _ended(scanner)
    except OSError as error:
        return type(error).__name__


def _ended(scanner):
    try:
        return scanner.wait(LONGEST)
    except subprocess.TimeoutExpired:
        scanner.kill()
        return "too slow"


@transaction.atomic
def _finish(version, state):
    open_still = FileVersion.objects.filter(pk=version.pk).exclude(scan__in=[Scan.CLEAN, Scan.INFECTED])
    if open_still.update(scan=state) and state == Scan.INFECTED:
        item = version.file.item
        log.error("File version %s carries malware.", version.pk)
        after = {"file": version.file.name, "version": version.number, "sha256": version.sha256}
        audit.record(None, "file_quarantined", item, platform=item.platform, space_id=item.space_id, after=after)


def again():
    """Ask for scans that are outstanding: of what came before there was a scanner, and of what it did not answer."""
    if not settings.SCANNER:
        return
    waiting = FileVersion.objects.filter(Q(scan_asked_at=None) | Q(scan_asked_at__lt=timezone.now() - AGAIN))
    for version in waiting.filter(scan__in=[Scan.NONE, Scan.PENDING]).order_by("pk")[:FEW]:
        request(version)
