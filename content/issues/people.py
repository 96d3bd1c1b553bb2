"""Who may be asked to see to an issue: people who work where it stands, and read all that it is reported against."""

from django.db.models import Q

from content.models import Item, ReferenceKind, Share
from spaces import holders
from spaces.rules import people_known
from tenants import access
from tenants import actor as actors
from tenants.models import Member, Status


def candidates(actor, item, against=()):
    """Return the Actors who see to an issue `item`, as far as the actor may know them, by name.

    They hold something in its space or a share of it, and read it and what it is reported against. `item` need not be
    stored; then `against` names what it will be reported against.
    """
    asked = [item, *(against or _reported(item))]
    known = people_known(actor, item.space_id)
    return [
        one
        for one in actors.build(_there(item))
        if (known is None or one.user == actor.user or not one.organizations.isdisjoint(known))
        and all(access.can(one, "read", row) for row in asked)
    ]


def _there(item):
    which = holders.inside([item.space_id])
    if item.pk:
        which |= Q(user__in=Share.objects.live().filter(content_object=item).values("user"))
    rows = Member.objects.filter(which, platform=item.platform_id, status=Status.ACTIVE)
    return list(rows.select_related("platform", "company", "unit", "user").order_by("user__name", "pk"))


def prospective(actor, owner_of):
    """Return the issue that the actor would make now, not stored, to ask who would read it; None without credential."""
    held = actor.current
    if held is None:
        return None
    here = {"space_id": held.space_id, "organization_id": held.organization_id, "category": "evaluation"}
    item = Item(platform=owner_of.platform, owner=actor.user, **here)
    item.space.platform = owner_of.platform
    return item


def _reported(item):
    rows = Item.objects.filter(referrers__source=item, referrers__kind=ReferenceKind.REPORTED_AGAINST)
    return rows.select_related("space")
