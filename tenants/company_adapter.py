"""How allauth sees the companies' own sign-in: one provider per platform, made of what its Administrators set."""

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from tenants import company_sign_in, outbound, sealing
from tenants.errors import Unacceptable


class SocialAdapter(DefaultSocialAccountAdapter):
    """Our answers to allauth's questions about other people's identity providers."""

    def list_apps(self, request, provider=None, client_id=None):
        """Return the provider of the platform that is named; nothing lists them all."""
        service = company_sign_in.usable(provider) if provider else None
        return [_app(service)] if service and client_id in {None, service.client_id} else []

    def get_requests_session(self):
        """Reach the open internet only."""
        return outbound.session()

    def is_open_for_signup(self, request, sociallogin):
        """Make no account on another's word."""
        return False

    def can_authenticate_by_email(self, login, email):
        """Find nobody by an address that another claims."""
        return False

    def pre_social_login(self, request, sociallogin):
        """Ask what the answer is worth before anything is done with it; a stranger's link comes after their proof."""
        service = company_sign_in.usable(sociallogin.account.provider)
        claims = sociallogin.account.extra_data
        claims = claims.get("userinfo") or claims.get("id_token") or claims
        try:
            if service is None:
                raise Unacceptable("Signing in through this company is off.")
            address = company_sign_in.claimed_address(service, claims)
            if sociallogin.state.get("process") == AuthProcess.CONNECT:
                company_sign_in.require_own(request.user, address)
                if not did_recently_reauthenticate(request):
                    raise ImmediateHttpResponse(HttpResponseRedirect(proof_first(service.platform.slug)))
            elif not sociallogin.is_existing:
                raise ImmediateHttpResponse(_first_time(request, service))
            else:
                company_sign_in.require_own(sociallogin.user, address)
        except Unacceptable as error:
            page = render(request, "socialaccount/authentication_error.html", {"error": error}, status=403)
            raise ImmediateHttpResponse(page) from None


def proof_first(slug):
    """Return the address that asks for the person's own proof and leads on to linking."""
    return f"{reverse('account_reauthenticate')}?{urlencode({'next': _linking(slug)})}"


def _linking(slug):
    query = urlencode({"process": AuthProcess.CONNECT, "next": reverse("tenants:home", args=[slug])})
    return f"{reverse('openid_connect_login', args=[slug])}?{query}"


def _first_time(request, service):
    """Lead to signing in with one's own password first, then to linking the two; alike for everybody unlinked."""
    page = reverse("tenants:company_first_time", args=[service.platform.slug])
    return HttpResponseRedirect(f"{page}?{urlencode({'next': _linking(service.platform.slug)})}")


def _app(service):
    """Return what allauth knows of a provider; it is stored nowhere but in the SignInService."""
    try:
        secret = sealing.unseal(service.sealed_secret)
    except sealing.Unreadable:
        secret = ""  # the provider refuses it, and the person is told that it did not work
    return SocialApp(
        provider=company_sign_in.PROVIDER,
        provider_id=service.platform.slug,
        name=service.platform.name,
        client_id=service.client_id,
        secret=secret,
        settings={"server_url": service.issuer.rstrip("/"), "oauth_pkce_enabled": True, "fetch_userinfo": True},
    )
