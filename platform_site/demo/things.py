"""What the people of the demo world have made: items with their files, as one table."""

from dataclasses import dataclass, field

from platform_site.demo.cast import CABIN, FIXTURES, FLEET, SHOP, STANDARD, TENSIONER, TOOLING, TRAYS, TRIALS
from platform_site.demo.geometry import catalogue as parts
from platform_site.demo.geometry.drawing import dxf, pdf, svg
from platform_site.demo.geometry.step import step
from platform_site.demo.geometry.stl import stl


@dataclass(frozen=True, slots=True)
class Thing:
    """An item; `steps` are the maturities it went through, `files` are (person, name, comment, bytes), oldest first."""

    space: str
    person: str
    kind: str
    title: str
    day: float
    description: str = ""
    properties: dict = field(default_factory=dict)
    files: tuple = ()
    steps: tuple[str, ...] = ()
    private: bool = False
    locked_by: str = ""
    revised: tuple = ()  # files of the next revision, made after the steps
    tags: str = ""
    edited: dict = field(default_factory=dict)  # properties changed at the end
    deleted: bool = False


def _parts_list():
    counts = {}
    for entry in parts.tensioner().placed:
        counts[entry.part] = counts.get(entry.part, 0) + 1
    rows = [f"{part.name},{count},{part.volume * 2.7e-6 * count:.3f}" for part, count in counts.items()]
    return "\n".join(["part,quantity,mass in kg as aluminium", *rows, ""]).encode()


def _sheet(part, *lines):
    return pdf(part, [part.name, *lines])


def _versions(name, *made):
    """Return files of one name: `made` are (person, comment, bytes)."""
    return tuple((person, name, comment, data) for person, comment, data in made)


BASE, SIDE, AXLE, JAW = parts.base_plate(), parts.side_plate(), parts.axle(), parts.clamp_jaw()

