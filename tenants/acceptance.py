"""Answering an invitation: once, by the owner of the verified address it names, while it stands."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from tenants import actor as actors
from tenants import audit, consent, ends, groups, invitations, ledger, memberships, notifications, stock
from tenants.errors import Gone, NotVisible
from tenants.models import Cause, Invitation, InvitationState, Member, Platform, Status

RELATED = ("platform", "company", "inviter", "member__user")
OVER = {
    InvitationState.ACCEPTED: ("This invitation was accepted already.", "Sign in and choose the platform."),
    InvitationState.DECLINED: ("This invitation was declined.", "Ask for a new one if you changed your mind."),
    InvitationState.EXPIRED: ("This invitation has expired.", "Another one was sent to you later."),
    InvitationState.REVOKED: ("This invitation was taken back.", "Ask the person who sent it."),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of accepting: the member, and sentences about what could not be given.

    No member: the invitation was revoked, or it waits for an Administrator whom a side wants asked first.
    """

    invitation: Invitation
    member: Member | None
    left_out: tuple[str, ...] = ()
    waits: bool = False


def find(*, token_hash="", pk=None):
    """Return an invitation by the hash of its token or by its id, or None."""
    rows = Invitation.objects.select_related(*RELATED)
    if token_hash:
        return rows.filter(token_hash=token_hash).first()
    return rows.filter(pk=pk).first() if pk else None


def is_meant_for(user, invitation):
    """Tell whether the invited address is one that `user` has verified."""
    return EmailAddress.objects.filter(user=user, email=invitation.email, verified=True).exists()


def require_standing(invitation):
    """Raise Gone, with what happened and what to do, unless the invitation can be answered now."""
    if invitation.state in OVER:
        raise Gone(*OVER[invitation.state])
    if invitation.expires_at <= timezone.now():
        raise Gone("This invitation has expired.", f"Ask {invitation.inviter} to send it again.")


def _lock(user, pk):
    invitation = Invitation.objects.select_for_update(of=["self"]).select_related(*RELATED).filter(pk=pk).first()
    if invitation is None or not is_meant_for(user, invitation):
        raise NotVisible
    require_standing(invitation)
    return invitation


@transaction.atomic
def accept_invitation(*, user, pk):
    """Accept: become an active member with what the inviter can still give. Returns an Answer.

    Raises NotVisible for anybody but the owner of the verified address, Gone when it no longer stands, and Conflict
    when the rule of a partner refuses it.
    """
    host = Platform.objects.select_for_update(of=["self"], no_key=True)
    host.filter(invitations=pk).first()  # the rules for partners stay as they are until this is done
    invitation = _lock(user, pk)
    inviter = actors.of(invitation.inviter, invitation.platform)
    if reason := invitations.objection(inviter, invitation):
        return _revoke(user, inviter, invitation, reason)
    if not consent.lets_in(user, invitation):
        return Answer(invitation, None, waits=True)
    member = _activated(user, invitation)
    with ledger.accounted(member, Cause.ACCEPTED, user):
        left_out = stock.settle_member(member, list(invitation.roles.select_related("role")))
        member.status = Status.ACTIVE
        member.save()
    left_out += memberships.accept(inviter, invitation, member)
    member.held_before = {}
    member.save(update_fields=["held_before"])
    invitation.state, invitation.answered_at = InvitationState.ACCEPTED, timezone.now()
    invitation.left_out = left_out
    invitation.save(update_fields=["state", "answered_at", "left_out", "member"])
    offered = invitations.in_words(invitation)
    after = {"given": offered, **({"left_out": left_out} if left_out else {})}
    platform = invitation.platform
    audit.record(None, "invitation_accepted", invitation, platform=platform, user=user, subject=user, after=after)
    ends.tell_sponsor(member, invitation)
    _tell(invitation, f"{user} accepted your invitation to {platform}.", left_out)
    if left_out:
        _tell_invited(user, invitation, left_out)
    return Answer(invitation, member, tuple(left_out))


def _activated(user, invitation):
    """Return the invited member, locked, on the account that accepts; still pending."""
    member = (
        Member.objects.select_for_update(of=["self"]).select_related("user", "platform").get(pk=invitation.member_id)
    )
    if member.user_id != user.pk:
        other = Member.objects.select_for_update(of=["self"]).filter(platform=member.platform, user=user).first()
        if other is not None and other.status == Status.ACTIVE:
            raise Gone("You are a member of this platform already.", "Choose it in the platform menu.")
        memberships.move(member, user)
        member = _merged(member, other, user, invitation)
    member.right, member.company, member.joined_at = invitation.right, invitation.company, timezone.now()
    member.sponsor = ends.sponsor_from(invitation, member)
    member.ends_at, member.end_settled, member.sponsor_offered = invitation.access_ends_at, False, None
    member.end_reminders = ends.passed(member.ends_at, member.joined_at)
    return member


def _merged(member, other, user, invitation):
    if other is None:
        member.user = user
        return member
    groups.carry_over(member, other)
    member.grants.update(member=other)
    member.status = Status.REMOVED
    member.save(update_fields=["status"])
    other.status, other.unit = Status.PENDING, None
    invitation.member = other
    return other


def _revoke(user, inviter, invitation, reason):
    """The membership can no longer be given: the invitation is revoked, and both are told."""
    invitations.close(inviter, invitation, InvitationState.REVOKED)
    platform = invitation.platform
    audit.record(None, "invitation_revoked", invitation, platform=platform, user=user, subject=user, reason=reason)
    _tell(invitation, f"Your invitation of {invitation.email} to {platform} was revoked.", [reason])
    return Answer(invitation, None, (reason,))


@transaction.atomic
def decline_invitation(*, user, pk):
    """Decline; nothing is given, and the inviter is told. Raises as accepting does."""
    invitation = _lock(user, pk)
    invitations.close(actors.of(invitation.inviter, invitation.platform), invitation, InvitationState.DECLINED)
    platform = invitation.platform
    audit.record(None, "invitation_declined", invitation, platform=platform, user=user, subject=user)
    _tell(invitation, f"{invitation.email} declined your invitation to {platform}.", [])
    return invitation


@transaction.atomic
def record_mismatch(*, user, invitation):
    """Write down that somebody tried to answer an invitation meant for another address."""
    audit.record(None, "invitation_refused", invitation, platform=invitation.platform, user=user, subject=user)


def _tell(invitation, text, left_out):
    notifications.notify(
        user=invitation.inviter,
        platform=invitation.platform,
        kind="answer",
        subject=f"invitation:{invitation.pk}",
        text=" ".join([text, *left_out])[:300],
        path=reverse("tenants:invitation_list", args=[invitation.platform.slug]),
    )


def _tell_invited(user, invitation, left_out):
    notifications.notify(
        user=user,
        platform=invitation.platform,
        kind="membership",
        subject=f"left-out:{invitation.pk}",
        text=" ".join(left_out)[:300],
        path=reverse("tenants:home", args=[invitation.platform.slug]),
    )
