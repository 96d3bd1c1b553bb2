"""Looks into a zip package before anybody unpacks it: what it really holds, not what it says that it holds."""

import zipfile

from content.viewing.refusals import Unreadable

ENTRIES = 10_000
BYTES = 512 * 1024**2  # unpacked
CHUNK = 1024 * 1024
MARKUP = (".model", ".xml", ".rels", ".svg")
DECLARES = (b"<!DOCTYPE", b"<!ENTITY")


def examine(path):
    """Raise Unreadable for a package with too many entries, too many bytes, or XML that declares entities."""
    try:
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
            if len(entries) > ENTRIES:
                raise Unreadable(f"The package holds {len(entries):,} files; {ENTRIES:,} is the most.")
            left = BYTES
            for entry in entries:
                left -= _measure(package, entry, left)
    except (zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError, zipfile.zlib.error) as error:
        raise Unreadable("The package is damaged.") from error


def _measure(package, entry, left):
    """Return how many bytes an entry unpacks to; stop reading at `left`."""
    size = 0
    with package.open(entry) as source:
        while chunk := source.read(CHUNK):
            size += len(chunk)
            if size > left:
                raise Unreadable(f"The package unpacks to more than {BYTES // 1024**2} MB.")
            if entry.filename.lower().endswith(MARKUP) and any(word in chunk for word in DECLARES):
                raise Unreadable("The package declares entities in its XML; that is never needed.")
    return size
