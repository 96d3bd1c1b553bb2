"""Moving an item to another space or organization and handing it over, with who gains and who loses it said before."""

from dataclasses import dataclass

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from content import moves, readers, reading
from content.move_forms import PlaceForm
from content.names import Names
from content.views.attempts import attempt
from content.views.sharing import about
from spaces.rules import people_known
from tenants import access
from tenants import actor as actors
from tenants.web import render_page

MOST_NAMED = 25


@require_http_methods(["GET", "HEAD", "POST"])
def item_move(request, pk):
    """Choose where an item goes and who owns it, see who gains and who loses it, then do it."""
    item = reading.visit_item(request.actor, pk, request.method)
    access.require(request.actor, "move", item)
    typed = request.POST if request.method == "POST" else request.GET if "space" in request.GET else None
    form, status = PlaceForm(typed, actor=request.actor, item=item, known=lambda pk: _known(request.actor, pk)), 200
    effect = _effect(request.actor, item, form)
    unseen = request.method == "POST" and effect is not None and request.POST.get("shown") != effect.token
    if request.method == "POST":
        moved, status = (None, 422) if unseen else attempt(form, lambda: _moved(request.actor, item, form))
        if moved:
            messages.success(request, f"{item.title} is moved." if form.place().moves(item) else "It has a new owner.")
            return redirect(_after(request, item.pk))
    context = about(request, item) | {"form": form, "effect": effect, "unseen": unseen}
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


def _held(actor, space_id):
    return space_id if any(held.space_id == space_id for held in actor.held) else None


def _known(actor, space_id):
    """Return whose people the actor may know around a space: by their credentials there, else by all."""
    return people_known(actor, _held(actor, space_id))


@dataclass(frozen=True, slots=True)
class Side:
    """Who gains, or who loses: names as far as known, and how many more."""

    rows: list
    others: int
    number: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What a move changes."""

    gains: Side
    losses: Side
    refusal: str
    token: str


def _effect(actor, item, form):
    """Return what the chosen place changes, or None while nothing is chosen or nobody could do it."""
    if not form.is_bound or not form.is_valid():
        return None
    place = form.place()
    decision, found = moves.may_place(actor, item, place), moves.fault(item, place)
    refusal = f"{decision.reason} {decision.remedy}".strip() if not decision else found[0] if found else ""
    gained, lost = ([], []) if refusal else readers.changes(item, place)
    token = ":".join(map(str, (place.space.pk, place.organization.pk, place.owner.pk, len(gained), len(lost))))
    return Effect(_side(actor, gained, place.space.pk), _side(actor, lost, item.space_id), refusal, token)


def _side(actor, found, space_id):
    names = Names(actor, _held(actor, space_id))
    names.companies = {one.member.user_id: (one.member.company, one.member.unit_id) for one in found}
    rows = [one.member for one in found if names.may(one.member.user_id)][:MOST_NAMED]
    return Side(rows, len(found) - len(rows), len(found))
