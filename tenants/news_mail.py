"""News by mail: at once, or all of a day in one digest. Access is asked again when the mail leaves."""

from datetime import datetime, time, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from tenants import actor as actors
from tenants import clock, letters, news, news_choices, outbox
from tenants.accounts import on_this_site
from tenants.models import Delivery, Notification, OutgoingMail, Platform, PlatformStatus, User

MOST_LINES = 50


def readable(user, platform, rows, way):
    """Return those unread `rows` that the person may see now and still wants this way by mail."""
    actor = actors.of(user, platform) if platform else None
    if not user.is_active or (platform and not (actor and actor.is_active and actor.may("enter"))):
        return []
    ways = {kind.code: chosen for kind, chosen in news_choices.deliveries(user, platform).items()}
    wanted = [
        row
        for row in rows
        if row.read_at is None
        and ways.get(row.kind, way) == way
        and news_choices.wants(user, row.kind, row.space_id, concerns=True)
    ]
    visible = news.visible(user, actor, wanted)
    return [row for row in wanted if row.pk in visible]


def compose_news(mail):
    """Write the letter of one entry of the bell as it is now, or none."""
    pk = int(mail.about.partition(":")[2])
    row = Notification.objects.select_related("user", "platform").filter(pk=pk).first()
    if row is None or not readable(row.user, row.platform, [row], Delivery.NOW):
        return None
    kind = news.kind_of(row.kind)
    subject = f"{row.platform}: {row.text}" if row.platform else row.text
    thread = f"<news-{row.pk}@{urlsplit(settings.PUBLIC_BASE_URL).hostname}>"  # one thread for one subject
    ways = _ways_out(row.user, row.platform, row.kind if kind.may_be_off and row.kind in news.KINDS else "")
    return letters.write(
        "news",
        subject,
        platform=row.platform,
        headers={"References": thread, **ways.pop("headers")},
        row=row,
        link=_link(row),
        why=kind.why,
        **ways,
    )


def compose_digest(mail):
    """Write the letter of a day as its news are now, or none when nothing is left to tell."""
    _digest, platform_id, user_id, _day = mail.about.split(":")
    platform, user = Platform.objects.get(pk=platform_id), User.objects.get(pk=user_id)
    rows = list(Notification.objects.filter(user=user, platform=platform, digest=mail.about))
    found = readable(user, platform, rows, Delivery.DIGEST)
    if not found:
        return None
    told = [(row, _link(row), row.at) for row in found[:MOST_LINES]]
    number = "1 piece of news" if len(found) == 1 else f"{len(found)} pieces of news"
    ways = _ways_out(user, platform, news_choices.DIGEST)
    return letters.write(
        "digest",
        f"{platform}: {number}",
        platform=platform,
        headers=ways.pop("headers"),
        told=told,
        number=number,
        more=max(0, len(found) - MOST_LINES),
        bell=on_this_site(reverse("tenants:notifications", args=[platform.slug])),
        why=f"you let news of {platform} come once a day",
        **ways,
    )


def _link(row):
    return on_this_site(row.path) if row.path.startswith("/") else ""


def _ways_out(user, platform, code):
    """Return the links that a mail bears to choose, and to turn its kind off where that may be."""
    settings_url = reverse("tenants:notification_settings", args=[platform.slug]) if platform else ""
    found = {"settings_url": settings_url and on_this_site(settings_url), "headers": {}}
    if code:
        url = on_this_site(reverse("tenants:unsubscribe", args=[news_choices.token(user, platform, code)]))
        header = letters.ListUnsubscribe(f"<{url}>")
        one_click = {header.name: header, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}  # RFC 8058
        found |= {"unsubscribe_url": url, "headers": one_click}
    return found


def queue_digests():
    """Queue the digests of today of every platform where it is late enough: one mail for each person, never two."""
    due = Notification.objects.filter(digest=Notification.DUE, platform__status=PlatformStatus.ACTIVE)
    clock.each(Platform.objects.filter(pk__in=due.order_by().values("platform")), _queue_today)


def _queue_today(platform):
    local = timezone.localtime(timezone.now(), platform.zone)
    hour = datetime.combine(local.date(), time(settings.DIGEST_HOUR), tzinfo=platform.zone)
    if hour <= local:
        _queue(platform, hour)


@transaction.atomic
def _queue(platform, hour):
    """Put the news of before `hour` into today's digests; who has had today's waits for tomorrow's."""
    rows = Notification.objects.select_for_update(of=["self"]).filter(platform=platform, digest=Notification.DUE)
    by_user = {}
    for row in rows.filter(at__lte=hour).select_related("user"):
        by_user.setdefault(row.user, []).append(row.pk)
    for user, pks in by_user.items():
        about = f"digest:{platform.pk}:{user.pk}:{hour.date()}"
        if OutgoingMail.objects.filter(once=about).exists():
            continue
        Notification.objects.filter(pk__in=pks).update(digest=about)
        outbox.put(to=user.email, maker="digest", about=about, once=about)


def register():
    """Hand the makers to the outbox and the job to the clock."""
    outbox.contribute("news", compose_news)
    outbox.contribute("digest", compose_digest)
    clock.contribute("queue digests", timedelta(minutes=5), queue_digests)
