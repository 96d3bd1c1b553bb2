"""Roles and licences of a platform: the catalogue with its stock, who holds a role, and the ledger of its units."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants import ledger, naming, roles, stock, web
from tenants.errors import Unacceptable
from tenants.role_forms import GrantToForm, HolderFilter, LedgerFilter

PER_PAGE = 50
MOST_FOUND = 12


@require_safe
@web.administrators_only("grant_roles")
def role_list(request):
    """Show every role: what it lets people do, what it needs, and the licences of this platform."""
    return web.render_page(request, "tenants/role_list.html", {"roles": roles.on_platform(request.platform)})


@require_safe
@web.administrators_only("grant_roles")
def role_detail(request, pk):
    """Show one role with the people who hold it, narrowed by the address, and find people to grant it to."""
    row = roles.find(request.platform, pk)
    form = HolderFilter(request.GET)
    page = Paginator(form.narrow(roles.holders(request.platform, row.role)), PER_PAGE)
    page = page.get_page(request.GET.get("page"))
    who = web.asked_words(request, "who", 150)
    context = {
        "row": row,
        "form": form,
        "page": page,
        "people": roles.with_answers(list(page)),
        "who": who,
        "found": _found(request.platform, row.role, who),
    }
    return web.render_page(request, "tenants/role_detail.html", context, partials=["holders", "found"])


@require_POST
@web.administrators_only("grant_roles")
def role_grant_to(request, pk):
    """Grant the role to one more person."""
    role = roles.find(request.platform, pk).role
    form = GrantToForm(request.POST, people=roles.without(request.platform, role))
    if not form.is_valid():
        raise Unacceptable("Choose somebody of this platform who does not have the role yet.", field="member")
    member = form.cleaned_data["member"]
    stock.grant_role(actor=request.actor, role=role, **form.cleaned_data)
    messages.success(request, f"{role} is granted to {member}.")
    return _to_role(request, role)


@require_http_methods(["GET", "HEAD", "POST"])
@web.administrators_only("grant_roles")
def role_take_back(request, pk, grant_pk):
    """Show what ends when somebody loses the role; take it back on POST."""
    role = roles.find(request.platform, pk).role
    grant = roles.find_grant(request.platform, role, grant_pk)
    if request.method == "POST":
        stock.ungrant_role(actor=request.actor, grant=grant)
        messages.success(request, f"{role} is taken back from {grant.member}.")
        return _to_role(request, role)
    context = {"role": role, "grant": grant, "member": grant.member, "ends": roles.endings(grant)}
    return web.render_page(request, "tenants/role_back.html", context)


@require_safe
@web.administrators_only("grant_roles")
def role_ledger(request, pk):
    """Show every unit of the role that was taken and freed here, newest first, narrowed by the address."""
    row = roles.find(request.platform, pk)
    form = LedgerFilter(request.GET)
    rows = form.narrow(ledger.entries(request.platform, row.role), request.platform.zone)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    totals = ledger.totals(request.platform, row.role)
    context = {"row": row, "form": form, "page": page, "totals": totals}
    return web.render_page(request, "tenants/role_ledger.html", context, partials=["ledger-rows"])


def _found(platform, role, who):
    return roles.without(platform, role).filter(naming.named(who))[:MOST_FOUND] if who else ()


def _to_role(request, role):
    return HttpResponseRedirect(reverse("tenants:role_detail", args=[request.platform.slug, role.pk]))
