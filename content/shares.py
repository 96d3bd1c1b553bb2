"""Give, change and end shares of items. Source of the rules: docs/access.md, section 7.

A share opens one item to one person or to the people of a group, past their responsibility and organization. Every
function that writes locks the group, then the item, asks again by the rows as they stand then, and writes one entry
in the record.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.contrib.auth.models import Permission
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from content import locks
from content.acts import MANAGING, SHARING
from content.models import GroupShare, Item, Level, Share
from content.stored import fresh, lock_row
from tenants import access, audit, groups, notifications
from tenants import actor as actors
from tenants.access import Decision
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.members import find_member
from tenants.models import Member, UserGroup

MANAGED = (Level.READ, Level.EDIT)  # what a manager by share gives and ends
FULL = tuple(rule for rule in SHARING if rule is not MANAGING)


@dataclass(frozen=True, slots=True)
class ShareSpec:
    """What a share shall be: its level, and an end or none."""

    level: str
    ends_at: datetime | None = None


def may_share(actor, item, recipient, spec):
    """Answer whether `actor` may share `item` with a Member or a UserGroup like this, by their rights of now."""
    first = access.can(actor, "share", item)
    if not first:
        return first
    if found := fault(actor, item, recipient, spec):
        return Decision(False, found[0], "7")
    if _any(FULL, _unbound(actor), item):
        return first
    beyond = _beyond_managing(actor, item, spec)
    if beyond is None or not _any(FULL, actor, item):
        return first if beyond is None else beyond
    return _within(item, recipient, first)


def fault(actor, item, recipient, spec):
    """Return (sentence, field) when nobody could share like this, else None."""
    if spec.level not in Level.values:
        return "Choose a level of the list.", "level"
    if spec.ends_at and spec.ends_at <= timezone.now():
        return "Choose an end in the future.", "ends_at"
    if recipient.platform_id != item.platform_id:
        return "Choose a person or a group of this platform.", "recipient"
    if isinstance(recipient, Member) and recipient.status not in groups.JOINING:
        return f"{recipient} has no access any more.", "recipient"
    if isinstance(recipient, Member) and recipient.user_id == actor.user.pk:
        return "Nobody shares with themselves.", "recipient"
    return None


def _any(rules, actor, item):
    return any(access.predicate(rule.where(actor), Item)(item) for rule in rules)


def _unbound(actor):
    """Return the actor without restricted credentials: what they could do then, they do not do by these alone."""
    free = tuple(held for held in actor.counting if not held.restricted)
    return replace(actor, held=free, compiled={})


def _beyond_managing(actor, item, spec):
    """Return why this cannot be given as manager by share, or None: up to Can edit, and not for longer than theirs."""
    if not _any((MANAGING,), actor, item) or spec.level not in MANAGED:
        return Decision(False, "Who manages by a share gives Can read and Can edit.", "7.5", "Ask its content owner.")
    ends = _managed_until(actor, item)
    if ends is None or (spec.ends_at and spec.ends_at <= ends):
        return None
    day = (ends - timedelta(microseconds=1)).astimezone(actor.platform.zone)
    sentence = f"It was shared with you until {day:%-d %b %Y}, and nobody gives for longer than they hold."
    return Decision(False, sentence, "7.5", "Choose an end no later than that.")


def _managed_until(actor, item):
    """Return when the last share ends by which the actor manages the item; None for never."""
    own = Share.objects.live().filter(user=actor.user)
    through = GroupShare.objects.live().filter(group__user_group__members=actor.member)
    ends = [
        end
        for rows in (own, through)
        for end in rows.filter(content_object=item, permission__codename=Level.MANAGE).values_list("ends_at", flat=True)
    ]
    return None if None in ends else max(ends, default=timezone.now())


def _within(item, recipient, first):
    """Answer for who shares by restricted credentials alone: only with people of the item's organization."""
    people = [recipient] if isinstance(recipient, Member) else list(groups.people_of(recipient))
    if people and all(item.organization_id in found.organizations for found in actors.build(people)):
        return first
    sentence = f"By a (Restricted) credential you share only with people of {item.organization}."
    remedy = "Choose a group whose people all belong to it." if isinstance(recipient, UserGroup) else ""
    return Decision(False, sentence, "7.R", remedy or "Ask somebody who holds an unrestricted one.")


def is_bound(actor, item):
    """Tell whether `actor` shares the item by restricted credentials alone: only with people of its organization."""
    return not _any(SHARING, _unbound(actor), item)


def levels(actor, item):
    """Return the levels that `actor` may give: a manager by share gives up to Can edit."""
    return tuple(Level) if _any(FULL, actor, item) else MANAGED


def may_change(actor, item, share):
    """Answer whether `actor` may change a stored share of the item, and end it whosever it is."""
    first = access.can(actor, "share", item)
    if not first or share.get_level() in MANAGED or _any(FULL, actor, item):
        return first
    return Decision(False, "Who manages by a share ends Can read and Can edit.", "7.5", "Ask its content owner.")


def may_end(actor, item, share):
    """Answer whether `actor` may end a stored share of the item: who may share, and the recipient their own."""
    if isinstance(share, Share) and share.user_id == actor.user.pk:
        reads = access.can(actor, "read", item)
        return Decision(True, "It was shared with you.", "7.6") if reads else reads
    return may_change(actor, item, share)


