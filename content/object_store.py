"""Stored bytes in an S3 store: a stream from any place, an end to waiting, and a sentence when it is down."""

import logging
from contextlib import contextmanager

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage
from urllib3.exceptions import HTTPError

from tenants.errors import DomainError

log = logging.getLogger("gangway.files")


class StoreDown(DomainError):
    """The store does not answer, or not in time; what waits for it can be tried again."""

    status = 503
    retry_after = 30  # seconds

    def __init__(self):
        super().__init__("The store of files cannot be reached.", "Nothing was changed. Try again in a minute.")


@contextmanager
def speaking():
    """Turn what the store's client raises into FileNotFoundError or StoreDown."""
    try:
        yield
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if status == 404:
            raise FileNotFoundError from error
        log.error("The store of files answers %s.", status)
        raise StoreDown from error
    except (BotoCoreError, Boto3Error, HTTPError) as error:
        log.error("The store of files does not answer: %s", type(error).__name__)
        raise StoreDown from error


class Streamed(File):
    """An object of the store, fetched as it is read; seeking asks anew from there, and nothing is kept."""

    def __init__(self, found, name):
        super().__init__(None, name)
        self.found, self.place, self.body = found, 0, None

    @property
    def size(self):
        """The number of bytes, as the store says."""
        return self.found.content_length

    @property
    def closed(self):
        """Whether nothing is being fetched."""
        return self.body is None

    def read(self, size=-1):
        """Return up to `size` bytes from here on, all of them without one."""
        if self.place >= self.size or size == 0:
            return b""
        with speaking():
            self.body = self.body or self.found.get(Range=f"bytes={self.place}-")["Body"]
            piece = self.body.read(size if size > 0 else None)
        self.place += len(piece)
        return piece

    def seek(self, place):
        """Go to a place."""
        if place != self.place:
            self.close()
            self.place = place

    def tell(self):
        """Return where reading goes on."""
        return self.place

    def close(self):
        """Stop fetching."""
        if self.body is not None:
            self.body.close()
            self.body = None


class ObjectStorage(S3Storage):
    """An S3 store behind Django's storage API; settings give it its bucket, folder and patience."""

    def _open(self, name, mode="rb"):
        found = self.bucket.Object(self._normalize_name(name))
        with speaking():
            found.load()
        return Streamed(found, name)

    def _save(self, name, content):
        with speaking():
            return super()._save(name, content)

    def delete(self, name):
        """Delete an object; one that is not there is deleted already."""
        with speaking():
            super().delete(name)

    def exists(self, name):
        """Tell whether there is an object."""
        with speaking():
            return super().exists(name)

    def listdir(self, name):
        """Return (folders, names)."""
        with speaking():
            return super().listdir(name)

    def get_modified_time(self, name):
        """Return when an object was stored."""
        with speaking():
            return super().get_modified_time(name)
