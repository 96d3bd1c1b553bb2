"""Recall: a home ends at once what its licences let somebody do elsewhere. The host's side stays as it is."""

from django.db import transaction
from django.urls import reverse

from tenants import audit, consent, members, notifications, sources
from tenants.errors import Conflict
from tenants.models import Member, Platform
from tenants.partners import fresh


def endings(member):
    """Return sentences about what a recall ends, now."""
    found = [f"{host}: {', '.join(roles)} of yours no longer counts there" for host, roles in _lent(member).items()]
    names = [str(grant.role) for grant in _travelling(member)]
    if names:
        found.append(f"Restrict usage to this platform is set for {', '.join(names)}: no platform can use it")
    return found


def remains(member):
    """Return sentences about what a recall leaves."""
    return [
        "their membership, credentials and content elsewhere: only the other side ends those",
        "everything they are and do here",
        "the record of both sides, which keeps the recall",
    ]


def _travelling(member):
    return list(member.grants.select_related("role").filter(restricted=False))


def _lent(member):
    """Return {host platform: [role, ...]} of what `member` uses elsewhere by licences of their platform."""
    travels = sources.lent(member.platform, [member])
    hosts = Platform.objects.in_bulk({travel.other_id for travel in travels})
    found = {}
    for travel in travels:
        found.setdefault(hosts[travel.other_id], []).append(travel.role)
    return found


@transaction.atomic
def recall_licences(*, actor, member, reason=""):
    """Restrict every licence of `member` to this platform: from the next request on none counts elsewhere.

    Each host that loses one gets an entry in its record and word to its Administrators; the person is told.
    Raises Conflict when nothing of theirs can travel.
    """
    platform, actor, decision = fresh(actor)
    member = members.lock_member(platform, member.pk)
    grants = _travelling(member)
    if not grants:
        raise Conflict(f"No licence of {member} can be used elsewhere.", "There is nothing to recall.")
    lost = _lent(member)
    member.grants.filter(restricted=False).update(restricted=True)
    after = {"restrict usage": [str(grant.role) for grant in grants], "platforms": [str(host) for host in lost]}
    audit.record(actor, "licences_recalled", member, decision=decision, subject=member.user, after=after, reason=reason)
    for host, roles in sorted(lost.items(), key=lambda pair: pair[0].pk):
        _tell_host(member, host, roles)
    notifications.notify(
        user=member.user,
        platform=platform,
        kind="roles",
        subject=f"recall:{member.pk}",
        text=f"{platform} recalled its licences: you use them on {platform} only.",
        path=reverse("tenants:home", args=[platform.slug]),
    )
    return list(lost)


def _tell_host(member, host, roles):
    there = Member.objects.get(platform=host, user=member.user)
    after = {"home": member.platform.name, "roles": roles}
    audit.record(None, "licences_withdrawn", there, platform=host, subject=member.user, after=after)
    text = f"{member.platform} recalled its licences of {member}, who can no longer use them here."
    path = reverse("tenants:member_detail", args=[host.slug, there.pk])
    consent.notify_administrators(host, f"recall:{there.pk}", text, path)
