"""Roles given to groups: each person in the group holds them through it, with a licence where the group assigns one.

A person takes one licence of a role, however many sources give it. Joining, and giving a group a role with a
licence, are refused while a licence is lacking; who accepts an invitation joins without it and is told.
"""

from contextlib import nullcontext

from django.db import transaction

from tenants import access, audit, ledger, stock
from tenants.errors import Conflict, NotVisible, Unacceptable
from tenants.members import lock_platform
from tenants.models import Cause, GroupGrant, Member, RoleGrant, Status, UserGroup


def gives(group):
    """Say which roles the group gives."""
    return [
        f"{grant.role}, {'with' if grant.assigned else 'without'} a licence"
        for grant in group.grants.select_related("role")
    ]


def warnings(group, member):
    """Say which licence is not to be had for `member`, so that joining would be refused."""
    if member.status != Status.ACTIVE:
        return []
    return [
        f"No licence of {grant.role} is left, so joining is refused"
        for grant in group.grants.filter(assigned=True).select_related("role")
        if not stock.could_have_unit(member, grant.role)
    ]


def take_up(actor, group, member):
    """Give a locked member the roles of a group they joined. Raises Conflict when a licence is lacking."""
    with ledger.accounted(member, Cause.GRANTED, actor.user):
        for grant in group.grants.select_related("role").order_by("role_id"):
            _give(grant, member)


def give_back(actor, group, member, *, accounted=True):
    """Take the roles of a group from a locked member; their licences are free at once."""
    by = actor.user if actor else None
    with ledger.accounted(member, Cause.UNGRANTED, by) if accounted else nullcontext():
        RoleGrant.objects.filter(member=member, through__group=group).delete()


def _give(grant, member):
    if grant.assigned:
        stock.require_unit(member, grant.role)
    RoleGrant.objects.create(
        member=member, role_id=grant.role_id, through=grant, assigned=grant.assigned, restricted=grant.restricted
    )


@transaction.atomic
def grant_to_group(*, actor, group, role, assigned=True, restricted=True):
    """Give `role` to each person of a group. Raises Conflict without enough licences, Unacceptable when it has it."""
    actor, group, decision = _lock(actor, group, assigned, restricted)
    if group.grants.filter(role=role).exists():
        raise Unacceptable(f"{group} has {role} already.", field="role")
    grant = GroupGrant.objects.create(group=group, role=role, assigned=assigned, restricted=restricted)
    for member in _people(group):
        with ledger.accounted(member, Cause.GRANTED, actor.user):
            _give(grant, member)
    audit.record(actor, "group_role_granted", group, decision=decision, after=_facts(grant))
    return grant


@transaction.atomic
def set_group_grant(*, actor, grant, assigned, restricted):
    """Set Assign licence and Restrict usage for everybody in the group. Raises Conflict without enough licences."""
    actor, group, decision = _lock(actor, grant.group, assigned, restricted)
    stored = _stored(group, grant)
    before = _facts(stored)
    stored.assigned, stored.restricted = assigned, restricted
    if _facts(stored) == before:
        raise Conflict("It is set like that already.")
    stored.save(update_fields=["assigned", "restricted"])
    for member in _people(group):
        with ledger.accounted(member, Cause.ASSIGNED if assigned else Cause.UNASSIGNED, actor.user):
            if assigned:
                stock.require_unit(member, stored.role)
            RoleGrant.objects.filter(member=member, through=stored).update(assigned=assigned, restricted=restricted)
    audit.record(actor, "group_role_changed", group, decision=decision, before=before, after=_facts(stored))
    return stored


@transaction.atomic
def ungrant_group(*, actor, grant):
    """Take a role back from a group; the licences are free at once."""
    actor, group, decision = _lock(actor, grant.group, True, True)
    stored = _stored(group, grant)
    before = _facts(stored)
    for member in _people(group):
        with ledger.accounted(member, Cause.UNGRANTED, actor.user):
            RoleGrant.objects.filter(member=member, through=stored).delete()
    stored.delete()
    audit.record(actor, "group_role_ungranted", group, decision=decision, before=before)


def _lock(actor, group, assigned, restricted):
    """Lock the platform and the group; return (actor as of now, group, the Decision that allows acting)."""
    platform, actor = lock_platform(actor)
    decision = access.require(actor, "grant_roles", platform)
    stock.require_settings(platform, assigned=assigned, restricted=restricted)
    rows = UserGroup.objects.select_for_update(of=["self"]).select_related("platform")
    stored = rows.filter(pk=group.pk, platform=platform).first()
    if stored is None:
        raise NotVisible
    return actor, stored, decision


def _people(group):
    """Lock and return the people in a group."""
    rows = Member.objects.select_for_update(of=["self"]).select_related("platform", "user")
    ids = group.members.values_list("pk", flat=True)
    return list(rows.filter(pk__in=list(ids), status__in=(Status.PENDING, Status.ACTIVE)).order_by("pk"))


def _stored(group, grant):
    stored = group.grants.select_related("role").filter(pk=grant.pk).first()
    if stored is None:
        raise NotVisible
    return stored


def _facts(grant):
    return {"role": grant.role.name, "assign licence": grant.assigned, "restrict usage": grant.restricted}
