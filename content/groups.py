"""What user groups mean on this floor: shares with them, what their people read, and locks that end with leaving."""

from dataclasses import replace

from content import locks
from content.loaders import in_order
from content.models import GroupShare, Item
from content.stored import lock_spaces
from spaces import previews
from tenants import access, groups
from tenants.actor import Received


def shares_of(group):
    """Return the live shares with a group, loaded with what names them."""
    rows = GroupShare.objects.live().filter(group=group.pk, content_object__trashed_at__isnull=True)
    return rows.select_related("permission", "content_object__space", "content_object__platform", "given_by").order_by(
        "content_object__title", "pk"
    )


def gives(actor, group, member):
    """Say which items are shared with the group, those that `actor` finds in lists by name, the others by number."""
    rows = list(shares_of(group))
    named = [row for row in rows if actor is not None and access.can(actor, "list", row.content_object)]
    lines = [f"{row.get_level().label} on {row.content_object}" for row in named]
    if rest := len(rows) - len(named):
        more = "more " if named else ""
        lines.append(f"{rest} {more}shared {'item' if rest == 1 else 'items'}")
    return lines


def joined(actor, group):
    """Return the actor as they would be in the group."""
    shares = dict(parted(actor, group).shares)
    for row in shares_of(group):
        received = Received(row.get_level().value, group.pk, group.name)
        shares[row.content_object_id] = in_order([*shares.get(row.content_object_id, ()), received])
    return replace(actor, shares=shares, compiled={})


def parted(actor, group):
    """Return the actor as they would be out of the group."""
    left = {pk: tuple(one for one in given if one.group_id != group.pk) for pk, given in actor.shares.items()}
    return replace(actor, shares={pk: given for pk, given in left.items() if given}, compiled={})


def effects(before, after):
    """Say how much more or less they read, were their licences to let them: two queries."""
    had, has = (previews.readable(previews.working(actor)).total() for actor in (before, after))
    if had == has:
        return [f"{_items(had)} can be read, and that stays so"]
    return [f"{_items(had)} can be read now, and {_items(has)} then"]


def _items(number):
    return f"{number:,} {'item' if number == 1 else 'items'}"


def settle(actor, member, group):
    """End the locks that somebody who left can no longer use anywhere."""
    mine = Item.objects.filter(platform=member.platform, locked_by=member.user)
    lock_spaces(mine.order_by().values("space"))
    locks.settle(locks.locked_in(member.platform, member.user))


def register():
    """Hand this floor's part to the ground floor."""
    groups.contribute(groups.Part(gives=gives, joined=joined, parted=parted, effects=effects, settle=settle))
