"""Everybody who gets to an item, by the rules themselves: who reads it now, and who will once they accept."""

from operator import attrgetter
from typing import NamedTuple

from content import alike
from content.moves import placed
from spaces import previews
from tenants import access, crowds, naming
from tenants.actor import Actor
from tenants.crowds import Person
from tenants.models import Member, Status


class Reader(NamedTuple):
    """Somebody who reads an item or will once they accept: by the rule of `code`, as a crowd of which they are one.

    `actor` stands for the crowd: what it holds they hold alike, but it is not them.
    """

    person: Person
    actor: Actor
    code: str


def present(rows):
    """Return Crowds of all active people who could read one of `rows`, of one platform."""
    return crowds.towards(
        rows[0].platform,
        {row.space_id for row in rows},
        items=frozenset(row.pk for row in rows),
        apart={row.owner_id for row in rows},
        outside=alike.open_outside(rows),
    )


def everybody(rows):
    """Return the same, and then each who is invited."""
    found, platform = present(rows), rows[0].platform
    waiting = Member.objects.filter(platform=platform, status=Status.PENDING)
    invited = list(waiting.select_related("platform", "company", "unit", "user").order_by(*naming.by_name()))
    return found + [crowds.alone(actor, place) for place, actor in enumerate(previews.accepted(invited))]


def readers(item, found=None):
    """Return a Reader for each person who reads the item or will, by name, of the Crowds `found` or of all."""
    found, answers, reading = everybody([item]) if found is None else found, {}, []
    for crowd in found:
        key = alike.towards(crowd.actor, item)
        if key not in answers:
            answers[key] = access.can(crowd.actor, "read", item)
        if answers[key]:
            reading += [Reader(person, crowd.actor, answers[key].code) for person in crowd.people]
    return sorted(reading, key=attrgetter("person.place"))


def changes(item, place):
    """Return (gains, losses): a Reader for each person who gains or loses the item by a move, by the rules of now."""
    there = placed(item, place)
    found = everybody([item, there])
    before, after = readers(item, found), readers(there, found)
    had, have = ({reader.person.pk for reader in side} for side in (before, after))
    gains = [reader for reader in after if reader.person.pk not in had]
    return gains, [reader for reader in before if reader.person.pk not in have]


def named(member_ids):
    """Return {id: Member} with what names them, in one query."""
    return Member.objects.select_related("platform", "company", "unit", "user").in_bulk(member_ids)
