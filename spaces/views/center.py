"""The control center: every space of the platform, and the menu of one row."""

from django.core.paginator import Paginator
from django.views.decorators.http import require_safe

from spaces import center
from spaces.forms import CenterForm
from spaces.models import Space
from spaces.views.asking import find_space, open_to_repair
from tenants import access
from tenants.web import administrators_only, render_page

ROWS_PER_PAGE = 25


@require_safe
@administrators_only("see_control_center")
def control_center(request):
    """Every space of the platform; the address is the state."""
    platform = request.platform
    form = CenterForm(request.GET, owners=center.owners_of(platform))
    form.is_valid()  # what cannot be understood is not in cleaned_data
    sort = request.GET.get("sort", "-activity")
    sort = sort if sort in center.SORTS else "-activity"
    spaces = center.filtered(Space.objects.filter(platform=platform), **_filters(form.cleaned_data))
    page = Paginator(spaces.order_by(*center.SORTS[sort]), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": center.rows(request.actor, list(page)), "form": form, "sort": sort}
    context |= {"figures": center.figures(platform), "is_filtered": any(_filters(form.cleaned_data).values())}
    return render_page(request, "spaces/control_center.html", context, partials=["spaces"])


def _filters(data):
    return {
        "words": data.get("q", ""),
        "visibility": data.get("visibility", ""),
        "owner": data.get("owner"),
        "externals": data.get("externals", False),
    }


ACTS = [
    ("edit", "Edit title and description", "spaces:space_edit"),
    ("widen", "Make wider", "spaces:space_visibility"),
    ("narrow", "Make narrower", "spaces:space_visibility"),
    ("see_record", "Record of this space", "spaces:space_record"),
    ("delete", "Delete", "spaces:space_delete"),
]


@require_safe
@open_to_repair
def space_menu(request, pk):
    """What may be done with one space now, each act with the reason where it is blocked."""
    space = find_space(request, pk)
    acts = [(access.can(request.actor, act, space), label, url, act) for act, label, url in ACTS]
    manages = access.can(request.actor, "manage_members", space)
    context = {"space": space, "acts": acts, "manages": manages}
    return render_page(request, "spaces/space_menu.html", context, partials=[f"menu-{space.pk}"])
