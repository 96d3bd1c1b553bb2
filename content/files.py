"""Files and their versions: bytes first, verified, then the row; a crash between leaves only an orphan to sweep."""

import re
import tempfile
import unicodedata
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from content import conversions, iterations, news, scanning
from content.blobs import keys, put, storage
from content.changing import decide_change
from content.models import Attachment, File, FileVersion, Upload
from content.reading import record_opening
from content.stored import fresh, lock_row, touch
from tenants import access, audit
from tenants.errors import Changed, Conflict, DomainError, NotVisible, Unacceptable
from tenants.models import AuditEvent

LONGEST = 200  # characters of a file name
GRACE = timedelta(hours=24)  # how long bytes without a row may stay
LATEST = timedelta(hours=6)  # no upload in one request takes longer
ANSWERS = timedelta(days=1)  # how long an upload in pieces says that it is done
RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
# Suffix -> (type we name, how such a file begins). Anything else, and anything that lies, is an octet stream.
TYPES = {
    ".step": ("model/step", b"ISO-10303-21"),
    ".stp": ("model/step", b"ISO-10303-21"),
    ".pdf": ("application/pdf", b"%PDF-"),
    ".png": ("image/png", b"\x89PNG"),
    ".jpg": ("image/jpeg", b"\xff\xd8\xff"),
    ".jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    ".3mf": ("model/3mf", b"PK"),
    ".stl": ("model/stl", b""),
    ".dxf": ("image/vnd.dxf", b""),
    ".csv": ("text/csv", b""),
    ".txt": ("text/plain", b""),
}
UNKNOWN = "application/octet-stream"
VERBS = ("file_stored", "file_stored_frozen", "files_repaired")


def clean_name(name):
    """Return a file name without folders, control signs, tricks and reserved words.

    Raises Unacceptable when nothing is left of it, or more than 200 characters: a name cut short may be another's.
    """
    name = unicodedata.normalize("NFC", str(name)).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C").strip(" .")
    name = re.sub(r'[<>:"|?*;]', "_", name)
    if not name:
        raise Unacceptable("The file needs a name.", field="file")
    if RESERVED.match(name):
        name = f"_{name}"
    if len(name) > LONGEST:
        raise Unacceptable(f"The name of the file is longer than {LONGEST} characters. Shorten it.", field="file")
    return name


def media_type(name, head):
    """Return the type we dare to name: suffix and first bytes must agree."""
    kind, beginning = TYPES.get(PurePosixPath(name).suffix.lower(), (UNKNOWN, b""))
    return kind if head.startswith(beginning) else UNKNOWN


@dataclass(frozen=True, slots=True)
class Arrival:
    """An upload as received: its file, with `sha256` from the upload handler, and what was said about it.

    `upload` is the row of one that came in pieces: it becomes this version and no other.
    `over` is the SHA-256 of the version it was made from, empty for a file that is new; None asks nothing.
    """

    file: object
    comment: str = ""
    unlock: bool = False
    reason: str = ""
    sha256: str = field(default="")
    upload: Upload | None = None
    over: str | None = None


def add_version(*, actor, item, arrival):
    """Store an upload as the next version of the item's file of that name, and return it.

    Raises AccessDenied before a byte is stored, Conflict when the stored bytes differ from the received ones,
    Changed when another version came meanwhile than the upload was made for, Unacceptable for a file without bytes or
    usable name, NoSpace when the disk is full.
    """
    with bytes_of(actor=actor, item=item, arrival=arrival) as store:
        return store()


@contextmanager
def bytes_of(*, actor, item, arrival):
    """Store the bytes of an upload; give the act that names them as a version, and drop them if it does not."""
    decide(fresh(actor), item, arrival.reason)  # before the bytes move
    name = clean_name(arrival.file.name)
    if not arrival.file.size:
        raise Unacceptable(f"{name} is empty: there is nothing in it to store.", field="file")
    require_taken(item.type, name)
    arrival.file.seek(0)
    kind = media_type(name, arrival.file.read(64))
    arrival.file.seek(0)
    key, sha256 = put(arrival.file, getattr(arrival.file, "sha256", "") or arrival.sha256)
    try:
        yield partial(
            _commit,
            actor,
            item,
            name,
            arrival,
            {"key": key, "size": arrival.file.size, "sha256": sha256, "media_type": kind},
        )
    except DomainError:  # any other failure may have come after the commit: those bytes wait for the sweep
        storage().delete(key)
        raise
    if not FileVersion.objects.filter(key=key).exists():
        storage().delete(key)


def require_taken(kind, name):
    """Raise Unacceptable for a file of a kind that items of type `kind` do not take."""
    if not kind.takes(name):
        wanted = ", ".join(f".{suffix}" for suffix in kind.suffixes())
        raise Unacceptable(f"{kind} takes files of these kinds: {wanted}. {name} is of another.", field="file")


def decide(actor, item, reason):
    """Return (verb, decision, reason) of storing a file: by modify, else as an Owner's repair for a reason."""
    return decide_change(actor, item, VERBS, reason)


