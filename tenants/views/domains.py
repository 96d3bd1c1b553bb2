"""The domain rules of a platform: whose people may be invited at all."""

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tenants import domains, web
from tenants.domain_forms import DomainForm
from tenants.errors import Conflict, Unacceptable
from tenants.models import DomainRule

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@get_or_post
@web.administrators_only("set_options")
def domain_list(request):
    """List the rules and add one; a rule that stops standing invitations is confirmed first."""
    form = DomainForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _show(request, form)
    if not form.is_valid():
        return _show(request, form, 422)
    return _set(request, form)


def _set(request, form):
    wanted = {"domain": form.cleaned_data["domain"], "allowed": form.cleaned_data["allowed"] == "yes"}
    stops = domains.stopped_by(request.platform, domains.with_rule(request.platform, **wanted))
    if stops and "confirmed" not in request.POST:
        return _show(request, form, 422, stops=stops)
    try:
        rule = domains.set_rule(actor=request.actor, **wanted)
    except (Conflict, Unacceptable) as error:
        form.add_error("domain", error.sentence)
        return _show(request, form, error.status)
    messages.success(request, f"{rule}.")
    return redirect("tenants:domain_list", request.platform.slug)


@get_or_post
@web.administrators_only("set_options")
def domain_remove(request, pk):
    """Take a rule back; what that stops is shown first."""
    rule = domains.find_rule(request.platform, pk)
    if request.method == "POST":
        rule = domains.remove_rule(actor=request.actor, pk=pk)
        messages.success(request, f"{rule.domain} has no rule of its own any more.")
        return redirect("tenants:domain_list", request.platform.slug)
    rules = domains.without_rule(request.platform, rule)
    context = {"rule": rule, "stops": domains.stopped_by(request.platform, rules), "only_listed": any(rules.values())}
    return web.render_page(request, "tenants/domain_remove.html", context)


def _show(request, form, status=200, stops=()):
    rules = list(DomainRule.objects.filter(platform=request.platform))
    context = {"form": form, "rules": rules, "stops": stops, "only_listed": any(rule.allowed for rule in rules)}
    return web.render_page(request, "tenants/domains.html", context, status=status)
