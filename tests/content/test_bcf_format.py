"""BCF 2.1 and 3.0 as a format: nothing of the known fields is lost, order is the schemas', hostile files are refused.

ORDER holds, typed in by hand, what the published schemas of buildingSMART say of children and their order.
"""

import io
import zipfile
from datetime import datetime
from xml.etree import ElementTree

import pytest
from defusedxml import ElementTree as safe
from hypothesis import given, settings
from hypothesis import strategies as st

from content.bcf.reading import read
from content.bcf.writing import write
from tenants.errors import Unacceptable

COMMENT = "Date Author Comment Viewpoint ModifiedDate ModifiedAuthor"
SHARED = {
    "Comment/Comment": "",
    "File": "Filename Date Reference",
    "BimSnippet": "Reference ReferenceSchema",
    "Component": "OriginatingSystem AuthoringToolId",
    "Line": "StartPoint EndPoint",
    "ClippingPlane": "Location Direction",
    "StartPoint": "X Y Z",
    "Location": "X Y Z",
    "CameraViewPoint": "X Y Z",
    "Selection": "Component",
    "Exceptions": "Component",
    "Color/Components": "Component",
}
TOPIC = "Title Priority Index {} CreationDate CreationAuthor ModifiedDate ModifiedAuthor DueDate AssignedTo Stage"
ORDER = {
    "2.1": SHARED
    | {
        "Markup": "Header Topic Comment Viewpoints",
        "Header": "File",
        "Topic": f"ReferenceLink {TOPIC.format('Labels')} Description BimSnippet DocumentReference RelatedTopic",
        "Markup/Comment": COMMENT,
        "Viewpoints": "Viewpoint Snapshot Index",
        "DocumentReference": "ReferencedDocument Description",
        "VisualizationInfo": "Components OrthogonalCamera PerspectiveCamera Lines ClippingPlanes Bitmap",
        "Components": "ViewSetupHints Selection Visibility Coloring",
        "Visibility": "Exceptions",
        "Color": "Component",
        "PerspectiveCamera": "CameraViewPoint CameraDirection CameraUpVector FieldOfView",
        "OrthogonalCamera": "CameraViewPoint CameraDirection CameraUpVector ViewToWorldScale",
        "VisualizationInfo/Bitmap": "Bitmap Reference Location Normal Up Height",
    },
    "3.0": SHARED
    | {
        "Markup": "Header Topic",
        "Header": "Files",
        "Files": "File",
        "Topic": f"ReferenceLinks {TOPIC.format('Labels')} Description BimSnippet DocumentReferences RelatedTopics "
        "Comments Viewpoints",
        "ReferenceLinks": "ReferenceLink",
        "Labels": "Label",
        "Comments/Comment": COMMENT,
        "ViewPoint": "Viewpoint Snapshot Index",
        "DocumentReference": "DocumentGuid Url Description",
        "VisualizationInfo": "Components OrthogonalCamera PerspectiveCamera Lines ClippingPlanes Bitmaps",
        "Components": "Selection Visibility Coloring",
        "Visibility": "ViewSetupHints Exceptions",
        "Color": "Components",
        "PerspectiveCamera": "CameraViewPoint CameraDirection CameraUpVector FieldOfView AspectRatio",
        "OrthogonalCamera": "CameraViewPoint CameraDirection CameraUpVector ViewToWorldScale AspectRatio",
        "Bitmaps/Bitmap": "Format Reference Location Normal Up Height",
    },
}
NEEDED = {  # what the schemas want of every one
    "2.1": {"Topic": "Title CreationDate CreationAuthor", "Comment": "Date Author Comment"},
    "3.0": {"Topic": "Title CreationDate CreationAuthor @TopicType @TopicStatus", "Comment": "Date Author Comment"},
}


def told_wrong(root, version, above=""):
    """Return what of an XML tree is not as the schemas have it."""
    wrong, order = [], ORDER[version]
    rule = order.get(f"{above}/{root.tag}", order.get(root.tag))
    tags = [child.tag for child in root]
    if rule is not None:
        places = {name: place for place, name in enumerate(rule.split())}
        wrong += [f"{root.tag} has {tag}" for tag in tags if tag not in places]
        found = [places[tag] for tag in tags if tag in places]
        wrong += [f"{root.tag}: {tags}"] if found != sorted(found) else []
    if above != "Comment":
        for name in NEEDED[version].get(root.tag, "").split():
            there = name[1:] in root.attrib if name[0] == "@" else name in tags
            wrong += [] if there else [f"{root.tag} lacks {name}"]
    return wrong + [more for child in root for more in told_wrong(child, version, root.tag)]


# --- topics of every shape ---

