"""Roles whose licences have expired, taken back by the clock where the platform wants it.

Source of the rule: docs/access.md, "Roles and licences". An expired prerequisite stays while a role that needs it has
a licence that counts.
"""

from datetime import timedelta
from itertools import batched

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from tenants import actor as actors
from tenants import audit, clock, ledger, licences, notifications, options, stock
from tenants.access import Decision
from tenants.errors import NotVisible
from tenants.models import Cause, Member, Platform, PlatformStatus, Right, RoleGrant, RoleStock, Status

AT_ONCE = 500  # members whose licences are resolved together
MOST_NAMES = 10
OPTION = "ungrant_expired"
EXPIRED = Decision(True, "The licence has expired, and the platform takes expired roles back.", "8.X")


def candidates(platform):
    """Return the active members of `platform` who were assigned a licence that has expired."""
    gone = RoleStock.objects.filter(
        platform=OuterRef("member__platform"), role=OuterRef("role"), expires_at__lte=timezone.now()
    )
    grants = RoleGrant.objects.filter(Exists(gone), member=OuterRef("pk"), assigned=True, through=None)
    rows = Member.objects.filter(Exists(grants), platform=platform, status=Status.ACTIVE)
    return rows.select_related("platform", "user").order_by("user__name", "user__email")


def due(platform):
    """Yield (member, codes of the roles that would be taken back), a fixed number of queries for many members."""
    now = timezone.now()
    for some in batched(candidates(platform), AT_ONCE, strict=False):
        facts = actors.grants_of(some)
        for member in some:
            if codes := licences.lapsed(platform, facts.get(member.user_id, ()), now=now):
                yield member, codes


@transaction.atomic
def take_back(member):
    """Take back what has expired for a member, by the rows as they stand now; return the names of the roles.

    As the system: one entry in the record for each role, one word to the person. Nothing to take back is nothing done.
    """
    member = stock.lock_member(member)
    now, platform = timezone.now(), member.platform
    codes = licences.lapsed(platform, actors.grants_of([member]).get(member.user_id, ()), now=now)
    grants = list(member.grants.filter(role__code__in=codes, through=None).select_related("role"))
    with ledger.accounted(member, Cause.EXPIRED):
        for grant in grants:
            grant.delete()
    for grant in grants:
        audit.record(
            None,
            "role_ungranted",
            member,
            platform=platform,
            subject=member.user,
            decision=EXPIRED,
            before=stock.facts(grant),
        )
    names = [grant.role.name for grant in grants]
    if names:
        text = f"Taken back on {platform}, because the licence has expired: {', '.join(names)}."
        subject = f"expired_roles:{platform.pk}"
        path = reverse("tenants:home", args=[platform.slug])
        notifications.notify(user=member.user, platform=platform, kind="roles", subject=subject, text=text, path=path)
    return names


def sweep():
    """Take back what has expired wherever the platform wants it."""
    for platform in Platform.objects.filter(**{OPTION: True}, status=PlatformStatus.ACTIVE).order_by("pk"):
        found = {}
        for member, _codes in list(due(platform)):
            try:
                names = take_back(member)
            except NotVisible:
                continue  # their access ended meanwhile
            for name in names:
                found[name] = found.get(name, 0) + 1
        if found:
            _tell_administrators(platform, found)


def _tell_administrators(platform, found):
    lost = ", ".join(f"{name} from {number} {'person' if number == 1 else 'people'}" for name, number in found.items())
    for member in Member.objects.filter(platform=platform, right=Right.ADMINISTRATOR, status=Status.ACTIVE):
        notifications.notify(
            user=member.user,
            platform=platform,
            kind="roles",
            subject=f"expired_roles_of_all:{platform.pk}",
            text=f"Taken back because licences expired: {lost}.",
            path=reverse("tenants:role_list", args=[platform.slug]),
        )


def effects(actor, wanted):
    """Return sentences about whom the option would cost which roles, were it turned on now."""
    if not wanted.get(OPTION):
        return []
    found = [(str(member), codes) for member, codes in due(actor.platform)]
    lines = [f"{name} loses {', '.join(codes)} within the hour" for name, codes in found[:MOST_NAMES]]
    if len(found) > MOST_NAMES:
        lines.append(f"{len(found) - MOST_NAMES} others lose expired roles too")
    return lines


def register():
    """Hand the sweep to the clock and the foretelling to the page of options."""
    clock.contribute("take expired roles back", timedelta(hours=1), sweep)
    options.contribute_effects(effects)
