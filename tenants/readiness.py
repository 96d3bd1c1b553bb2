"""Whether a person may use a licence of their home platform on a host, condition by condition and side by side.

Each side reads the names of its own people only. A host never learns on which other platforms a person is, but
for the one that pays; until one pays, the other side is called by the company that the host knows them from.
"""

from dataclasses import dataclass, replace

from django.db.models import Q
from django.utils import timezone

from tenants import actor as actors
from tenants import licences
from tenants.models import Invitation, InvitationState, Member, Right, Status

HOST, HOME = "host", "home"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: whether it holds, what it is, how it stands, and who does what to meet it."""

    holds: bool
    what: str
    detail: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One side's conditions, as the reader may know them."""

    name: str
    mark: str
    accent: str
    part: str
    yours: bool
    conditions: tuple[Condition, ...]

    @property
    def met(self):
        """Count the conditions that hold."""
        return sum(condition.holds for condition in self.conditions)

    @property
    def ready(self):
        """True when every condition holds."""
        return all(condition.holds for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class Readiness:
    """Both sides, what every role resolves to on the host, and whether the person could work there now."""

    host: Side
    home: Side
    answers: tuple[licences.Resolution, ...]
    ready: bool

    @property
    def sides(self):
        """Both sides, the reader's own first."""
        return (self.home, self.host) if self.home.yours else (self.host, self.home)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is stored about a person towards one host, loaded once."""

    host: object
    member: Member | None
    invitation: Invitation | None
    grants: tuple[licences.Grant, ...]
    now: object
    homes: tuple = ()

    @property
    def here(self):
        """The roles granted on the host."""
        return [grant for grant in self.grants if self.host and grant.platform_id == self.host.pk]

    @property
    def needed(self):
        """The roles that want a licence from elsewhere: granted on the host and not assigned there."""
        return [grant for grant in self.here if not grant.assigned_at(self.now)]


def readiness(host, user, *, reader=None, home=None):
    """Answer for `user` on the platform `host`, in a fixed number of queries.

    `reader` is the platform whose Administrator asks; it defaults to the host. `home` is given by a home platform
    that asks about its own side; `host` may then be None: nobody has invited the person yet.
    """
    reader = reader or host
    facts = _load(host, user, home)
    answers = _answers(facts)
    sources = _sources(facts, answers, home)
    return Readiness(
        host=_host_side(facts, reader),
        home=_home_side(facts, sources, answers, reader, home),
        answers=tuple(_told(answer, facts.host, reader, home) for answer in answers),
        ready=bool(answers) and all(answer.resolved for answer in answers),
    )


def hosts_of(member):
    """Return the platforms that want licences of `member` from home, active memberships first.

    Only the platform that employs a person is their home; where they are External, other platforms stay unknown.
    """
    if member.is_external:
        return []
    wanting = Q(status=Status.PENDING, invitations__state=InvitationState.SENT)
    wanting |= Q(status=Status.ACTIVE, grants__assigned=False)
    rows = Member.objects.filter(wanting, user=member.user_id).exclude(platform=member.platform_id)
    rows = rows.select_related("platform").order_by("status", "platform__name").distinct()
    return [row.platform for row in rows]


def _homes(host, user, home):
    """Return the active platforms that employ `user` besides the host, or only `home` when that one asks."""
    rows = Member.objects.filter(user=user, status=Status.ACTIVE).exclude(right=Right.EXTERNAL)
    rows = rows.exclude(platform=host) if home is None else rows.filter(platform=home)
    return tuple(row.platform for row in rows.select_related("platform") if row.platform.is_active)


def _load(host, user, home):
    now = timezone.now()
    member = host and Member.objects.select_related("company", "user").filter(platform=host, user=user).first()
    rows = Invitation.objects.filter(platform=host, member=member, state=InvitationState.SENT, expires_at__gt=now)
    invitation = rows.prefetch_related("roles__role").first() if member else None
    stored = tuple(actors.grants_of([Member(user=user)]).get(user.pk, ()))
    grants = stored + _offered(host, invitation, stored)
    return Facts(host, member or None, invitation, grants, now, _homes(host, user, home))


def _offered(host, invitation, stored):
    """Return the roles of a standing invitation as the grants they would become."""
    granted = {grant.code for grant in stored if host and grant.platform_id == host.pk}
    return tuple(
        licences.Grant(
            platform_id=host.pk,
            platform_name=host.name,
            platform_active=host.is_active,
            member_active=False,
            locations_on=host.member_locations,
            invitations_on=host.invitations_from_administrators,
            code=offer.role.code,
            name=offer.role.name,
            capabilities=tuple(offer.role.capabilities),
            prerequisites=tuple(offer.role.prerequisites),
            portable=offer.role.portable,
            assigned=offer.assigned,
            restricted=offer.restricted,
        )
        for offer in (invitation.roles.all() if invitation else ())
        if offer.role.code not in granted
    )


def _answers(facts):
    return [licences.resolve(grant.code, facts.host, facts.grants, now=facts.now) for grant in facts.here]


def _told(answer, host, reader, home):
    """Word an answer for the reader: to a home platform, any payer but itself and the host is another platform."""
    if not answer.resolved or reader.pk == host.pk:
        return answer
    if answer.here:
        return replace(answer, here=False, payer_name="the host")
    return answer if home and answer.payer_id == home.pk else replace(answer, payer_name="another platform")


def _hurdles(grant, now):
    """Count what keeps `grant` from paying elsewhere; the fewest make the best source."""
    return sum(not holds for holds in _pays(grant, now).values())


def _pays(grant, now):
    return {
        "active": grant.member_active and grant.platform_active,
        "assigned": grant.assigned_at(now),
        "portable": grant.portable,
        "free": not grant.restricted,
        "locations": grant.locations_on,
    }


def _sources(facts, answers, home):
    """Return {role code: the grant that pays or comes nearest to it, None when there is none}."""
    payers = {answer.code: answer.payer_id for answer in answers if answer.resolved and not answer.here}
    own = [grant for grant in facts.grants if home and grant.platform_id == home.pk]
    homes, found = {platform.pk for platform in facts.homes}, {}
    for want in facts.needed if facts.here else own:
        near = homes | ({payers[want.code]} if want.code in payers and home is None else set())
        rows = [grant for grant in facts.grants if grant.code == want.code and grant.platform_id in near]
        rows.sort(key=lambda grant: (grant.platform_id != payers.get(want.code), _hurdles(grant, facts.now)))
        found[want.code] = (want.name, rows[0] if rows else None)
    return found


def _host_side(facts, reader):
    host = facts.host
    if host is None:
        lacking = "They invite this person and grant the roles."
        conditions = (Condition(False, "A platform invited this person", "Nobody has yet.", lacking),)
        return Side("the inviting platform", "?", "slate", HOST, False, conditions)
    yours = host.pk == reader.pk
    known = yours or (facts.member is not None and facts.member.status == Status.ACTIVE)
    name = host.name if known else "the inviting platform"
    conditions = tuple(_host_conditions(facts, _who(host, name, yours)))
    return Side(name, host.mark if known else "?", host.accent if known else "slate", HOST, yours, conditions)


def _host_conditions(facts, who):
    host = facts.host
    roles = ", ".join(grant.name for grant in facts.here)
    if facts.needed or not facts.here:
        yield _switched(host.invitations_from_administrators, "Invitations from administrators", who)
        yield _switched(host.member_locations, "Member's platform locations", who)
    lacking = _lacking(facts.here)
    yield Condition(
        bool(facts.here) and not lacking,
        "The roles are granted, with all that they need",
        _granted_words(facts, roles, lacking),
        f"{who} grants them in the member's detail." if facts.member else f"{who} names them in the invitation.",
    )
    yield _membership(facts, who)


def _granted_words(facts, roles, lacking):
    if not facts.here:
        return "No role yet."
    if lacking:
        return f"Missing: {', '.join(lacking)}."
    if not facts.needed:
        return f"{roles}; each with a licence assigned there."
    return f"{roles}; Assign licence is off for {len(facts.needed)} of {len(facts.here)}."


def _lacking(here):
    granted = {grant.code for grant in here}
    needed = {code for grant in here for code in grant.prerequisites}
    capabilities = {name for grant in here for name in grant.capabilities}
    gaps = [
        f"a role to {what}"
        for name, what in (("enter", "sign in"), ("content", "work in spaces"))
        if here and name not in capabilities
    ]
    return [*sorted(needed - granted), *gaps]


def _membership(facts, who):
    if facts.member is not None and facts.member.status == Status.ACTIVE:
        return Condition(True, "The person is an active member")
    if facts.invitation is not None:
        until = facts.invitation.expires_at.astimezone(facts.host.zone)
        return Condition(True, "The invitation stands", f"Until {until:%-d %B}; the person has not accepted yet.")
    return Condition(
        False, "The person is invited", "No invitation stands.", f"{who} invites them, or sends the invitation again."
    )


def _home_side(facts, sources, answers, reader, home):
    paying = next((answer for answer in answers if answer.resolved and not answer.here), None)
    grants = [grant for _name, grant in sources.values() if grant is not None]
    payer = next((grant for grant in grants if paying and grant.platform_id == paying.payer_id), None)
    yours = home is not None and home.pk == reader.pk
    name, mark, accent = _home_face(facts, payer, home if yours else None)
    who = _who(home, name, True) if yours else f"An Administrator of {name}"
    conditions = tuple(_home_conditions(facts, sources, who))
    return Side(name, mark, accent, HOME, yours, conditions)


def _home_face(facts, payer, home):
    """Name the home side: the platform itself to its own people, the payer once it pays, else their company."""
    if home is not None:
        return home.name, home.mark, home.accent
    company = facts.member.company if facts.member else None
    if payer is not None and (company is None or payer.platform_name != company.name):
        return payer.platform_name, payer.platform_name[:2].upper(), "slate"
    if company is not None and not company.is_host:
        return company.name, company.mark, company.accent
    return "their home platform", "?", "slate"


def _home_conditions(facts, sources, who):
    if facts.here and not sources:
        yield Condition(True, "Nothing is needed from a home platform", "Every role has its licence on the host.")
        return
    ungranted = _ungranted(facts)
    rows = {code: (name, _pays(grant, facts.now) if grant else ungranted) for code, (name, grant) in sources.items()}
    lacks = {key: [name for name, pays in rows.values() if not pays[key]] for key in ungranted}
    member = not lacks["active"] if rows else ungranted["active"]
    located = not lacks["locations"] if rows else ungranted["locations"]
    yield Condition(member, "The person is an active member there", "", f"{who} invites them there.")
    yield _switched(located, "Member's platform locations", who)
    yield _assigned(rows, lacks, who)
    yield _free(rows, lacks, who)
    if stuck := [name for name in lacks["portable"] if name not in lacks["assigned"]]:
        yield Condition(
            False,
            "The roles may be used on another platform",
            f"{_join(stuck)} may only be used where it is assigned.",
            "An Administrator of the host assigns a licence of its own.",
        )


def _ungranted(facts):
    """Return what holds of a role that no home platform has granted."""
    located = any(platform.member_locations for platform in facts.homes)
    active = bool(facts.homes)
    return {"active": active, "assigned": False, "portable": True, "free": False, "locations": located}


def _assigned(rows, lacks, who):
    what = f"{_join([name for name, _pays in rows.values()])} assigned to this person" if rows else "Roles assigned"
    if not lacks["assigned"] and rows:
        return Condition(True, what)
    missing = _join(lacks["assigned"]) or "the roles"
    return Condition(False, what, f"Not assigned or expired: {missing}.", f"{who} assigns {missing}.")


def _free(rows, lacks, who):
    what = "Restrict usage to this platform is off"
    if not lacks["free"] and rows:
        return Condition(True, what)
    missing = _join(lacks["free"]) or "the roles"
    return Condition(False, what, f"On, or not assigned yet: {missing}.", f"{who} turns it off in the member's detail.")


def _switched(holds, title, who):
    return Condition(holds, f"{title} is on", "", f"{who} turns it on.")


def _who(platform, name, yours):
    """Name the people who can act: one's own Administrators by name, the other side's by their platform."""
    if not yours:
        return f"An Administrator of {name}"
    rows = platform.members.filter(right=Right.ADMINISTRATOR, status=Status.ACTIVE).select_related("user")
    names = [str(member) for member in rows[:3]]
    return " or ".join(names) if names else f"An Administrator of {name}"


def _join(names):
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
