"""Grants of roles and the licences they take: used units never exceed what a platform owns.

Source of the rules: docs/access.md, roles and licences. Every function that takes a unit locks the stock first.
"""

from django.db import transaction
from django.utils import timezone

from tenants import access, audit, ledger
from tenants.errors import Conflict, NotVisible, Unacceptable
from tenants.models import Cause, Member, Platform, RoleGrant, RoleStock, Status


def lock_stock(platform, role):
    """Return the stock row of a role, locked for the transaction, or None where the platform owns none."""
    rows = RoleStock.objects.select_for_update(of=["self"]).order_by("pk")  # by name would lock the platform too
    return rows.filter(platform=platform, role=role).first()


def used_units(stock):
    """Count the licences of a stock that active members use: pending and ended ones use none."""
    return ledger.counting(platform=stock.platform_id, role=stock.role_id)


def has_unit(member, role):
    """Lock the stock and tell whether `member` may use a licence now: one is free, or they use one already."""
    return _free(lock_stock(member.platform, role), member)


def could_have_unit(member, role):
    """Tell the same without locking anything, to say it beforehand."""
    return _free(RoleStock.objects.filter(platform=member.platform_id, role=role).first(), member)


def _free(stock, member):
    if stock is None or stock.expired(timezone.now()):
        return False
    mine = RoleGrant.objects.filter(member=member, role=stock.role_id, assigned=True, member__status=Status.ACTIVE)
    return used_units(stock) - mine.exists() < stock.quantity


def require_settings(platform, *, assigned, restricted):
    """Raise Conflict where a licence setting is off while Invitations from administrators is off.

    Locks the platform, so that the option cannot be turned off meanwhile; call it before any other row is locked.
    """
    if assigned and restricted:
        return
    stored = Platform.objects.select_for_update(no_key=True).get(pk=platform.pk)
    if not stored.invitations_from_administrators:
        raise Conflict(
            "Assign licence and Restrict usage stay on while Invitations from administrators is off.",
            "Turn that option on in Options.",
        )


def require_unit(member, role):
    """Lock the stock. Raise Conflict when an active member may not use a licence of `role` now."""
    if member.status == Status.ACTIVE and not has_unit(member, role):
        raise Conflict(
            f"No licence of {role} is left on {member.platform}.",
            "The operator of the installation sets the stock; or grant it without a licence.",
        )


def lock_member(member):
    """Return an active or pending member, locked for the transaction. Raise NotVisible for any other."""
    rows = Member.objects.select_for_update(of=["self"]).select_related("platform", "user")
    found = rows.filter(pk=member.pk, status__in=(Status.PENDING, Status.ACTIVE)).first()
    if found is None:
        raise NotVisible
    return found


@transaction.atomic
def set_stock(*, operator, stock, quantity, expires_at):
    """Set how many licences a platform owns of a role, and until when; return the stock as stored.

    `stock` may be new. Part of the operator's desk. Raises Conflict for a quantity below the units used.
    """
    stored = lock_stock(stock.platform, stock.role) or stock
    before = {"quantity": stored.quantity, "expires_at": str(stored.expires_at or "")} if stored.pk else {}
    require_quantity(stored, quantity)
    stored.quantity, stored.expires_at, stored.used = quantity, expires_at, used_units(stored)
    stored.save()
    after = {"quantity": quantity, "expires_at": str(expires_at or "")}
    audit.record(None, "stock_set", stored, user=operator, platform=stored.platform, before=before, after=after)
    return stored


def require_quantity(stock, quantity):
    """Raise Conflict when a locked stock uses more units than `quantity`."""
    used = used_units(stock)
    if quantity < used:
        are = "licence is" if used == 1 else "licences are"
        raise Conflict(f"{used} {are} in use, so the quantity stays at {used} or above.", "Free some first.")


