"""Looks for marks of pages, pictures and drawings in later ones; the child of conversions compares what it made."""

import json
import shutil
import tempfile
from pathlib import Path, PurePosixPath

from content.blobs import CHUNK, shown
from content.viewing import limits

LIMITS = limits.Limits(seconds=30, memory=2 * 1024**3, output=16 * 1024**2)
LARGEST = 30 * 1000**2  # bytes of a sheet that is compared


def look(pairs):
    """Return, for each (rendition before, rendition after, [points of a mark]), [what was found, the points now].

    What was found is still, moved, gone, or "" where nobody but a person can tell; all are "" when comparing failed.
    """
    with tempfile.TemporaryDirectory(prefix="gangway-convert-") as folder:
        work = Path(folder)
        out = work / "out"
        out.mkdir()
        names = {}
        told = [_told(work, names, pair) for pair in pairs]
        (work / "source.sheets").write_text(json.dumps([one for one in told if one]))
        if limits.run(work / "source.sheets", out, LIMITS) or not (out / "found.json").exists():
            return [["", points] for _before, _after, points in pairs]
        found = iter(json.loads((out / "found.json").read_text()))
        return [next(found)[0] if one else ["", pair[2]] for one, pair in zip(told, pairs, strict=True)]


def _told(work, names, pair):
    """Return what the child is told of a pair; None for sheets of two kinds, or too large ones."""
    before, after, points = pair
    kinds = {PurePosixPath(one.name).suffix for one in (before, after)}
    if len(kinds) > 1 or max(before.size, after.size) > LARGEST:
        return None
    return {"before": _copied(work, names, before), "after": _copied(work, names, after), "marks": [points]}


def _copied(work, names, rendition):
    """Copy a sheet into the folder, once, and return its name there."""
    if rendition.pk not in names:
        names[rendition.pk] = f"{len(names)}{PurePosixPath(rendition.name).suffix}"
        with shown().open(rendition.key) as stored, (work / names[rendition.pk]).open("wb") as copy:
            shutil.copyfileobj(stored, copy, CHUNK)
    return names[rendition.pk]
