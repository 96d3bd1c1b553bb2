"""Sends what an invitation wizard holds: people, roles and credentials in one transaction.

It stands on this floor because an invitation may open spaces; the invitation itself is the ground floor's.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from spaces import previews
from spaces.giving import CredentialSpec, may_give
from spaces.models import InvitationCredential, Space
from tenants import access, audit, ends, invitations, notifications, stock
from tenants.actor import Actor
from tenants.errors import AccessDenied, Conflict, Unacceptable
from tenants.models import Capability, Kind, Member, Organization, Right, Role, RoleStock, Status, User


@dataclass(frozen=True, slots=True)
class Opened:
    """One space of the wizard with its responsibility; the organization is the company of the invited."""

    space: Space
    responsibility: str
    restricted: bool
    ends_at: datetime | None = None

    def spec(self, company):
        """Return it as a credential for people of `company`."""
        return CredentialSpec(self.responsibility, self.restricted, company, ends_at=self.ends_at, source="invitation")


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything that one click sends. `roles` are (Role, assigned, restricted); `company_name` is a new company's."""

    emails: tuple[str, ...]
    right: str
    company: Organization | None
    company_name: str
    roles: tuple
    opened: tuple[Opened, ...]
    message: str
    host_confirmed: bool = False
    silent: bool = False  # no mail; the bell rings for people who have an account
    access_ends_at: datetime | None = None
    by_member: bool = False  # sent by somebody who may give only what is theirs
    sponsor: User | None = None  # who answers for an External; without one, who invites


@transaction.atomic
def send_invitations(*, actor, batch):
    """Send the batch; return [(invitation, token)]. All or nothing, one entry in the record.

    Raises AccessDenied, TooMany, Conflict (somebody became a member meanwhile) or Unacceptable.
    """
    return dispatch(actor, batch, access.require(actor, "invite", actor.platform))


def dispatch(actor, batch, decision, entry=None):
    """Send a batch that `decision` allows; part of the acts that invite. Returns and raises as they do.

    `entry(sent)`, if given, does what else belongs to the act and writes its one entry in the record.
    """
    _require_sense(actor, batch)
    invitations.require_limit(actor, len(batch.emails))
    company = batch.company or found_company(actor.platform, batch.company_name)
    sent = []
    for email in batch.emails:
        offer = (email, batch.right, company, batch.roles, batch.message, batch.access_ends_at)
        invitation, token = invitations.prepare(actor, invitations.Offer(*offer, batch.by_member, batch.sponsor))
        _open(actor, invitation, batch, company)
        sent.append((invitation, token))
    (entry or _entry(actor, batch, decision, company))(sent)
    for invitation, token in sent:
        invitations.announce(invitation, token, by_mail=not batch.silent)
    return sent


def _entry(actor, batch, decision, company):
    after = {
        "people": list(batch.emails),
        "right": batch.right,
        "company": company.name,
        "roles": [_say(role, assigned) for role, assigned, _restricted in batch.roles],
        "spaces": [f"{one.space.title}: {one.spec(company)}" for one in batch.opened],
    }

    def write(sent):
        subject = sent[0][0].member.user if len(sent) == 1 else None
        audit.record(actor, "member_invited", sent[0][0], decision=decision, subject=subject, after=after)

    return write


def _say(role, assigned):
    return f"{role} {'with' if assigned else 'without'} a licence"


def _require_sense(actor, batch):
    if not batch.emails:
        raise Unacceptable("Nobody in the list is ready to be invited.", field="people")
    if batch.company is None and not batch.company_name:
        raise Unacceptable("Name the company that employs them.", field="company")
    host = batch.company is not None and batch.company.is_host
    if batch.right == Right.EXTERNAL and host and not batch.host_confirmed:
        raise Unacceptable(
            "An External employed by the host company reads what the host's people read. Confirm that you want this.",
            field="company",
        )
    if batch.access_ends_at and batch.access_ends_at <= timezone.now():
        raise Unacceptable("The end of access is over.", field="ends_on", remedy="Choose a later day in step 1.")
    for _role, assigned, restricted in batch.roles:
        stock.require_settings(actor.platform, assigned=assigned, restricted=restricted)


def found_company(platform, name):
    """Return the external company of that name, made new where there is none. Part of the act that needs it."""
    found = Organization.objects.filter(platform=platform, name=name, parent=None).first()
    if found is not None and found.is_archived:
        raise Unacceptable(f"{found} is archived. Restore it first, in Organizations.", field="company")
    return found or Organization.objects.create(platform=platform, name=name, kind=Kind.COMPANY)


