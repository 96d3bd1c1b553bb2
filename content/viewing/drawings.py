"""Flat drawings: DXF to strokes by layer, SVG to an SVG that holds shapes and nothing else."""

import json
import re
from itertools import pairwise
from xml.etree.ElementTree import ParseError, register_namespace

import ezdxf
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from ezdxf import recover
from ezdxf.addons.drawing import Frontend, RenderContext
from ezdxf.addons.drawing.config import BackgroundPolicy, ColorPolicy, Configuration
from ezdxf.addons.drawing.json import CustomJSONBackend
from PIL import Image, ImageDraw

from content.viewing import thumbs
from content.viewing.refusals import Unreadable

STROKES = 500_000
UNITS = {1: "in", 2: "ft", 4: "mm", 5: "cm", 6: "m", 13: "µm"}
SHAPES = {
    *("svg", "g", "defs", "symbol", "use", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon"),
    *("text", "tspan", "textPath", "title", "desc", "clipPath", "mask", "pattern", "marker"),
    *("linearGradient", "radialGradient", "stop"),
}
SVG = "http://www.w3.org/2000/svg"
FRAME = ("viewBox", "width", "height")
AROUND, WIDER, EDGE = 5, 11, 0.02  # looked for drawing so many pages around the own one; a margin, of a page
NUMBERS = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)
PIXELS = re.compile(r"\s*(\d+(?:\.\d*)?)\s*(?:px)?\s*")
THICK = 8  # pixels of a line on a thumbnail of twice its size, so that it is seen where that is shown small
XLINK = "{http://www.w3.org/1999/xlink}href"
REACHES = re.compile(r"url\s*\(\s*['\"]?(?!#)|@import|expression|javascript:|data:|\\", re.IGNORECASE)


def convert_dxf(source, out):
    """Write view.json: layers with their strokes, in the drawing's unit, y upwards; and a thumbnail."""
    try:
        document, _auditor = recover.readfile(source)
    except (OSError, ezdxf.DXFError, ValueError, KeyError, IndexError, TypeError) as error:
        raise Unreadable("It is no DXF file, or it is damaged beyond repair.") from error
    backend = CustomJSONBackend(orient_paths=False)
    config = Configuration(background_policy=BackgroundPolicy.WHITE, color_policy=ColorPolicy.COLOR)
    Frontend(RenderContext(document), backend, config=config).draw_layout(document.modelspace())
    layers, strokes = _layers(backend.get_json_data())
    if not strokes:
        raise Unreadable("It holds nothing that can be drawn.")
    bounds = _bounds(layers)
    drawing = {"bounds": bounds, "layers": layers}
    (out / "view.json").write_text(json.dumps(drawing, separators=(",", ":")))
    _thumb(drawing, out)
    unit = UNITS.get(document.units, "")
    size = [round(bounds[2] - bounds[0], 4), round(bounds[3] - bounds[1], 4)]
    return {"form": "drawing", "unit": unit, "layers": len(layers), "size": size}


def _layers(entities):
    """Return ([{name, strokes: [{color, fill, path: [[command, x, y ...]]}]}], how many strokes)."""
    found, number = {}, 0
    for entity in entities:
        properties = entity["properties"]
        for path in _paths(entity["type"], entity["geometry"]):
            number += 1
            if number > STROKES:
                raise Unreadable(f"It holds more than {STROKES:,} lines.")
            stroke = {"color": properties["color"][:7], "path": path}
            if entity["type"].startswith("filled"):
                stroke["fill"] = True
            found.setdefault(properties["layer"], []).append(stroke)
    return [{"name": name, "strokes": strokes} for name, strokes in sorted(found.items())], number


def _paths(kind, geometry):
    """Yield drawing commands: M and L with a point, Q with two, C with three, Z."""
    if kind == "point":
        yield [["M", *geometry], ["L", *geometry]]
    elif kind == "lines":
        for left, low, right, high in geometry:
            yield [["M", left, low], ["L", right, high]]
    elif kind == "path":
        yield [list(command) for command in geometry]
    elif kind == "filled-paths":
        yield [list(command) for path in geometry for command in path]
    elif kind == "filled-polygon":
        yield [[("L" if index else "M"), *point] for index, point in enumerate(geometry)]


def _bounds(layers):
    xs, ys = [], []
    for layer in layers:
        for stroke in layer["strokes"]:
            for _command, *numbers in stroke["path"]:
                xs += numbers[0::2]
                ys += numbers[1::2]
    bounds = [min(xs), min(ys), max(xs), max(ys)]
    if not all(abs(number) < 1e12 for number in bounds):  # also no NaN
        raise Unreadable("It holds positions that are no numbers.")
    return [round(number, 6) for number in bounds]


