"""Looks for marks of pages, pictures and drawings in later ones; the child of conversions compares what it made."""

import json
import shutil
import tempfile
from hashlib import sha256
from pathlib import Path, PurePosixPath

from django.core.cache import cache

from content.blobs import CHUNK, shown
from content.viewing import limits

LIMITS = limits.Limits(seconds=30, memory=2 * 1024**3, output=16 * 1024**2)
LARGEST = 30 * 1000**2  # bytes of a sheet that is compared
MOST, KEPT = 50, 6 * 3600  # marks that are looked for at once; seconds for which what was found is known


def look(pairs):
    """Return, for each (rendition before, rendition after, [points of a mark]), [what was found, the points now].

    What was found is still, moved, gone, or "" where nobody but a person can tell: also when comparing failed, and of
    more than MOST that nobody has looked for in the last hours. Nobody makes the server look for the same twice.
    """
    keys = [_key(*pair) for pair in pairs]
    known = cache.get_many(keys)
    new = dict([(key, pair) for key, pair in zip(keys, pairs, strict=True) if key not in known][:MOST])
    if new and (found := _compared(list(new.values()))):
        told = dict(zip(new, found, strict=True))
        cache.set_many(told, KEPT)
        known |= told
    return [known.get(key, ["", pair[2]]) for key, pair in zip(keys, pairs, strict=True)]


def _key(before, after, points):
    said = json.dumps([before.key, after.key, points])
    return f"sighting:{sha256(said.encode()).hexdigest()}"


def _compared(pairs):
    """Return what the child finds of the pairs, None when it fails."""
    with tempfile.TemporaryDirectory(prefix="gangway-convert-") as folder:
        work = Path(folder)
        out = work / "out"
        out.mkdir()
        names = {}
        told = [_told(work, names, pair) for pair in pairs]
        (work / "source.sheets").write_text(json.dumps([one for one in told if one]))
        if limits.run(work / "source.sheets", out, LIMITS) or not (out / "found.json").exists():
            return None
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
