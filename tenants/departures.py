"""Leaving for good: an Administrator removes a person and hands over what is theirs, or the person leaves."""

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from tenants import access, audit, memberships, notifications
from tenants.errors import Conflict, Unacceptable
from tenants.members import (
    conclude,
    lasting_administrators,
    lock_member,
    lock_platform,
    require_access,
    require_another_administrator,
    sponsored,
)
from tenants.memberships import Estate
from tenants.models import Member, Right, Status

GUESTS = "guests"


def estates(member):
    """Return everything of `member` that needs somebody else when they are removed, with who may take it."""
    guests = [str(guest) for guest in sponsored(member).select_related("user")]
    found = memberships.estates(member)
    if not guests:
        return found
    what = f"Sponsor of {', '.join(guests)}"
    return [Estate(GUESTS, what, tuple(_sponsors(member)), "They have no sponsor until one is named."), *found]


def _sponsors(member):
    """Return who may take over Externals: Administrators, and active members who sponsor somebody already."""
    rows = Member.objects.filter(platform=member.platform_id, status=Status.ACTIVE, user__is_active=True)
    sponsoring = Member.objects.filter(platform=member.platform_id, sponsor__isnull=False).values("sponsor")
    known = Q(right=Right.ADMINISTRATOR) | Q(right=Right.MEMBER, user__in=sponsoring)
    return rows.filter(known).exclude(pk=member.pk).select_related("user", "company", "unit")


@transaction.atomic
def remove_user(*, actor, member, heirs, reason=""):
    """Remove a person: end their access, if any, and hand over what is theirs; only the record and the past stay.

    `heirs` maps keys of `estates` to Members; what nobody is named for goes the way its Estate says. Raises
    NotVisible, AccessDenied, Unacceptable for an heir whom the rules do not let take it, and Conflict for somebody
    who has not accepted yet, who is removed already, and for the last Administrator.
    """
    platform, actor = lock_platform(actor)
    decision = access.require(actor, "manage_members", platform)
    named = sorted({member.pk, *(heir.pk for heir in heirs.values())})
    list(Member.objects.select_for_update().filter(platform=platform, pk__in=named).order_by("pk").values_list("pk"))
    member = lock_member(platform, member.pk)
    _require_removing(member)
    require_another_administrator(member)
    memberships.lock(member)
    facts = _hand_over(actor, member, heirs)
    before, after = conclude(actor, member, Status.REMOVED)
    _tell_heirs(member, heirs, facts)
    told = {"decision": decision, "subject": member.user, "reason": reason}
    audit.record(actor, "user_removed", member, before=before, after=after | facts, **told)
    return member


def _require_removing(member):
    if member.status == Status.PENDING:
        require_access(member)
    if member.status == Status.REMOVED:
        raise Conflict(f"{member} is removed already.", "Invite them to give access again.")


def _hand_over(actor, member, heirs):
    """Give each Estate to its heir by the rules of now; return what the record keeps of it."""
    offered = {estate.key: estate for estate in estates(member)}
    for key, heir in heirs.items():
        if key not in offered or heir not in offered[key].heirs:
            raise Unacceptable(f"{heir} can no longer take this over.", field=key, remedy="Choose somebody else.")
    facts = {}
    if GUESTS in heirs:
        facts["sponsored_by"] = str(heirs[GUESTS])
    if GUESTS in offered:
        sponsored(member).update(sponsor=heirs[GUESTS].user if GUESTS in heirs else None)
    return facts | memberships.hand_over(actor, member, heirs)


def _tell_heirs(member, heirs, facts):
    for heir in {heir.pk: heir for heir in heirs.values()}.values():
        notifications.notify(
            user=heir.user,
            platform=member.platform,
            kind="handover",
            subject=f"handover:{member.pk}",
            text=f"{member} was removed from {member.platform}; you take over some of what was theirs.",
            path=reverse("tenants:home", args=[member.platform.slug]),
        )


@transaction.atomic
def leave_platform(*, actor, reason=""):
    """End one's own access and all that hangs on it; the Administrators are told.

    The longest-serving other Administrator becomes Owner of the spaces left without one. Raises NotVisible for who
    has no access, and Conflict for the last Administrator.
    """
    platform, actor = lock_platform(actor)
    decision = access.require(actor, "leave", platform)
    member = lock_member(platform, actor.member.pk)
    require_another_administrator(member)
    before, after = conclude(actor, member, Status.NO_ACCESS)
    told = {"decision": decision, "subject": member.user, "reason": reason}
    audit.record(actor, "member_left", member, before=before, after=after, **told)
    for administrator in lasting_administrators(platform).select_related("user"):
        notifications.notify(
            user=administrator.user,
            platform=platform,
            kind="membership",
            subject=f"member-left:{member.pk}",
            text=f"{member} left {platform}.",
            path=reverse("tenants:member_detail", args=[platform.slug, member.pk]),
        )
    return member
