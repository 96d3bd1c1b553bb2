"""Signatures of a change: whom it asks for one, and where one leads."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from content.changes import authority, news, steps
from content.changes.binding import enough, fingerprint, standing
from content.changes.table import APPROVED, IN_APPROVAL, REJECTED
from content.models import Purpose, Signature
from tenants import audit
from tenants.errors import AccessDenied, Changed, Conflict, Unacceptable
from tenants.models import GroupMember


def open_slots(actor, opened, signed):
    """Return the slots that ask for a signature of the actor and have none; approving takes who decides."""
    decides = authority.decides(actor, opened)
    return [
        slot
        for slot in opened.change.slots.all()
        if slot.pk not in signed and (decides or slot.purpose == Purpose.REVIEW) and asked(actor, opened, slot)
    ]


def asked(actor, opened, slot):
    """Tell whether a slot asks for the actor: by name, as one of a group, or by a responsibility where an item is."""
    if slot.user_id:
        return slot.user_id == actor.user.pk
    if slot.group_id:
        return GroupMember.objects.filter(group=slot.group_id, member=actor.member.pk).exists()
    return any(authority.holds(actor, item, slot.responsibility) for item in opened.standing())


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody signs: whether they agree, why, to exactly what was `shown` (a fingerprint), proved by `method`."""

    agrees: bool
    remark: str
    shown: str
    method: str


def require_asked(actor, opened):
    """Raise Conflict while nobody is asked, AccessDenied for somebody whom no open slot asks."""
    if opened.change.state != IN_APPROVAL:
        raise Conflict("Nobody is asked to sign it now.", "Look at the page again.")
    raise AccessDenied(steps.unasked(actor, opened))


@transaction.atomic
def sign(*, actor, change, word):
    """Sign a change for every slot that asks the actor, and return it.

    An approver's refusal rejects the change; the signature that makes enough of them approves it. Raises AccessDenied,
    Changed when something is not as it was shown, Unacceptable for a refusal without a remark, Conflict.
    """
    actor, opened = authority.locked(actor, change.pk)
    found, mark = opened.change, fingerprint(opened)
    signed = standing(opened, mark)
    slots = open_slots(actor, opened, signed) if found.state == IN_APPROVAL else []
    if not slots:
        require_asked(actor, opened)
    if word.shown != mark:
        raise Changed("Something in it changed since you looked.", "Look again at what you sign.")
    remark, agrees = word.remark.strip(), word.agrees
    if not agrees and not remark:
        raise Unacceptable("Say why you do not agree.", field="remark")
    facts = {
        "at": timezone.now(),
        "user": actor.user,
        "agrees": agrees,
        "remark": remark,
        "method": word.method,
        "fingerprint": mark,
    }
    for slot in slots:
        signed[slot.pk] = Signature.objects.create(slot=slot, **facts)
    before = {"state": found.state}
    _settle(opened, slots, signed, agrees)
    after = {"state": found.state, "agrees": "yes" if agrees else "no", "signed_with": word.method, "fingerprint": mark}
    decision = authority.decides(actor, opened) or steps.REVIEWING
    audit.record(actor, "change_signed", found, decision=decision, before=before, after=after, reason=remark)
    if found.state != before["state"]:
        news.tell(actor, opened)
    return found


def _settle(opened, slots, signed, agrees):
    """Take the change on where the new signatures lead."""
    change = opened.change
    if not agrees and any(slot.purpose == Purpose.APPROVE for slot in slots):
        steps.enter(opened, REJECTED)
    elif enough(change, list(change.slots.all()), signed):
        steps.enter(opened, APPROVED)
