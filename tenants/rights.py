"""The right of a member: what changing it does, said before, and the one act that changes it."""

from django.db import transaction

from tenants import access, audit
from tenants.errors import Conflict, Unacceptable
from tenants.members import lock_member, lock_platform, require_access, require_another_administrator
from tenants.models import InvitationState, Right

EFFECTS = []


def contribute_effects(effects):
    """Let a floor foretell: `effects(member, right)` -> sentences on what the person could do or see then."""
    EFFECTS.append(effects)


def effects(member, right):
    """Return sentences about everything that changes when `member` gets `right`."""
    lines = [*_gains(member, right), *_losses(member, right)]
    lines += [line for foretell in EFFECTS for line in foretell(member, right)]
    return [*lines, "Their credentials, roles and shares stay as they are."]


def _gains(member, right):
    platform = member.platform
    if right == Right.ADMINISTRATOR:
        yield "They manage members, roles, organizations and options, and act as Owner of every space."
        yield "They read everything; opening other people's Private and personal items is recorded each time."
    elif member.is_external and platform.members_create_spaces:
        yield "They may create spaces, unless every credential they hold is restricted."
    if member.is_external and not platform.externals_read_open:
        yield "An unrestricted credential of theirs opens open content of every organization."
    if member.is_external and member.sponsor_id:
        yield f"{member.sponsor} is no longer their sponsor: only Externals have one."


def _losses(member, right):
    platform = member.platform
    if member.right == Right.ADMINISTRATOR:
        yield "They no longer manage the platform, and read by their own credentials and shares alone."
        sent = member.user.invitations_sent.filter(platform=platform, state=InvitationState.SENT).count()
        if sent:
            yield f"{sent} invitations they sent are revoked when answered: they may no longer give what these offer."
    if right == Right.EXTERNAL:
        yield "They create no spaces and invite nobody."
        if not platform.externals_read_open:
            yield "Outside their spaces they read open content of their own organization only."


def needs_confirmation(member, right, company=None):
    """Tell whether this makes an External of the host company, which only an explicit choice does."""
    return right == Right.EXTERNAL and (company or member.company).is_host


def require_confirmation(member, right, confirmed, company=None):
    """Raise Unacceptable where an External of the host company would come about without that choice."""
    if needs_confirmation(member, right, company) and not confirmed:
        raise Unacceptable("Externals belong to an external company. Tick this if you mean it.", field="host_confirmed")


@transaction.atomic
def change_right(*, actor, member, right, host_confirmed=False, reason=""):
    """Give an active member another right.

    An External without a sponsor gets the actor as one; who is no External has none. Raises NotVisible,
    AccessDenied, Unacceptable for an unconfirmed External of the host company, and Conflict for a member without
    access, for the right they have already and for the last Administrator.
    """
    platform, actor = lock_platform(actor)
    decision = access.require(actor, "manage_members", platform)
    member = lock_member(platform, member.pk)
    require_access(member)
    if right == member.right:
        raise Conflict(f"{member} is {member.get_right_display()} already.", "Look at the page again.")
    require_another_administrator(member)
    require_confirmation(member, right, host_confirmed)
    before = _facts(member)
    member.right = right
    member.sponsor = (member.sponsor or actor.user) if member.is_external else None
    member.sponsor_offered = member.sponsor_offered if member.is_external else None
    member.save(update_fields=["right", "sponsor", "sponsor_offered"])
    told = {"decision": decision, "subject": member.user, "reason": reason}
    audit.record(actor, "right_changed", member, before=before, after=_facts(member), **told)
    return member


def _facts(member):
    return {"right": member.right, "sponsor": str(member.sponsor or "")}
