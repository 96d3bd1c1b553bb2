"""Uploads in pieces: what a break, a stranger, a limit and a crash leave of them."""

import base64
import hashlib
import io
import os
import resource
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.http import UnreadablePostError
from django.urls import reverse
from django.utils import timezone

from content import blobs, files, resumable, spool
from content.locks import lock_item
from content.models import FileVersion, Item, Maturity, Upload
from spaces.credentials import remove_credential
from spaces.models import Credential
from tenants.members import end_access
from tenants.models import AuditEvent
from tests.factories import PlatformFactory, actor_of, worker

pytestmark = pytest.mark.django_db
LONG = bytes(range(256)) * 9000  # 2.3 MB: more than two chunks
SPEAKS = {"Tus-Resumable": "1.0.0"}


class Sender:
    """A person who sends a file in pieces."""

    def __init__(self, client, platform, item):
        self.client, self.platform, self.item, self.address = client, platform, item, ""

    def begin(self, size=2_304_000, name="long.bin", *, speaks=SPEAKS, **said):
        said = {"filename": name, **said}
        pairs = [f"{word} {base64.b64encode(value.encode()).decode()}" for word, value in said.items()]
        headers = {**speaks, "Upload-Length": str(size), "Upload-Metadata": ",".join(pairs)}
        answer = self.client.post(self.url("upload_begin", self.item.pk), headers=headers)
        self.address = answer.get("Location", self.address)
        return answer

    def url(self, name, *args):
        return reverse(f"content:{name}", args=[self.platform.slug, *args])

    def send(self, offset, content, kind="application/offset+octet-stream", **wsgi):
        headers = {**SPEAKS, "Upload-Offset": str(offset)}
        return self.client.patch(self.address, content, content_type=kind, headers=headers, **wsgi)

    def stands(self):
        answer = self.client.head(self.address, headers=SPEAKS)
        return int(answer["Upload-Offset"]) if answer.status_code == 200 else answer.status_code

    def cancel(self):
        return self.client.delete(self.address, headers=SPEAKS).status_code


@pytest.fixture
def sender(client, platform, item, author):
    """Anna, who may store files."""
    client.force_login(author.user)
    yield Sender(client, platform, item)
    for token, _written in list(spool.parts()):
        spool.remove(token)
    for key in list(blobs.keys(blobs.storage())):
        blobs.storage().delete(key)


def parts():
    return [token for token, _written in spool.parts()]


def verbs():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def test_a_file_in_pieces_becomes_one_version_with_what_was_said(sender, author, item):
    Item.objects.filter(pk=item.pk).update(locked_by=author.user)
    answer = sender.begin(comment="Träger", unlock="1")
    assert (answer.status_code, answer["Tus-Resumable"]) == (201, "1.0.0")
    assert "Upload-Expires" in answer
    assert sender.stands() == 0
    assert sender.send(0, LONG[:1_500_000])["Upload-Offset"] == "1500000"
    assert (sender.stands(), FileVersion.objects.count(), verbs()) == (1_500_000, 0, [])
    answer = sender.send(1_500_000, LONG[1_500_000:])
    assert (answer.status_code, answer["Upload-Offset"]) == (204, str(len(LONG)))
    version = FileVersion.objects.get()
    assert (version.sha256, version.size) == (hashlib.sha256(LONG).hexdigest(), len(LONG))
    assert (version.file.name, version.comment, version.created_by) == ("long.bin", "Träger", author.user)
    with blobs.storage().open(version.key) as stored:
        assert stored.read() == LONG
    item.refresh_from_db()
    assert (item.locked_by, verbs(), parts()) == (None, ["file_checked_in"], [])


def test_c03_b30_a_finished_upload_says_so_and_is_stored_once(sender):
    sender.begin()
    sender.send(0, LONG)
    assert sender.stands() == len(LONG)  # the answer was lost: the sender asks, and is done
    assert sender.send(0, LONG).status_code == 409
    assert (FileVersion.objects.count(), verbs()) == (1, ["file_stored"])
    sender.begin()
    answer = sender.send(0, LONG)
    assert (answer.status_code, "Upload-Offset" in answer) == (409, False)
    assert b"already holds exactly these bytes" in answer.content
    assert (sender.stands(), parts(), FileVersion.objects.count()) == (404, [], 1)


WRONG = [
    ({"size": "x"}, 422, b"Upload-Length is a number"),
    ({"size": -1}, 422, b"Upload-Length is a number"),
    ({"size": 0}, 422, b"is empty"),
    ({"size": 10**18}, 413, b"the most this installation takes"),
    ({"name": " .. "}, 422, b"The file needs a name"),
    ({"name": "x" * 300}, 422, b"longer than"),
    ({"speaks": {}}, 412, b"speak tus 1.0.0"),
    ({"speaks": {"Tus-Resumable": "0.2.2"}}, 412, b"speak tus 1.0.0"),
]


