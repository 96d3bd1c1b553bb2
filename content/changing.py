"""By which right the files and relations of an item change, and what the record calls it."""

from content.items import needed_reason
from content.models import Maturity
from tenants import access


def may_change(actor, item):
    """Answer whether the actor changes files and relations of the item, by modify or as a repair."""
    return access.can(actor, "modify", item) or access.can(actor, "repair_files", item)


def decide_change(actor, item, verbs, reason):
    """Return (verb, decision, reason): by modify, else as an Owner's repair for a reason.

    `verbs` are the words of the record for a change, for one while Frozen, and for a repair. Raises AccessDenied,
    or Unacceptable for a repair without a reason.
    """
    changed, frozen, repaired = verbs
    if not access.can(actor, "modify", item) and access.can(actor, "repair_files", item):
        return repaired, access.require(actor, "repair_files", item), needed_reason(reason)
    verb = frozen if item.maturity == Maturity.FROZEN else changed
    return verb, access.require(actor, "modify", item), ""
