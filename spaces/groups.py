"""What user groups mean on this floor: what they hold in spaces, and what ends there when somebody leaves."""

from dataclasses import replace

from django.utils import timezone

from spaces import hooks
from spaces.loaders import held_through
from spaces.models import CurrentCredential, GroupCredential
from spaces.owners import lock_space
from tenants import groups


def spaces_of(member):
    """Return the ids of the spaces in which a member's groups hold something."""
    rows = GroupCredential.objects.filter(group__user_group__members=member)
    return set(rows.order_by().values_list("content_object", flat=True))


def credentials_of(group):
    """Return the credentials of a group that have not ended, loaded with what names them."""
    rows = GroupCredential.objects.unended().filter(group=group.pk)
    return rows.select_related("permission", "content_object", "group__user_group", "given_by").order_by(
        "content_object__title", "pk"
    )


def gives(actor, group, member):
    """Say what the group holds in which space, and for which organization `member` does."""
    what = f" for {member.employment}" if member else ""
    return [f"{credential}{what}" for credential in credentials_of(group)]


def joined(actor, group):
    """Return the actor as they would be in the group."""
    rows = credentials_of(group).live(timezone.now())
    kept = tuple(held for held in actor.held if held.group_id != group.pk)
    return replace(actor, held=(*kept, *(held_through(row, actor.member) for row in rows)), compiled={})


def parted(actor, group):
    """Return the actor as they would be out of the group."""
    return replace(actor, held=tuple(held for held in actor.held if held.group_id != group.pk), compiled={})


def forget(member, group):
    """End the choice to work with what the group holds; a choice of long ago does not come back either."""
    CurrentCredential.objects.filter(member=member, group_credential__group=group.pk).delete()


def settle(actor, member, group):
    """End what hung on the group's credentials for somebody who left."""
    forget(member, group)
    ids = GroupCredential.objects.filter(group=group.pk).order_by().values_list("content_object", flat=True)
    for space_id in sorted(set(ids)):
        lock_space(space_id)
        hooks.access_lost(actor, space_id, member.user)


def register():
    """Hand this floor's part to the ground floor."""
    groups.contribute(groups.Part(gives=gives, joined=joined, parted=parted, joining=forget, settle=settle))
