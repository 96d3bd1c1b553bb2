"""Whether stored bytes may be handed out: still those that came, and not known for malware."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from content import blobs
from content.models import Attachment, FileVersion, Scan
from tenants import audit
from tenants.errors import Conflict, DomainError, Gone

RESTORE = "The people who run this installation can restore them."
OFTEN = timedelta(days=30)  # how long a comparison holds
MOST = 5 * 1024**3  # bytes that one run of the clock compares
log = logging.getLogger("gangway.files")


class Infected(DomainError):
    """A scanner found malware in the file; nobody gets it."""

    status = 403

    def __init__(self):
        super().__init__("A scanner found malware in this file.", "Nobody can download it. Store a clean version.")


def require_whole(version):
    """Raise Gone for bytes known to be damaged, Infected for those that carry malware.

    What came with a comment was scanned before it was stored, and is compared with its hash whenever it is sent.
    """
    if isinstance(version, Attachment):
        return
    if version.damaged_at:
        raise Gone("The stored bytes of this file are damaged.", RESTORE)
    if version.scan == Scan.INFECTED:
        raise Infected


def require_sound(actor, version):
    """Raise Gone or Infected as `require_whole`, and Conflict where an External would get what no scanner has seen."""
    require_whole(version)
    if settings.SCANNER and actor.is_external and version.scan != Scan.CLEAN:
        raise Conflict("This file is still being scanned for malware.", "Try again in a minute.")


@transaction.atomic
def note_damage(version, words):
    """Write down once that the bytes of a version are not those that came: an alarm in the log and in the record.

    Of what came with a comment the log alone keeps it.
    """
    if isinstance(version, Attachment):
        log.error("The bytes of attachment %s are %s.", version.pk, words)
        return
    now = timezone.now()
    if FileVersion.objects.filter(pk=version.pk, damaged_at=None).update(damaged_at=now, checked_at=now):
        log.error("The bytes of file version %s are %s.", version.pk, words)
        _record("file_damaged", version, {"bytes": words, "sha256": version.sha256})


@transaction.atomic
def _note_whole(version):
    now = timezone.now()
    if FileVersion.objects.filter(pk=version.pk, damaged_at__isnull=False).update(damaged_at=None):
        _record("file_mended", version, {"sha256": version.sha256})
    FileVersion.objects.filter(pk=version.pk).update(checked_at=now)


def _record(verb, version, more):
    item = version.file.item
    after = {"file": version.file.name, "version": version.number, **more}
    audit.record(None, verb, item, platform=item.platform, space_id=item.space_id, after=after)


def check(version):
    """Compare the stored bytes of a version with its hash, note the outcome, and return what is wrong, else nothing."""
    try:
        with blobs.storage().open(version.key) as stored:
            wrong = "" if blobs.hash_of(stored) == version.sha256 else "of another hash"
    except FileNotFoundError:
        wrong = "missing"
    if wrong:
        note_damage(version, wrong)
    else:
        _note_whole(version)
    return wrong


def unchecked(before):
    """Return the versions that were not compared since `before`, longest ago first."""
    rows = FileVersion.objects.filter(checked_at=None) | FileVersion.objects.filter(checked_at__lt=before)
    rows = rows.select_related("file__item__platform")
    return rows.order_by(F("checked_at").asc(nulls_first=True), "pk")


def check_some(most=MOST):
    """Compare versions whose turn it is, at most so many bytes; return how many are damaged."""
    damaged, left = 0, most
    for version in unchecked(timezone.now() - OFTEN).iterator(chunk_size=200):
        if left <= 0:
            break
        left -= version.size
        damaged += bool(check(version))
    return damaged
