"""BCF files for tests: written, read back whole, and held against the published schemas.

Those of 2.1 come with the package `bcf-api-xml`; what those of 3.0 say stands here, typed in by hand.
"""

import io
import re
import zipfile
from functools import cache
from hashlib import sha256
from pathlib import Path

import bcf_api_xml
from lxml import etree

from content.bcf.packing import Held, pack

SCHEMAS = {"markup.bcf": "markup", ".bcfv": "visinfo", "bcf.version": "version", "project.bcfp": "project"}
GUID = "[a-f0-9]{8}-([a-f0-9]{4}-){3}[a-f0-9]{12}"
TYPES = {
    "guid": GUID,
    "ifc": "[0-9A-Za-z_$]{22}",
    "words": r"(?s).*\S.*",
    "moment": r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d([.]\d+)?(Z|[+-](0\d|1[0-4]):\d\d)?",
    "int": "[+-]?[0-9]{1,10}",
    "flag": "true|false|0|1",
    "double": r"[+-]?(\d+[.]?\d*|[.]\d+)([eE][+-]?\d+)?",
    "positive": r"(?=.*[1-9])(\d+[.]?\d*|[.]\d+)([eE][+-]?\d+)?",
    "lens": r"(?=.*[1-9])(\d{1,2}|1[0-7]\d)([.]\d*)?",
    "format": "png|jpg",
    "color": "[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?",
    "any": "(?s).*",
}
# element, its attributes and children in order: ? may be absent, * any number, + at least one, | either; :type of text
NEW = """
Version: @VersionId:any
ProjectInfo: Project
Project: @ProjectId:words Name?:words
DocumentInfo: Documents?
Documents: Document*
Document: @Guid:guid Filename:words Description?:words
Extensions: TopicTypes? TopicStatuses? Priorities? TopicLabels? Users? SnippetTypes? Stages?
TopicTypes: TopicType*:words
TopicStatuses: TopicStatus*:words
Priorities: Priority*:words
TopicLabels: TopicLabel*:words
Users: User*:words
SnippetTypes: SnippetType*:words
Stages: Stage*:words
Markup: Header? Topic
Header: Files?
Files: File*
File: @IfcProject?:ifc @IfcSpatialStructureElement?:ifc @IsExternal?:flag Filename?:words Date?:moment Reference?:words
Topic: @Guid:guid @ServerAssignedId?:words @TopicType:words @TopicStatus:words ReferenceLinks? Title:words \
Priority?:words Index?:int Labels? CreationDate:moment CreationAuthor:words ModifiedDate?:moment \
ModifiedAuthor?:words DueDate?:moment AssignedTo?:words Stage?:words Description?:words BimSnippet? \
DocumentReferences? RelatedTopics? Comments? Viewpoints?
ReferenceLinks: ReferenceLink*:words
Labels: Label*:words
BimSnippet: @SnippetType:words @IsExternal?:flag Reference:words ReferenceSchema:words
DocumentReferences: DocumentReference*
DocumentReference: @Guid:guid DocumentGuid?:guid|Url?:words Description?:words
RelatedTopics: RelatedTopic*
RelatedTopic: @Guid:guid
Comments: Comment*
Comment: @Guid:guid Date:moment Author:words Comment?:words Viewpoint? ModifiedDate?:moment ModifiedAuthor?:words
Viewpoint: @Guid:guid
Viewpoints: ViewPoint*
ViewPoint: @Guid:guid Viewpoint?:words Snapshot?:words Index?:int
VisualizationInfo: @Guid:guid Components? OrthogonalCamera|PerspectiveCamera Lines? ClippingPlanes? Bitmaps?
Components: Selection? Visibility? Coloring?
Selection: Component*
Visibility: @DefaultVisibility?:flag ViewSetupHints? Exceptions?
ViewSetupHints: @SpacesVisible?:flag @SpaceBoundariesVisible?:flag @OpeningsVisible?:flag
Exceptions: Component*
Coloring: Color*
Color: @Color:color Components
Color/Components: Component+
Component: @IfcGuid?:ifc OriginatingSystem?:words AuthoringToolId?:words
OrthogonalCamera: CameraViewPoint CameraDirection CameraUpVector ViewToWorldScale:double AspectRatio:positive
PerspectiveCamera: CameraViewPoint CameraDirection CameraUpVector FieldOfView:lens AspectRatio:positive
Lines: Line*
Line: StartPoint EndPoint
ClippingPlanes: ClippingPlane*
ClippingPlane: Location Direction
Bitmaps: Bitmap*
Bitmap: Format:format Reference:words Location Normal Up Height:double
"""
POINTS = "CameraViewPoint CameraDirection CameraUpVector StartPoint EndPoint Location Direction Normal Up".split()


