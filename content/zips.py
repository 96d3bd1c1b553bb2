"""Many files in one zip, made while it is sent: flat in memory, each file asked for, recorded and hashed in its turn.

Stored bytes that are missing or damaged end the stream before the directory of the zip is written: what arrived is
then no zip, and no program takes it for a whole one.
"""

import unicodedata
import zipfile
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from content.downloads import Stream
from content.files import clean_name, note_download, read_version
from content.models import FileVersion
from content.soundness import require_sound
from content.stored import fresh
from tenants.errors import Conflict, DomainError, NotVisible

LONGEST = 90  # characters of a folder's name: some systems take few for a whole path
PACKED = {".png", ".jpg", ".jpeg", ".webp", ".zip", ".3mf", ".docx", ".xlsx", ".pptx", ".gz", ".glb"}
LEFT_OUT = "LEFT OUT.txt"


class _Pipe:
    """What the zip is written to: bytes wait here until they are sent."""

    def __init__(self):
        self.waiting = []

    def write(self, data):
        """Take bytes."""
        self.waiting.append(bytes(data))
        return len(data)

    def flush(self):
        """Do nothing: what came is sent in its turn."""

    def taken(self):
        """Yield what waits."""
        waiting, self.waiting = self.waiting, []
        yield from waiting


def latest(items):
    """Return the latest versions of all files of items, by item and name."""
    newest = FileVersion.objects.filter(file=OuterRef("file")).order_by("-number").values("pk")[:1]
    found = FileVersion.objects.filter(file__item__in=items, pk=Subquery(newest))
    return found.order_by("file__item", "file__name")


@dataclass
class Share:
    """What a zip holds of one item: how many files of how many bytes, and in sentences what it leaves out."""

    item: object
    number: int = 0
    size: int = 0
    left_out: list = field(default_factory=list)


def judge(actor, items):
    """Return a Share for each item, by the rows of now; one query."""
    found = {item.pk: Share(item) for item in items}
    for version in latest(items).select_related("file"):
        share = found[version.file.item_id]
        try:
            require_sound(actor, version)
        except DomainError as refusal:
            share.left_out.append(f"{version.file.name}: {refusal.sentence}")
            continue
        share.number, share.size = share.number + 1, share.size + version.size
    for share in found.values():
        if not share.number and not share.left_out:
            share.left_out.append("It has no file.")
    return list(found.values())


def stream(actor, ids):
    """Yield a zip of the files of these items; what may not be handed out in its turn is left out and said."""
    pipe, left_out = _Pipe(), []
    with zipfile.ZipFile(pipe, "w") as made:
        for pk in ids:
            folder = _Folder()
            for version_pk in latest([pk]).values_list("pk", flat=True):
                try:
                    version = _asked(actor, version_pk)
                except DomainError as refusal:
                    left_out.append(f"{refusal.sentence} {refusal.remedy}".strip())
                    continue
                yield from _file(made, pipe, folder.path(version), version)
        if left_out:
            made.writestr(LEFT_OUT, "\n".join(left_out) + "\n")
    yield from pipe.taken()


def _asked(actor, pk):
    """Return a version, the reading recorded, by the rules and rows of now.

    Raises Conflict for one that the actor reads no more, and as `content.soundness` for bytes known to be unsound.
    """
    try:
        now = fresh(actor)
        version = read_version(now, pk)
    except NotVisible:
        raise Conflict("A file that is not yours to read any more was left out.") from None
    require_sound(now, version)
    note_download(now, version, begins=True)
    return version


def _file(made, pipe, path, version):
    entry = zipfile.ZipInfo(
        path, timezone.localtime(version.created_at, version.file.item.platform.zone).timetuple()[:6]
    )
    packed = PurePosixPath(path).suffix.lower() in PACKED
    entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    entry.compress_level = 1
    entry.file_size, entry.external_attr = version.size, 0o644 << 16
    source = Stream(version)
    try:
        with made.open(entry, "w", force_zip64=version.size > zipfile.ZIP64_LIMIT // 2) as target:
            for chunk in source:
                target.write(chunk)
                yield from pipe.taken()
    finally:
        source.close()
    yield from pipe.taken()


class _Folder:
    """The folder of one item: names safe for any system, no two alike where capital letters count for nothing."""

    def __init__(self):
        self.used = set()

    def path(self, version):
        """Return where a file stands in the zip."""
        name = PurePosixPath(clean_name(version.file.name))
        chosen, number = str(name), 1
        while chosen.casefold() in self.used:
            number += 1
            chosen = f"{name.stem} ({number}){name.suffix}"
        self.used.add(chosen.casefold())
        return f"{folder_name(version.file.item)}/{chosen}"


def folder_name(item):
    """Return the name of an item's folder: number, revision, and as much of the title as any system takes."""
    title = unicodedata.normalize("NFC", item.title).replace("/", "_").replace("\\", "_")
    return clean_name(f"{item.number} {item.revision} {title}"[:LONGEST])
