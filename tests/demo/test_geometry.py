"""The demo's CAD files are what a CAD system opens: closed solids, exact volumes, sound references."""

import math
import re
import struct
from collections import Counter

import pytest

from platform_site.demo.geometry import catalogue
from platform_site.demo.geometry.drawing import dxf, pdf, svg
from platform_site.demo.geometry.step import step
from platform_site.demo.geometry.stl import SEGMENTS, facets, stl

PARTS = [
    catalogue.base_plate(),
    catalogue.side_plate(),
    catalogue.axle(),
    catalogue.roller(),
    catalogue.washer(),
    catalogue.gasket(),
    catalogue.clamp_jaw(),
]
each_part = pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)


def entities(data):
    """Return {number: text} of a STEP file."""
    return {int(number): text for number, text in re.findall(r"^#(\d+)=(.*);$", data.decode(), re.MULTILINE)}


@each_part
def test_a_mesh_is_closed_and_faces_outwards(part):
    triangles = facets(part)
    edges = Counter((a, b) for t in triangles for a, b in zip(t, t[1:] + t[:1], strict=True))
    assert all(edges[b, a] == count for (a, b), count in edges.items())
    volume = sum(_six_volumes(*triangle) for triangle in triangles) / 6
    facets_of_a_circle = SEGMENTS * math.sin(2 * math.pi / SEGMENTS) / (2 * math.pi)
    assert volume == pytest.approx(part.volume, rel=1.5 * (1 - facets_of_a_circle))


def _six_volumes(a, b, c):
    return a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0])


@each_part
def test_an_stl_says_how_many_triangles_follow(part):
    data = stl(part)
    (count,) = struct.unpack_from("<I", data, 80)
    assert len(data) == 84 + 50 * count
    assert count == len(facets(part))


@pytest.mark.parametrize("shape", [*PARTS, catalogue.tensioner()], ids=lambda shape: shape.name)
def test_a_step_file_refers_to_what_it_holds(shape):
    found = entities(step(shape))
    for text in found.values():
        assert all(int(number) in found for number in re.findall(r"#(\d+)", text))


@each_part
def test_a_solid_uses_every_edge_once_in_each_direction(part):
    found = entities(step(part))
    uses = Counter(
        tuple(re.fullmatch(r"ORIENTED_EDGE\('',\*,\*,#(\d+),\.([TF])\.\)", text).groups())
        for text in found.values()
        if text.startswith("ORIENTED_EDGE")
    )
    edges = [str(number) for number, text in found.items() if text.startswith("EDGE_CURVE")]
    assert uses == Counter((edge, way) for edge in edges for way in "TF")


def test_a_round_hole_is_one_exact_cylinder():
    text = step(catalogue.base_plate()).decode()
    assert text.count("CYLINDRICAL_SURFACE") == 4
    assert "FILE_SCHEMA(('AUTOMOTIVE_DESIGN { 1 0 10303 214 1 1 1 1 }'))" in text


def test_an_assembly_names_its_parts_once_and_places_them_all():
    whole = catalogue.tensioner()
    text = step(whole).decode()
    assert len(re.findall(r"=PRODUCT\(", text)) == len(whole.parts) + 1
    assert text.count("NEXT_ASSEMBLY_USAGE_OCCURRENCE") == len(whole.placed) == 7


@each_part
def test_a_drawing_shows_every_hole(part):
    assert dxf(part).count(b"\nHOLES\n") == len(part.holes)
    circles = len(part.holes) + hasattr(part.outline, "radius")
    assert svg(part).count(b"<circle") == circles


@each_part
def test_a_pdf_finds_its_objects_where_its_table_says(part):
    data = pdf(part, [part.name, "Scale (1:2)"])
    assert b"(Scale \\(1:2\\))" in data
    table = data[int(data.split(b"startxref\n")[1].split()[0]) :]
    offsets = [int(line.split()[0]) for line in table.splitlines()[3:8]]
    assert [data[offset : offset + 7] for offset in offsets] == [b"%d 0 obj" % number for number in range(1, 6)]
