"""Signing in through one's company: the door, what a provider is asked, the first time, and the links of a person."""

import logging
from functools import wraps

import requests
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from allauth.socialaccount.views import ConnectionsView
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tenants import company_sign_in, limits, web
from tenants.company_adapter import proof_first
from tenants.errors import NotVisible, Unacceptable
from tenants.models import PlatformStatus, SignInService, Status

log = logging.getLogger(__name__)
BROKEN = Unacceptable("The company's provider gave no answer that can be read.", remedy="Try again in a minute.")


class CompanyForm(forms.Form):
    """Which platform somebody wants to sign in to."""

    platform = forms.CharField(
        max_length=200,
        label="Name of the platform in its address",
        help_text="What stands after /p/, such as corvane. The whole address will do.",
        widget=forms.TextInput({"autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_platform(self):
        """Find a platform that signs people in through its company."""
        _, _, last = self.cleaned_data["platform"].strip().lower().rpartition("/p/")
        slug = last.partition("/")[0]
        if not company_sign_in.usable(slug):
            raise forms.ValidationError("No platform of that name signs people in through its company.")
        return slug


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def company_sign_in_page(request):
    """Ask for the platform and lead to its company's provider."""
    form = CompanyForm(request.POST or None)
    next_url = web.way_back(request, "")
    if request.method == "POST":
        limits.spend(request, "company_sign_in")
        if form.is_valid():
            address = reverse("openid_connect_login", args=[form.cleaned_data["platform"]])
            return HttpResponseRedirect(web.with_next(address, next_url))
    context = {"form": form, "next": next_url}
    return web.render_page(request, "tenants/company_sign_in.html", context, status=422 if form.errors else 200)


@login_not_required
@require_safe
def company_first_time(request, slug):
    """Say that one's own password comes first, once; alike for everybody, whoever has an account or not."""
    service = company_sign_in.usable(slug)
    if service is None:
        raise NotVisible
    context = {"service": service, "next": web.way_back(request, reverse("home"))}
    return web.render_page(request, "tenants/company_first_time.html", context)


def _readable(view):
    """Answer a provider that is broken or silent with a sentence."""

    @wraps(view)
    def guarded(request, provider_id):
        limits.spend(request, "company_sign_in")
        try:
            return view(request, provider_id)
        except (requests.RequestException, ValueError, KeyError, TypeError, AttributeError):
            log.exception("the provider of %s gave an answer that cannot be read", provider_id)
            return render(request, "socialaccount/authentication_error.html", {"error": BROKEN}, status=502)

    return login_not_required(guarded)


@_readable
def provider_login(request, provider_id):
    """Ask once, then leave for the provider.

    By a page that goes there, not a redirect: our policy lets no form end anywhere but here.
    """
    connecting = request.GET.get("process") == "connect" and request.user.is_authenticated
    if connecting and company_sign_in.usable(provider_id) and not did_recently_reauthenticate(request):
        return HttpResponseRedirect(proof_first(provider_id))
    answer = openid_connect.login(request, provider_id)
    if request.method == "POST" and answer.status_code == 302:
        return render(request, "tenants/company_leaving.html", {"url": answer["Location"]})
    return answer


@_readable
def provider_callback(request, provider_id):
    """Take the provider's answer."""
    return openid_connect.callback(request, provider_id)


class LinksView(ConnectionsView):
    """The person's links to companies' providers, and the platforms of theirs that offer one."""

    def get_context_data(self, **kwargs):
        """Add the platforms that offer it."""
        offered = SignInService.objects.filter(
            on=True,
            platform__status=PlatformStatus.ACTIVE,
            platform__members__user=self.request.user,
            platform__members__status=Status.ACTIVE,
        )
        linked = set(self.request.user.socialaccount_set.values_list("provider", flat=True))
        rows = [row.platform for row in offered.select_related("platform").order_by("platform__name")]
        return super().get_context_data(**kwargs) | {
            "offered": [platform for platform in rows if platform.slug not in linked]
        }
