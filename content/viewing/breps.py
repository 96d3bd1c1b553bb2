"""STEP and IGES to one GLB, by their boundary representation: names, colours and faces are kept."""

import re

import cascadio

from content.viewing.meshes import finish, head_of
from content.viewing.refusals import Unreadable

UNITS = {"MILLI": ("mm", 1000), "CENTI": ("cm", 100), "": ("m", 1), "MICRO": ("µm", 1_000_000)}
NAMED = {"INCH": ("in", 1 / 0.0254), "FOOT": ("ft", 1 / 0.3048)}
LENGTH = re.compile(rb"LENGTH_UNIT\s*\(\s*\).{0,80}?SI_UNIT\s*\(\s*(?:\.(\w+)\.|\$)\s*,\s*\.METRE\.\s*\)", re.DOTALL)
CONVERSION = re.compile(rb"CONVERSION_BASED_UNIT\s*\(\s*'(\w+)'", re.IGNORECASE)
MILLIMETRES = ("mm", 1000)
IGES = ("mm", 1)  # the reader brings every IGES file to millimetres and leaves them so


def convert_brep(source, out):
    """Convert STEP, whose GLB is in metres, or IGES; `scale` brings its lengths to the file's unit."""
    data = source.read_bytes()
    kind = "iges" if source.suffix in {".igs", ".iges"} else "step"
    brep = {"plane", "cylinder", "cone", "sphere", "torus"}
    options = {"tol_linear": 0.01, "tol_relative": True, "tol_angular": 0.35, "use_parallel": False}
    glb = cascadio.load(data, file_type=kind, include_brep=True, brep_types=brep, **options)
    if not glb:
        raise Unreadable(f"It is no {kind.upper()} file, or it holds no solid and no surface.")
    if not head_of(glb).get("meshes") and b"DOCUMENT_FILE" in data:
        raise Unreadable("It only places parts that are files of their own; it holds no shape itself.")
    return finish(glb, out, *(unit_of(data) if kind == "step" else IGES), up="z")


def unit_of(data):
    """Return (name, lengths in a metre) of the length unit that a STEP file declares."""
    if named := CONVERSION.search(data):
        if found := NAMED.get(named[1].decode().upper()):
            return found
    found = LENGTH.search(data)
    return UNITS.get((found[1] or b"").decode().upper(), MILLIMETRES) if found else MILLIMETRES
