"""Conversion of files for the browser: what comes out, what hostile files do (nothing), and who is shown it."""

import io
import json
import re
import socket
import struct
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
import trimesh
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from content import blobs, conversions
from content.models import Conversion, ConversionState, FileVersion, Rendition
from content.viewing import archives, convert, limits
from platform_site.demo.geometry import catalogue, drawing
from platform_site.demo.geometry.step import step
from platform_site.demo.geometry.stl import stl

pytestmark = pytest.mark.django_db
SAMPLES = Path(settings.ROOT).parent / "shared" / "data" / "cad"
QUICK = limits.Limits(seconds=10, memory=2 * 1024**3, output=64 * 1024**2)


def picture(kind, size=(64, 48)):
    held = io.BytesIO()
    Image.new("RGB", size, (10, 120, 200)).save(held, kind)
    return held.getvalue()


def made(kind):
    """Return a block of 4 by 2 by 1 as a file of triangles."""
    content = trimesh.Scene({"Block": trimesh.creation.box((4, 2, 1))}).export(file_type=kind)
    return content.encode() if isinstance(content, str) else content


def gltf():
    """Return the same as glTF that holds its own buffers."""
    parts = trimesh.creation.box((4, 2, 1)).export(file_type="gltf", embed_buffers=True)
    return parts["model.gltf"]


def iges():
    """Return a flat face of 4 by 2, trimmed by nothing, as IGES: cards of 80 columns, written by hand."""
    start = ["A face made for a test"]
    head = "1H,,1H;,4Hface,8Hface.igs,1Ht,1Ht,32,38,6,308,15,4Hface,1.,2,2HMM,1,0.01,15H20261125.000000,"
    head += "0.0001,4.,1Ht,1Ht,11,0;"
    surface = (
        "128,1,1,1,1,0,0,1,0,0,0.,0.,1.,1.,0.,0.,1.,1.,1.,1.,1.,1.,0.,0.,0.,4.,0.,0.,0.,2.,0.,4.,2.,0.,0.,1.,0.,1.;"
    )
    data = [surface[at : at + 64] for at in range(0, len(surface), 64)]
    entry = [(128, 1, 0, 0, 0, 0, 0, 0, "00000000"), (128, 0, 0, len(data), 0, "", "", "", 0)]
    cards = [f"{text:<72}S{number:>7}" for number, text in enumerate(start, 1)]
    globes = [head[at : at + 72] for at in range(0, len(head), 72)]
    cards += [f"{text:<72}G{number:>7}" for number, text in enumerate(globes, 1)]
    cards += ["".join(f"{value:>8}" for value in row) + f"D{number:>7}" for number, row in enumerate(entry, 1)]
    cards += [f"{text:<64}{1:>8}P{number:>7}" for number, text in enumerate(data, 1)]
    cards.append(f"S{len(start):>7}G{len(globes):>7}D{2:>7}P{len(data):>7}{'':>40}T{1:>7}")
    return "\n".join(cards) + "\n"


def package(**entries):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            made.writestr(name.replace("__", "/"), content)
    return held.getvalue()


@pytest.fixture
def tried(tmp_path):
    """Convert bytes by themselves; return what stopped the child, the facts, and the names of what it made.

    In this process, which is quick, unless `child` asks for a process of its own.
    """

    def run(name, content, *, child=False):
        work = tmp_path / f"try{len(list(tmp_path.iterdir()))}"
        out = work / "out"
        out.mkdir(parents=True)
        source = work / f"source{Path(name).suffix.lower()}"
        source.write_bytes(content)
        stopped = limits.run(source, out, QUICK) if child else convert.main(source, out) or ""
        told = out / "facts.json"
        facts = json.loads(told.read_text()) if told.exists() else {}
        return stopped, facts, {path.name for path in out.iterdir() if path.is_file()}

    return run


