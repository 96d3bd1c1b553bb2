"""Loads live credentials as facts for actors."""

from django.db.models import Exists, OuterRef

from spaces.models import LADDER, Credential, CurrentCredential
from tenants.actor import Held


def load_credentials(members, now):
    """Return {user_id: [(Held, chosen), ...]} for `members` of one platform, in one query."""
    chosen = CurrentCredential.objects.filter(
        credential=OuterRef("pk"), member__user=OuterRef("user"), member__platform=members[0].platform
    )
    rows = (
        Credential.objects.live(now)
        .filter(content_object__platform=members[0].platform, user__in=[member.user_id for member in members])
        .annotate(chosen=Exists(chosen))
        .select_related("permission", "content_object", "organization")
        .order_by("content_object__title", "pk")
    )
    found = {}
    for row in rows:
        found.setdefault(row.user_id, []).append((held(row), row.chosen))
    return found


def held(credential):
    """Return a stored Credential, loaded with its relations, as the fact that rules read."""
    responsibility, space = credential.get_responsibility(), credential.content_object
    return Held(
        id=credential.pk,
        space_id=space.pk,
        space_title=space.title,
        visibility=space.visibility,
        responsibility=responsibility.value,
        label=responsibility.label,
        level=LADDER.get(responsibility, 0),
        restricted=credential.restricted,
        organization_id=credential.organization_id,
        organization_name=credential.organization.name,
        organization_accent=credential.organization.accent,
        ends_at=credential.ends_at,
    )
