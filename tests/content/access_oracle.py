"""The tables of docs/access.md typed in again by hand: an answer that shares no code with the engine."""

from dataclasses import dataclass
from functools import cached_property

OPEN = {
    "public": {"in_work", "frozen", "released", "obsolete"},
    "protected": {"released", "obsolete"},
    "private": set(),
}
RUNG = {"reader": 1, "contributor": 2, "author": 3, "leader": 4}
CATEGORY_RUNG = {"personal": 1, "evaluation": 2, "definition": 3, "resource": 4}

# act -> state -> who may, in the words of the contract
MODIFY = {
    "private": "content owner with level",
    "in_work": "level",
    "frozen": "leader if option",
    "none": "personal owner",
}
DELETE = {
    "private": "content owner",
    "in_work": "content owner with level | leader | Owner",
    "frozen": "Owner",
    "none": "personal owner",
}
EVERY_STATE = ("private", "in_work", "frozen", "released", "obsolete")
MOVERS = "content owner with level | leader | Owner"
TABLE = {
    "modify": MODIFY,
    "lock": MODIFY,
    "repair": dict.fromkeys(EVERY_STATE, "Owner now"),
    "repair_files": {"private": "Owner now", "in_work": "Owner now", "frozen": "Owner now"},
    "delete": DELETE,
    "restore": DELETE,
    "clear": {"none": "Owner"},
    "revise": {"frozen": "author", "released": "author", "obsolete": "author"},
    "move": dict.fromkeys(EVERY_STATE, MOVERS) | {"none": "personal owner"},
    "change_owner": dict.fromkeys(EVERY_STATE, MOVERS),
    "share": dict.fromkeys(EVERY_STATE, "content owner with level | leader of organization | Owner"),
    "see_readers": dict.fromkeys(EVERY_STATE, MOVERS) | {"none": "personal owner with level | Owner"},
    "break_lock": dict.fromkeys(EVERY_STATE, "Owner if locked"),
    "unlock": dict.fromkeys((*EVERY_STATE, "none"), "holder"),
    "raise_change": dict.fromkeys(EVERY_STATE, "contributor here"),
    "decide_change": dict.fromkeys(EVERY_STATE, "leader here | Owner"),
    "to_private": {"in_work": "content owner with level"},
    "to_in_work": {"private": "content owner with level", "frozen": "content owner with level | leader"},
    "to_frozen": {"in_work": "content owner with level | leader"},
    "to_released": {"frozen": "leader", "in_work": "leader unless freeze first"},
    "to_obsolete": {"released": "leader"},
}
TRASH_ACTS = ("read_trash", "restore")  # the only ones in the trash, and only there
CHANGE_ACTS = {"raise_change", "decide_change"}
PROMOTING = ("to_", "exception_to_")
UNLOCKED_ACTS = CHANGE_ACTS | {
    "revise",
    "share",
    "see_readers",
    "break_lock",
    "unlock",
    "read",
    "list",
    "comment",
    "markup",
}
CAPABILITY_ACTS = {"modify", "lock", "revise"}
CAPABILITY = {"definition": "design", "resource": "design", "evaluation": "evaluate"}


@dataclass(frozen=True)
class Credential:
    """A credential as the contract speaks of it; `space` and `organization` by name."""

    responsibility: str
    restricted: bool
    space: str
    organization: str
    current: bool


@dataclass(frozen=True)
class Person:
    """Everything about a person that the contract asks."""

    right: str
    credentials: tuple[Credential, ...]
    employed_by_host: bool = True
    current_only: bool = False
    externals_open: bool = False
    open_readers: str = "every"
    leader_edits_frozen: bool = True
    freeze_first: bool = False
    capabilities: frozenset = frozenset({"enter", "content", "design", "evaluate", "change"})
    share: str = ""  # "read", "edit" or "manage", on everything that can be shared; "" for none


@dataclass(frozen=True)
class Thing:
    """Everything about an item that the contract asks; `above` are organizations above or equal to its own."""

    space: str
    visibility: str
    maturity: str
    category: str
    organization: str
    mine: bool
    lock: str  # "", "me", "other"
    superseded: bool = False
    platform_wide: bool = False
    trashed: bool = False
    changing: bool = False  # under a change, of a type that changes alone promote


PARENT = {"host": None, "unit": "host", "supplier": None}


def at_or_below(organization, owning):
    """Tell whether `organization` is `owning` or stands below it."""
    while organization is not None:
        if organization == owning:
            return True
        organization = PARENT[organization]
    return False


