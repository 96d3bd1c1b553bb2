"""One's API tokens on a platform: the list, a new one that is shown once, revoking."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from tenants import api_tokens, web
from tenants.accounts import on_this_site
from tenants.errors import Conflict, Unacceptable
from tenants.forms import take
from tenants.token_forms import TokenForm

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def token_list(request):
    """List one's own tokens of this platform, and how a program uses one."""
    tokens = api_tokens.tokens_of(request.actor.member)
    return web.render_page(request, "tenants/token_list.html", {"tokens": tokens, "base": _base(request)})


@get_or_post
@reauthentication_required
def token_new(request):
    """Make a token and show its secret, this once; whoever does it has proved just now who they are."""
    form = TokenForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return web.render_page(request, "tenants/token_new.html", {"form": form}, status=status)
    try:
        token, secret = api_tokens.create_token(actor=request.actor, **form.cleaned_data)
    except (Conflict, Unacceptable) as error:
        return web.render_page(request, "tenants/token_new.html", {"form": take(form, error)}, status=error.status)
    context = {"token": token, "secret": secret, "base": _base(request)}
    return web.render_page(request, "tenants/token_made.html", context)


@get_or_post
@web.without_licence
def token_revoke(request, pk):
    """Say what stops, then end a token at once: one's own, or as an Administrator anybody's here."""
    if request.method == "POST":
        token = api_tokens.revoke_token(actor=request.actor, pk=pk)
        messages.success(request, f"{token.name} is revoked: whatever uses it is refused from now on.")
        return _back(request, token.member)
    token = api_tokens.find_token(request.actor, pk)
    return web.render_page(request, "tenants/token_revoke.html", {"token": token})


def _base(request):
    return on_this_site(f"/api/p/{request.platform.slug}")


def _back(request, member):
    if member.pk == request.actor.member.pk:
        return redirect("tenants:token_list", request.platform.slug)
    return redirect("tenants:member_detail", request.platform.slug, member.pk)
