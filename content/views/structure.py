"""The tree of an assembly and where an item is used, a level at a time, and the parts list."""

from django.core.paginator import Paginator
from django.views.decorators.http import require_POST, require_safe

from content import conversions, parts_lists, reading, results, structure
from content.views.relations import about
from tenants import limits
from tenants.web import csv_answer, render_page

PER_LEVEL = 100


@require_safe
def item_structure(request, pk):
    """The parts of an item; htmx puts the rows of one level into the tree."""
    return _level(request, pk, structure.parts, back=False)


@require_safe
def item_uses(request, pk):
    """The assemblies that an item is a part of; htmx puts the rows of one level into the tree."""
    return _level(request, pk, structure.uses, back=True)


def _level(request, pk, find, *, back):
    item = reading.visit_item(request.actor, pk, request.method)
    page = Paginator(find(request.actor, item), PER_LEVEL).get_page(request.GET.get("page"))
    shown = conversions.picture([one.source if back else one.target for one in page.object_list])
    context = about(request.actor, item) | {"page": page, "back": back, "live": results.followed([item, *shown])}
    inside = request.htmx and request.htmx.target != "level"  # else the whole tree comes anew
    return render_page(request, "content/tree_rows.html" if inside else "content/item_structure.html", context)


@require_safe
def parts_list(request, pk):
    """Every part below an item once, with its sum."""
    item = reading.visit_item(request.actor, pk, request.method)
    found = parts_lists.total(request.actor, item)
    page = Paginator(found.lines, PER_LEVEL).get_page(request.GET.get("page"))
    context = about(request.actor, item) | {"page": page, "complete": found.complete, "most": parts_lists.MOST}
    return render_page(request, "content/parts_list.html", context)


@require_POST
def parts_export(request, pk):
    """Send the parts list as CSV; a POST, because it leaves an entry in the record."""
    item = reading.visit_item(request.actor, pk, request.method)
    limits.spend(request, "export")
    lines = parts_lists.export(actor=request.actor, item=item)
    return csv_answer(f"parts-of-{item.number}-{item.revision}", parts_lists.HEADER, lines)
