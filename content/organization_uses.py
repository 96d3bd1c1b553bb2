"""What of this floor stands on an organization: the items it owns, counted and named as lists show them."""

from django.db.models import Count

from content.models import Item
from content.wiring import item_url
from tenants import access
from tenants.organization_uses import Kind, contribute


def _listed(actor, ids):
    return access.narrow(Item.objects.filter(organization__in=ids), actor, "list")


def numbers(actor, ids):
    """Count the items of these organizations that `actor` finds in lists."""
    rows = _listed(actor, ids).order_by()
    return dict(rows.values_list("organization").annotate(Count("pk")))


def named(actor, ids, most):
    """Name the latest of them."""
    return [(str(item), item_url(actor.platform.slug, item.pk)) for item in _listed(actor, ids)[:most]]


def holds(ids):
    """Tell whether any item is owned by these organizations, readable or not, in the trash or not."""
    return Item.everything.filter(organization__in=ids).exists()


def register():
    """Hand it to the ground floor."""
    contribute(Kind(50, "item", "items", numbers, named, holds))
