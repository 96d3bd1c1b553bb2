"""What one reader is shown of changes: a list, and of one who is asked, who signed, and what of that still counts."""

from django.db.models import Q

from content import reading
from content.changes import authority, binding, impact, signing, steps, table
from content.models import Category, ChangeState, Maturity, Route
from content.names import Names


def found(actor, q="", state=(), whose=""):
    """Return the changes that a list shows, narrowed by words in number or title, states, or to one's own."""
    rows = authority.visible(actor)
    if state:
        rows = rows.filter(state__in=state)
    if whose:
        rows = rows.filter(raised_by=actor.user)
    if q:
        rows = rows.filter(Q(title__icontains=q) | Q(number__icontains=q))
    return rows


def addable(actor):
    """Return the items that the actor may bring into a change that they work on."""
    return reading.listed(actor).exclude(category=Category.PERSONAL).exclude(maturity=Maturity.PRIVATE)


def about(actor, opened):
    """Return what the pages of a change have in common: who is asked, who signed, what still binds."""
    mark, names = binding.binding_mark(opened), Names(actor)
    signed = binding.standing(opened, mark)
    slots = list(opened.change.slots.select_related("user", "group").prefetch_related("signatures__user"))
    names.load(
        {slot.user_id for slot in slots if slot.user_id}
        | {one.user_id for slot in slots for one in slot.signatures.all()}
        | {opened.change.raised_by_id}
    )
    for slot in slots:
        slot.whom = whom(slot, names)
        slot.valid = signed.get(slot.pk)
        slot.void = [one for one in slot.signatures.all() if one.fingerprint != mark]
    counts = _counting(opened, slots)
    for one in (*signed.values(), *(one for slot in slots for one in slot.signatures.all())):
        one.by, one.counts = names.say(one.user), one.pk in counts
    mine = opened.change.state == ChangeState.IN_APPROVAL and signing.open_slots(actor, opened, signed)
    by = names.say(opened.change.raised_by)
    told = {"opened": opened, "change": opened.change, "slots": slots, "mine": mine, "by": by, "mark": mark}
    return told | {"names": names}


def outlook(actor, opened):
    """Return what may be done to a change now, and where its items are used: `used`, and whether by others, too."""
    may = {who: authority.may(actor, opened, who) for who in (table.WORKER, table.DECIDER)}
    used, beyond = impact.impact(actor, [line.shown for line in opened.lines if line.shown])
    return {
        "may_work": bool(may[table.WORKER]) and opened.change.state in table.OPEN,
        "decider": may[table.DECIDER],
        "steps": [(to, label, may[who]) for to, who, label in table.leading_on(opened.change.state)],
        "used": used,
        "used_by_others": beyond or opened.others,
    }


def routes(platform):
    """Return the routes that a platform keeps."""
    return Route.objects.filter(platform=platform)


def whom(slot, names):
    """Say who is asked by a slot, of a change or of a route, as far as the reader may know people."""
    if slot.user_id:
        return names.say(slot.user)
    if slot.responsibility:
        return f"{slot.get_responsibility_display()} in the space of an item"
    if slot.group_id is None:
        return "a group that is gone"
    return f"any one of {slot.group}" if names.bound is None else "any one of a group"


def _counting(opened, slots):
    """Return the ids of signatures that count now: approvals of a change under way while who gave them decides it."""
    signed = {slot.pk: slot.valid for slot in slots if slot.valid}
    if signed and opened.change.state in (ChangeState.IN_APPROVAL, ChangeState.APPROVED):
        signed = binding.counting(slots, signed, steps.still_deciding(opened, signed))
    return {row.pk for row in signed.values()}