@pytest.mark.parametrize(("asked", "status", "words"), WRONG, ids=range(len(WRONG)))
def test_t80_t82_what_cannot_be_stored_is_refused_before_a_byte_moves(sender, asked, status, words):
    answer = sender.begin(**asked)
    assert (answer.status_code, words in answer.content) == (status, True), answer.content
    assert not Upload.objects.exists()


def test_t80_pieces_that_lie_are_refused_and_change_nothing(sender):
    sender.begin(100, "../../a\\part\r\n.step")
    assert Upload.objects.get().name == "part.step"
    sender.send(0, b"x" * 40)
    assert sender.send(40, b"x" * 61).status_code == 422  # more than announced
    assert sender.send(39, b"x").status_code == 409
    assert sender.send(41, b"x")["Upload-Offset"] == "40"
    assert sender.send(40, b"x", "text/plain").status_code == 415
    assert sender.send("x", b"x").status_code == 422
    headers = {**SPEAKS, "Upload-Length": "5", "Upload-Metadata": "filename %%%"}
    assert sender.client.post(sender.url("upload_begin", sender.item.pk), headers=headers).status_code == 422
    assert sender.client.options(sender.url("upload_begin", sender.item.pk))["Tus-Version"] == "1.0.0"
    assert sender.stands() == 40


def test_t80_nobody_fills_the_disk_with_beginnings(sender, settings, monkeypatch):
    settings.MAX_UPLOAD_BYTES = 1000
    assert [sender.begin(1000).status_code for _ in range(4)] == [201, 201, 201, 429]
    assert sender.cancel() == 204
    assert sender.begin(1000).status_code == 201
    monkeypatch.setattr(resumable, "MOST_OPEN", 3)
    assert sender.begin(1).status_code == 429


def test_c14_t114_a_disk_without_room_takes_nothing_and_the_upload_goes_on_later(sender, monkeypatch):
    sender.begin()
    sender.send(0, LONG[:1000])
    with monkeypatch.context() as patch:
        patch.setattr(spool, "room", lambda: resumable.SPARE + 999)
        assert sender.begin(1000).status_code == 507
        assert sender.send(1000, LONG[1000:]).status_code == 507
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1500, hard))
        answer = sender.send(1000, LONG[1000:])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (answer.status_code, "The disk is full" in answer.content.decode()) == (507, True)
    assert sender.stands() == 1500  # what found room counts
    sender.send(1500, LONG[1500:])
    assert FileVersion.objects.get().sha256 == hashlib.sha256(LONG).hexdigest()


def test_t20_t91_b05_an_upload_of_somebody_else_is_none(sender, author, colleague, owner, platform):
    sender.begin()
    sender.send(0, LONG[:1000])
    outside = worker(PlatformFactory())
    for member in (colleague, owner, outside):
        sender.client.force_login(member.user)
        assert (sender.stands(), sender.send(1000, b"x").status_code, sender.cancel()) == (404, 404, 404)
    sender.client.force_login(author.user)
    there = sender.address
    sender.address = there.replace(platform.slug, outside.platform.slug)
    assert sender.stands() == 404
    sender.address = there[:-33] + "0" * 32 + "/"
    assert sender.stands() == 404
    sender.address = there
    assert sender.stands() == 1000


def test_t23_b10_every_piece_asks_the_one_rule_anew(sender, author, reader, stranger, colleague, owner, item):
    for member, status in ((reader, 403), (stranger, 404)):
        sender.client.force_login(member.user)
        assert sender.begin().status_code == status
    sender.client.force_login(owner.user)
    assert sender.begin().status_code == 422  # an Owner repairs, for a reason
    assert sender.begin(reason="Wrong file").status_code == 201
    sender.client.force_login(author.user)
    sender.begin()
    sender.send(0, LONG[:1000])
    lock_item(actor=actor_of(colleague), item=item)
    answer = sender.send(1000, LONG[1000:])
    assert (answer.status_code, "locked it" in answer.content.decode()) == (403, True)
    Item.objects.update(locked_by=None, maturity=Maturity.RELEASED)
    assert sender.send(1000, LONG[1000:]).status_code == 403
    Item.objects.update(maturity=Maturity.IN_WORK)
    assert sender.stands() == 1000
    remove_credential(actor=actor_of(owner), credential=Credential.objects.get(user=author.user))
    assert (sender.stands(), sender.send(1000, b"x").status_code) == (404, 404)
    assert not FileVersion.objects.exists()


def test_t45_uploads_end_with_the_membership(sender, author, administrator):
    sender.begin()
    sender.send(0, LONG[:1000])
    end_access(actor=actor_of(administrator), member=author)
    assert (sender.stands(), Upload.objects.count()) == (404, 0)
    assert resumable.sweep(timezone.now() + timedelta(hours=7)) == 1
    assert parts() == []


