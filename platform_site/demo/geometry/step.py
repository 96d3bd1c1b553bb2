"""STEP AP214 (ISO 10303-21): boundary representations with planes and cylinders, and assemblies of them.

Every solid is closed and exact: a round hole is one cylinder, not facets. Names and colours are kept.
"""

from platform_site.demo.geometry.shapes import Circle

UP, ALONG = (0.0, 0.0, 1.0), (1.0, 0.0, 0.0)


def step(shape, *, when="2026-01-01T00:00:00"):
    """Return the bytes of a STEP file of a Prism or an Assembly."""
    writer = _Writer()
    if hasattr(shape, "placed"):
        _assembly(writer, shape)
    else:
        _styles(writer, [_part(writer, shape)])
    return writer.finish(shape.name, when)


class _Writer:
    """Numbered entities of one file, with the context that all of them share."""

    def __init__(self):
        self.lines, self.points = [], {}
        app = self.add("APPLICATION_CONTEXT('core data for automotive mechanical design processes')")
        self.add(f"APPLICATION_PROTOCOL_DEFINITION('international standard','automotive_design',2000,{app})")
        self.product_context = self.add(f"PRODUCT_CONTEXT('',{app},'mechanical')")
        self.definition_context = self.add(f"PRODUCT_DEFINITION_CONTEXT('part definition',{app},'design')")
        length = self.add("(LENGTH_UNIT()NAMED_UNIT(*)SI_UNIT(.MILLI.,.METRE.))")
        angle = self.add("(NAMED_UNIT(*)PLANE_ANGLE_UNIT()SI_UNIT($,.RADIAN.))")
        solid = self.add("(NAMED_UNIT(*)SI_UNIT($,.STERADIAN.)SOLID_ANGLE_UNIT())")
        exact = self.add(f"UNCERTAINTY_MEASURE_WITH_UNIT(LENGTH_MEASURE(1.E-07),{length},'distance_accuracy_value','')")
        self.context = self.add(
            "(GEOMETRIC_REPRESENTATION_CONTEXT(3)"
            f"GLOBAL_UNCERTAINTY_ASSIGNED_CONTEXT(({exact}))"
            f"GLOBAL_UNIT_ASSIGNED_CONTEXT(({length},{angle},{solid}))"
            "REPRESENTATION_CONTEXT('','3D'))"
        )

    def add(self, text):
        """Add an entity; return its reference."""
        self.lines.append(f"#{len(self.lines) + 1}={text};")
        return f"#{len(self.lines)}"

    def point(self, xyz):
        """Add a point."""
        return self.add(f"CARTESIAN_POINT('',{_numbers(xyz)})")

    def direction(self, xyz):
        """Add a unit vector."""
        return self.add(f"DIRECTION('',{_numbers(xyz)})")

    def frame(self, origin=(0.0, 0.0, 0.0), axis=UP, ref=ALONG):
        """Add a local system of coordinates."""
        parts = self.point(origin), self.direction(axis), self.direction(ref)
        return self.add(f"AXIS2_PLACEMENT_3D('',{','.join(parts)})")

    def vertex(self, xyz):
        """Add the vertex at a place, once."""
        if xyz not in self.points:
            self.points[xyz] = self.add(f"VERTEX_POINT('',{self.point(xyz)})")
        return self.points[xyz]

    def straight(self, start, end):
        """Add a straight edge."""
        delta = tuple(b - a for a, b in zip(start, end, strict=True))
        length = sum(d * d for d in delta) ** 0.5
        vector = self.add(f"VECTOR('',{self.direction(tuple(d / length for d in delta))},{_number(length)})")
        line = self.add(f"LINE('',{self.point(start)},{vector})")
        return self.add(f"EDGE_CURVE('',{self.vertex(start)},{self.vertex(end)},{line},.T.)")

    def ring(self, circle, z):
        """Add a whole circle as one edge that begins and ends on its right."""
        curve = self.add(f"CIRCLE('',{self.frame((circle.x, circle.y, z))},{_number(circle.radius)})")
        vertex = self.vertex((circle.x + circle.radius, circle.y, z))
        return self.add(f"EDGE_CURVE('',{vertex},{vertex},{curve},.T.)")

    def loop(self, *edges):
        """Add a closed chain of (edge, forwards)."""
        oriented = [self.add(f"ORIENTED_EDGE('',*,*,{edge},.{'T' if on else 'F'}.)") for edge, on in edges]
        return self.add(f"EDGE_LOOP('',({','.join(oriented)}))")

    def face(self, surface, loops, same=True):
        """Add a face: its outer loop first, then its holes; `same` when the surface's normal leaves the solid."""
        bounds = [
            self.add(f"FACE_{'OUTER_' if not number else ''}BOUND('',{loop},.T.)") for number, loop in enumerate(loops)
        ]
        return self.add(f"ADVANCED_FACE('',({','.join(bounds)}),{surface},.{'T' if same else 'F'}.)")

    def finish(self, name, when):
        """Return the whole file."""
        head = (
            "ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION(('Gangway demo'),'2;1');\n"
            f"FILE_NAME({_text(name + '.step')},'{when}',(''),(''),'Gangway','Gangway','');\n"
            "FILE_SCHEMA(('AUTOMOTIVE_DESIGN { 1 0 10303 214 1 1 1 1 }'));\nENDSEC;\nDATA;\n"
        )
        return (head + "\n".join(self.lines) + "\nENDSEC;\nEND-ISO-10303-21;\n").encode("ascii")


