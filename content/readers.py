"""Everybody who gets to an item, by the rules themselves: who reads it now, and who will once they accept."""

from dataclasses import dataclass

from content.moves import placed
from spaces import previews
from tenants import access, naming
from tenants import actor as actors
from tenants.access import Decision
from tenants.actor import Actor
from tenants.models import Member, Status


@dataclass(frozen=True, slots=True)
class Reader:
    """A member, the Actor they are or will be once they accept, and by which rule they read."""

    member: Member
    actor: Actor
    decision: Decision


def admitted(platform, space_id=None):
    """Return [(Member, Actor)] of all active people and then the invited, in a fixed number of queries.

    With a `space_id` they are asked about content of that space alone: see `tenants.actor.everyone`.
    """
    rows = Member.objects.filter(platform=platform, status=Status.PENDING)
    invited = list(rows.select_related("platform", "company", "unit", "user").order_by(*naming.by_name()))
    present = actors.everyone(platform, space_id)
    return [*((actor.member, actor) for actor in present), *zip(invited, previews.accepted(invited), strict=True)]


def readers(item, people):
    """Return a Reader for each of `people`, as `admitted` returns them, who reads the item or will."""
    asked = zip(people, access.who([actor for _member, actor in people], "read", item), strict=True)
    return [Reader(member, actor, decision) for (member, actor), (_same, decision) in asked if decision]


def changes(item, place):
    """Return (gains, losses): a Reader for each person who gains or loses the item by a move, by the rules of now."""
    people = admitted(item.platform)
    before, after = readers(item, people), readers(placed(item, place), people)
    had, have = ({reader.member.pk for reader in found} for found in (before, after))
    gains = [reader for reader in after if reader.member.pk not in had]
    return gains, [reader for reader in before if reader.member.pk not in have]
