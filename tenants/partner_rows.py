"""Partners as their pages show them: both rules as they hold, our people there, their people here."""

from dataclasses import dataclass

from tenants import sources
from tenants.activity import Activity, activity_of
from tenants.errors import NotVisible
from tenants.models import Consent, Given, InvitationState, Partner, Platform, Way
from tenants.partner_rules import Effective, effective
from tenants.relations import Guest, Stay, guests_of, stays_of


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """One partner. `other` is None while only its address is known, whether or not a platform has it."""

    address: str
    other: Platform | None
    record: Partner | None
    inbound: Effective
    outbound: Effective
    guests: tuple[Guest, ...]
    stays: tuple[Stay, ...]

    def __str__(self):
        return str(self.other or self.address)


@dataclass(frozen=True, slots=True)
class Away:
    """One of our people at a partner: since when, by which of our licences, and what they did in counts and dates."""

    stay: Stay
    licences: tuple[str, ...]
    activity: Activity


def rows_of(platform):
    """Return a PartnerRow for each partner that the platform has named or may know of; a fixed number of queries."""
    records = {row.address: row for row in Partner.objects.filter(platform=platform)}
    guests, stays, known = {}, {}, {row.address for row in records.values() if row.known}
    for guest in guests_of(platform):
        if guest.home is not None:
            guests.setdefault(guest.home.slug, []).append(guest)
    for stay in stays_of(platform):
        stays.setdefault(stay.host.slug, []).append(stay)
    known |= guests.keys() | stays.keys()
    others = {other.slug: other for other in Platform.objects.filter(slug__in=known)}
    rows = [
        PartnerRow(
            address,
            others.get(address),
            records.get(address),
            effective(platform, records.get(address), Way.INBOUND),
            effective(platform, records.get(address), Way.OUTBOUND),
            tuple(guests.get(address, ())),
            tuple(stays.get(address, ())),
        )
        for address in records.keys() | known
    ]
    return sorted(rows, key=lambda row: (row.other is None, str(row).lower()))


def find(platform, address):
    """Return one PartnerRow. Raise NotVisible for an address without a record and without people in common."""
    found = next((row for row in rows_of(platform) if row.address == address), None)
    if found is None:
        raise NotVisible
    return found


def away(platform, stays):
    """Return an Away for each of these Stays; a fixed number of queries."""
    lent, members = {}, {stay.member.pk: stay.member for stay in stays}
    for travel in sources.lent(platform, list(members.values())) if stays else ():
        lent.setdefault((travel.member.pk, travel.other_id), []).append(travel.role)
    done = activity_of(stays)
    return [Away(stay, tuple(lent.get((stay.member.pk, stay.host.pk), ())), done[stay.there.pk]) for stay in stays]


def waiting(platform, now):
    """Return the invitations that wait for this platform's word and still stand, the oldest first."""
    rows = Consent.objects.filter(platform=platform, state=Given.ASKED)
    rows = rows.filter(invitation__state=InvitationState.SENT, invitation__expires_at__gt=now)
    return rows.select_related(
        "partner", "invitation__platform", "invitation__member__user", "invitation__company"
    ).prefetch_related("invitation__roles__role")
