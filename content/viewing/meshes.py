"""Files of triangles to one GLB."""

import json
import struct

import numpy
import trimesh

from content.viewing import archives, shading
from content.viewing.refusals import Unreadable

TRIANGLES = 30_000_000
PARTS = 100_000
PLAIN = {"stl": "stl", "obj": "obj", "ply": "ply", "3mf": "3mf", "glb": "glb", "gltf": "gltf"}
SPELLED = {"millimeters": "mm", "meters": "m", "inches": "in", "centimeters": "cm", "microns": "µm", "feet": "ft"}


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
    return finish(scene.export(file_type="glb"), out, unit, 1, up="y" if kind in {"glb", "gltf"} else "z")


def _refuse_links(document):
    links = [part.get("uri", "data:") for part in document.get("buffers", []) + document.get("images", [])]
    if not all(link.startswith("data:") for link in links):
        raise Unreadable("It refers to files beside it. Upload it as one GLB file.")


def finish(glb, out, unit, scale, *, up):
    """Store a GLB with its thumbnail; return its facts. Raises Unreadable when nothing can be shown."""
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
