"""The actor: one user on one platform with every fact the rules may ask for.

Built once per request or job, in five queries, from the database: never from a cache that outlives the request.
Upper floors add their facts (credentials, shares) through `contribute`; this floor knows only their shapes.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils import timezone

from tenants import grants, licences, prepared
from tenants.models import (
    CredentialsCounted,
    Member,
    Organization,
    Platform,
    Right,
    Status,
    User,
)
from tenants.models.organizations import mark_of


@dataclass(frozen=True, slots=True)
class Held:
    """A live credential as facts. `level` is its rung on the design ladder: 0 for Public Reader and Owner.

    `id` is that of the stored credential; one held through a group has the id of the group's with a minus, so that
    no two that a person holds are taken for each other.
    """

    id: int
    space_id: int
    space_title: str
    visibility: str
    responsibility: str
    label: str
    level: int
    restricted: bool
    organization_id: int
    organization_name: str
    organization_accent: str
    ends_at: datetime | None = None
    group_id: int | None = None
    group: str = ""

    @property
    def source(self):
        """Say through which group it is held; nothing for a person's own."""
        return f"through the group {self.group}" if self.group_id else ""

    @property
    def responsibility_name(self):
        """The responsibility in words, (Restricted) spelled out."""
        return f"{self.label} (Restricted)" if self.restricted else self.label

    @property
    def organization_mark(self):
        """Two letters for the square mark of the organization."""
        return mark_of(self.organization_name)

    @property
    def is_owner(self):
        """True for Owner and Owner (Restricted)."""
        return self.responsibility == "owner"

    @property
    def is_public_reader(self):
        """True for Public Reader."""
        return self.responsibility == "public_reader"

    @property
    def works(self):
        """True for Reader and up, and for Owner: all but Public Reader."""
        return not self.is_public_reader

    def __str__(self):
        said = f"{self.responsibility_name} in {self.space_title} for {self.organization_name}"
        return f"{said}, {self.source}" if self.group_id else said


@dataclass(frozen=True, slots=True)
class Received:
    """A live share as a fact: its level, and the group through which it reaches the person, if any."""

    level: str
    group_id: int | None = None
    group: str = ""


@dataclass(frozen=True, eq=False)
class Actor:
    """A user on a platform. `compiled` holds the rules' tests for as long as the actor lives.

    `shares` maps the id of an item to what was Received of it, from every source, the widest first.
    """

    user: User
    member: Member
    platform: Platform
    now: datetime
    held: tuple[Held, ...] = ()
    chosen: int | None = None
    capabilities: frozenset[str] = frozenset()
    resolutions: dict = field(default_factory=dict)
    organizations: frozenset[int] = frozenset()
    parents: dict = field(default_factory=dict)
    host_id: int | None = None
    shares: dict = field(default_factory=dict)
    compiled: dict = field(default_factory=dict, repr=False)

    @property
    def platform_id(self):
        """The platform everything is asked on."""
        return self.platform.pk

    @property
    def is_active(self):
        """True for an active member of an active platform: anybody else has no access at all."""
        return self.member.counts(self.now) and self.platform.is_active and self.user.is_active

    @property
    def is_administrator(self):
        """True for an active Administrator of the platform."""
        return self.is_active and self.member.right == Right.ADMINISTRATOR

    @property
    def is_external(self):
        """True for the right External."""
        return self.member.right == Right.EXTERNAL

    @property
    def credentials(self):
        """All live credentials, as `held`."""
        return self.held

    @property
    def current(self):
        """The credential worked with: the only one, else the chosen one while it lives, else None."""
        if len(self.held) == 1:
            return self.held[0]
        return next((held for held in self.held if held.id == self.chosen), None)

    @property
    def counting(self):
        """The credentials that count for reading and changing, by the platform's option."""
        if self.platform.credentials_counted == CredentialsCounted.CURRENT:
            return (self.current,) if self.current else ()
        return self.held

    def counting_in(self, space_id):
        """Return those of `counting` that stand in a space."""
        if self.platform.credentials_counted == CredentialsCounted.CURRENT:
            return tuple(held for held in self.counting if held.space_id == space_id)
        return self.held_in(space_id)

    def held_in(self, space_id):
        """Return the live credentials that stand in a space."""
        if (places := self.compiled.get("places")) is None:
            places = self.compiled["places"] = {}
            for held in self.held:
                places.setdefault(held.space_id, []).append(held)
        return tuple(places.get(space_id, ()))

    @property
    def works_content(self):
        """True when the capabilities that all reading assumes are usable."""
        return {"enter", "content"} <= self.capabilities

    def may(self, capability):
        """Tell whether `capability` is usable here now."""
        return capability in self.capabilities

    def lineage(self, organization_id):
        """Return the ids of an organization and all that stand above it."""
        return line_of(organization_id, self.parents)

    @property
    def employed_by_host(self):
        """True when the company that employs the member is the host company."""
        return self.host_id is not None and self.member.company_id == self.host_id

    def shape(self, row):
        """Return what of this actor can matter for `row`; actors of equal shape get equal answers."""
        space_id = getattr(row, "space_id", None)
        current, here, away = self.current, set(), set()
        for held in self.held:
            fact = (held.responsibility, held.restricted, held.organization_id, held.visibility)
            if held.space_id == space_id:
                here.add((*fact, held is current, held.group))
            else:
                away.add(fact)
        personal = (
            getattr(row, "owner_id", None) == self.user.pk,
            getattr(row, "locked_by_id", None) == self.user.pk,
            self.shares.get(row.pk),
        )
        right = (self.is_active, self.member.right, self.employed_by_host, self.capabilities)
        return (right, frozenset(here), frozenset(away), personal)


