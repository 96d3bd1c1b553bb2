"""BCF 2.1 and 3.0 as a format: nothing of the known fields is lost, all is as the published schemas have it.

What other tools write and read of it is asked of an independent library; hostile files are refused.
"""

import io
import tempfile
import tracemalloc
import zipfile
from datetime import datetime
from uuid import UUID
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.bcf.archives import inside
from content.bcf.packing import Held, pack
from content.bcf.reading import read
from tenants.errors import Unacceptable
from tests.bcf_files import files_of, written, wrong, zipped

# --- topics of every shape ---

some = st.text(st.sampled_from("aZ0 &<>\"'üß漢😀\u2028"), max_size=9).map(lambda text: f"x{text}y")
words = st.just("") | some
guids = st.uuids().map(str)
times = st.datetimes(datetime(1990, 1, 1)).map(lambda moment: f"{moment:%Y-%m-%dT%H:%M:%S}Z")
moments = st.just("") | times
numbers = st.floats(-1e6, 1e6)
points = st.lists(numbers, min_size=3, max_size=3)
flags = st.sampled_from([True, False, None])
parts = st.fixed_dictionaries({"ifc": st.just("") | st.just("0" * 22), "system": words, "tool": words})
components = st.lists(parts, max_size=2)
cameras = st.fixed_dictionaries(
    {"position": points, "direction": points, "up": points, "aspect": st.just(1.5)}
).flatmap(
    lambda camera: st.sampled_from(["fov", "scale"]).flatmap(
        lambda name: st.floats(45, 60).map(lambda value: camera | {name: value})
    )
)
viewpoints = st.fixed_dictionaries(
    {
        "guid": guids,
        "index": st.none() | st.integers(0, 99),
        "file": st.just(""),
        "snapshot": st.just("") | st.just("a view.png"),
        "camera": cameras,
        "second": st.none(),
        "selection": components,
        "visible": flags,
        "exceptions": components,
        "hints": st.dictionaries(st.sampled_from(["SpacesVisible", "OpeningsVisible"]), st.booleans()),
        "coloring": st.lists(
            st.fixed_dictionaries({"color": st.just("FF00AA"), "components": st.lists(parts, min_size=1, max_size=2)}),
            max_size=2,
        ),
        "lines": st.lists(st.lists(points, min_size=2, max_size=2), max_size=2),
        "planes": st.lists(st.fixed_dictionaries({"location": points, "direction": points}), max_size=2),
        "bitmaps": st.lists(
            st.fixed_dictionaries(
                {
                    "format": st.sampled_from(["PNG", "JPG"]),
                    "reference": some,
                    "location": points,
                    "normal": points,
                    "up": points,
                    "height": numbers,
                }
            ),
            max_size=1,
        ),
        "more": st.just([]) | st.just(["<Ours><Deep a='1'>x</Deep></Ours>"]),
    }
)
comments = st.fixed_dictionaries(
    {
        "guid": guids,
        "date": times,
        "author": some,
        "text": some,
        "viewpoint": st.just("") | guids,
        "modified": moments,
        "modified_by": words,
        "more": st.just([]),
    }
)
nothing = {"url": "", "path": "", "document": "", "name": "", "about": ""}
documents = st.fixed_dictionaries({"guid": guids, "url": some, "description": words}).map(lambda one: nothing | one)
topics = st.fixed_dictionaries(
    {
        "guid": guids,
        "type": some,
        "status": some,
        "server_id": st.just(""),
        "links": st.lists(some, max_size=2),
        "title": some,
        "priority": words,
        "index": st.none() | st.integers(0, 99),
        "labels": st.lists(some, max_size=2),
        "created": times,
        "author": some,
        "modified": moments,
        "modified_by": words,
        "due": moments,
        "assigned": words,
        "stage": words,
        "description": words,
        "snippet": st.none()
        | st.fixed_dictionaries({"type": some, "external": st.booleans(), "reference": some, "schema": some}),
        "documents": st.lists(documents, max_size=2),
        "related": st.lists(guids, max_size=2),
        "files": st.lists(
            st.fixed_dictionaries(
                {
                    "name": words,
                    "date": moments,
                    "reference": words,
                    "project": st.just(""),
                    "element": st.just("") | st.just("0" * 22),
                    "external": flags,
                }
            ),
            max_size=2,
        ),
        "comments": st.lists(comments, max_size=2),
        "viewpoints": st.lists(viewpoints, max_size=2),
        "more": st.just([]) | st.just(["<Theirs>x</Theirs>"]),
        "project": st.none() | st.fixed_dictionaries({"id": some, "name": words}),
    }
)


