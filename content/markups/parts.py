"""Which parts a model has and where they stand: read from the head of the GLB that the converter made of it."""

import json
import struct
from dataclasses import dataclass
from itertools import product
from math import dist

from content.blobs import shown

MOST = 16 * 1024**2  # bytes of a head; a larger one is not compared
CLOSE = 1e-3  # of the diagonal of a part: what differs by less has not changed
AS_IT_IS = ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0))


@dataclass(frozen=True, slots=True)
class Part:
    """The box around a part in the coordinates of the model, and of how many points it is made."""

    low: tuple
    high: tuple
    points: int

    @property
    def middle(self):
        """Return the middle of the box."""
        return tuple((least + most) / 2 for least, most in zip(self.low, self.high, strict=True))

    @property
    def size(self):
        """Return its lengths."""
        return tuple(most - least for least, most in zip(self.low, self.high, strict=True))

    def same_shape(self, other):
        """Tell whether another part has the same lengths and is made alike."""
        return self.points == other.points and self._near(self.size, other.size)

    def same_place(self, other):
        """Tell whether another part stands where this one does."""
        return self._near(self.middle, other.middle)

    def _near(self, one, other):
        return dist(one, other) <= CLOSE * max(dist(self.low, self.high), 1e-9)


def read(key):
    """Return {path: Part} of a stored GLB, or None when it is too large or none.

    A path is made of the names from the root down; the second of a name among its siblings ends with #2.
    """
    with shown().open(key) as source:
        start = source.read(20)
        length = struct.unpack("<I", start[12:16])[0] if start[:4] == b"glTF" and len(start) == 20 else MOST + 1
        if length > MOST:
            return None
        return _parts(json.loads(source.read(length)))


def _parts(document):
    nodes, found = document.get("nodes", []), {}
    scenes = document.get("scenes", [])
    roots = scenes[document.get("scene", 0)].get("nodes", []) if scenes else []
    waiting = [(roots, "", AS_IT_IS)]
    while waiting:
        indices, above, placed = waiting.pop()
        seen = {}
        for index in indices:
            node = nodes[index]
            word = (node.get("name") or "part").replace("/", "_")
            seen[word] = seen.get(word, 0) + 1
            path = f"{above}{word}" + (f"#{seen[word]}" if seen[word] > 1 else "")
            here = _after(placed, _own(node))
            if "mesh" in node:
                found[path] = _boxed(document, node["mesh"], here)
            waiting.append((node.get("children", []), f"{path}/", here))
    return {path: part for path, part in found.items() if part}


def _own(node):
    """Return where a node stands below its parent, as three rows of a matrix."""
    if "matrix" in node:
        return tuple(tuple(node["matrix"][row + 4 * column] for column in range(4)) for row in range(3))
    (x, y, z, w), scale = node.get("rotation", (0, 0, 0, 1)), node.get("scale", (1, 1, 1))
    turned = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)),
        (2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)),
        (2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)),
    )
    moved = node.get("translation", (0, 0, 0))
    return tuple(
        (*(turn * by for turn, by in zip(row, scale, strict=True)), by) for row, by in zip(turned, moved, strict=True)
    )


def _after(outer, inner):
    """Return the placing that first does the inner, then the outer one."""
    columns = [*zip(*inner, strict=True)]
    return tuple(
        tuple(
            sum(by * one for by, one in zip(row, column, strict=False)) + (row[3] if at == 3 else 0)
            for at, column in enumerate(columns)
        )
        for row in outer
    )


def _boxed(document, mesh, placed):
    """Return the Part of a mesh that is placed so, by the limits that each of its lists of points names."""
    accessors = document.get("accessors", [])
    lists = [part["attributes"]["POSITION"] for part in document["meshes"][mesh]["primitives"]]
    known = [accessors[one] for one in lists if "min" in accessors[one]]
    if not known:
        return None
    corners = [corner for one in known for corner in product(*zip(one["min"], one["max"], strict=True))]
    stood = [[sum(by * at for by, at in zip(row, (*corner, 1), strict=True)) for row in placed] for corner in corners]
    axes = [*zip(*stood, strict=True)]
    return Part(tuple(map(min, axes)), tuple(map(max, axes)), sum(one["count"] for one in known))
