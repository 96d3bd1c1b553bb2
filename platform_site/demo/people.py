"""Who can sign in to the demo, in words."""

from dataclasses import dataclass

from tenants.models import Member, Status, User

OPERATOR = "operator@gangway.example"


@dataclass(frozen=True, slots=True)
class Row:
    """One person of the demo: the User's id, the name, and what they are where."""

    id: int
    name: str
    email: str
    what: str


def by_platform():
    """Return (platform, rows) with everybody under the platform whose host company employs them."""
    members = Member.objects.filter(status=Status.ACTIVE).select_related("platform", "user", "company")
    own, away = {}, {}
    for member in members.order_by("platform__pk", "pk"):
        if member.company.is_host:
            own.setdefault(member.platform, []).append(member)
        else:
            away.setdefault(member.user_id, []).append(member.platform.name)
    return [
        (platform, [_row(member, away.get(member.user_id, ())) for member in found]) for platform, found in own.items()
    ]


def _row(member, guest_of):
    what = member.get_right_display()
    if guest_of:
        what += f", External at {' and '.join(guest_of)}"
    return Row(member.user_id, str(member.user), member.user.email, what)


def unclaimed():
    """Return the addresses that were invited and have no account yet."""
    return User.objects.filter(claimed_at=None).order_by("email")
