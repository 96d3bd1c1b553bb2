"""Who may be asked to see to an issue: people who read it and all that it is reported against."""

from content.models import Item, ReferenceKind
from spaces.rules import people_known
from tenants import access
from tenants import actor as actors


def candidates(actor, item, against=()):
    """Return the Actors who read the issue `item` and what it is reported against, and whom the actor may know.

    `item` need not be stored; then `against` names what it will be reported against.
    """
    reported = list(against) or list(_reported(item))
    known = people_known(actor, item.space_id)
    people = {one.user.pk: one for one in actors.everyone(item.platform, item.space_id)}
    found = [one for one in people.values() if access.may(one, "read", item)]
    for space_id in {one.space_id for one in reported}:
        there = {one.user.pk: one for one in actors.everyone(item.platform, space_id)}
        asked = [one for one in reported if one.space_id == space_id]
        found = [one for one in found if all(access.may(there[one.user.pk], "read", row) for row in asked)]
    return [one for one in found if known is None or one.user == actor.user or not one.organizations.isdisjoint(known)]


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
