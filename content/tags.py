"""Words that people put on items, and the words they are offered: those of items they read."""

import unicodedata

from django.db import transaction

from content import news, reading
from content.items import UNSEEN
from content.models import Maturity, Tag
from content.stored import fresh, lock_row, touch
from tenants import access, audit
from tenants.errors import Unacceptable

MOST, LONGEST = 20, 40  # tags of an item, characters of one
LEAST = 2  # characters before words are offered
OFFERED = 8


def words_of(typed):
    """Return the words between commas, in small letters, each once. Raises Unacceptable for too many or too long."""
    clean = (" ".join(UNSEEN.sub("", unicodedata.normalize("NFC", part)).split()) for part in typed.split(","))
    words = sorted({word.casefold() for word in clean if word})
    if long := next((word for word in words if len(word) > LONGEST), None):
        raise Unacceptable(f"“{long[:LONGEST]}…” is longer than {LONGEST} characters.", field="value")
    if len(words) > MOST:
        raise Unacceptable(f"At most {MOST} tags.", field="value")
    return words


def words_on(item):
    """Return the tags of an item as they are typed."""
    return ", ".join(item.tags.values_list("word", flat=True))


@transaction.atomic
def set_tags(*, actor, item, typed):
    """Let an item carry exactly the words that were typed. Asks modify; raises Unacceptable when nothing changes."""
    item = lock_row(actor, item.pk)
    decision = access.require(fresh(actor), "modify", item)
    before, words = words_on(item), words_of(typed)
    if before == ", ".join(words):
        raise Unacceptable("Nothing was changed: exactly this is stored.")
    item.tags.set([Tag.objects.get_or_create(platform=item.platform, word=word)[0] for word in words])
    touch(item, work=True)
    verb = "item_changed_frozen" if item.maturity == Maturity.FROZEN else "item_changed"
    change = {"before": {"tags": before}, "after": {"tags": ", ".join(words)}}
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
