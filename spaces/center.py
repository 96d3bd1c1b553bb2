"""The rows of space lists: who owns a space, how many are in it, what is in it. A fixed number of queries."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from spaces import holders, hooks
from spaces.models import Space
from spaces.places import space_url
from tenants.models import User

SORTS = {
    "title": ("title", "pk"),
    "-title": ("-title", "-pk"),
    "activity": ("active_at", "pk"),
    "-activity": ("-active_at", "-pk"),
    "visibility": ("visibility", "title", "pk"),
    "-visibility": ("-visibility", "title", "pk"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A space as a list shows it.

    `mine` holds the credentials that the asker works with there; `items` and `last` (change) are of what they read.
    """

    space: Space
    owners: tuple[User, ...] = ()
    members: int = 0
    externals: int = 0
    items: int = 0
    last: datetime | None = None
    mine: tuple = ()
    url: str = ""

    @property
    def more_owners(self):
        """How many Owners there are besides the one that is named."""
        return len(self.owners) - 1

    @property
    def several(self):
        """True when the asker's credentials here are of more than one organization."""
        return len({held.organization_id for held in self.mine}) > 1


def filtered(spaces, *, words="", visibility="", owner=None, externals=False):
    """Keep the spaces that match the filters of the control center."""
    for word in words.split():
        spaces = spaces.filter(Q(title__icontains=word) | holders.owned_by(name__icontains=word))
    if visibility:
        spaces = spaces.filter(visibility=visibility)
    if owner:
        spaces = spaces.filter(holders.owned_by(pk=owner.pk))
    if externals:
        spaces = spaces.filter(holders.with_externals())
    return spaces


def rows(actor, spaces):
    """Return a Row for each space of a page, in six queries whatever their number."""
    ids = [space.pk for space in spaces]
    owners, people = holders.owners_in(ids), holders.counted(actor.platform, ids)
    items = hooks.space_counts(actor, ids)
    return [
        Row(
            space=space,
            owners=_in_order(owners.get(space.pk, {})),
            members=people.get(space.pk, (0, 0))[0],
            externals=people.get(space.pk, (0, 0))[1],
            items=items[space.pk][0],
            url=space_url(actor.platform.slug, space.pk),
        )
        for space in spaces
    ]


def my_rows(actor, spaces):
    """Return a Row for each space with the asker's own credentials; nobody else's are told."""
    items = hooks.space_counts(actor, [space.pk for space in spaces])
    return [
        Row(
            space=space,
            items=items[space.pk][0],
            last=items[space.pk][1],
            mine=tuple(held for held in actor.held if held.space_id == space.pk),
            url=space_url(actor.platform.slug, space.pk),
        )
        for space in spaces
    ]


def _in_order(owners):
    """Return who owns a space, unrestricted Owners first."""
    return tuple(sorted(owners, key=lambda user: (owners[user], user.name, user.pk)))


def figures(platform):
    """Return how many spaces the platform has, how many with Externals, and when something was last done."""
    spaces = Space.objects.filter(platform=platform)
    last = spaces.order_by("-active_at").values_list("active_at", flat=True).first()
    return {"spaces": spaces.count(), "with_externals": filtered(spaces, externals=True).count(), "last": last}
