"""The members of a platform: the list, and one member in detail with the switches of their roles."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tenants import actor as actors
from tenants import members, roster, stock, web
from tenants.errors import NotVisible
from tenants.events import activity
from tenants.many_forms import ACTS
from tenants.member_forms import GrantForm, MemberFilter, SettingForm
from tenants.member_roles import role_rows
from tenants.models import Right, RoleGrant
from tenants.panels import panels
from tenants.views.readiness import side_by_side

PER_PAGE = 50
LABELS = [(name, label) for name, (label, _form) in ACTS.items()]


@require_safe
@web.administrators_only("manage_members")
def member_list(request):
    """List everybody who is or was on the platform, narrowed by what the address says."""
    context = _listing(request)
    return web.render_page(request, "tenants/member_list.html", context, partials=["member-rows"])


def _listing(request):
    form = MemberFilter(request.GET, platform=request.platform)
    form.is_valid()
    order = roster.known_order(request.GET.get("sort", ""))
    rows = form.narrow(roster.everybody(request.platform), request.actor.now)
    page = Paginator(roster.ordered(rows, order), PER_PAGE).get_page(request.GET.get("page"))
    return {
        "form": form,
        "page": page,
        "rows": roster.page_rows(page),
        "acts": LABELS,
        "sort": order,
        "filtered": form.is_narrowing,
        "kept": [(name, request.GET[name]) for name in form.fields if request.GET.get(name)],
        "wizard_url": web.address("spaces:invitation_new", request.platform.slug),
    }


@require_safe
@web.administrators_only("manage_members")
def member_detail(request, pk):
    """Show one member: right, roles with their licences, readiness, and what upper floors know."""
    return _detail(request, members.find_member(request.platform, pk))


@require_POST
@web.administrators_only("grant_roles")
def role_set(request, pk, grant_pk):
    """Turn Assign licence or Restrict usage of one grant on or off."""
    member = members.find_member(request.platform, pk)
    form = SettingForm(request.POST)
    if not form.is_valid():
        return _detail(request, member, status=422, problem="Choose on or off for one of the two settings.")
    grant = _grant(member, grant_pk)
    stock.set_grant(actor=request.actor, grant=grant, **form.settings_of(grant))
    return _done(request, member, f"{grant.role}: {form.say()}.")


@require_POST
@web.administrators_only("grant_roles")
def role_grant(request, pk):
    """Grant one more role."""
    member = members.find_member(request.platform, pk)
    form = GrantForm(request.POST, member=member)
    if not form.is_valid():
        return _detail(request, member, status=422, problem="That role is granted already, or there is none like it.")
    stock.grant_role(actor=request.actor, member=member, **form.cleaned_data)
    return _done(request, member, f"{form.cleaned_data['role']} is granted.")


@require_POST
@web.administrators_only("grant_roles")
def role_ungrant(request, pk, grant_pk):
    """Take a role back; its licence is free at once."""
    member = members.find_member(request.platform, pk)
    grant = _grant(member, grant_pk)
    stock.ungrant_role(actor=request.actor, grant=grant)
    return _done(request, member, f"{grant.role} is taken back.")


def _grant(member, grant_pk):
    found = RoleGrant.objects.select_related("role", "member").filter(member=member, pk=grant_pk).first()
    if found is None:
        raise NotVisible
    return found


def _done(request, member, sentence):
    if request.htmx:
        return _detail(request, member, done=sentence)
    messages.success(request, sentence)
    return HttpResponseRedirect(reverse("tenants:member_detail", args=[request.platform.slug, member.pk]))


def _detail(request, member, *, status=200, **more):
    found = actors.build([member])[0]
    main, side = panels(request, "member", member=member)
    context = {
        "member": member,
        "roles": (rows := role_rows(member, found)),
        "granted": len({row.role.pk for row in rows if row.grant}),
        "assign_first": not (member.is_external and request.platform.invitations_from_administrators),
        "readiness": side_by_side(member) if member.status in {"active", "pending"} else [],
        "readiness_url": reverse("tenants:readiness", args=[request.platform.slug, member.pk]),
        "main_panels": main,
        "side_panels": side,
        "last_administrator": members.is_last_administrator(member),
        "rights": Right.choices,
        "ends": members.endings(member),
        "stays": members.remains(member),
        "activity": activity(request.actor, member),
        "wizard_url": web.address("spaces:invitation_new", request.platform.slug),
        **more,
    }
    partials = ["member-roles"]
    return web.render_page(request, "tenants/member_detail.html", context, partials=partials, status=status)
