"""Shares in words: with whom and by whom, as far as a reader may know, and what they may do with each."""

from dataclasses import dataclass

from content import recipients, shares
from content.models import GroupShare
from content.names import STRANGER, Names
from tenants.models import Member


@dataclass(frozen=True, slots=True)
class Told:
    """A share as a page says it: with whom and by whom, as far as the reader may know, and what they may do with it."""

    share: object
    to: str
    name: str
    company: object
    note: str
    giver: str
    mine: bool
    may_change: bool
    may_end: bool


def told(actor, rows, space_id):
    """Return a Told for each share; names by the credentials in the space, else by all. Two queries."""
    ids = {row.given_by_id for row in rows} | {row.user_id for row in rows if not isinstance(row, GroupShare)}
    members = Member.objects.filter(platform=actor.platform, user__in=ids).select_related("company", "user")
    members = {member.user_id: member for member in members}
    names = Names(actor, space_id)
    names.companies = {pk: (member.company, member.unit_id) for pk, member in members.items()}
    mine = set(actor.member.user_groups.values_list("pk", flat=True)) if rows else set()
    return [_told(actor, row, names, members, mine) for row in rows]


def _told(actor, row, names, members, mine):
    item, grouped = row.content_object, isinstance(row, GroupShare)
    member = None if grouped else members[row.user_id]
    own = row.group_id in mine if grouped else row.user_id == actor.user.pk
    knows = (own or names.bound is None) if grouped else names.may(row.user_id)
    return Told(
        share=row,
        to=f"{recipients.GROUP}-{row.group_id}" if grouped else recipients.address_of(member),
        name=(str(row.group.user_group) if knows else "A group") if grouped else str(member) if knows else STRANGER,
        company=None if not member or not knows or member.company.is_host else member.company,
        note=_note(row, member) if knows else "",
        giver=names.say(row.given_by),
        mine=own,
        may_change=bool((grouped or not own) and shares.may_change(actor, item, row)),
        may_end=bool(shares.may_end(actor, item, row)),
    )


def _note(row, member):
    if member is None:
        return f"group of {row.people} {'person' if row.people == 1 else 'people'}"
    return "counts from acceptance" if member.is_pending else member.company.name
