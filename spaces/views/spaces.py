"""Pages of one space: making, editing, opening, deleting it, and its record. Its content is the next floor's."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from spaces import center, previews, services
from spaces.forms import NewSpaceForm, SpaceForm, VisibilityForm
from spaces.models import WIDTH, Space, Visibility
from spaces.places import space_url
from spaces.rules import people_known
from spaces.views.asking import find_space, page_of, to
from tenants import access, events
from tenants.errors import AccessDenied, Conflict, Unacceptable
from tenants.forms import take
from tenants.models import AuditEvent, Member
from tenants.web import asked_words, note_look, open_to_repair, render_page

ROWS_PER_PAGE = 50
MOST_PEOPLE = 100
REFUSED = (Unacceptable, Conflict, AccessDenied)
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def space_list(request):
    """All my spaces: those the person sees, with the credentials they hold there."""
    spaces = access.narrow(Space.objects.all(), request.actor, "see")
    words = asked_words(request)
    page = Paginator(center.filtered(spaces, words=words).order_by("title", "pk"), ROWS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {"page": page, "rows": center.my_rows(request.actor, list(page)), "words": words}
    context["may_create"] = access.can(request.actor, "create_space", request.platform)
    return render_page(request, "spaces/space_list.html", context, partials=["spaces"])


@get_or_post
@open_to_repair
def space_new(request):
    """Create a space."""
    access.require(request.actor, "create_space", request.platform)
    form, status = NewSpaceForm(request.POST or None), 200
    if request.method == "POST":
        space, status = _sent(form, lambda data: services.create_space(actor=request.actor, **data))
        if space:
            messages.success(request, f"{space} is there. You are Leader and Owner in it, and work as Leader now.")
            return to(request, "spaces:space_members", space.pk)
    return render_page(request, "spaces/space_form.html", {"form": form}, status=status)


@get_or_post
@open_to_repair
def space_edit(request, pk):
    """Edit title and description."""
    space = find_space(request, pk, "edit")
    form = SpaceForm(request.POST or None, initial={"title": space.title, "description": space.description})
    status = 200
    if request.method == "POST":
        edited, status = _sent(form, lambda data: services.edit_space(actor=request.actor, space=space, **data))
        if edited:
            messages.success(request, f"{edited} is changed.")
            return redirect(space_url(request.platform.slug, space.pk))
    return render_page(request, "spaces/space_form.html", page_of(request, space) | {"form": form}, status=status)


@get_or_post
@open_to_repair
def space_visibility(request, pk):
    """Change the visibility, once what people gain or lose was shown."""
    space = find_space(request, pk)
    data = request.POST or (request.GET if "visibility" in request.GET else None)
    form, status = VisibilityForm(data, initial={"visibility": space.visibility}), 200
    context = page_of(request, space) | {"form": form, "acts": _widths(request.actor, space)}
    context |= _preview(request, space, data)
    if request.method == "POST" and "preview" not in request.POST:
        changed, status = _change_visibility(request, space, form, unseen=_unseen(request, context))
        if changed:
            messages.success(request, f"{changed} is {changed.get_visibility_display()} now.")
            return redirect(space_url(request.platform.slug, space.pk))
    return render_page(request, "spaces/space_visibility.html", context, partials=["preview"], status=status)


def _unseen(request, context):
    """Tell whether there is a preview to see that was not on the page when the form was sent."""
    return "wanted" in context and request.POST.get("seen") != context["wanted"]


def _change_visibility(request, space, form, *, unseen):
    if unseen and form.is_valid():
        form.add_error(None, "This is what would change. Press the button again to do it.")
        return None, 422
    return _sent(form, lambda data: services.change_visibility(actor=request.actor, space=space, **data))


def _widths(actor, space):
    """Return {visibility: Decision} for the two others."""
    return {
        width: access.can(actor, "widen" if WIDTH[width] > WIDTH[space.visibility] else "narrow", space)
        for width in Visibility.values
        if width != space.visibility
    }


def _preview(request, space, data):
    """Return the figures for the visibility that was chosen, when the person may choose it."""
    wanted = (data or {}).get("visibility")
    if wanted not in Visibility.values or not _widths(request.actor, space).get(wanted):
        return {}
    owning = {held.organization_id for held in request.actor.held if held.space_id == space.pk and held.is_owner}
    own = owning or request.actor.organizations
    gains, losses = previews.visibility_preview(space, wanted, own=own)
    widens = WIDTH[wanted] > WIDTH[space.visibility]
    changes = gains if widens else losses
    return {
        "wanted": Visibility(wanted),
        "widens": widens,
        "changes": changes,
        "shown": _named(changes[:MOST_PEOPLE]),
        "more": max(0, len(changes) - MOST_PEOPLE),
        "externals": sum(change.is_external for change in changes),
        "most": max((change.items for change in changes), default=0),
    }


def _named(changes):
    """Return (Member, Change) of the changes that are shown."""
    members = Member.objects.select_related("company", "user").in_bulk([change.member_id for change in changes])
    return [(members[change.member_id], change) for change in changes]


@get_or_post
@open_to_repair
def space_delete(request, pk):
    """Delete a space that holds no item."""
    space = find_space(request, pk, "delete")
    if request.method != "POST":
        return render_page(request, "spaces/space_delete.html", page_of(request, space))
    services.delete_space(actor=request.actor, space=space)
    messages.success(request, f"{space} is deleted.")
    return to(request, "spaces:control_center" if request.actor.is_administrator else "spaces:space_list")


@require_safe
@open_to_repair
def space_record(request, pk):
    """What was done in a space, newest first."""
    space = find_space(request, pk, "see_record")
    rows = AuditEvent.objects.filter(space_id=space.pk).select_related("actor", "subject")
    page = Paginator(events.visible(request.actor, rows), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    known = people_known(request.actor, space.pk)
    note_look(request, space, space_id=space.pk)
    context = page_of(request, space) | {"page": page, "entries": events.entries(request.actor, page, known=known)}
    return render_page(request, "spaces/space_record.html", context)


def _sent(form, act):
    """Do what a form asks; return (result, 200), or (None, status) with the refusal in the form."""
    if not form.is_valid():
        return None, 422
    try:
        return act(form.cleaned_data), 200
    except REFUSED as error:
        take(form, error)
        return None, error.status
