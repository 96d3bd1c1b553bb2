"""The readiness panel: both sides' conditions for one person, as they are now."""

from django.views.decorators.http import require_safe

from tenants import members, web
from tenants.readiness import hosts_of, readiness


@require_safe
@web.administrators_only("manage_members")
def readiness_panel(request, pk):
    """Answer with the panel alone; the pages that show it ask again every five seconds."""
    member = members.find_member(request.platform, pk)
    context = {"readiness": side_by_side(member), "person": member}
    return web.render_page(request, "tenants/readiness.html", context, partials=["readiness"])


def side_by_side(member):
    """Return the Readiness of a member as an Administrator of their platform reads it.

    Where the person is at home, their platform is the paying side towards each platform that wants its licences;
    elsewhere it is the host.
    """
    platform, user = member.platform, member.user
    if not _at_home(member):
        return [readiness(platform, user)]
    hosts = hosts_of(member)
    if not hosts:
        return [readiness(None, user, reader=platform, home=platform)]
    return [readiness(host, user, reader=platform, home=platform) for host in hosts[:3]]


def _at_home(member):
    """Tell whether this platform is where the person's own company keeps them."""
    return member.company.is_host and not member.is_external
