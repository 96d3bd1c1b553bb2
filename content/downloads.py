"""Sends stored bytes: whole files are hashed on the way out, so that damaged ones never arrive complete."""

import hashlib
import re

from content import soundness
from content.blobs import CHUNK, storage
from tenants.errors import Gone

RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})$", re.ASCII)


class DamagedError(Exception):
    """Stored bytes are not those that were uploaded; the connection ends before the last of them."""


def hashed(source, sha256):
    """Yield the bytes of an open file, the last of them only when all have the hash. Raises DamagedError."""
    digest, held = hashlib.sha256(), b""
    for chunk in iter(lambda: source.read(CHUNK), b""):
        yield held
        digest.update(chunk)
        held = chunk
    if digest.hexdigest() != sha256:
        raise DamagedError(source.name)
    yield held


class Stream:
    """The bytes of a version or of what came with a comment, or `span` of them as (first, last).

    It closes its file even when nobody reads it.
    """

    def __init__(self, stored, span=None):
        """Open the bytes. Raises Gone when they are missing or of another size than stored, Infected for malware."""
        soundness.require_whole(stored)
        self.stored, self.span = stored, span
        try:
            self.source = storage().open(stored.key)
        except FileNotFoundError:
            soundness.note_damage(stored, "missing")
            raise Gone("The stored bytes of this file are missing.", soundness.RESTORE) from None
        if self.source.size != stored.size:
            self.close()
            soundness.note_damage(stored, "of another size")
            raise Gone("The stored bytes of this file are damaged.", soundness.RESTORE)

    def __iter__(self):
        return self._part(*self.span) if self.span else self._whole()

    def close(self):
        """Close the file."""
        self.source.close()

    def _whole(self):
        try:
            yield from hashed(self.source, self.stored.sha256)
        except DamagedError:
            soundness.note_damage(self.stored, "of another hash")
            raise DamagedError(f"{self.stored._meta.verbose_name} {self.stored.pk}") from None

    def _part(self, first, last):
        self.source.seek(first)
        left = last - first + 1
        while left > 0 and (chunk := self.source.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk


def asked_span(header, size):
    """Return (first, last) of one asked range, () for one beyond the file, None for none or one that makes no sense."""
    asked = RANGE.match(header.strip())
    if asked is None or asked.groups() == ("", ""):
        return None
    first, last = asked.groups()
    if first == "":
        first, last = max(size - int(last), 0), size - 1
        return (first, last) if first < size else ()
    first = int(first)
    if last and int(last) < first:
        return None
    return (first, min(int(last), size - 1) if last else size - 1) if first < size else ()
