"""Small worlds of two platforms that the tests of this floor share."""

from datetime import timedelta

from django.utils import timezone

from tenants.models import Invitation, Right, Status
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
