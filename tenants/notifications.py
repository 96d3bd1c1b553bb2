"""News for the bell: one row per person and subject, brought up to date in place, and by mail as the person wants."""

from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils import timezone

from tenants import announcing, news, news_choices, outbox, prepared
from tenants.errors import NotVisible
from tenants.models import Delivery, MailState, Notification, OutgoingMail, Status

WHERE = {"path": "", "space_id": None, "concerns": True}


@transaction.atomic
def notify(*, user, platform, kind, subject, text, **where):
    """Tell `user` something; a newer word on the same subject replaces the older one and counts as unread.

    `where` may hold `path` (where it leads on this site), `space_id` (the space it is about) and `concerns` (False
    for what just happens in that space: only who wants everything of it is told). Returns None for what the person
    does not want to know.
    """
    if unknown := where.keys() - WHERE.keys():
        raise TypeError(f"notify knows no {', '.join(sorted(unknown))}")
    where = WHERE | where
    if not news_choices.wants(user, kind, where["space_id"], where["concerns"]):
        return None
    mailed = news.kind_of(kind).mailed and user.is_active and user.claimed_at is not None
    delivery = news_choices.delivery(user, platform, kind) if mailed else Delivery.NONE
    row, _created = Notification.objects.update_or_create(
        user=user,
        subject=subject,
        defaults={
            "platform": platform,
            "kind": kind,
            "text": text[:300],
            "path": where["path"][:300],
            "space_id": where["space_id"],
            "at": timezone.now(),
            "read_at": None,
            "digest": Notification.DUE if delivery == Delivery.DIGEST else "",
        },
    )
    announcing.announce(f"user:{user.pk}")
    if delivery == Delivery.NOW:
        _mail(row)
    return row


def _mail(row):
    """Queue a mail about the news, unless one waits already: it will tell the newest when it leaves."""
    about = f"news:{row.pk}"
    waiting = OutgoingMail.objects.select_for_update().filter(about=about, state=MailState.WAITING, lease="")
    if not waiting.exists():
        outbox.put(to=row.user.email, maker="news", about=about)


def mine(user, platform):
    """Return what the bell of `platform` holds for `user`, newest first: its news, and what belongs to no platform."""
    return Notification.objects.filter(Q(platform=platform) | Q(platform=None), user=user)


def shown(user, actor, rows):
    """Return `rows` as a list to show: what the person may not see any more has lost its words and its way."""
    rows = list(rows)
    visible = news.visible(user, actor, rows)
    for row in rows:
        row.icon = news.kind_of(row.kind).icon
        if row.pk not in visible:
            row.text, row.path, row.space_id = news.kind_of(row.kind).quiet, "", None
    return rows


def unread(user, platform):
    """Return how much is unread here, and whether there is news on another platform of the person; one query."""
    rows = prepared.ask(_unread, lambda _moment, *ids: ids, timezone.now(), (user.pk, platform.pk if platform else 0))
    here, elsewhere = rows[0] if rows else (0, 0)
    return {"unread": here, "news_elsewhere": elsewhere > 0}


def _unread(ids):
    user, platform = ids
    here = Q(platform=platform) | Q(platform=None)
    elsewhere = ~here & Q(platform__members__user=user, platform__members__status=Status.ACTIVE)
    rows = Notification.objects.filter(user=user, read_at=None).order_by().values("user")
    counted = {name: Count("pk", filter=q, distinct=True) for name, q in (("here", here), ("elsewhere", elsewhere))}
    return rows.annotate(**counted).values_list(*counted)


def unread_here(user, platform):
    """Return how much is unread here, by the index alone: the bell asks for it all the time."""
    return mine(user, platform).filter(read_at=None).count()


def state_of(user, platform, invitations):
    """Return in one word how the page of news stands, so that it is sent again only when something changed."""
    rows = mine(user, platform).aggregate(all=Count("pk"), unread=Count("pk", filter=Q(read_at=None)), last=Max("at"))
    return f"{rows['all']}.{rows['unread']}.{rows['last'] and rows['last'].timestamp()}.{len(invitations)}"


def mark_read(*, user, platform, notification_id=None):
    """Mark one notification, or all of the platform, as read. Raise NotVisible for somebody else's."""
    rows = mine(user, platform) if notification_id is None else _one(user, platform, notification_id)
    return rows.filter(read_at=None).update(read_at=timezone.now())


def mark_unread(*, user, platform, notification_id):
    """Mark one notification as unread again; it is not mailed once more. Raise NotVisible for somebody else's."""
    _one(user, platform, notification_id).update(read_at=None)


def _one(user, platform, pk):
    rows = mine(user, platform).filter(pk=pk)
    if not rows.exists():
        raise NotVisible
    return rows