def plain(topic):
    """Return the topic without what other tools keep, what only one version tells, and names of files of ours."""
    views = [
        {
            **view,
            "more": [],
            "file": "",
            "camera": {**view["camera"], "aspect": None},
            "visible": view["visible"] is not False,
            "hints": {name: on for name, on in view["hints"].items() if on},
        }
        for view in topic["viewpoints"]
    ]
    return topic | {"more": [], "viewpoints": views}


@settings(max_examples=20)
@given(topics)
def test_a_round_trip_loses_nothing_in_either_version_and_across_them(topic):
    files = {(topic["guid"], view["snapshot"]): b"\x89PNG" for view in topic["viewpoints"] if view["snapshot"]}
    for version in ("2.1", "3.0"):
        again = read(io.BytesIO(written([topic], files, version)))
        told = [ElementTree.canonicalize(one) for one in topic["more"]]
        (found,) = again.topics
        assert (again.version, files_of(again)) == (version, files)
        assert [ElementTree.canonicalize(one) for one in found["more"]] == told
        assert plain(found) == plain(topic)
        if version == "3.0":
            assert [view["camera"] for view in found["viewpoints"]] == [view["camera"] for view in topic["viewpoints"]]
        other = read(io.BytesIO(written(again.topics, files, "2.1")))
        assert plain(other.topics[0]) == plain(topic)


@settings(max_examples=20)
@given(topics.map(plain), st.sampled_from(["2.1", "3.0"]))
def test_what_is_written_is_as_the_published_schemas_say(topic, version):
    assert wrong(written([topic], {}, version)) == []


TITLED = '<Topic Guid="b345f4f2-3a04-b43b-a713-5e456bef8228"><Title>{}</Title></Topic>'
VIEW = '<Viewpoints Guid="b345f4f2-3a04-b43b-a713-5e456bef8229"><Viewpoint>v.bcfv</Viewpoint></Viewpoints>'
BOMB = "<!DOCTYPE l [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9)
)


def packed_by(method):
    """Return a zip whose one entry is packed in an unusual way."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr("bcf.version", '<Version VersionId="2.1"/>')
    return packed.getvalue()


def listing(count, name="markup.bcf"):
    """Return a zip of so many empty entries."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(count):
            archive.writestr(f"{number}/{name}", "")
        archive.writestr("bcf.version", '<Version VersionId="3.0"/>')
    return packed.getvalue()


