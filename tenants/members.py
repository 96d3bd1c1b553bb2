"""Members of a platform: finding them, knowing the last Administrator, and ending their access."""

from datetime import timedelta

from django.db import OperationalError, transaction

from tenants import access, audit, ledger, memberships
from tenants import actor as actors
from tenants.errors import Conflict, NotVisible
from tenants.models import Cause, Member, Platform, Right, Status
from tenants.roster import everybody

SEEN_EVERY = timedelta(minutes=5)


def find_member(platform, pk):
    """Return a member of `platform` as the list loads them, removed ones too. Raise NotVisible for anybody else's."""
    found = everybody(platform).filter(pk=pk).first()
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
    grants = member.grants.select_related("role", "through__group")
    lines = [
        f"{_named(grant)} ends" + (", and its licence is free again" if grant.assigned else "") for grant in grants
    ]
    if further := member.organizations.count():
        lines.append(f"belonging to {further} further {'organization' if further == 1 else 'organizations'} ends")
    return [*memberships.endings(member), *lines]


def _named(grant):
    return f"{grant.role}, through the group {grant.through.group}," if grant.through else str(grant.role)


def remains(member):
    """Return sentences about everything that stays when the access of `member` ends."""
    sent = member.user.invitations_sent.filter(platform=member.platform_id).count()
    lines = [f"the list of {sent} {'invitation' if sent == 1 else 'invitations'} they sent"] if sent else []
    if guests := sponsored(member).count():
        lines.append(f"{guests} {'External' if guests == 1 else 'Externals'} they sponsor, who need another sponsor")
    return [*memberships.remains(member), *lines, "the record of what they did"]


def sponsored(member):
    """Return the members of the platform whose sponsor this person is."""
    return Member.objects.filter(
        platform=member.platform_id, sponsor=member.user_id, status__in=(Status.ACTIVE, Status.PENDING)
    )


def lasting_administrators(platform):
    """Return the members who keep a platform: active Administrators without an end who can sign in."""
    return Member.objects.filter(
        platform=platform, right=Right.ADMINISTRATOR, status=Status.ACTIVE, user__is_active=True, ends_at=None
    )


def is_last_administrator(member):
    """Tell whether `member` is the one active Administrator without an end that the platform has left."""
    if member.right != Right.ADMINISTRATOR or member.status != Status.ACTIVE:
        return False
    return not lasting_administrators(member.platform_id).exclude(pk=member.pk).exists()


def require_another_administrator(member):
    """Raise Conflict when the platform would be without a lasting Administrator; call it with the platform locked."""
    if is_last_administrator(member):
        raise Conflict(
            f"{member} is the last Administrator of {member.platform}.",
            "Make another member without an end date Administrator first.",
        )


def lock_platform(actor):
    """Lock the actor's platform; return it and the actor by the rows of now.

    Everything that changes who administers a platform does this first. Raises NotVisible when the actor's own
    membership was removed meanwhile.
    """
    platform = Platform.objects.select_for_update(no_key=True).get(pk=actor.platform_id)
    now = actors.of(actor.user, platform)
    if now is None:
        raise NotVisible
    return platform, now


def lock_member(platform, pk):
    """Lock a member of a locked platform and return them. Raise NotVisible for anybody else's."""
    rows = Member.objects.select_for_update(of=["self"]).select_related("platform", "user", "company", "unit")
    member = rows.filter(platform=platform, pk=pk).first()
    if member is None:
        raise NotVisible
    return member


def require_access(member):
    """Raise Conflict unless the member has access that can be changed or ended."""
    if member.status == Status.PENDING:
        raise Conflict(f"{member} has not accepted yet.", "Revoke the invitation instead.")
    if member.status != Status.ACTIVE:
        raise Conflict(f"{member} has no access any more.", "Invite them to give access again.")


@transaction.atomic
def end_access(*, actor, member, reason="", keep=False):
    """End the access of `member` and all that hangs on it; they return by accepting an invitation.

    With `keep`, what they held is noted and fills the next invitation of this person; nothing of it counts meanwhile.
    Raises NotVisible, AccessDenied, and Conflict for a member without access and for the last Administrator.
    """
    platform, actor = lock_platform(actor)
    decision = access.require(actor, "manage_members", platform)
    member = lock_member(platform, member.pk)
    require_access(member)
    require_another_administrator(member)
    before, after = conclude(actor, member, Status.NO_ACCESS, keep=keep)
    told = {"decision": decision, "subject": member.user, "reason": reason}
    audit.record(actor, "access_ended", member, before=before, after=after, **told)
    return member


def conclude(actor, member, status, *, keep=False):
    """End all that hangs on a locked membership and give it `status`; return (before, after) for the record.

    Part of every act that ends a membership: it asks no rule and writes no entry. `actor` is None where time ends it.
    """
    before = {
        "status": member.status,
        "right": member.right,
        "roles": list(member.grants.values_list("role__code", flat=True)),
    }
    kept = holdings(member) if keep else {}
    memberships.lock(member)
    with ledger.accounted(member, Cause.ENDED, actor.user if actor else None):
        facts = memberships.end(actor, member)
        member.grants.all().delete()
        member.organizations.clear()
        member.status, member.held_before, member.auditor = status, kept, False
        member.save(update_fields=["status", "held_before", "auditor"])
    after = {"status": member.status, **facts, **({"noted_for_a_return": kept["lines"]} if kept else {})}
    return before, after


def holdings(member):
    """Return what `member` holds now, as values that an invitation draft takes, and in sentences as `lines`."""
    grants = list(member.grants.filter(through=None).select_related("role"))
    above = memberships.held(member)
    roles = {grant.role.code: {"assigned": grant.assigned, "restricted": grant.restricted} for grant in grants}
    lines = [*(str(grant.role) for grant in grants), *above.pop("lines", [])]
    return {"right": member.right, "company": str(member.company_id), "roles": roles, **above, "lines": lines}
