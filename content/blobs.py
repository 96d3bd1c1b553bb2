"""Where bytes live: stored under a random key, read back before anybody relies on them."""

import hashlib
import os
import secrets
from pathlib import Path

from django.core.files.storage import storages

from content.uploads import FULL, NoSpace
from tenants.errors import Conflict

CHUNK = 1024 * 1024  # bytes


def storage():
    """Return where uploaded bytes live: a folder by default, any Django storage by settings."""
    return storages["content"]


def shown():
    """Return where the bytes live that conversions make; they can be made again."""
    return storages["shown"]


def new_key():
    """Return a random key; nothing about the file can be told from it."""
    token = secrets.token_hex(16)
    return f"{token[:2]}/{token}"


def hash_of(file):
    """Return the SHA-256 of a file, in hexadecimal, and go back to its beginning."""
    digest = hashlib.sha256()
    for chunk in iter(lambda: file.read(CHUNK), b""):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def put(file, sha256=""):
    """Store bytes under a random key and read them back: what is kept is what came. Return (key, SHA-256)."""
    key = new_key()
    try:
        key = storage().save(key, file)
        with storage().open(key) as stored:
            kept = hash_of(stored)
            _to_disk(stored)
    except OSError as error:
        storage().delete(key)
        if error.errno not in FULL:
            raise
        raise NoSpace from error
    if kept != (sha256 or _hash_before(file, kept)):
        storage().delete(key)
        raise Conflict("The storage kept other bytes than were sent.", "Nothing was stored; send the file again.")
    return key, kept


def _hash_before(file, kept):
    """Return the hash of what came; a file that the storage took over, and did not copy, is what was read back."""
    taken_over = hasattr(file, "temporary_file_path") and not Path(file.temporary_file_path()).exists()
    if taken_over:
        return kept
    file.seek(0)
    return hash_of(file)


def _to_disk(stored):
    """Wait until the bytes survive a power cut, where the storage is a folder: the row that names them follows."""
    if hasattr(stored, "fileno"):
        os.fsync(stored.fileno())


def keys(where, folder=""):
    """Yield every key of a storage."""
    try:
        folders, names = where.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        yield f"{folder}/{name}" if folder else name
    for below in folders:
        yield from keys(where, f"{folder}/{below}" if folder else below)
