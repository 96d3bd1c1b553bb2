"""What open pages ask for by themselves: how what they show stands. A stream begins with the same answer."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseNotModified, JsonResponse
from django.views.decorators.http import require_safe

from tenants import live, web


@login_not_required
@web.asked_by_itself
@require_safe
def state(request):
    """Tell how the bell and what the page shows stand, 304 while nothing changed."""
    if request.actor is None:
        return HttpResponse(status=204)  # signed out meanwhile: the page asks no more
    see = live.read(request.GET.getlist("see"))
    (found,) = live.states([(request.actor, see)])
    tag = f'"{live.version(sorted(found.items()))}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified()
    response = JsonResponse(found, headers={"ETag": tag})
    response.page = live.ask(request, see)
    return response
