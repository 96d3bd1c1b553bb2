"""Receives files: streamed to disk, hashed and counted on the way, never whole in memory."""

import errno
import hashlib
from contextlib import contextmanager, suppress

from django.conf import settings
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler

from tenants.errors import DomainError, Unacceptable
from tenants.ids import number_of

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # how a system says that it keeps no more bytes


class TooLarge(DomainError):
    """The file is larger than this installation takes."""

    status = 413

    def __init__(self):
        limit = settings.MAX_UPLOAD_BYTES // 1000**2
        super().__init__(f"The file is larger than {limit:,} MB, which is the most this installation takes.")


class NoSpace(DomainError):
    """The disk is full; nothing was stored."""

    status = 507

    def __init__(self):
        super().__init__("The disk is full. Nothing was stored.", "The people who run this installation can help.")


def tidy(parser):
    """Return `parser` so that it closes, and so removes, a half received file when the body turns out broken."""

    class TidyParser(parser):
        def parse(self):
            try:
                return super().parse()
            except Exception:
                self._close_files()  # Django closes whole files alone
                raise

    return TidyParser


class HashingHandler(TemporaryFileUploadHandler):
    """Writes an upload to a temporary file; the finished one carries `sha256` (hexadecimal)."""

    def __init__(self, request=None):
        super().__init__(request)
        if request is not None:
            request.multipart_parser_class = tidy(request.multipart_parser_class)  # asked for after the handlers

    def new_file(self, *args, **kwargs):
        """Begin a file."""
        self.digest, self.received = hashlib.sha256(), 0
        with self._watching_the_disk():
            super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data, start):
        """Count, hash and write; stop when the file grows past the limit or the disk is full."""
        self.received += len(raw_data)
        if self.received > settings.MAX_UPLOAD_BYTES:
            self._stop("too large")
        self.digest.update(raw_data)
        with self._watching_the_disk():
            super().receive_data_chunk(raw_data, start)

    @contextmanager
    def _watching_the_disk(self):
        try:
            yield
        except OSError as error:
            if error.errno not in FULL:
                raise
            self._stop("no space")

    def _stop(self, why):
        self.request.META["gangway.upload"] = why
        with suppress(OSError):  # bytes that found no room on the disk are not written now either
            getattr(self.file, "close", bool)()  # a temporary file goes with its handle
        raise StopUpload(connection_reset=True)

    def file_complete(self, file_size):
        """Finish a file."""
        with self._watching_the_disk():
            file = super().file_complete(file_size)
        if file is not None:
            file.sha256 = self.digest.hexdigest()
        return file


def sent(request, name):
    """Return the body of a request as a file of this name, streamed like an upload.

    Raises TooLarge, NoSpace, or Unacceptable for a body without a length or shorter than it said.
    """
    length = number_of(request.headers.get("Content-Length"))
    if length is None:
        raise Unacceptable("Say how long the file is: Content-Length.")
    if length > settings.MAX_UPLOAD_BYTES:
        raise TooLarge
    handler, arrived = HashingHandler(request), 0
    handler.new_file("file", name, "", length)
    try:
        for chunk in _chunks(request):
            handler.receive_data_chunk(chunk, arrived)
            arrived += len(chunk)
    except StopUpload:
        _require_whole(request)
    file = handler.file_complete(arrived)
    if arrived != length:
        file.close()
        raise Unacceptable("The file did not arrive whole. Nothing was stored.", remedy="Send it again.")
    return file


def _chunks(request):
    """Yield the body of a request; a connection that breaks ends it early."""
    with suppress(OSError):
        yield from iter(lambda: request.read(HashingHandler.chunk_size), b"")


def _require_whole(request):
    stopped = request.META.get("gangway.upload")
    if stopped == "too large":
        raise TooLarge
    if stopped == "no space":
        raise NoSpace


def received(request, name="file"):
    """Return the uploaded file of a form field. Raises TooLarge, NoSpace, or Unacceptable when there is none."""
    files = received_many(request, name)
    if not files:
        raise Unacceptable("Choose a file.", field=name)
    if len(files) > 1:
        raise Unacceptable("Send one file at a time.", field=name)
    return files[0]


def received_many(request, name="file"):
    """Return all uploaded files of a form field. Raises TooLarge or NoSpace."""
    _require_whole(request)
    return request.FILES.getlist(name)