class Answer:
    """The contract's answer for one person and one thing."""

    def __init__(self, person, thing):
        self.person, self.thing = person, thing
        counting = [c for c in person.credentials if c.current or not person.current_only]
        self.here = [c for c in counting if self.covers(c)]
        self.now = [c for c in person.credentials if c.current and self.covers(c)]
        self.live_here = [c for c in person.credentials if self.covers(c)]
        self.admin = person.right == "administrator"

    def covers(self, credential):
        """In the item's space, and if bound to an organization, of it."""
        bound = credential.restricted or credential.responsibility == "public_reader"
        return credential.space == self.thing.space and (
            not bound or credential.organization == self.thing.organization
        )

    @property
    def shared_state(self):
        return self.thing.maturity not in ("private", "none")

    @cached_property
    def reads(self):
        """Section 3."""
        if not {"enter", "content"} <= self.person.capabilities:
            return False
        return self.admin or bool(self.sections)

    @cached_property
    def sections(self):
        """The numbers of section 3 that hold, Administrators aside."""
        thing, found = self.thing, set()
        ladder = [c for c in self.here if c.responsibility in RUNG]
        if self.shared_state and any(not c.restricted for c in ladder):
            found.add(1)
        if self.shared_state and any(c.restricted for c in ladder):
            found.add(2)
        if any(c.responsibility == "public_reader" for c in self.here) and thing.visibility != "private":
            found |= {3} if self.shared_state else set()
        if any(c.responsibility == "owner" for c in self.here):
            found.add(4)
        if self.opens():
            found.add(5)
        if thing.mine and any(c.responsibility != "public_reader" for c in self.live_here):
            found.add(6)
        if self.shared_to("read", "edit", "manage"):
            found.add(7)
        return found

    def shared_to(self, *levels):
        """Number 7: personal items are not shared."""
        return self.person.share in levels and self.thing.category != "personal"

    def opens(self):
        """Number 5, and resources for the whole platform."""
        return any(self.opens_by(c) or self.opens_resource(c) for c in self.person.credentials)

    def opens_by(self, credential):
        person, thing = self.person, self.thing
        if thing.maturity not in OPEN[thing.visibility] or thing.category == "personal":
            return False
        if person.open_readers == "host" and not person.employed_by_host:
            return False
        bound = credential.restricted or credential.responsibility == "public_reader"
        bound = bound or (person.right == "external" and not person.externals_open)
        if bound:
            return credential.organization == thing.organization
        return person.open_readers != "below" or at_or_below(credential.organization, thing.organization)

    def opens_resource(self, credential):
        thing = self.thing
        if not (thing.platform_wide and thing.category == "administrative" and thing.maturity != "private"):
            return False
        if credential.responsibility == "public_reader":
            return False
        bound = credential.restricted or self.person.right == "external"
        return not bound or credential.organization == thing.organization

    def rung(self, wanted=0):
        """At `wanted` or above and never below the category's own rung; Owner for Administrative Resource."""
        category = self.thing.category
        if category == "administrative":
            return self.owner()
        needed = max(CATEGORY_RUNG[category], wanted)
        level = any(RUNG.get(c.responsibility, 0) >= needed for c in self.here)
        return level or (category == "personal" and any(c.responsibility == "owner" for c in self.here))

    def owner(self):
        return self.admin or any(c.responsibility == "owner" for c in self.here)

    def is_a(self, words):
        """Tell whether the person is one of the people that a cell names."""
        return any(getattr(self, "_" + part.replace(" ", "_").lower())() for part in words.split(" | "))

    def _content_owner(self):
        return self.thing.mine

    def _content_owner_with_level(self):
        return self.thing.mine and self.rung()

    def _level(self):
        return self.rung()

    def _leader(self):
        return self.rung(4)

    def _author(self):
        return self.rung(3)

    def _contributor_here(self):
        return any(RUNG.get(c.responsibility, 0) >= RUNG["contributor"] for c in self.here)

    def _leader_here(self):
        return any(c.responsibility == "leader" for c in self.here)

    def _leader_if_option(self):
        return self.person.leader_edits_frozen and self.rung(4)

    def _leader_unless_freeze_first(self):
        return not self.person.freeze_first and self.rung(4)

    def _leader_of_organization(self):
        leads = any(c.responsibility == "leader" and c.organization == self.thing.organization for c in self.here)
        return leads and self.thing.category != "administrative"

    def _owner(self):
        return self.owner()

    def _owner_now(self):
        return self.admin or any(c.responsibility == "owner" for c in self.now)

    def _owner_if_locked(self):
        return self.owner() and self.thing.lock != ""

    def _holder(self):
        return self.thing.lock == "me"

    def _personal_owner(self):
        return self.thing.mine and any(c.responsibility != "public_reader" for c in self.live_here)

    def _personal_owner_with_level(self):
        return self.thing.mine and any(c.responsibility != "public_reader" for c in self.here)

    def may(self, act):
        """The contract's yes or no for one act."""
        thing = self.thing
        if not self.reads or thing.trashed is not (act in TRASH_ACTS):
            return False
        if act in ("read", "read_trash"):
            return True
        if act == "list":
            return self._lists()
        if act == "comment":
            return self.admin or bool(self.sections & {1, 2, 4, 6, 7})
        if act == "markup":
            return self.may("comment") and self._marks_up()
        if thing.lock == "other" and act not in UNLOCKED_ACTS:
            return False
        needed = CAPABILITY.get(thing.category, "content")
        if act in CAPABILITY_ACTS and needed not in self.person.capabilities:
            return False
        if act in CHANGE_ACTS and "change" not in self.person.capabilities:
            return False
        if thing.changing and act.startswith(PROMOTING):
            return False
        if act == "revise" and thing.superseded:
            return False
        if act.startswith("exception_"):
            return self._excepts(act.removeprefix("exception_"))
        cell = TABLE[act].get(thing.maturity)
        return (cell is not None and self.is_a(cell)) or self._may_by_share(act)

    def _marks_up(self):
        """Evaluation content: by the current credential, Contributor or above, with the capability."""
        able = "evaluate" in self.person.capabilities
        return able and any(RUNG.get(c.responsibility, 0) >= CATEGORY_RUNG["evaluation"] for c in self.now)

    def _may_by_share(self, act):
        """Section 7: Can edit in Private and In Work, Can manage gives and ends shares in any maturity."""
        if act in ("modify", "lock"):
            return self.thing.maturity in ("private", "in_work") and self.shared_to("edit", "manage")
        return act == "share" and self.shared_to("manage")

    def _lists(self):
        """Owners and Administrators find other people's Private and personal items only when they ask."""
        if self.shared_state or self.thing.mine:
            return True
        return bool(self.sections - {4})

    def _excepts(self, act):
        state, target = self.thing.maturity, act.removeprefix("to_")
        if state in ("none", target) or (state in ("released", "obsolete") and target not in ("released", "obsolete")):
            return False
        regular = TABLE[act].get(state)
        return self._owner_now() and not (regular is not None and self.is_a(regular))
