"""Uploads in pieces: begun, continued after any break, and a version only when whole, verified and committed."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from content import spool
from content.files import LATEST, Arrival, add_version, clean_name, decide, require_taken
from content.models import Upload
from content.stored import fresh, lock_row
from content.uploads import NoSpace, TooLarge
from tenants import access
from tenants.errors import Conflict, NotVisible, TooMany, Unacceptable

KEPT = timedelta(days=7)  # how long an upload may take, with all its breaks
MOST_OPEN = 100  # uploads that one person has under way
MOST_FILES = 3  # times the largest file: what one person may have announced altogether
SPARE = 64 * 1024**2  # bytes that stay free on the disk, for the database beside it


@transaction.atomic
def begin_upload(*, actor, item, size, said):
    """Announce a file of `size` bytes for an item; `said` holds its name, comment, reason and unlock.

    Raises AccessDenied, Unacceptable for a name or a size that cannot be, TooLarge, TooMany, or NoSpace.
    """
    item = lock_row(actor, item.pk)
    decide(fresh(actor), item, said.get("reason", ""))
    name = clean_name(said.get("name", ""))
    if size < 1:
        raise Unacceptable(f"{name} is empty: there is nothing in it to store.", field="file")
    require_taken(item.type, name)
    if size > settings.MAX_UPLOAD_BYTES:
        raise TooLarge
    _require_quota(actor.user, size)
    _require_room(size)
    return Upload.objects.create(
        token=secrets.token_hex(16),
        user=actor.user,
        item=item,
        size=size,
        expires_at=timezone.now() + KEPT,
        **said | {"name": name},
    )


def _require_quota(user, size):
    """Refuse what would let one person fill the disk with beginnings."""
    rows = Upload.objects.filter(user=user, version=None, expires_at__gt=timezone.now())
    announced = rows.aggregate(bytes=Sum("size"))["bytes"] or 0
    if rows.count() >= MOST_OPEN or announced + size > MOST_FILES * settings.MAX_UPLOAD_BYTES:
        raise TooMany("Too many of your uploads are unfinished.", "Finish or cancel some of them first.")


def _require_room(size):
    if spool.room() < size + SPARE:
        raise NoSpace


def find_upload(actor, token):
    """Return an upload of the actor's own that still stands, on an item they read. Raises NotVisible."""
    rows = Upload.objects.select_related("item__space", "item__platform", "item__type", "item__locked_by")
    found = rows.filter(token=token, user=actor.user, item__platform=actor.platform).first()
    if found is None or found.expires_at <= timezone.now():
        raise NotVisible
    access.require(actor, "read", found.item)
    return found


def standing(actor, upload):
    """Return how many bytes count. Raises AccessDenied for who may not store them any more.

    The last one counts only with the version: so a sender who comes back after a crash sends it, and ends the upload.
    """
    decide(actor, upload.item, upload.reason)
    if upload.version_id:
        return upload.size
    return min(spool.size_of(upload.token), upload.size - 1)


def unfinished(actor, item):
    """Return the actor's own uploads to an item that are under way, each with the bytes that have `come`."""
    rows = Upload.objects.filter(user=actor.user, item=item, version=None, expires_at__gt=timezone.now())
    found = list(rows.order_by("name", "pk"))
    for upload in found:
        upload.come = spool.size_of(upload.token)
    return found


def continue_upload(*, actor, upload, offset, pieces, length):
    """Take `length` more bytes, in pieces, at `offset`; return where it stands. The last byte makes the version.

    Raises AccessDenied, Moved when it stands elsewhere, Busy, NoSpace, Unacceptable for more than announced,
    and what `content.files.add_version` raises; a Conflict of that ends the upload.
    """
    decide(actor, upload.item, upload.reason)
    if upload.version_id:
        raise spool.Moved
    if offset + length > upload.size:
        raise Unacceptable("More bytes come than were announced.")
    _require_room(length)
    spool.begin(upload.token, offset, upload.size)
    offset = spool.append(upload.token, offset, pieces)
    if offset == upload.size:
        _finish(actor, upload)
    return offset


def _finish(actor, upload):
    with spool.alone(upload.token) as part:
        file = spool.Whole(part, upload.token, upload.name)
        if file.size != upload.size:  # somebody who sent it too took the last byte back
            raise spool.Moved
        said = {"comment": upload.comment, "reason": upload.reason, "unlock": upload.unlock}
        try:
            add_version(actor=actor, item=upload.item, arrival=Arrival(file=file, upload=upload, **said))
        except Conflict:
            cancel_upload(upload=upload)
            raise
        spool.remove(upload.token)


def cancel_upload(*, upload):
    """Forget an upload and its bytes; what it became already stays."""
    Upload.objects.filter(pk=upload.pk).delete()
    spool.remove(upload.token)


def sweep(now=None):
    """Forget uploads that are over, and bytes that nobody continues; return how many."""
    now = now or timezone.now()
    over = list(Upload.objects.filter(expires_at__lte=now))
    for upload in over:
        cancel_upload(upload=upload)
    swept = len(over)
    known = set(Upload.objects.values_list("token", flat=True))
    for token, written in list(spool.parts()):
        if token not in known and now.timestamp() - written > LATEST.total_seconds():
            spool.remove(token)
            swept += 1
    return swept
