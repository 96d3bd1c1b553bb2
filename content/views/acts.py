"""Acts on an item: each a POST that runs one service and leads back to the item."""

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from content import items, lifecycle, locks, reading
from content.forms import MaturityForm, ReasonForm
from content.models import Maturity
from content.views.attempts import attempt
from tenants import access
from tenants.web import render_page


def _back(request, item, words):
    messages.success(request, words)
    return redirect("content:item_detail", request.platform.slug, item.pk)


@require_POST
def item_lock(request, pk):
    """Lock."""
    item = locks.lock_item(actor=request.actor, item=reading.open_item(request.actor, pk))
    return _back(request, item, "Locked: nobody else changes it until you unlock it.")


@require_POST
def item_unlock(request, pk):
    """Unlock."""
    item = locks.unlock_item(actor=request.actor, item=reading.open_item(request.actor, pk))
    return _back(request, item, "Unlocked.")


@require_POST
def item_break_lock(request, pk):
    """Break somebody's lock."""
    item = locks.break_lock(actor=request.actor, item=reading.open_item(request.actor, pk))
    return _back(request, item, "The lock is broken, and its holder was told.")


@require_POST
def item_revise(request, pk):
    """Make the next revision."""
    item = items.revise_item(actor=request.actor, item=reading.open_item(request.actor, pk))
    return _back(request, item, f"Revision {item.revision} is In Work.")


@require_http_methods(["GET", "HEAD", "POST"])
def item_maturity(request, pk):
    """Choose a state with its consequence, and go there; an exception asks for a reason."""
    item = reading.visit_item(request.actor, pk, request.method)
    form, status = MaturityForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        changed, status = attempt(
            form, lambda: lifecycle.change_maturity(actor=request.actor, item=item, **form.cleaned_data)
        )
        if changed:
            return _back(request, changed, f"It is {Maturity(changed.maturity).label} now.")
    return render_page(request, "content/item_maturity.html", _choices(request.actor, item, form), status=status)


def _choices(actor, item, form):
    steps = [
        (target, Maturity(target).label, lifecycle.CONSEQUENCES[target], decision, exceptional)
        for target, decision, exceptional in lifecycle.steps(actor, item)
    ]
    return {"item": item, "form": form, "steps": steps}


@require_http_methods(["GET", "HEAD", "POST"])
def item_delete(request, pk):
    """Say what deleting ends, then delete."""
    item = reading.visit_item(request.actor, pk, request.method)
    left_behind = items.is_left_behind(request.actor, item)
    access.require(request.actor, "clear" if left_behind else "delete", item)
    form, status = ReasonForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        deleted, status = attempt(form, lambda: _deleted(request, item, form))
        if deleted:
            messages.success(request, f"{item.title} is in the trash.")
            return redirect(after(request, item))
    context = {"item": item, "form": form, "left_behind": left_behind, "files": list(item.files.all())}
    return render_page(request, "content/item_delete.html", context, status=status)


def _deleted(request, item, form):
    items.delete_item(actor=request.actor, item=item, reason=form.cleaned_data["reason"])
    return True


def after(request, item):
    """Lead to the space, or to all one reads for somebody who sees no space around the item."""
    if access.can(request.actor, "see", item.space):
        return reverse("content:space_detail", args=[request.platform.slug, item.space_id])
    return reverse("content:item_list", args=[request.platform.slug])