LOADERS = {}


def contribute(name, loader):
    """Let an upper floor load a fact of actors: `loader(people) -> {user_id: value}`, in one query without a space."""
    LOADERS[name] = loader


@dataclass(frozen=True, slots=True)
class People:
    """Members of one platform whose facts are loaded together.

    `users` and `keys` (of members) name them in conditions: ids, or subqueries where they are everybody. With `spaces`
    only what bears on reading content of those is wanted: what somebody holds elsewhere counts there by its
    organization alone, and so loses its place and name; unless `outside` it is left out. With `items` only shares of
    those are wanted.
    """

    members: list
    now: datetime
    users: object
    keys: object
    spaces: frozenset = frozenset()
    items: frozenset | None = None
    outside: bool = True
    organizations: dict | None = None  # of the platform, by id, where they are loaded already

    @property
    def platform(self):
        """Their platform."""
        return self.members[0].platform

    def ask(self, build):
        """Return the rows of the values list `build(people)`; for one person Django spells it once and for all."""
        if len(self.members) > 1 or self.spaces:
            return list(build(self))
        (member,) = self.members
        return prepared.ask(build, _alone, self.now, (member.user_id, member.pk, member.platform_id))


def _alone(moment, user_id, key, platform_id):
    return People([Member(pk=key, platform=Platform(pk=platform_id))], moment, [user_id], [key])


def find(user, slug):
    """Return the Actor of `user` on the platform `slug`, or None when there is no such membership."""
    member = (
        Member.objects.select_related("platform", "company", "unit")
        .filter(platform__slug=slug, user=user, status=Status.ACTIVE)
        .first()
    )
    if member is None:
        return None
    member.user = user
    return build([member])[0]


def of(user, platform):
    """Return the Actor of `user` on `platform`, or None when there is no such membership."""
    member = Member.objects.select_related("platform", "company", "unit", "user").filter(platform=platform, user=user)
    found = member.first()
    return build([found])[0] if found else None


def everyone(platform):
    """Return the Actors of all active members of `platform`, in a fixed number of queries."""
    rows = Member.objects.filter(platform=platform, status=Status.ACTIVE)
    members = list(rows.select_related("user").order_by("user__name", "user__email"))
    organizations = Organization.objects.filter(platform=platform).in_bulk()
    for member in members:
        member.platform, member.company = platform, organizations[member.company_id]
        member.unit = organizations[member.unit_id] if member.unit_id else None
    plain = rows.order_by()
    users, keys = plain.values("user"), plain.values("pk")
    return _built(People(members, timezone.now(), users, keys, organizations=organizations))


