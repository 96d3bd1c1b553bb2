"""The platforms of a person: the page and the menu beside the profile picture."""

from django.views.decorators.http import require_safe

from tenants import arrivals, web


@require_safe
def platform_list(request):
    """List the person's platforms with what they are there and what is new, and invitations to answer."""
    context = {
        "memberships": arrivals.memberships(request.user),
        "invitations": arrivals.pending_invitations(request.user),
        "here": request.GET.get("here", ""),
    }
    return web.render_page(request, "tenants/platforms.html", context, partials=["platform-menu"])