@pytest.mark.parametrize(
    ("name", "content", "facts", "made"),
    [
        (
            "p.step",
            step(catalogue.side_plate()),
            {"form": "mesh", "unit": "mm", "parts": 1},
            {"view.glb", "thumb.webp"},
        ),
        ("a.stp", step(catalogue.tensioner()), {"form": "mesh", "parts": 7}, {"view.glb", "thumb.webp"}),
        ("p.stl", stl(catalogue.axle()), {"form": "mesh", "unit": ""}, {"view.glb", "thumb.webp"}),
        ("p.obj", made("obj"), {"form": "mesh", "triangles": 12, "size": [4.0, 2.0, 1.0]}, {"view.glb", "thumb.webp"}),
        ("p.ply", made("ply"), {"form": "mesh", "triangles": 12, "size": [4.0, 2.0, 1.0]}, {"view.glb", "thumb.webp"}),
        ("p.3mf", made("3mf"), {"form": "mesh", "unit": "mm", "size": [4.0, 2.0, 1.0]}, {"view.glb", "thumb.webp"}),
        ("p.glb", made("glb"), {"form": "mesh", "unit": "m", "up": "y"}, {"view.glb", "thumb.webp"}),
        ("p.gltf", gltf(), {"form": "mesh", "unit": "m", "triangles": 12}, {"view.glb", "thumb.webp"}),
        ("p.igs", iges(), {"form": "mesh", "unit": "mm", "size": [4.0, 2.0, 0.0]}, {"view.glb", "thumb.webp"}),
        ("p.dxf", drawing.dxf(catalogue.side_plate()), {"form": "drawing"}, {"view.json", "thumb.webp"}),
        ("p.svg", drawing.svg(catalogue.side_plate()), {"form": "image", "vector": True}, {"view.svg", "thumb.webp"}),
        (
            "p.pdf",
            drawing.pdf(catalogue.side_plate(), ["Side plate"]),
            {"form": "pages", "of": 1},
            {"page-0001.webp", "thumb.webp"},
        ),
        ("p.png", picture("PNG"), {"form": "image", "size": [64, 48]}, {"view.webp", "thumb.webp"}),
        ("p.txt", "Bohrung Ø20".encode("cp1252"), {"form": "text", "cut": False}, {"view.txt", "thumb.webp"}),
        ("p.csv", b"part;number\nplate;2\n", {"form": "table", "rows": 2}, {"view.json", "thumb.webp"}),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 8 else "",
)
def test_every_kind_becomes_something_a_browser_shows(tried, tmp_path, name, content, facts, made):
    content = content.encode() if isinstance(content, str) else content
    stopped, told, files = tried(name, content, child=name in {"p.step", "p.pdf", "p.svg"})
    assert stopped == ""
    assert told.items() >= facts.items(), told
    assert files >= made
    if "thumb.webp" in made:
        small = Image.open(next(tmp_path.glob("*/out/thumb.webp"))).convert("RGBA")
        assert max(small.size) <= 320
        assert name == "p.png" or len(small.getcolors(320 * 240)) > 4, "a blank one"
        if name in {"p.dxf", "p.svg"}:
            assert small.convert("L").resize((40, 30)).getextrema()[0] < 140, "too faint for a list"


def test_sizes_are_those_of_the_geometry(tried):
    _, facts, _ = tried("a.step", step(catalogue.tensioner()))
    assert facts["size"] == [160.0, 90.0, 112.0]


W, A = "urn:schemas-microsoft-com:w", "urn:a"  # the readers look at names, whatever the namespace
OFFICE = {
    "a.docx": {
        "word__document.xml": f'<w:d xmlns:w="{W}"><w:p><w:r><w:t>Torque</w:t><w:t> </w:t><w:t>table</w:t></w:r></w:p>'
        "<w:p><w:instrText>PAGE</w:instrText><w:r><w:t>Prüfung</w:t><w:tab/><w:t>Ø20</w:t></w:r></w:p></w:d>",
        "word__header1.xml": f'<w:h xmlns:w="{W}"><w:p><w:t>Head</w:t></w:p></w:h>',
        "word__styles.xml": f'<w:s xmlns:w="{W}"><w:t>Heading 1</w:t></w:s>',
    },
    "a.xlsx": {
        "xl__sharedStrings.xml": "<sst><si><t>Part</t></si><si><r><t>Side </t></r><r><t>plate</t></r></si></sst>",
        "xl__worksheets__sheet1.xml": '<w><row><c t="s"><v>0</v></c><c><v>17.25</v></c></row>'
        '<row><c r="B2" t="inlineStr"><is><t>inline</t></is></c><c t="b"><v>1</v></c>'
        "<c><f>SUM(A1)</f><v>4711</v></c></row></w>",
        "xl__worksheets__sheet2.xml": '<w><row><c t="s"><v>1</v></c><c r="ZZZ9"><v>8</v></c></row></w>',
    },
    "a.ods": {
        "content.xml": '<o xmlns:n="urn:n"><n:table-row><n:table-cell n:number-columns-repeated="2"><n:p>Part</n:p>'
        "</n:table-cell><n:table-cell/><n:table-cell><n:p>Number</n:p></n:table-cell><n:table-cell "
        'n:number-columns-repeated="16000"/></n:table-row><n:table-row><n:table-cell><n:p>Plate</n:p></n:table-cell>'
        "<n:table-cell><n:p>2</n:p></n:table-cell></n:table-row></o>"
    },
    "a.pptx": {
        f"ppt__slides__slide{number}.xml": f'<p xmlns:a="{A}"><a:p><a:r><a:t>Slide {word}</a:t></a:r></a:p></p>'
        for number, word in ((10, "last"), (2, "second"))
    },
    "a.odt": {"content.xml": '<o xmlns:t="urn:t"><t:h>Report</t:h><t:p>Flow <t:span>over</t:span> all</t:p></o>'},
}
SAID = {
    "a.docx": "Torque table\nPrüfung\tØ20\nHead",
    "a.xlsx": "Part\nSide plate\n17.25\ninline\t1\t4711\n8",
    "a.pptx": "Slide second\nSlide last",
    "a.odt": "Report\nFlow over all",
    "a.ods": "Part\nNumber\nPlate\n2",
}
CELLS = {
    "a.xlsx": [["Part", "17.25"], ["", "inline", "TRUE", "4711"], [], ["Side plate"]],
    "a.ods": [["Part", "Part", "", "Number"], ["Plate", "2"]],
}


@pytest.mark.parametrize("name", OFFICE)
def test_the_words_of_office_files_are_read(tried, tmp_path, name):
    stopped, facts, files = tried(name, package(**OFFICE[name]))
    rows = CELLS.get(name)
    wanted = {"form": "table", "rows": len(rows), "cut": False} if rows else {"form": "text", "cut": False}
    assert (stopped, facts) == ("", wanted)
    assert files >= {"view.json" if rows else "view.txt", "text.txt", "thumb.webp"}
    assert not rows or json.loads(next(tmp_path.glob("*/out/view.json")).read_text()) == rows
    assert next(tmp_path.glob("*/out/text.txt")).read_text() == SAID[name]


def lying():
    """Return a package whose directory says that its model unpacks to 4 bytes."""
    data = bytearray(package(**{"3D__3dmodel.model": b"<model/>" * 1000}))
    directory = data.index(b"PK\x01\x02")
    data[24 + directory : 28 + directory] = data[22:26] = struct.pack("<I", 4)
    return bytes(data)


DECLARED = '<!DOCTYPE m [<!ENTITY a "b">]><model/>'
SPLIT = (" " * (archives.CHUNK - 5) + '<!DOCTYPE m SYSTEM "x"><model/>').encode()  # where two chunks meet
DEEP = 50_000
BOMB = package(**{"3D__3dmodel.model": b"\0" * 4 * 1024**2})
HOSTILE = [
    ("a.step", b"this is no step file", "no STEP file"),
    ("a.stl", b"", "no triangles"),
    ("b.stl", b"\0" * 80 + struct.pack("<I", 4_000_000_000), "no triangles|failed"),
    ("nan.stl", b"\0" * 80 + struct.pack("<I", 1) + struct.pack("<12fH", *[float("nan")] * 12, 0), "no numbers"),
    ("c.3mf", BOMB, "unpacks to more than"),
    ("d.3mf", package(**{f"{number}.x": b"" for number in range(10_001)}), "files"),
    ("e.3mf", package(**{"3D__3dmodel.model": b'<!DOCTYPE x [<!ENTITY a "b">]><model/>'}), "entities"),
    ("f.3mf", b"PK\x03\x04broken", "damaged"),
    ("g.gltf", b'{"asset":{"version":"2.0"},"buffers":[{"uri":"../../etc/passwd","byteLength":4}]}', "files beside it"),
    ("h.svg", b'<!DOCTYPE s [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>', "entities"),
    ("i.dxf", b"0\nSECTION\n2\nNONSENSE", "no DXF|nothing"),
    ("j.pdf", b"%PDF-1.7 nothing follows", "no PDF"),
    ("k.png", b"\x89PNG broken", "no picture"),
    ("l.json", b"\0\0binary", "no text"),
    ("m.docx", package(**{"word__document.xml": b"\0" * 4 * 1024**2}), "unpacks to more than"),
    ("n.xlsx", package(**{"xl__sharedStrings.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><sst>&a;</sst>'}), "entities"),
    ("o.docx", package(**{"word__document.xml": "<!DOCTYPE x><w/>".encode("utf-16")}), "entities"),
    ("p.pptx", package(**{"ppt__slides__slide1.xml": "<p><a>"}), "damaged"),
    ("q.docx", package(**{"other.xml": "<p/>"}), "no document"),
    ("r.docx", b"\xd0\xcf\x11\xe0 older", "password"),
    ("s.3mf", package(**{"3D__3dmodel.model": DECLARED.encode("utf-16")}), "entities"),
    ("t.3mf", package(**{"3D__3dmodel.model": SPLIT}), "entities"),
    ("u.3mf", lying(), "damaged"),
    ("v.3mf", package(**{"inner.3mf": BOMB}), "failed"),
    ("w.gltf", b'{"a":' * DEEP, "nested"),
    ("x.svg", b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<g>" * DEEP + b"</g>" * DEEP + b"</svg>", "nested"),
]


@pytest.mark.parametrize(("name", "content", "said"), HOSTILE, ids=[name for name, _, _ in HOSTILE])
def test_t81_t86_t87_c16_a_hostile_file_is_told_in_a_sentence_and_stops_nothing(
    tried, monkeypatch, name, content, said
):
    monkeypatch.setattr(archives, "BYTES", 2 * 1024**2)  # a bomb in small
    stopped, facts, files = tried(name, content, child=name in {"a.step", "b.stl", "v.3mf"})
    words = stopped or facts.get("refused", "")
    assert any(part in words for part in said.split("|")), (stopped, facts)
    assert not [file for file in files if file.startswith(("view", "page"))]


def test_t87_no_entity_is_fetched_from_anywhere(tried):
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:{listener.getsockname()[1]}/">]>'
    for name, content in (
        ("a.svg", f'{entity}<svg xmlns="http://www.w3.org/2000/svg"><text>&e;</text></svg>'.encode()),
        ("a.3mf", package(**{"3D__3dmodel.model": f"{entity}<model>&e;</model>"})),
        ("a.docx", package(**{"word__document.xml": f"{entity}<w>&e;</w>"})),
    ):
        _, facts, _ = tried(name, content)
        assert "entities" in facts["refused"]
    with listener, pytest.raises(BlockingIOError):
        listener.accept()


def test_t86_damaged_step_files_end_in_a_sentence(tried):
    whole = step(catalogue.side_plate())
    for place in (1, 3):
        damaged = bytearray(whole)
        for at in range(len(whole) * place // 5, len(whole) * place // 5 + 40, 2):
            damaged[at] = 255 - damaged[at]
        stopped, facts, _ = tried("a.step", bytes(damaged), child=True)
        assert stopped or facts


def test_t87_a_flood_of_pixels_is_refused(tried):
    head = picture("BMP", (8, 8))
    flood = head[:18] + struct.pack("<ii", 60_000, 60_000) + head[26:]
    _, facts, _ = tried("a.bmp", flood)
    assert "pixels" in facts["refused"] or "damaged" in facts["refused"]


def test_t83_t68_a_vector_drawing_keeps_shapes_alone(tried, tmp_path):
    evil = (
        b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" onload="alert(1)">'
        b"<script>alert(1)</script><foreignObject><b/></foreignObject><style>@import url(//evil)</style>"
        b'<a href="javascript:alert(1)"><rect/></a><use xlink:href="//evil/x#y"/><image href="//evil"/>'
        b'<rect width="4" height="4" fill="url(//evil)" onclick="alert(1)" style="background:url(//evil)"/></svg>'
    )
    tried("a.svg", evil)
    made = next(tmp_path.glob("*/out/view.svg")).read_bytes()
    assert b"<rect" in made.replace(b"svg:", b"")
    assert not [word for word in (b"script", b"evil", b"alert", b"onload", b"foreign", b"style") if word in made]


def test_a_vector_drawing_beside_its_page_is_shown_where_it_lies(tried, tmp_path):
    shape = b'<path d="M 300,-180 h 100 v 50 h -100 z" fill="none" stroke="#000" stroke-width="0.5"/>'
    for frame, where in (
        (b'width="200" height="100"', (300, -180, 100, 50)),
        (b'viewBox="290 -190 120 70"', (290, -190, 120, 70)),  # all of it is on the page: as it was
        (b'width="20mm" height="10mm"', None),  # says nothing in its own units
    ):
        svg = b'<svg xmlns="http://www.w3.org/2000/svg" ' + frame + b">" + shape + b"</svg>"
        _, _, files = tried("a.svg", svg)
        made = max(tmp_path.glob("*/out/view.svg"), key=lambda path: int(path.parts[-3][3:])).read_bytes()
        box = re.search(rb'viewBox="([^"]+)"', made)
        assert bool(box) is bool(where)
        assert ("thumb.webp" in files) is bool(where)
        if where:
            assert [float(text) for text in box[1].split()] == pytest.approx(where, abs=11)


WANTS = {
    "network": "import socket; socket.create_connection(('127.0.0.1', {port}), 2)",
    "memory": "x = bytearray(3 * 1024**3)",
    "output": "open({out!r} + '/big', 'wb').write(b'0' * 100 * 1024**2)",
    "files": "x = [open('/dev/null') for _ in range(200)]",
    "time": "while True: pass",
}


@pytest.mark.parametrize("want", WANTS)
def test_t86_c16_the_child_gets_no_network_and_no_more_than_its_limits(want, tmp_path):
    listener = socket.create_server(("127.0.0.1", 0))
    tries = WANTS[want].format(port=listener.getsockname()[1], out=str(tmp_path))
    words = limits.Limits(seconds=1, memory=2 * 1024**3, output=64 * 1024**2).words()
    code = f"from content.viewing.convert import confine; confine(*map(int, {words})); {tries}"
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", code], cwd=settings.ROOT, capture_output=True, timeout=20, check=False
    )
    listener.close()
    assert done.returncode != 0


def test_b33_the_child_knows_no_secret():
    assert "SECRET" not in json.dumps(convert.BY_SUFFIX)
    code = "import sys; import content.viewing.convert; print([m for m in sys.modules if m.startswith('django')])"
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", code], cwd=settings.ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_real_files_can_be_seen_where_they_stand_beside_the_repository(tried):
    for path in sorted(SAMPLES.glob("*.*")):
        _, facts, files = tried(path.name, path.read_bytes())
        assert facts.get("form") in {"mesh", "drawing", "image"}, (path.name, facts)
        assert files & {"view.glb", "view.json", "view.svg"}


# --- stored, made, shown ---


@pytest.fixture
def stored(db, store):
    """Store a file in the item and return its version."""
    washer = stl(catalogue.washer())
    return lambda name="plate.stl", content=washer: store(content, name)


def made_of(version):
    conversion = conversions.of_version(version)
    conversions.convert.call(pk=conversion.pk)
    conversion.refresh_from_db()
    return conversion


def test_a_version_asks_for_its_conversion_once_and_gets_it(stored):
    version = stored()
    conversion = made_of(version)
    assert (conversion.state, conversion.thumb) == (ConversionState.DONE, True)
    assert {part.name for part in conversion.renditions.all()} == {"view.glb", "thumb.webp"}
    conversions.convert.call(pk=conversion.pk)  # b29: twice does nothing
    assert conversion.renditions.count() == 2


def test_a_kind_that_nobody_can_show_asks_for_nothing(stored):
    assert conversions.of_version(stored("notes.doc", b"PK")) is None


def test_t86_c16_a_file_that_ends_its_child_fails_alone_with_a_reason_and_stays(stored):
    version = stored("a.3mf", package(**{"inner.3mf": BOMB}))
    conversion = made_of(version)
    assert conversion.state == ConversionState.FAILED
    assert "failed" in conversion.reason
    assert blobs.storage().exists(version.key)
    assert made_of(stored("notes.txt", b"the next one")).state == ConversionState.DONE


def test_c21_c22_a_lost_worker_is_succeeded_and_cannot_finish_over_its_successor(stored):
    conversion = conversions.of_version(stored())
    assert conversions._take(conversion.pk) == 1
    assert conversions._take(conversion.pk) is None  # somebody has it
    Conversion.objects.update(taken_at=timezone.now() - timedelta(hours=1))
    assert conversions._take(conversion.pk) == 2
    conversions._finish(conversion, 1, {"reason": "late"}, Path("nowhere"))
    conversion.refresh_from_db()
    assert conversion.state == ConversionState.RUNNING
    Conversion.objects.update(taken_at=timezone.now() - timedelta(hours=1), lease=conversions.TRIES)
    conversions.again()
    conversion.refresh_from_db()
    assert (conversion.state, conversion.reason) == (
        ConversionState.FAILED,
        "Its conversion was cut off several times.",
    )


def test_what_nobody_names_is_swept(stored):
    version = stored()
    made_of(version)
    FileVersion.objects.filter(pk=version.pk).delete()
    Rendition.objects.filter(name="thumb.webp").delete()
    assert conversions.sweep()[0] > 0
    assert not Conversion.objects.exists()


@pytest.fixture
def opened(client, author, stored):
    """The page of a version, and the address of one of its parts, for somebody who is in."""
    client.force_login(author.user)
    version = stored()
    made_of(version)
    slug = version.file.item.platform.slug
    part = reverse("content:rendition", args=[slug, version.pk, "view.glb"])
    return client, reverse("content:file_view", args=[slug, version.pk]), part


def test_the_page_of_a_version_shows_it_and_its_parts_are_sent(opened):
    client, view, part = opened
    assert f'data-viewer="{part}"' in client.get(view).content.decode()
    answer = client.get(part)
    assert answer.headers["Content-Type"] == "model/gltf-binary"
    assert b"".join(answer.streaming_content)[:4] == b"glTF"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_t43_b10_looking_ends_with_the_next_question_after_access_ended(opened, item):
    client, view, part = opened
    assert client.head(view).status_code == 200
    item.space.credentials.all().delete()
    assert [client.head(view).status_code, client.get(part).status_code, client.get(view).status_code] == [404] * 3


def test_t21_t25_a_part_of_another_file_or_name_is_none(opened, stored):
    client, _view, _part = opened
    other = stored("other.txt", b"words")
    slug = other.file.item.platform.slug
    for name in ("view.glb", "nothing.webp"):
        assert client.get(f"/p/{slug}/files/{other.pk}/shown/{name}").status_code == 404


def test_waiting_and_failing_are_told_on_the_page(client, author, stored):
    client.force_login(author.user)
    version = stored()
    address = reverse("content:file_view", args=[version.file.item.platform.slug, version.pk])
    assert "is being made ready" in client.get(address).content.decode()
    Conversion.objects.update(state=ConversionState.FAILED, reason="It is damaged.")
    assert "cannot be shown.</b> It is damaged." in client.get(address).content.decode()


def test_only_so_much_of_a_long_text_is_kept(tried, tmp_path):
    tried("a.log", b"x" * 1_500_000)
    assert len(next(tmp_path.glob("*/out/view.txt")).read_text()) == 1_000_000
