"""One field of an item changed in place: what was shown must still be stored, other fields do not matter."""

from dataclasses import replace

from django.db import transaction

from content import properties, tag_words, tags
from content.items import Draft, edit_item
from content.models import Property
from content.stored import fresh, lock_row
from tenants import access
from tenants.errors import Conflict, NotVisible
from tenants.ids import id_of

PLAIN = ("title", "description", "tags")


def find(item, code):
    """Return the Property of a field such as `property-7`, None for a plain one. Raises NotVisible for another."""
    if code in PLAIN:
        return None
    number = id_of(code.removeprefix("property-"))
    found = code.startswith("property-") and Property.objects.filter(type=item.type_id, pk=number).first()
    if not found:
        raise NotVisible
    return found


def value(item, code):
    """Return what is stored in a field."""
    if code == "tags":
        return tag_words.words_on(item)
    one = find(item, code)
    return item.properties.get(one.name, "") if one else getattr(item, code)


@transaction.atomic
def edit_field(*, actor, item, code, typed, shown):
    """Store what was typed in one field. Raises Conflict when `shown` is not stored there any more."""
    item = lock_row(actor, item.pk)
    access.require(fresh(actor), "modify", item)
    if _plain(shown) != _plain(value(item, code)):
        raise Conflict(
            "Somebody changed it while you were typing.", "Both are shown; saving again stores yours over theirs."
        )
    if code == "tags":
        return tags.set_tags(actor=actor, item=item, typed=typed)
    return edit_item(actor=actor, item=item, draft=_draft(item, code, typed))


def _draft(item, code, typed):
    draft, one = Draft(item.title, item.description), find(item, code)
    if one is None:
        return replace(draft, **{code: typed})
    values = {name: kept for name, kept in item.properties.items() if name != one.name}
    return replace(draft, properties={**values, one.name: properties.check(one, typed)})


def _plain(text):
    """Return a text as it is before a browser sends it: a form turns the ends of lines."""
    return text.replace("\r\n", "\n")
