"""The child process: `python -m content.viewing.convert SOURCE OUT SECONDS MEMORY OUTPUT FILES`.

Knows no Django, no database and no secret, and binds itself before it opens anything.

Writes facts.json into OUT beside what it made: {"form": ..., facts} or {"refused": a sentence}. Ends with 0 for both.
"""

import importlib
import json
import os
import resource
import sys
from contextlib import suppress
from pathlib import Path

from content.viewing.refusals import Unreadable

READERS = {
    "breps:convert_brep": (".step", ".stp", ".p21", ".iges", ".igs"),
    "meshes:convert_mesh": (".stl", ".obj", ".ply", ".3mf", ".glb", ".gltf"),
    "drawings:convert_dxf": (".dxf",),
    "drawings:convert_svg": (".svg",),
    "pages:convert_pdf": (".pdf",),
    "pages:convert_image": (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"),
    "office:convert_office": (".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp"),
    "texts:convert_table": (".csv", ".tsv"),
    "texts:convert_text": (".txt", ".md", ".json", ".xml", ".yaml", ".yml", ".ini", ".log", ".gcode", ".nc"),
}
OURS = {".sheets": "likeness:compare"}  # no file of a user is opened by these
BY_SUFFIX = {suffix: reader for reader, suffixes in READERS.items() for suffix in suffixes}


def confine(seconds, memory, output, files):
    """Take limits that nothing in this process can lift, and leave the network where no sandbox did."""
    os.nice(10)
    for kind, value in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, output),
        (resource.RLIMIT_NOFILE, files),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (value, value))
    with suppress(OSError, AttributeError):  # not every system lets a process leave its network
        os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNET)


def main(source, out):
    """Convert one file; say in facts.json what came of it."""
    module, function = (BY_SUFFIX | OURS)[source.suffix].split(":")
    try:
        facts = getattr(importlib.import_module(f"content.viewing.{module}"), function)(source, out)
    except Unreadable as refusal:
        facts = {"refused": str(refusal)}
    except RecursionError:
        facts = {"refused": "It is nested too deeply."}
    except MemoryError:
        facts = {"refused": "It needs more memory than a conversion may take."}
    (out / "facts.json").write_text(json.dumps(facts))


if __name__ == "__main__":
    confine(*map(int, sys.argv[3:]))
    main(Path(sys.argv[1]), Path(sys.argv[2]))
