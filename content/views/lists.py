"""Lists of items: of a space, and of everything a person reads."""

from django.core.paginator import Paginator
from django.db import transaction
from django.views.decorators.http import require_http_methods

from content import conversions, reading
from content.forms import wanted
from content.models import Maturity
from content.views.names import Names
from spaces.views.asking import find_space
from tenants import access, limits
from tenants.web import render_page

PER_PAGE = 25
NAMED = {"mine": "Locked by you", "others": "Locked by another", "free": "Free"}


@require_http_methods(["GET", "HEAD", "POST"])
def space_detail(request, pk):
    """The content of a space; POST asks for other people's Private and personal items too."""
    space = find_space(request, pk)
    context = _listing(request, space) | {
        "space": space,
        "held": [held for held in request.actor.held if held.space_id == space.pk],
        "may_edit": access.can(request.actor, "edit", space),
        "may_manage": access.can(request.actor, "manage_members", space),
        "may_record": access.can(request.actor, "see_record", space),
        "here": request.actor.current is not None and request.actor.current.space_id == space.pk,
    }
    return _shown(request, "content/space_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def item_list(request):
    """Everything the person reads on the platform, searched and narrowed; the address is the state."""
    if request.GET.get("q"):
        limits.spend(request, "search")
    return _shown(request, "content/item_list.html", _listing(request))


def _shown(request, template, context):
    """Answer with the page, or with its rows alone where htmx puts them in place of the old ones."""
    return render_page(request, "content/results.html" if request.htmx.target == "results" else template, context)


def _listing(request, space=None):
    actor, names = request.actor, Names(request.actor, space.pk if space else None)
    asked = names.narrow(wanted(request.GET))
    others = request.method == "POST" and reading.has_hidden(actor, space=space)
    everything = reading.listed(actor, space=space, others=others)
    found = reading.filtered(everything, asked, actor)
    page = Paginator(reading.ordered(found, asked.sort), PER_PAGE).get_page(request.GET.get("page"))
    if others:
        _record(actor, page, space)
    names.learn(page)
    conversions.picture(page.object_list)
    return {
        "page": page,
        "asked": asked,
        "facets": _facets(reading.facets(everything, spaces=space is None), asked)
        + _facets_of_people(everything, asked, names),
        "may_ask": not others and reading.has_hidden(actor, space=space),
        "others": others,
        "sort": asked.sort,
        "narrowed": bool(request.GET.keys() - {"page", "sort"}),
        "names": names,
    }


@transaction.atomic
def _record(actor, page, space):
    shown = [
        item for item in page if item.owner_id != actor.user.pk and item.maturity in (Maturity.PRIVATE, Maturity.NONE)
    ]
    reading.record_asking(actor, shown, space=space)


def _facets(found, asked):
    chosen = {"state": asked.states, "type": asked.types, "organization": asked.organizations}
    chosen["space"] = asked.spaces
    heads = {"state": "Maturity", "type": "Type", "organization": "Organization", "space": "Space"}
    return [
        {
            "name": name,
            "head": heads[name],
            "values": [(value, label, number, value in chosen[name]) for value, label, number in values],
        }
        for name, values in found.items()
    ]


def _facets_of_people(items, asked, names):
    people = [(value, label, number, value in asked.owners) for value, label, number in names.owners(items)]
    locks = [(value, label, None, value in asked.locks) for value, label in NAMED.items()]
    return [
        {"name": "owner", "head": "Content owner", "values": people},
        {"name": "lock", "head": "Lock", "values": locks},
    ]
