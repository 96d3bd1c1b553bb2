"""Loads live shares as facts for actors: with them, and with their groups."""

from django.db.models import BigIntegerField, Value

from content.models import GroupShare, Level, Share
from tenants.actor import Received

WIDEST_FIRST = list(reversed(Level.values))
ENTRIES = "group__user_group__entries__"
STORED = ("content_object_id", "permission__codename")


def load_shares(people):
    """Return {user_id: {item_id: (Received, ...)}}, the widest first, for People, in one query."""
    found = {}
    for user_id, item_id, *received in people.ask(_rows):
        found.setdefault(user_id, {}).setdefault(item_id, []).append(Received(*received))
    return {user_id: {pk: in_order(given) for pk, given in items.items()} for user_id, items in found.items()}


def _rows(people):
    own = _live(Share, people).filter(user__in=people.users)
    own = own.annotate(no_group=Value(None, output_field=BigIntegerField()), no_name=Value(""))
    through = _live(GroupShare, people).filter(**{f"{ENTRIES}member__in": people.keys})
    rows = own.values_list("user_id", *STORED, "no_group", "no_name").union(
        through.values_list(f"{ENTRIES}member__user_id", *STORED, "group_id", "group__user_group__name"), all=True
    )
    return rows.order_by()


def in_order(received):
    """Return what was Received of one item, the widest level first, one's own before that of groups."""
    return tuple(sorted(received, key=lambda one: (WIDEST_FIRST.index(one.level), one.group, one.group_id or 0)))


def _live(model, people):
    rows = model.objects.live(people.now).filter(content_object__platform=people.platform).order_by()
    if people.items is not None:
        return rows.filter(content_object__in=people.items)
    return rows.filter(content_object__space__in=people.spaces) if people.spaces else rows
