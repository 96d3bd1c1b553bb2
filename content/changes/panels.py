"""What changes add to the pages and the record: the panel of an item, words, links."""

from django.db.models import Q
from django.urls import reverse

from content.changes import news
from content.changes.authority import visible
from content.models import Category, ChangeLine
from tenants import access, audit, events, panels

VERBS = {
    "change_raised": "raised the change",
    "change_edited": "edited the change",
    "change_widened": "put an item into the change",
    "change_set": "set what happens to an item of the change",
    "change_narrowed": "took an item out of the change",
    "change_realized": "made a new revision under the change",
    "change_asked": "set who signs the change",
    "change_unasked": "asked somebody no more to sign the change",
    "change_stepped": "took on the change",
    "change_signed": "signed the change",
    "route_set": "set the route of changes",
    "route_deleted": "deleted the route of changes",
}
LABELS = {
    "asked": "Asked for",
    "of": "Who",
    "deed": "What happens",
    "signed_with": "Proved by",
    "agrees": "Agrees",
    "fingerprint": "What was signed",
}
MOST = 8


def changes(request, *, item, **objects):
    """Return the changes in which an item is, as far as whoever looks has one of their items in lists."""
    if item.category == Category.PERSONAL:
        return None
    lines = ChangeLine.objects.filter(Q(item=item) | Q(realized=item)).values("change")
    found = list(visible(request.actor).filter(pk__in=lines)[:MOST])
    may = access.can(request.actor, "raise_change", item)
    if not found and not may:
        return None
    context = {"item": item, "changes": found, "may": may}
    return {"template": "content/changes_panel.html", "context": context, "position": 16}


def _link(slug, pk):
    return reverse("content:change_detail", args=[slug, pk])


def register():
    """Hand everything down."""
    audit.verbs(VERBS)
    events.contribute_labels(LABELS)
    events.contribute_link("content.change", _link)
    panels.contribute("item", changes)
    news.register()
