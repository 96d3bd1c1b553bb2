"""The browsers in which somebody is signed in, beside allauth's own page: ending one of them."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from tenants.errors import NotVisible


@require_POST
def session_end(request, pk):
    """End one session of the person; anybody else's does not exist."""
    session = UserSession.objects.filter(user=request.user, pk=pk).first()
    if session is None:
        raise NotVisible
    session.end()
    messages.success(request, "That browser is signed out.")
    return HttpResponseRedirect(reverse("usersessions_list"))
