"""The trash of a space: what waits there for whoever could delete it, and the way back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from content import trash
from content.names import Names
from content.views.acts import after
from spaces.views.asking import find_space
from tenants import access
from tenants.web import render_page

PER_PAGE = 50


@require_safe
def space_trash(request, pk):
    """What the person could restore in a space, with who deleted it, when, and when it goes."""
    space = find_space(request, pk)
    page = Paginator(trash.thrown(request.actor, space), PER_PAGE).get_page(request.GET.get("page"))
    names = Names(request.actor, space.pk)
    names.load({item.trashed_by_id for item in page})
    for item in page:
        item.by, item.until = names.say(item.trashed_by), trash.until(item)
    may_record = access.can(request.actor, "see_record", space)
    return render_page(request, "content/space_trash.html", {"space": space, "page": page, "may_record": may_record})


@require_POST
def item_restore(request, pk):
    """Take an item out of the trash."""
    item = trash.restore_item(actor=request.actor, item=trash.find(request.actor, pk))
    messages.success(request, f"{item.title} is restored.")
    return redirect("content:item_detail", request.platform.slug, item.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def item_purge(request, pk):
    """Say what ends for good, then end it."""
    item = trash.find(request.actor, pk)
    if request.method == "POST":
        trash.purge_item(actor=request.actor, item=item)
        messages.success(request, f"{item.title} is deleted for good.")
        return redirect(_trash_of(request, item))
    context = {"item": item, "files": list(item.files.all()), "back": _trash_of(request, item)}
    return render_page(request, "content/item_purge.html", context)


def _trash_of(request, item):
    """Lead back to the trash, for somebody who sees the space around it."""
    if access.can(request.actor, "see", item.space):
        return reverse("content:space_trash", args=[request.platform.slug, item.space_id])
    return after(request, item)
