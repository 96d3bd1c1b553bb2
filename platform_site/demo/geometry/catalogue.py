"""The parts that the people of the demo work on: a belt tensioner and its surroundings. Millimetres."""

from platform_site.demo.geometry.shapes import Assembly, Circle, Placed, Prism

STEEL, ALLOY, BRASS, POLYMER = (0.55, 0.58, 0.62), (0.78, 0.80, 0.83), (0.80, 0.66, 0.35), (0.23, 0.29, 0.36)


def base_plate(bolt=9.0, length=160.0):
    """Plate with four bolt holes; `bolt` is their diameter."""
    corners = ((0.0, 0.0), (length, 0.0), (length, 90.0), (0.0, 90.0))
    holes = tuple(Circle(x, y, bolt / 2) for x in (15.0, length - 15.0) for y in (15.0, 75.0))
    return Prism("Base plate", corners, 12.0, holes, ALLOY)


def side_plate(bore=20.0):
    """Upright plate with the bore of the axle and two fixing holes."""
    corners = ((0.0, 0.0), (90.0, 0.0), (90.0, 30.0), (65.0, 95.0), (25.0, 95.0), (0.0, 30.0))
    holes = (Circle(45.0, 70.0, bore / 2), Circle(18.0, 15.0, 4.25), Circle(72.0, 15.0, 4.25))
    return Prism("Side plate", corners, 10.0, holes, ALLOY)


def axle(diameter=20.0):
    """Axle of the roller."""
    return Prism("Axle", Circle(0.0, 0.0, diameter / 2), 96.0, (), STEEL)


def roller(diameter=60.0, bore=20.0):
    """Roller that the belt runs over."""
    return Prism("Roller", Circle(0.0, 0.0, diameter / 2), 56.0, (Circle(0.0, 0.0, bore / 2),), POLYMER)


def washer():
    """Washer between roller and side plate."""
    return Prism("Washer 20", Circle(0.0, 0.0, 18.5), 3.0, (Circle(0.0, 0.0, 10.25),), BRASS)


def gasket(bolt=9.0):
    """Flange gasket with a bolt circle of six."""
    ring = ((0.0, 32.0), (27.7, 16.0), (27.7, -16.0), (0.0, -32.0), (-27.7, -16.0), (-27.7, 16.0))
    holes = tuple(Circle(x, y, bolt / 2) for x, y in ring)
    return Prism("Flange gasket", Circle(0.0, 0.0, 42.0), 2.0, (Circle(0.0, 0.0, 18.0), *holes), POLYMER)


def clamp_jaw():
    """Jaw of the machining fixture."""
    corners = (
        (0.0, 0.0),
        (70.0, 0.0),
        (70.0, 18.0),
        (42.0, 18.0),
        (42.0, 40.0),
        (28.0, 40.0),
        (28.0, 18.0),
        (0.0, 18.0),
    )
    return Prism("Clamp jaw", corners, 30.0, (Circle(11.0, 9.0, 4.5), Circle(59.0, 9.0, 4.5)), STEEL)


def tensioner(bolt=9.0, bore=20.0):
    """The whole tensioner: base, two sides, axle, roller and two washers."""
    side, ring = side_plate(bore), washer()
    upright = {"axis": (1.0, 0.0, 0.0), "ref": (0.0, 1.0, 0.0)}
    return Assembly(
        "Belt tensioner",
        (
            Placed(base_plate(bolt), (0.0, 0.0, 0.0)),
            Placed(side, (35.0, 0.0, 12.0), **upright),
            Placed(side, (115.0, 0.0, 12.0), **upright),
            Placed(axle(bore), (32.0, 45.0, 82.0), **upright),
            Placed(roller(bore=bore), (52.0, 45.0, 82.0), **upright),
            Placed(ring, (47.0, 45.0, 82.0), **upright),
            Placed(ring, (110.0, 45.0, 82.0), **upright),
        ),
    )