def test_e06_what_nobody_continues_is_swept_in_time(sender):
    sender.begin()
    sender.send(0, LONG[:1000])
    assert resumable.sweep() == 0
    Upload.objects.update(expires_at=timezone.now())
    assert sender.stands() == 404
    assert (resumable.sweep(), Upload.objects.count(), parts()) == (1, 0, [])
    sender.begin()
    sender.send(0, LONG)
    assert resumable.sweep(timezone.now() + timedelta(hours=25)) == 1  # it no longer says that it is done
    assert (Upload.objects.count(), FileVersion.objects.count()) == (0, 1)


def test_a_connection_that_hangs_stops_nobody_and_mixes_no_bytes(sender):
    sender.begin()
    token = Upload.objects.get().token

    def hangs():
        yield LONG[:1000]
        assert sender.send(1000, LONG[1000:2000]).status_code == 204  # the sender came back by another connection
        yield b"late bytes of the first connection"

    spool.begin(token, 0, len(LONG))
    with pytest.raises(spool.Moved):
        spool.append(token, 0, hangs())
    assert sender.stands() == 2000
    with spool.alone(token):
        assert sender.send(2000, LONG[2000:]).status_code == 423
    sender.send(2000, LONG[2000:])
    assert FileVersion.objects.get().sha256 == hashlib.sha256(LONG).hexdigest()


def test_a_cancelled_upload_becomes_nothing(sender, monkeypatch):
    sender.begin()
    put = files.put

    def cancelled_meanwhile(*args):
        key = put(*args)
        assert sender.cancel() == 204
        return key

    monkeypatch.setattr(files, "put", cancelled_meanwhile)
    assert sender.send(0, LONG).status_code == 409
    assert (FileVersion.objects.count(), list(blobs.keys(blobs.storage())), parts(), verbs()) == (0, [], [], [])


class Killed(BaseException):
    """The process ended here."""


def test_c02_t113_a_crash_before_the_version_costs_one_byte_or_begins_anew(sender, monkeypatch):
    sender.begin()
    for at, stands in (("put", len(LONG) - 1), ("_commit", 0)):

        def kill(*args):
            raise Killed

        with monkeypatch.context() as patch, pytest.raises(Killed):
            patch.setattr(files, at, kill)
            sender.send(max(sender.stands(), 0), LONG[sender.stands() :])
        assert (sender.stands(), FileVersion.objects.count(), verbs()) == (stands, 0, [])
    sender.send(0, LONG)
    assert (FileVersion.objects.get().sha256, verbs()) == (hashlib.sha256(LONG).hexdigest(), ["file_stored"])
    files.sweep(timezone.now() + timedelta(hours=25))
    assert list(blobs.keys(blobs.storage())) == [FileVersion.objects.get().key]


CHILD = """
import sys, time
from pathlib import Path
from django.conf import settings
settings.configure(SPOOL=Path(sys.argv[1]))
from content import spool
def pieces():
    yield b"a" * 1_000_000
    yield b"b" * 500_000
    print("half", flush=True)
    time.sleep(60)
spool.begin(sys.argv[2], 0, 2_000_000)
spool.append(sys.argv[2], 0, pieces())
"""


def test_c01_t113_a_process_killed_in_the_middle_loses_no_byte_and_holds_no_lock(sender, author, item):
    Item.objects.filter(pk=item.pk).update(locked_by=author.user)
    sender.begin(2_000_000)
    words = [sys.executable, "-c", CHILD, str(settings.SPOOL), Upload.objects.get().token]
    with subprocess.Popen(words, cwd=settings.ROOT, stdout=subprocess.PIPE) as child:  # noqa: S603 - our own words
        assert child.stdout.readline() == b"half\n"
        os.kill(child.pid, signal.SIGKILL)
    item.refresh_from_db()
    assert (sender.stands(), FileVersion.objects.count(), item.locked_by) == (1_500_000, 0, author.user)
    assert sender.send(1_500_000, b"c" * 500_000).status_code == 204
    whole = b"a" * 1_000_000 + b"b" * 500_000 + b"c" * 500_000
    assert FileVersion.objects.get().sha256 == hashlib.sha256(whole).hexdigest()


class Cut(io.BytesIO):
    """A body whose connection breaks after its last byte."""

    def read(self, *args):
        if piece := super().read(*args):
            return piece
        raise UnreadablePostError("the connection is gone")


@pytest.mark.parametrize("body", [io.BytesIO, Cut])
def test_c04_a_body_cut_short_counts_as_far_as_it_came(sender, body):
    sender.begin()
    said = {"CONTENT_LENGTH": "1000", "wsgi.input": body(LONG[:10])}
    answer = sender.send(0, b"x", **said)
    assert (answer.status_code, answer["Upload-Offset"], sender.stands()) == (204, "10", 10)


def test_t80_the_memory_of_a_long_piece_is_flat(sender, monkeypatch):
    """No more than a chunk is held at once, however long the piece."""
    held = []
    append = spool.append
    monkeypatch.setattr(
        spool, "append", lambda token, at, pieces: append(token, at, (held.append(len(one)) or one for one in pieces))
    )
    sender.begin(5_000_000)
    sender.send(0, bytes(4_999_999))
    assert max(held) <= blobs.CHUNK
