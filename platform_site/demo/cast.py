"""Who the demo world is made of: companies, people, spaces and guests, as tables."""

from dataclasses import dataclass


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
class Team:
    """A user group of the host; `held` are (space, responsibility, restricted)."""

    name: str
    description: str
    day: int
    people: tuple[str, ...]
    held: tuple[tuple[str, str, bool], ...]


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
            ("klara", "Klara Nyman", "member", "Milling"),
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
            ("karl", "Karl Weiss", "member", ""),
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
    Guest("karl", 45, ((TOOLING, "contributor", True),)),
    Guest("devi", 38, ((CABIN, "reader", True), (STANDARD, "public_reader", False))),
    Guest("otto", 20, ((TRIALS, "contributor", True),)),
    Guest(
        "nils",
        0.1,
        ((TENSIONER, "author", False),),
        "Mara tells us you take over the second fixture. Start with the side plate, please.",
        accepts=False,
    ),
    Guest("klara", 0.05, ((TRIALS, "contributor", True),), accepts=False),  # her own platform is asked first
)
# A Member who invites somebody into a space they own: who, space, address, a company that is new here, message.
OWN_GUEST = (
    "tomas",
    TENSIONER,
    "rosa.weber@halm.example",
    "Halm Coatings",
    "Please look at the coating of the rollers before we release them.",
)
# Somebody who reads a space from outside and asks to be let in: who, space, message.
ASKING = ("sam", STANDARD, "Two washers of the seat rails are not in your list; may I add them?")
TEAMS = (
    Team(
        "Review circle",
        "Looks at trays and brackets before they are released",
        34,
        ("hannah", "jun"),
        ((TRAYS, "contributor", False), (CABIN, "reader", False)),
    ),
    Team("Bay 4 visitors", "Reads along while the bay is fitted", 21, ("jun", "priya"), ((TOOLING, "reader", True),)),
)
BAY_VISITORS = TEAMS[1].name
# What people share: (days ago, who, space, title, with whom: a person or a team, level, days it lasts or None).
SHARES = (
    (15, "tomas", TENSIONER, "Base plate", "sam", "share_edit", 60),
    (11, "priya", TRAYS, "Tray bottom", BAY_VISITORS, "share_read", None),
    (8, "sam", CABIN, "Seat rail loads", "mara", "share_read", 40),
    (0.04, "mara", TENSIONER, "Side plate fixture", "klara", "share_read", None),
)
RESTRICTED_AT_HOME = {"otto"}  # their own platform does not let these licences travel
AWAY = (("karl", 12, "On leave until spring"),)  # whose access on the host was removed, what they held noted
LEVELS = (
    ("priya", TENSIONER, "everything"),
    ("tomas", TENSIONER, "everything"),
    ("tomas", TRIALS, "everything"),
    ("mara", TENSIONER, "everything"),
    ("hannah", STANDARD, "nothing"),
)

# A file that an Administrator of the host has dropped and not yet confirmed: (address, agreement, company).
IMPORTED = (
    ("freya.holm@tolmec.example", "contractor", "Tolmec Machining"),
    ("runa.falk@tolmec.example", "contractor", "Tolmec Machinery"),
    ("n.osei@tolrnec.example", "contractor", "Tolmec Machining"),
    ("ilse.kuhn@brandt.example", "contractor", "Brandt Tooling"),
    ("lena.adler@corvane.example", "employee", ""),
    ("workshop@@corvane", "employee", ""),
)