def _number(value):
    text = f"{value:.9f}".rstrip("0")
    return "0." if text in {"-0.", "0."} else text


def _numbers(values):
    return f"({','.join(map(_number, values))})"


def _text(words):
    return "'" + words.replace("'", "''") + "'"


def _solid(writer, prism):
    """Add the closed shell of a prism and return its solid."""
    writer.points = {}
    if isinstance(prism.outline, Circle):
        sides, bottom, top = _wall(writer, prism.outline, prism.height, outwards=True)
        walls = [sides]
    else:
        walls, bottom, top = _walls(writer, prism.outline, prism.height)
    bottoms, tops = [bottom], [top]
    for hole in prism.holes:
        wall, low, high = _wall(writer, hole, prism.height, outwards=False)
        walls.append(wall)
        bottoms.append(low)
        tops.append(high)
    low = writer.add(f"PLANE('',{writer.frame(axis=(0.0, 0.0, -1.0))})")
    high = writer.add(f"PLANE('',{writer.frame((0.0, 0.0, prism.height))})")
    faces = [*walls, writer.face(low, bottoms), writer.face(high, tops)]
    shell = writer.add(f"CLOSED_SHELL('',({','.join(faces)}))")
    return writer.add(f"MANIFOLD_SOLID_BREP({_text(prism.name)},{shell})")


def _walls(writer, corners, height):
    """Add a plane face per side of a polygon; return (faces, loop below, loop above)."""
    low = [(float(x), float(y), 0.0) for x, y in corners]
    high = [(x, y, float(height)) for x, y, _ in low]
    after = [*range(1, len(corners)), 0]
    lower = [writer.straight(low[i], low[after[i]]) for i in range(len(corners))]
    upper = [writer.straight(high[i], high[after[i]]) for i in range(len(corners))]
    rising = [writer.straight(low[i], high[i]) for i in range(len(corners))]
    faces = []
    for i, j in enumerate(after):
        along = tuple(b - a for a, b in zip(low[i], low[j], strict=True))
        length = sum(d * d for d in along) ** 0.5
        normal, ref = (along[1] / length, -along[0] / length, 0.0), tuple(d / length for d in along)
        plane = writer.add(f"PLANE('',{writer.frame(low[i], normal, ref)})")
        loop = writer.loop((lower[i], True), (rising[j], True), (upper[i], False), (rising[i], False))
        faces.append(writer.face(plane, [loop]))
    below = writer.loop(*[(edge, False) for edge in reversed(lower)])
    return faces, below, writer.loop(*[(edge, True) for edge in upper])


def _wall(writer, circle, height, *, outwards):
    """Add one whole cylinder with its seam; return (face, loop below, loop above). A hole's normal points inwards."""
    low, high = writer.ring(circle, 0.0), writer.ring(circle, float(height))
    foot = (circle.x + circle.radius, circle.y, 0.0)
    seam = writer.straight(foot, (*foot[:2], float(height)))
    surface = writer.add(f"CYLINDRICAL_SURFACE('',{writer.frame((circle.x, circle.y, 0.0))},{_number(circle.radius)})")
    if outwards:
        loop = writer.loop((low, True), (seam, True), (high, False), (seam, False))
    else:
        loop = writer.loop((low, False), (seam, True), (high, True), (seam, False))
    face = writer.face(surface, [loop], same=outwards)
    return face, writer.loop((low, not outwards)), writer.loop((high, outwards))


