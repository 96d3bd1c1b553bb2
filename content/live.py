"""How items stand, for open pages: a version of each piece that its reader sees, and no word of it."""

import json

from django.db.models import Count, Max

from content import presence
from content.models import Comment, Item
from content.stored import RELATED
from tenants import access, announcing, live

KIND = "content.item"
FACTS = ("version", "modified_at", "maturity", "locked_by_id", "superseded", "owner_id", "organization_id", "space_id")
EMPTY = live.version()


def states(asked):
    """Return {piece: version} for each (actor, item's id), None for what the actor does not read; note who looks."""
    ids = {pk for _actor, pk in asked}
    items = Item.objects.select_related(*RELATED).in_bulk(ids)
    readable = [items.get(pk) if _reads(actor, items.get(pk)) else None for actor, pk in asked]
    presence.note([(actor, item) for (actor, _pk), item in zip(asked, readable, strict=True) if item is not None])
    talks, people = _talks(ids), presence.there(ids)
    pairs = zip(asked, readable, strict=True)
    return [_state(actor, item, talks, people[pk]) if item is not None else None for (actor, pk), item in pairs]


def _state(actor, item, talks, people):
    known = [member.pk for member in presence.known(actor, item, people)]
    found = {"item": _version(item), "people": live.version(*known)}
    return found | ({"talk": talks.get(item.pk, EMPTY)} if access.can(actor, "comment", item) else {})


def _reads(actor, item):
    return item is not None and item.platform_id == actor.platform_id and bool(access.can(actor, "read", item))


def _version(item):
    return live.version(*(getattr(item, fact) for fact in FACTS))


def _talks(ids):
    """Return {item's id: version of its discussion}."""
    rows = Comment.objects.filter(item__in=ids).order_by()
    latest = {name: Max(name) for name in ("pk", "edited_at", "deleted_at", "resolved_at", "reactions")}
    counts = {"open": Count("resolved_at"), "signs": Count("reactions")}
    return {item: live.version(*row) for item, *row in rows.values_list("item").annotate(**_named(latest), **counts)}


def _named(latest):
    return {f"last_{name}": value for name, value in latest.items()}


def page(item, *, talk=False):
    """Return what the page of an item says of itself: what it shows, and in which version, read before all else."""
    seen = {"people": EMPTY, "item": _version(item)}
    if talk:
        seen["talk"] = _talks([item.pk]).get(item.pk, EMPTY)
    return {"see": f"{KIND}:{item.pk}", "seen": json.dumps(seen)}


def register():
    """Let open pages ask for items, and say what entries about items and comments change."""
    live.contribute(KIND, states=states, leaves=presence.leave)
    announcing.contribute("content.item", lambda item: f"{KIND}:{item.pk}")
    announcing.contribute("content.comment", lambda comment: f"{KIND}:{comment.item_id}")
