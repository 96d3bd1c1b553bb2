"""Everybody of a platform towards some of its spaces, in crowds: people of whom the rules see the same are asked once.

A person is a row here and an Actor stands for a crowd; whoever is shown is loaded by the page, and nobody else.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from django.utils import timezone

from tenants import actor as actors
from tenants import naming
from tenants.actor import Actor, People
from tenants.models import CredentialsCounted, Member, Organization, Platform, Right, Status, User

TOLD = ("id", "user_id", "right", "status", "company_id", "unit_id", "ends_at")  # in the order of a Member's columns
BEHIND = 10**9  # all active people


class Person(NamedTuple):
    """A member as a row; those of a platform stand in the order of their names."""

    place: int
    user_active: bool
    pk: int
    user_id: int
    right: str
    status: str
    company_id: int
    unit_id: int | None
    ends_at: datetime | None
    employment: Organization
    platform: Platform

    def member(self):
        """Return the Member as far as the row tells."""
        found = Member.from_db(None, TOLD, self[2:9])
        found.user = User.from_db(None, ("id", "is_active"), (self.user_id, self.user_active))
        found.platform = self.platform
        return found


@dataclass(frozen=True, slots=True)
class Crowd:
    """People of whom the rules see the same towards some spaces; `actor` stands for any of them, and has no name."""

    actor: Actor
    people: list


def towards(platform, spaces, *, items=None, apart=frozenset(), outside=True):
    """Return the Crowds of all active members towards the spaces of these ids, in a fixed number of queries.

    Of shares only those of `items` are told, where these are named. The users `apart` are each a crowd of their own.
    Unless `outside`, who holds nothing in these spaces, was given nothing there and is no Administrator may be missing,
    and nobody is asked for what they hold elsewhere.
    """
    rows = Member.objects.filter(platform=platform, status=Status.ACTIVE)
    organizations = Organization.objects.filter(platform=platform).in_bulk()
    persons = list(_persons(platform, rows.order_by(*naming.by_name()), organizations))
    if not persons:
        return []
    users, keys = rows.order_by().values("user"), rows.order_by().values("pk")
    if platform.credentials_counted == CredentialsCounted.CURRENT:
        outside = True  # what somebody holds elsewhere tells whether what they hold here is their only one
    people = People(persons, timezone.now(), users, keys, frozenset(spaces), items, outside, organizations)
    held = actors.held(people)
    if not outside:
        people = _inside(people, held)
    return _crowds(actors.load(people, held), apart) if people.members else []


def alone(actor, place):
    """Return the Crowd of one person who stands at that place behind all active ones."""
    member = actor.member
    told = (member.user.is_active, *(getattr(member, name) for name in TOLD), member.employment, member.platform)
    return Crowd(actor, [Person(BEHIND + place, *told)])


def _persons(platform, rows, organizations):
    for place, row in enumerate(rows.values_list("user__is_active", *TOLD)):
        *_others, company_id, unit_id, _ends_at = row
        yield Person(place, *row, organizations[unit_id or company_id], platform)


def _inside(people, held):
    """Keep those who hold something, and Administrators."""
    there = set().union(*held.values())
    kept = [one for one in people.members if one.user_id in there or one.right == Right.ADMINISTRATOR]
    return replace(people, members=kept, users=[one.user_id for one in kept], keys=[one.pk for one in kept])


def _crowds(facts, apart):
    found, known = {}, {}
    for person in facts.people.members:
        found.setdefault(_sight(person, facts, apart, known), []).append(person)
    return [Crowd(facts.actor(people[0].member()), people) for people in found.values()]


def _sight(person, facts, apart, known):
    """Return all that the rules see of somebody, whoever they are, and who they are for those apart."""
    credentials = facts.held.get("credentials", {}).get(person.user_id, ())
    if (seen := known.get(id(credentials))) is None:  # one object for many who hold the same
        seen = known[id(credentials)] = tuple(sorted(_seen(held, chosen) for held, chosen in credentials))
    shares = facts.held.get("shares", {}).get(person.user_id)
    return (
        person[4:9],
        person.user_active,
        tuple(facts.further.get(person.pk, ())),
        id(facts.grants.get(person.user_id)),  # one object for all who were granted the same
        seen,
        tuple(sorted(shares.items())) if shares else None,
        person.user_id if person.user_id in apart else None,
    )


def _seen(held, chosen):
    return held.space_id, held.responsibility, held.restricted, held.organization_id, held.group_id or 0, chosen
