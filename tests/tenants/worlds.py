"""Small worlds of two platforms that the tests of this floor share."""

from datetime import timedelta

from django.utils import timezone

from tenants import batches
from tenants.errors import Conflict
from tenants.models import Invitation, Member, Right, Status
from tests.factories import (
    MemberFactory,
    OrganizationFactory,
    PlatformFactory,
    UserFactory,
    license_member,
)

COLLABORATION = ("ENT", "COL")


def pair(**fields):
    """Return (home, host): two platforms ready to share licences."""
    on = {"invitations_from_administrators": True, "member_locations": True} | fields
    return PlatformFactory(**on), PlatformFactory(**on)


def travelling(home=None, host=None, **user):
    """Return one person's memberships at home, where two licences are free to travel, and as External on the host."""
    if home is None:
        home, host = pair()
    at_home = MemberFactory(platform=home, user=UserFactory(**user))
    company = OrganizationFactory(platform=host)
    abroad = MemberFactory(platform=host, user=at_home.user, right=Right.EXTERNAL, company=company)
    license_member(at_home, COLLABORATION, restricted=False)
    license_member(abroad, COLLABORATION, assigned=False)
    return at_home, abroad


def invited(platform, user=None, **fields):
    """Store a standing invitation as it is, past every rule, with its pending member."""
    user = user or UserFactory()
    company = OrganizationFactory(platform=platform)
    member = MemberFactory(platform=platform, user=user, company=company, right=Right.EXTERNAL, status=Status.PENDING)
    if "inviter" not in fields:
        fields["inviter"] = MemberFactory(platform=platform, right=Right.ADMINISTRATOR).user
    now = timezone.now()
    stored = {
        "email": user.email,
        "company": company,
        "token_hash": f"{user.pk}-{platform.pk}",
        "sent_at": now,
        "expires_at": now + timedelta(days=14),
    }
    return Invitation.objects.create(platform=platform, member=member, **stored | fields)


def _judge(actor, parameters, lines):
    return [batches.Verdict(parameters.get(line.subject, "ready"), "It is like that.") for line in lines]


def _act(actor, parameters, line):
    if parameters.get("refuse") == line.key:
        raise Conflict("Somebody was faster.", "Ask them.")
    return f"Done to {line.subject}."


def _names(actor, lines):
    known = Member.objects.filter(platform=actor.platform, pk__in=[line.key for line in lines])
    return {str(member.pk): str(member) for member in known.select_related("user")}


batches.contribute(
    "test",
    batches.Kind(
        title=lambda parameters: "Try many",
        may=batches.on_platform("manage_members"),
        judge=_judge,
        act=_act,
        button=lambda number: f"Do {number}",
        doubts=frozenset({"look_alike"}),
        names=_names,
    ),
)


def make_batch(actor, *members, **parameters):
    """Store a batch of `actor` about members; it does nothing to them. Parameters give verdicts by name."""
    subjects = [batches.Subject(str(member.pk), str(member)) for member in members]
    return batches.make(actor=actor, kind="test", parameters=parameters, subjects=subjects)
