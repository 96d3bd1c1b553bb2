"""Reminds people of invitations that they have not answered, and withdraws those whose inviter leaves."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tenants import actor as actors
from tenants import audit, clock, invitations, memberships, tokens
from tenants.models import Invitation, InvitationState

AFTER = [timedelta(days=days) for days in (3, 7)]


def _due(now):
    waits = [Q(reminders=number, sent_at__lte=now - age) for number, age in enumerate(AFTER)]
    return Invitation.objects.filter(waits[0] | waits[1], state=InvitationState.SENT, expires_at__gt=now)


def remind_invited():
    """Mail the reminders that are due: one per person, however many were missed."""
    for pk in _due(timezone.now()).values_list("pk", flat=True):
        _remind(pk)


@transaction.atomic
def _remind(pk):
    now = timezone.now()
    rows = _due(now).select_for_update(of=["self"]).select_related("member__user", "platform", "inviter")
    invitation = rows.filter(pk=pk).first()
    if invitation is None or invitations.objection(actors.of(invitation.inviter, invitation.platform), invitation):
        return  # answered meanwhile, or nobody stands behind it now
    invitation.reminders = sum(now - invitation.sent_at >= age for age in AFTER)
    token = tokens.recall(invitation) or tokens.rotate(invitation)
    invitation.save(update_fields=["reminders", "token_seed", "token_hash"])
    subject = invitation.member.user
    audit.record(None, "invitation_reminded", invitation, platform=invitation.platform, subject=subject)
    invitations.announce(invitation, token, reminder=True)


# --- when the inviter leaves ---


def _sent_by(member):
    rows = Invitation.objects.filter(platform=member.platform_id, inviter=member.user_id, state=InvitationState.SENT)
    return rows.order_by("pk")


def preview(member):
    """Say which invitations are revoked."""
    return [f"the invitation of {row.email}, which they sent, is revoked" for row in _sent_by(member)]


def lock(member):
    """Lock what is revoked, as whoever answers does before anything else."""
    list(_sent_by(member).select_for_update().values_list("pk"))


def end(actor, member):
    """Revoke what nobody stands behind any more; return what the entry of the act keeps of it."""
    revoked = list(_sent_by(member).select_related("member__user", "platform"))
    for invitation in revoked:
        invitations.close(actor, invitation, InvitationState.REVOKED)
    return {"invitations_revoked": [invitation.email for invitation in revoked]} if revoked else {}


def register():
    """Hand the reminders to the clock, and to the end of a membership its part, before the spaces are locked."""
    clock.contribute("remind the invited", timedelta(hours=1), remind_invited)
    memberships.register(memberships.Step(preview=preview, lock=lock, end=end), first=True)
