"""Writes what `content.bcf.reading` reads as BCF 2.1 or 3.0, every element in the order of the published schemas."""

import re
import uuid
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from xml.etree.ElementTree import Element, SubElement, tostring

from content.bcf.archives import parse
from content.bcf.reading import HINTS

NOBODY, UNKNOWN, UNTITLED = "unknown", "Unknown", "Untitled"
OLD, NEW = "2.1", "3.0"
UNWRITABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what no XML may hold


def write(topics, pictures, version, *, now=None):
    """Return the bytes of a BCF file of topics; `pictures` are bytes by (guid of the topic, name of the snapshot)."""
    now, packed = now or datetime.now(UTC), BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bcf.version", _xml(_version(version)))
        if version == NEW:
            archive.writestr("extensions.xml", _xml(_extensions(topics)))
        for topic in topics:
            folder = f"{topic['guid']}/"
            archive.writestr(folder + "markup.bcf", _xml(_markup(topic, version, now)))
            for name, content in _views(topic, pictures, version).items():
                archive.writestr(folder + name, content)
    return packed.getvalue()


def _views(topic, pictures, version):
    """Return {name: bytes} of what viewpoints show and of their pictures, which some may share."""
    found = {_view_name(view): _xml(_visualization(view, version)) for view in topic["viewpoints"]}
    names = [(topic["guid"], view["snapshot"]) for view in topic["viewpoints"]]
    return found | {name: pictures[guid, name] for guid, name in names if (guid, name) in pictures}


def _xml(root):
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="utf-8")


def _add(root, name, value, **attributes):
    """Add a child with a text, unless there is none; what no XML may hold is left out."""
    if value is None or value == "":
        return
    SubElement(root, name, attributes).text = _clean(str(value))


def _clean(value):
    return UNWRITABLE.sub("", value)


def _flag(value):
    return "true" if value else "false"


def _set(root, name, value):
    if value:
        root.set(name, _clean(str(value)))


def _listed(root, version, name):
    """Return where the children of a list go: into an element of their own in 3.0."""
    return SubElement(root, name) if version == NEW else root


def _more(root, kept):
    for text in kept:
        root.append(parse(text.encode()))


def _version(version):
    root = Element("Version", VersionId=version)
    if version == OLD:
        SubElement(root, "DetailedVersion").text = version
    return root


def _extensions(topics):
    root = Element("Extensions")
    _options(root, "TopicTypes", "TopicType", {topic["type"] or UNKNOWN for topic in topics})
    _options(root, "TopicStatuses", "TopicStatus", {topic["status"] or UNKNOWN for topic in topics})
    _options(root, "Priorities", "Priority", {topic["priority"] for topic in topics})
    _options(root, "TopicLabels", "TopicLabel", {label for topic in topics for label in topic["labels"]})
    _options(root, "Users", "User", {topic[name] for topic in topics for name in ("author", "assigned")})
    _options(root, "SnippetTypes", "SnippetType", {topic["snippet"]["type"] for topic in topics if topic["snippet"]})
    _options(root, "Stages", "Stage", {topic["stage"] for topic in topics})
    return root


def _options(root, name, one, values):
    if found := sorted(values - {""}):
        held = SubElement(root, name)
        for value in found:
            _add(held, one, value)


# --- a thread ---


def _markup(topic, version, now):
    root = Element("Markup")
    if topic["files"]:
        held = _listed(SubElement(root, "Header"), version, "Files")
        for file in topic["files"]:
            _file(held, file, version)
    written = _topic(root, topic, version, now)
    inner = root if version == OLD else written
    if topic["comments"]:
        held = _listed(inner, version, "Comments")
        for comment in topic["comments"]:
            _comment(held, comment, now)
    if topic["viewpoints"]:
        held = _listed(inner, version, "Viewpoints")
        for view in topic["viewpoints"]:
            one = SubElement(held, "ViewPoint" if version == NEW else "Viewpoints", Guid=view["guid"])
            _add(one, "Viewpoint", _view_name(view))
            _add(one, "Snapshot", view["snapshot"])
            _add(one, "Index", view["index"])
    _more(written, topic["more"])
    return root


