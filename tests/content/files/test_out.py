"""Files that go: whole and in part, to whom, and with which bytes."""

import os
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from content.files import storage
from content.models import FileVersion, Item, Maturity
from tenants.models import AuditEvent
from tests.content.files.conftest import LONG, stored_bytes, verbs
from tests.factories import ItemFactory, PlatformFactory, SpaceFactory, give, worker

pytestmark = pytest.mark.django_db


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