def _thumb(drawing, out):
    left, low, right, high = drawing["bounds"]
    image = Image.new("RGB", (thumbs.WIDTH * 2, thumbs.HEIGHT * 2), thumbs.PAPER)
    pen = ImageDraw.Draw(image)
    scale = min(image.width * 0.92 / max(right - left, 1e-9), image.height * 0.92 / max(high - low, 1e-9))
    middle = (left + right) / 2, (low + high) / 2

    def place(x, y):
        return image.width / 2 + (x - middle[0]) * scale, image.height / 2 - (y - middle[1]) * scale

    for layer in drawing["layers"]:
        for stroke in layer["strokes"]:
            points = [place(*point) for point in corners(stroke["path"])]
            if len(points) > 1:
                pen.line(points, fill=thumbs.INK, width=THICK, joint="curve")
    thumbs.save(image, out)


def corners(path):
    """Yield the corners of a path; curves by a few points of them."""
    last = (0, 0)
    for _command, *numbers in path:
        poles = [last, *zip(numbers[0::2], numbers[1::2], strict=True)]
        if len(poles) == 2:
            yield poles[1]
        elif len(poles) > 2:
            yield from (_on_curve(poles, step / 6) for step in range(1, 7))
        last = poles[-1]


def _on_curve(poles, at):
    """Return the point at `at` (0 to 1) of the Bezier curve with these poles."""
    while len(poles) > 1:
        poles = [(ax + (bx - ax) * at, ay + (by - ay) * at) for (ax, ay), (bx, by) in pairwise(poles)]
    return poles[0]


def convert_svg(source, out):
    """Write view.svg with shapes alone: no script, style sheet, foreign content or link that leaves it; a thumbnail."""
    try:
        root = ElementTree.parse(source).getroot()
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Unreadable("It is no SVG, or one that declares entities.") from error
    if root.tag != f"{{{SVG}}}svg":
        raise Unreadable("It is no SVG.")
    _keep_shapes(root)
    register_namespace("", SVG)
    _show_all(root)
    drawn = ElementTree.tostring(root, encoding="utf-8")
    (out / "view.svg").write_bytes(drawn)
    thumbs.of_svg(drawn, out)
    return {"form": "image", "vector": True}


def _show_all(root):
    """Widen the frame of an SVG to what it draws: drawings that were converted often lie beside their page."""
    if (page := _frame(root)) is None:
        return
    left, top, width, height = page
    own = {name: root.get(name) for name in FRAME}
    _set_frame(root, (left - AROUND * width, top - AROUND * height, WIDER * width, WIDER * height))
    seen = thumbs.reach(ElementTree.tostring(root, encoding="utf-8"), WIDER)
    if seen is None or (min(seen[:2]) > AROUND - EDGE and max(seen[2:]) < AROUND + 1 + EDGE):
        root.attrib.update({name: value for name, value in own.items() if value is not None})
        for name in FRAME:
            if own[name] is None:
                del root.attrib[name]
        return
    low = [left + (seen[0] - AROUND - EDGE) * width, top + (seen[1] - AROUND - EDGE) * height]
    _set_frame(root, (*low, (seen[2] - seen[0] + 2 * EDGE) * width, (seen[3] - seen[1] + 2 * EDGE) * height))


def _frame(root):
    """Return (left, top, width, height) of what an SVG shows in its own units; None when it does not say so."""
    box = NUMBERS.findall(root.get("viewBox", ""))
    if len(box) != 4:
        box = ["0", "0", *(found[0] for name in FRAME[1:] if (found := PIXELS.fullmatch(root.get(name, ""))))]
    found = [float(text) for text in box]
    return found if len(found) == 4 and all(1e-3 < side < 1e6 for side in found[2:]) else None


def _set_frame(root, box):
    root.set("viewBox", " ".join(f"{number:.6g}" for number in box))
    for name, length in zip(FRAME[1:], box[2:], strict=True):
        root.set(name, f"{length:.6g}")


def _keep_shapes(element):
    for child in list(element):
        if not isinstance(child.tag, str) or child.tag.removeprefix(f"{{{SVG}}}") not in SHAPES:
            element.remove(child)
        else:
            _keep_shapes(child)
    for name, value in list(element.attrib.items()):
        link = name in {"href", XLINK}
        foreign = "{" in name and name != XLINK
        if foreign or name.lower().startswith("on") or (link and not value.startswith("#")) or REACHES.search(value):
            del element.attrib[name]