THINGS = (
    Thing(
        TENSIONER,
        "tomas",
        "requirement",
        "Tensioner requirements",
        88,
        "What the pump drive asks of its tensioner.",
        {"Priority": "must", "Verified by": "test"},
        files=(("tomas", "requirements.txt", "Agreed", b"Belt width 50 mm\nForce 420 N +/- 5 %\n"),),
        steps=("frozen", "released"),
    ),
    Thing(
        TENSIONER,
        "priya",
        "part-3d",
        "Base plate",
        86,
        "Carries both sides; bolted to the frame.",
        {"Material": "EN AW-6082 T6", "Mass": "0.458 kg", "Finish": "anodised", "Tolerance": "ISO 2768-mK"},
        files=(
            ("priya", "base-plate.step", "First issue", step(BASE)),
            ("priya", "base-plate.stl", "Mesh for the print", stl(BASE)),
        ),
        steps=("frozen", "released"),
        revised=(("priya", "base-plate.step", "Bolt holes 11 mm", step(parts.base_plate(11.0))),),
        tags="milled, frame",
        edited={"Mass": "0.452 kg"},
    ),
    Thing(
        TENSIONER,
        "tomas",
        "part-3d",
        "Side plate",
        84,
        "Left and right are the same part.",
        {"Material": "EN AW-6082 T6", "Tolerance": "ISO 2768-mK"},
        tags="milled, long lead time",
        files=_versions(
            "side-plate.step",
            ("tomas", "First issue", step(parts.side_plate(18.0))),
            ("tomas", "Bore 20 mm for the stronger axle", step(SIDE)),
            ("mara", "Seat 20 H7, as it is machined", step(parts.side_plate(20.01))),
        ),
        locked_by="mara",
    ),
    Thing(
        TENSIONER,
        "priya",
        "drawing",
        "Side plate drawing",
        80,
        properties={"Sheet": "A4", "Sheets": "1", "Scale": "1:1"},
        files=(
            ("priya", "side-plate.dxf", "Outline for the cutter", dxf(SIDE)),
            ("priya", "side-plate.pdf", "Sheet A4", _sheet(SIDE, "EN AW-6082 T6", "ISO 2768-mK", "Scale to fit")),
        ),
        steps=("frozen",),
    ),
    Thing(
        TENSIONER,
        "tomas",
        "part-3d",
        "Axle",
        78,
        properties={"Material": "42CrMo4", "Finish": "ground"},
        tags="turned",
        files=(("tomas", "axle.step", "First issue", step(AXLE)), ("tomas", "axle.stl", "", stl(AXLE))),
        steps=("frozen", "released"),
    ),
    Thing(
        TENSIONER,
        "priya",
        "part-3d",
        "Roller, first study",
        77,
        "Kept for its test results; the roller replaces it.",
        files=(("priya", "roller-study.stl", "", stl(parts.roller(54.0))),),
        steps=("frozen", "released", "obsolete"),
    ),
    Thing(
        TENSIONER,
        "priya",
        "part-3d",
        "Roller",
        64,
        "Outside diameter 60 mm.",
        {"Material": "PA 6", "Mass": "0.117 kg"},
        files=(("priya", "roller.step", "First issue", step(parts.roller())),),
        steps=("frozen",),
    ),
    Thing(
        TENSIONER,
        "tomas",
        "physical-product",
        "Belt tensioner",
        62,
        "The whole assembly: base, two sides, axle, roller and washers.",
        {"Mass": "1.28 kg", "Size": "160 x 90 x 107 mm"},
        files=(
            *_versions(
                "belt-tensioner.step",
                ("tomas", "First issue", step(parts.tensioner(bore=18.0))),
                ("tomas", "Axle 20 mm", step(parts.tensioner())),
                ("tomas", "Bolt holes 11 mm, as the base plate", step(parts.tensioner(11.0))),
            ),
            ("tomas", "parts-list.csv", "", _parts_list()),
        ),
    ),
    Thing(TENSIONER, "tomas", "physical-product", "Roller set", 60, "Axle, roller and washers, as they are put in."),
    Thing(
        TENSIONER,
        "hannah",
        "review",
        "Design review of the side plate",
        12,
        "Bore, wall and access for the tool.",
        {"Verdict": "accepted with changes"},
    ),
    Thing(TENSIONER, "hannah", "markup", "Markup on the base plate", 9, "Countersink needed on the lower face."),
    Thing(
        TENSIONER,
        "priya",
        "part-3d",
        "Roller with flanges",
        40,
        "Not pursued: the belt runs true without flanges.",
        {"Material": "PA 6"},
        files=(("priya", "roller-flanged.stl", "", stl(parts.roller(56.0))),),
        tags="turned",
        deleted=True,
    ),
    Thing(TENSIONER, "tomas", "project-template", "Folder plan of a drive project", 44, steps=("frozen", "released")),
    Thing(TENSIONER, "tomas", "resource-set", "Approval stamps", 43),
    Thing(TENSIONER, "priya", "favourites", "My tensioner list", 30),
    Thing(
        TENSIONER,
        "mara",
        "part-3d",
        "Side plate fixture",
        21,
        "Holds two plates for the bore.",
        files=(("mara", "fixture-jaw.step", "Jaw", step(JAW)), ("mara", "fixture-jaw.stl", "", stl(JAW))),
    ),
    Thing(
        TENSIONER,
        "mara",
        "document",
        "Machining plan, side plate",
        6,
        files=(("mara", "plan.txt", "Draft", b"1 Saw\n2 Face\n3 Bore 20 H7\n4 Deburr\n"),),
        private=True,
    ),
    Thing(
        TENSIONER,
        "ilse",
        "issue",
        "Jaw marks on the plate edge",
        4,
        "Soft jaws would avoid them.",
        {"Severity": "minor", "Stops work": "no"},
    ),
    Thing(
        TRAYS,
        "priya",
        "part-3d",
        "Tray bottom",
        70,
        files=(("priya", "tray-bottom.step", "First issue", step(parts.base_plate(6.0, 220.0))),),
        steps=("frozen",),
    ),
    Thing(
        TRAYS,
        "priya",
        "drawing",
        "Tray bottom drawing",
        60,
        files=(("priya", "tray-bottom.svg", "", svg(parts.base_plate(6.0, 220.0))),),
    ),
    Thing(TRAYS, "sam", "library", "Connector library", 50),
    Thing(TRAYS, "sam", "material-domain", "Materials allowed in bay 4", 49, steps=("frozen", "released")),
    Thing(
        STANDARD,
        "hannah",
        "standard-part",
        "Washer 20",
        82,
        properties={"Norm": "ISO 7089"},
        files=(("hannah", "washer-20.step", "", step(parts.washer())),),
        steps=("frozen", "released"),
    ),
    Thing(
        STANDARD,
        "hannah",
        "standard-part",
        "Flange gasket, six holes",
        81,
        files=(
            ("hannah", "gasket.step", "", step(parts.gasket())),
            ("hannah", "gasket.dxf", "For the knife plotter", dxf(parts.gasket())),
        ),
        steps=("frozen", "released"),
    ),
    Thing(STANDARD, "hannah", "library", "Fasteners", 79, "Preferred screws, nuts and washers."),
    Thing(
        TRIALS,
        "tomas",
        "part-3d",
        "Test plate, hole pattern",
        45,
        files=(("tomas", "test-plate.step", "", step(parts.base_plate(5.0, 100.0))),),
    ),
    Thing(TRIALS, "otto", "simulation", "Clamping force estimate", 8, "By hand, before the trial."),
    Thing(
        TRIALS,
        "ilse",
        "part-3d",
        "Trial jaw, soft",
        16,
        files=(("ilse", "trial-jaw.stl", "", stl(JAW)),),
        steps=("frozen",),
    ),
    Thing(
        TOOLING,
        "ilse",
        "part-3d",
        "Clamp jaw",
        35,
        files=(("ilse", "clamp-jaw.step", "First issue", step(JAW)),),
        steps=("frozen", "released"),
    ),
    Thing(TOOLING, "hannah", "document", "Fixture numbering", 34, steps=("frozen", "released")),
    Thing(
        CABIN,
        "sam",
        "requirement",
        "Seat rail loads",
        33,
        files=(("sam", "loads.csv", "", b"case,load in kN\nforward,9.0\nup,3.0\n"),),
    ),
    Thing(
        SHOP,
        "marcus",
        "document",
        "Tool list",
        60,
        files=(("marcus", "tools.csv", "", b"tool,diameter in mm\nT1,20\nT2,9\n"),),
    ),
    Thing(FIXTURES, "otto", "library", "Shelf plan", 60),
    Thing(FLEET, "devi", "document", "Service letter 24-11", 25, steps=("frozen", "released")),
)
