"""Loads live shares as facts for actors."""

from content.models import Share


def load_shares(members, now):
    """Return {user_id: {item_id: level}} for `members` of one platform, in one query."""
    rows = (
        Share.objects.live(now)
        .filter(content_object__platform=members[0].platform, user__in=[member.user_id for member in members])
        .values_list("user_id", "content_object_id", "permission__codename")
    )
    found = {}
    for user_id, item_id, level in rows:
        found.setdefault(user_id, {})[item_id] = level
    return found
