"""How a place in a model is told in BCF, which counts in metres, and how one told there is kept here.

Parts are named by their path, as the tool that is us; sections cut away where their direction points, as here. What
another tool calls a part is looked for by its name, wherever it stands.
"""

import re
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
MOST_SECTIONS, MOST_PARTS, LONGEST_PART = 6, 2000, 1000
MOST_LINES, MOST_COLORS, MOST_PICTURES = 1000, 100, 20  # of a viewpoint that are shown; all of it is kept
ANYWHERE = "//"  # before the name of a part that no path tells
DIGITS = 9  # of a length that is shown
IFC = re.compile(r"[0-9A-Za-z_$]{22}")  # an identity


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
        "selection": _components(view.get("chosen") or filter(None, [view["part"]])),
        "coloring": [
            {"color": one["color"], "components": _components(one["parts"])} for one in view.get("colors", ())
        ],
        "lines": [[frame.out(end) for end in line] for line in view.get("lines", ())],
        "visible": view["visible"],
        "exceptions": _components(view["exceptions"]),
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
    if not part.startswith(ANYWHERE):
        return {"ifc": "", "system": US, "tool": part}
    name = part.removeprefix(ANYWHERE)
    return {"ifc": name, "system": "", "tool": ""} if IFC.fullmatch(name) else {"ifc": "", "system": "", "tool": name}


def _components(parts):
    return [_component(part) for part in parts]


def looked(view, frame, held=()):
    """Return a viewpoint of elsewhere as a markup keeps it, or None for one that looks at no model.

    `held` are the attachments with its pictures by the names that it has for them.
    """
    camera = view["camera"]
    if camera is None:
        return None
    kept = {name: frame.point_into(camera[name]) for name in ("direction", "up")}
    kept |= {"position": frame.into(camera["position"])}
    kept |= {"fov": camera["fov"]} if "fov" in camera else {"scale": camera["scale"] / frame.metres}
    planes = [one for one in view["planes"] if any(one["direction"])][:MOST_SECTIONS]
    exceptions = _parts(view["exceptions"])
    told = {
        "camera": kept,
        "sections": [
            {"point": frame.into(one["location"]), "normal": frame.point_into(one["direction"])} for one in planes
        ],
        "visible": view["visible"] is not False or not exceptions,  # where it names none all are shown
        "exceptions": exceptions,
        "part": next((one["tool"][:LONGEST_PART] for one in view["selection"] if _is_ours(one)), None),
    }
    return told | _drawn(view, frame, dict(held))


def _is_ours(component):
    return component["system"] == US and component["tool"]


def _parts(components):
    """Return what our viewers find parts by: the path of those that we told, else every name that they have."""
    found = []
    for one in components:
        names = [one["tool"]] if _is_ours(one) else [ANYWHERE + _word(one[key]) for key in ("ifc", "tool") if one[key]]
        found += [name[:LONGEST_PART] for name in names]
    return found[:MOST_PARTS]


def _word(name):
    """Return a name as it is a word of a path."""
    return name.replace("/", "_").replace("\0", "")


def _drawn(view, frame, held):
    """Return what stands in the model of a viewpoint besides the model."""
    lines = [[_near(frame.into(end)) for end in line] for line in view["lines"] if line[0] != line[1]]
    colors = [{"color": one["color"], "parts": _parts(one["components"])} for one in view["coloring"]]
    pictures = [
        {
            "attachment": held[one["reference"]],
            "location": _near(frame.into(one["location"])),
            "normal": frame.point_into(one["normal"]),
            "up": frame.point_into(one["up"]),
            "height": one["height"] / frame.metres,
        }
        for one in view["bitmaps"]
        if one["reference"] in held and one["height"] > 0
    ]
    told = {"lines": lines[:MOST_LINES], "colors": colors[:MOST_COLORS], "pictures": pictures[:MOST_PICTURES]}
    return told | {"chosen": _parts(view["selection"])}


def _near(place):
    return [float(f"{value:.{DIGITS}g}") for value in place]
