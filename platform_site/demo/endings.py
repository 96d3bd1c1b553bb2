"""How the demo world ends up: items changed once more or in the trash, news of long ago read."""

from datetime import timedelta

from content.items import Draft, delete_item, edit_item
from tenants.models import Notification, OutgoingMail


def finish(actor, item, thing):
    """Move an item to the trash, or change properties of it."""
    if thing.deleted:
        delete_item(actor=actor, item=item)
    else:
        edit_item(actor=actor, item=item, draft=Draft(item.title, item.description, item.properties | thing.edited))


def settle_news(now):
    """Let mail of long ago have arrived and news of long ago be read; the last day is still to be looked at."""
    OutgoingMail.objects.filter(created_at__lt=now - timedelta(days=1)).delete()
    old = Notification.objects.filter(at__lt=now - timedelta(days=2))
    old.update(read_at=now - timedelta(days=1), digest="")
