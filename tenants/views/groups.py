"""User groups: the Administrators' pages, each act with what it gives or ends said before; and one's own groups."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tenants import groups, limits, naming, web
from tenants.errors import DomainError, NotVisible
from tenants.forms import take
from tenants.group_forms import GroupForm, GroupGrantForm
from tenants.ids import id_of
from tenants.members import find_member
from tenants.models import Member, RoleStock, Status, UserGroup
from tenants.panels import panels

PER_PAGE, MOST_FOUND, SHORTEST_SEARCH = 50, 12, 2
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@web.administrators_only("manage_groups")
def group_list(request):
    """List the groups of the platform with their people and roles."""
    rows = UserGroup.objects.filter(platform=request.platform).annotate(
        people=Count("entries", distinct=True, filter=Q(entries__member__status__in=groups.JOINING)),
        pending=Count("entries", distinct=True, filter=Q(entries__member__status=Status.PENDING)),
    )
    rows = rows.prefetch_related("grants__role").order_by("name")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return web.render_page(request, "tenants/group_list.html", {"page": page})


@get_or_post
@web.administrators_only("manage_groups")
def group_new(request):
    """Make a group."""
    form = GroupForm(request.POST if request.method == "POST" else None)
    made, status = attempt(request, form, lambda typed: groups.create_group(actor=request.actor, **typed))
    if made:
        messages.success(request, f"The group {made} is made. Now put people in and say what it gives.")
        return to_group(request, made)
    return web.render_page(request, "tenants/group_form.html", {"form": form}, status=status)


@get_or_post
@web.administrators_only("manage_groups")
def group_edit(request, pk):
    """Give a group another name or description."""
    group = groups.find_group(request.platform, pk)
    initial = {"name": group.name, "description": group.description}
    form = GroupForm(request.POST if request.method == "POST" else None, initial=initial)
    made, status = attempt(request, form, lambda typed: groups.edit_group(actor=request.actor, group=group, **typed))
    if made:
        messages.success(request, f"The group is called {made} now.")
        return to_group(request, made)
    return web.render_page(request, "tenants/group_form.html", {"form": form, "group": group}, status=status)


@require_safe
@web.administrators_only("manage_groups")
def group_detail(request, pk):
    """Show one group: its people, and what it gives where."""
    return detail(request, groups.find_group(request.platform, pk))


@get_or_post
@web.administrators_only("manage_groups")
def group_delete(request, pk):
    """Show who loses what; delete the group on POST."""
    group = groups.find_group(request.platform, pk)
    if request.method == "POST":
        groups.delete_group(actor=request.actor, group=group)
        messages.success(request, f"The group {group} is deleted.")
        return HttpResponseRedirect(reverse("tenants:group_list", args=[request.platform.slug]))
    people = list(groups.people_of(group))
    context = {"group": group, "people": people, "gives": groups.gives(request.actor, group)}
    return web.render_page(request, "tenants/group_delete.html", context)


@get_or_post
@web.administrators_only("manage_groups")
def group_join(request, pk):
    """Find a person, see what joining gives them, put them in on POST."""
    group = groups.find_group(request.platform, pk)
    wanted = request.POST.get("person") or request.GET.get("person") or ""
    member = _member(request.platform, wanted)
    context, status = {"group": group, "member": member, **_search(request, group)}, 200
    if request.method == "POST":
        error, status = _put_in(request, group, member)
        if error is None:
            return to_group(request, group)
        context["error"] = error
    if member is not None:
        context["change"] = groups.joining(request.actor, group, member)
    return web.render_page(request, "tenants/group_join.html", context, status=status, partials=["people-found"])


@get_or_post
@web.administrators_only("manage_groups")
def group_part(request, pk, member_pk):
    """Show what leaving ends for a person; take them out on POST."""
    group, member = groups.find_group(request.platform, pk), find_member(request.platform, member_pk)
    if not group.entries.filter(member=member).exists():
        raise NotVisible
    if request.method == "POST":
        groups.remove_from_group(actor=request.actor, group=group, member=member)
        messages.success(request, f"{member} is no longer in {group}.")
        return to_group(request, group)
    context = {"group": group, "member": member, "change": groups.leaving(request.actor, group, member)}
    return web.render_page(request, "tenants/group_part.html", context)


@require_safe
def my_groups(request):
    """List the groups one is in."""
    mine = request.actor.member.user_groups.order_by("name")
    return web.render_page(request, "tenants/my_groups.html", {"mine": list(mine)})


@require_safe
def my_group(request, pk):
    """Show what a group one is in gives, and what leaving it would end."""
    group = groups.find_group(request.platform, pk)
    if not group.entries.filter(member=request.actor.member).exists():
        raise NotVisible
    change = groups.leaving(request.actor, group, request.actor.member)
    return web.render_page(request, "tenants/my_group.html", {"group": group, "change": change})


# --- what these pages share ---


def to_group(request, group):
    """Lead to the page of a group."""
    return HttpResponseRedirect(reverse("tenants:group_detail", args=[request.platform.slug, group.pk]))


def detail(request, group, *, status=200, **more):
    """Show the page of a group; `more` is what came of an act on it."""
    main, side = panels(request, "group", group=group)
    people = list(groups.people_of(group))
    stocks = {stock.role_id: stock for stock in RoleStock.objects.filter(platform=request.platform)}
    context = {
        "group": group,
        "people": people,
        "pending": sum(member.is_pending for member in people),
        "roles": [(grant, stocks.get(grant.role_id)) for grant in group.grants.select_related("role")],
        "main_panels": [*main, *side],
        "grant_form": more.pop("grant_form", None) or GroupGrantForm(group=group),
        **more,
    }
    partials = ["group-roles"]
    return web.render_page(request, "tenants/group_detail.html", context, partials=partials, status=status)


def attempt(request, form, act):
    """Return (what `act` returns, the status): a refusal comes back in the form beside what was typed."""
    if request.method != "POST":
        return None, 200
    if not form.is_valid():
        return None, 422
    try:
        return act(form.cleaned_data), 302
    except NotVisible:
        raise
    except DomainError as error:
        take(form, error)
        return None, error.status


def _member(platform, pk):
    rows = Member.objects.select_related("platform", "user", "company", "unit")
    return rows.filter(platform=platform, pk=id_of(pk), status__in=groups.JOINING).first()


def _search(request, group):
    words = web.asked_words(request)
    rows = Member.objects.filter(platform=request.platform, status__in=groups.JOINING).exclude(user_groups=group)
    rows = rows.filter(naming.named(words, address="istartswith")).select_related("user", "company", "unit")
    rows = rows.order_by(*naming.by_name())
    asked = len(words) >= SHORTEST_SEARCH
    if asked:
        limits.spend(request, "search")
    return {"words": words, "asked": asked, "found": list(rows[:MOST_FOUND]) if asked else []}


def _put_in(request, group, member):
    """Return (the refusal, its status), or (None, 302) when the person is in."""
    if member is None:
        return DomainError("Nobody was chosen.", "Find the person by name or address."), 422
    try:
        groups.add_to_group(actor=request.actor, group=group, member=member)
    except NotVisible:
        raise
    except DomainError as error:
        return error, error.status
    messages.success(request, f"{member} is in {group}.")
    return None, 302
