"""Inviting somebody of another company into a space of one's own."""

from django.contrib import messages
from django.views.decorators.http import require_http_methods

from spaces import guests
from spaces.guest_forms import GuestForm
from spaces.views.asking import find_space, page_of, to
from tenants import access
from tenants.errors import AccessDenied, Conflict, TooMany, Unacceptable
from tenants.forms import take
from tenants.web import render_page


@require_http_methods(["GET", "HEAD", "POST"])
def guest_invite(request, pk):
    """Invite an address that nobody on the platform has, with the roles that Administrators chose."""
    space, posted = find_space(request, pk, "give_any"), request.method == "POST"
    access.require(request.actor, "invite_external", request.platform)
    initial = {"email": request.GET.get("email", "")[:254]}
    form, status = GuestForm(request.POST if posted else None, space=space, initial=initial), 200
    if posted:
        invitation, status = _sent(request, form)
        if invitation:
            messages.success(request, f"{invitation.email} is invited. They stand in the list until they answer.")
            return to(request, "spaces:space_members", pk)
    context = page_of(request, space) | {"form": form}
    return render_page(request, "spaces/guest_invite.html", context, status=status)


def _sent(request, form):
    if not form.is_valid():
        return None, 422
    try:
        invitation, _token = guests.invite_guest(actor=request.actor, guest=form.guest(), opened=(form.opened(),))
    except (AccessDenied, Conflict, TooMany, Unacceptable) as error:
        take(form, error)
        return None, error.status
    return invitation, 302
