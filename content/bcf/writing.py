"""Writes what `content.bcf.reading` reads as XML of BCF 2.1 or 3.0, every element in the order of the schemas.

What a schema wants and nobody said is filled with a word that says so; what it has no place for is left out.
"""

import math
import re
import uuid
from datetime import UTC
from xml.etree.ElementTree import Element, SubElement, tostring

from content.bcf.archives import parse
from content.bcf.reading import GUID, HINTS

NOBODY, UNKNOWN, UNTITLED = "unknown", "Unknown", "Untitled"
OLD, NEW = "2.1", "3.0"
UNWRITABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what no XML may hold
OLD_LENS, NEW_LENS = (45, 60), (1e-3, 179.999)  # degrees that the schemas take
PARTS = ("selection", "exceptions", "hints", "coloring")
SHOWN = (*PARTS, "camera", "lines", "planes", "bitmaps", "more")
NOWHERE = {"position": [0, 0, 0], "direction": [0, 1, 0], "up": [0, 0, 1], "fov": 60, "aspect": 1.0}
EXTENSIONS = {
    "TopicTypes": "TopicType",
    "TopicStatuses": "TopicStatus",
    "Priorities": "Priority",
    "TopicLabels": "TopicLabel",
    "Users": "User",
    "SnippetTypes": "SnippetType",
    "Stages": "Stage",
}


def shows(view):
    """Tell whether there is anything to say of what a viewpoint shows."""
    return view["visible"] is not None or any(view[name] for name in SHOWN)


def words(topic):
    """Yield (name of the list, word) of what a topic uses of the words that 3.0 lists."""
    yield "TopicTypes", topic["type"] or UNKNOWN
    yield "TopicStatuses", topic["status"] or UNKNOWN
    yield "Priorities", topic["priority"]
    yield from (("TopicLabels", label) for label in topic["labels"])
    yield from (("Users", topic[name]) for name in ("author", "assigned"))
    yield "SnippetTypes", topic["snippet"]["type"] if topic["snippet"] else ""
    yield "Stages", topic["stage"]


# --- what stands beside the threads ---


def told_version(version):
    """Return the element that names the version."""
    root = Element("Version", VersionId=version)
    if version == OLD:
        SubElement(root, "DetailedVersion").text = version
    return root


def told_project(project, version):
    """Return the element that names the project."""
    root = Element("ProjectInfo" if version == NEW else "ProjectExtension")
    one = SubElement(root, "Project", ProjectId=_said(project["id"]) or UNKNOWN)
    _add(one, "Name", project["name"])
    if version == OLD:
        SubElement(root, "ExtensionSchema")
    return root


def told_documents(documents):
    """Return the list of documents of 3.0, of {identity: what is said of it}."""
    root = Element("DocumentInfo")
    held = SubElement(root, "Documents")
    for guid, said in documents.items():
        one = SubElement(held, "Document", Guid=guid)
        _add(one, "Filename", said["name"], UNKNOWN)
        _add(one, "Description", said["about"])
    return root


def told_extensions(used):
    """Return the words that a file of 3.0 uses, of {name of the list: set of words}."""
    root = Element("Extensions")
    for plural, one in EXTENSIONS.items():
        if found := sorted({_said(word) for word in used[plural]} - {""}):
            held = SubElement(root, plural)
            for word in found:
                _add(held, one, word)
    return root


def xml(root):
    """Return the bytes of an element."""
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="utf-8")


# --- what all of it is made of ---


def _add(root, name, value, otherwise=""):
    """Add a child with a text or, without one, with another; none at all adds nothing."""
    if found := _said(value) or otherwise:
        SubElement(root, name).text = found


def _said(value):
    """Return a value as XML may hold it, empty for one of blanks alone."""
    found = UNWRITABLE.sub("", "" if value is None else str(value))
    return found if found.strip() else ""


def _identity(guid, version):
    return guid.lower() if version == NEW else guid


def _flag(value):
    return "true" if value else "false"


def _set(root, name, value):
    if found := _said(value):
        root.set(name, found)


def _listed(root, version, name):
    """Return where the children of a list go: into an element of their own in 3.0."""
    return SubElement(root, name) if version == NEW else root


def _more(root, kept):
    for text in kept:
        root.append(parse(text.encode()))


# --- a thread ---


def markup(topic, version, now):
    """Return the element of all that is said in a topic."""
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
            _comment(held, comment, version, now)
    if topic["viewpoints"]:
        held = _listed(inner, version, "Viewpoints")
        for view in topic["viewpoints"]:
            one = SubElement(held, "ViewPoint" if version == NEW else "Viewpoints")
            one.set("Guid", _identity(view["guid"], version))
            _add(one, "Viewpoint", view["file"])
            _add(one, "Snapshot", view["snapshot"])
            _add(one, "Index", view["index"])
    _more(written, topic["more"])
    return root


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
    one = SubElement(root, "Topic", Guid=_identity(topic["guid"], version))
    needed = UNKNOWN if version == NEW else ""
    _set(one, "TopicType", _said(topic["type"]) or needed)
    _set(one, "TopicStatus", _said(topic["status"]) or needed)
    if version == NEW:
        _set(one, "ServerAssignedId", topic["server_id"])
    _many(one, version, "ReferenceLinks", "ReferenceLink", topic["links"])
    _add(one, "Title", topic["title"], UNTITLED)
    _add(one, "Priority", topic["priority"])
    _add(one, "Index", topic["index"])
    _many(one, version, "Labels", "Label" if version == NEW else "Labels", topic["labels"])
    _add(one, "CreationDate", topic["created"], _spell(now))
    _add(one, "CreationAuthor", topic["author"], NOBODY)
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
            SubElement(held, "RelatedTopic", Guid=_identity(guid, version))
    return one


