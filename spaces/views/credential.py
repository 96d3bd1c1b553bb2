"""The credential picker: as whom one works on this platform."""

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from spaces import navigation, wording
from spaces.credentials import choose_credential
from tenants.errors import NotVisible
from tenants.web import render_page, way_back, without_door


@require_http_methods(["GET", "HEAD", "POST"])
@without_door
def credential(request):
    """Show the live credentials with what each allows; choosing one returns to where the person came from."""
    back = way_back(request, reverse("tenants:home", args=[request.platform.slug]))
    status = 200
    if request.method == "POST":
        try:
            choose_credential(actor=request.actor, credential_id=_chosen(request))
            navigation.note_asked(request)
            return HttpResponseRedirect(back)
        except NotVisible:
            status = 422
    choices = [(held, wording.allows(held)) for held in request.actor.held]
    context = {"choices": choices, "next": back, "unchosen": status == 422}
    return render_page(request, "spaces/credential.html", context, partials=["credential-menu"], status=status)


def _chosen(request):
    value = request.POST.get("credential", "")
    return int(value) if value.removeprefix("-").isdecimal() and len(value) < 19 else None
