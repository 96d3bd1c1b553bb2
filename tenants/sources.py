"""Licences across platforms: what people bring here, and what of ours they use elsewhere."""

from dataclasses import dataclass

from django.utils import timezone

from tenants import actor as actors
from tenants import licences
from tenants.models import Member, Platform, Status


@dataclass(frozen=True, slots=True)
class Travel:
    """One role that a person of this platform uses with a licence paid by another platform than where they use it."""

    member: Member
    role: str
    other: str
    other_id: int


def brought(platform):
    """Return what people use here by licences of other platforms; `other` pays. A fixed number of queries."""
    return [
        Travel(actor.member, answer.name, answer.payer_name, answer.payer_id)
        for actor in actors.everyone(platform)
        for answer in actor.resolutions.values()
        if answer.resolved and not answer.here
    ]


def lent(platform, members=None):
    """Return what people use elsewhere by licences of this platform; `other` is where. A fixed number of queries."""
    if members is None:
        members = Member.objects.filter(
            platform=platform, status=Status.ACTIVE, grants__assigned=True, grants__restricted=False
        )
        members = list(members.select_related("user").distinct())
    grants = actors.grants_of(members)
    elsewhere = {grant.platform_id for facts in grants.values() for grant in facts} - {platform.pk}
    hosts = Platform.objects.filter(pk__in=elsewhere).in_bulk()
    now, found = timezone.now(), []
    for member in members:
        for host, answer in _answers(grants.get(member.user_id, ()), hosts, now):
            if answer.resolved and answer.payer_id == platform.pk:
                found.append(Travel(member, answer.name, host.name, host.pk))
    return found


def together(travels):
    """Return [(member, other platform's name, [role, ...])] of Travels: one row a person and platform, by name."""
    found = {}
    for travel in travels:
        found.setdefault((travel.member.pk, travel.other_id), (travel.member, travel.other, []))[2].append(travel.role)
    return sorted(found.values(), key=lambda row: (row[1], str(row[0]), row[0].pk))


def _answers(facts, hosts, now):
    used = {grant.platform_id for grant in facts if grant.member_active and grant.platform_active}
    for pk in sorted(used & hosts.keys()):
        for answer in licences.usable(hosts[pk], facts, now=now)[1].values():
            yield hosts[pk], answer
