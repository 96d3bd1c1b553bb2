"""Revisions of an item with their iterations, as a graph; two of them compared; an iteration restored."""

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from content import iterations, reading, results
from content.names import Names
from tenants import access
from tenants.errors import NotVisible, Unacceptable
from tenants.ids import id_of
from tenants.web import render_page

LONGEST = 19  # digits of a key


@require_safe
def item_revisions(request, pk):
    """The revisions one reads, the latest first, each with its iterations; of others nothing but that one is later."""
    item = reading.visit_item(request.actor, pk, request.method)
    found, hidden_later = reading.revisions(request.actor, item)
    rows = iterations.graph(found)
    names = Names(request.actor, item.space_id)
    names.load({row.by_id for _one, kept in rows for row in kept} | {one.owner_id for one in found})
    for one, kept in rows:
        one.owner_name = names.say(one.owner)
        for row in kept:
            row.by_name = names.say(row.by)
    context = {"item": item, "rows": rows, "hidden_later": hidden_later, "live": results.followed(found)}
    context["latest"] = [row.pk for _one, kept in rows for row in kept][:2]
    context["may_modify"] = access.can(request.actor, "modify", item)
    return render_page(request, "content/item_revisions.html", context)


@require_safe
def revision_compare(request, pk, other):
    """What two revisions of one number say and hold now, side by side."""
    before, after = (reading.visit_item(request.actor, one, request.method) for one in (pk, other))
    if before.number != after.number:
        raise NotVisible
    return _compared(request, iterations.side_of(before), iterations.side_of(after))


@require_safe
def iteration_compare(request, pk, other):
    """What two iterations of one number said and held, side by side."""
    before, after = (iterations.find(request.actor, one) for one in (pk, other))
    if before.item.number != after.item.number:
        raise NotVisible
    for item in {before.item, after.item}:
        reading.record_opening(request.actor, item)
    return _compared(request, iterations.side_then(before), iterations.side_then(after))


@require_safe
def iterations_chosen(request):
    """Lead to the comparison of the two iterations that were chosen."""
    chosen = [id_of(request.GET.get(name)) for name in ("before", "after")]
    if None in chosen:
        raise Unacceptable("Choose two iterations to compare.")
    return redirect("content:iteration_compare", request.platform.slug, *chosen)


def _compared(request, before, after):
    said, files = iterations.compared(before, after)
    context = {"item": after.item, "before": before, "after": after, "said": said, "files": files}
    return render_page(request, "content/revision_compare.html", context)


@require_POST
def iteration_restore(request, pk):
    """Let an item be again as it was."""
    found = iterations.find(request.actor, pk)
    item = iterations.restore_iteration(actor=request.actor, iteration=found)
    messages.success(request, f"It is as it was in {found}.")
    return redirect("content:item_detail", request.platform.slug, item.pk)
