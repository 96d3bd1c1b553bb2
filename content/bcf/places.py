"""How a place in a model is told in BCF, which counts in metres, and how one told there is kept here.

Parts are named by their path, as the tool that is us; sections cut away where their direction points, as here.
"""

from dataclasses import dataclass
from math import hypot
from pathlib import PurePosixPath

from content.models import Conversion, ConversionState
from content.viewing.convert import BY_SUFFIX
from tenants.errors import Conflict

METRES = {"mm": 0.001, "cm": 0.01, "m": 1.0, "in": 0.0254, "inch": 0.0254, "ft": 0.3048}
US = "Gangway"
COMING = (ConversionState.WAITING, ConversionState.RUNNING)
MEASURED = [suffix for suffix, reader in BY_SUFFIX.items() if reader.startswith("meshes:")]  # what CAD is not
MODELS = [*MEASURED, *(suffix for suffix, reader in BY_SUFFIX.items() if reader.startswith("breps:"))]
MOST_SECTIONS, MOST_HIDDEN, LONGEST_PART = 6, 2000, 1000


@dataclass(frozen=True, slots=True)
class Frame:
    """How the coordinates of a model stand to those of BCF: metres in one of its lengths, and whether y is up in it."""

    metres: float = 1.0
    y_up: bool = False

    def out(self, place, metres=None):
        """Return a place in BCF, where z is up."""
        x, y, z = (value * (metres or self.metres) for value in place)
        return [x, -z, y] if self.y_up else [x, y, z]

    def into(self, place, metres=None):
        """Return a place of BCF in the model."""
        x, y, z = (value / (metres or self.metres) for value in place)
        return [x, z, -y] if self.y_up else [x, y, z]

    def point_out(self, direction):
        """Return a direction in BCF."""
        return self.out(direction, 1)

    def point_into(self, direction):
        """Return a direction of BCF in the model."""
        return self.into(direction, 1)


def frame(version):
    """Return the Frame of the model that is shown of a version."""
    facts = Conversion.objects.filter(key=version.key).values_list("facts", flat=True).first() or {}
    if facts.get("form") != "mesh":
        return Frame()
    length = float(facts.get("scale") or 1) * METRES.get(facts.get("unit"), METRES["mm"])
    return Frame(length, facts.get("up") == "y")


def is_model(version):
    """Tell whether a version is shown as a model, so that a viewpoint has a place in it."""
    return PurePosixPath(version.file.name).suffix.lower() in MODELS


def require_lengths(version, topics):
    """Raise Conflict for viewpoints of a model whose lengths are not known yet: they would stand elsewhere."""
    looks = any(view["camera"] for topic in topics for view in topic["viewpoints"])
    if looks and Conversion.objects.filter(key=version.key, state__in=COMING, suffix__in=MEASURED).exists():
        raise Conflict("The model is still being made ready for looking at.", "Bring the threads in a moment.")


def viewpoint(guid, view, frame, snapshot=""):
    """Return a markup's way of looking at a model as a viewpoint; `focus` of its camera is how far what it marks is."""
    told = {"guid": guid, "index": None, "file": "", "snapshot": snapshot, "hints": {}, "coloring": [], "lines": []}
    told |= {"bitmaps": [], "more": [], "camera": None, "second": None, "selection": [], "visible": None}
    told |= {"exceptions": [], "planes": []}
    if "camera" not in view:
        return told
    camera = {name: value for name, value in view["camera"].items() if value is not None}
    camera |= {name: frame.point_out(camera[name]) for name in ("direction", "up")}
    camera |= {"position": frame.out(camera["position"]), "aspect": None, "focus": _focus(view) * frame.metres}
    if "scale" in camera:
        camera["scale"] *= frame.metres
        del camera["focus"]
    sections = [(frame.out(one["point"]), frame.point_out(one["normal"])) for one in view["sections"]]
    return told | {
        "camera": camera,
        "selection": [_component(view["part"])] if view["part"] else [],
        "visible": view["visible"],
        "exceptions": [_component(part) for part in view["exceptions"]],
        "planes": [{"location": location, "direction": direction} for location, direction in sections],
    }


def _focus(view):
    """Return how far along the view what is marked lies, 0 where no place of it is known."""
    camera, marked = view["camera"], view["point"] or next(iter(view["points"]), None)
    if not marked:
        return 0
    along = zip(marked, camera["position"], camera["direction"], strict=True)
    return max(sum((at - by) * way for at, by, way in along) / hypot(*camera["direction"]), 0)


def _component(part):
    return {"ifc": "", "system": US, "tool": part}


def looked(view, frame):
    """Return a viewpoint of elsewhere as a markup keeps it, or None for one that looks at no model."""
    camera = view["camera"]
    if camera is None:
        return None
    kept = {name: frame.point_into(camera[name]) for name in ("direction", "up")}
    kept |= {"position": frame.into(camera["position"])}
    kept |= {"fov": camera["fov"]} if "fov" in camera else {"scale": camera["scale"] / frame.metres}
    planes = view["planes"][:MOST_SECTIONS]
    exceptions = [part for one in view["exceptions"] if (part := _part(one))][:MOST_HIDDEN]
    told = {
        "camera": kept,
        "sections": [
            {"point": frame.into(one["location"]), "normal": frame.point_into(one["direction"])} for one in planes
        ],
        "visible": view["visible"] is not False or not exceptions,  # of parts that we know none all are shown
        "exceptions": exceptions,
    }
    return told | {"part": next((part for one in view["selection"] if (part := _part(one))), None)}


def _part(component):
    return component["tool"][:LONGEST_PART] if component["system"] == US else ""
