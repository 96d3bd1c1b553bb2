"""What people keep for themselves: favourites, folders, and what they opened lately."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from content import conversions, personal, reading, results, saved
from content.personal_forms import ChooseForm, FolderForm
from content.views.attempts import attempt
from tenants.errors import Unacceptable
from tenants.web import render_page, way_back

PER_PAGE = 50


def _sidebar(actor):
    """Return what stands beside every page of one's own: all folders and searches."""
    return {"folders": personal.tree(actor), "searches": saved.mine(actor)}


def _filled(actor, folder, page=1):
    found = Paginator(personal.entries(actor, folder), PER_PAGE).get_page(page)
    conversions.picture(_targets(found))
    return found


def _targets(page):
    return [entry.target for entry in page.object_list] if page else []


@require_safe
def my_content(request):
    """Favourites, folders, what was opened lately, and searches."""
    actor = request.actor
    favourites, recent = personal.favourites(actor), conversions.picture(personal.recent(actor))
    page = _filled(actor, favourites, request.GET.get("page")) if favourites else None
    context = _sidebar(actor) | {
        "folder": favourites,
        "page": page,
        "recent": recent,
        "live": results.followed([*_targets(page), *recent]),
        "form": FolderForm(folders=personal.folders(actor)),
    }
    return render_page(request, "content/my_content.html", context)


@require_safe
def folder_detail(request, pk):
    """What is in one of one's own folders."""
    folder = personal.find_folder(request.actor, pk)
    page = _filled(request.actor, folder, request.GET.get("page"))
    others = personal.folders(request.actor).exclude(pk=folder.pk)
    context = _sidebar(request.actor) | {
        "folder": folder,
        "above": personal.above(request.actor, folder),
        "page": page,
        "live": results.followed(_targets(page)),
        "others": others,
        "form": FolderForm(folders=personal.folders(request.actor), initial={"within": folder.pk}),
    }
    return render_page(request, "content/folder_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def folder_new(request):
    """Make a folder, by itself or in another one."""
    posted = request.POST if request.method == "POST" else None
    form, status = FolderForm(posted, folders=personal.folders(request.actor)), 200
    if request.method == "POST":
        made, status = attempt(form, lambda: personal.make_folder(actor=request.actor, **form.cleaned_data))
        if made:
            return redirect("content:folder_detail", request.platform.slug, made.pk)
    return render_page(request, "content/folder_new.html", _sidebar(request.actor) | {"form": form}, status=status)


def _chosen(request):
    """Return the folder of one's own that a form names. Raises Unacceptable when it names none."""
    form = ChooseForm(request.POST, folders=personal.folders(request.actor))
    if not form.is_valid():
        raise Unacceptable("Choose one of your folders.", field="to")
    return form.cleaned_data["to"]


def _to_folder(request, folder, words):
    messages.success(request, words)
    return redirect("content:folder_detail", request.platform.slug, folder.pk)


@require_POST
def folder_move(request, pk):
    """Put a folder into another one."""
    folder, to = personal.find_folder(request.actor, pk), _chosen(request)
    personal.put(actor=request.actor, folder=to, item=folder)
    return _to_folder(request, folder, f"{folder.title} stands in {to.title} now.")


@require_POST
def entry_move(request, pk, entry):
    """Move something from one folder into another."""
    folder, to = personal.find_folder(request.actor, pk), _chosen(request)
    personal.move_entry(actor=request.actor, folder=folder, pk=entry, to=to)
    return _to_folder(request, folder, f"It is in {to.title} now.")


@require_POST
def entry_remove(request, pk, entry):
    """Take something out of a folder; the thing itself stays."""
    folder = personal.find_folder(request.actor, pk)
    personal.take_out(actor=request.actor, folder=folder, pk=entry)
    return _to_folder(request, folder, f"It is no longer in {folder.title}.")


@require_POST
def item_star(request, pk):
    """Put an item among one's favourites, or take it out."""
    item = reading.open_item(request.actor, pk)
    if request.POST.get("on"):
        personal.star(actor=request.actor, item=item)
        messages.success(request, f"{item.title} is among your favourites.")
    else:
        personal.unstar(actor=request.actor, item=item)
        messages.success(request, f"{item.title} is no longer among your favourites.")
    return redirect(way_back(request, reverse("content:item_detail", args=[request.platform.slug, item.pk])))


@require_http_methods(["GET", "HEAD", "POST"])
def item_keep(request, pk):
    """Put an item into one of one's folders."""
    item = reading.visit_item(request.actor, pk, request.method)
    posted = request.POST if request.method == "POST" else None
    form, status = ChooseForm(posted, folders=personal.folders(request.actor).exclude(pk=item.pk)), 200
    if request.method == "POST":
        kept, status = attempt(
            form, lambda: personal.put(actor=request.actor, folder=form.cleaned_data["to"], item=item)
        )
        if kept:
            messages.success(request, f"{item.title} is in {kept.folder.title} now.")
            return redirect("content:item_detail", request.platform.slug, item.pk)
    return render_page(request, "content/item_keep.html", {"item": item, "form": form}, status=status)
