"""Who has an item open, for its page."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from content import presence, reading
from tenants.web import asked_by_itself


@asked_by_itself
@require_safe
def item_present(request, pk):
    """Name the others who have the item open, as far as the person is told of them."""
    item = reading.open_item(request.actor, pk)
    people = presence.known(request.actor, item, presence.there([item.pk])[item.pk])
    return render(request, "content/present.html", {"people": people})