@transaction.atomic
def _commit(actor, item, name, arrival, facts):
    item = lock_row(actor, item.pk)
    verb, decision, reason = decide(fresh(actor), item, arrival.reason)
    file, _ = File.objects.get_or_create(item=item, name=name)
    latest = file.versions.first()
    _require_over(arrival.over, name, latest)
    if latest is not None and latest.sha256 == facts["sha256"]:
        raise Conflict(f"Version {latest.number} of {name} already holds exactly these bytes.", "Nothing was stored.")
    number = latest.number + 1 if latest else 1
    version = FileVersion.objects.create(
        file=file, number=number, comment=arrival.comment.strip()[:250], created_by=actor.user, **facts
    )
    _end_upload(arrival.upload, version)
    scanning.request(version)
    conversions.request(version)
    fields = []
    if arrival.unlock and item.locked_by_id == actor.user.pk:
        item.locked_by = item.locked_at = None
        fields = ["locked_by", "locked_at"]
        verb = "file_checked_in" if verb == "file_stored" else verb
    touch(item, *fields, work=True)
    iterations.keep(item, actor.user, f"Version {number} of {name}")
    after = {"file": name, "version": number, "size": facts["size"], "sha256": facts["sha256"]}
    after |= {"unlocked": True} if fields else {}
    audit.record(actor, verb, item, space_id=item.space_id, decision=decision, after=after, reason=reason)
    news.tell_followers(actor, item, f"version {number} of {name}")
    if verb == "files_repaired":
        news.tell_repair(actor, item, reason)
    return version


def _end_upload(upload, version):
    """Note what an upload in pieces became. Raises Conflict when it was cancelled meanwhile."""
    known = {"version": version, "expires_at": timezone.now() + ANSWERS}
    if upload and not Upload.objects.filter(pk=upload.pk, version=None).update(**known):
        raise Conflict("This upload was cancelled.", "Nothing was stored.")


def _require_over(over, name, latest):
    if over is not None and over != (latest.sha256 if latest else ""):
        now = f"version {latest.number} of {name} is there" if latest else f"{name} is not there"
        raise Changed(f"Another version came meanwhile: {now}.", "Nothing was stored; fetch it and compare.")


def latest_version(actor, item, name, number=None):
    """Return a version of an item's file by the name of the file, the latest one or that number, for opening.

    Whoever calls has found the item for the actor. Raises NotVisible when there is no such version.
    """
    found = FileVersion.objects.select_related("file__item").filter(file__item=item, file__name=name)
    version = found.filter(number=number).first() if number is not None else found.first()
    if version is None:
        raise NotVisible
    return version


def read_version(actor, pk):
    """Return a version whose item the actor may read, by the one rule. Raises NotVisible."""
    rows = FileVersion.objects.select_related("file__item__space", "file__item__locked_by")
    version = rows.filter(pk=pk, file__item__platform=actor.platform).first()
    if version is None:
        raise NotVisible
    access.require(actor, "read", version.file.item)
    return version


def _noted(actor, item, verb):
    """Return what the entries of the last hour say of this act of the actor on an item."""
    recent = AuditEvent.objects.filter(actor=actor.user, verb=verb, at__gt=timezone.now() - timedelta(hours=1))
    return list(recent.filter(object_type="content.item", object_id=str(item.pk)).values_list("after", flat=True))


def _about(version):
    return {"file": version.file.name, "version": version.number}


@transaction.atomic
def note_download(actor, version, *, begins):
    """Write down that somebody takes a version away: each time for its beginning, for a later piece once an hour."""
    if begins or _about(version) not in _noted(actor, version.file.item, "file_downloaded"):
        record_opening(actor, version.file.item)
        note_reading(actor, version, "file_downloaded")


def note_view(actor, version):
    """Write down, once an hour, that somebody looks at a version, by whatever part of what a viewer shows."""
    if _about(version) not in _noted(actor, version.file.item, "file_viewed"):
        note_reading(actor, version, "file_viewed")


@transaction.atomic
def note_reading(actor, version, verb):
    """Write down that somebody looked at a version (`file_viewed`) or took it away (`file_downloaded`)."""
    item = version.file.item
    audit.record(actor, verb, item, space_id=item.space_id, after=_about(version))


def sweep(now=None):
    """Delete bytes that no version names, stored ones after a day, half received ones after hours; return how many."""
    now, swept = now or timezone.now(), 0
    for key in keys(storage()):
        if storage().get_modified_time(key) > now - GRACE:
            continue
        if not any(model.objects.filter(key=key).exists() for model in (FileVersion, Attachment)):
            storage().delete(key)
            swept += 1
    return swept + _sweep_received(now)


def _sweep_received(now):
    """Delete what uploads left half received when their process was killed: nothing else ever removes it."""
    folder, swept = Path(settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir()), 0
    for path in folder.glob("*.upload*"):
        with suppress(FileNotFoundError):
            if now.timestamp() - path.stat().st_mtime > LATEST.total_seconds():
                path.unlink()
                swept += 1
    return swept