some = st.text(st.sampled_from("aZ0 &<>\"'üß漢😀\u2028"), max_size=9).map(lambda text: f"x{text}y")
words = st.just("") | some
guids = st.uuids().map(str)
times = st.datetimes(datetime(1990, 1, 1)).map(lambda moment: f"{moment:%Y-%m-%dT%H:%M:%S}Z")
moments = st.just("") | times
numbers = st.floats(-1e6, 1e6)
points = st.lists(numbers, min_size=3, max_size=3)
flags = st.sampled_from([True, False, None])
components = st.lists(
    st.fixed_dictionaries({"ifc": st.just("") | st.just("0" * 22), "system": words, "tool": words}), max_size=2
)
cameras = st.fixed_dictionaries(
    {"position": points, "direction": points, "up": points, "aspect": st.just(1.5)}
).flatmap(
    lambda camera: st.sampled_from(["fov", "scale"]).flatmap(
        lambda name: st.floats(1, 170).map(lambda value: camera | {name: value})
    )
)
viewpoints = st.fixed_dictionaries(
    {
        "guid": guids,
        "index": st.none() | st.integers(0, 99),
        "snapshot": st.just("") | st.just("a view.png"),
        "camera": st.none() | cameras,
        "selection": components,
        "visible": flags,
        "exceptions": components,
        "hints": st.dictionaries(st.sampled_from(["SpacesVisible", "OpeningsVisible"]), st.booleans()),
        "coloring": st.lists(st.fixed_dictionaries({"color": st.just("FF00AA"), "components": components}), max_size=2),
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
documents = st.one_of(
    st.fixed_dictionaries(
        {"guid": guids, "url": some, "path": st.just(""), "document": st.just(""), "description": words}
    )
)
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
    }
)


def plain(topic):
    """Return the topic without what other tools keep, and with an aspect that both versions tell."""
    views = [
        {**view, "more": [], "camera": view["camera"] and {**view["camera"], "aspect": None}}
        for view in topic["viewpoints"]
    ]
    return topic | {"more": [], "viewpoints": views}


@settings(max_examples=20)
@given(topics)
def test_a_round_trip_loses_nothing_in_either_version_and_across_them(topic):
    pictures = {(topic["guid"], view["snapshot"]): b"\x89PNG" for view in topic["viewpoints"] if view["snapshot"]}
    for version in ("2.1", "3.0"):
        again = read(io.BytesIO(write([topic], pictures, version)))
        told = [ElementTree.canonicalize(one) for one in topic["more"]]
        (found,) = again.topics
        assert (again.version, again.pictures) == (version, pictures)
        assert [ElementTree.canonicalize(one) for one in found["more"]] == told
        assert plain(found) == plain(topic)
        if version == "3.0":
            assert [view["camera"] for view in found["viewpoints"]] == [view["camera"] for view in topic["viewpoints"]]
        other = read(io.BytesIO(write(again.topics, again.pictures, "2.1")))
        assert plain(other.topics[0]) == plain(topic)


@settings(max_examples=15)
@given(topics.map(plain), st.sampled_from(["2.1", "3.0"]))
def test_what_is_written_is_ordered_as_the_schemas_say(topic, version):
    with zipfile.ZipFile(io.BytesIO(write([topic], {}, version))) as archive:
        for name in archive.namelist():
            root = safe.fromstring(archive.read(name))
            assert told_wrong(root, version) == [], name
        assert safe.fromstring(archive.read("bcf.version")).get("VersionId") == version
        assert ("extensions.xml" in archive.namelist()) == (version == "3.0")


def zipped(**entries):
    """Return a zip of these entries: `markup` and `version` stand where BCF has them."""
    names = {"markup": "0/markup.bcf", "version": "bcf.version", "view": "0/v.bcfv"}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in ({"version": '<Version VersionId="2.1"/>'} | entries).items():
            archive.writestr(names.get(name, name), content)
    packed.seek(0)
    return packed


TITLED = '<Topic Guid="b345f4f2-3a04-b43b-a713-5e456bef8228"><Title>{}</Title></Topic>'
VIEW = '<Viewpoints Guid="b345f4f2-3a04-b43b-a713-5e456bef8229"><Viewpoint>v.bcfv</Viewpoint></Viewpoints>'
BOMB = "<!DOCTYPE l [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9)
)
HOSTILE = {
    "no zip": b"PK but no zip",
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


def test_t83_what_is_too_long_to_keep_is_left_out_whole():
    long = f"<Markup>{TITLED.format('x')}<Ours>{'x' * 100_001}</Ours><Theirs>y</Theirs></Markup>"
    (topic,) = read(zipped(markup=long)).topics
    assert topic["more"] == ["<Theirs>y</Theirs>"]
    assert read(io.BytesIO(write([topic], {}, "2.1"))).topics[0]["more"] == topic["more"]


def test_what_is_half_wrong_is_read_as_far_as_it_is_right():
    view = VIEW.replace("</Viewpoints>", "<Snapshot>../../etc/x.png</Snapshot></Viewpoints>")
    odd = '<Comment Guid="no guid"><Date>yesterday</Date><Comment>Hello</Comment></Comment>'
    (topic,) = read(zipped(markup=f"<Markup>{TITLED.format('x')}{odd}{view}</Markup>")).topics
    assert topic["comments"][0]["date"] == "" and topic["comments"][0]["text"] == "Hello"
    assert len(topic["comments"][0]["guid"]) == 36 and topic["viewpoints"][0]["snapshot"] == ""
    again = read(io.BytesIO(write([topic], {}, "3.0"))).topics[0]
    assert again["comments"][0]["guid"] == topic["comments"][0]["guid"] and again["comments"][0]["author"] == "unknown"
