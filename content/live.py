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
    readable = [items.get(pk) if reads(actor, items.get(pk)) else None for actor, pk in asked]
    presence.note([(actor, item) for (actor, _pk), item in zip(asked, readable, strict=True) if item is not None])
    said, people = talks(ids), presence.there(ids)
    pairs = zip(asked, readable, strict=True)
    return [_state(actor, item, said, people[pk]) if item is not None else None for (actor, pk), item in pairs]


def _state(actor, item, said, people):
    known = [member.pk for member in presence.known(actor, item, people)]
    found = {"item": version(item), "people": live.version(*known)}
    return found | ({"talk": said.get(item.pk, EMPTY)} if access.can(actor, "comment", item) else {})


def reads(actor, item):
    """Tell whether an item, or None, is there for the actor."""
    return item is not None and item.platform_id == actor.platform_id and bool(access.can(actor, "read", item))


def version(item):
    """Return the version of what the head of an item's page says."""
    return live.version(*(getattr(item, fact) for fact in FACTS))


def talks(ids):
    """Return {item's id: version of its discussion}."""
    rows = Comment.objects.filter(item__in=ids).order_by()
    latest = {name: Max(name) for name in ("pk", "edited_at", "deleted_at", "resolved_at", "reactions")}
    counts = {"open": Count("resolved_at"), "signs": Count("reactions")}
    return {item: live.version(*row) for item, *row in rows.values_list("item").annotate(**_named(latest), **counts)}


def _named(latest):
    return {f"last_{name}": value for name, value in latest.items()}


def seen(kind, pk, state=None):
    """Return what a page says of itself: what it shows, and in which version, when it is known before all else."""
    return several([(f"{kind}:{pk}", state or {})])


def several(things):
    """Return the same of several [(thing, its pieces in their versions)]."""
    states = {piece: version for _thing, state in things for piece, version in state.items()}
    return {"see": " ".join(thing for thing, _state in things), "seen": json.dumps(states)}


def page(item, *, talk=False):
    """Return the same for the page of an item."""
    state = {"people": EMPTY, "item": version(item)}
    if talk:
        state["talk"] = talks([item.pk]).get(item.pk, EMPTY)
    return seen(KIND, item.pk, state)


def register():
    """Let open pages ask for items, and say what entries about items and comments change."""
    live.contribute(KIND, states=states, leaves=presence.leave)
    announcing.contribute("content.item", _words)
    announcing.contribute("content.comment", lambda comment: _words(comment.item))


def _words(item):
    return f"{KIND}:{item.pk} {live.wide(item.platform_id)}"
