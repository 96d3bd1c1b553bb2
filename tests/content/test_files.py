"""Files in and out: what is stored, what is told, what a fault leaves behind."""

import errno
import hashlib
import io
import os
import time
from datetime import timedelta
from email.message import Message
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.urls import reverse
from django.utils import timezone

from content import blobs, files, uploads
from content.files import LONGEST, clean_name, storage, sweep
from content.items import delete_item
from content.models import FileVersion, Item, Maturity
from content.trash import purge_old
from tenants.errors import AccessDenied, Conflict, Unacceptable
from tenants.models import AuditEvent
from tests.content.conftest import STEP
from tests.factories import ItemFactory, PlatformFactory, SpaceFactory, actor_of, give, worker

pytestmark = pytest.mark.django_db
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
    yield
    for key in stored_bytes():
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


# --- in ---


def test_an_upload_becomes_the_next_version_of_its_name(upload, author, item):
    assert upload(comment="First").status_code == 302
    assert upload(b"ISO-10303-21; other", comment="Second").status_code == 302
    assert upload(b"%PDF-1.7", "drawing.pdf").status_code == 302
    first, second, drawing = FileVersion.objects.order_by("pk")
    assert (first.number, second.number, drawing.number) == (1, 2, 1)
    assert (second.comment, second.created_by, second.size) == ("Second", author.user, 19)
    assert second.sha256 == hashlib.sha256(b"ISO-10303-21; other").hexdigest()
    assert (second.media_type, drawing.media_type) == ("model/step", "application/pdf")
    item.refresh_from_db()
    assert (item.version, verbs()) == (4, ["file_stored"] * 3)
    assert AuditEvent.objects.latest("pk").after["file"] == "drawing.pdf"


def test_b28_every_version_has_the_bytes_of_its_hash(upload):
    upload(LONG, "long.bin")
    version = FileVersion.objects.get()
    with storage().open(version.key) as stored:
        assert hashlib.sha256(stored.read()).hexdigest() == version.sha256
    assert stored_bytes() == {version.key}


def test_b30_the_same_bytes_twice_are_one_version(upload, text):
    upload()
    response = upload(comment="Sent twice")
    assert response.status_code == 409
    page = text(response)
    assert "Version 1 of bracket.step already holds exactly these bytes." in page
    assert "Sent twice" in page
    assert FileVersion.objects.count() == len(stored_bytes()) == 1


def test_uploading_may_give_the_lock_back(upload, item, author):
    Item.objects.filter(pk=item.pk).update(locked_by=author.user)
    upload(unlock="on")
    item.refresh_from_db()
    assert (item.locked_by, verbs()) == (None, ["file_checked_in"])
    assert AuditEvent.objects.get().after["unlocked"]


def test_a_leader_stores_while_frozen_and_the_history_says_so(upload, item, leader):
    Item.objects.filter(pk=item.pk).update(maturity=Maturity.FROZEN)
    upload(member=leader)
    assert verbs() == ["file_stored_frozen"]


def test_an_owner_repairs_files_for_a_reason(upload, item, owner, visit, text):
    Item.objects.filter(pk=item.pk).update(maturity=Maturity.FROZEN)
    assert 'name="reason"' in text(visit(owner, "file_upload", item.pk))
    response = upload(member=owner)
    assert response.status_code == 422
    assert "Say why" in text(response)
    assert upload(member=owner, reason="Wrong file").status_code == 302
    assert verbs() == ["files_repaired"]


def test_t23_nothing_is_stored_for_who_may_not(upload, reader, stranger, text):
    response = upload(member=reader, comment="My words")
    assert response.status_code == 403
    page = text(response)
    assert "takes Author or above in Test rig" in page
    assert "Ask an Owner of Test rig" in page
    assert "My words" in page
    assert upload(member=stranger).status_code == 404
    assert (FileVersion.objects.count(), stored_bytes(), verbs()) == (0, set(), [])


NAMES = {
    "../../etc/passwd": "passwd",
    "a\\..\\b.step": "b.step",
    "/absolute/part.step": "part.step",
    "x\x00.step": "x.step",
    "line\r\nbreak.step": "linebreak.step",
    "gpj.\u202epets.step": "gpj.pets.step",
    "CON.step": "_CON.step",
    'x";.html': "x__.html",
    "a<b>|c?.step": "a_b__c_.step",
    " .hidden. ": "hidden",
    "Träger 支架 кронштейн.step": "Träger 支架 кронштейн.step",
    "cafe\u0301.step": "café.step",
    "🛠️.step": "🛠️.step",
    "x" * 195 + ".step": "x" * 195 + ".step",
}


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_t82_t85_a_name_is_a_name_and_nothing_else(name, item, author, download):
    class Raw(io.BytesIO):
        size = len(STEP)

    received = Raw(STEP)
    received.name = name
    version = files.add_version(actor=actor_of(author), item=item, arrival=files.Arrival(file=received))
    assert version.file.name == NAMES[name]
    assert len(version.key) == 35
    assert set(version.key) <= set("0123456789abcdef/")
    root = Path(storage().location).resolve()
    assert Path(storage().path(version.key)).resolve().is_relative_to(root)
    response = download(version)
    parsed = Message()
    parsed["Content-Disposition"] = response["Content-Disposition"]
    assert parsed.get_content_disposition() == "attachment"
    assert parsed.get_filename() == NAMES[name]
    assert b"".join(response) == STEP