def _spell(moment):
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _many(root, version, plural, one, values):
    if values:
        held = _listed(root, version, plural)
        for value in values:
            _add(held, one, value)


def _snippet(root, snippet, version):
    one = SubElement(root, "BimSnippet", SnippetType=_said(snippet["type"]) or UNKNOWN)
    if snippet["external"]:
        one.set("IsExternal" if version == NEW else "isExternal", "true")
    _add(one, "Reference", snippet["reference"], UNKNOWN)
    _add(one, "ReferenceSchema", snippet["schema"], UNKNOWN)


def _document(root, document):
    """Write a reference as 3.0 has it; a file that only 2.1 names, and that is not there, is told as an address."""
    guid = document["guid"] or str(uuid.uuid5(uuid.NAMESPACE_URL, document["url"] + document["path"]))
    one = SubElement(root, "DocumentReference", Guid=guid.lower())
    inside = GUID.fullmatch(document["document"])
    _add(one, *(("DocumentGuid", inside[0].lower()) if inside else ("Url", document["url"] or document["path"])))
    _add(one, "Description", document["description"])


def _old_document(root, document):
    one = SubElement(root, "DocumentReference")
    _set(one, "Guid", document["guid"])
    if document["url"]:
        one.set("isExternal", "true")
    _add(one, "ReferencedDocument", document["url"] or document["path"] or document["document"])
    _add(one, "Description", document["description"])


def _comment(root, comment, version, now):
    one = SubElement(root, "Comment", Guid=_identity(comment["guid"], version))
    _add(one, "Date", comment["date"], _spell(now))
    _add(one, "Author", comment["author"], NOBODY)
    if (text := _said(comment["text"])) or version == OLD:
        SubElement(one, "Comment").text = text
    if comment["viewpoint"]:
        SubElement(one, "Viewpoint", Guid=_identity(comment["viewpoint"], version))
    _add(one, "ModifiedDate", comment["modified"])
    _add(one, "ModifiedAuthor", comment["modified_by"])
    _more(one, comment["more"])


# --- what a viewpoint shows ---


def visualization(view, version):
    """Return the element of what a viewpoint shows.

    3.0 wants one camera, and has one that looks from nowhere if nobody said where.
    """
    root = Element("VisualizationInfo", Guid=_identity(view["guid"], version))
    if view["visible"] is not None or any(view[name] for name in PARTS):
        _parts(SubElement(root, "Components"), view, version)
    cameras = [one for one in (view["second"], view["camera"]) if one]
    for camera in [view["camera"] or NOWHERE] if version == NEW else cameras:
        _camera(root, camera, version)
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
    if version == OLD or view["visible"] is not None or view["hints"] or view["exceptions"]:
        _visibility(SubElement(root, "Visibility"), view, version)
    if view["coloring"]:
        held = SubElement(root, "Coloring")
        for color in view["coloring"]:
            one = SubElement(held, "Color", Color=color["color"])
            _components(_listed(one, version, "Components"), color["components"])


def _visibility(shown, view, version):
    """Write which parts are seen; where nothing was said 2.1 says nothing, and 3.0 would take that for no."""
    if view["visible"] is not None or version == NEW:
        shown.set("DefaultVisibility", _flag(view["visible"] is not False))
    if version == NEW:
        _hints(shown, view["hints"])
    if view["exceptions"]:
        _components(SubElement(shown, "Exceptions"), view["exceptions"])


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
    camera = _old_lens(camera) if version == OLD and "focus" in camera else camera
    one = SubElement(root, "PerspectiveCamera" if wide else "OrthogonalCamera")
    _point(one, "CameraViewPoint", camera["position"])
    _point(one, "CameraDirection", camera["direction"])
    _point(one, "CameraUpVector", camera["up"])
    lens = camera["fov" if wide else "scale"]
    lens = min(max(lens, NEW_LENS[0]), NEW_LENS[1]) if wide and version == NEW else lens
    _add(one, "FieldOfView" if wide else "ViewToWorldScale", repr(lens))
    if version == NEW:
        aspect = camera["aspect"] or 0
        _add(one, "AspectRatio", repr(aspect if aspect > 0 else 1.0))


def _old_lens(camera):
    """Return a camera of ours with a lens that 2.1 takes: it stands where what it is about fills the picture alike.

    What came from elsewhere goes out as it came: viewers are told to expect other lenses.
    """
    lens = min(max(camera["fov"], OLD_LENS[0]), OLD_LENS[1])
    before, after = (math.tan(math.radians(one) / 2) for one in (camera["fov"], lens))
    nearer = camera["focus"] * (1 - before / after) / math.hypot(*camera["direction"])
    moved = [at + nearer * by for at, by in zip(camera["position"], camera["direction"], strict=True)]
    return camera | {"fov": lens, "position": moved}


def _point(root, name, values):
    one = SubElement(root, name)
    for axis, value in zip("XYZ", values, strict=True):
        SubElement(one, axis).text = repr(float(value))


def _bitmap(root, bitmap, version):
    one = SubElement(root, "Bitmap")
    new = version == NEW
    _add(one, "Format" if new else "Bitmap", bitmap["format"].lower() if new else bitmap["format"])
    _add(one, "Reference", bitmap["reference"], UNKNOWN)
    for name in ("location", "normal", "up"):
        _point(one, name.title(), bitmap[name])
    _add(one, "Height", repr(bitmap["height"]))