def _view_name(view):
    return f"Viewpoint_{view['guid']}.bcfv"


def _file(root, file, version):
    one = SubElement(root, "File")
    _set(one, "IfcProject", file["project"])
    _set(one, "IfcSpatialStructureElement", file["element"])
    if file["external"] is not None:
        one.set("IsExternal" if version == NEW else "isExternal", _flag(file["external"]))
    _add(one, "Filename", file["name"])
    _add(one, "Date", file["date"])
    _add(one, "Reference", file["reference"])


def _topic(root, topic, version, now):
    one = SubElement(root, "Topic", Guid=topic["guid"])
    needed = UNKNOWN if version == NEW else ""
    _set(one, "TopicType", topic["type"] or needed)
    _set(one, "TopicStatus", topic["status"] or needed)
    if version == NEW:
        _set(one, "ServerAssignedId", topic["server_id"])
    _many(one, version, "ReferenceLinks", "ReferenceLink", topic["links"])
    _add(one, "Title", topic["title"] or UNTITLED)
    _add(one, "Priority", topic["priority"])
    _add(one, "Index", topic["index"])
    _many(one, version, "Labels", "Label" if version == NEW else "Labels", topic["labels"])
    _add(one, "CreationDate", topic["created"] or _spell(now))
    _add(one, "CreationAuthor", topic["author"] or NOBODY)
    _add(one, "ModifiedDate", topic["modified"])
    _add(one, "ModifiedAuthor", topic["modified_by"])
    _add(one, "DueDate", topic["due"])
    _add(one, "AssignedTo", topic["assigned"])
    _add(one, "Stage", topic["stage"])
    _add(one, "Description", topic["description"])
    if topic["snippet"]:
        _snippet(one, topic["snippet"], version)
    if topic["documents"]:
        held = _listed(one, version, "DocumentReferences")
        for document in topic["documents"]:
            (_document if version == NEW else _old_document)(held, document)
    if topic["related"]:
        held = _listed(one, version, "RelatedTopics")
        for guid in topic["related"]:
            SubElement(held, "RelatedTopic", Guid=guid)
    return one


def _spell(moment):
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _many(root, version, plural, one, values):
    if values:
        held = _listed(root, version, plural)
        for value in values:
            _add(held, one, value)


def _snippet(root, snippet, version):
    one = SubElement(root, "BimSnippet", SnippetType=_clean(snippet["type"]) or UNKNOWN)
    if snippet["external"]:
        one.set("IsExternal" if version == NEW else "isExternal", "true")
    _add(one, "Reference", snippet["reference"] or UNKNOWN)
    _add(one, "ReferenceSchema", snippet["schema"] or UNKNOWN)


def _document(root, document):
    """Write a reference as 3.0 has it; a file of the archive that only 2.1 knows is told as an address of it."""
    one = SubElement(root, "DocumentReference", Guid=document["guid"] or _made_guid(document))
    _add(one, "DocumentGuid", document["document"])
    if not document["document"]:
        _add(one, "Url", document["url"] or document["path"] or UNKNOWN)
    _add(one, "Description", document["description"])


