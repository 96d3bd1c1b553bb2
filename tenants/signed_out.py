"""Pages want somebody signed in: who is not any more, in the middle of work, comes back to the page that they sent."""

from urllib.parse import urlencode, urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from tenants.errors import DomainError

SAFE = {"GET", "HEAD", "OPTIONS"}


class SignedOut(DomainError):
    """A part of an open page was asked for, or sent, by somebody who is signed out meanwhile."""

    status = 401


class Middleware(LoginRequiredMiddleware):
    """Leads strangers to the sign-in; what they sent was not taken, and the page says so."""

    def handle_no_permission(self, request, view_func):
        """Answer a part of a page with a sentence, an act with the way back to its page, a visit as Django does."""
        if request.headers.get("HX-Request") == "true":
            again = "do this once more here" if request.method in SAFE else "reload this page and do it once more"
            error = SignedOut("You are signed out.", f"Sign in again in another tab, then {again}.")
            return render(request, "refusal.html#refusal", {"error": error}, status=error.status)
        if request.method in SAFE:
            return super().handle_no_permission(request, view_func)
        wanted = {"ended": 1, "next": came_from(request)}
        return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode(wanted)}")


def came_from(request):
    """Return the address, on this site, of the page that sent this request, else the start."""
    named = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(named, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    parts = urlsplit(named)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
