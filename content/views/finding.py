"""The search box as somebody types, and the columns of lists."""

from urllib.parse import urlencode

from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from content import conversions, everywhere, list_settings, reading
from content.search import asking, showing
from content.views.lists import said
from tenants import doors, limits
from tenants.web import asked_by_itself, asked_words, render_page, way_back

LEAST = 2  # letters before anything is suggested
SUGGESTED = 7


@require_safe
@asked_by_itself
def search_suggest(request):
    """Items that fit what is typed so far, best first: a part of the list that Enter leads to."""
    words = asked_words(request, most=asking.LONGEST)
    asked, items = asking.read(words), []
    if len(words) < LEAST or not asked.wanted:
        return render(request, "content/suggestions.html", {"items": items})
    limits.spend(request, "suggest")
    found = reading.arranged(reading.listed(request.actor), reading.Wanted(words=words), request.actor)
    items = list(found[:SUGGESTED])
    showing.explain(items, asked)
    every = f"{reverse('content:item_list', args=[request.platform.slug])}?{urlencode({'q': words})}"
    return render(request, "content/suggestions.html", {"items": items, "words": words, "all_url": every})


@require_safe
def search_everywhere(request):
    """What fits on every platform that lets the person in now, each result with its platform."""
    words = asked_words(request, most=asking.LONGEST + 1)
    if words:
        limits.spend(request, "search")
    actors = doors.opened(request)
    items, counts = everywhere.search(actors, words)
    showing.explain(items, asking.read(words))
    conversions.picture(items)
    found = [(platform, said(number)) for platform, number in counts]
    context = {"items": items, "counts": found, "asked": reading.Wanted(words=words), "platforms": len(actors)}
    return render_page(request, "content/everywhere.html", context)


def list_columns(request):
    """Choose the columns of one's lists."""
    back = way_back(request, reverse("content:item_list", args=[request.platform.slug]))
    if request.method == "POST":
        usual = "usual" in request.POST
        columns = list_settings.USUAL if usual else request.POST.getlist("column")
        list_settings.choose_columns(actor=request.actor, columns=columns)
        return redirect(back)
    chosen = list_settings.columns_of(request.actor)
    shown = list_settings.USUAL if chosen is None else chosen
    context = {"columns": list_settings.COLUMNS, "shown": shown, "chosen": chosen is not None, "back": back}
    return render_page(request, "content/list_columns.html", context)
