"""Lists of items: of a space, and of everything a person reads."""

from dataclasses import replace

from django.conf import settings
from django.db import transaction
from django.views.decorators.http import require_http_methods

from content import acts, conversions, facets, following, list_settings, reading, results, saved
from content import live as items_live
from content.forms import address, wanted
from content.many_forms import ACTS
from content.names import Names
from content.search import asking, matching, showing
from content.views.paging import Capped
from spaces.views.asking import find_space
from tenants import access, arrivals, limits, news_choices
from tenants.web import render_page

PER_PAGE = 25
COLUMNS = list_settings.COLUMNS | {"revision": "Rev."}
BUTTONS = {"edit": "edit", "manage": "manage_members", "record": "see_record"}
LOCKS = {"mine": "Locked by you", "others": "Locked by another", "free": "Free"}
HEADS = {name: heading for name, (_attribute, heading, *_columns) in facets.FACETS.items()}
HEADS |= {"tag": "Tag", "since": "Changed", "lock": "Lock"}
SORTED = {
    reading.BEST: "Best match first",
    "-changed": "Newest change first",
    "changed": "Oldest change first",
    "title": "Title",
    "number": "Number",
    "type": "Type",
}


@require_http_methods(["GET", "HEAD", "POST"])
def space_detail(request, pk):
    """The content of a space; POST asks for other people's Private and personal items too."""
    space = find_space(request, pk)
    here = request.actor.current is not None and request.actor.current.space_id == space.pk
    context = _listing(request, space) | {
        "space": space,
        "kept": [*_kept(request), ("space", space.pk)],
        "held": [held for held in request.actor.held if held.space_id == space.pk],
        **{f"may_{name}": access.can(request.actor, act, space) for name, act in BUTTONS.items()},
        "here": here,
        "level": news_choices.level_of(request.user, space.pk),
        "kinds": acts.creatable(request.actor) if here else [],
        "at_once": settings.UPLOADS_AT_ONCE,
    }
    return _shown(request, "content/space_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def item_list(request):
    """Everything the person reads on the platform, searched and narrowed; the address is the state."""
    if request.GET.get("q"):
        limits.spend(request, "search")
    return _shown(request, "content/item_list.html", _listing(request) | {"kept": _kept(request)})


def _kept(request):
    """Return what the address asks of the list, for an act on all that fit."""
    return [
        (name, value) for name in request.GET if name not in ("page", "sort") for value in request.GET.getlist(name)
    ]


def _shown(request, template, context):
    """Answer with the page, or with its rows alone where htmx puts them in place of the old ones."""
    return render_page(request, "content/results.html" if request.htmx.target == "results" else template, context)


def _listing(request, space=None):
    actor, names = request.actor, Names(request.actor, space.pk if space else None)
    asked = names.narrow(wanted(request.GET))
    others = request.method == "POST" and reading.has_hidden(actor, space=space)
    everything = reading.listed(actor, space=space, others=others)
    first = reading.head(reading.ways(actor, space=space, others=others), asked, actor)
    rows = reading.arranged(everything, asked, actor, first)
    page = Capped(first, rows, PER_PAGE, newest=asked.order == "-changed").get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    if others:
        _record(actor, page, space)
    query = address(replace(asked, spaces=[space.pk]) if space else asked)
    names.learn(page)
    conversions.picture(page.object_list)
    showing.explain(page.object_list, asked.search)
    return {
        "page": page,
        "asked": asked,
        "facets": _facets(everything, asked, names, (space, others, first)),
        "may_ask": not others and reading.has_hidden(actor, space=space),
        "others": others,
        "sort": asked.order,
        "sorts": [(sort, label) for sort, label in SORTED.items() if sort != reading.BEST or asked.search.wanted],
        "number": said(page.paginator.count),
        "sentences": _sentences(asked, page),
        **_columns(actor, space),
        "query": query,
        "saved": saved.mine(actor),
        "elsewhere": bool(asked.words) and space is None and _has_more(actor),
        "narrowed": bool(request.GET.keys() - {"page", "sort"}),
        "names": names,
        "acts": [(act, label) for act, (label, _form) in ACTS.items()],
        "searched": bool(asked.words),
        "followed": None if others else _followed(actor, page.object_list, space, query if asked.words else None),
    }


def _followed(actor, items, space, query):
    """Return what the results say of themselves to who follows: a list all of it, a search its rows and what it is."""
    if query is None:
        kind, pk = (following.SPACE, space.pk) if space else (following.ITEMS, actor.platform_id)
        return items_live.several([(f"{kind}:{pk}", {}), *results.page(actor, items)])
    return items_live.several(results.page(actor, items, query))


@transaction.atomic
def _record(actor, page, space):
    shown = [item for item in page if not access.can(actor, "list", item)]
    reading.record_asking(actor, shown, space=space)


def _facets(everything, asked, names, where):
    (space, others, first), actor = where, names.actor

    def narrowed(wished, way=everything):
        return reading.filtered(way, wished, actor, sized=False)

    ledger = facets.tallied(asked, actor, space=space, others=others)
    found = facets.facets(asked, narrowed, actor.now, first, without=("space",) if space else (), ledger=ledger)
    found["owner"] = names.known(found["owner"])
    found["lock"] = [(value, label, None, value in asked.locks) for value, label in LOCKS.items()]
    return [
        {
            "name": name,
            "head": HEADS[name],
            "values": [(value, label, said(number), on) for value, label, number, on in rows],
        }
        for name, rows in found.items()
    ]


def _has_more(actor):
    return arrivals.memberships(actor.user).exclude(platform=actor.platform).exists()


def _sentences(asked, page):
    """Say what of the address or of the words was left out, and that of very many the newest are looked at."""
    search, many = asked.search, asked.order == reading.BEST and not page.paginator.exact
    said = {
        f"Only the first {asking.LONGEST} letters and {asking.MOST} words are looked for.": search.short,
        "Search needs a letter or a digit.": search.empty,
        f"Very many fit. These are the best of the newest {matching.NEWEST}: add a word or choose another order.": many,
        "Some of this address makes no sense here and was left out.": asked.ignored,
    }
    return [sentence for sentence, holds in said.items() if holds]


def _columns(actor, space):
    """Return the columns to show. Of the usual ones the less needed go first where a window is narrow."""
    chosen = list_settings.columns_of(actor)
    drops = {"type": "drop" if space else "xwide", "organization": "drop", "owner": "xwide"} if chosen is None else {}
    columns = [
        {
            "cell": f"content/cells/{name}.html",
            "head": COLUMNS[name],
            "drop": drops.get(name, ""),
            "sort": name if name in SORTED else "",
        }
        for name in (list_settings.USUAL if chosen is None else chosen)
        if not (space and name == "space")
    ]
    return {"columns": columns, "chosen_columns": chosen is not None}


def said(number):
    """Say how many there are: a number that is not told to the last has a plus."""
    if number is None:
        return None
    more = number > facets.EXACT or isinstance(number, facets.AtLeast)
    return f"{min(number, facets.EXACT):,}{'+' if more else ''}"
