"""Moving an item to another space or organization and handing it over, with who gains and who loses it said before."""

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from content import moves, reading
from content.move_forms import PlaceForm
from content.move_preview import effect_of
from content.views.attempts import attempt
from tenants import access
from tenants import actor as actors
from tenants.web import render_page


@require_http_methods(["GET", "HEAD", "POST"])
def item_move(request, pk):
    """Choose where an item goes and who owns it, see who gains and who loses it, then do it."""
    item = reading.visit_item(request.actor, pk, request.method)
    access.require(request.actor, "move", item)
    typed = request.POST if request.method == "POST" else request.GET if "space" in request.GET else None
    form, status = PlaceForm(typed, actor=request.actor, item=item), 200
    effect = _effect(request.actor, item, form)
    unseen = request.method == "POST" and effect is not None and request.POST.get("shown") != effect.token
    if request.method == "POST":
        moved, status = (None, 422) if unseen else attempt(form, lambda: _moved(request.actor, item, form))
        if moved:
            messages.success(request, f"{item.title} is moved." if form.place().moves(item) else "It has a new owner.")
            return redirect(_after(request, item.pk))
    context = {"item": item, "form": form, "effect": effect, "unseen": unseen}
    context["may_hand_over"] = bool(access.can(request.actor, "change_owner", item))
    return render_page(request, "content/item_move.html", context, partials=["move-form"], status=status)


def _moved(actor, item, form):
    return moves.move_item(actor=actor, item=item, place=form.place())


def _after(request, pk):
    """Lead to the item, or to the list for somebody who no longer reads it."""
    slug, item = request.platform.slug, reading.rows(request.platform).get(pk=pk)
    if access.can(actors.of(request.user, request.platform), "read", item):
        return reverse("content:item_detail", args=[slug, pk])
    return reverse("content:item_list", args=[slug])


def _effect(actor, item, form):
    """Return what the chosen place changes, or None while nothing is chosen or nobody could do it."""
    return effect_of(actor, item, form.place()) if form.is_bound and form.is_valid() else None