def _made_guid(document):
    """Return an identity for a reference that came without one: always the same for the same."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, document["url"] + document["path"] + document["document"]))


def _old_document(root, document):
    one = SubElement(root, "DocumentReference")
    _set(one, "Guid", document["guid"])
    if document["url"]:
        one.set("isExternal", "true")
    _add(one, "ReferencedDocument", document["url"] or document["path"] or document["document"])
    _add(one, "Description", document["description"])


def _comment(root, comment, now):
    one = SubElement(root, "Comment", Guid=comment["guid"])
    _add(one, "Date", comment["date"] or _spell(now))
    _add(one, "Author", comment["author"] or NOBODY)
    SubElement(one, "Comment").text = _clean(comment["text"]) or "-"
    if comment["viewpoint"]:
        SubElement(one, "Viewpoint", Guid=comment["viewpoint"])
    _add(one, "ModifiedDate", comment["modified"])
    _add(one, "ModifiedAuthor", comment["modified_by"])
    _more(one, comment["more"])


# --- what a viewpoint shows ---


def _visualization(view, version):
    root = Element("VisualizationInfo", Guid=view["guid"])
    if any(view[name] for name in ("selection", "exceptions", "hints", "coloring")) or view["visible"] is not None:
        _parts(SubElement(root, "Components"), view, version)
    if view["camera"]:
        _camera(root, view["camera"], version)
    _geometry(root, view)
    if view["bitmaps"]:
        held = _listed(root, version, "Bitmaps")
        for bitmap in view["bitmaps"]:
            _bitmap(held, bitmap, version)
    _more(root, view["more"])
    return root


def _geometry(root, view):
    """Write lines and clipping planes: pairs of places, each with the names of its two."""
    planes = [(plane["location"], plane["direction"]) for plane in view["planes"]]
    for held, one, names, pairs in (
        ("Lines", "Line", ("StartPoint", "EndPoint"), view["lines"]),
        ("ClippingPlanes", "ClippingPlane", ("Location", "Direction"), planes),
    ):
        root_of = SubElement(root, held) if pairs else None
        for pair in pairs:
            written = SubElement(root_of, one)
            for name, place in zip(names, pair, strict=True):
                _point(written, name, place)


def _parts(root, view, version):
    if version == OLD:
        _hints(root, view["hints"])
    if view["selection"]:
        _components(SubElement(root, "Selection"), view["selection"])
    shown = SubElement(root, "Visibility")
    if view["visible"] is not None:
        shown.set("DefaultVisibility", _flag(view["visible"]))
    if version == NEW:
        _hints(shown, view["hints"])
    if view["exceptions"]:
        _components(SubElement(shown, "Exceptions"), view["exceptions"])
    if view["coloring"]:
        held = SubElement(root, "Coloring")
        for color in view["coloring"]:
            one = SubElement(held, "Color", Color=color["color"])
            _components(_listed(one, version, "Components"), color["components"])


def _hints(root, hints):
    known = {name: _flag(hints[name]) for name in HINTS if hints.get(name) is not None}
    if known:
        SubElement(root, "ViewSetupHints", known)


def _components(root, components):
    for component in components:
        one = SubElement(root, "Component")
        _set(one, "IfcGuid", component["ifc"])
        _add(one, "OriginatingSystem", component["system"])
        _add(one, "AuthoringToolId", component["tool"])


def _camera(root, camera, version):
    wide = "fov" in camera
    one = SubElement(root, "PerspectiveCamera" if wide else "OrthogonalCamera")
    _point(one, "CameraViewPoint", camera["position"])
    _point(one, "CameraDirection", camera["direction"])
    _point(one, "CameraUpVector", camera["up"])
    _add(one, "FieldOfView" if wide else "ViewToWorldScale", repr(camera["fov" if wide else "scale"]))
    if version == NEW:
        _add(one, "AspectRatio", repr(camera["aspect"] or 1.0))


def _point(root, name, values):
    one = SubElement(root, name)
    for axis, value in zip("XYZ", values, strict=True):
        SubElement(one, axis).text = repr(float(value))


def _bitmap(root, bitmap, version):
    one = SubElement(root, "Bitmap")
    new = version == NEW
    _add(one, "Format" if new else "Bitmap", bitmap["format"].lower() if new else bitmap["format"])
    _add(one, "Reference", bitmap["reference"])
    for name in ("location", "normal", "up"):
        _point(one, name.title(), bitmap[name])
    _add(one, "Height", repr(bitmap["height"]))
