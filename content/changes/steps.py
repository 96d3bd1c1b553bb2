"""Takes a change from state to state, and its items with it: wholly or not at all.

Items are carried on by the service of maturity, which asks section 6 of docs/access.md of who takes the step, item by
item. For that moment the change lets go of each, so that nothing but the ordinary rules answers.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from content import lifecycle
from content.changes import authority, binding, news
from content.changes.raising import hold, let_go, store
from content.changes.table import (
    COMPLETED,
    HOLDING,
    IN_APPROVAL,
    IN_WORK,
    REASONED,
    SIGNATURES,
    STEPS,
)
from content.items import needed_reason
from content.models import ChangeState, Deed, Item, Maturity
from tenants import audit
from tenants.access import Decision
from tenants.errors import Conflict

REVIEWING = Decision(True, "You are asked to review it.", "7.V")
FROM = {
    Deed.RELEASE: (Maturity.IN_WORK, Maturity.FROZEN),
    Deed.REVISE: (Maturity.IN_WORK, Maturity.FROZEN),
    Deed.OBSOLETE: (Maturity.RELEASED,),
}


def unasked(actor, opened):
    """Word that nobody asks the actor to sign."""
    decision = authority.decides(actor, opened)
    sentence = "You are not among those who are asked to sign it, or you signed already."
    return decision if not decision else Decision(False, sentence, "7.V", "Who works on it can ask you.")


@transaction.atomic
def step(*, actor, change, target, reason=""):
    """Take a change to `target`. Raises Conflict where no step by hand leads there, AccessDenied, Unacceptable.

    Completing it wants signatures that bind to what is in it now.
    """
    actor, opened = authority.locked(actor, change.pk)
    found = opened.change
    who, _label = STEPS.get((found.state, target), (SIGNATURES, ""))
    if who == SIGNATURES:
        words = ChangeState(found.state).label
        raise Conflict(f"It is {words} now: that step does not lead on from there.", "Look at the page again.")
    decision = authority.require(actor, opened, who)
    reason = needed_reason(reason) if target in REASONED else reason.strip()
    before = {"state": found.state}
    if target == COMPLETED and not _approved(opened):
        raise Conflict(
            "Something in it or who decides it changed since it was approved, so the approvals no longer stand.",
            "Ask for approval again.",
        )
    carry(actor, opened, target, reason)
    enter(opened, target)
    told = {"before": before, "after": {"state": target}, "decision": decision, "reason": reason}
    audit.record(actor, "change_stepped", found, **told)
    news.tell(actor, opened)
    return found


def _approved(opened):
    """Tell whether the signatures that bind suffice, those of approvers as far as they decide the change now."""
    signed = binding.standing(opened)
    return binding.proved(opened, signed, still_deciding(opened, signed))


def still_deciding(opened, signed):
    """Return the ids of the users, of those who signed, who decide the change now."""
    return {one.user.pk for one in news.deciders(opened, {row.user_id for row in signed.values()})}


def carry(actor, opened, target, reason):
    """Carry the items of a change along with its step: all of them, or none."""
    along = {IN_APPROVAL: _freeze, COMPLETED: _apply, IN_WORK: _thaw}.get(target)
    if target in (IN_APPROVAL, COMPLETED):
        _require_ready(opened)
    for line, item in _objects(opened) if along else ():
        along(_Walk(actor, opened, reason), line, item)
        line.save(update_fields=["froze", "realized"])


@dataclass(frozen=True, slots=True)
class _Walk:
    """Who carries the items of which change, and why."""

    actor: object
    opened: object
    reason: str

    def promote(self, item, state):
        """Take an item to a state as anybody would by hand; for that moment the change lets go of it."""
        let_go(self.opened.change, [item.pk])
        facts = {"item": item, "target": state, "reason": self.reason}
        self.opened.items[item.pk] = lifecycle.change_maturity(actor=self.actor, **facts)


def _freeze(walk, line, item):
    if item.maturity == Maturity.IN_WORK:
        walk.promote(item, Maturity.FROZEN)
        line.froze = True


def _apply(walk, line, item):
    walk.promote(item, Maturity.OBSOLETE if line.deed == Deed.OBSOLETE else Maturity.RELEASED)
    line.realized = item


def _thaw(walk, line, item):
    if line.froze and item.maturity == Maturity.FROZEN:
        walk.promote(item, Maturity.IN_WORK)
    line.froze = False


def enter(opened, target):
    """Store the state, and hold or let go of what is in it."""
    change = opened.change
    change.state = target
    change.completed_at = timezone.now() if target == COMPLETED else None
    change.rounds += target == IN_APPROVAL
    ids = authority.ids_of(opened.lines)
    if target in HOLDING:
        hold(change, Item.objects.filter(pk__in=ids))
    else:
        let_go(change, ids)
    store(change, "state", "completed_at", "rounds")


def _objects(opened):
    """Return (line, the item that the change carries on), those that stand, by the ids of the items."""
    found = []
    for line in opened.lines:
        pk = line.realized_id if line.deed == Deed.REVISE else line.item_id
        if pk in opened.items:
            found.append((line, opened.items[pk]))
    return sorted(found, key=lambda pair: pair[1].pk)


def _require_ready(opened):
    """Raise Conflict, with what to do, for a change that cannot be carried out as it stands."""
    if opened.gone:
        raise Conflict("An item of it is in the trash.", "Restore it, or take it out of the change.")
    if not opened.change.slots.filter(purpose="approve").exists():
        raise Conflict("Nobody is asked to approve it.", "Name at least one approver.")
    for line in opened.lines:
        item = opened.items[line.item_id]
        if line.deed == Deed.REVISE and line.realized_id is None:
            raise Conflict(f"{item} has no new revision yet.", "Make it under the change.")
        carried = opened.items[line.realized_id] if line.deed == Deed.REVISE else item
        if carried.maturity not in FROM[line.deed]:
            stands, wanted = Maturity(carried.maturity).label, Deed(line.deed).label.lower()
            raise Conflict(f"{carried} is {stands}: the change cannot {wanted} it.", "Choose what is to happen to it.")
