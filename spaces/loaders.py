"""Loads live credentials as facts for actors: their own, and those held through groups."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import BigIntegerField, Exists, ExpressionWrapper, F, OuterRef, Value

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


def load_credentials(members, now):
    """Return {user_id: [(Held, chosen), ...]} for `members` of one platform, in one query."""
    people = {member.user_id: member for member in members}
    rows = _own(members, now).union(_through_groups(members, now), all=True).order_by()
    found = {}
    for user_id, key, chosen, *row in rows:
        found.setdefault(user_id, []).append((_held(key, Row(*row), people[user_id].employment), chosen))
    return {user_id: sorted(held, key=_place) for user_id, held in found.items()}


def _place(row):
    """Put credentials by the title of their space, a person's own before those of groups, older ones first."""
    held = row[0]
    return held.space_title, held.id < 0, abs(held.id)


def _own(members, now):
    chosen = CurrentCredential.objects.filter(
        credential=OuterRef("pk"), member__user=OuterRef("user"), member__platform=members[0].platform
    )
    rows = _facts(Credential.objects.live(now), members).filter(user__in=[member.user_id for member in members])
    return rows.annotate(key=F("pk"), chosen=Exists(chosen)).values_list("user_id", "key", "chosen", *STORED, *OWN)


def _through_groups(members, now):
    chosen = CurrentCredential.objects.filter(
        group_credential=OuterRef("pk"), member=OuterRef(f"{ENTRIES}member"), member__platform=members[0].platform
    )
    rows = _facts(GroupCredential.objects.live(now), members).filter(**{f"{ENTRIES}member__in": members})
    minus = ExpressionWrapper(-F("pk"), output_field=BigIntegerField())
    return rows.annotate(key=minus, chosen=Exists(chosen)).values_list(
        f"{ENTRIES}member__user_id", "key", "chosen", *STORED, *THROUGH
    )


def _facts(rows, members):
    return (
        rows.filter(content_object__platform=members[0].platform)
        .annotate(space_title=F("content_object__title"), visibility=F("content_object__visibility"))
        .annotate(no_group=NO_GROUP, no_name=NO_NAME)
        .order_by()
    )


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
