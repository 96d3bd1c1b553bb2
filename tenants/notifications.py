"""News for the bell: one row per person and subject, brought up to date in place."""

from django.db.models import Count, Q
from django.utils import timezone

from tenants.errors import NotVisible
from tenants.models import Notification, Status


def notify(*, user, platform, kind, subject, text, path=""):
    """Tell `user` something; a newer word on the same subject replaces the older one and counts as unread."""
    row, _created = Notification.objects.update_or_create(
        user=user,
        subject=subject,
        defaults={
            "platform": platform,
            "kind": kind,
            "text": text[:300],
            "path": path[:300],
            "at": timezone.now(),
            "read_at": None,
        },
    )
    return row


def news(user, platform):
    """Return what the bell of `platform` shows to `user`, newest first: its news, and what belongs to no platform."""
    return Notification.objects.filter(Q(platform=platform) | Q(platform=None), user=user)


def unread(user, platform):
    """Return how much is unread here, and whether there is news on another platform of the person; one query."""
    here = Q(platform=platform) | Q(platform=None)
    elsewhere = ~here & Q(platform__members__user=user, platform__members__status=Status.ACTIVE)
    rows = Notification.objects.filter(user=user, read_at=None)
    counts = rows.aggregate(
        unread=Count("pk", filter=here, distinct=True), elsewhere=Count("pk", filter=elsewhere, distinct=True)
    )
    return {"unread": counts["unread"], "news_elsewhere": counts["elsewhere"] > 0}


def mark_read(*, user, platform, notification_id=None):
    """Mark one notification, or all of the platform, as read. Raise NotVisible for somebody else's."""
    rows = news(user, platform)
    if notification_id is not None:
        rows = rows.filter(pk=notification_id)
        if not rows.exists():
            raise NotVisible
    return rows.filter(read_at=None).update(read_at=timezone.now())
