"""Bytes that rot, and bytes that harm: found, written down once, and handed to nobody."""

import os
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from content import scanning, soundness
from content.files import storage
from content.models import FileVersion, Scan
from tenants.models import AuditEvent, Right

pytestmark = pytest.mark.django_db
EICAR = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SEES = f"""{sys.executable} -c "import sys; sys.exit(b'EICAR-STANDARD' in sys.stdin.buffer.read())" """
BREAKS = f'{sys.executable} -c "import sys; sys.exit(2)"'


def verbs():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def rot(version, content=None):
    path = Path(storage().path(version.key))
    os.chmod(path, 0o640)
    path.write_bytes(content) if content else path.unlink()


@pytest.fixture
def download(visit, author):
    def get(version, *, member=author, **headers):
        return visit(member, "file_download", version.pk, version.file.name, headers=headers)

    return get


def test_t90_b28_rotten_bytes_are_found_by_comparing_closed_and_written_down_once(store, download, capsys):
    whole, rotten, gone = store(b"whole", "a.bin"), store(b"other", "b.bin"), store(b"third", "c.bin")
    call_command("check_files")
    assert "All 3 versions" in capsys.readouterr().out
    rot(rotten, b"0ther")
    rot(gone)
    for _ in range(2):
        with pytest.raises(CommandError, match="2 of 3 versions are damaged"):
            call_command("check_files")
    assert "b.bin version 1 of PRT-100001" in capsys.readouterr().err
    assert sorted(verbs()[3:]) == ["file_damaged", "file_damaged"]
    entry = AuditEvent.objects.latest("pk")
    assert (entry.actor, entry.after["bytes"]) == (None, "missing")
    assert [download(one).status_code for one in (rotten, gone)] == [410, 410]
    assert download(rotten, Range="bytes=0-1").status_code == 410
    assert b"".join(download(whole)) == b"whole"
    rot(rotten, b"other")  # the people who run it have restored it
    assert soundness.check(rotten) == ""
    assert b"".join(download(rotten)) == b"other"
    assert "file_mended" in verbs()


def test_b28_the_clock_compares_what_was_not_compared_longest_and_stops_at_its_measure(store):
    versions = [store(b"bytes", f"{number}.bin") for number in range(3)]
    assert soundness.check_some(most=6) == 0
    assert FileVersion.objects.filter(checked_at=None).count() == 1
    rot(versions[2], b"other")
    assert soundness.check_some() == 1
    assert soundness.check_some() == 0  # all had their turn


def test_t90_a_download_that_finds_other_bytes_closes_them(store, download):
    version = store(b"0123456789", "a.bin")
    rot(version, b"0123456780")
    with pytest.raises(Exception, match="file version"):
        b"".join(download(version))
    assert verbs().count("file_damaged") == 1
    assert download(version).status_code == 410


def test_t92_malware_reaches_nobody_and_the_record_says_so(store, download, visit, author, settings, text):
    settings.SCANNER = SEES
    clean, bad = store(b"clean", "a.txt"), store(EICAR.encode(), "b.txt")
    assert list(FileVersion.objects.order_by("pk").values_list("scan", flat=True)) == [Scan.CLEAN, Scan.INFECTED]
    assert sorted(verbs()) == ["file_quarantined", "file_stored", "file_stored"]
    assert b"".join(download(clean)) == b"clean"
    for answer in (download(bad), download(bad, Range="bytes=0-1"), visit(author, "file_check_out", bad.pk, data={})):
        assert (answer.status_code, "found malware" in text(answer)) == (403, True)
    assert "Malware" in text(visit(author, "item_detail", bad.file.item_id))


def test_t92_without_an_answer_of_the_scanner_externals_wait(store, download, person, settings, text):
    guest = person("reader", Right.EXTERNAL, name="Gus Guest")
    early = store(b"before there was a scanner", "early.txt")
    for scanner in (BREAKS, "/no/such/scanner"):
        settings.SCANNER = scanner
        version = store(scanner.encode(), f"{len(scanner)}.txt")
        assert FileVersion.objects.get(pk=version.pk).scan == Scan.PENDING
        for one in (early, version):
            answer = download(one, member=guest)
            assert (answer.status_code, "still being scanned" in text(answer)) == (409, True)
        assert b"".join(download(version)) == scanner.encode()
    settings.SCANNER = SEES
    FileVersion.objects.update(scan_asked_at=None)
    scanning.again()
    assert set(FileVersion.objects.values_list("scan", flat=True)) == {Scan.CLEAN}
    assert b"".join(download(early, member=guest)) == b"before there was a scanner"
    settings.SCANNER = ""
    scanning.again()
    assert store(b"not scanned", "late.txt").scan == Scan.NONE


def test_t92_a_scanner_that_never_ends_is_ended(store, settings, monkeypatch):
    settings.SCANNER = f'{sys.executable} -c "import time; time.sleep(60)"'
    monkeypatch.setattr(scanning, "LONGEST", 0.2)
    assert FileVersion.objects.get(pk=store(b"bytes").pk).scan == Scan.PENDING


def test_a_file_that_the_reader_has_is_not_sent_again(store, download):
    version = store(b"bytes", "a.bin")
    tag = f'"{version.sha256}"'
    for header in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        assert download(version, **{"If-None-Match": header}).status_code == 304
    for header in ('"other"', version.sha256, ""):
        answer = download(version, **{"If-None-Match": header})
        assert (answer.status_code, answer["ETag"], b"".join(answer)) == (200, tag, b"bytes")
