"""Whether both sides agree to an invitation: the host's inbound rule and the outbound rule of the person's homes.

Asked when an invitation is sent and again when it is accepted, in the transaction of each. Until somebody accepts,
the host learns nothing of their homes: an invitation that a home holds back looks, there, like any that nobody
has answered yet; and what the host says to a platform is asked when the person accepts, unless the host has known
their home from before. docs/adr/0006 says why.
"""

from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from tenants import audit, notifications
from tenants.errors import Conflict
from tenants.models import Consent, Given, Member, Partner, Platform, Right, Status, Way
from tenants.partner_rules import Effective, Verdict, effective, strictest, together, verdict
from tenants.relations import homes_of


@dataclass(frozen=True, slots=True)
class Side:
    """One side of an invitation: which platform is asked, about which partner, by which rule, and its verdict."""

    platform: Platform
    way: Way
    partner: Platform | None
    rule: Effective
    consent: Consent | None

    @property
    def verdict(self):
        """Go, ask or stop; a refusal that only a rule made ends with the rule."""
        ruled = self.consent is None or (self.consent.state == Given.REFUSED and self.consent.decided_by_id is None)
        return verdict(self.rule.rule, "" if ruled else self.consent.state)


def sides_of(invitation, homes, *, inbound=True):
    """Return the Sides of an invitation of somebody with these homes; two queries. Without a home nobody is asked."""
    if not homes:
        return []
    host = invitation.platform
    rows = Partner.objects.filter(
        Q(platform__in=homes, address=host.slug) | Q(platform=host, address__in=[home.slug for home in homes])
    )
    records = {(row.platform_id, row.address): row for row in rows}
    given = {row.platform_id: row for row in Consent.objects.filter(invitation=invitation)}
    sides = []
    for home in homes:
        rule = effective(home, records.get((home.pk, host.slug)), Way.OUTBOUND)
        sides.append(Side(home, Way.OUTBOUND, host, rule, given.get(home.pk)))
    if inbound:
        rule = strictest([effective(host, records.get((host.pk, home.slug)), Way.INBOUND) for home in homes])
        partner = homes[0] if len(homes) == 1 else None
        sides.append(Side(host, Way.INBOUND, partner, rule, given.get(host.pk)))
    return sides


# --- at sending ---


def holds_back(invitation):
    """Ask both sides of an invitation about to be mailed; return whether its mail has to wait for somebody.

    The host's own rule is asked here only about people whose home it has known from before; an Administrator who
    invites them has given its word by that. Raises Conflict when it refuses them. Part of a sending service.
    """
    member = invitation.member
    homes = homes_of([member.user_id], besides=invitation.platform).get(member.user_id, [])
    sides = sides_of(invitation, homes, inbound=member.joined_at is not None and len(homes) == 1)
    for side in sides:
        if side.way == Way.INBOUND and side.verdict == Verdict.STOP:
            raise Conflict(*_refusal(side))
        if side.way == Way.INBOUND and side.verdict == Verdict.ASK and _is_administrator(invitation):
            _store(invitation, side, Given.APPROVED, decided_by=invitation.inviter)
        elif side.verdict != Verdict.GO:
            _ask(invitation, side, member.user)
        elif side.consent is not None and side.consent.state != Given.APPROVED:
            side.consent.delete()  # the rule has come to allow what it held back
    return Consent.objects.filter(invitation=invitation).exclude(state=Given.APPROVED).exists()


def _is_administrator(invitation):
    rows = Member.objects.filter(platform=invitation.platform, user=invitation.inviter)
    return rows.filter(status=Status.ACTIVE, right=Right.ADMINISTRATOR).exists()


