"""Inviting somebody of another company by sharing an item; what an invitation offers, and is asked again for.

Shares that were kept when an access ended come back with the next invitation that is accepted, each by the rights
that its giver has then.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from content.models import Item, Share
from content.shares import ShareSpec, facts, may_share, store_share
from content.stored import lock_spaces
from spaces import guests
from tenants import access, audit
from tenants import actor as actors
from tenants.errors import DomainError
from tenants.models import User


@transaction.atomic
def invite_by_sharing(*, actor, item, guest, spec):
    """Invite an External with the default roles and a share that counts from acceptance; return (invitation, token).

    Raises as `guests.invite_guest` and `shares.give_share` do.
    """
    access.require(actor, "share", item)

    def entry(sent):
        [(invitation, _token)] = sent
        share, stored, decision = store_share(actor=actor, item=item, recipient=invitation.member, spec=spec)
        after = facts(share) | {"right": invitation.right, "roles": [str(row.role) for row in invitation.roles.all()]}
        told = {"subject": invitation.member.user, "decision": decision, "after": after}
        audit.record(actor, "guest_shared", stored, space_id=stored.space_id, **told)

    return guests.invite_guest(actor=actor, guest=guest, entry=entry)


def _shares(invitation):
    """Return the live shares that the inviter gave to the invited person."""
    rows = Share.objects.live().filter(user=invitation.member.user_id, given_by=invitation.inviter_id)
    rows = rows.filter(content_object__platform=invitation.platform_id, content_object__trashed_at=None)
    rows = rows.order_by("content_object__space", "pk")
    related = ("space", "platform", "organization")
    return rows.select_related("permission", *(f"content_object__{name}" for name in related))


def _said(share):
    """Name a share without the title: it may be read in a mail, and by somebody who never comes to read the item."""
    return f"{share.get_level().label} on {share.content_object.number} {share.content_object.revision}"


def offered(invitation):
    """Say which items the inviter shared with the invited person, and that what was shared before comes back."""
    if not invitation.member_id:
        return []
    kept = len(_kept(invitation.member))
    before = [f"{_counted(kept)} from before, where who gave it still may"] if kept else []
    return [_said(share) for share in _shares(invitation)] + before


def held(member):
    """Return the live shares of a person as `accept` takes them; in words only how many, since titles tell."""
    rows = Share.objects.live().filter(user=member.user_id, content_object__platform=member.platform_id)
    rows = rows.select_related("permission").order_by("content_object")
    shares = [
        {
            "item": share.content_object_id,
            "level": share.get_level().value,
            "ends_at": share.ends_at.isoformat() if share.ends_at else "",
            "giver": share.given_by_id,
        }
        for share in rows
    ]
    return {"shares": shares, "lines": [_counted(len(shares))]} if shares else {}


def _counted(number):
    return f"{number} {'share' if number == 1 else 'shares'}"


def _kept(member):
    """Return [(item id, ShareSpec, giver id)] of what was kept when the access ended and is not over since."""
    rows = [
        (row["item"], ShareSpec(row["level"], parse_datetime(row["ends_at"]) if row["ends_at"] else None), row["giver"])
        for row in member.held_before.get("shares", [])
    ]
    return [row for row in rows if row[1].ends_at is None or row[1].ends_at > timezone.now()]


def accept(inviter, invitation, member):
    """End the shares that the inviter could no longer give, and name them; give back what was kept."""
    return _asked_again(inviter, invitation, member) + _given_back(member)


def _given_back(member):
    """Give what was kept again in the name of its giver; return a sentence about what they no longer may give."""
    again = set(Share.objects.live().filter(user=member.user_id).values_list("content_object", flat=True))
    kept = [row for row in _kept(member) if row[0] not in again]
    items = {item.pk: item for item in Item.objects.filter(platform=member.platform_id, pk__in=[pk for pk, *_ in kept])}
    lock_spaces({item.space_id for item in items.values()})
    givers = User.objects.in_bulk({giver for *_, giver in kept})
    lost = sum(not _again(member, items.get(pk), spec, givers.get(giver)) for pk, spec, giver in kept)
    return [f"{_counted(lost)} from before: who gave it may no longer give it"] if lost else []


def _again(member, item, spec, giver):
    actor = item and giver and actors.of(giver, member.platform)
    if not actor:
        return False
    try:
        store_share(actor=actor, item=item, recipient=member, spec=spec)
    except DomainError:
        return False
    return True


def _asked_again(inviter, invitation, member):
    lock_spaces(_shares(invitation).order_by().values("content_object__space"))
    left_out = []
    for share in _shares(invitation):
        spec = ShareSpec(share.get_level().value, share.ends_at)
        if not (decision := may_share(inviter, share.content_object, member, spec)):
            left_out.append(f"{_said(share)} was left out: {decision.reason}")
            share.delete()
    return left_out


def vouches(inviter, invitation):
    """Tell whether the inviter may still share an item that they shared with the invited person."""
    return any(access.can(inviter, "share", share.content_object) for share in _shares(invitation))
