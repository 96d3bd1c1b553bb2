"""What one watches: the page that lists it, and beginning and ending."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from content import conversions, personal, reading, results, saved, watching
from tenants.web import render_page, way_back

PER_PAGE = 50


@require_safe
def watch_list(request):
    """What the person watches, as far as they read it."""
    actor = request.actor
    page = Paginator(watching.items(actor), PER_PAGE).get_page(request.GET.get("page"))
    conversions.picture([watch.item for watch in page.object_list])
    context = {
        "page": page,
        "live": results.followed([watch.item for watch in page.object_list]),
        "spaces": watching.spaces(actor),
        "watched": watching.searches(actor),
        "changes": watching.changes(actor),
        "folders": personal.tree(actor),
        "searches": saved.mine(actor),
    }
    return render_page(request, "content/watch_list.html", context)


@require_POST
def item_watch(request, pk):
    """Watch an item, alone or with all below, or watch it no more."""
    item = reading.open_item(request.actor, pk)
    if way := request.POST.get("on"):
        watching.watch_item(actor=request.actor, item=item, below=way == "below")
        messages.success(request, f"You watch {item.title}{' with all below it' if way == 'below' else ''}.")
    else:
        watching.leave_item(actor=request.actor, item=item)
        messages.success(request, f"You watch {item.title} no more.")
    return redirect(way_back(request, reverse("content:item_detail", args=[request.platform.slug, item.pk])))


@require_POST
def change_watch(request, pk):
    """Watch a change, or watch it no more."""
    if request.POST.get("on"):
        change = watching.watch_change(actor=request.actor, pk=pk)
        messages.success(request, f"You watch {change}.")
    else:
        change = watching.leave_change(actor=request.actor, pk=pk)
        messages.success(request, f"You watch {change} no more.")
    return redirect(way_back(request, reverse("content:change_detail", args=[request.platform.slug, change.pk])))


@require_POST
def search_watch(request, pk):
    """Watch a saved search, or watch it no more."""
    if request.POST.get("on"):
        search = watching.watch_search(actor=request.actor, pk=pk)
        messages.success(request, f"You are told when “{search.name}” finds something new.")
    else:
        search = watching.leave_search(actor=request.actor, pk=pk)
        messages.success(request, f"You watch “{search.name}” no more.")
    return redirect(way_back(request, reverse("content:search_list", args=[request.platform.slug])))