def tell_of_company(actor, company):
    """Tell the Administrators of a company that a Member's invitation made."""
    for user in ends.administrators(company.platform, besides=actor.user):
        notifications.notify(
            user=user,
            platform=company.platform,
            kind="membership",
            subject=f"company:{company.pk}",
            text=f"{actor.user} invited somebody of {company}, a company that is new here.",
            path=reverse("tenants:invitation_list", args=[company.platform.slug]),
        )


def _may_open(actor, invitation, one, company):
    if actor.is_administrator:
        return access.can(actor, "give_any", one.space)
    return may_give(actor, one.space, invitation.member, one.spec(company))


def _open(actor, invitation, batch, company):
    for one in batch.opened:
        decision = _may_open(actor, invitation, one, company)
        if not decision:
            raise AccessDenied(decision)
        if one.ends_at and one.ends_at <= timezone.now():
            raise Conflict(f"The end in {one.space.title} is over.", "Choose a later day in step 3.")
        InvitationCredential.objects.create(
            invitation=invitation,
            space=one.space,
            responsibility=one.responsibility,
            restricted=one.restricted,
            organization=company,
            ends_at=one.ends_at,
        )


# --- what it costs and what it shows, before it is sent ---


@dataclass(frozen=True, slots=True)
class Cost:
    """What the roles of a batch take of the platform's stock."""

    taken: int
    grants: int
    rows: tuple
    short: tuple[str, ...]


def cost(platform, roles, people):
    """Return the Cost of giving `roles` to so many people; two queries per role with a licence."""
    stocks = {row.role_id: row for row in RoleStock.objects.filter(platform=platform).select_related("role")}
    rows, short, taken = [], [], 0
    for role, assigned, _restricted in roles:
        held = stocks.get(role.pk)
        more = people if assigned else 0
        taken += more
        used, total = (stock.used_units(held), held.quantity) if held else (0, 0)
        rows.append({"role": role, "used": used, "total": total, "more": more, "after": used + more})
        if used + more > total and more:
            short.append(f"{role}: {max(total - used, 0)} left, {more} wanted")
    return Cost(taken, len(roles) * people, tuple(rows), tuple(short))


def with_prerequisites(roles):
    """Return (the chosen roles and all they need, in the catalogue's order; the codes that were added)."""
    catalogue = {role.code: role for role in Role.objects.all()}
    wanted = closure([role.code for role in roles], catalogue)
    chosen = {role.code for role in roles}
    return [role for code, role in catalogue.items() if code in wanted], wanted - chosen


def closure(codes, catalogue):
    """Return the codes of roles and of all they need; `catalogue` maps codes to Roles."""
    wanted, queue = set(), list(codes)
    while queue:
        code = queue.pop()
        if code not in wanted and code in catalogue:
            wanted.add(code)
            queue += catalogue[code].prerequisites
    return wanted


@dataclass(frozen=True, slots=True)
class Shown:
    """What a person like the invited would read in one space."""

    title: str
    space_id: int
    readable: int
    total: int
    opened: Opened | None


def exposure(actor, batch):
    """Return [Shown] for somebody who accepts the batch: every space of which they would read anything.

    The company of a wizard that has not been stored yet owns nothing, so an imagined one stands for it.
    """
    company = batch.company or Organization(pk=0, platform=actor.platform, name=batch.company_name)
    guest = _imagined(actor, batch, company)
    for one in batch.opened:
        guest = previews.imagine(guest, one.space, one.spec(company))
    readable, total = previews.readable(guest), previews.readable(actor_of_everything(actor))
    opened = {one.space.pk: one for one in batch.opened}
    ids = Q(pk__in=[*readable, *opened])
    spaces = Space.objects.filter(ids, platform=actor.platform).order_by("title")
    return [Shown(space.title, space.pk, readable[space.pk], total[space.pk], opened.get(space.pk)) for space in spaces]


def _imagined(actor, batch, company):
    member = Member(platform=actor.platform, right=batch.right, status=Status.ACTIVE, company=company)
    return Actor(
        user=User(pk=0),
        member=member,
        platform=actor.platform,
        now=timezone.now(),
        capabilities=frozenset(Capability.values),
        organizations=frozenset({company.pk}),
        parents=actor.parents,
        host_id=actor.host_id,
    )


def actor_of_everything(actor):
    """Return the Administrator as they would read with every licence: the base of `of how many`."""
    return previews.working(actor)
