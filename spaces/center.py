"""The rows of space lists: who owns a space, how many are in it, what is in it. A fixed number of queries."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q

from spaces import hooks
from spaces.models import Credential, Responsibility, Space
from spaces.places import space_url
from tenants.models import Member, Right, Status, User

SORTS = {
    "title": ("title", "pk"),
    "-title": ("-title", "-pk"),
    "activity": ("active_at", "pk"),
    "-activity": ("-active_at", "-pk"),
    "visibility": ("visibility", "title", "pk"),
    "-visibility": ("-visibility", "title", "pk"),
}
PRESENT = (Status.ACTIVE, Status.PENDING)


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
        spaces = spaces.filter(Q(title__icontains=word) | Q(pk__in=_owned_by_name(word)))
    if visibility:
        spaces = spaces.filter(visibility=visibility)
    if owner:
        spaces = spaces.filter(pk__in=_owning().filter(user=owner).values("content_object"))
    if externals:
        spaces = spaces.filter(Exists(_external().filter(content_object=OuterRef("pk"))))
    return spaces


def _owning():
    return Credential.objects.live().filter(permission__codename=Responsibility.OWNER)


def _owned_by_name(word):
    return _owning().filter(user__name__icontains=word).values("content_object")


def _external():
    external = Member.objects.filter(
        user=OuterRef("user"),
        platform=OuterRef("content_object__platform"),
        right=Right.EXTERNAL,
        status__in=PRESENT,
    )
    return Credential.objects.unended().filter(Exists(external))


def owners_of(platform):
    """Return the people who own a space of `platform`, for the filter."""
    return User.objects.filter(pk__in=_owning().filter(content_object__platform=platform).values("user")).order_by(
        "name", "email"
    )


def rows(actor, spaces):
    """Return a Row for each space of a page, in four queries whatever their number."""
    ids = [space.pk for space in spaces]
    owners, people, items = _owners(ids), _people(actor.platform, ids), hooks.space_counts(actor, ids)
    return [
        Row(
            space=space,
            owners=tuple(owners.get(space.pk, ())),
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


def _owners(ids):
    """Return {space_id: [User]}; unrestricted Owners first, each once."""
    found = {}
    credentials = _owning().filter(content_object__in=ids).select_related("user")
    for credential in credentials.order_by("restricted", "user__name", "pk"):
        people = found.setdefault(credential.content_object_id, [])
        if credential.user not in people:
            people.append(credential.user)
    return found


def _people(platform, ids):
    """Return {space_id: (members, externals)}: people with a credential that has not ended."""
    right = Member.objects.filter(platform=platform, status__in=PRESENT)
    external = right.filter(right=Right.EXTERNAL).values("user")
    counted = (
        Credential.objects.unended()
        .filter(content_object__in=ids, user__in=right.values("user"))
        .order_by()
        .values_list("content_object")
        .annotate(
            inside=Count("user", filter=~Q(user__in=external), distinct=True),
            outside=Count("user", filter=Q(user__in=external), distinct=True),
        )
    )
    return {space_id: (inside, outside) for space_id, inside, outside in counted}


def figures(platform):
    """Return how many spaces the platform has, how many with Externals, and when something was last done."""
    spaces = Space.objects.filter(platform=platform)
    last = spaces.order_by("-active_at").values_list("active_at", flat=True).first()
    return {"spaces": spaces.count(), "with_externals": filtered(spaces, externals=True).count(), "last": last}
