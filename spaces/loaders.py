"""Loads live credentials as facts for actors: their own, and those held through groups."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import BigIntegerField, Case, Exists, ExpressionWrapper, F, OuterRef, Value, When

from spaces.models import LADDER, Credential, CurrentCredential, GroupCredential, Responsibility
from tenants.actor import Held

STORED = ("permission__codename", "restricted", "ends_at", "content_object_id", "space_title", "visibility")
OWN = ("organization_id", "organization__name", "organization__accent", "no_group", "no_name")
THROUGH = ("no_group", "no_name", "no_name", "group_id", "group__user_group__name")
ENTRIES = "group__user_group__entries__"
NO_GROUP, NO_NAME = Value(None, output_field=BigIntegerField()), Value("")


@dataclass(frozen=True, slots=True)
class Row:
    """A credential as the database tells it; one held through a group has no organization of its own."""

    responsibility: str
    restricted: bool
    ends_at: datetime | None
    space_id: int
    space_title: str
    visibility: str
    organization_id: int | None
    organization_name: str
    organization_accent: str
    group_id: int | None
    group: str


def load_credentials(people):
    """Return {user_id: ((Held, chosen), ...)} for People, in one query; in three where some spaces are looked at."""
    employments = {member.user_id: member.employment for member in people.members}
    found = {}
    for user_id, key, chosen, *row in people.ask(_rows):
        found.setdefault(user_id, []).append((_held(key, Row(*row), employments[user_id]), chosen))
    found = {user_id: tuple(sorted(held, key=_place)) for user_id, held in found.items()}
    if people.spaces and people.outside:
        for user_id, away in _away(people, employments):
            found[user_id] = found[user_id] + away if user_id in found else away
    return found


def _rows(people):
    return _own(people).union(_through_groups(people), all=True).order_by()


def _away(people, employments):
    """Yield (user_id, ((Held, False), ...)) for what people hold elsewhere: one object for all who hold alike."""
    bare = Case(When(permission__codename=Responsibility.PUBLIC_READER, then=True), default=False)
    away = [
        rows.exclude(content_object__in=people.spaces).annotate(bare=bare)
        for rows in (
            _live(Credential, people),  # of anybody: finding whose they are costs more than the few others
            _live(GroupCredential, people).filter(**{f"{ENTRIES}member__in": people.keys}),
        )
    ]
    own = away[0].values_list("user_id", "bare", "restricted", "organization_id").distinct()
    through = away[1].values_list(f"{ENTRIES}member__user_id", "bare", "restricted").distinct()
    bits, holding = {}, {}  # each fact is a bit of what somebody holds
    for user_id, *facts in (*own, *((*row, employments[row[0]].pk) for row in through)):
        holding[user_id] = holding.get(user_id, 0) | bits.setdefault(tuple(facts), 1 << len(bits))
    told = {bit: (elsewhere(*facts), False) for facts, bit in bits.items()}
    alike = {held: tuple(one for bit, one in told.items() if bit & held) for held in set(holding.values())}
    return ((user_id, alike[held]) for user_id, held in holding.items())


def elsewhere(bare, restricted, organization_id):
    """Return what somebody holds in spaces that are not looked at, `bare` as a Public Reader: no place, no name."""
    responsibility = Responsibility.PUBLIC_READER if bare else Responsibility.READER
    row = Row(responsibility, restricted, None, 0, "", "", organization_id, "", "", None, "")
    return _held(0, row, None)


def _place(row):
    """Put credentials by the title of their space, a person's own before those of groups, older ones first."""
    held = row[0]
    return held.space_title, held.id < 0, abs(held.id)


def _own(people):
    chosen = CurrentCredential.objects.filter(
        credential=OuterRef("pk"), member__user=OuterRef("user"), member__platform=people.platform
    )
    rows = _facts(Credential, people).filter(user__in=people.users)
    return rows.annotate(key=F("pk"), chosen=Exists(chosen)).values_list("user_id", "key", "chosen", *STORED, *OWN)


def _through_groups(people):
    chosen = CurrentCredential.objects.filter(
        group_credential=OuterRef("pk"), member=OuterRef(f"{ENTRIES}member"), member__platform=people.platform
    )
    rows = _facts(GroupCredential, people).filter(**{f"{ENTRIES}member__in": people.keys})
    minus = ExpressionWrapper(-F("pk"), output_field=BigIntegerField())
    return rows.annotate(key=minus, chosen=Exists(chosen)).values_list(
        f"{ENTRIES}member__user_id", "key", "chosen", *STORED, *THROUGH
    )


def _live(model, people):
    return model.objects.live(people.now).filter(content_object__platform=people.platform).order_by()


def _facts(model, people):
    rows = _live(model, people).annotate(
        space_title=F("content_object__title"),
        visibility=F("content_object__visibility"),
        no_group=NO_GROUP,
        no_name=NO_NAME,
    )
    return rows.filter(content_object__in=people.spaces) if people.spaces else rows


def _held(key, row, employment):
    responsibility = Responsibility(row.responsibility)
    through = row.group_id is not None
    return Held(
        id=key,
        space_id=row.space_id,
        space_title=row.space_title,
        visibility=row.visibility,
        responsibility=responsibility.value,
        label=responsibility.label,
        level=LADDER.get(responsibility, 0),
        restricted=row.restricted,
        organization_id=employment.pk if through else row.organization_id,
        organization_name=employment.name if through else row.organization_name,
        organization_accent=employment.accent if through else row.organization_accent,
        ends_at=row.ends_at,
        group_id=row.group_id,
        group=row.group,
    )


def held_through(group_credential, member):
    """Return what `member` holds, or would hold in the group, by a stored GroupCredential loaded with its relations."""
    space, group = group_credential.content_object, group_credential.group
    row = Row(
        responsibility=group_credential.permission.codename,
        restricted=group_credential.restricted,
        ends_at=group_credential.ends_at,
        space_id=space.pk,
        space_title=space.title,
        visibility=space.visibility,
        organization_id=None,
        organization_name="",
        organization_accent="",
        group_id=group.pk,
        group=group.user_group.name,
    )
    return _held(-group_credential.pk, row, member.employment)
