"""Who is at home where: people who work away from their own company's platform, as each side may know of them.

A person's homes are the active platforms that employ them: an active member there, by the host company, not as an
External. Every home knows where its people are Externals. A host knows the home of a guest who has accepted when
they have exactly one, or when one of several pays a licence they use there; it is asked anew each time.
"""

from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from tenants import actor as actors
from tenants.actor import Actor
from tenants.models import Member, Platform, PlatformStatus, Right, Status


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody of another company who works here, and the platform that is their home, as far as we may know."""

    actor: Actor
    home: Platform | None

    @property
    def member(self):
        """The membership here."""
        return self.actor.member

    @property
    def spaces(self):
        """Count the spaces in which they hold a credential."""
        return len({held.space_id for held in self.actor.held})

    @property
    def licences(self):
        """Name the roles that their home pays for here."""
        return [one.name for one in self.actor.resolutions.values() if self.home and one.payer_id == self.home.pk]


@dataclass(frozen=True, slots=True)
class Stay:
    """One of our people as an External of another platform: both memberships."""

    member: Member
    there: Member

    @property
    def host(self):
        """The platform where they work."""
        return self.there.platform


def employed(now=None):
    """Keep the memberships that make a platform somebody's home."""
    now = now or timezone.now()
    lasting = Q(ends_at=None) | Q(ends_at__gt=now)
    rows = Member.objects.filter(lasting, status=Status.ACTIVE, company__is_host=True)
    return rows.filter(platform__status=PlatformStatus.ACTIVE).exclude(right=Right.EXTERNAL)


def homes_of(users, *, besides, lock=False):
    """Return {user id: [Platform, ...]} of the homes of some people, one platform left out; one query.

    `lock` keeps the employing memberships as they are until the transaction ends.
    """
    rows = employed().filter(user__in=users).exclude(platform=besides).select_related("platform").order_by("pk")
    found = {}
    for row in rows.select_for_update(of=["self"], no_key=True) if lock else rows:
        found.setdefault(row.user_id, []).append(row.platform)
    return found


def guests_of(platform):
    """Return a Guest for everybody active here whom another company employs; a fixed number of queries."""
    rows = Member.objects.filter(platform=platform, status=Status.ACTIVE).exclude(company__is_host=True)
    rows = rows.select_related("platform", "company", "unit", "user", "sponsor").order_by("user__name", "user__email")
    found = actors.build(list(rows))
    homes = homes_of([one.user.pk for one in found], besides=platform)
    return [Guest(one, _known(one, homes.get(one.user.pk, ()))) for one in found]


def _known(actor, homes):
    if len(homes) == 1:
        return homes[0]
    payers = {answer.payer_id for answer in actor.resolutions.values() if answer.resolved and not answer.here}
    return next((home for home in homes if home.pk in payers), None)


def stays_of(platform, member=None):
    """Return a Stay for each membership elsewhere of people at home here, or of one; two queries."""
    rows = employed().filter(platform=platform)
    if member is not None:
        rows = rows.filter(pk=member.pk)
    away = Member.objects.filter(user__in=rows.values("user"), status=Status.ACTIVE, right=Right.EXTERNAL)
    away = away.exclude(platform=platform).select_related("platform")
    away = list(away.order_by("platform__name", "user__name", "user__email"))
    if not away:
        return []
    home = rows.filter(user__in=[row.user_id for row in away]).select_related("user", "company", "unit", "platform")
    home = {row.user_id: row for row in home}
    return [Stay(home[row.user_id], row) for row in away]
