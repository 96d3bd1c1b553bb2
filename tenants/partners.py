"""Partners of a platform: naming one, the rules towards each, and the answers to invitations that wait for us.

A platform writes its own side only. Naming an address answers alike whether or not a platform has it.
"""

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction
from django.utils import timezone

from tenants import access, audit, consent, invitations, members
from tenants.errors import Conflict, NotVisible, Unacceptable
from tenants.models import Consent, Given, Invitation, InvitationState, Partner, PartnerRule, Platform, Way
from tenants.partner_rules import effective

WAYS = (Way.INBOUND, Way.OUTBOUND)
LONGEST = Partner._meta.get_field("address").max_length
DEFAULTS = {"inbound": "partners_inbound", "outbound": "partners_outbound"}


def fresh(actor):
    """Lock the actor's platform; return (platform, actor, decision) as stored now. Part of an act on partners."""
    platform, actor = members.lock_platform(actor)
    if actor is None:
        raise NotVisible
    return platform, actor, access.require(actor, "manage_partners", platform)


@transaction.atomic
def name_partner(*, actor, address, inbound="", outbound=""):
    """Keep a record of the platform with this address, whether or not there is one.

    Raises Unacceptable for one's own address or one that no platform can have, Conflict for a second record.
    """
    platform, actor, decision = fresh(actor)
    address = _address(platform, address)
    row, made = Partner.objects.get_or_create(platform=platform, address=address)
    if not made:
        raise Conflict(f"There is a record of {address} already.", "Change its rules in the list.")
    row.inbound, row.outbound = _rule(inbound, "inbound"), _rule(outbound, "outbound")
    row.save(update_fields=["inbound", "outbound"])
    _meet(platform, address)
    audit.record(actor, "partner_named", row, decision=decision, after=_facts(row))
    return row


def _address(platform, typed):
    address = typed.strip().lower()
    try:
        validate_slug(address)
    except ValidationError:
        address = ""
    if not 0 < len(address) <= LONGEST:
        raise Unacceptable("An address is one word of letters, figures and hyphens.", field="address")
    if address == platform.slug:
        raise Unacceptable("That is your own platform.", field="address")
    return address


def _meet(platform, address):
    """Let two platforms know of each other that have both named the other."""
    other = Platform.objects.filter(slug=address).first()
    if other is not None and Partner.objects.filter(platform=other, address=platform.slug).exists():
        consent.make_known(platform, other)
        consent.make_known(other, platform)


@transaction.atomic
def set_rules(*, actor, address, inbound, outbound):
    """Set both rules towards one partner; an empty one follows the default. Returns the record.

    The partner is one that the platform has a record of or people in common with: ask `partner_pages.find` first.
    Raises Conflict when nothing changes.
    """
    platform, actor, decision = fresh(actor)
    row = Partner.objects.filter(platform=platform, address=address).first()
    row = row or Partner.objects.create(platform=platform, address=address, known=True)
    before = _facts(row)
    row.inbound, row.outbound = _rule(inbound, "inbound"), _rule(outbound, "outbound")
    if _facts(row) == before:
        raise Conflict("It is set like that already.", "Look at the page again.")
    row.save(update_fields=["inbound", "outbound"])
    audit.record(actor, "partner_rules_set", row, decision=decision, before=before, after=_facts(row))
    return row


@transaction.atomic
def set_default_rules(*, actor, inbound, outbound):
    """Set both rules for partners without one of their own. Raises Conflict when nothing changes."""
    platform, actor, decision = fresh(actor)
    wanted = {"inbound": _rule(inbound, "inbound", True), "outbound": _rule(outbound, "outbound", True)}
    before = {way: getattr(platform, field) for way, field in DEFAULTS.items()}
    if wanted == before:
        raise Conflict("It is set like that already.", "Look at the page again.")
    for way, field in DEFAULTS.items():
        setattr(platform, field, wanted[way])
    platform.save(update_fields=list(DEFAULTS.values()))
    audit.record(actor, "partner_default_set", platform, decision=decision, before=before, after=wanted)
    return platform


def _rule(text, field, needed=False):
    if text in PartnerRule.values or (text == "" and not needed):
        return text
    raise Unacceptable("Choose one of the rules in the list.", field=field)


def _facts(row):
    return {way: effective(row.platform, row, way).words for way in WAYS}


def find_asked(platform, pk):
    """Return what was asked of a platform. Raise NotVisible for what was asked of another one."""
    found = Consent.objects.filter(platform=platform, pk=pk).first()
    if found is None:
        raise NotVisible
    return found


@transaction.atomic
def approve_invitation(*, actor, pk):
    """Say yes for our side; the mail to the person leaves when no other side is still asked. Returns the Consent.

    Raises NotVisible for what does not wait here, Conflict when it was answered or the invitation no longer stands.
    """
    actor, decision, row, invitation = _asked(actor, pk)
    _decide(row, actor, Given.APPROVED, "")
    subject = invitation.member.user
    audit.record(actor, "consent_given", row, decision=decision, subject=subject)
    if not Consent.objects.filter(invitation=invitation).exclude(state=Given.APPROVED).exists():
        invitations.announce(invitation, invitations.renew(invitation))
    return row


@transaction.atomic
def refuse_invitation(*, actor, pk, reason):
    """Say no for our side. An invitation of ours is revoked by that; one of another platform can no longer be accepted.

    The other side is told nothing of it. Raises as approving does.
    """
    actor, decision, row, invitation = _asked(actor, pk)
    _decide(row, actor, Given.REFUSED, reason)
    if row.way == Way.INBOUND:
        invitations.close(actor, invitation, InvitationState.REVOKED)
    subject = invitation.member.user
    audit.record(actor, "consent_refused", row, decision=decision, subject=subject, reason=row.reason)
    return row


def _asked(actor, pk):
    _platform, actor, decision = fresh(actor)
    found = find_asked(actor.platform, pk)
    invitation = Invitation.objects.select_for_update(of=["self"]).get(pk=found.invitation_id)
    row = Consent.objects.select_related("platform").filter(pk=pk).first()
    if row is None or row.state != Given.ASKED:
        raise Conflict("This was answered already.", "Look at the page again.")
    if invitation.state != InvitationState.SENT or invitation.expires_at <= timezone.now():
        raise Conflict("This invitation no longer stands.", "They can invite the person anew.")
    return actor, decision, row, invitation


def _decide(row, actor, state, reason):
    row.state, row.reason = state, reason.strip()[:500]
    row.decided_by, row.decided_at = actor.user, timezone.now()
    row.save(update_fields=["state", "reason", "decided_by", "decided_at"])
