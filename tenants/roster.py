"""The list of members: in which order they stand, and what one row of it says."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db.models import Exists, F, OuterRef

from tenants import actor as actors
from tenants import naming
from tenants.licences import Resolution
from tenants.models import Member, Status
from tenants.two_factor import KINDS

ORDERS = {
    "name": naming.by_name()[:2],
    "company": ("company__name", "unit__name"),
    "right": ("right",),
    "status": ("status",),
    "seen": ("last_seen_at",),
    "joined": ("joined_at",),
    "sponsor": ("sponsor__name", "sponsor__email"),
    "ends": ("ends_at",),
}
NUMBERS = {}
USUAL = "name"


def contribute_number(name, expression):
    """Let a floor sort members by a number of its own: `expression()` returns it for the Member of the outer query."""
    NUMBERS[name] = expression


def second_factor():
    """Return the condition that the Member of the outer query has a second factor; of who is not in yet, no word."""
    mine = {"user__memberships": OuterRef("pk"), "user__memberships__status": Status.ACTIVE}
    return Exists(Authenticator.objects.filter(**mine, type__in=KINDS))


def everybody(platform):
    """Return the members of a platform with all that a row loads of them, and `two_factor`."""
    rows = Member.objects.filter(platform=platform).annotate(two_factor=second_factor())
    return rows.select_related("platform", "user", "company", "unit", "sponsor")


def known_order(text):
    """Return the order that `text` asks for, such as `-seen`, or the usual one."""
    name = text.removeprefix("-")
    return text if name in ORDERS or name in NUMBERS else USUAL


def ordered(rows, order):
    """Sort members by a known order; what is empty stands last, and equal ones by name."""
    name, down = order.removeprefix("-"), order.startswith("-")
    if name in NUMBERS:
        rows = rows.annotate(sorted_by=NUMBERS[name]())
    columns = [F(column) if isinstance(column, str) else column for column in ORDERS.get(name, ("sorted_by",))]
    keys = [column.desc(nulls_last=True) if down else column.asc(nulls_last=True) for column in columns]
    return rows.order_by(*keys, *naming.by_name())


@dataclass(frozen=True, slots=True)
class Source:
    """Roles of a member whose licence comes from the same place, or is missing."""

    answer: Resolution
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One member of the list with the answers of now."""

    member: Member
    sources: tuple[Source, ...]
    spaces: int


def page_rows(members):
    """Return a Row for each loaded member, all of one platform, in a fixed number of queries."""
    return [
        Row(found.member, _sources(found.resolutions.values()), len({held.space_id for held in found.held}))
        for found in actors.build(list(members))
    ]


def _sources(answers):
    found = {}
    for answer in answers:
        key = (answer.resolved, answer.payer_id, answer.group)
        first, names = found.get(key, (answer, ()))
        found[key] = (first, (*names, answer.name))
    return tuple(Source(*pair) for _key, pair in sorted(found.items(), key=lambda one: not one[0][0]))
