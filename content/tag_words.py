"""The words that an item carries: read from what is typed, put on it, said as they are typed."""

import unicodedata

from content.models import Tag
from content.typed import one_line
from tenants.errors import Unacceptable

MOST, LONGEST = 20, 40  # tags of an item, characters of one


def words_of(typed):
    """Return the words between commas, in small letters, each once. Raises Unacceptable for too many or too long."""
    clean = (one_line(unicodedata.normalize("NFC", part)) for part in typed.split(","))
    words = sorted({word.casefold() for word in clean if word})
    if long := next((word for word in words if len(word) > LONGEST), None):
        raise Unacceptable(f"“{long[:LONGEST]}…” is longer than {LONGEST} characters.", field="value")
    if len(words) > MOST:
        raise Unacceptable(f"At most {MOST} tags.", field="value")
    return words


def words_on(item):
    """Return the tags of an item as they are typed."""
    return ", ".join(item.tags.values_list("word", flat=True))


def words_by_item(items):
    """Return {key of an item: its tags in their order}, in one query."""
    found = {}
    rows = Tag.objects.filter(items__in=[item.pk for item in items]).order_by("word")
    for pk, word in rows.values_list("items__pk", "word"):
        found.setdefault(pk, []).append(word)
    return found


def differ(item, typed):
    """Tell whether typed words are others than those that an item carries."""
    return words_on(item) != ", ".join(words_of(typed))


def put(item, typed):
    """Let an item carry exactly the words that were typed, within the act that asks; return them as they are typed."""
    words = words_of(typed)
    item.tags.set([Tag.objects.get_or_create(platform=item.platform, word=word)[0] for word in words])
    return ", ".join(words)
