"""News for the bell: one row per person and subject, brought up to date in place."""

from django.db.models import Q
from django.utils import timezone

from tenants.errors import NotVisible
from tenants.models import Notification


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


def mark_read(*, user, platform, notification_id=None):
    """Mark one notification, or all of the platform, as read. Raise NotVisible for somebody else's."""
    rows = news(user, platform)
    if notification_id is not None:
        rows = rows.filter(pk=notification_id)
        if not rows.exists():
            raise NotVisible
    return rows.filter(read_at=None).update(read_at=timezone.now())
