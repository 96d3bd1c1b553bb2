"""Bytes in an S3 store over HTTP: in, out, in part, swapped, and a store that is down, slow or wrong."""

import hashlib
import socket
import threading
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from moto.server import ThreadedMotoServer

from content import blobs, downloads, files
from content.models import FileVersion
from content.object_store import ObjectStorage, StoreDown
from content.resumable import begin_upload, continue_upload, standing
from platform_site import s3
from tests.factories import actor_of

pytestmark = pytest.mark.django_db
LONG = bytes(range(256)) * 9000
KEYS = {"access_key": "test", "secret_key": "test", "region_name": "eu-central-1"}


def store_at(port, **patience):
    """Return a storage that speaks with the store at a port of this machine."""
    config = s3.patience("path", connect_seconds=1, **{"read_seconds": 0.5, "attempts": 1} | patience)
    options = s3.storages("gangway")["content"]["OPTIONS"] | KEYS
    return ObjectStorage(**options | {"endpoint_url": f"http://127.0.0.1:{port}", "client_config": config})


@pytest.fixture(scope="module")
def server():
    """A real S3 server over HTTP."""
    found = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    found.start()
    yield found
    found.stop()


@pytest.fixture
def store(server, monkeypatch):
    """The server's store in the place of the folder; it is empty."""
    _host, port = server.get_host_and_port()
    found = store_at(port, read_seconds=5)
    client = found.connection.meta.client
    client.create_bucket(Bucket="gangway", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    for module in (blobs, files, downloads):
        monkeypatch.setattr(module, "storage", lambda: found)
    yield found
    found.bucket.objects.all().delete()
    client.delete_bucket(Bucket="gangway")


@pytest.fixture
def upload(visit, item, author):
    def post(content=LONG, name="long.bin"):
        return visit(author, "file_upload", item.pk, data={"file": SimpleUploadedFile(name, content)})

    return post


@pytest.fixture
def download(visit, author):
    def get(version, **headers):
        return visit(author, "file_download", version.pk, version.file.name, headers=headers)

    return get


def objects(store):
    return [found.key for found in store.bucket.objects.all()]


def test_bytes_go_in_and_come_out_whole_and_in_part(store, upload, download):
    assert upload().status_code == 302
    version = FileVersion.objects.get()
    assert objects(store) == [f"files/{version.key}"]
    assert b"".join(download(version)) == LONG
    response = download(version, Range="bytes=1048570-1048590")
    assert (response.status_code, b"".join(response)) == (206, LONG[1048570:1048591])
    assert blobs.hash_of(store.open(version.key)) == hashlib.sha256(LONG).hexdigest()


def test_t90_missing_and_swapped_bytes_never_arrive(store, upload, download):
    upload()
    version = FileVersion.objects.get()
    store.bucket.put_object(Key=f"files/{version.key}", Body=LONG[:-1] + b"!")
    got = b""
    with pytest.raises(downloads.DamagedError):
        for piece in download(version):
            got += piece
    assert len(got) < len(LONG)
    store.delete(version.key)
    assert download(version).status_code == 410


def test_c11_a_store_that_keeps_other_bytes_is_found_out(store, upload, monkeypatch, text):
    save = store.save

    def forgets(name, content, **more):
        key = save(name, content, **more)
        store.bucket.put_object(Key=f"files/{key}", Body=LONG[:-1] + b"!")
        return key

    monkeypatch.setattr(store, "save", forgets)
    response = upload()
    assert (response.status_code, objects(store), FileVersion.objects.count()) == (409, [], 0)
    assert "kept other bytes" in text(response)


def test_b28_the_sweep_takes_what_no_version_names(store, upload):
    upload()
    store.save("ab/orphan", ContentFile(b"left by a crash"))
    assert files.sweep() == 0
    assert files.sweep(timezone.now() + timedelta(hours=25)) == 1
    assert objects(store) == [f"files/{FileVersion.objects.get().key}"]


def test_c09_a_dead_store_is_said_in_time_and_pages_go_on(store, upload, download, monkeypatch, visit, author, item):
    upload()
    version = FileVersion.objects.get()
    with monkeypatch.context() as patch:
        with socket.create_server(("127.0.0.1", 0)) as nobody:
            port = nobody.getsockname()[1]
        for module in (blobs, files, downloads):
            patch.setattr(module, "storage", lambda: store_at(port))
        answer = download(version)
        assert (answer.status_code, answer["Retry-After"]) == (503, "30")
        assert "The store of files cannot be reached." in answer.content.decode()
        assert upload(b"more").status_code == 503
        assert visit(author, "item_detail", version.file.item_id).status_code == 200
        part = begin_upload(actor=actor_of(author), item=item, size=4, said={"name": "later.bin"})
        with pytest.raises(StoreDown):
            continue_upload(actor=actor_of(author), upload=part, offset=0, pieces=[b"late"], length=4)
    assert b"".join(download(version)) == LONG  # back again, and nothing was started anew
    assert standing(actor_of(author), part) == 3  # an upload in pieces waits for the store with all its bytes
    continue_upload(actor=actor_of(author), upload=part, offset=3, pieces=[b"e"], length=1)
    assert FileVersion.objects.filter(file__name="later.bin", size=4).exists()


@pytest.fixture
def peer():
    """Return a function that starts a store of which each connection is handled by `says(connection)`."""
    opened = []

    def start(says):
        listening = socket.create_server(("127.0.0.1", 0))
        opened.append(listening)

        def serve():
            while True:
                try:
                    connection, _address = listening.accept()
                except OSError:
                    return
                opened.append(connection)
                says(connection)

        threading.Thread(target=serve, daemon=True).start()
        return listening.getsockname()[1]

    yield start
    for one in opened:
        one.close()


def _hangs(connection):
    """Take the question and answer nothing."""


def _busy(connection):
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    connection.close()


def _cuts(connection):
    """Promise 1000 bytes and send ten."""
    asked = connection.recv(65536)
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n"
    connection.sendall(head if asked.startswith(b"HEAD") else head + b"0123456789")
    connection.close()


@pytest.mark.parametrize("says", [_hangs, _busy])
def test_c10_a_store_that_hangs_or_is_busy_costs_seconds_and_no_worker(peer, says):
    store = store_at(peer(says))
    for act in (
        lambda: store.open("ab/c"),
        lambda: store.save("ab/c", ContentFile(b"x")),
        lambda: store.delete("ab/c"),
    ):
        with pytest.raises(StoreDown):
            act()


def test_c10_an_answer_cut_short_never_passes_for_the_whole(peer):
    found = store_at(peer(_cuts)).open("ab/c")
    assert found.size == 1000
    with pytest.raises(StoreDown):
        found.read()
