"""Reads BCF 2.1 and 3.0 into plain values that say the same for both; what we do not know is kept as XML."""

import math
import re
import uuid
from datetime import datetime
from xml.etree.ElementTree import Element

from content.bcf.archives import PICTURE_BYTES, Archive, Zip, plain, version_of
from tenants.errors import Unacceptable

MOST_TOPICS, MOST_ANSWERS, MOST_PARTS, LONGEST = 500, 2000, 20_000, 100_000
MOST_IN_ALL = 5000  # comments and viewpoints of a file
GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
PICTURE = re.compile(r"[\w .()-]{1,100}\.(?:png|jpe?g)", re.IGNORECASE)  # a name that leads nowhere else
COLOR = re.compile(r"[0-9A-Fa-f]{6}(?:[0-9A-Fa-f]{2})?")
DOCUMENT = "DocumentReference"
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
    found, answers = Archive(version_of(opened), []), 0
    markups = sorted(name for name in opened.names if name.endswith("/markup.bcf") and name.count("/") == 1)
    if len(markups) > MOST_TOPICS:
        raise Unacceptable(f"It holds {len(markups):,} threads; {MOST_TOPICS} at once is the most.", field="file")
    for name in markups:
        topic = _topic(opened.xml(name))
        _look(opened, name.removesuffix("markup.bcf"), topic, found.pictures)
        found.topics.append(topic)
        answers += len(topic["comments"]) + len(topic["viewpoints"])
        if answers > MOST_IN_ALL:
            raise Unacceptable(f"It holds more than {MOST_IN_ALL:,} comments and viewpoints.", field="file")
    if len({topic["guid"].lower() for topic in found.topics}) < len(found.topics):
        raise Unacceptable("Two threads in it have the same identity.", field="file")
    if not found.topics:
        raise Unacceptable("It holds no thread.", field="file")
    return found


def text(root, name):
    """Return the text of a child, empty without one."""
    found = root.findtext(name) if root is not None else None
    return (found or "").replace("\r\n", "\n").strip()[:LONGEST]


def _one(root, *names):
    return next((found for name in names if (found := root.find(name)) is not None), None)


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
    """Return a time as it came, empty for one that is none."""
    try:
        return value if value and datetime.fromisoformat(value) else ""
    except ValueError:
        return ""


def _whole(value):
    return int(value) if re.fullmatch(r"-?[0-9]{1,9}", value) else None


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


def _look(opened, folder, topic, pictures):
    """Put on each viewpoint what its own file says, and its picture among `pictures`."""
    for view in topic["viewpoints"]:
        name = view.pop("file")
        view.update(_shown(opened.xml(folder + name)) if name and folder + name in opened.names else _shown(NOTHING))
        if view["snapshot"] and folder + view["snapshot"] in opened.names:
            content = opened.read(folder + view["snapshot"], PICTURE_BYTES)
            pictures[topic["guid"], view["snapshot"]] = content


NOTHING = Element("VisualizationInfo")


def _shown(root):
    parts = root.find("Components")
    shown = parts.find("Visibility") if parts is not None else None
    hints = next(root.iter("ViewSetupHints"), NOTHING)
    return {
        "camera": _camera(root),
        "selection": _components(parts, "Selection/Component"),
        "visible": _flag(shown.get("DefaultVisibility", "")) if shown is not None else None,
        "exceptions": _components(shown, "Exceptions/Component"),
        "hints": {name: _flag(hints.get(name)) for name in HINTS if hints.get(name)},
        "coloring": [_color(one) for one in root.findall("Components/Coloring/Color") if _is_color(one)],
        "lines": [[_point(one, "StartPoint"), _point(one, "EndPoint")] for one in root.findall("Lines/Line")],
        "planes": [
            {"location": _point(one, "Location"), "direction": _point(one, "Direction")}
            for one in root.findall("ClippingPlanes/ClippingPlane")
        ],
        "bitmaps": [_bitmap(one) for one in (*root.findall("Bitmap"), *root.findall("Bitmaps/Bitmap"))],
        "more": _more(root, "VisualizationInfo"),
    }


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


def _camera(root):
    found = _one(root, "PerspectiveCamera", "OrthogonalCamera")
    if found is None:
        return None
    wide = found.tag == "PerspectiveCamera"
    names = (("position", "CameraViewPoint"), ("direction", "CameraDirection"), ("up", "CameraUpVector"))
    told = {name: _point(found, tag) for name, tag in names}
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


def _is_color(root):
    return COLOR.fullmatch(root.get("Color", "").strip()) is not None


def _color(root):
    found = [*root.findall("Component"), *root.findall("Components/Component")]
    return {"color": root.get("Color", "").strip(), "components": [_component(one) for one in found[:MOST_PARTS]]}


def _bitmap(root):
    return {
        "format": (text(root, "Format") or text(root, "Bitmap")).upper(),
        "reference": text(root, "Reference"),
        "location": _point(root, "Location"),
        "normal": _point(root, "Normal"),
        "up": _point(root, "Up"),
        "height": number(text(root, "Height")),
    }
