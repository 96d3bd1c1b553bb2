"""Auditors: people who read the record of a platform, whatever else they may or may not do there."""

from django.db import transaction

from tenants import access, audit, panels
from tenants.errors import Conflict
from tenants.members import lock_member, lock_platform, require_access


@transaction.atomic
def set_auditor(*, actor, member, on):
    """Make somebody an auditor of the platform, or no longer. Raises AccessDenied, Conflict when it is so already."""
    platform, actor = lock_platform(actor)
    decision = access.require(actor, "manage_members", platform)
    member = lock_member(platform, member.pk)
    require_access(member)
    if member.auditor == on:
        raise Conflict(f"{member} is {'an' if on else 'no'} auditor already.", "Look at the page again.")
    member.auditor = on
    member.save(update_fields=["auditor"])
    before, after = {"auditor": not on}, {"auditor": on}
    audit.record(actor, "auditor_set", member, decision=decision, subject=member.user, before=before, after=after)
    return member


def panel(request, *, member, **objects):
    """Return what the page of a member says of it, for Administrators."""
    if not access.can(request.actor, "manage_members", request.platform) or not member.is_active:
        return None
    return {"template": "tenants/auditor_panel.html", "context": {"member": member}, "side": True, "position": 70}


def register():
    """Hand the panel to the page and the words to the record."""
    panels.contribute("member", panel)
    audit.verbs({"auditor_set": "set whether this person audits the platform:"})
