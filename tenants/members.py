"""Members of a platform: finding them, and ending their access."""

from datetime import timedelta

from django.db import OperationalError, transaction
from django.utils import timezone

from tenants import access, audit, ledger, memberships
from tenants import actor as actors
from tenants.errors import Conflict, NotVisible
from tenants.models import Cause, InvitationState, Member, Platform, Right, Status

SEEN_EVERY = timedelta(minutes=5)


def find_member(platform, pk):
    """Return a member of `platform`, removed ones included. Raise NotVisible for anybody else's."""
    rows = Member.objects.select_related("platform", "user", "company", "unit")
    found = rows.filter(platform=platform, pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def note_seen(member, now):
    """Keep when a member was last here: one small write in five minutes, and none where it would have to wait."""
    if member.last_seen_at is not None and now - member.last_seen_at < SEEN_EVERY:
        return
    try:
        with transaction.atomic():
            Member.objects.filter(pk=member.pk).update(last_seen_at=now)
    except OperationalError:  # a busy database; the next request tells it
        return
    member.last_seen_at = now


def endings(member):
    """Return sentences about everything that ends with the access of `member`."""
    grants = member.grants.select_related("role")
    lines = [f"{grant.role} ends" + (", and its licence is free again" if grant.assigned else "") for grant in grants]
    if further := member.organizations.count():
        lines.append(f"belonging to {further} further {'organization' if further == 1 else 'organizations'} ends")
    return [*memberships.endings(member), *lines]


def remains(member):
    """Return sentences about everything that stays when the access of `member` ends."""
    sent = member.user.invitations_sent.filter(
        platform=member.platform_id, state=InvitationState.SENT, expires_at__gt=timezone.now()
    ).count()
    lines = (
        []
        if not sent
        else [
            f"{sent} {'invitation' if sent == 1 else 'invitations'} they sent:"
            " revoked when somebody answers, because nobody stands behind it any more"
        ]
    )
    return [*memberships.remains(member), *lines, "the record of what they did"]


def is_last_administrator(member):
    """Tell whether `member` is the one active Administrator that the platform has left."""
    if member.right != Right.ADMINISTRATOR or member.status != Status.ACTIVE:
        return False
    others = Member.objects.filter(
        platform=member.platform_id, right=Right.ADMINISTRATOR, status=Status.ACTIVE, user__is_active=True
    )
    return not others.exclude(pk=member.pk).exists()


@transaction.atomic
def end_access(*, actor, member, reason=""):
    """End the access of `member` and all that hangs on it; they return by accepting an invitation.

    Raises NotVisible, AccessDenied, and Conflict for a member without access and for the last Administrator.
    """
    platform = Platform.objects.select_for_update(no_key=True).get(pk=actor.platform_id)
    actor = actors.of(actor.user, platform)  # as stored now: somebody may have ended the actor's own access
    decision = access.require(actor, "manage_members", platform)
    member = _lock(platform, member.pk)
    _require_ending(platform, member)
    before = {
        "status": member.status,
        "right": member.right,
        "roles": list(member.grants.values_list("role__code", flat=True)),
    }
    with ledger.accounted(member, Cause.ENDED, actor.user):
        memberships.end(actor, member)
        member.grants.all().delete()
        member.organizations.clear()
        member.status = Status.NO_ACCESS
        member.save(update_fields=["status"])
    audit.record(
        actor,
        "access_ended",
        member,
        decision=decision,
        subject=member.user,
        before=before,
        after={"status": member.status},
        reason=reason,
    )
    return member


def _lock(platform, pk):
    rows = Member.objects.select_for_update(of=["self"]).select_related("platform", "user", "company", "unit")
    member = rows.filter(platform=platform, pk=pk).first()
    if member is None:
        raise NotVisible
    return member


def _require_ending(platform, member):
    if member.status == Status.PENDING:
        raise Conflict(f"{member} has not accepted yet.", "Revoke the invitation instead.")
    if member.status != Status.ACTIVE:
        raise Conflict(f"{member} has no access any more.", "Invite them to give access again.")
    if is_last_administrator(member):
        raise Conflict(f"{member} is the last Administrator of {platform}.", "Make another member Administrator first.")
