"""A space always keeps an unrestricted Owner without an end, an active member. This module knows how it is kept."""

from django.contrib.auth.models import Permission

from spaces.models import Credential, Responsibility, Space
from tenants import actor as actors
from tenants.errors import NotVisible
from tenants.models import Member, Right, Status


def permission_of(responsibility):
    """Return the guardian permission row that a responsibility is stored as."""
    return Permission.objects.get(
        content_type__app_label="spaces", content_type__model="space", codename=Responsibility(responsibility).value
    )


def lock_space(space_id):
    """Lock the row of a space until the transaction ends and return it. Raise NotVisible when it is gone."""
    space = Space.objects.select_for_update(of=["self"]).select_related("platform").filter(pk=space_id).first()
    if space is None:
        raise NotVisible
    return space


def lasting_owners(space):
    """Return the ids of the credentials that keep `space`: live, unrestricted, Owner, no end, of active members.

    A person's own: one held through a group keeps no space, for it ends with the group. Asks the stored rows, so
    lock the space first. A constant number of queries.
    """
    owners = Credential.objects.filter(
        content_object=space, permission__codename=Responsibility.OWNER, restricted=False, ends_at=None
    )
    members = Member.objects.filter(
        platform=space.platform_id, status=Status.ACTIVE, user__is_active=True, user__in=owners.values("user")
    )
    found = actors.build(list(members.select_related("platform", "company", "unit", "user")))
    return {held.id for actor in found for held in actor.held if held.space_id == space.pk and lasts(held)}


def lasts(held):
    """Tell whether a credential keeps its space: an unrestricted Owner's own, without an end."""
    return held.is_owner and not held.restricted and held.ends_at is None and held.group_id is None


def kept_alone(member):
    """Return the spaces whose lasting Owner credentials are all held by `member`, by title; a constant cost."""
    rows = Credential.objects.filter(permission__codename=Responsibility.OWNER, restricted=False, ends_at=None)
    rows = rows.filter(content_object__platform=member.platform_id)
    mine = rows.filter(user=member.user_id).values("content_object")
    others = Member.objects.filter(platform=member.platform_id, status=Status.ACTIVE, user__is_active=True)
    others = others.filter(user__in=rows.filter(content_object__in=mine).values("user"))
    found = actors.build(list(others.select_related("platform", "company", "unit", "user")))
    keepers = {}
    for actor in found:
        for held in actor.held:
            if lasts(held):
                keepers.setdefault(held.space_id, set()).add(actor.user.pk)
    alone = [space_id for space_id, users in keepers.items() if users == {member.user_id}]
    return list(Space.objects.select_related("platform").filter(pk__in=alone).order_by("title"))


def heir_of(actor, platform, leaving=None):
    """Return the member who becomes Owner of spaces left without one: the acting Administrator, else another."""
    if actor and actor.member.right == Right.ADMINISTRATOR and actor.member.pk != getattr(leaving, "pk", None):
        return actor.member
    administrators = Member.objects.filter(
        platform=platform, right=Right.ADMINISTRATOR, status=Status.ACTIVE, user__is_active=True
    )
    rows = administrators.exclude(pk=getattr(leaving, "pk", None)).select_related("company", "unit", "user")
    return rows.order_by("pk").first()


def keep_owner(*, actor, space, leaving=None):
    """Make the acting Administrator Owner of a locked space that has no lasting Owner left; return whether it did.

    Writes no entry in the record: it is part of the act that left the space without one.
    """
    if lasting_owners(space):
        return False
    heir = heir_of(actor, space.platform, leaving)
    if heir is None:
        return False
    make_owner(space, heir, actor.user if actor else heir.user)
    return True


def make_owner(space, heir, given_by):
    """Make the Member `heir` lasting Owner of a locked space, past every rule and without an entry in the record."""
    Credential.objects.update_or_create(
        user=heir.user,
        content_object=space,
        permission=permission_of(Responsibility.OWNER),
        organization=heir.employment,
        restricted=False,
        defaults={"starts_at": None, "ends_at": None, "given_by": given_by, "source": "platform"},
    )
