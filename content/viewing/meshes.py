"""Three-dimensional files to one GLB: STEP and IGES by their boundary representation, the others by their triangles."""

import json
import re
import struct

import numpy
import trimesh

from content.viewing import archives, shading
from content.viewing.refusals import Unreadable

TRIANGLES = 30_000_000
PARTS = 100_000
UNITS = {"MILLI": ("mm", 1000), "CENTI": ("cm", 100), "": ("m", 1), "MICRO": ("µm", 1_000_000)}
NAMED = {"INCH": ("in", 1 / 0.0254), "FOOT": ("ft", 1 / 0.3048)}
LENGTH = re.compile(rb"LENGTH_UNIT\s*\(\s*\).{0,80}?SI_UNIT\s*\(\s*(?:\.(\w+)\.|\$)\s*,\s*\.METRE\.\s*\)", re.DOTALL)
CONVERSION = re.compile(rb"CONVERSION_BASED_UNIT\s*\(\s*'(\w+)'", re.IGNORECASE)
MILLIMETRES = ("mm", 1000)
PLAIN = {"stl": "stl", "obj": "obj", "ply": "ply", "3mf": "3mf", "glb": "glb", "gltf": "gltf"}
SPELLED = {"millimeters": "mm", "meters": "m", "inches": "in", "centimeters": "cm", "microns": "µm", "feet": "ft"}


def convert_brep(source, out):
    """Convert STEP or IGES. The GLB is in metres; `scale` brings its lengths to the file's unit."""
    import cascadio

    data = source.read_bytes()
    kind = "iges" if source.suffix in {".igs", ".iges"} else "step"
    brep = {"plane", "cylinder", "cone", "sphere", "torus"}
    options = {"tol_linear": 0.01, "tol_relative": True, "tol_angular": 0.35, "use_parallel": False}
    glb = cascadio.load(data, file_type=kind, include_brep=True, brep_types=brep, **options)
    if not glb:
        raise Unreadable(f"It is no {kind.upper()} file, or it holds no solid and no surface.")
    if not head_of(glb).get("meshes") and b"DOCUMENT_FILE" in data:
        raise Unreadable("It only places parts that are files of their own; it holds no shape itself.")
    return _finish(glb, out, *(unit_of(data) if kind == "step" else MILLIMETRES), up="z")


def unit_of(data):
    """Return (name, lengths in a metre) of the length unit that a STEP file declares."""
    if named := CONVERSION.search(data):
        if found := NAMED.get(named[1].decode().upper()):
            return found
    found = LENGTH.search(data)
    return UNITS.get((found[1] or b"").decode().upper(), MILLIMETRES) if found else MILLIMETRES


def convert_mesh(source, out):
    """Convert a file of triangles; lengths stay as they are, in the unit the file names, if it names one."""
    kind = PLAIN[source.suffix[1:]]
    if kind == "3mf":
        archives.examine(source)
    if kind == "gltf":
        _refuse_links(json.loads(source.read_bytes()))
    with source.open("rb") as file:
        scene = trimesh.load_scene(file, file_type=kind, process=False, resolver=None)
    meshes = [geometry for geometry in scene.geometry.values() if isinstance(geometry, trimesh.Trimesh)]
    if not any(len(mesh.faces) for mesh in meshes):
        raise Unreadable("It holds no triangles.")
    for mesh in meshes:
        if not numpy.isfinite(mesh.vertices).all():
            raise Unreadable("It holds positions that are no numbers.")
    if sum(len(mesh.faces) for mesh in meshes) > TRIANGLES:
        raise Unreadable(f"It holds more than {TRIANGLES:,} triangles.")
    unit = {"glb": "m", "gltf": "m", "3mf": "mm"}.get(kind, "")  # by their standards
    unit = SPELLED.get(scene.units or "", unit)
    return _finish(scene.export(file_type="glb"), out, unit, 1, up="y" if kind in {"glb", "gltf"} else "z")


def _refuse_links(document):
    links = [part.get("uri", "data:") for part in document.get("buffers", []) + document.get("images", [])]
    if not all(link.startswith("data:") for link in links):
        raise Unreadable("It refers to files beside it. Upload it as one GLB file.")


def _finish(glb, out, unit, scale, *, up):
    document = head_of(glb)
    if len(document.get("nodes", [])) > PARTS:
        raise Unreadable(f"It holds more than {PARTS:,} parts.")
    scene = trimesh.load_scene(trimesh.util.wrap_as_stream(glb), file_type="glb", process=False)
    if scene.is_empty or not numpy.isfinite(scene.bounds).all():
        raise Unreadable("It holds nothing that can be shown.")
    (out / "view.glb").write_bytes(glb)
    shading.picture(scene, out / "thumb.webp", up=up)
    size = (scene.extents * scale).tolist()
    facts = {"unit": unit, "scale": scale, "up": up, "size": [round(length, 4) for length in size]}
    triangles = sum(len(mesh.faces) * len(scene.graph.geometry_nodes[name]) for name, mesh in scene.geometry.items())
    return {"form": "mesh", "triangles": triangles, "parts": len(scene.graph.nodes_geometry), **facts}


def head_of(glb):
    """Return the JSON chunk of a GLB as a dict. Raises Unreadable when there is none."""
    if glb[:4] != b"glTF":
        raise Unreadable("The converter made no model of it.")
    length = struct.unpack("<I", glb[12:16])[0]
    return json.loads(glb[20 : 20 + length])
