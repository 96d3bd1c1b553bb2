"""The bell: what is new for a person on a platform."""

from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from tenants import arrivals, notifications, web

PER_PAGE = 30


@require_safe
def notification_list(request):
    """List news, newest first, and invitations that wait for an answer."""
    return _page(request)


@require_POST
def notification_read(request, pk=None):
    """Mark one notification, or all, as read; go where it leads when asked to."""
    notifications.mark_read(user=request.user, platform=request.platform, notification_id=pk)
    found = notifications.news(request.user, request.platform).filter(pk=pk).first() if pk else None
    if found and "open" in request.POST and url_has_allowed_host_and_scheme(found.path, allowed_hosts=None):
        return HttpResponseRedirect(found.path)
    if request.htmx:
        return _page(request)
    return HttpResponseRedirect(reverse("tenants:notifications", args=[request.platform.slug]))


def _page(request):
    rows = notifications.news(request.user, request.platform)
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "invitations": arrivals.pending_invitations(request.user),
    }
    return web.render_page(request, "tenants/notifications.html", context, partials=["notes"])
