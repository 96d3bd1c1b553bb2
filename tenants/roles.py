"""The roles of a platform as its Administrators see them: catalogue, stock, who holds what, what taking back ends."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from tenants import actor as actors
from tenants import licences, naming
from tenants.errors import NotVisible
from tenants.models import Capability, Member, Role, RoleGrant, RoleStock, Status

SOON = timedelta(days=30)
GOING = Q(member__status__in=(Status.ACTIVE, Status.PENDING))
WITH, WITHOUT, PENDING = "with", "without", "pending"
HELD_AS = {
    WITH: Q(assigned=True, member__status=Status.ACTIVE),
    WITHOUT: Q(assigned=False, member__status=Status.ACTIVE),
    PENDING: Q(member__status=Status.PENDING),
}


@dataclass(frozen=True, slots=True)
class RoleOnPlatform:
    """A role of the catalogue with what a platform owns of it and how many hold it, by licence."""

    role: Role
    stock: RoleStock | None
    counts: dict
    needs: tuple[Role, ...]
    needed_by: tuple[Role, ...]
    now: object

    @property
    def lets(self):
        """What the role lets its holder do, in words."""
        return [Capability(code).label for code in self.role.capabilities]

    @property
    def quantity(self):
        """Licences that the platform owns."""
        return self.stock.quantity if self.stock else 0

    @property
    def used(self):
        """Licences that active members use."""
        return self.counts[WITH]

    @property
    def free(self):
        """Licences that can be taken now: none of an expired stock."""
        return 0 if self.expired else max(0, self.quantity - self.used)

    @property
    def expired(self):
        """True once the licences have expired."""
        return self.stock is not None and self.stock.expired(self.now)

    @property
    def expires_soon(self):
        """True in the last days before the licences expire."""
        return self.stock is not None and not self.expired and self.stock.expired(self.now + SOON)

    @property
    def days_left(self):
        """Whole days until the licences expire."""
        return (self.stock.expires_at - self.now).days


def on_platform(platform):
    """Return a RoleOnPlatform for every role of the catalogue; three queries whatever the number of members."""
    catalogue = list(Role.objects.all())
    stocks = {stock.role_id: stock for stock in RoleStock.objects.filter(platform=platform)}
    totals = {name: Count("member", filter=how, distinct=True) for name, how in HELD_AS.items()}
    grants = RoleGrant.objects.filter(GOING, member__platform=platform).order_by().values("role").annotate(**totals)
    counts = {row.pop("role"): row for row in grants}
    by_code, now = {role.code: role for role in catalogue}, timezone.now()
    return [
        RoleOnPlatform(
            role=role,
            stock=stocks.get(role.pk),
            counts=counts.get(role.pk, dict.fromkeys(HELD_AS, 0)),
            needs=tuple(by_code[code] for code in role.prerequisites if code in by_code),
            needed_by=tuple(other for other in catalogue if role.code in other.prerequisites),
            now=now,
        )
        for role in catalogue
    ]


def find(platform, pk):
    """Return the RoleOnPlatform of one role. Raise NotVisible for a role that is in no catalogue."""
    found = next((row for row in on_platform(platform) if row.role.pk == pk), None)
    if found is None:
        raise NotVisible
    return found


def holders(platform, role):
    """Return the grants of a role to active and pending members, with all that a row shows of them."""
    rows = RoleGrant.objects.filter(GOING, role=role, member__platform=platform)
    related = ("role", "through__group", "member__platform", "member__user", "member__company", "member__unit")
    return rows.select_related(*related).order_by(*naming.by_name("member__"), "pk")


def with_answers(grants):
    """Return (grant, where its licence comes from now) for loaded grants of one platform."""
    found = {actor.member.pk: actor for actor in actors.build([grant.member for grant in grants])}
    return [(grant, found[grant.member_id].resolutions.get(grant.role.code)) for grant in grants]


def without(platform, role):
    """Return the active and pending members who do not have the role."""
    rows = Member.objects.filter(platform=platform, status__in=(Status.ACTIVE, Status.PENDING))
    rows = rows.exclude(pk__in=RoleGrant.objects.filter(role=role).values("member"))
    return rows.select_related("platform", "user", "company", "unit").order_by(*naming.by_name())


def find_grant(platform, role, pk):
    """Return a grant of the role to somebody here. Raise NotVisible for any other."""
    found = holders(platform, role).filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def endings(grant):
    """Return sentences about what taking a grant back ends: the role, its licence, and what can no longer be done."""
    member, now = grant.member, timezone.now()
    facts = actors.grants_of([member]).get(member.user_id, [])
    left = [fact for fact in facts if (fact.platform_id, fact.code) != (member.platform_id, grant.role.code)]
    before, answers = licences.usable(member.platform, facts, now=now)
    after, left_answers = licences.usable(member.platform, left, now=now)
    lines = [f"{grant.role} ends for {member}"]
    if grant.assigned and member.status == Status.ACTIVE:
        lines.append(f"one licence of {grant.role} is free again")
    lines += [
        f"{answers[code].name} stays granted and stops working, because it needs {grant.role}"
        for code, answer in left_answers.items()
        if answers[code].resolved and not answer.resolved
    ]
    lost = [Capability(code).label for code in Capability.values if code in before - after]
    return lines + [f"they can no longer: {what}" for what in lost]
