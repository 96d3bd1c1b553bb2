"""Looks into a zip package before anybody unpacks it: what it really holds, not what it says that it holds."""

import re
import zipfile

from content.viewing.refusals import Unreadable

ENTRIES = 10_000
BYTES = 512 * 1024**2  # unpacked
CHUNK = 1024 * 1024
MARKUP = (".model", ".xml", ".rels", ".svg")
DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
TAIL = 32  # bytes that are looked at again with what follows, so that no word hides where two chunks meet


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
    size, before = 0, b""
    markup = entry.filename.lower().endswith(MARKUP)
    with package.open(entry) as source:
        while chunk := source.read(CHUNK):
            size += len(chunk)
            if size > left:
                raise Unreadable(f"The package unpacks to more than {BYTES // 1024**2} MB.")
            if markup and DECLARES.search((before + chunk).replace(b"\0", b"")):  # also where a letter takes two bytes
                raise Unreadable("The package declares entities in its XML; that is never needed.")
            before = chunk[-TAIL:]
    return size
