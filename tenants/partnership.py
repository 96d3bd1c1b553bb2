"""The end of a partnership from the host's side: everything of one partner here, by the services that end each part."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from tenants import audit, invitations, members
from tenants.models import Invitation, InvitationState, Partner, PartnerRule, Platform
from tenants.partner_rules import effective
from tenants.partners import WAYS, fresh
from tenants.relations import Guest, guests_of, homes_of


@dataclass(frozen=True, slots=True)
class Ending:
    """What ends with a partnership: the guests and the standing invitations that are known to be the partner's."""

    people: tuple[Guest, ...]
    invitations: tuple[Invitation, ...]


def ending(platform, other):
    """Return the Ending of a partnership as it would be now; a fixed number of queries. No platform, no end."""
    if other is None:
        return Ending((), ())
    people = tuple(guest for guest in guests_of(platform) if guest.home == other)
    return Ending(people, tuple(_invitations(platform, other)))


def _invitations(platform, other):
    """Return the standing invitations of people whom the platform knows to be at home at `other`.

    It knows that of who was here before, and of who has accepted and waits for its own word.
    """
    rows = Invitation.objects.filter(platform=platform, state=InvitationState.SENT, expires_at__gt=timezone.now())
    rows = rows.select_related("member__user").order_by("pk")
    asked = set(rows.filter(consents__platform=platform, consents__partner=other).values_list("pk", flat=True))
    before = [row for row in rows if row.member.joined_at is not None]
    homes = homes_of([row.member.user_id for row in before], besides=platform)
    known = {row.pk for row in before if homes.get(row.member.user_id) == [other]}
    return [row for row in rows if row.pk in asked | known]


@transaction.atomic
def end_partnership(*, actor, address, reason=""):
    """End the access of all people of a partner, revoke their invitations, and refuse both ways from now on.

    One act with its entry, and one for each part it ends. Raises Conflict where a part cannot end, and nothing does.
    """
    platform, actor, decision = fresh(actor)
    row = Partner.objects.get_or_create(platform=platform, address=address, defaults={"known": True})[0]
    ends = ending(platform, Platform.objects.filter(slug=address).first())
    before = {way: effective(platform, row, way).words for way in WAYS}
    for invitation in ends.invitations:
        invitations.revoke_invitation(actor=actor, pk=invitation.pk)
    for guest in ends.people:
        members.end_access(actor=actor, member=guest.member, reason=reason)
    row.inbound = row.outbound = PartnerRule.REFUSE
    row.save(update_fields=["inbound", "outbound"])
    after = {way: effective(platform, row, way).words for way in WAYS}
    after |= {"people": len(ends.people), "invitations": len(ends.invitations)}
    audit.record(actor, "partnership_ended", row, decision=decision, before=before, after=after, reason=reason)
    return ends