def _product(writer, name):
    """Add a product; return its definition and the definition's shape."""
    product = writer.add(f"PRODUCT({_text(name)},{_text(name)},'',({writer.product_context}))")
    writer.add(f"PRODUCT_RELATED_PRODUCT_CATEGORY('part',$,({product}))")
    formation = writer.add(f"PRODUCT_DEFINITION_FORMATION('','',{product})")
    definition = writer.add(f"PRODUCT_DEFINITION('design','',{formation},{writer.definition_context})")
    return definition, writer.add(f"PRODUCT_DEFINITION_SHAPE('','',{definition})")


def _part(writer, prism):
    """Add a part; return (definition, representation, frame, solid, colour)."""
    definition, shape = _product(writer, prism.name)
    solid, frame = _solid(writer, prism), writer.frame()
    body = writer.add(f"ADVANCED_BREP_SHAPE_REPRESENTATION({_text(prism.name)},({frame},{solid}),{writer.context})")
    writer.add(f"SHAPE_DEFINITION_REPRESENTATION({shape},{body})")
    return definition, body, frame, solid, prism.colour


def _styles(writer, parts):
    """Colour the solids."""
    styled = []
    for *_, solid, colour in parts:
        rgb = writer.add(f"COLOUR_RGB('',{','.join(map(_number, colour))})")
        fill = writer.add(f"FILL_AREA_STYLE_COLOUR('',{rgb})")
        area = writer.add(f"FILL_AREA_STYLE('',({fill}))")
        side = writer.add(f"SURFACE_SIDE_STYLE('',({writer.add(f'SURFACE_STYLE_FILL_AREA({area})')}))")
        usage = writer.add(f"SURFACE_STYLE_USAGE(.BOTH.,{side})")
        style = writer.add(f"PRESENTATION_STYLE_ASSIGNMENT(({usage}))")
        styled.append(writer.add(f"STYLED_ITEM('color',({style}),{solid})"))
    items = ",".join(styled)
    writer.add(f"MECHANICAL_DESIGN_GEOMETRIC_PRESENTATION_REPRESENTATION('',({items}),{writer.context})")


def _assembly(writer, assembly):
    parts = {part: _part(writer, part) for part in assembly.parts}
    whole, shape = _product(writer, assembly.name)
    frames = [writer.frame(entry.origin, entry.axis, entry.ref) for entry in assembly.placed]
    items = ",".join([writer.frame(), *frames])
    body = writer.add(f"SHAPE_REPRESENTATION({_text(assembly.name)},({items}),{writer.context})")
    writer.add(f"SHAPE_DEFINITION_REPRESENTATION({shape},{body})")
    for number, (entry, frame) in enumerate(zip(assembly.placed, frames, strict=True), 1):
        _occurrence(writer, (whole, body), parts[entry.part], (number, entry.part.name, frame))
    _styles(writer, parts.values())


def _occurrence(writer, whole, part, place):
    """Place one part in the whole: `place` is (number, name, frame)."""
    definition, body, origin, *_ = part
    number, name, frame = place
    words = f"'{number}',{_text(name)},''"
    usage = writer.add(f"NEXT_ASSEMBLY_USAGE_OCCURRENCE({words},{whole[0]},{definition},$)")
    shape = writer.add(f"PRODUCT_DEFINITION_SHAPE('Placement','',{usage})")
    move = writer.add(f"ITEM_DEFINED_TRANSFORMATION('','',{origin},{frame})")
    relation = writer.add(
        f"(REPRESENTATION_RELATIONSHIP('','',{body},{whole[1]})"
        f"REPRESENTATION_RELATIONSHIP_WITH_TRANSFORMATION({move})SHAPE_REPRESENTATION_RELATIONSHIP())"
    )
    writer.add(f"CONTEXT_DEPENDENT_SHAPE_REPRESENTATION({relation},{shape})")