@transaction.atomic
def grant_role(*, actor, member, role, assigned=True, restricted=True):
    """Grant `role` to a member and return the grant. Raises Conflict without a free unit or for a second grant."""
    decision = access.require(actor, "grant_roles", actor.platform)
    require_settings(actor.platform, assigned=assigned, restricted=restricted)
    member = lock_member(member)
    if member.grants.filter(role=role, through=None).exists():
        raise Unacceptable(f"{member} has {role} already.", field="role")
    if assigned:
        require_unit(member, role)
    with ledger.accounted(member, Cause.GRANTED, actor.user):
        grant = RoleGrant.objects.create(member=member, role=role, assigned=assigned, restricted=restricted)
    audit.record(actor, "role_granted", member, decision=decision, subject=member.user, after=facts(grant))
    return grant


@transaction.atomic
def set_grant(*, actor, grant, assigned, restricted):
    """Set Assign licence and Restrict usage of a grant. Raises Conflict without a free unit."""
    decision = access.require(actor, "grant_roles", actor.platform)
    require_settings(actor.platform, assigned=assigned, restricted=restricted)
    member = lock_member(grant.member)
    stored = RoleGrant.objects.select_for_update(of=["self"]).select_related("role").filter(pk=grant.pk).first()
    if stored is None:
        raise NotVisible
    _require_own(stored)
    before = facts(stored)
    if assigned and not stored.assigned:
        require_unit(member, stored.role)
    stored.assigned, stored.restricted = assigned, restricted
    if facts(stored) == before:
        raise Conflict("It is set like that already.")
    with ledger.accounted(member, Cause.ASSIGNED if assigned else Cause.UNASSIGNED, actor.user):
        stored.save(update_fields=["assigned", "restricted"])
    audit.record(
        actor, "role_changed", member, decision=decision, subject=member.user, before=before, after=facts(stored)
    )
    return stored


@transaction.atomic
def ungrant_role(*, actor, grant):
    """Take a role back; its licence is free at once."""
    decision = access.require(actor, "grant_roles", actor.platform)
    member = lock_member(grant.member)
    stored = RoleGrant.objects.select_related("role").filter(pk=grant.pk, member=member).first()
    if stored is None:
        raise NotVisible
    _require_own(stored)
    before = facts(stored)
    with ledger.accounted(member, Cause.UNGRANTED, actor.user):
        stored.delete()
    audit.record(actor, "role_ungranted", member, decision=decision, subject=member.user, before=before)


def _require_own(grant):
    """Refuse to change for one person what they hold through a group."""
    if grant.through is not None:
        group = grant.through.group
        raise Conflict(f"{grant.role} comes through the group {group}.", "Change the group, or take the person out.")


def settle_member(member, offers):
    """Store what an accepted invitation offers; return sentences about licences that were not to be had.

    `offers` are InvitationRoles. A grant that finds no free unit is made without a licence. Call with the member
    locked and still counted as pending, so that none of these units counts before it is taken.
    """
    told = []
    wanted = {offer.role: (offer.assigned, offer.restricted) for offer in offers}
    through = {}
    for grant in member.grants.select_related("role"):  # given while the person was pending, by hand or by a group
        if grant.through_id is None:
            wanted.setdefault(grant.role, (grant.assigned, grant.restricted))
        else:
            through.setdefault(grant.role, []).append(grant)
    for role in sorted(wanted.keys() | through.keys(), key=lambda role: role.pk):
        assigned, restricted = wanted.get(role, (False, False))
        groups = [grant.pk for grant in through.get(role, ()) if grant.assigned]
        paid = (assigned or groups) and has_unit(member, role)
        if (assigned or groups) and not paid:
            told.append(f"No licence of {role} was left, so it was granted without one.")
            RoleGrant.objects.filter(pk__in=groups).update(assigned=False)
        if role in wanted:
            values = {"assigned": bool(assigned and paid), "restricted": restricted}
            RoleGrant.objects.update_or_create(member=member, role=role, through=None, defaults=values)
    return told


def facts(grant):
    """Return what the record keeps of a grant."""
    return {"role": grant.role.name, "assign licence": grant.assigned, "restrict usage": grant.restricted}
