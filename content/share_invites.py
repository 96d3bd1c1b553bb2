"""Inviting somebody of another company by sharing an item; what such an invitation offers, and is asked again for."""

from django.db import transaction

from content.models import Share
from content.shares import ShareSpec, facts, may_share, store_share
from content.stored import lock_spaces
from spaces import guests
from tenants import access, audit


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
    rows = rows.filter(content_object__platform=invitation.platform_id).order_by("content_object__space", "pk")
    related = ("space", "platform", "organization")
    return rows.select_related("permission", *(f"content_object__{name}" for name in related))


def _said(share):
    """Name a share without the title: it may be read in a mail, and by somebody who never comes to read the item."""
    return f"{share.get_level().label} on {share.content_object.number} {share.content_object.revision}"


def offered(invitation):
    """Say which items the inviter shared with the invited person."""
    return [_said(share) for share in _shares(invitation)] if invitation.member_id else []


def accept(inviter, invitation, member):
    """End the shares that the inviter could no longer give, and name them."""
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