HOSTILE = {
    "no zip": b"PK but no zip",
    "packed so that it takes memory": packed_by(zipfile.ZIP_LZMA),
    "ten thousand threads": listing(10_000),
    "too many threads": listing(501),
    "a list without end": listing(40, "x" * 60_000),
    "parts that take memory": zipped(
        markup=f"<Markup>{TITLED.format('x')}{'<Viewpoints><Viewpoint>v.bcfv</Viewpoint></Viewpoints>' * 60}</Markup>",
        view=f"<V><Components><Selection>{'<Component/>' * 10_000}</Selection></Components></V>",
    ),
    "a number without end": zipped(
        markup=f"<Markup>{TITLED.format('x')}{VIEW}</Markup>",
        view="<V><OrthogonalCamera><ViewToWorldScale>1e999</ViewToWorldScale></OrthogonalCamera></V>",
    ),
    "two folders that differ by capital letters": zipped(
        **{
            "a/markup.bcf": f"<Markup>{TITLED.format('x')}</Markup>",
            "A/markup.bcf": f"<Markup>{TITLED.format('y')}</Markup>",
        }
    ),
    "a namespace that is part of each name": zipped(
        markup=f"<Markup xmlns:x='u{'r' * 300}'>{TITLED.format('x')}<x:a/></Markup>"
    ),
    "a namespace many times": zipped(
        markup=f"<Markup xmlns:x='u{'r' * 290}'>{TITLED.format('x')}{'<x:a/>' * 4000}</Markup>"
    ),
    "nothing": zipped(),
    "no version": zipped(version="<Version/>"),
    "another version": zipped(version='<Version VersionId="2.0"/>', markup="<Markup/>"),
    "no topic": zipped(markup="<Markup/>"),
    "not xml": zipped(markup="<Markup>"),
    "a bomb of entities": zipped(markup=f"{BOMB}]><Markup>{TITLED.format('&j;')}</Markup>"),
    "a file of ours": zipped(
        markup=f"<!DOCTYPE m [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><Markup>{TITLED.format('&e;')}</Markup>"
    ),
    "a dtd": zipped(markup=f"<!DOCTYPE Markup><Markup>{TITLED.format('x')}</Markup>"),
    "too deep": zipped(markup=f"<Markup>{TITLED.format('x')}{'<a>' * 500}{'</a>' * 500}</Markup>"),
    "a bomb of bytes": zipped(markup=f"<Markup>{TITLED.format('x' * 5_000_000)}</Markup>"),
    "a place that is none": zipped(
        markup=f"<Markup>{TITLED.format('x')}{VIEW}</Markup>",
        view="<V><Lines><Line><StartPoint><X>nan</X></StartPoint></Line></Lines></V>",
    ),
    "many answers in many threads": zipped(
        **{f"{n}/markup.bcf": f"<Markup>{TITLED.format(n)}{'<Comment/>' * 1900}</Markup>" for n in range(3)}
    ),
    "the same twice": zipped(
        **{"markup": f"<Markup>{TITLED.format('x')}</Markup>", "1/markup.bcf": f"<Markup>{TITLED.format('y')}</Markup>"}
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_t83_a_hostile_file_is_refused_with_a_sentence(name):
    file = HOSTILE[name]
    with pytest.raises(Unacceptable) as refused:
        read(io.BytesIO(file) if isinstance(file, bytes) else file)
    assert "root:" not in str(refused.value.sentence) and len(refused.value.sentence) < 200


def test_t83_nothing_leads_out_of_the_zip():
    led = {"../a.pdf": "a.pdf", "b.png": "T/b.png", "./c": "T/c", "..\\d": "d"}
    led |= dict.fromkeys(("../../a.bat", "..\\..\\a.bat", "/etc/x", "..", "", "../../T/../x"), "")
    assert {name: inside("T/" if name != "/etc/x" else "", name) for name in led} == led


def test_t83_what_is_too_long_to_keep_is_left_out_whole():
    long = f"<Markup>{TITLED.format('x')}<Ours>{'x' * 100_001}</Ours><Theirs>y</Theirs></Markup>"
    (topic,) = read(zipped(markup=long)).topics
    assert topic["more"] == ["<Theirs>y</Theirs>"]
    assert read(io.BytesIO(written([topic], {}, "2.1"))).topics[0]["more"] == topic["more"]


def test_what_is_half_wrong_is_read_as_far_as_it_is_right():
    view = VIEW.replace("</Viewpoints>", "<Snapshot>../../etc/x.png</Snapshot></Viewpoints>")
    odd = '<Comment Guid="no guid"><Date>yesterday</Date><Comment>Hello</Comment></Comment>'
    (topic,) = read(zipped(markup=f"<Markup>{TITLED.format('x')}{odd}{view}</Markup>")).topics
    assert topic["comments"][0]["date"] == "" and topic["comments"][0]["text"] == "Hello"
    assert len(topic["comments"][0]["guid"]) == 36 and topic["viewpoints"][0]["snapshot"] == ""
    again = read(io.BytesIO(written([topic], {}, "3.0"))).topics[0]
    assert again["comments"][0]["guid"] == topic["comments"][0]["guid"] and again["comments"][0]["author"] == "unknown"


XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="markup.xsd"'
POINT = "<X>1.5</X><Y>-2E0</Y><Z>.25</Z>"
LENS = f"<CameraViewPoint>{POINT}</CameraViewPoint><CameraDirection>{POINT}</CameraDirection>"
LENS += f"<CameraUpVector>{POINT}</CameraUpVector>"
OLD_SAMPLE = {
    "version": '\ufeff<?xml version="1.0"?><Version VersionId="2.1" ><DetailedVersion>2.1</DetailedVersion></Version>',
    "project.bcfp": f"<ProjectExtension {XSI}><Project ProjectId='P 1'/><ExtensionSchema>extensions.xsd"
    "</ExtensionSchema></ProjectExtension>",
    "requirements.pdf": "%PDF-1.4",
    "AB\\markup.bcf": f"""<?xml version="1.0"?><!-- by some tool --><Markup {XSI}><Header/>
<Topic Guid="AB45F4F2-3A04-B43B-A713-5E456BEF8228"><Title> Wall </Title><AssignedTo></AssignedTo><Index>0</Index>
<CreationDate>2026-05-22T12:12:15.621+03:00</CreationDate><CreationAuthor>kim@else.example</CreationAuthor>
<DueDate>2026-06-01</DueDate>
<BimSnippet SnippetType="JSON"><Reference>Element.json</Reference><ReferenceSchema>s</ReferenceSchema></BimSnippet>
<DocumentReference><ReferencedDocument>..\\Requirements.pdf</ReferencedDocument></DocumentReference>
<DocumentReference isExternal="true"><ReferencedDocument>https://else.example/a</ReferencedDocument></DocumentReference>
<RelatedTopic Guid="BB45F4F2-3A04-B43B-A713-5E456BEF8228"/></Topic>
<Comment Guid="CB45F4F2-3A04-B43B-A713-5E456BEF8228"><Date>2026-05-22T13:00:00Z</Date><Author>jo</Author><Comment/>
<Viewpoint Guid="DB45F4F2-3A04-B43B-A713-5E456BEF8228"/></Comment>
<Viewpoints Guid="DB45F4F2-3A04-B43B-A713-5E456BEF8228"><Viewpoint>viewpoint.bcfv</Viewpoint>
<Snapshot>Snapshot.PNG</Snapshot><Index>2</Index></Viewpoints></Markup>""",
    "AB\\Viewpoint.bcfv": f"""<VisualizationInfo {XSI}><Components><ViewSetupHints SpacesVisible="true"/><Selection/>
<Visibility DefaultVisibility="false"><Exceptions/></Visibility><Coloring><Color Color="#3498db">
<Component IfcGuid="0cSRUx$EX1NRjqiKcYQ$a0"/></Color></Coloring></Components>
<OrthogonalCamera>{LENS}<ViewToWorldScale>9</ViewToWorldScale></OrthogonalCamera>
<PerspectiveCamera>{LENS}<FieldOfView>60</FieldOfView></PerspectiveCamera>
<ClippingPlanes/></VisualizationInfo>""",
    "AB\\snapshot.png": "picture",
    "AB\\Element.json": "{}",
}
NEW_SAMPLE = {
    "version": '<Version VersionId="3.0"/>',
    "extensions.xml": "<Extensions/>",
    "documents.xml": f"<DocumentInfo {XSI}><Documents><Document Guid='0045f4f2-3a04-b43b-a713-5e456bef8228'>"
    "<Filename>Notes.txt</Filename><Description>Of the meeting</Description></Document></Documents></DocumentInfo>",
    "documents/0045f4f2-3a04-b43b-a713-5e456bef8228": "notes",
    "a/markup.bcf": f"""<Markup {XSI}><Header><Files/></Header>
<Topic Guid="ab45f4f2-3a04-b43b-a713-5e456bef8228" ServerAssignedId="6" TopicStatus="Open"><ReferenceLinks/>
<Title>Beam</Title><Labels><Label>Architects</Label></Labels><CreationDate>2026-02-17T09:16:04.160Z</CreationDate>
<CreationAuthor>kim</CreationAuthor><Description></Description><DocumentReferences>
<DocumentReference Guid="1045f4f2-3a04-b43b-a713-5e456bef8228">
<DocumentGuid>0045f4f2-3a04-b43b-a713-5e456bef8228</DocumentGuid></DocumentReference></DocumentReferences>
<RelatedTopics/><Comments><Comment Guid="2045f4f2-3a04-b43b-a713-5e456bef8228"><Date>2026-02-17T09:16:04Z</Date>
<Author>jo</Author><Viewpoint Guid="3045f4f2-3a04-b43b-a713-5e456bef8228"/></Comment></Comments>
<Viewpoints><ViewPoint Guid="3045f4f2-3a04-b43b-a713-5e456bef8228"><Viewpoint>v.bcfv</Viewpoint></ViewPoint>
</Viewpoints></Topic></Markup>""",
    "a/v.bcfv": f"""<VisualizationInfo {XSI} Guid="3045f4f2-3a04-b43b-a713-5e456bef8228"><Components><Visibility/>
</Components><PerspectiveCamera>{LENS}<FieldOfView>90</FieldOfView><AspectRatio>1.78</AspectRatio></PerspectiveCamera>
<Lines/><ClippingPlanes/><Bitmaps/></VisualizationInfo>""",
}


@pytest.mark.parametrize(("version", "sample"), [("2.1", OLD_SAMPLE), ("3.0", NEW_SAMPLE)])
def test_files_of_the_shapes_that_the_published_samples_have_are_read_whole_and_written_as_the_schemas_say(
    version, sample
):
    found = read(zipped(**sample))
    (topic,), files = found.topics, files_of(found)
    content = written([topic], files, version)
    again = read(io.BytesIO(content))
    assert wrong(content) == [] and again.topics == [
        topic | ({} if topic["type"] else {"type": again.topics[0]["type"]})
    ]
    assert files_of(again) == files
    other = read(io.BytesIO(written([topic], files, "2.1" if version == "3.0" else "3.0")))
    assert sorted(files_of(other).values()) == sorted(files.values())
    (view,) = topic["viewpoints"]
    if version == "2.1":
        assert sorted(files.values()) == [b"%PDF-1.4", b"picture", b"{}"]
        assert topic["due"] == "2026-06-01T00:00:00" and topic["created"] == "2026-05-22T12:12:15.621+03:00"
        assert (view["second"]["scale"], view["camera"]["fov"], view["coloring"][0]["color"]) == (9, 60, "3498DB")
        assert (topic["title"], topic["project"]) == ("Wall", {"id": "P 1", "name": ""})
    else:
        assert files[topic["guid"], "0045f4f2-3a04-b43b-a713-5e456bef8228"] == b"notes"
        assert (topic["documents"][0]["name"], topic["documents"][0]["about"]) == ("Notes.txt", "Of the meeting")
        assert (view["visible"], view["camera"]["aspect"], topic["server_id"]) == (False, 1.78, "6")


def test_memory_stays_flat_while_many_threads_with_large_files_are_packed():
    (topic,) = read(zipped(**NEW_SAMPLE)).topics
    (document,) = topic["documents"]
    held = {document["document"]: Held("Notes.txt", "0" * 64, lambda: (bytes(1_000_000) for _piece in range(100)))}
    more = [topic | {"guid": str(UUID(int=number)), "held": {}} for number in range(3)]
    tracemalloc.start()
    try:
        with tempfile.TemporaryFile() as file:
            pack(iter([topic | {"held": held}, *more]), "3.0", file)
            assert len(read(file).topics) == 4
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
