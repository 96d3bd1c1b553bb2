"""What uses an option, so that it cannot be turned off: people, grants, standing invitations."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from tenants import naming, sources
from tenants.models import GroupGrant, Invitation, InvitationRole, InvitationState, Platform, Right, RoleGrant

LICENCE_SETTING_OFF = Q(assigned=False) | Q(restricted=False)


@dataclass(frozen=True, slots=True)
class Use:
    """Somebody or something that depends on an option being on, in words; `member_id` leads to the person."""

    subject: str
    sentence: str
    member_id: int | None = None


def standing_invitations(platform):
    """Keep the invitations that can still be accepted."""
    return Invitation.objects.filter(platform=platform, state=InvitationState.SENT, expires_at__gt=timezone.now())


def uses_of_administrators_invitations(platform):
    """List grants and standing invitations with a licence setting off, and the option that builds on this one."""
    settings_off = defaultdict(list)
    grants = RoleGrant.objects.filter(LICENCE_SETTING_OFF, through=None, member__platform=platform)
    for grant in grants.select_related("role", "member__user").order_by(*naming.by_name("member__"), "role__position"):
        settings_off[str(grant.member), grant.member_id].append(_setting_off(grant))
    of_groups = GroupGrant.objects.filter(LICENCE_SETTING_OFF, group__platform=platform)
    for grant in of_groups.select_related("role", "group"):
        settings_off[f"The group {grant.group}", None].append(_setting_off(grant))
    offers = InvitationRole.objects.filter(LICENCE_SETTING_OFF, invitation__in=standing_invitations(platform))
    for offer in offers.select_related("role", "invitation").order_by("invitation__email", "role__position"):
        settings_off[f"The invitation of {offer.invitation.email}", None].append(_setting_off(offer))
    found = [Use(subject, "; ".join(lines), member) for (subject, member), lines in settings_off.items()]
    if platform.invitations_from_members:
        found.append(Use("Invitations from members", "can be on only while this is on"))
    return found


def _setting_off(grant):
    if not grant.assigned:
        return f"{grant.role} without a licence of this platform"
    return f"{grant.role} not restricted to this platform"


def uses_of_members_invitations(platform):
    """List the standing invitations that members who are no Administrators sent."""
    administrators = platform.members.filter(right=Right.ADMINISTRATOR).values("user")
    found = standing_invitations(platform).exclude(inviter__in=administrators).select_related("inviter")
    return [Use(f"The invitation of {row.email}", f"sent by {row.inviter}") for row in found]


def uses_of_locations(platform):
    """List who brings a licence here and who uses one of this platform elsewhere, by the options as stored."""
    platform = Platform.objects.get(pk=platform.pk)
    found = [
        Use(str(travel.member), f"uses {travel.role} here by a licence of {travel.other}", travel.member.pk)
        for travel in sources.brought(platform)
    ]
    return found + [
        Use(str(travel.member), f"uses your licence of {travel.role} at {travel.other}", travel.member.pk)
        for travel in sources.lent(platform)
    ]