@transaction.atomic
def give_share(*, actor, item, recipient, spec):
    """Share an item with a Member or a UserGroup and return the share.

    Raises Unacceptable for what nobody could give, AccessDenied for what this actor may not, NotVisible for an item
    they do not read or a recipient of elsewhere, Conflict when it is shared with them already.
    """
    share, item, decision = store_share(actor=actor, item=item, recipient=recipient, spec=spec)
    _record(actor, "share_given", share, item, recipient, decision=decision, after=facts(share))
    _tell(actor, item, recipient, f"{actor.user} shared {item} with you: {share.get_level().label}.")
    return share


def store_share(*, actor, item, recipient, spec):
    """Store a share by the rules of now and return (share, item, Decision); part of an act that writes its own entry.

    Raises as `give_share`.
    """
    recipient, item, actor = _lock(actor, item, recipient)
    decision = _require(actor, item, recipient, spec)
    model, to = _stored_as(recipient)
    if model.objects.live().filter(content_object=item, **to).exists():
        raise Conflict(f"It is shared with {recipient} already.", "Change that share.")
    values = {"permission": _permission(spec.level), "ends_at": spec.ends_at, "given_by": actor.user}
    share, _made = model.objects.update_or_create(content_object=item, **to, defaults=values)
    return share, item, decision


@transaction.atomic
def change_share(*, actor, item, share, spec):
    """Give a share another level or end. Raises as `give_share`, and Conflict when nothing changes."""
    recipient, item, actor, share = _lock_share(actor, item, share)
    if not (decision := may_change(actor, item, share)):
        raise AccessDenied(decision)
    decision = _require(actor, item, recipient, spec)
    before = facts(share)
    share.permission, share.ends_at = _permission(spec.level), spec.ends_at
    if facts(share) == before:
        raise Conflict("It is shared like that already.")
    share.save()
    locks.settle([item])
    _record(actor, "share_changed", share, item, recipient, decision=decision, before=before, after=facts(share))
    _tell(actor, item, recipient, f"What {actor.user} shared with you is now {share.get_level().label}: {item}.")
    return share


@transaction.atomic
def end_share(*, actor, item, share):
    """End a share; a lock that only it allowed ends with it. Raises AccessDenied, NotVisible."""
    recipient, item, actor, share = _lock_share(actor, item, share)
    if not (decision := may_end(actor, item, share)):
        raise AccessDenied(decision)
    before = facts(share)
    share.delete()
    locks.settle([item])
    _record(actor, "share_ended", share, item, recipient, decision=decision, before=before)
    _tell(actor, item, recipient, f"{item} is no longer shared with you.")


def _lock(actor, item, recipient):
    """Lock the group, if it is one, then the item; return all as stored, the actor by the rows of now."""
    if isinstance(recipient, UserGroup):
        rows = UserGroup.objects.select_for_update(of=["self"]).select_related("group")
        recipient = rows.filter(pk=recipient.pk, platform=actor.platform).first()
        if recipient is None:
            raise NotVisible
    else:
        recipient = find_member(actor.platform, recipient.pk)
    item, actor = lock_row(actor, item.pk), fresh(actor)
    access.require(actor, "read", item)
    return recipient, item, actor


def _lock_share(actor, item, share):
    """Lock as above, for the recipient of a stored share of the item."""
    rows = type(share).objects.select_related("permission")
    stored = rows.filter(pk=share.pk, content_object=item.pk).first()
    if stored is None:
        raise NotVisible
    recipient, item, actor = _lock(actor, item, recipient_of(item, stored))
    stored = rows.filter(pk=share.pk, content_object=item).first()
    if stored is None:
        raise NotVisible
    stored.content_object = item
    return recipient, item, actor, stored


def recipient_of(item, share):
    """Return the Member or the UserGroup with whom an item is shared."""
    if isinstance(share, GroupShare):
        return UserGroup.objects.get(pk=share.group_id)
    return Member.objects.get(platform=item.platform_id, user=share.user_id)


def _require(actor, item, recipient, spec):
    access.require(actor, "share", item)
    if found := fault(actor, item, recipient, spec):
        raise Unacceptable(found[0], field=found[1])
    if not (decision := may_share(actor, item, recipient, spec)):
        raise AccessDenied(decision)
    return decision


def _stored_as(recipient):
    if isinstance(recipient, UserGroup):
        return GroupShare, {"group": recipient.group}
    return Share, {"user": recipient.user}


def _permission(level):
    content_type = {"content_type__app_label": "content", "content_type__model": "item"}
    return Permission.objects.get(codename=Level(level).value, **content_type)


def facts(share):
    """Return what the record keeps of a share; with whom is its subject, and a group is told by its number only."""
    ends = share.ends_at.isoformat() if share.ends_at else ""
    group = {"group": f"number {share.group_id}"} if isinstance(share, GroupShare) else {}
    return {"level": share.get_level().label, "ends": ends, **group}


def _record(actor, verb, share, item, recipient, **told):
    subject = recipient.user if isinstance(recipient, Member) else None
    audit.record(actor, verb, item, space_id=item.space_id, subject=subject, **told)


def _tell(actor, item, recipient, text):
    """Put it in the bells of whom it reaches, the actor aside, and not of people who are not in yet."""
    people = [recipient] if isinstance(recipient, Member) else groups.people_of(recipient)
    for member in people:
        if member.is_active and member.user_id != actor.user.pk:
            notifications.notify(
                user=member.user,
                platform=item.platform,
                kind="share",
                subject=f"share:{item.pk}",
                text=text,
                path=reverse("content:item_detail", args=[item.platform.slug, item.pk]),
            )
