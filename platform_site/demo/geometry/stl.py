"""Binary STL of a prism: circles in facets, caps cut into triangles by ear clipping."""

import math
import struct

from platform_site.demo.geometry.shapes import Circle

SEGMENTS = 48  # sides of a circle


def stl(prism):
    """Return the bytes of a closed, outward-facing binary STL."""
    triangles = facets(prism)
    head = f"Gangway {prism.name}".encode("ascii", "replace")[:80].ljust(80, b" ")
    body = b"".join(struct.pack("<12fH", *_normal(*t), *t[0], *t[1], *t[2], 0) for t in triangles)
    return head + struct.pack("<I", len(triangles)) + body


def facets(prism):
    """Return the triangles of a prism, three points each, anticlockwise seen from outside."""
    outer = _polygon(prism.outline)
    holes = [_polygon(hole)[::-1] for hole in prism.holes]  # clockwise: material stays on the left
    flat = _ears(_bridged(outer, holes))
    found = []
    for a, b, c in flat:
        found.append(((*c, 0.0), (*b, 0.0), (*a, 0.0)))
        found.append(((*a, prism.height), (*b, prism.height), (*c, prism.height)))
    for ring in (outer, *holes):
        for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
            found.append(((*a, 0.0), (*b, 0.0), (*b, prism.height)))
            found.append(((*a, 0.0), (*b, prism.height), (*a, prism.height)))
    return found


def _polygon(shape):
    if not isinstance(shape, Circle):
        return [(float(x), float(y)) for x, y in shape]
    angles = [2 * math.pi * number / SEGMENTS for number in range(SEGMENTS)]
    return [(shape.x + shape.radius * math.cos(a), shape.y + shape.radius * math.sin(a)) for a in angles]


def _bridged(outer, holes):
    """Join every hole to the outline by a cut, so that one polygon is left. The rightmost hole goes first."""
    ring = list(outer)
    for hole in sorted(holes, key=max, reverse=True):
        start = hole.index(max(hole))
        near = min(
            (index for index in range(len(ring)) if _clear(hole[start], ring[index], ring, holes)),
            key=lambda index: math.dist(hole[start], ring[index]),
        )
        cut = hole[start:] + hole[: start + 1]
        ring = ring[: near + 1] + cut + ring[near:]
    return ring


def _clear(a, b, ring, holes):
    """Tell whether the cut from a to b crosses no edge."""
    rings = [ring, *holes]
    edges = [(p, q) for found in rings for p, q in zip(found, found[1:] + found[:1], strict=True)]
    return b[0] > a[0] - 1e-9 and not any(_cross(a, b, p, q) for p, q in edges if not {p, q} & {a, b})


def _cross(a, b, p, q):
    return _turn(a, b, p) * _turn(a, b, q) <= 0 and _turn(p, q, a) * _turn(p, q, b) <= 0


def _turn(a, b, c):
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _ears(ring):
    """Cut a polygon, anticlockwise, into triangles."""
    left, found = list(ring), []
    while len(left) > 3:
        count = len(left)
        index = next(i for i in range(count) if _is_ear(left[i - 1], left[i], left[(i + 1) % count], left))
        found.append((left[index - 1], left[index], left[(index + 1) % count]))
        del left[index]
    return [*found, tuple(left)]


def _is_ear(a, b, c, ring):
    if _turn(a, b, c) <= 1e-9:
        return False
    others = (point for point in ring if point not in (a, b, c))
    return not any(min(_turn(a, b, p), _turn(b, c, p), _turn(c, a, p)) >= -1e-9 for p in others)


def _normal(a, b, c):
    u, v = [[q - p for p, q in zip(a, point, strict=True)] for point in (b, c)]
    cross = (u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0])
    length = math.hypot(*cross) or 1.0
    return tuple(part / length for part in cross)
