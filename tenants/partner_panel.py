"""What the page of a member shows of their work elsewhere, to the Administrators of their home."""

from tenants import panels, partner_rows
from tenants.relations import stays_of


def elsewhere(request, *, member, **objects):
    """Return where one of our people works as an External, and the way to recall their licences; else nothing."""
    if not request.actor.is_administrator:
        return None
    travels = any(grant.assigned and not grant.restricted for grant in member.grants.all())
    stays = stays_of(request.platform, member)
    if not stays and not travels:
        return None
    context = {"member": member, "away": partner_rows.away(request.platform, stays), "travels": travels}
    return {"template": "tenants/elsewhere_panel.html", "context": context, "position": 20}


def register():
    """Hand it to the page."""
    panels.contribute("member", elsewhere)
