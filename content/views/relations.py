"""Relations of an item: all of them, a new one, and what one says of a part."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from content import reading, references, results, structure
from content.changing import may_change
from content.forms import PartForm, ReasonForm, RelationForm
from content.views import picking
from content.views.attempts import attempt
from tenants import access
from tenants.web import render_page

PER_PAGE = 50


def about(actor, item):
    """Return what the pages of an item's relations and structure have in common."""
    return {
        "item": item,
        "may_relate": may_change(actor, item),
    }


def _repairs(actor, item):
    """Tell whether the actor changes relations as a repair alone. Raises AccessDenied when in no way."""
    if not may_change(actor, item):
        access.require(actor, "modify", item)
    return not access.can(actor, "modify", item)


@require_safe
def item_relations(request, pk):
    """All relations of an item one way, a page at a time; `way=in` those that lead to it."""
    item = reading.visit_item(request.actor, pk, request.method)
    back = request.GET.get("way") == "in"
    found = (structure.referrers if back else structure.references)(request.actor, item)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    shown = [one.source if back else one.target for one in page.object_list]
    context = about(request.actor, item) | {"page": page, "back": back, "live": results.followed(shown)}
    return render_page(request, "content/item_relations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def relation_new(request, pk):
    """Search among what one reads, choose, and say what the relation is."""
    item = reading.visit_item(request.actor, pk, request.method)
    repairs, status = _repairs(request.actor, item), 200
    form = _new_form(request, item)
    if request.method == "POST":
        reference, status = attempt(form, lambda: _added(request, item, form))
        if reference:
            messages.success(request, f"{item.title} {reference.get_kind_display()} {reference.target.title} now.")
            return redirect("content:item_relations", request.platform.slug, item.pk)
    context = about(request.actor, item) | {
        "form": form,
        "repairs": repairs,
        **picking.offered(request, form.readable.exclude(pk=item.pk)),
    }
    return render_page(request, "content/relation_new.html", context, partials=["found"], status=status)


def _new_form(request, item):
    about_it = {"item": item, "readable": structure.relatable(request.actor)}
    if request.method == "POST":
        return RelationForm(request.POST, **about_it)
    initial = {"kind": request.GET.get("kind"), "position": structure.next_position(request.actor, item)}
    return RelationForm(initial=initial, **about_it)


def _added(request, item, form):
    return references.add_reference(actor=request.actor, item=item, **form.wish())


@require_http_methods(["GET", "HEAD", "POST"])
def relation_edit(request, pk, reference):
    """Change quantity and find number of a part, or end the relation."""
    item = reading.visit_item(request.actor, pk, request.method)
    found = structure.find(request.actor, item, reference)
    repairs, status = _repairs(request.actor, item), 200
    form = PartForm(request.POST or None, initial={"quantity": found.amount, "position": found.position})
    if request.method == "POST":
        changed, status = attempt(form, lambda: _changed(request, found, form))
        if changed:
            messages.success(request, f"{found.target.title}: {changed.amount} now.")
            return redirect("content:item_relations", request.platform.slug, item.pk)
    context = about(request.actor, item) | {"reference": found, "form": form, "repairs": repairs}
    return render_page(request, "content/relation_edit.html", context, status=status)


def _changed(request, reference, form):
    relation = form.relation(reference.kind)
    return references.change_reference(actor=request.actor, reference=reference, relation=relation)


@require_POST
def relation_end(request, pk, reference):
    """End a relation; its target stays as it is."""
    item = reading.open_item(request.actor, pk)
    found = structure.find(request.actor, item, reference)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    references.end_reference(actor=request.actor, reference=found, reason=reason)
    messages.success(request, f"{item.title} no longer {found.get_kind_display()} {found.target.title}.")
    return redirect("content:item_relations", request.platform.slug, item.pk)
