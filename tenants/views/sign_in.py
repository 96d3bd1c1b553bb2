"""Set up signing in through the company, in Platform Management."""

from django import forms
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from tenants import company_sign_in, limits, web
from tenants.errors import Conflict, NotVisible, Unacceptable
from tenants.views.options import get_or_post


class ServiceForm(forms.Form):
    """The OpenID Connect provider of the platform."""

    issuer = forms.CharField(
        max_length=300, label="Issuer", help_text="Its address, such as https://login.company.example"
    )
    client_id = forms.CharField(max_length=200, label="Client id")
    secret = forms.CharField(
        max_length=500,
        required=False,
        label="Client secret",
        widget=forms.PasswordInput({"autocomplete": "off"}),
        help_text="Stored sealed and never shown again. Left empty, the stored one stays.",
    )
    domains = forms.CharField(
        max_length=2000,
        label="Mail domains",
        help_text="Whom it signs in: people with a verified address of these, such as company.example",
        widget=forms.Textarea({"rows": 2}),
    )

    def service(self):
        """Return what was typed. Raises Unacceptable."""
        data = self.cleaned_data
        domains = company_sign_in.domains_of(data["domains"])
        return company_sign_in.Service(data["issuer"].strip(), data["client_id"].strip(), data["secret"], domains)


@get_or_post
@web.administrators_only("set_sign_in")
def sign_in(request):
    """Show what is set up, and store what is typed."""
    stored = company_sign_in.service_of(request.platform)
    if request.method != "POST":
        return _page(request, stored, ServiceForm(initial=_initial(stored)))
    form = ServiceForm(request.POST)
    if form.is_valid():
        try:
            company_sign_in.set_service(actor=request.actor, service=form.service())
            return _done(request, "Stored. Test it, then turn it on.")
        except Unacceptable as error:
            form.add_error(error.field, error.sentence)
    return _page(request, stored, form, status=422)


@require_POST
@web.administrators_only("set_sign_in")
def sign_in_test(request):
    """Ask the provider what it says of itself."""
    limits.spend(request, "try_sign_in")
    stored = _stored(request)
    wrong = company_sign_in.examine(stored)
    context = {"tested": True, "wrong": wrong}
    return _page(request, stored, ServiceForm(initial=_initial(stored)), **context)


@require_POST
@web.administrators_only("set_sign_in")
def sign_in_turn(request):
    """Turn it on or off."""
    stored, on = _stored(request), request.POST.get("value") == "on"
    if on:
        limits.spend(request, "try_sign_in")
    try:
        company_sign_in.turn_service(actor=request.actor, on=on)
    except Conflict as error:
        return _page(request, stored, ServiceForm(initial=_initial(stored)), status=409, refused=error)
    return _done(request, f"Signing in through the company is {'on' if on else 'off'}.")


@require_http_methods(["GET", "HEAD", "POST"])
@web.administrators_only("set_sign_in")
def sign_in_remove(request):
    """Say what ends with it, then remove it."""
    stored = _stored(request)
    if request.method == "POST":
        company_sign_in.remove_service(actor=request.actor)
        return _done(request, "Removed. People sign in with their own password.")
    context = {"stored": stored, "links": company_sign_in.links(request.platform).count()}
    return web.render_page(request, "tenants/sign_in_remove.html", context)


def _stored(request):
    stored = company_sign_in.service_of(request.platform)
    if stored is None:
        raise NotVisible
    return stored


def _initial(stored):
    if stored is None:
        return {}
    return {"issuer": stored.issuer, "client_id": stored.client_id, "domains": ", ".join(stored.domains)}


def _page(request, stored, form, status=200, **more):
    callback = reverse("openid_connect_callback", args=[request.platform.slug])
    context = {
        "stored": stored,
        "form": form,
        "links": company_sign_in.links(request.platform).count(),
        "callback_url": request.build_absolute_uri(callback),
        "login_url": request.build_absolute_uri(reverse("openid_connect_login", args=[request.platform.slug])),
    }
    return web.render_page(request, "tenants/sign_in.html", context | more, status=status)


def _done(request, words):
    messages.success(request, words)
    return HttpResponseRedirect(reverse("tenants:sign_in", args=[request.platform.slug]))
