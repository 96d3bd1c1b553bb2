"""Reads BCF 2.1 and 3.0 into plain values that say the same for both; what we do not know is kept as XML."""

import math
import re
import uuid
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element

from content.bcf.archives import Archive, Zip, plain, version_of
from tenants.errors import Unacceptable

MOST_TOPICS, MOST_ANSWERS, MOST_PARTS, LONGEST = 500, 2000, 20_000, 100_000
MOST_IN_ALL = 5000  # comments and viewpoints of a file
GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
PICTURE = re.compile(r"[\w .()-]{1,100}\.(?:png|jpe?g)", re.IGNORECASE)  # a name that leads nowhere else
VIEW = re.compile(r"[\w .()-]{1,100}\.bcfv", re.IGNORECASE)
COLOR = re.compile(r"#?([0-9A-Fa-f]{6}(?:[0-9A-Fa-f]{2})?)")
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,30}(?:Z|[+-][0-9]{2}:[0-9]{2})?")  # xs:dateTime
CAMERAS = ("PerspectiveCamera", "OrthogonalCamera")
HINTS = ("SpacesVisible", "SpaceBoundariesVisible", "OpeningsVisible")
KNOWN = {
    "Markup": {"Header", "Topic", "Comment", "Viewpoints"},
    "Topic": set(
        "ReferenceLink ReferenceLinks Title Priority Index Labels CreationDate CreationAuthor ModifiedDate "
        "ModifiedAuthor DueDate AssignedTo Stage Description BimSnippet DocumentReference DocumentReferences "
        "RelatedTopic RelatedTopics Comments Viewpoints".split()
    ),
    "Comment": {"Date", "Author", "Comment", "Viewpoint", "ModifiedDate", "ModifiedAuthor"},
    "VisualizationInfo": set(
        "Components OrthogonalCamera PerspectiveCamera Lines ClippingPlanes Bitmap Bitmaps".split()
    ),
}


def read(file):
    """Return the Archive that a BCF file holds. Raises Unacceptable for anything else, with what is wrong."""
    opened = Zip(file)
    found, answers = Archive(version_of(opened), [], opened), 0
    markups = sorted(name for name in opened.names if re.fullmatch("[^/]+/markup[.]bcf", name, re.IGNORECASE))
    if len(markups) > MOST_TOPICS:
        raise Unacceptable(f"It holds {len(markups):,} threads; {MOST_TOPICS} at once is the most.", field="file")
    project, documents = _project(opened), _documents(opened)
    for name in markups:
        topic = _topic(opened.xml(name)) | {"project": project}
        _look(found, name.rpartition("/")[0] + "/", topic)
        _list(found, name.rpartition("/")[0] + "/", topic, documents)
        found.topics.append(topic)
        answers += len(topic["comments"]) + len(topic["viewpoints"])
        if answers > MOST_IN_ALL:
            raise Unacceptable(f"It holds more than {MOST_IN_ALL:,} comments and viewpoints.", field="file")
    _require_different(found.topics)
    return found


def _require_different(topics):
    if not topics:
        raise Unacceptable("It holds no thread.", field="file")
    if len({topic["guid"].lower() for topic in topics}) < len(topics):
        raise Unacceptable("Two threads in it have the same identity.", field="file")


def _project(opened):
    """Return the project that a BCF file names, None for none."""
    name = opened.find("project.bcfp")
    found = opened.xml(name).find("Project") if name else None
    return found if found is None else {"id": found.get("ProjectId", "").strip(), "name": text(found, "Name")}


def _documents(opened):
    """Return what a BCF file of 3.0 says of each document in it, by its identity."""
    name = opened.find("documents.xml")
    found = opened.xml(name).iter("Document") if name else ()
    told = {one.get("Guid", "").strip().lower(): one for one in found}
    return {guid: {"name": text(one, "Filename"), "about": text(one, "Description")} for guid, one in told.items()}


def references(topic):
    """Yield (name, whether it is a picture) of everything that a topic says stands beside it in its BCF file."""
    for view in topic["viewpoints"]:
        yield view["snapshot"], True
        yield from ((bitmap["reference"], True) for bitmap in view["bitmaps"])
    if topic["snippet"] and not topic["snippet"]["external"]:
        yield topic["snippet"]["reference"], False
    yield from ((one["document"] or one["path"], False) for one in topic["documents"])
    yield from ((one["reference"], False) for one in topic["files"] if one["external"] is False)


def _list(found, folder, topic, documents):
    """Note where the files of a topic stand, and what the list of documents says of those it refers to."""
    for one in topic["documents"]:
        one.update(documents.get(one["document"].lower(), {"name": "", "about": ""}))
    inside = {one["document"] for one in topic["documents"]}
    for name, _picture in references(topic):
        entry = found.opened.find(name, "documents/" if name in inside else folder)
        if entry:
            found.files[topic["guid"], name] = entry


