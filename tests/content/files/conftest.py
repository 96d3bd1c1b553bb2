"""A folder of each test's own, and how files come and go."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from content import blobs
from content.files import storage
from tenants.models import AuditEvent
from tests.content.conftest import STEP

LONG = bytes(range(256)) * 9000  # 2.3 MB: more than two chunks


def verbs():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def stored_bytes():
    """Return every key in the storage."""
    return set(blobs.keys(blobs.storage()))


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "received"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    for key in stored_bytes():  # of tests of other rooms, which share the folder of their process
        storage().delete(key)


@pytest.fixture
def upload(visit, item, author):
    """Return a function that posts a file to the item's page, as its Author unless told otherwise."""

    def post(content=STEP, name="bracket.step", *, member=author, **said):
        return visit(member, "file_upload", item.pk, data={"file": SimpleUploadedFile(name, content), **said})

    return post


@pytest.fixture
def download(visit, author):
    """Return a function that asks for a version's bytes."""

    def get(version, *, member=author, **headers):
        return visit(member, "file_download", version.pk, version.file.name, headers=headers)

    return get


@pytest.fixture
def version(store):
    return store(LONG, "long.bin")
