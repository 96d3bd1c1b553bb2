"""Part files: the bytes of uploads under way, in a folder of this machine, written by whoever stands at their end.

The size of a part file is the truth about how far an upload has come. Nobody holds it while a connection is slow:
each piece is appended under a lock, and only where the file still ends at the place the writer believes. So a
connection that hangs stops nobody, a second writer takes over, and bytes never interleave.
"""

import os
import shutil
from contextlib import contextmanager

from django.conf import settings
from django.core.files import locks
from django.core.files.uploadedfile import UploadedFile

from content.uploads import FULL, NoSpace
from tenants.errors import Conflict, DomainError


class Busy(DomainError):
    """Another connection is writing or finishing this upload at this moment."""

    status = 423

    def __init__(self):
        super().__init__("Another connection is at work on this upload.", "It goes on by itself in a moment.")


class Moved(Conflict):
    """The upload stands elsewhere than the sender believes: it asks where, and goes on from there."""

    def __init__(self):
        super().__init__("The upload goes on from another place.", "Ask where it stands.")


class Whole(UploadedFile):
    """A part file that is whole; a storage on the same disk takes it over without copying."""

    def __init__(self, part, token, name):
        super().__init__(part, name=name, size=_end(part))
        self.token = token

    def temporary_file_path(self):
        """Return where it lies."""
        return str(path_of(self.token))


def path_of(token):
    """Return where the bytes of an upload lie."""
    return settings.SPOOL / token


def size_of(token):
    """Return how many bytes have come."""
    try:
        return path_of(token).stat().st_size
    except FileNotFoundError:
        return 0


def room():
    """Return how many bytes the disk of the spool still takes."""
    settings.SPOOL.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(settings.SPOOL).free


@contextmanager
def alone(token, *, new=False):
    """Open a part file for nobody else at this moment. Raises Busy, or Moved where there is none and none is `new`."""
    path = path_of(token)
    try:
        handle = os.open(path, os.O_RDWR | (os.O_CREAT if new else 0), 0o600)
    except FileNotFoundError:
        raise Moved from None
    with open(handle, "r+b") as part:
        if not locks.lock(part, locks.LOCK_EX | locks.LOCK_NB):
            raise Busy
        if not path.exists() or not os.path.samestat(os.fstat(handle), path.stat()):
            raise Moved  # taken over or removed between opening and locking
        yield part


def begin(token, offset, size):
    """Make ready to write at `offset` of an upload of `size` bytes. Raises Moved or Busy.

    The last byte counts only with the version: where a crash came between them it is taken back, to be sent again.
    """
    with alone(token, new=offset == 0) as part:
        if _end(part) == size:
            part.truncate(size - 1)
        _require_end(part, offset)


def append(token, offset, pieces):
    """Append pieces of bytes at `offset`, durably; return where the file ends now. Raises Moved, Busy or NoSpace."""
    try:
        for piece in pieces:
            with alone(token) as part:
                _require_end(part, offset)
                part.seek(offset)
                part.write(piece)
            offset += len(piece)
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise NoSpace from error
    finally:
        _to_disk(token)
    return offset


def _end(part):
    return os.fstat(part.fileno()).st_size


def _require_end(part, offset):
    if _end(part) != offset:
        raise Moved


def _to_disk(token):
    try:
        with path_of(token).open("rb") as part:
            os.fsync(part.fileno())
    except FileNotFoundError:
        return


def remove(token):
    """Remove a part file."""
    path_of(token).unlink(missing_ok=True)


def parts():
    """Yield (token, time of the last byte in seconds) of every part file."""
    if settings.SPOOL.exists():
        with os.scandir(settings.SPOOL) as found:
            for entry in found:
                yield entry.name, entry.stat().st_mtime
