"""Drawings of a prism seen from above: DXF (R12), SVG and a PDF sheet. One drawing unit is a millimetre."""

from platform_site.demo.geometry.shapes import Circle

MARGIN = 12  # round the part on a sheet
A4 = (842, 595)  # points, landscape
CURVE = 0.5523  # length of a Bezier handle of a quarter circle of radius 1


def dxf(prism):
    """Return the bytes of an R12 drawing with the layers OUTLINE, HOLES and CENTRE."""
    rows = [(0, "SECTION"), (2, "ENTITIES")]
    for a, b in _sides(prism.outline):
        rows += [(0, "LINE"), (8, "OUTLINE"), (10, a[0]), (20, a[1]), (11, b[0]), (21, b[1])]
    if isinstance(prism.outline, Circle):
        rows += _dxf_circle(prism.outline, "OUTLINE")
    for hole in prism.holes:
        rows += _dxf_circle(hole, "HOLES")
        for dx, dy in ((1, 0), (0, 1)):
            reach = hole.radius * 1.3
            rows += [(0, "LINE"), (8, "CENTRE"), (10, hole.x - dx * reach), (20, hole.y - dy * reach)]
            rows += [(11, hole.x + dx * reach), (21, hole.y + dy * reach)]
    rows += [(0, "ENDSEC"), (0, "EOF")]
    return "".join(f"{code}\n{value}\n" for code, value in rows).encode("ascii")


def _dxf_circle(circle, layer):
    return [(0, "CIRCLE"), (8, layer), (10, circle.x), (20, circle.y), (40, circle.radius)]


def _sides(outline):
    if isinstance(outline, Circle):
        return []
    return list(zip(outline, outline[1:] + outline[:1], strict=True))


def svg(prism):
    """Return the bytes of an SVG in millimetres, y upwards as in the drawing."""
    x0, y0, x1, y1 = prism.box
    width, height = x1 - x0 + 2 * MARGIN, y1 - y0 + 2 * MARGIN
    shapes = [prism.outline, *prism.holes]
    body = "".join(_svg_shape(shape) for shape in shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}mm" height="{height:g}mm" '
        f'viewBox="{x0 - MARGIN:g} {-y1 - MARGIN:g} {width:g} {height:g}"><title>{prism.name}</title>'
        f'<g fill="none" stroke="black" stroke-width="0.35" transform="scale(1,-1)">{body}</g></svg>\n'
    ).encode()


def _svg_shape(shape):
    if isinstance(shape, Circle):
        return f'<circle cx="{shape.x:g}" cy="{shape.y:g}" r="{shape.radius:g}"/>'
    corners = " ".join(f"{x:g},{y:g}" for x, y in shape)
    return f'<polygon points="{corners}"/>'


def pdf(prism, lines):
    """Return the bytes of a one-page PDF: the part, and `lines` of text in the title block. ASCII only."""
    x0, y0, x1, y1 = prism.box
    scale = min((A4[0] - 240) / (x1 - x0), (A4[1] - 120) / (y1 - y0))
    draw = [f"q {scale:.4f} 0 0 {scale:.4f} {60 - x0 * scale:.2f} {70 - y0 * scale:.2f} cm {0.7 / scale:.4f} w"]
    draw += [_pdf_shape(shape) for shape in (prism.outline, *prism.holes)]
    draw.append("Q 1 w 24 24 794 547 re S 600 24 218 90 re S")
    for number, line in enumerate(lines):
        words = line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        draw.append(f"BT /F1 {12 if not number else 9} Tf 610 {96 - 15 * number} Td ({words}) Tj ET")
    return _pdf_file("\n".join(draw))


def _pdf_shape(shape):
    if not isinstance(shape, Circle):
        first, *rest = shape
        return f"{first[0]} {first[1]} m " + " ".join(f"{x} {y} l" for x, y in rest) + " h S"
    x, y, r, k = shape.x, shape.y, shape.radius, shape.radius * CURVE
    return (
        f"{x + r} {y} m {x + r} {y + k} {x + k} {y + r} {x} {y + r} c {x - k} {y + r} {x - r} {y + k} {x - r} {y} c "
        f"{x - r} {y - k} {x - k} {y - r} {x} {y - r} c {x + k} {y - r} {x + r} {y - k} {x + r} {y} c h S"
    )


def _pdf_file(content):
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {A4[0]} {A4[1]}]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(content)}>>\nstream\n{content}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    text, offsets = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(text))
        text += f"{number} 0 obj\n{body}\nendobj\n"
    start = len(text)
    text += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    text += "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    return (text + f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").encode("ascii")
