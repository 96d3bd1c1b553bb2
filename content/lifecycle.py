"""Maturity: the regular steps and an Owner's exceptions. Source of the rules: docs/access.md, section 6."""

from django.db import transaction

from content import locks, news
from content.items import needed_reason
from content.models import Maturity
from content.referrers import require_public_stays
from content.rules import FINAL
from content.stored import fresh, lock_row, touch
from tenants import access, audit
from tenants.errors import Conflict, Unacceptable

ORDER = (Maturity.PRIVATE, Maturity.IN_WORK, Maturity.FROZEN, Maturity.RELEASED, Maturity.OBSOLETE)
CONSEQUENCES = {
    Maturity.PRIVATE: "Only its content owner and the Owners of the space see it.",
    Maturity.IN_WORK: "The space works on it.",
    Maturity.FROZEN: "It is held still for a review; it can go back to In Work.",
    Maturity.RELEASED: "It never changes again; the way on is a new revision.",
    Maturity.OBSOLETE: "It stays readable and is not to be used for anything new.",
}


def steps(actor, item):
    """Return (target, decision, by_exception) for every other state: the regular way where there is one."""
    found = []
    if item.maturity == Maturity.NONE:
        return found
    for target in ORDER:
        if target == item.maturity:
            continue
        regular = access.can(actor, f"to_{target}", item)
        exception = access.can(actor, f"exception_to_{target}", item)
        chosen = exception if exception and not regular else regular
        found.append((target, chosen, bool(exception and not regular)))
    return found


@transaction.atomic
def change_maturity(*, actor, item, target, reason=""):
    """Take an item to `target`: by the table, else by an Owner's exception with a reason.

    Raises AccessDenied, Unacceptable for a state there is none of, Conflict when it stands there already or when
    Public content others refer to would close. A release ends its lock.
    """
    item = lock_row(actor, item.pk)
    actor = fresh(actor)
    if target not in ORDER:
        access.require(actor, "read", item)
        raise Unacceptable("There is no such maturity.", field="target")
    if item.maturity == target:
        access.require(actor, "read", item)
        raise Conflict(f"It is {Maturity(target).label} already.")
    decision, exceptional = _decide(actor, item, target)
    reason = needed_reason(reason) if exceptional else reason.strip()
    require_public_stays(actor, item, visibility=item.space.visibility, maturity=target)
    before = {"maturity": item.maturity}
    item.maturity = target
    touch(item, "maturity", work=True)
    ended = _free(item, target)  # the actor's own lock: one by somebody else stops the change
    audit.record(
        actor,
        "maturity_excepted" if exceptional else "maturity_changed",
        item,
        space_id=item.space_id,
        decision=decision,
        before=before,
        after={"maturity": target, **({"lock": "ended"} if ended else {})},
        reason=reason,
    )
    news.tell_followers(actor, item, f"{Maturity(target).label} now")
    return item


def _decide(actor, item, target):
    regular = access.can(actor, f"to_{target}", item)
    if not regular and access.can(actor, f"exception_to_{target}", item):
        return access.require(actor, f"exception_to_{target}", item), True
    return access.require(actor, f"to_{target}", item), False


def _free(item, target):
    if target in FINAL and item.locked_by_id:
        item.locked_by = item.locked_at = None
        touch(item, "locked_by", "locked_at")
        return True
    return locks.settle([item])
