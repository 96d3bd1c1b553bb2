"""Words that people put on items, and the words they are offered: those of items they read."""

from django.db import transaction

from content import news, reading
from content.models import Maturity, Tag
from content.stored import fresh, lock_row, touch
from content.tag_words import differ, put, words_on
from tenants import access, audit
from tenants.errors import Unacceptable

LEAST = 2  # characters before words are offered
OFFERED = 8


@transaction.atomic
def set_tags(*, actor, item, typed):
    """Let an item carry exactly the words that were typed. Asks modify; raises Unacceptable when nothing changes."""
    item = lock_row(actor, item.pk)
    decision = access.require(fresh(actor), "modify", item)
    if not differ(item, typed):
        raise Unacceptable("Nothing was changed: exactly this is stored.")
    before, after = words_on(item), put(item, typed)
    touch(item, work=True)
    verb = "item_changed_frozen" if item.maturity == Maturity.FROZEN else "item_changed"
    change = {"before": {"tags": before}, "after": {"tags": after}}
    audit.record(actor, verb, item, space_id=item.space_id, decision=decision, **change)
    news.tell_followers(actor, item, "its tags changed")
    return item


def offered(actor, typed):
    """Return what is typed with its last word made one that items in the actor's lists carry; none for one letter."""
    head, comma, last = typed[:1000].rpartition(",")
    last = last.strip().casefold()
    if len(last) < LEAST or "\0" in last:
        return []
    found = Tag.objects.filter(platform=actor.platform, word__startswith=last)
    found = found.filter(items__in=reading.listed(actor).order_by().values("pk")).distinct()
    return [f"{head}{comma}{' ' if comma else ''}{tag}" for tag in found[:OFFERED]]