@pytest.mark.parametrize("name", ["..", "/", "\x00", "\u202e", " . "])
def test_t82_without_a_name_nothing_is_stored(name):
    with pytest.raises(Unacceptable) as refusal:
        clean_name(name)
    assert refusal.value.sentence == "The file needs a name."


def test_t82_a_name_too_long_is_told_and_not_cut(upload, text):
    response = upload(name="x" * 300 + ".step", comment="My words")
    assert response.status_code == 422
    page = text(response)
    assert f"longer than {LONGEST} characters" in page
    assert "My words" in page
    assert not FileVersion.objects.exists()


TYPES = [
    ("a.step", STEP, "model/step"),
    ("a.STP", STEP, "model/step"),
    ("a.pdf", b"%PDF-1.7", "application/pdf"),
    ("a.png", b"\x89PNG\r\n\x1a\n", "image/png"),
    ("a.png", b"GIF89a<script>", "application/octet-stream"),
    ("a.step", b"<html>ISO-10303-21", "application/octet-stream"),
    ("a.pdf", b"<html>%PDF-", "application/octet-stream"),
    ("a.svg", b"<svg onload='x()'/>", "application/octet-stream"),
    ("a.html", b"<script>x()</script>", "application/octet-stream"),
    ("a.xhtml", b"<html/>", "application/octet-stream"),
    ("a", b"<html/>", "application/octet-stream"),
]


@pytest.mark.parametrize(("name", "content", "kind"), TYPES)
def test_t83_t84_e07_no_file_is_ever_shown_in_the_page(store, download, name, content, kind):
    response = download(store(content, name))
    assert response["Content-Type"] == kind
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Cache-Control"] == "no-store, private"
    assert b"".join(response) == content


# --- too large, too many, too little ---


def test_t80_e05_a_file_beyond_the_limit_is_stopped_on_the_way(upload, settings, text):
    settings.MAX_UPLOAD_BYTES = 2_000_000
    response = upload(LONG, "long.bin")
    assert response.status_code == 413
    assert "larger than 2 MB, which is the most this installation takes" in text(response)
    assert not list(settings.FILE_UPLOAD_TEMP_DIR.iterdir())
    assert (FileVersion.objects.count(), stored_bytes()) == (0, set())
    assert upload(LONG[:1_000_000], "shorter.bin").status_code == 302


def _part(headers, body, *, end=b"--limit--\r\n", name=b"file"):
    head = b'--limit\r\nContent-Disposition: form-data; name="' + name + b'"; filename="a.step"\r\n' + headers
    return head + b"\r\n" + body + b"\r\n" + end


def _post(client, author, item, body):
    client.force_login(author.user)
    url = reverse("content:file_upload", args=[item.platform.slug, item.pk])
    return client.post(url, body, content_type="multipart/form-data; boundary=limit")


