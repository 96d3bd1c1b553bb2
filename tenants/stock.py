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


def has_unit(platform, role, *, besides=None):
    """Lock the stock and tell whether a licence is free now; a grant `besides` does not count."""
    stock = lock_stock(platform, role)
    if stock is None or stock.expired(timezone.now()):
        return False
    held = besides is not None and besides.assigned and besides.member.status == Status.ACTIVE
    return used_units(stock) - held < stock.quantity


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


def _require_unit(member, role, grant=None):
    if member.status == Status.ACTIVE and not has_unit(member.platform, role, besides=grant):
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
    if member.grants.filter(role=role).exists():
        raise Unacceptable(f"{member} has {role} already.", field="role")
    if assigned:
        _require_unit(member, role)
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
    before = facts(stored)
    if assigned and not stored.assigned:
        _require_unit(member, stored.role)
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
    before = facts(stored)
    with ledger.accounted(member, Cause.UNGRANTED, actor.user):
        stored.delete()
    audit.record(actor, "role_ungranted", member, decision=decision, subject=member.user, before=before)


def settle_member(member, offers):
    """Store what an accepted invitation offers; return sentences about licences that were not to be had.

    `offers` are InvitationRoles. A grant that finds no free unit is made without a licence. Call with the member
    locked and still counted as pending, so that none of these units counts before it is taken.
    """
    told = []
    wanted = {offer.role: (offer.assigned, offer.restricted) for offer in offers}
    for grant in member.grants.select_related("role"):  # given while the person was pending
        wanted.setdefault(grant.role, (grant.assigned, grant.restricted))
    for role, (assigned, restricted) in sorted(wanted.items(), key=lambda pair: pair[0].pk):
        paid = assigned and has_unit(member.platform, role)
        if assigned and not paid:
            told.append(f"No licence of {role} was left, so it was granted without one.")
        values = {"assigned": paid, "restricted": restricted}
        RoleGrant.objects.update_or_create(member=member, role=role, defaults=values)
    return told


def facts(grant):
    """Return what the record keeps of a grant."""
    return {"role": grant.role.name, "assign licence": grant.assigned, "restrict usage": grant.restricted}