# --- at acceptance ---


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands between a person and accepting, in words for themselves. Nothing: they may accept."""

    verdict: Verdict
    stops: tuple[str, str] | None
    asks: tuple[str, ...]
    waits: tuple[str, ...]
    homes: tuple[Platform, ...]


def standing(invitation, user):
    """Return how an invitation stands with both sides of `user`, as they may know it; changes nothing."""
    homes = homes_of([user.pk], besides=invitation.platform).get(user.pk, [])
    sides = sides_of(invitation, homes)
    asked = [side for side in sides if side.verdict == Verdict.ASK]
    return Standing(
        together(side.verdict for side in sides),
        next((_refusal(side) for side in sides if side.verdict == Verdict.STOP), None),
        tuple(f"An Administrator of {side.platform}" for side in asked if not _waits(side)),
        tuple(f"An Administrator of {side.platform}" for side in asked if _waits(side)),
        tuple(homes),
    )


def _waits(side):
    return side.consent is not None and side.consent.state == Given.ASKED


def lets_in(user, invitation):
    """Ask both sides of an invitation that `user` accepts; return whether it may go on now, else it waits.

    Raises Conflict when a side refuses. Locks the employing memberships, so that a recall finds what this made.
    Part of accepting: the relation becomes known to both sides here.
    """
    homes = homes_of([user.pk], besides=invitation.platform, lock=True).get(user.pk, [])
    sides = sides_of(invitation, homes)
    for side in sides:
        if side.verdict == Verdict.STOP:
            raise Conflict(*_refusal(side))
    open_sides = [side for side in sides if side.verdict == Verdict.ASK]
    for side in open_sides:
        _ask(invitation, side, user)
    if open_sides:
        return False
    for home in homes:
        make_known(home, invitation.platform)
    if len(homes) == 1:
        make_known(invitation.platform, homes[0])
    return True


def make_known(platform, other):
    """Let `platform` know of `other` from now on: both have people in common, or have named each other."""
    Partner.objects.update_or_create(platform=platform, address=other.slug, defaults={"known": True})


# --- asking ---


def _refusal(side):
    if side.way == Way.INBOUND:
        name = side.partner or "one of this person's home platforms"
        return (
            f"{side.platform} takes nobody of {name}.",
            f"An Administrator of {side.platform} sets the rules for partners.",
        )
    if side.consent is not None and side.consent.decided_by_id:
        reason = f" The reason: {side.consent.reason}" if side.consent.reason else ""
        return f"{side.platform} refused this invitation.{reason}", f"Ask an Administrator of {side.platform}."
    return (
        f"{side.platform} lets nobody work at {side.partner}.",
        f"Ask an Administrator of {side.platform}, who sets the rules for partners.",
    )


def _store(invitation, side, state, **more):
    now = timezone.now()
    decided = {"decided_at": now if state != Given.ASKED else None}
    values = {"way": side.way, "partner": side.partner, "state": state, "asked_at": now} | decided | more
    row, _made = Consent.objects.update_or_create(invitation=invitation, platform=side.platform, defaults=values)
    return row


def _ask(invitation, side, user):
    """Write down that a side is asked, or that its rule refuses; tell its Administrators and its record, once."""
    refused = side.verdict == Verdict.STOP
    if side.consent is not None and (side.consent.decided_by_id or (side.consent.state == Given.REFUSED) == refused):
        return
    consent = _store(invitation, side, Given.REFUSED if refused else Given.ASKED)
    if side.way == Way.OUTBOUND:
        Partner.objects.update_or_create(
            platform=side.platform, address=side.partner.slug, defaults={"known": True}
        )  # it decides about this partner, so it knows of it
    verb = "consent_withheld" if refused else "consent_asked"
    audit.record(None, verb, consent, platform=side.platform, subject=user, reason=side.rule.words)
    if not refused:
        _tell(consent, invitation, user)


def _tell(consent, invitation, user):
    host = consent.way == Way.INBOUND
    text = (
        f"{user} accepted your invitation, and your rule asks first."
        if host
        else f"{invitation.platform} invites {user}, and your rule asks first."
    )
    path = reverse("tenants:partner_list", args=[consent.platform.slug])
    notify_administrators(consent.platform, f"consent:{consent.pk}", text, path)


def notify_administrators(platform, subject, text, path):
    """Tell every active Administrator of a platform something that one of them should look at."""
    rows = Member.objects.filter(platform=platform, right=Right.ADMINISTRATOR, status=Status.ACTIVE)
    for row in rows.select_related("user"):
        notifications.notify(
            user=row.user,
            platform=platform,
            kind="partner",
            subject=subject,
            text=text,
            path=path,
        )