BROKEN = {
    "no closing boundary": _part(b"", STEP, end=b""),
    "cut in the head": b"--limit\r\nContent-Disposition: form-da",
    "nothing": b"",
    "another field": _part(b"", STEP, name=b"other"),
    "no file name": b'--limit\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\nx\r\n--limit--\r\n',
    "empty": _part(b"", b""),
    "six": _part(b"", STEP, end=b"") * 6 + b"--limit--\r\n",
    "a hundred and one": _part(b"", STEP, end=b"") * 101 + b"--limit--\r\n",
    "two": _part(b"", STEP, end=b"") + _part(b"", b"ISO-10303-21; two"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_c04_t80_b35_a_broken_body_stores_nothing_and_breaks_nothing(client, author, item, kind):
    response = _post(client, author, item, BROKEN[kind])
    assert response.status_code in {400, 422}
    assert (FileVersion.objects.count(), stored_bytes(), verbs()) == (0, set(), [])


def test_t80_a_part_that_is_no_base64_is_refused_and_leaves_nothing(client, author, item):
    body = _part(b"Content-Transfer-Encoding: base64\r\n", b"%%%%")
    assert _post(client, author, item, body).status_code == 400
    assert not list(settings.FILE_UPLOAD_TEMP_DIR.iterdir())
    assert (FileVersion.objects.count(), stored_bytes(), verbs()) == (0, set(), [])


def test_a_form_without_a_usable_file_says_what_is_missing(visit, item, author, upload, text):
    assert "Choose a file." in text(visit(author, "file_upload", item.pk, data={"comment": "My words"}))
    assert "Choose a file." in text(visit(author, "file_upload", item.pk, data={}))
    assert "bracket.step is empty" in text(upload(b""))
    two = {"file": [SimpleUploadedFile("a.step", STEP), SimpleUploadedFile("b.step", STEP)]}
    assert "Send one file at a time." in text(visit(author, "file_upload", item.pk, data=two))
    response = upload(comment="x" * 300)
    assert response.status_code == 422
    assert "x" * 300 in text(response)
    assert not stored_bytes()


# --- out ---


@pytest.fixture
def version(store):
    return store(LONG, "long.bin")


RANGES = [
    ("bytes=0-9", LONG[:10], "bytes 0-9/2304000"),
    ("bytes=2303990-", LONG[-10:], "bytes 2303990-2303999/2304000"),
    ("bytes=-5", LONG[-5:], "bytes 2303995-2303999/2304000"),
    ("bytes=-99999999999", LONG, "bytes 0-2303999/2304000"),
    ("bytes=100-99999999999", LONG[100:], "bytes 100-2303999/2304000"),
    ("bytes=1048570-1048590", LONG[1048570:1048591], "bytes 1048570-1048590/2304000"),
]


def test_a_part_is_sent_for_a_range(version, download):
    for header, wanted, said in RANGES:
        response = download(version, Range=header)
        assert (response.status_code, response["Content-Range"]) == (206, said)
        assert int(response["Content-Length"]) == len(wanted)
        assert b"".join(response) == wanted


def test_a_range_that_makes_no_sense_gets_the_whole(version, download):
    nonsense = ["bytes=9-2", "bytes=-", "bytes=a-b", "items=0-1", "bytes=0-1,5-6", "bytes=٣-٤", "x" * 4000, "bytes 0-1"]
    for header in nonsense:
        response = download(version, Range=header)
        assert (response.status_code, int(response["Content-Length"])) == (200, len(LONG)), header
        assert b"".join(response) == LONG


def test_a_range_beyond_the_file_is_refused_with_its_size(version, download):
    for header in ("bytes=2304000-", "bytes=9999999999-99999999999", "bytes=-0"):
        response = download(version, Range=header)
        assert (response.status_code, response["Content-Range"]) == (416, "bytes */2304000")
        assert response.content == b""


def test_a_download_resumes_only_the_same_bytes(version, store, download):
    tag = f'"{version.sha256}"'
    response = download(version, Range="bytes=0-9", **{"If-Range": tag})
    assert (response.status_code, response["ETag"], b"".join(response)) == (206, tag, LONG[:10])
    response = download(version, Range="bytes=0-9", **{"If-Range": '"another"'})
    assert (response.status_code, b"".join(response)) == (200, LONG)
    assert download(version, **{"If-None-Match": tag}).status_code == 304


def test_a_head_request_opens_no_file_for_long(version, client, author):
    client.force_login(author.user)
    url = reverse("content:file_download", args=[version.file.item.platform.slug, version.pk, "long.bin"])
    for headers in ({}, {"Range": "bytes=0-9"}):
        response = client.head(url, headers=headers)
        assert b"".join(response) == b""
        assert response.closed


def test_t25_b05_a_version_one_may_not_read_is_none(version, download, stranger, visit, author):
    outside = worker(PlatformFactory())
    hidden, missing = download(version, member=stranger), visit(stranger, "file_download", 10**12, "long.bin")
    assert hidden.status_code == missing.status_code == 404
    assert len(hidden.content) == len(missing.content)
    assert download(version, member=outside).status_code == 404
    for number in (0, 2**63, 10**30):
        assert visit(author, "file_download", number, "long.bin").status_code == 404


def test_b08_who_opens_somebodys_private_file_by_power_is_recorded(version, download, owner, author):
    Item.objects.update(maturity=Maturity.PRIVATE)
    b"".join(download(version, member=author))
    assert verbs() == ["file_stored", "file_downloaded"]
    b"".join(download(version, member=owner))
    entry = AuditEvent.objects.get(verb="private_item_opened")
    assert (entry.actor, entry.subject) == (owner.user, author.user)


def test_t90_bytes_that_were_swapped_never_arrive_whole(version, download, caplog):
    path = Path(storage().path(version.key))
    os.chmod(path, 0o640)
    with path.open("r+b") as stored:
        stored.seek(1000)
        stored.write(b"!")
    response, got = download(version), b""
    with pytest.raises(Exception, match="file version"):
        for chunk in response:
            got += chunk
    assert len(got) < len(LONG)
    assert "another hash" in caplog.text
    path.write_bytes(LONG[:-1])
    damaged = download(version)
    assert damaged.status_code == 410
    assert b"are damaged" in damaged.content
    path.unlink()
    missing = download(version)
    assert missing.status_code == 410
    assert b"The people who run this installation can restore them." in missing.content


def test_t91_the_same_bytes_on_two_platforms_are_two(upload, author, client):
    first = upload(LONG, "long.bin")
    member = worker(PlatformFactory())
    space = SpaceFactory(platform=member.platform)
    give(member, space, "author")
    other = ItemFactory(space=space)
    client.force_login(member.user)
    url = reverse("content:file_upload", args=[member.platform.slug, other.pk])
    second = client.post(url, {"file": SimpleUploadedFile("long.bin", LONG)})
    assert (first.status_code, second.status_code) == (302, 302)
    assert len(stored_bytes()) == FileVersion.objects.count() == 2


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
