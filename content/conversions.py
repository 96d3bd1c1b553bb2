"""Makes files viewable: asked for with each version, made by a worker in a limited child, seen by the one rule."""

import json
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path, PurePosixPath

from django.core.files.base import File as DjangoFile
from django.db import transaction
from django.db.models import F
from django.tasks import task
from django.utils import timezone

from content import blobs
from content.models import Conversion, ConversionState, FileVersion, Rendition
from content.search.entries import index_bytes
from content.viewing import limits
from content.viewing.convert import BY_SUFFIX
from tenants.errors import NotVisible

THUMB = "thumb.webp"  # the small picture of lists
MOST_BYTES = 500 * 1024**2  # a larger file is for downloading
CRASHED = timedelta(minutes=10)  # a conversion that runs longer has lost its worker
TRIES = 3
GRACE = timedelta(hours=24)
LIMITS = limits.Limits()
TYPES = {
    ".glb": "model/gltf-binary",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
}


def request(version):
    """Ask for the conversion of a version's bytes in the transaction that stores it; a known one is kept."""
    suffix = PurePosixPath(version.file.name).suffix.lower()
    if suffix not in BY_SUFFIX:
        return
    refused = {"state": ConversionState.FAILED, "reason": f"Files over {MOST_BYTES // 1024**2} MB are not shown."}
    defaults = {"suffix": suffix, **(refused if version.size > MOST_BYTES else {})}
    conversion, made = Conversion.objects.get_or_create(key=version.key, defaults=defaults)
    if made and conversion.state == ConversionState.WAITING:
        convert.enqueue(pk=conversion.pk)


@task(backend="conversion", queue_name="conversion")
def convert(*, pk):
    """Make one conversion; run by the worker of conversions. Twice at once, or after the end, does nothing."""
    if (lease := _take(pk)) is None:
        return
    conversion = Conversion.objects.get(pk=pk)
    with tempfile.TemporaryDirectory(prefix="gangway-convert-") as folder:
        work = Path(folder)
        outcome = _run(conversion, work)
        _finish(conversion, lease, outcome, work / "out")


def _take(pk):
    """Return the lease of this run, or None when there is nothing to do."""
    now = timezone.now()
    free = Conversion.objects.filter(pk=pk, state=ConversionState.WAITING) | Conversion.objects.filter(
        pk=pk, state=ConversionState.RUNNING, taken_at__lt=now - CRASHED
    )
    lease = free.values_list("lease", flat=True).first()
    if lease is None:
        return None
    taken = free.filter(lease=lease).update(state=ConversionState.RUNNING, taken_at=now, lease=F("lease") + 1)
    return lease + 1 if taken else None


def _run(conversion, work):
    """Convert in a folder; return {"reason": ...} or the facts."""
    source, out = work / f"source{conversion.suffix}", work / "out"
    out.mkdir()
    try:
        with blobs.storage().open(conversion.key) as stored, source.open("wb") as copy:
            shutil.copyfileobj(stored, copy, blobs.CHUNK)
    except FileNotFoundError:
        return {"reason": "Its stored bytes are missing."}
    if stopped := limits.run(source, out, LIMITS):
        return {"reason": stopped}
    try:
        facts = json.loads((out / "facts.json").read_text())
    except (OSError, ValueError):
        return {"reason": "The converter failed on it; the file may be damaged."}
    return {"reason": facts["refused"]} if "refused" in facts else facts


def _finish(conversion, lease, outcome, out):
    """Store what came of it, unless another worker has taken the conversion over."""
    kept = [] if "reason" in outcome else _keep(out)
    with transaction.atomic():
        current = Conversion.objects.select_for_update().filter(pk=conversion.pk, lease=lease).first()
        if current is None:
            stale = True
        else:
            stale = False
            current.state = ConversionState.FAILED if "reason" in outcome else ConversionState.DONE
            current.reason = outcome.get("reason", "")[:250]
            current.facts = {} if "reason" in outcome else outcome
            current.thumb = any(name == THUMB for name, _key, _size in kept)
            current.text = _text(out)
            current.made_at = timezone.now()
            current.save()
            Rendition.objects.bulk_create(
                Rendition(conversion=current, name=name, key=key, size=size) for name, key, size in kept
            )
            if current.text:
                index_bytes.enqueue(key=current.key)
    if stale:
        for _name, key, _size in kept:
            blobs.shown().delete(key)


def _keep(out):
    """Store everything the converter made for browsers; return [(name, key, size)]."""
    kept = []
    for path in sorted(out.iterdir()):
        if path.suffix in TYPES and path.name not in {"facts.json", "text.txt"} and path.is_file():
            with path.open("rb") as file:
                kept.append((path.name, blobs.shown().save(blobs.new_key(), DjangoFile(file)), path.stat().st_size))
    return kept


def _text(out):
    words = out / "text.txt"
    return words.read_text(errors="replace").replace("\0", "") if words.is_file() else ""


def of_version(version):
    """Return the conversion of a version's bytes, or None for a kind of file that nobody can show."""
    return Conversion.objects.filter(key=version.key).first()


def find_rendition(version, name):
    """Return a rendition of a version that the caller may read. Raise NotVisible when there is none of that name."""
    found = Rendition.objects.filter(conversion__key=version.key, name=name).first()
    if found is None:
        raise NotVisible
    return found


def picture(items):
    """Give each item `thumb_version`, the newest of its versions that has a thumbnail, or None; in one query."""
    items = list(items)
    pictured = Conversion.objects.filter(thumb=True).values("key")
    rows = FileVersion.objects.filter(file__item__in=[item.pk for item in items], key__in=pictured).order_by("pk")
    newest = dict(rows.values_list("file__item", "pk"))
    for item in items:
        item.thumb_version = newest.get(item.pk)
    return items


def media_type(name):
    """Return the type under which a rendition is sent."""
    return TYPES[PurePosixPath(name).suffix]


def again():
    """Take up conversions whose worker or task was lost; after some tries say that they fail. A job of the clock."""
    lost = Conversion.objects.filter(state=ConversionState.RUNNING, taken_at__lt=timezone.now() - CRASHED)
    lost.filter(lease__gte=TRIES).update(
        state=ConversionState.FAILED, reason="Its conversion was cut off several times.", made_at=timezone.now()
    )
    for pk in lost.filter(lease__lt=TRIES).values_list("pk", flat=True):
        convert.enqueue(pk=pk)


def sweep():
    """Delete conversions of bytes that no version names any more, and bytes that no rendition names. Returns both."""
    orphans = Conversion.objects.exclude(key__in=FileVersion.objects.values("key"))
    gone, _details = orphans.delete()
    swept, before = 0, timezone.now() - GRACE
    for key in blobs.keys(blobs.shown()):
        named = Rendition.objects.filter(key=key).exists()
        if not named and blobs.shown().get_modified_time(key) < before:
            blobs.shown().delete(key)
            swept += 1
    return gone, swept
