"""Locks: who holds an item, and when a lock ends by itself. Source: docs/access.md, changing."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from content.models import Item
from content.stored import fresh, lock_row, lock_spaces, touch
from spaces.rules import people_known
from tenants import access, audit, notifications
from tenants import actor as actors
from tenants.errors import Conflict


@transaction.atomic
def lock_item(*, actor, item):
    """Lock an item for the actor. Raises AccessDenied, NotVisible, or Conflict when they hold it already."""
    item = lock_row(actor, item.pk)
    decision = _hold(actor, item)
    audit.record(actor, "item_locked", item, space_id=item.space_id, decision=decision)
    return item


@transaction.atomic
def check_out(*, actor, version):
    """Lock the item of the latest version of a file, to work on it: the caller then sends its bytes.

    Raises AccessDenied, NotVisible, or Conflict when somebody stored a later version or the actor holds it already.
    """
    file = version.file
    item = lock_row(actor, file.item_id)
    decision = _hold(actor, item)
    latest = file.versions.first()
    if latest is None or latest.pk != version.pk:
        raise Conflict(f"{file} has a later version by now.", "Check that one out.")
    after = {"file": file.name, "version": version.number}
    audit.record(actor, "file_checked_out", item, space_id=item.space_id, decision=decision, after=after)
    return item


def _hold(actor, item):
    decision = access.require(fresh(actor), "lock", item)
    if item.locked_by_id == actor.user.pk:
        raise Conflict("You have locked it already.")
    item.locked_by, item.locked_at = actor.user, timezone.now()
    touch(item, "locked_by", "locked_at")
    return decision


@transaction.atomic
def unlock_item(*, actor, item):
    """Give an item free. Raises AccessDenied for everybody but the holder."""
    item = lock_row(actor, item.pk)
    decision = access.require(fresh(actor), "unlock", item)
    _free(item)
    audit.record(actor, "item_unlocked", item, space_id=item.space_id, decision=decision)
    return item


@transaction.atomic
def break_lock(*, actor, item):
    """Break somebody's lock and tell them. Raises AccessDenied, or Conflict when nobody holds it."""
    item, actor = lock_row(actor, item.pk), fresh(actor)
    if item.locked_by_id is None:
        access.require(actor, "read", item)
        raise Conflict("Nobody has locked it any more.")
    decision = access.require(actor, "break_lock", item)
    holder = item.locked_by
    _free(item)
    audit.record(actor, "lock_broken", item, space_id=item.space_id, decision=decision, subject=holder)
    if holder != actor.user:
        _tell(holder, item, f"{_named(actor, holder, item)} broke your lock on {item.title}.")
    return item


def _named(actor, holder, item):
    """Name who acts, as far as the holder of the lock may know them: everybody may know the unrestricted Owners."""
    told = actors.of(holder, item.platform)
    known = people_known(told, item.space_id) if told else frozenset()
    owns = any(held.is_owner and not held.restricted and held.space_id == item.space_id for held in actor.held)
    employment = {actor.member.company_id, actor.member.unit_id}
    return str(actor.user) if known is None or owns or known & employment else "An Owner of the space"


def settle(items):
    """End the locks whose holders can no longer modify the item; they are told, and the locks do not return.

    Call inside the transaction of the act that changed facts. Returns how many ended.
    """
    ended, known = 0, {}
    for item in items:
        if item.locked_by_id is None:
            continue
        key = (item.locked_by_id, item.platform_id)
        if key not in known:
            known[key] = actors.of(item.locked_by, item.platform)
        holder = known[key]
        if holder is not None and access.can(holder, "modify", item):
            continue
        ended += 1
        _tell(item.locked_by, item, f"Your lock on {item.title} ended: you can no longer change it.")
        _free(item)
    return ended


def locked_in(platform, user, space_id=None):
    """Return the items of `platform` that `user` has locked, loaded and locked for settling."""
    rows = Item.objects.select_for_update(of=["self"]).select_related("space", "platform", "locked_by")
    rows = rows.filter(platform=platform, locked_by=user).order_by("pk")
    return list(rows.filter(space=space_id) if space_id else rows)


def release_all(platform, user):
    """End every lock of `user` on `platform`; the membership is over."""
    lock_spaces(Item.objects.filter(platform=platform, locked_by=user).order_by().values("space"))
    for item in locked_in(platform, user):
        _free(item)


def _free(item):
    item.locked_by = item.locked_at = None
    touch(item, "locked_by", "locked_at")


def _tell(user, item, text):
    path = reverse("content:item_detail", args=[item.platform.slug, item.pk])
    notifications.notify(
        user=user,
        platform=item.platform,
        kind="lock",
        subject=f"lock:{item.pk}",
        text=text,
        path=path,
        space_id=item.space_id,
    )