def build(members):
    """Return Actors for `members`, all of one platform, in as many queries for a thousand as for one."""
    users, keys = [member.user_id for member in members], [member.pk for member in members]
    return _built(People(members, timezone.now(), users, keys))


def _built(people):
    if not people.members:
        return []
    facts = load(people, held(people))
    return [facts.actor(member) for member in people.members]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is stored of People: their grants, by user; further organizations, by member; and what they hold.

    `held` has the facts of upper floors, by the name of their loader and by user.
    """

    people: People
    parents: dict
    host_id: int | None
    further: dict
    grants: dict
    held: dict
    usable: dict = field(default_factory=dict)  # by the object that holds the grants: one for all who have the same

    def belonging(self, member):
        """Return the ids of the organizations of a member."""
        return belonging(member.company_id, member.unit_id, self.parents, self.further.get(member.pk, ()))

    def capable(self, member):
        """Return (capabilities, resolutions) by the grants of a member."""
        mine = self.grants.get(member.user_id, ())
        if (known := self.usable.get(id(mine))) is None:
            known = self.usable[id(mine)] = licences.usable(self.people.platform, mine, now=self.people.now)
        return known

    def actor(self, member):
        """Return the Actor of a member."""
        capabilities, resolutions = self.capable(member)
        belongs, active = self.belonging(member), member.counts(self.people.now)
        rows = self.held.get("credentials", {}).get(member.user_id, ())
        return Actor(
            user=member.user,
            member=member,
            platform=self.people.platform,
            now=self.people.now,
            held=tuple(held for held, _chosen in rows if held.organization_id in belongs) if active else (),
            chosen=next((held.id for held, chosen in rows if chosen), None),
            capabilities=capabilities if active else frozenset(),
            resolutions=resolutions,
            organizations=belongs,
            parents=self.parents,
            host_id=self.host_id,
            shares=self.held.get("shares", {}).get(member.user_id, {}) if active else {},
        )


def held(people):
    """Return what upper floors know of people, by the name of a loader and by user."""
    return {name: loader(people) for name, loader in LOADERS.items()}


def load(people, held):
    """Return the Facts of people who hold that."""
    tree, further = _tree(people)
    host_id = next((pk for pk, _parent, host in tree if host), None)
    given = grants.alike(people.users, people.now) if len(people.members) > 1 else _given(people)
    return Facts(people, {pk: parent for pk, parent, _host in tree}, host_id, further, given, held)


def _given(people):
    return grants.of(people.ask(_grants), people.now)


def _tree(people):
    """Return the platform's organizations and, by member, the further ones they belong to."""
    members = people.members
    if len(members) == 1:  # one query for both
        found = people.ask(_lineage)
        return [row[:3] for row in found], {members[0].pk: [row[0] for row in found if row[3]]}
    further = {}
    belonging_to = Member.organizations.through.objects.filter(member__in=people.keys)
    for member_id, organization_id in belonging_to.values_list("member_id", "organization_id"):
        further.setdefault(member_id, []).append(organization_id)
    known = people.organizations or Organization.objects.filter(platform=people.platform).in_bulk()
    return [(row.pk, row.parent_id, row.is_host) for row in known.values()], further


def _lineage(people):
    mine = Member.organizations.through.objects.filter(organization=OuterRef("pk"), member__in=people.keys)
    rows = Organization.objects.filter(platform=people.platform).annotate(mine=Exists(mine))
    return rows.values_list("pk", "parent_id", "is_host", "mine")


def _grants(people):
    return grants.rows(people.users)


def line_of(organization_id, parents):
    """Return the ids of an organization and all that stand above it, the lowest first."""
    line = []
    while organization_id is not None and organization_id not in line:
        line.append(organization_id)
        organization_id = parents.get(organization_id)
    return line


def belonging(company_id, unit_id, parents, further):
    """Return the organizations of somebody: the employing ones from the lowest up to the company, and further ones."""
    return frozenset([company_id, *line_of(unit_id, parents), *further])


def grants_of(members):
    """Return, by user, their grants on all platforms as facts."""
    return grants.of(grants.rows([member.user_id for member in members]), timezone.now())
