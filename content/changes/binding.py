"""What signatures of a change bind to, and when enough of them stand.

A signature binds to a fingerprint of everything that is in the change: each item's revision, state, version and
iteration, the hashes of its files, who is asked, and how often approval was asked. Whatever changes there voids it,
without anybody having to look; who refused decides anew when approval is asked again.
"""

import json
from hashlib import sha256

from django.db.models import Max

from content.models import ChangeState, FileVersion, Iteration, Purpose, Quorum, Signature

ITEM_FACTS = ("pk", "number", "revision", "maturity", "version")


def fingerprint(opened):
    """Return the hash of exactly what a change is about, as it stands now."""
    ids = list(opened.items)
    rows = FileVersion.objects.filter(file__item__in=ids).order_by("file__item", "file__name", "number")
    files, iterations = (
        {},
        dict(Iteration.objects.filter(item__in=ids).order_by().values_list("item").annotate(last=Max("number"))),
    )
    for pk, *facts in rows.values_list("file__item", "file__name", "number", "sha256"):
        files.setdefault(pk, []).append(facts)
    things = {
        pk: [*(getattr(item, name) for name in ITEM_FACTS), iterations.get(pk), files.get(pk, [])]
        for pk, item in opened.items.items()
    }
    lines = [[line.deed, things.get(line.item_id), things.get(line.realized_id)] for line in opened.lines]
    asked = opened.change.slots.order_by("purpose", "user", "group", "responsibility")
    slots = list(asked.values_list("purpose", "user", "group", "responsibility"))
    said = [opened.change.number, opened.change.title, opened.change.reason, opened.change.quorum, slots, lines]
    said += [opened.change.rounds] if opened.change.rounds else []
    return sha256(json.dumps(said, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def binding_mark(opened):
    """Return the fingerprint that signatures must have to count; when a change ended, what it then was about."""
    if opened.change.state == ChangeState.COMPLETED:  # completing it carried its items on
        given = Signature.objects.filter(slot__change=opened.change).order_by("pk")
        return given.values_list("fingerprint", flat=True).last() or ""
    return fingerprint(opened)


def standing(opened, mark=None):
    """Return {slot id: its newest signature that binds to what the change is about}."""
    mark = mark or binding_mark(opened)
    rows = Signature.objects.filter(slot__change=opened.change, fingerprint=mark).order_by("pk")
    return {row.slot_id: row for row in rows.select_related("user")}


def enough(change, slots, signed):
    """Tell whether the signatures suffice: of all that are asked, or of any one approver."""
    agreed = {pk for pk, signature in signed.items() if signature.agrees}
    approvers = {slot.pk for slot in slots if slot.purpose == Purpose.APPROVE}
    if change.quorum == Quorum.ANY:
        return bool(approvers & agreed)
    reviewers = {slot.pk for slot in slots} - approvers
    return bool(approvers) and approvers <= agreed and reviewers <= signed.keys()


def proved(opened, signed, deciders):
    """Tell whether signatures suffice; approvals count of the users with these ids, who decide now."""
    slots = list(opened.change.slots.all())
    return enough(opened.change, slots, counting(slots, signed, deciders))


def counting(slots, signed, deciders):
    """Keep the signatures that count: of approvers those of the users with these ids, who decide now."""
    approvers = {slot.pk for slot in slots if slot.purpose == Purpose.APPROVE}
    return {pk: row for pk, row in signed.items() if pk not in approvers or row.user_id in deciders}
