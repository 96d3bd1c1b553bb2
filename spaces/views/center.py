"""The control center: every space of the platform, and the menu of one row."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from spaces import center, holders
from spaces.forms import CenterForm
from spaces.models import WIDTH, Space
from spaces.views.asking import beside, find_space, page_of
from tenants import access
from tenants.ids import id_of
from tenants.web import administrators_only, open_to_repair, render_page

ROWS_PER_PAGE = 25


@require_safe
@administrators_only("see_control_center")
def control_center(request):
    """Every space of the platform; the address is the state."""
    platform = request.platform
    form = CenterForm(request.GET, owners=holders.owners_of(platform))
    form.is_valid()  # what cannot be understood is not in cleaned_data
    sort = request.GET.get("sort", "-activity")
    sort = sort if sort in center.SORTS else "-activity"
    spaces = center.filtered(Space.objects.filter(platform=platform), **_filters(form.cleaned_data))
    page = Paginator(spaces.order_by(*center.SORTS[sort]), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": center.rows(request.actor, list(page)), "form": form, "sort": sort}
    context |= {"figures": center.figures(platform), "is_filtered": any(_filters(form.cleaned_data).values())}
    context["at"] = id_of(request.GET.get("at"))
    return render_page(request, "spaces/control_center.html", context, partials=["spaces"])


def _filters(data):
    return {
        "words": data.get("q", ""),
        "visibility": data.get("visibility", ""),
        "owner": data.get("owner"),
        "externals": data.get("externals", False),
    }


ACTS = [
    ("edit", "Edit title and description", "spaces:space_edit", "work"),
    ("widen", "Make wider", "spaces:space_visibility", "pub"),
    ("narrow", "Make narrower", "spaces:space_visibility", "priv"),
    ("see_record", "Record of this space", "spaces:space_record", "record"),
    ("delete", "Delete", "spaces:space_delete", "trash"),
]


@require_safe
@open_to_repair
def space_menu(request, pk):
    """What may be done with one space now, each act with the reason where it is blocked."""
    space = find_space(request, pk)
    context = page_of(request, space)
    context |= {
        "acts": list(_acts(request, space)),
        "manages": access.can(request.actor, "manage_members", space),
        "beside_url": beside(request, context["members_url"]),
    }
    return render(request, "spaces/space_menu.html#menu" if request.htmx else "spaces/space_menu.html", context)


def _acts(request, space):
    """Yield each act as a menu shows it; widening and narrowing only where there is somewhere to go."""
    widest, narrowest = WIDTH[space.visibility] == max(WIDTH.values()), WIDTH[space.visibility] == 0
    for act, label, name, icon in ACTS:
        if (act == "widen" and widest) or (act == "narrow" and narrowest):
            continue
        url = reverse(name, args=[request.platform.slug, space.pk])
        yield {"decision": access.can(request.actor, act, space), "label": label, "url": url, "icon": icon}
