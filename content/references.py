"""Relate items to each other. Source of the rules: docs/access.md, sections 1, 2, 5 and 6.

A relation belongs to its source: it needs modify there and read on the target, and changes nothing of the latter.
The record keeps the target by its id alone; each reader is told what they read of it, and nothing else of the entry.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from content import circles, news
from content.catalogue import ISSUE
from content.changing import decide_change
from content.models import NO_CIRCLE, OF_ISSUES, Category, Reference, ReferenceKind
from content.stored import fresh, lock_rows, touch
from tenants import access, audit
from tenants.errors import Conflict, NotVisible, Unacceptable
from tenants.models import Platform

ADDED = ("relation_added", "relation_changed_frozen", "relation_repaired")
CHANGED = ("relation_changed", "relation_changed_frozen", "relation_repaired")
ENDED = ("relation_ended", "relation_changed_frozen", "relation_repaired")
VERBS = {
    "relation_added": "added a relation to",
    "relation_changed": "changed a relation of",
    "relation_ended": "ended a relation of",
    "relation_changed_frozen": "changed, while it was Frozen, a relation of",
    "relation_repaired": "repaired a relation of",
}


@dataclass(frozen=True, slots=True)
class Relation:
    """What somebody typed of a relation; quantity and position count for parts alone."""

    kind: str = ReferenceKind.REFERS_TO
    quantity: Decimal = Decimal(1)
    position: int | None = None
    reason: str = ""

    def facts(self):
        """Return what is stored of quantity and position."""
        if self.kind != ReferenceKind.HAS_PART:
            return {"quantity": None, "position": None}
        if not 0 < self.quantity < Decimal(10) ** 9:
            raise Unacceptable("A quantity is above 0 and below a thousand million.", field="quantity")
        return {"quantity": self.quantity, "position": self.position}


@transaction.atomic
def add_reference(*, actor, item, target_id, relation):
    """Relate `item` to the item of `target_id` and return the Reference.

    Raises NotVisible for a target that the actor does not read, Conflict for a relation that is there already, that a
    personal item would have, or that would close a circle.
    """
    if relation.kind in NO_CIRCLE:
        lock_circles(actor)
    rows = lock_rows(actor, {item.pk, target_id})
    actor, item, target = fresh(actor), rows[item.pk], rows[target_id]
    verb, decision, reason = decide_change(actor, item, ADDED, relation.reason)
    access.require(actor, "read", target)
    _require_possible(actor, item, target, relation.kind)
    reference = Reference.objects.create(
        source=item, target=target, kind=relation.kind, created_by=actor.user, **relation.facts()
    )
    _keep(actor, reference, verb, {"decision": decision, "after": _told(reference), "reason": reason})
    return reference


def lock_circles(actor):
    """Let nobody else on the platform relate now: two at once could close a circle that neither of them sees."""
    Platform.objects.select_for_update(no_key=True).get(pk=actor.platform_id)


@transaction.atomic
def change_reference(*, actor, reference, relation):
    """Store another quantity and position of a part. Raises Unacceptable when exactly that is stored."""
    actor, reference = _locked(actor, reference)
    verb, decision, reason = decide_change(actor, reference.source, CHANGED, relation.reason)
    if not reference.is_part:
        raise Conflict("Only a part has a quantity and a position.")
    before, facts = _told(reference), relation.facts()
    if facts == {"quantity": reference.quantity, "position": reference.position}:
        raise Unacceptable("Nothing was changed: exactly this is stored.")
    reference.quantity, reference.position = facts["quantity"], facts["position"]
    reference.save(update_fields=["quantity", "position"])
    told = {"decision": decision, "before": before, "after": _told(reference), "reason": reason}
    _keep(actor, reference, verb, told)
    return reference


@transaction.atomic
def end_reference(*, actor, reference, reason=""):
    """End a relation. Its target stays as it is."""
    actor, reference = _locked(actor, reference)
    verb, decision, reason = decide_change(actor, reference.source, ENDED, reason)
    if reference.kind == ReferenceKind.REVIEWS:
        raise Conflict("What a review judges is its own.", "Take the item out on the page of the review.")
    told = {"decision": decision, "before": _told(reference), "reason": reason}
    reference.delete()
    _keep(actor, reference, verb, told)


def _locked(actor, reference):
    """Return (the actor of now, the reference of now, its items locked), if the actor reads both."""
    rows = lock_rows(actor, {reference.source_id, reference.target_id})
    actor, found = fresh(actor), Reference.objects.select_for_update(of=["self"]).filter(pk=reference.pk).first()
    for item in rows.values():
        access.require(actor, "read", item)
    if found is None:
        raise NotVisible
    found.source, found.target = rows[found.source_id], rows[found.target_id]
    return actor, found


def _require_possible(actor, item, target, kind):
    if Category.PERSONAL in (item.category, target.category):
        raise Conflict("Personal items have no relations.", "Put things into a personal folder instead.")
    if item.pk == target.pk:
        raise Conflict("An item is not related to itself.")
    if kind == ReferenceKind.REVIEWS:
        raise Conflict("What a review judges is chosen on its own page.", "Tick the items in a list and review them.")
    if kind in OF_ISSUES and item.type.code != ISSUE:
        raise Conflict("Only an issue is reported against something, or resolved by it.")
    if Reference.objects.filter(source=item, target=target, kind=kind).exists():
        raise Conflict(f"It {ReferenceKind(kind).label} {target} already.")
    if kind in NO_CIRCLE and (circle := circles.refusal(actor, item, target, kind)):
        raise Conflict(*circle)


def _told(reference):
    """Return what the record keeps of a relation."""
    told = {"relation": ReferenceKind(reference.kind).label, "related": reference.target_id}
    if reference.is_part:
        told |= {"quantity": reference.amount, "position": reference.position}
    return told


def _keep(actor, reference, verb, told):
    item = reference.source
    touch(item, work=True)
    audit.record(actor, verb, item, space_id=item.space_id, **told)
    news.tell_followers(actor, item, "its relations changed", also=reference.target)
    if verb == "relation_repaired":
        news.tell_repair(actor, item, told["reason"])


def register():
    """Hand the words to the record."""
    audit.verbs(VERBS)