def text(root, name):
    """Return the text of a child, empty without one."""
    found = root.findtext(name) if root is not None else None
    return (found or "").replace("\r\n", "\n").strip()[:LONGEST]


def _all(root, flat, nested):
    """Return the children of a list: flat in 2.1, in an element of its own in 3.0."""
    return [*root.findall(flat), *root.findall(nested)] if root is not None else []


def _attribute(root, name):
    """Return an attribute; 2.1 begins some with a small letter."""
    return root.get(name, root.get(name[0].lower() + name[1:], "")).strip()


def _flag(value):
    return {"true": True, "1": True, "false": False, "0": False}.get(value.strip().lower()) if value else None


def _guid(value):
    """Return an identity as it came; of one that is none, one that is always the same for it."""
    value = value.strip()
    return value if GUID.fullmatch(value) else str(uuid.uuid5(uuid.NAMESPACE_OID, value or str(uuid.uuid4())))


def _moment(value):
    """Return a time as it came; one that is not spelled as XML has it in its spelling, empty for one that is none."""
    try:
        found = datetime.fromisoformat(value) if value else None
    except ValueError:
        found = None
    if found is None:
        return ""
    near = abs(found.utcoffset() or timedelta()) <= timedelta(hours=14)
    return value if MOMENT.fullmatch(value) and near else _spelled(found)


def _spelled(moment):
    try:
        return (moment.astimezone(UTC) if moment.tzinfo else moment).isoformat()
    except OverflowError:
        return ""


def _whole(value):
    found = int(value) if re.fullmatch(r"[+-]?[0-9]{1,10}", value) else None
    return found if found is not None and -(2**31) <= found < 2**31 else None


def _more(root, known):
    kept = (plain(child) for child in root if child.tag not in KNOWN[known])
    return [xml for xml in kept if len(xml) <= LONGEST]  # cut, it would be none


def _topic(root):
    topic = root.find("Topic")
    if root.tag != "Markup" or topic is None:
        raise Unacceptable("This is no BCF file that can be read: a thread in it has no topic.", field="file")
    comments = [*root.findall("Comment"), *topic.findall("Comments/Comment")]
    views = [*root.findall("Viewpoints"), *topic.findall("Viewpoints/ViewPoint")]
    if len(comments) > MOST_ANSWERS or len(views) > MOST_ANSWERS:
        raise Unacceptable("A thread in it has too many comments or viewpoints.", field="file")
    return {
        "guid": _guid(topic.get("Guid", "")),
        "type": topic.get("TopicType", "").strip(),
        "status": topic.get("TopicStatus", "").strip(),
        "server_id": topic.get("ServerAssignedId", "").strip(),
        "links": _texts(_all(topic, "ReferenceLink", "ReferenceLinks/ReferenceLink")),
        "title": text(topic, "Title"),
        "priority": text(topic, "Priority"),
        "index": _whole(text(topic, "Index")),
        "labels": _texts(_all(topic, "Labels", "Labels/Label")),
        "created": _moment(text(topic, "CreationDate")),
        "author": text(topic, "CreationAuthor"),
        "modified": _moment(text(topic, "ModifiedDate")),
        "modified_by": text(topic, "ModifiedAuthor"),
        "due": _moment(text(topic, "DueDate")),
        "assigned": text(topic, "AssignedTo"),
        "stage": text(topic, "Stage"),
        "description": text(topic, "Description"),
        "snippet": _snippet(topic.find("BimSnippet")),
        "documents": [
            _document(one) for one in _all(topic, "DocumentReference", "DocumentReferences/DocumentReference")
        ],
        "related": [_guid(one.get("Guid", "")) for one in _all(topic, "RelatedTopic", "RelatedTopics/RelatedTopic")],
        "files": [_file(one) for one in _all(root.find("Header"), "File", "Files/File")],
        "comments": [_comment(one) for one in comments],
        "viewpoints": [_viewpoint(one) for one in views],
        "more": [*_more(root, "Markup"), *_more(topic, "Topic")],
    }


def _texts(found):
    return [value for one in found if (value := (one.text or "").strip()[:LONGEST])]


def _snippet(root):
    if root is None:
        return None
    told = {"type": root.get("SnippetType", "").strip(), "external": bool(_flag(_attribute(root, "IsExternal")))}
    return told | {"reference": text(root, "Reference"), "schema": text(root, "ReferenceSchema")}


def _document(root):
    """Return a reference to a document: to an address, to a file of the archive (2.1), or to one of its list (3.0)."""
    named, outside = text(root, "ReferencedDocument"), _flag(_attribute(root, "IsExternal"))
    return {
        "guid": _guid(root.get("Guid", "")) if root.get("Guid") else "",
        "url": text(root, "Url") or (named if outside else ""),
        "path": "" if outside else named,
        "document": text(root, "DocumentGuid"),
        "description": text(root, "Description"),
    }


