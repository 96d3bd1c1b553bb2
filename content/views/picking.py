"""Choosing one item of those that one reads: what a search of the page offers."""

from content import conversions, reading
from content.forms import wanted
from tenants import limits
from tenants.ids import id_of

MOST = 12  # items that a search offers
SHORTEST = 2  # characters of a search


def offered(request, readable):
    """Return what the page shows of a search among `readable` items: its words, and what was found.

    Of a form that comes back it is what was chosen.
    """
    asked, chosen = wanted(request.GET), id_of(request.POST.get("target"))
    if request.method == "POST" or len(asked.words) < SHORTEST:
        known = readable.filter(pk=chosen) if chosen else ()
        return {"words": asked.words, "found": conversions.picture(known)}
    limits.spend(request, "search")
    found = reading.ordered(reading.filtered(readable, asked, request.actor), "title")
    return {"words": asked.words, "found": conversions.picture(found[:MOST]), "searched": True}
