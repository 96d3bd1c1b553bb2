"""What stands on an organization: every floor says how much, what of it somebody may read, and whether there is any.

The floors above contribute their part when the apps start; deleting asks all of them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count, Q
from django.urls import reverse

from tenants.models import Invitation, Member, Status

MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing that names an organization; those of a small `position` stand first.

    `numbers(actor, organization_ids) -> {organization_id: n}` counts what `actor` finds in lists, in one query;
    `named(actor, organization_ids, most) -> [(words, address)]` names some, at most so many;
    `holds(organization_ids) -> bool` tells whether there is any, readable or not, ended or not.
    """

    position: int
    one: str
    many: str
    numbers: Callable
    named: Callable
    holds: Callable

    def say(self, number):
        """Say so many of it."""
        return f"{number} {self.one if number == 1 else self.many}"


@dataclass(frozen=True, slots=True)
class Use:
    """What of one kind stands on an organization, as far as one reader may know it."""

    kind: Kind
    number: int
    named: tuple[tuple[str, str], ...]

    @property
    def words(self):
        """Say how many of what."""
        if not self.number:
            return f"{self.kind.many} that are over, or not in your lists"
        return self.kind.say(self.number)

    @property
    def more(self):
        """True where not all of them are named."""
        return self.number > len(self.named)


KINDS: list[Kind] = []


def contribute(kind):
    """Let a floor say what of its own stands on organizations."""
    KINDS.append(kind)
    KINDS.sort(key=lambda kind: kind.position)


def in_use(organization_ids):
    """Tell whether anything at all stands on any of these organizations."""
    return any(kind.holds(organization_ids) for kind in KINDS)


def uses(actor, organization):
    """Return a Use for every kind that stands on `organization`, named as far as `actor` may read."""
    ids = [organization.pk]
    return [
        Use(
            kind,
            kind.numbers(actor, ids).get(organization.pk, 0),
            tuple(kind.named(actor, ids, MOST_NAMED)),
        )
        for kind in KINDS
        if kind.holds(ids)
    ]


def numbers(actor, organization_ids):
    """Return {organization_id: [(number, Kind)]}, zeros included; one query a kind."""
    found = [(kind, kind.numbers(actor, organization_ids)) for kind in KINDS]
    return {pk: [(counts.get(pk, 0), kind) for kind, counts in found] for pk in organization_ids}


# --- what stands on organizations on this floor ---


def _named_members(rows, slug):
    found = rows.select_related("user").order_by("user__name", "user__email")
    return [
        (f"{row}{'' if row.status == Status.ACTIVE else f', {row.get_status_display()}'}", _member_url(slug, row.pk))
        for row in found
    ]


def _member_url(slug, pk):
    return reverse("tenants:member_detail", args=[slug, pk])


def employed(organization_ids):
    """Return the members whose lowest employment is one of these organizations, former ones included."""
    return Member.objects.filter(Q(unit__in=organization_ids) | Q(unit=None, company__in=organization_ids))


def _count_employed(actor, ids):
    rows = employed(ids).filter(status__in=(Status.ACTIVE, Status.PENDING)).order_by()
    found = {}
    for company, unit, number in rows.values_list("company", "unit").annotate(Count("pk")):
        found[unit or company] = found.get(unit or company, 0) + number
    return found


def _holds_members(ids):
    return Member.objects.filter(Q(unit__in=ids) | Q(company__in=ids)).exists()


def _name_employed(actor, ids, most):
    rows = Member.objects.filter(Q(unit__in=ids) | Q(company__in=ids))
    return _named_members(rows, actor.platform.slug)[:most]


def _count_further(actor, ids):
    rows = Member.organizations.through.objects.filter(organization__in=ids).order_by()
    return dict(rows.values_list("organization").annotate(Count("pk")))


def _name_further(actor, ids, most):
    return _named_members(Member.objects.filter(organizations__in=ids).distinct(), actor.platform.slug)[:most]


def _holds_further(ids):
    return Member.organizations.through.objects.filter(organization__in=ids).exists()


def _count_invitations(actor, ids):
    rows = Invitation.objects.filter(company__in=ids).order_by()
    return dict(rows.values_list("company").annotate(Count("pk")))


def _name_invitations(actor, ids, most):
    url = reverse("tenants:invitation_list", args=[actor.platform.slug])
    rows = Invitation.objects.filter(company__in=ids)
    return [(f"{row.email}, {row.get_state_display()}", url) for row in rows[:most]]


def register():
    """Say what of this floor stands on organizations."""
    contribute(Kind(10, "person employed", "people employed", _count_employed, _name_employed, _holds_members))
    contribute(Kind(20, "further person", "further people", _count_further, _name_further, _holds_further))
    contribute(
        Kind(
            30,
            "invitation",
            "invitations",
            _count_invitations,
            _name_invitations,
            lambda ids: Invitation.objects.filter(company__in=ids).exists(),
        )
    )
