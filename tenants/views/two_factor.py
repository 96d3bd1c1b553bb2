"""The page that leads to setting up a second step, and back."""

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from tenants import doors, two_factor, web


@require_safe
@web.without_door
@doors.without_two_factor
def two_factor_page(request):
    """Say what is asked and why, and remember where the person wanted to go."""
    way_on = web.way_back(request, reverse("tenants:home", args=[request.platform.slug]))
    ready = two_factor.has_one(request.user)
    if ready and request.session.pop(doors.BACK, None):
        return HttpResponseRedirect(way_on)
    if not ready:
        request.session[doors.BACK] = {"name": request.platform.name, "url": request.get_full_path()}
    at = two_factor.begins(request.platform, request.actor.member)
    context = {"ready": ready, "way_on": way_on, "at": at}
    return web.render_page(request, "tenants/two_factor.html", context)
