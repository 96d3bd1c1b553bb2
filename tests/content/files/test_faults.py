"""What faults leave behind: a full store, a crash, a connection lost."""

import errno
import io
import os
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import OperationalError, connection
from django.utils import timezone

from content import blobs, files, uploads
from content.files import sweep
from content.items import delete_item
from content.models import FileVersion, Item, Maturity
from content.trash import purge_old
from tenants.errors import AccessDenied, Conflict
from tenants.models import AuditEvent
from tests.content.files.conftest import stored_bytes, verbs
from tests.factories import ItemFactory, actor_of

pytestmark = pytest.mark.django_db


# --- faults ---


class Full(FileSystemStorage):
    """A storage whose disk fills up in the middle."""

    def save(self, name, content, max_length=None):
        super().save(name, io.BytesIO(b"the first half"), max_length)
        raise OSError(errno.ENOSPC, "No space left on device")


class Forgetful(FileSystemStorage):
    """A storage that keeps other bytes than it was given."""

    def save(self, name, content, max_length=None):
        return super().save(name, io.BytesIO(content.read()[:-1] + b"!"), max_length)


@pytest.fixture
def storing(monkeypatch):
    """Return a function that puts another storage in place."""

    def put(kind):
        other = kind(location=settings.FILES / "files", base_url=None)
        monkeypatch.setattr(blobs, "storage", lambda: other)

    return put


def test_c14_t114_a_full_storage_stores_nothing_and_says_so(upload, storing, monkeypatch, text):
    storing(Full)
    response = upload(comment="My words")
    assert response.status_code == 507
    page = text(response)
    assert "The disk is full. Nothing was stored." in page
    assert "My words" in page
    assert (FileVersion.objects.count(), stored_bytes(), verbs()) == (0, set(), [])
    monkeypatch.undo()
    assert upload().status_code == 302


def test_c14_t114_a_full_disk_for_what_arrives_says_so(upload, monkeypatch, text):
    def full(self, raw_data, start):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(uploads.TemporaryFileUploadHandler, "receive_data_chunk", full)
    response = upload()
    assert (response.status_code, FileVersion.objects.count()) == (507, 0)
    assert not list(settings.FILE_UPLOAD_TEMP_DIR.iterdir())
    monkeypatch.undo()
    assert upload().status_code == 302


def test_c11_bytes_kept_wrongly_are_found_before_anybody_sees_them(upload, storing, text):
    storing(Forgetful)
    response = upload()
    assert response.status_code == 409
    assert "The storage kept other bytes than were sent." in text(response)
    assert (FileVersion.objects.count(), stored_bytes()) == (0, set())


class Killed(BaseException):
    """The process ended here."""


def test_c02_t106_t113_a_crash_before_the_row_leaves_only_bytes_to_sweep(store, item, author, monkeypatch):
    Item.objects.filter(pk=item.pk).update(locked_by=author.user)

    def kill(*args, **fields):
        raise Killed

    monkeypatch.setattr(files.FileVersion.objects, "create", kill)
    with pytest.raises(Killed):
        store()
    monkeypatch.undo()
    item.refresh_from_db()
    assert (FileVersion.objects.count(), item.locked_by, item.version, verbs()) == (0, author.user, 1, [])
    assert len(stored_bytes()) == 1
    assert sweep() == 0  # somebody may still be storing them
    assert sweep(timezone.now() + timedelta(hours=25)) == 1
    assert not stored_bytes()
    store()
    assert (FileVersion.objects.get().number, len(stored_bytes())) == (1, 1)


def test_c03_c06_a_connection_lost_at_the_commit_costs_no_bytes(store, monkeypatch):
    commit = files._commit

    def lost(*args):
        commit(*args)
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(files, "_commit", lost)
    with pytest.raises(OperationalError):
        store()
    monkeypatch.undo()
    assert stored_bytes() == {FileVersion.objects.get().key}
    with pytest.raises(Conflict):  # sent again, it is told apart
        store()
    assert verbs() == ["file_stored"]


def test_c02_a_refusal_after_the_bytes_takes_them_along(store, item, monkeypatch):
    put = files.put

    def frozen_meanwhile(*args):
        key = put(*args)
        Item.objects.filter(pk=item.pk).update(maturity=Maturity.RELEASED)
        return key

    monkeypatch.setattr(files, "put", frozen_meanwhile)
    with pytest.raises(AccessDenied):
        store()
    assert (FileVersion.objects.count(), stored_bytes()) == (0, set())


def test_c01_e06_what_a_killed_upload_left_is_swept_after_hours(settings, db):
    folder = settings.FILE_UPLOAD_TEMP_DIR
    for name, age in (("tmpa.upload.step", 7), ("tmpb.upload.step", 5), ("kept.txt", 99)):
        path = folder / name
        path.write_bytes(b"half")
        os.utime(path, (time.time() - age * 3600,) * 2)
    assert sweep() == 1
    assert {path.name for path in folder.iterdir()} == {"tmpb.upload.step", "kept.txt"}


def test_t106_bytes_outlive_their_item_until_nobody_names_them(version, item, author):
    shared = FileVersion.objects.create(
        file=ItemFactory(space=item.space).files.create(name="long.bin"),
        number=1,
        key=version.key,
        size=version.size,
        sha256=version.sha256,
        created_by=author.user,
    )
    late = timezone.now() + timedelta(hours=25)
    delete_item(actor=actor_of(author), item=item)
    purge_old(late + timedelta(days=30))
    assert (sweep(late), stored_bytes()) == (0, {shared.key})
    shared.delete()
    assert (sweep(late), stored_bytes()) == (1, set())


@pytest.mark.django_db(transaction=True)
def test_c15_a_database_without_room_keeps_what_it_has_and_works_again_when_there_is_some(upload, client, text):
    if connection.vendor != "sqlite":
        return  # there the disk is the one of test_c14
    client.raise_request_exception = False
    upload()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        (used,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count = {used}")
        try:
            statuses = (upload(b"%d" % number, f"{number}.bin", comment="x" * 250).status_code for number in range(99))
            assert 500 in statuses
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
        cursor.execute("PRAGMA integrity_check")
        assert cursor.fetchone() == ("ok",)
    assert FileVersion.objects.count() == AuditEvent.objects.filter(verb="file_stored").count()
    assert upload(b"more", "more.bin").status_code == 302
