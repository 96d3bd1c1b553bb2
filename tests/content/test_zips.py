"""The files of many items as one zip: whole, named safely, asked for one by one, and visibly broken when bytes are."""

import io
import zipfile

import pytest

from content import zips
from content.blobs import storage
from content.downloads import DamagedError
from content.models import File, FileVersion, Item
from spaces.models import Credential
from tenants.errors import Gone
from tenants.models import AuditEvent
from tests.factories import ItemFactory, actor_of

pytestmark = pytest.mark.django_db


def read(response):
    return zipfile.ZipFile(io.BytesIO(b"".join(response)))


def packed(member, *items):
    return b"".join(zips.stream(actor_of(member), [item.pk for item in items]))


def test_a_selection_arrives_as_one_zip_of_latest_versions(world, store, visit):
    other = ItemFactory(space=world.space, owner=world.author.user, title="Plate", number="PRT-2", revision="B")
    store(b"one", "a.txt")
    store(b"two", "a.txt")
    store(b"three", "b.png", into=other)
    page = visit(world.reader, "item_many", query=f"?act=zip&item={world.item.pk},{other.pk}")
    assert page.context["files"] == (2, 8)
    answer = visit(world.reader, "item_many", query=f"?act=zip&item={world.item.pk},{other.pk}", data={})
    assert answer["Content-Disposition"] == 'attachment; filename="2 items.zip"'
    found = read(answer)
    assert found.testzip() is None
    assert {name: found.read(name) for name in found.namelist()} == {
        "PRT-100001 A Bracket/a.txt": b"two",
        "PRT-2 B Plate/b.png": b"three",
    }
    taken = AuditEvent.objects.filter(verb="file_downloaded", actor=world.reader.user)
    assert [entry.after for entry in taken.order_by("pk")] == [
        {"file": "a.txt", "version": 2},
        {"file": "b.png", "version": 1},
    ]


def test_t82_names_are_safe_for_any_system_and_no_two_alike(world, store):
    Item.objects.filter(pk=world.item.pk).update(title="../a\\b:c*?\u202e " + "x" * 100)
    version = store(b"one", "a.txt")
    for name in ("A.TXT", "../../etc/passwd", "CON", "a\u202egpj.exe"):
        file = File.objects.create(item=world.item, name=name)
        FileVersion.objects.create(
            file=file, number=1, key=version.key, size=3, sha256=version.sha256, created_by=world.author.user
        )
    names = zipfile.ZipFile(io.BytesIO(packed(world.reader, world.item))).namelist()
    folders, files = {name.split("/")[0] for name in names}, {name.split("/")[1] for name in names}
    assert {name.lower() for name in files} == {"a.txt", "a (2).txt", "passwd", "_con", "agpj.exe"}
    (folder,) = folders
    assert folder.startswith("PRT-100001 A .._a_b_c__")
    assert len(folder) <= zips.LONGEST
    assert not [name for name in names if ".." in name.split("/")]


def test_t42_t43_what_is_lost_while_it_is_sent_is_left_out_and_said(world, store):
    store(b"one", "a.txt")
    store(b"two", "b.txt")
    stream = zips.stream(actor_of(world.reader), [world.item.pk])
    sent = next(stream)
    Credential.objects.filter(user=world.reader.user).delete()
    found = zipfile.ZipFile(io.BytesIO(sent + b"".join(stream)))
    assert found.namelist() == ["PRT-100001 A Bracket/a.txt", zips.LEFT_OUT]
    assert found.read(zips.LEFT_OUT) == b"A file that is not yours to read any more was left out.\n"


def test_bytes_known_to_be_unsound_are_left_out_and_said_before_and_in_it(world, store, visit, text):
    store(b"one", "a.txt")
    FileVersion.objects.filter(pk=store(b"two", "b.txt").pk).update(damaged_at="2026-01-01T00:00Z")
    found = zipfile.ZipFile(io.BytesIO(packed(world.reader, world.item)))
    assert found.namelist() == ["PRT-100001 A Bracket/a.txt", zips.LEFT_OUT]
    assert b"damaged" in found.read(zips.LEFT_OUT)
    bare = ItemFactory(space=world.item.space, owner=world.author.user, title="Without any")
    page = text(visit(world.reader, "item_many", query=f"?act=zip&item={world.item.pk}&item={bare.pk}"))
    assert "<b>1</b> file of 1 item, 3" in page
    assert "b.txt: The stored bytes of this file are damaged." in page
    assert page.index("Without any") < page.index("It has no file.")


@pytest.mark.parametrize("harm", ["damaged", "missing"])
def test_broken_bytes_are_not_passed_off_as_a_whole_zip(world, store, harm):
    store(b"whole", "a.txt")
    version = store(b"bytes", "b.txt")
    storage().delete(version.key)
    if harm == "damaged":
        storage().save(version.key, io.BytesIO(b"bytez"))
    stream, sent = zips.stream(actor_of(world.reader), [world.item.pk]), []
    with pytest.raises((DamagedError, Gone)):
        sent.extend(stream)
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(b"".join(sent)))


def test_a_selection_without_files_says_so(world, visit):
    page = visit(world.reader, "item_many", query=f"?act=zip&item={world.item.pk}")
    assert b"None of them has a file" in page.content
    assert visit(world.reader, "item_many", query=f"?act=zip&item={world.item.pk}", data={}).status_code == 422


def test_a_large_file_goes_through_in_pieces(world, store):
    content = bytes(range(256)) * 4096 * 5  # 5 MB
    store(content, "a.png")
    pieces = list(zips.stream(actor_of(world.reader), [world.item.pk]))
    assert max(map(len, pieces)) <= 2 * 1024 * 1024
    assert zipfile.ZipFile(io.BytesIO(b"".join(pieces))).read("PRT-100001 A Bracket/a.png") == content
