"""Finds changes for readers, and answers who works on and who decides one, by the rights on the items in it.

Source: docs/access.md, section 7. What is in the trash is not in a change until it is restored.
"""

from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from content import reading
from content.changes.table import DECIDER
from content.models import Change, ChangeLine, Item
from content.stored import RELATED, fresh, lock_rows
from spaces.models import LADDER, Responsibility
from tenants import access
from tenants.access import Decision
from tenants.errors import AccessDenied, Conflict, NotVisible


@dataclass(slots=True)
class Opened:
    """A change as one person has it: its lines with their items loaded, those they read, and whether there are others.

    `gone` tells that an item of it is in the trash.
    """

    change: Change
    lines: list
    items: dict
    seen: list = field(default_factory=list)
    others: bool = False
    gone: bool = False

    def standing(self):
        """Return every item in it that stands."""
        return list(self.items.values())


def visible(actor, *, others=False):
    """Return the changes of which the actor has an item in lists; with `others` of which they read one at all."""
    readable = reading.listed(actor, others=others).order_by()
    lines = ChangeLine.objects.filter(Q(item__in=readable) | Q(realized__in=readable), change=OuterRef("pk"))
    return Change.objects.filter(Exists(lines), platform=actor.platform).select_related("raised_by", "platform")


def open_change(actor, pk):
    """Return a change of which the actor reads an item. Raises NotVisible, at the cost of one that is not there."""
    change = visible(actor, others=True).filter(pk=pk).first()
    if change is None:
        raise NotVisible
    return _opened(actor, change)


def _opened(actor, change, rows=None):
    lines = list(change.lines.order_by("item_id"))
    ids = ids_of(lines)
    found = rows if rows is not None else Item.objects.filter(pk__in=ids).select_related(*RELATED).in_bulk()
    opened = Opened(change, lines, found, gone=len(found) < len(ids))
    readable = {pk for pk, item in found.items() if access.can(actor, "read", item)}
    if not readable:
        raise NotVisible
    for line in lines:
        line.shown = found[line.item_id] if line.item_id in readable else None
        line.led_to = found[line.realized_id] if line.realized_id in readable else None
        if line.shown or line.led_to:
            opened.seen.append(line)
    opened.others = len(readable) < len(ids)
    return opened


def ids_of(lines):
    """Return the ids of all items in lines, those that they led to included."""
    return {line.item_id for line in lines} | {line.realized_id for line in lines if line.realized_id}


@transaction.atomic
def record_openings(actor, opened):
    """Write down that somebody opened, with the change, items that only asking shows."""
    for line in opened.seen:
        for item in filter(None, (line.shown, line.led_to)):
            if not access.can(actor, "list", item):
                reading.record_opening(actor, item)


def locked(actor, pk, *more):
    """Return (the actor of now, the change as stored and Opened): spaces, items by their ids, then the change locked.

    `more` are ids of further items to lock with them. Raises NotVisible, or Conflict when its items changed meanwhile.
    """
    lines = list(ChangeLine.objects.filter(change=pk, change__platform=actor.platform))
    if not lines:
        raise NotVisible
    asked = ids_of(lines)
    ids = set(Item.objects.filter(pk__in=asked).values_list("pk", flat=True)) | set(more)
    rows = lock_rows(actor, ids)
    actor = fresh(actor)
    change = Change.objects.select_for_update(of=["self"]).select_related("raised_by", "platform").get(pk=pk)
    opened = _opened(actor, change, {one: row for one, row in rows.items() if one in asked})
    if ids_of(opened.lines) != asked:
        raise Conflict("Somebody changed this at the same moment, so nothing was stored.", "Look again.")
    opened.items |= rows if more else {}
    return actor, opened


def may(actor, opened, who):
    """Answer whether the actor is one of `who` (see `content.changes.table`) of a change, by their rights of now."""
    deciding = decides(actor, opened)
    if deciding or who == DECIDER or opened.change.raised_by_id != actor.user.pk:
        return deciding
    return raises(actor, opened.standing())


def require(actor, opened, who):
    """Return the Decision by which the actor is one of `who`. Raises AccessDenied."""
    if not (decision := may(actor, opened, who)):
        raise AccessDenied(decision)
    return decision


def decides(actor, opened):
    """Answer whether the actor decides: with the capability, as Leader or Owner of the space of every item in it."""
    for item in opened.standing():
        if not access.can(actor, "read", item):
            return Decision(
                False,
                "A Leader or an Owner of the space of every item in it decides a change.",
                "7.D",
                "Others are in it that you do not read.",
            )
        if not (decision := access.can(actor, "decide_change", item)):
            return decision
    return Decision(True, "You are Leader or Owner of the space of every item in it.", "7.D")


def raises(actor, items):
    """Answer whether the actor raises a change of items: reads all, and is Contributor or above where one is."""
    answers = [access.can(actor, "raise_change", item) for item in items]
    if not all(access.can(actor, "read", item) for item in items):
        return Decision(False, "Who raises a change reads all items in it.", "7.6")
    return next((answer for answer in answers if answer), answers[0])


def holds(actor, item, responsibility):
    """Tell whether the actor holds the responsibility, or one above it, by a credential that covers the item."""
    wanted = LADDER.get(responsibility, 0)
    return any(
        (held.is_owner if responsibility == Responsibility.OWNER else wanted and held.level >= wanted)
        for held in actor.counting_in(item.space_id)
        if not held.restricted or held.organization_id == item.organization_id
    )