@cache
def _rules():
    """Return {element: (attributes, pattern of its children, types of their texts)} of 3.0."""
    found = {}
    for line in [*NEW.strip().splitlines(), *(f"{name}: X:double Y:double Z:double" for name in POINTS)]:
        name, _, told = line.partition(": ")
        attributes, children, types = {}, [], {}
        for word in told.split():
            if word[0] == "@":
                key, _, kind = word[1:].partition(":")
                attributes[key.rstrip("?")] = (kind, key.endswith("?"))
                continue
            choices = []
            for one in word.split("|"):
                tag, many, kind = re.fullmatch("([A-Za-z]+)([?*+]?)(?::([a-z]+))?", one).groups()
                types[tag] = kind
                choices.append(f"(?:{tag} ){many}")
            children.append(f"(?:{'|'.join(choices)})")
        found[name] = (attributes, re.compile("".join(children)), types)
    return found


def _wrong_new(root, above=""):
    """Return what of an element is not as the schemas of 3.0 have it."""
    rules = _rules()
    key = f"{above}/{root.tag}"
    attributes, children, types = rules.get(key) or rules.get(root.tag) or ({}, re.compile("(?!)"), {})
    wrong = [] if children.fullmatch("".join(f"{one.tag} " for one in root)) else [f"children of {root.tag}"]
    wrong += [f"@{name} of {root.tag}" for name in root.attrib if name not in attributes]
    for name, (kind, optional) in attributes.items():
        value = root.get(name)
        fits = optional if value is None else re.fullmatch(TYPES[kind], value)
        wrong += [] if fits else [f"@{name} of {root.tag}: {value!r}"]
    for one in root:
        if kind := types.get(one.tag):
            wrong += [] if re.fullmatch(TYPES[kind], one.text or "") else [f"{one.tag}: {one.text!r}"]
        else:
            wrong += _wrong_new(one, root.tag)
    return wrong


@cache
def _schema(name):
    return etree.XMLSchema(file=str(Path(bcf_api_xml.__file__).parent / "Schemas" / f"{name}.xsd"))


def wrong(content):
    """Return what of the XML in a BCF file is not as the published schemas have it."""
    found = []
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        version = etree.fromstring(packed.read("bcf.version")).get("VersionId")
        for name in packed.namelist():
            kinds = [kind for ending, kind in SCHEMAS.items() if name.endswith(ending)]
            if version == "3.0" and (kinds or name in ("documents.xml", "extensions.xml")):
                found += [f"{name}: {one}" for one in _wrong_new(etree.fromstring(packed.read(name)))]
            elif kinds and not (schema := _schema(kinds[0])).validate(etree.fromstring(packed.read(name))):
                found += [f"{name}: {one.message}" for one in schema.error_log]
    return found


def written(topics, files, version):
    """Return the bytes of a BCF file of topics with files by (guid of the topic, name)."""
    packed = io.BytesIO()
    pack((topic | {"held": _held(topic, files)} for topic in topics), version, packed)
    return packed.getvalue()


def _held(topic, files):
    names = {one["document"]: one["name"] for one in topic["documents"]}
    return {
        name: Held(names.get(name) or name.rpartition("/")[2], sha256(content).hexdigest(), [content].copy)
        for (guid, name), content in files.items()
        if guid == topic["guid"]
    }


def files_of(archive):
    """Return the bytes of everything that a BCF file holds beside its threads."""
    return {key: archive.content(key, 10**7) for key in archive.files}


def zipped(**entries):
    """Return a zip of these entries: `markup` and `version` stand where BCF has them."""
    names = {"markup": "0/markup.bcf", "version": "bcf.version", "view": "0/v.bcfv"}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in ({"version": '<Version VersionId="2.1"/>'} | entries).items():
            archive.writestr(names.get(name, name), content)
    packed.seek(0)
    return packed
