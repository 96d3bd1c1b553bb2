"""The list of changes, raising one, its page, and what it is about."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from content import following, reading, watching
from content.changes import authority, raising, showing, table
from content.changes.forms import AddForm, ChangeForm, NewChangeForm, WantedForm
from content.models import Deed, Maturity
from content.names import Names
from content.views import picking
from content.views.attempts import attempt
from tenants import access, events
from tenants.models import AuditEvent
from tenants.web import render_page

PER_PAGE, ENTRIES = 50, 15
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def change_list(request):
    """Changes of which one has an item in lists, the newest first."""
    form = WantedForm(request.GET)
    form.is_valid()
    rows = showing.found(request.actor, **form.cleaned_data)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    names = Names(request.actor)
    names.load({change.raised_by_id for change in page})
    for change in page:
        change.by = names.say(change.raised_by)
    shown = following.page(following.CHANGES, request.actor, request.platform.pk)
    context = {"page": page, "asked": form.cleaned_data, "form": form, "live": shown}
    context["may_route"] = access.can(request.actor, "set_options", request.platform)
    return render_page(request, "content/change_list.html", context)


@get_or_post
def change_new(request, pk):
    """Raise a change of an item."""
    item = reading.visit_item(request.actor, pk, request.method)
    access.require(request.actor, "raise_change", item)
    deed = {Maturity.IN_WORK: Deed.RELEASE, Maturity.FROZEN: Deed.RELEASE}.get(item.maturity, Deed.REVISE)
    form, status = NewChangeForm(request.POST or None, initial={"deed": deed}), 200
    if request.method == "POST":
        made, status = attempt(form, lambda: raising.raise_change(actor=request.actor, item=item, **form.cleaned_data))
        if made:
            messages.success(request, f"{made} is raised. Its deciders are told.")
            return redirect("content:change_detail", request.platform.slug, made.pk)
    return render_page(request, "content/change_new.html", {"item": item, "form": form}, status=status)


def opened_for(request, pk):
    """Return a change Opened for a page; showing what only asking shows is recorded."""
    opened = authority.open_change(request.actor, pk)
    if request.method == "GET":
        authority.record_openings(request.actor, opened)
    return opened


@require_safe
def change_detail(request, pk):
    """Everything about a change that one may see, and the steps that lead on."""
    opened, actor = opened_for(request, pk), request.actor
    shown = following.page(following.CHANGE, actor, pk)
    context = showing.about(actor, opened) | showing.outlook(actor, opened)
    context |= {
        "deeds": Deed.choices,
        "entries": _history(actor, opened.change),
        "live": shown,
        "watch": watching.watches_change(actor, opened.change),
        "may_watch": watching.may_watch_change(actor, opened.change),
    }
    return render_page(request, "content/change_detail.html", context)


def _history(actor, change):
    rows = AuditEvent.objects.filter(object_type="content.change", object_id=str(change.pk), platform=change.platform)
    found = rows.select_related("actor", "subject")[:ENTRIES]
    return events.entries(actor, found, known=Names(actor).bound)


@get_or_post
def change_edit(request, pk):
    """Change the words of a change."""
    opened = opened_for(request, pk)
    authority.require(request.actor, opened, table.WORKER)
    change = opened.change
    initial = {"title": change.title, "reason": change.reason, "version": change.version}
    form, status = ChangeForm(request.POST or None, initial=initial), 200
    if request.method == "POST":
        done, status = attempt(
            form, lambda: raising.edit_change(actor=request.actor, change=change, **form.cleaned_data)
        )
        if done:
            return redirect("content:change_detail", request.platform.slug, change.pk)
    return render_page(request, "content/change_edit.html", {"change": change, "form": form}, status=status)


@get_or_post
def change_add(request, pk):
    """Search among what one reads, choose, and say what is to happen to it."""
    opened = opened_for(request, pk)
    authority.require(request.actor, opened, table.WORKER)
    readable = showing.addable(request.actor)
    form, status = AddForm(request.POST if request.method == "POST" else None, readable=readable), 200
    if request.method == "POST":
        done, status = attempt(form, lambda: _added(request, opened, form))
        if done:
            return redirect("content:change_detail", request.platform.slug, opened.change.pk)
    inside = {line.item_id for line in opened.seen}
    context = {"change": opened.change, "form": form, **picking.offered(request, readable.exclude(pk__in=inside))}
    return render_page(request, "content/change_add.html", context, partials=["found"], status=status)


def _added(request, opened, form):
    item, deed = form.cleaned_data["target"], form.cleaned_data["deed"]
    return raising.add_item(actor=request.actor, change=opened.change, item=item, deed=deed)


@require_POST
def change_line(request, pk, line):
    """Set what happens to an affected item, make its new revision, or take it out."""
    change, act = authority.open_change(request.actor, pk).change, request.POST.get("act", "")
    about = {"actor": request.actor, "change": change, "line": line}
    if act == "revise":
        new = raising.make_revision(**about)
        messages.success(request, f"Revision {new.revision} of {new.number} is In Work, under this change.")
    elif act == "remove":
        raising.remove_item(**about)
    else:
        raising.set_deed(**about, deed=request.POST.get("deed", ""))
    return redirect("content:change_detail", request.platform.slug, change.pk)
