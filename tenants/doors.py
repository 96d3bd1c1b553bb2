"""What stands before every page: a proof that is enough for the platform asked for, and a second step where asked.

Doors that floors contribute (tenants/web.py) ask only browsers that want a page. These stop everything.
"""

from urllib.parse import urlencode

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tenants import actor as actors
from tenants import proof, two_factor
from tenants.access import Decision
from tenants.errors import AccessDenied
from tenants.models import Member, Status

BACK = "two-factor-back"  # in the session: where somebody wanted to go who sets up a second step
CONFINED = "opened-by-a-company"  # in the session, to tell when it opens more
OPEN = {  # what leads in, out, or to the proof
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "openid_connect_login",
    "openid_connect_callback",
    "socialaccount_login_error",
    "socialaccount_login_cancelled",
    "tenants:company_sign_in",
    "tenants:company_first_time",
    "tenants:unsubscribe",  # wants its signed link and no session
}
NO_SECOND_STEP = AccessDenied(
    Decision(
        False,
        "This platform asks for a second step when signing in, and you have none yet.",
        remedy="Open any page of the platform to set it up.",
    )
)


def unproved(request, slug):
    """Stop what a session opened by a company does not open; `slug` is the platform asked for, None for the rest."""
    opened = proof.confined(request)
    if opened is not None and not request.session.get(CONFINED):
        request.session[CONFINED] = True
    if opened is None and request.session.pop(CONFINED, False):
        request.session.cycle_key()  # it opens more from here on
    if opened is None or slug in opened or request.resolver_match.view_name in OPEN:
        return None
    if request.resolver_match.view_name == "home":
        return HttpResponseRedirect(reverse("tenants:home", args=sorted(opened)[:1]))
    wanted = request.get_full_path() if request.method == "GET" else reverse("home")
    prove_url = f"{reverse('account_reauthenticate')}?{urlencode({'next': wanted})}"
    return render(request, "tenants/prove.html", {"opened": sorted(opened)[0], "prove_url": prove_url}, status=403)


def without_two_factor(view):
    """Mark the view that leads to setting it up."""
    view.without_two_factor = True
    return view


def unsecured(request, view):
    """Stop every view of a platform for a member who needs a second step now and has none.

    A page leads to setting it up; a form, a fragment or a download is refused with a sentence.
    """
    if getattr(view, "without_two_factor", False) or not two_factor.missing(request.actor):
        return None
    if request.method == "GET" and not request.htmx and "text/html" in request.headers.get("Accept", ""):
        page = reverse("tenants:two_factor", args=[request.platform.slug])
        return HttpResponseRedirect(f"{page}?{urlencode({'next': request.get_full_path()})}")
    template = "refusal.html#refusal" if request.htmx else "refusal.html"
    return render(request, template, {"error": NO_SECOND_STEP}, status=403)


def opened(request):
    """Return the Actors of the person on all platforms that let them in now, by the proof that this session has.

    One that does not is left out like one of which they are no member.
    """
    slugs = proof.confined(request)
    members = Member.objects.filter(user=request.user, status=Status.ACTIVE).order_by("platform__name", "pk")
    members = members.select_related("platform", "company", "unit", "user")
    found = [actors.build([member])[0] for member in members if slugs is None or member.platform.slug in slugs]
    return [one for one in found if one.is_active and one.may("enter") and not two_factor.missing(one)]
