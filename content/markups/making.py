"""Makes markups. Source of who: docs/access.md, sections 4 and 7: evaluation content, in the discussion of its item."""

import json
import tempfile
from dataclasses import dataclass
from math import inf
from pathlib import Path

from django.core.files.base import ContentFile

from content import comments
from content.comments import Pin, Said
from content.markups import shapes
from content.models import Markup
from content.viewing import limits
from tenants import access
from tenants.errors import Unacceptable

HEAVIEST, WIDEST = 1000**2, 4096  # bytes and pixels of a snapshot
PNG = b"\x89PNG\r\n\x1a\n"
LIMITS = limits.Limits(seconds=10, memory=2 * 1024**3, output=64 * 1024**2)


@dataclass(frozen=True, slots=True)
class Mark:
    """What somebody marks: its kind, its view as JSON, and the picture of it as bytes, if any."""

    kind: str
    view: str
    snapshot: bytes = b""


def make(*, actor, version, mark, text):
    """Pin a remark to a version that the actor reads, and tell whom it concerns as of any comment. Return the Markup.

    Raises AccessDenied for who may not, Unacceptable for a shape, picture or text that is none.
    """
    item = version.file.item
    access.require(actor, "comment", item)
    access.require(actor, "markup", item)  # before a picture is looked at
    view = shapes.settle(mark.kind, mark.view)
    pictures = (_picture(mark.snapshot),) if mark.snapshot else ()

    def keep(comment):
        snapshot = comment.attachments.first() if pictures else None
        Markup.objects.create(comment=comment, version=version, kind=mark.kind, view=view, snapshot=snapshot)
        return {"file": version.file.name, "version": version.number, "markup": mark.kind}

    said = Said(text, None, version.file_id, pictures)
    return comments.say(actor=actor, item=item, remark=said, pin=Pin("markup", "markup_made", keep)).markup


def _picture(content):
    """Return a snapshot as a file, once the converter's process has found a whole PNG of a window's size in it."""
    if len(content) > HEAVIEST:
        raise Unacceptable(f"The picture is larger than {HEAVIEST // 1000**2} MB.", field="snapshot")
    if not content.startswith(PNG) or max(_size(content)) > WIDEST:
        words = f"The picture is no PNG that can be read, or wider or higher than {WIDEST} pixels."
        raise Unacceptable(words, field="snapshot")
    return ContentFile(content, name="snapshot.png")


def _size(content):
    """Return the width and height of a picture, endless for one that cannot be drawn."""
    with tempfile.TemporaryDirectory(prefix="gangway-convert-") as folder:
        source, out = Path(folder) / "source.png", Path(folder) / "out"
        source.write_bytes(content)
        out.mkdir()
        stopped = limits.run(source, out, LIMITS)
        facts = {} if stopped else json.loads((out / "facts.json").read_text())
    return facts.get("size", (inf, inf))
