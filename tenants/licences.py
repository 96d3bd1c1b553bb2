"""Whose licence lets a member use a role here: a pure answer, computed when asked and never stored.

Source of the rule: docs/access.md, "Roles and licences".
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant as facts: the role, the membership and platform it stands on, and its licence settings."""

    platform_id: int
    platform_name: str
    platform_active: bool
    member_active: bool
    locations_on: bool
    invitations_on: bool
    code: str
    name: str
    capabilities: tuple[str, ...]
    prerequisites: tuple[str, ...]
    portable: bool
    assigned: bool
    restricted: bool
    expires_at: datetime | None = None
    group: str = ""

    def assigned_at(self, now):
        """Tell whether a licence is assigned by this grant and has not expired at `now`."""
        return self.assigned and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that keeps a licence from resolving: what, on which platform, and who can change it."""

    what: str
    platform_name: str
    here: bool

    @property
    def who(self):
        """Name the people who can fix it; the other side's people stay unnamed."""
        return f"An Administrator of {self.platform_name or 'the home platform'}"


@dataclass(frozen=True, slots=True)
class Resolution:
    """The answer for one role: resolved or not, the platform that pays, or everything that is missing."""

    code: str
    name: str
    resolved: bool
    payer_id: int | None = None
    payer_name: str = ""
    here: bool = False
    missing: tuple[Missing, ...] = ()
    group: str = ""

    @property
    def words(self):
        """Say it in a few words."""
        if self.resolved:
            if self.group:
                return f"Assigned here, through the group {self.group}"
            return "Assigned here" if self.here else f"From {self.payer_name}"
        return f"Missing: {self.missing[0].what}" if self.missing else "Missing"


def resolve(code, here, grants, *, now, _asking=()):
    """Answer whether the licence of role `code` resolves on platform `here` (an object with pk, name and options).

    `grants` are all grants of one person on all platforms. Prerequisites must be granted here and resolve by
    the same rule, each perhaps paid by another platform.
    """
    granted = _granted(code, here, grants, now)
    if granted is None:
        name = next((grant.name for grant in grants if grant.code == code), code)
        return Resolution(code, name, False, missing=(Missing(f"{name} is not granted", here.name, True),))
    own = _own_licence(granted, here, grants, now)
    if not own.resolved:
        return own
    lacking = [
        answer
        for needed in granted.prerequisites
        if needed not in _asking
        and not (answer := resolve(needed, here, grants, now=now, _asking=(*_asking, code))).resolved
    ]
    if not lacking:
        return own
    return Resolution(code, granted.name, False, missing=tuple(part for answer in lacking for part in answer.missing))


def _granted(code, here, grants, now):
    """Return the grant of a role on `here` that gives most: several sources, a person's own and groups, may give it."""
    return max(
        (grant for grant in grants if grant.platform_id == here.pk and grant.code == code),
        key=lambda grant: (grant.assigned_at(now), grant.assigned, not grant.group),
        default=None,
    )


def _own_licence(granted, here, grants, now):
    if granted.assigned_at(now):
        return Resolution(granted.code, granted.name, True, here.pk, here.name, here=True, group=granted.group)
    others = [grant for grant in grants if grant.code == granted.code and grant.platform_id != here.pk]
    obstacles = {grant: _obstacles(grant, granted, here, now) for grant in others}
    for grant, missing in obstacles.items():
        if not missing:
            return Resolution(granted.code, granted.name, True, grant.platform_id, grant.platform_name)
    missing = min(obstacles.values(), key=len) if obstacles else _nobody_pays(granted, here)
    if granted.assigned:
        missing = [Missing(f"the licence of {granted.name} has expired", here.name, True), *missing]
    return Resolution(granted.code, granted.name, False, missing=tuple(missing))


def _host_obstacles(here):
    if not here.invitations_from_administrators:
        yield Missing("Invitations from administrators is off", here.name, True)
    if not here.member_locations:
        yield Missing("Member's platform locations is off", here.name, True)


def _nobody_pays(granted, here):
    return [
        *_host_obstacles(here),
        Missing(f"no platform assigns a licence of {granted.name}", "", False),
    ]


def _obstacles(grant, granted, here, now):
    """List what keeps `grant`, on another platform, from paying for `granted` here."""
    checks = (
        (grant.platform_active, "the platform is not active"),
        (grant.member_active, "the membership is not active"),
        (grant.assigned, f"no licence of {grant.name} is assigned"),
        (not grant.assigned or grant.assigned_at(now), f"the licence of {grant.name} has expired"),
        (grant.portable, f"{grant.name} may only be used where it is assigned"),
        (not grant.restricted, f"Restrict usage to this platform is on for {grant.name}"),
        (grant.locations_on, "Member's platform locations is off"),
    )
    there = [Missing(what, grant.platform_name, False) for holds, what in checks if not holds]
    return [*_host_obstacles(here), *there]


def lapsed(here, grants, *, now):
    """Return the codes of the roles on `here` whose licence has expired and that nothing keeps.

    A role is kept while another platform pays for it, and while a role that needs it, directly or through others,
    has a licence that counts. What a group gives is not taken from one person.
    """
    codes = dict.fromkeys(grant.code for grant in grants if grant.platform_id == here.pk)
    mine = {code: _granted(code, here, grants, now) for code in codes}
    own = {grant.code for grant in grants if grant.platform_id == here.pk and grant.assigned and not grant.group}
    counts = {code for code, grant in mine.items() if _own_licence(grant, here, grants, now).resolved}
    kept, asked = set(), list(counts)
    while asked:
        for needed in mine[asked.pop()].prerequisites:
            if needed in mine and needed not in kept:
                kept.add(needed)
                asked.append(needed)
    return [
        code for code, grant in mine.items() if code in own and not grant.assigned_at(now) and code not in counts | kept
    ]


def usable(here, grants, *, now):
    """Return (capabilities, resolutions by role code) of one person on platform `here`."""
    here_grants = [grant for grant in grants if grant.platform_id == here.pk]
    answers = {grant.code: resolve(grant.code, here, grants, now=now) for grant in here_grants}
    capabilities = frozenset(
        capability for grant in here_grants if answers[grant.code].resolved for capability in grant.capabilities
    )
    return capabilities, answers