def _file(root):
    return {
        "name": text(root, "Filename"),
        "date": _moment(text(root, "Date")),
        "reference": text(root, "Reference"),
        "project": root.get("IfcProject", "").strip(),
        "element": root.get("IfcSpatialStructureElement", "").strip(),
        "external": _flag(_attribute(root, "IsExternal")),
    }


def _comment(root):
    view = root.find("Viewpoint")
    return {
        "guid": _guid(root.get("Guid", "")),
        "date": _moment(text(root, "Date")),
        "author": text(root, "Author"),
        "text": text(root, "Comment"),
        "viewpoint": _guid(view.get("Guid", "")) if view is not None else "",
        "modified": _moment(text(root, "ModifiedDate")),
        "modified_by": text(root, "ModifiedAuthor"),
        "more": _more(root, "Comment"),
    }


def _viewpoint(root):
    picture = text(root, "Snapshot")
    return {
        "guid": _guid(root.get("Guid", "")),
        "index": _whole(text(root, "Index")),
        "file": text(root, "Viewpoint"),
        "snapshot": picture if PICTURE.fullmatch(picture) else "",
    }


# --- what a viewpoint shows ---


def _look(found, folder, topic):
    """Put on each viewpoint what its own file says."""
    for view in topic["viewpoints"]:
        name = found.opened.find(view["file"], folder)
        view.update(_shown(found.opened.xml(name) if name else NOTHING, found.version))
        view["file"] = view["file"] if VIEW.fullmatch(view["file"]) else ""


NOTHING = Element("VisualizationInfo")


def _shown(root, version):
    parts = root.find("Components")
    shown = parts.find("Visibility") if parts is not None else None
    hints = next(root.iter("ViewSetupHints"), NOTHING)
    cameras = [_camera(one) for name in CAMERAS if (one := root.find(name)) is not None]
    return {
        "camera": cameras[0] if cameras else None,
        "second": cameras[1] if cameras[1:] else None,
        "selection": _components(parts, "Selection/Component"),
        "visible": _visible(shown, version),
        "exceptions": _components(shown, "Exceptions/Component"),
        "hints": {name: _flag(hints.get(name)) for name in HINTS if hints.get(name)},
        "coloring": [color for one in root.findall("Components/Coloring/Color") if (color := _color(one))],
        "lines": [[_point(one, "StartPoint"), _point(one, "EndPoint")] for one in root.findall("Lines/Line")],
        "planes": [
            {"location": _point(one, "Location"), "direction": _point(one, "Direction")}
            for one in root.findall("ClippingPlanes/ClippingPlane")
        ],
        "bitmaps": [_bitmap(one) for one in (*root.findall("Bitmap"), *root.findall("Bitmaps/Bitmap"))],
        "more": _more(root, "VisualizationInfo"),
    }


def _visible(shown, version):
    """Tell whether parts are shown unless they are exceptions; 3.0 says no where nothing is said."""
    if shown is None:
        return None
    found = _flag(shown.get("DefaultVisibility", ""))
    return False if found is None and version == "3.0" else found


def number(value):
    """Return a number. Raises Unacceptable for none, and for one without end."""
    try:
        found = float(value)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise Unacceptable("This is no BCF file that can be read: a viewpoint has a place that is none.", field="file")
    return found


def _point(root, name):
    found = root.find(name)
    return [number(text(found, axis)) for axis in ("X", "Y", "Z")]


def _camera(found):
    names = (("position", "CameraViewPoint"), ("direction", "CameraDirection"), ("up", "CameraUpVector"))
    told = {name: _point(found, tag) for name, tag in names}
    wide = found.tag == CAMERAS[0]
    told |= {"fov": number(text(found, "FieldOfView"))} if wide else {"scale": number(text(found, "ViewToWorldScale"))}
    aspect = text(found, "AspectRatio")
    return told | {"aspect": number(aspect) if aspect else None}


def _components(root, path):
    found = root.findall(path) if root is not None else []
    if len(found) > MOST_PARTS:
        raise Unacceptable("A viewpoint in it names too many parts.", field="file")
    return [_component(one) for one in found]


def _component(root):
    told = {"ifc": root.get("IfcGuid", "").strip(), "system": text(root, "OriginatingSystem")}
    return told | {"tool": text(root, "AuthoringToolId")}


def _color(root):
    """Return a color and the parts that have it, None for one that is none or that no part has."""
    color = COLOR.fullmatch(root.get("Color", "").strip())
    found = [*root.findall("Component"), *root.findall("Components/Component")]
    if not color or not found:
        return None
    return {"color": color[1].upper(), "components": [_component(one) for one in found[:MOST_PARTS]]}


def _bitmap(root):
    return {
        "format": "PNG" if "PNG" in (text(root, "Format") or text(root, "Bitmap")).upper() else "JPG",
        "reference": text(root, "Reference"),
        "location": _point(root, "Location"),
        "normal": _point(root, "Normal"),
        "up": _point(root, "Up"),
        "height": number(text(root, "Height")),
    }
