"""The solids of the demo: straight prisms with round holes, alone or placed in an assembly. Millimetres."""

import math
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle in the plane of an outline."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Prism:
    """A solid of one outline (corners anticlockwise, or a Circle) with through holes, from z = 0 to `height`."""

    name: str
    outline: tuple[tuple[float, float], ...] | Circle
    height: float
    holes: tuple[Circle, ...] = ()
    colour: tuple[float, float, float] = (0.62, 0.66, 0.70)

    @property
    def volume(self):
        """Volume in cubic millimetres."""
        outer = _area(self.outline)
        return (outer - sum(_area(hole) for hole in self.holes)) * self.height

    @property
    def box(self):
        """Corners of the outline's bounding box: (x0, y0, x1, y1)."""
        if isinstance(self.outline, Circle):
            x, y, r = self.outline.x, self.outline.y, self.outline.radius
            return x - r, y - r, x + r, y + r
        xs, ys = zip(*self.outline, strict=True)
        return min(xs), min(ys), max(xs), max(ys)


def _area(shape):
    if isinstance(shape, Circle):
        return math.pi * shape.radius**2
    pairs = zip(shape, shape[1:] + shape[:1], strict=True)
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs) / 2


@dataclass(frozen=True, slots=True)
class Placed:
    """A prism in an assembly: its origin, and where its z and x axes point (unit vectors at right angles)."""

    part: Prism
    origin: tuple[float, float, float]
    axis: tuple[float, float, float] = (0.0, 0.0, 1.0)
    ref: tuple[float, float, float] = (1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Assembly:
    """Placed prisms under one name; the same prism may be placed often."""

    name: str
    placed: tuple[Placed, ...] = field(default=())

    @property
    def parts(self):
        """Each prism once, in order of first use."""
        return tuple(dict.fromkeys(entry.part for entry in self.placed))
