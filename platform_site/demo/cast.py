"""Who and what the demo world is made of: companies, people, spaces and items, as tables."""

from dataclasses import dataclass, field

from platform_site.demo.geometry import catalogue as parts
from platform_site.demo.geometry.drawing import dxf, pdf, svg
from platform_site.demo.geometry.step import step
from platform_site.demo.geometry.stl import stl


@dataclass(frozen=True, slots=True)
class Company:
    """A platform and the company it belongs to; `people` are (key, name, right, unit)."""

    slug: str
    name: str
    mark: str
    accent: str
    zone: str
    units: tuple[tuple[str, str, str], ...]  # (name, kind, parent or "")
    people: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Vault:
    """A collaborative space; `held` are (person, responsibility, restricted, organization or "")."""

    platform: str
    title: str
    description: str
    visibility: str
    creator: str
    day: int
    held: tuple[tuple[str, str, bool, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody of another platform who was invited to the host; `opened` are (space, responsibility, restricted)."""

    person: str
    day: float
    opened: tuple[tuple[str, str, bool], ...]
    message: str = ""
    accepts: bool = True


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


COMPANIES = (
    Company(
        "corvane",
        "Corvane Aerospace",
        "CA",
        "petrol",
        "Europe/Berlin",
        (
            ("Structures", "unit", ""),
            ("Stress office", "department", "Structures"),
            ("Avionics", "unit", ""),
            ("Workshop", "department", "Structures"),
        ),
        (
            ("elena", "Elena Castellano", "administrator", ""),
            ("tomas", "Tomas Riedl", "member", "Structures"),
            ("priya", "Priya Nair", "member", "Stress office"),
            ("hannah", "Hannah Voss", "member", "Workshop"),
            ("sam", "Sam Okafor", "member", "Avionics"),
            ("jun", "Jun Sato", "member", "Avionics"),
        ),
    ),
    Company(
        "tolmec",
        "Tolmec Machining",
        "TM",
        "copper",
        "Europe/Stockholm",
        (("Milling", "unit", ""),),
        (
            ("marcus", "Marcus Oyelaran", "administrator", ""),
            ("mara", "Mara Lindqvist", "member", "Milling"),
            ("nils", "Nils Berg", "member", "Milling"),
        ),
    ),
    Company(
        "brandt",
        "Brandt Tooling",
        "BT",
        "plum",
        "Europe/Vienna",
        (),
        (
            ("otto", "Otto Brandt", "administrator", ""),
            ("ilse", "Ilse Kuhn", "member", ""),
        ),
    ),
    Company(
        "oriel",
        "Oriel Airlines",
        "OA",
        "cobalt",
        "Europe/Lisbon",
        (("Fleet engineering", "unit", ""),),
        (
            ("ines", "Ines Duarte", "administrator", ""),
            ("devi", "Devi Raman", "member", "Fleet engineering"),
        ),
    ),
)

TENSIONER, TRAYS, STANDARD = "Belt tensioner BT-2", "Avionics bay trays", "Standard parts"
TRIALS, TOOLING, CABIN = "Machining trials", "Tooling and fixtures", "Cabin retrofit for Oriel"
SHOP, FIXTURES, FLEET = "Shop floor", "Fixture store", "Fleet documents"

VAULTS = (
    Vault(
        "corvane",
        TENSIONER,
        "Design and release of the belt tensioner for the pump drive",
        "protected",
        "tomas",
        90,
        (
            ("priya", "author", False, ""),
            ("hannah", "contributor", False, ""),
            ("jun", "reader", False, ""),
            ("sam", "leader", True, "Avionics"),
        ),
    ),
    Vault("corvane", TRAYS, "Trays and mounts of bay 4", "private", "sam", 92, (("priya", "author", False, ""),)),
    Vault(
        "corvane",
        STANDARD,
        "Washers, gaskets and other bought parts, for everyone",
        "public",
        "hannah",
        85,
        (("jun", "public_reader", False, ""), ("elena", "owner", False, "")),
    ),
    Vault(
        "corvane",
        TRIALS,
        "Holes, feeds and surface tests together with the shops",
        "protected",
        "priya",
        60,
        (("tomas", "author", False, ""), ("hannah", "leader", False, "")),
    ),
    Vault(
        "corvane", TOOLING, "Clamps and fixtures, by shop", "private", "tomas", 55, (("hannah", "author", False, ""),)
    ),
    Vault("corvane", CABIN, "Floor brackets and seat rails", "protected", "sam", 40, (("priya", "reader", False, ""),)),
    Vault("tolmec", SHOP, "Programs and plans of the milling shop", "private", "marcus", 70),
    Vault("brandt", FIXTURES, "What stands on which shelf", "protected", "otto", 70),
    Vault("oriel", FLEET, "Service letters", "public", "ines", 70, (("devi", "author", False, ""),)),
)

GUESTS = (
    Guest(
        "mara",
        52,
        ((TENSIONER, "author", False), (TRIALS, "owner", True), (TOOLING, "reader", True)),
        "The side plates are yours to machine. Everything you need is in the tensioner's space.",
    ),
    Guest("ilse", 50, ((TENSIONER, "contributor", True), (TOOLING, "author", True), (TRIALS, "author", True))),
    Guest("devi", 38, ((CABIN, "reader", True), (STANDARD, "public_reader", False))),
    Guest("otto", 20, ((TRIALS, "contributor", True),)),
    Guest(
        "nils",
        0.1,
        ((TENSIONER, "author", False),),
        "Mara tells us you take over the second fixture. Start with the side plate, please.",
        accepts=False,
    ),
)
RESTRICTED_AT_HOME = {"otto"}  # their own platform does not let these licences travel


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
        {"Material": "EN AW-6082 T6", "Mass": "0.458 kg"},
        files=(
            ("priya", "base-plate.step", "First issue", step(BASE)),
            ("priya", "base-plate.stl", "Mesh for the print", stl(BASE)),
        ),
        steps=("frozen", "released"),
        revised=(("priya", "base-plate.step", "Bolt holes 11 mm", step(parts.base_plate(11.0))),),
    ),
    Thing(
        TENSIONER,
        "tomas",
        "part-3d",
        "Side plate",
        84,
        "Left and right are the same part.",
        {"Material": "EN AW-6082 T6", "Tolerance": "ISO 2768-mK"},
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
        properties={"Material": "42CrMo4", "Surface": "ground"},
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
        properties={"Material": "PA 6", "Diameter": "60 mm"},
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
    Thing(TENSIONER, "hannah", "review", "Design review of the side plate", 12, "Bore, wall and access for the tool."),
    Thing(TENSIONER, "hannah", "markup", "Markup on the base plate", 9, "Countersink needed on the lower face."),
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
    Thing(TENSIONER, "ilse", "issue", "Jaw marks on the plate edge", 4, "Soft jaws would avoid them."),
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
