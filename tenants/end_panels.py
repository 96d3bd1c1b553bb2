"""What the home of a platform shows to somebody who answers for others there."""

from tenants import ends, panels

MOST = 6


def in_care(request, **objects):
    """Return the people whom one sponsors, the nearest end first; nothing for who sponsors nobody."""
    people = list(ends.in_care_of(request.actor)[: MOST + 1])
    context = {"people": people[:MOST], "more": len(people) > MOST}
    return {"template": "tenants/sponsored_panel.html", "context": context, "side": True} if people else None


def register():
    """Hand it to the page."""
    panels.contribute("home", in_care)
