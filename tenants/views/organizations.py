"""The organizations of a platform: the trees, one organization, and what is done to it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tenants import employment, members, naming, organization_tree, organization_uses, organizations, web
from tenants.errors import Conflict, NotVisible, Unacceptable
from tenants.forms import take
from tenants.ids import id_of
from tenants.member_forms import ReasonForm
from tenants.organization_forms import MoveForm, OrganizationForm
from tenants.role_forms import Narrowing

PER_PAGE = 50
get_or_post = require_http_methods(["GET", "HEAD", "POST"])
manages = web.administrators_only("manage_organizations")


@require_safe
@manages
def organization_list(request):
    """Show the trees of the host and of external companies, with what stands on each organization."""
    q, archived = web.asked_words(request), "archived" in request.GET
    found = organization_tree.trees(request.platform, q=q, archived=archived)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    organization_tree.count(request.actor, page.object_list)
    context = {"page": page, "q": q, "archived": archived}
    return web.render_page(request, "tenants/organization_list.html", context, partials=["trees"])


@get_or_post
@manages
def organization_new(request):
    """Create an external company, or a unit or department below the organization that the address names."""
    parent = _parent(request)
    form = OrganizationForm.below(_typed(request), parent)
    if request.method == "POST" and form.is_valid():
        act = organizations.create_organization
        if made := _tried(form, act, actor=request.actor, parent=parent, **form.cleaned_data):
            return _done(request, made, f"{made} is created.")
    return _page(request, "organization_new", parent, {"form": form, "parent": parent})


@require_safe
@manages
def organization_detail(request, pk):
    """Show an organization: what stands below it and on it, and the people who belong to it."""
    one = organizations.find(request.platform, pk)
    form = Narrowing(request.GET)
    rows = organization_tree.people(request.platform, one, organizations.subtree(one))
    rows = rows.filter(naming.named(form.wanted["q"])) if "q" in form.wanted else rows
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "people": organization_tree.with_belonging(one, list(page)),
        "below": one.children.all(),
        "numbers": organization_uses.numbers(request.actor, [one.pk])[one.pk],
    }
    return _page(request, "organization_detail", one, context, partials=["people"])


@get_or_post
@manages
def organization_edit(request, pk):
    """Rename an organization, or give it another colour."""
    one = organizations.find(request.platform, pk)
    form = OrganizationForm.of(_typed(request), one)
    if request.method == "POST" and form.is_valid():
        act = organizations.change_organization
        if done := _tried(form, act, actor=request.actor, organization=one, **form.cleaned_data):
            return _done(request, done, f"{done} is changed.")
    return _page(request, "organization_edit", one, {"form": form})


@get_or_post
@manages
def organization_move(request, pk):
    """Choose another place in the tree; what that changes is shown first, then it is moved."""
    one = organizations.find(request.platform, pk)
    form, context = MoveForm(_typed(request), places=organizations.parents_for(one)), {}
    if request.method == "POST" and form.is_valid():
        context["move"] = move = _tried(form, organizations.plan_move, one, form.cleaned_data["parent"])
        if (
            move
            and request.POST.get("shown") == move.token
            and (done := _tried(form, _move, request.actor, move, form))
        ):
            return _done(request, done, f"{done} stands below {done.parent} now.")
    return _page(request, "organization_move", one, context | {"form": form})


@get_or_post
@manages
def organization_archive(request, pk):
    """Say what archiving or restoring does; do it on POST."""
    one = organizations.find(request.platform, pk)
    form = ReasonForm(_typed(request))
    if request.method == "POST" and form.is_valid():
        act = organizations.restore_organization if one.is_archived else organizations.archive_organization
        done = act(actor=request.actor, organization=one, reason=form.cleaned_data["reason"])
        return _done(request, done, f"{done} is {'archived' if done.is_archived else 'offered again'}.")
    numbers = organization_uses.numbers(request.actor, [one.pk])[one.pk]
    stays = [kind.say(number) for number, kind in numbers if number]
    return _page(request, "organization_archive", one, {"form": form, "stays": stays})


@get_or_post
@manages
def organization_delete(request, pk):
    """Show what stands on an organization; delete it on POST when that is nothing."""
    one = organizations.find(request.platform, pk)
    refused, status = None, 200
    if request.method == "POST":
        try:
            organizations.delete_organization(actor=request.actor, organization=one)
            messages.success(request, f"{one} is deleted.")
            return HttpResponseRedirect(reverse("tenants:organization_list", args=[request.platform.slug]))
        except Conflict as error:
            refused, status = error, error.status
    context = {"refused": refused, "uses": organization_uses.uses(request.actor, one), "below": one.children.all()}
    return _page(request, "organization_delete", one, context, status=status)


@get_or_post
@manages
def organization_leave(request, pk, member_pk):
    """Show what ends when somebody no longer belongs further to an organization; end it on POST."""
    one = organizations.find(request.platform, pk)
    member = members.find_member(request.platform, member_pk)
    place = employment.place_of(member)
    if one not in place.further:
        raise NotVisible
    left = employment.Place(place.company, place.unit, tuple(other for other in place.further if other != one))
    form = ReasonForm(_typed(request))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        employment.change_employment(actor=request.actor, member=member, place=left, reason=reason)
        return _done(request, one, f"{member} does not belong to {one} any more.")
    context = {"member": member, "form": form, "ends": employment.endings(member, left)}
    return _page(request, "organization_leave", one, context)


def _move(actor, move, form):
    given = {"organization": move.organization, "shown": move.token}
    return organizations.move_organization(actor=actor, **given, **form.cleaned_data)


def _parent(request):
    wanted = request.GET.get("below", "")
    if not wanted:
        return None
    return organizations.find(request.platform, id_of(wanted))


def _typed(request):
    return request.POST if request.method == "POST" else None


def _tried(form, act, *args, **given):
    """Do it and return what came of it; a refusal stands in the form, and nothing comes of it."""
    try:
        return act(*args, **given)
    except (Unacceptable, Conflict) as error:
        take(form, error)
        return None


def _done(request, organization, sentence):
    messages.success(request, sentence)
    return HttpResponseRedirect(reverse("tenants:organization_detail", args=[request.platform.slug, organization.pk]))


def _page(request, name, organization, context, *, partials=(), status=None):
    status = status or (422 if request.method == "POST" else 200)
    line = organization_tree.line(organization) if organization else []
    context = {"organization": organization, "line": line, **context}
    return web.render_page(request, f"tenants/{name}.html", context, partials=partials, status=status)
