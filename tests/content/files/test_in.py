"""Files that come: what is stored, what a name and a body may be."""

import hashlib
import io
from email.message import Message
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from content import files
from content.files import LONGEST, clean_name, storage
from content.models import FileVersion, Item, Maturity
from tenants.errors import Unacceptable
from tenants.models import AuditEvent
from tests.content.conftest import STEP
from tests.content.files.conftest import LONG, stored_bytes, verbs
from tests.factories import actor_of

pytestmark = pytest.mark.django_db


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
