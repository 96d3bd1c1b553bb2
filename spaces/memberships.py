"""What a membership means on this floor: credentials that an invitation gives, and that end with the membership."""

from spaces.credentials import CredentialSpec, end_credentials, may_give, store_credential
from spaces.models import Credential, Responsibility
from spaces.owners import lock_space
from tenants import memberships
from tenants.errors import Conflict


def preview(member):
    """Say which credentials end."""
    rows = Credential.objects.unended().filter(user=member.user_id, content_object__platform=member.platform_id)
    rows = rows.select_related("permission", "organization", "content_object")
    return [f"{row}" for row in rows.order_by("content_object__title", "pk")]


def end(actor, member):
    """End the credentials; the Administrator who acts becomes Owner of spaces left without one."""
    end_credentials(actor, member)


def offered(invitation):
    """Say which credentials an invitation offers."""
    rows = invitation.credentials.select_related("space", "organization")
    return [
        f"{Responsibility(row.responsibility).label}{' (Restricted)' if row.restricted else ''} in {row.space.title} "
        f"for {row.organization}"
        for row in rows
    ]


def accept(inviter, invitation, member):
    """Give the credentials that the inviter may still give; name the others."""
    left_out = []
    rows = invitation.credentials.select_related("space__platform", "organization").order_by("space", "pk")
    for row in rows:
        space = lock_space(row.space_id)
        spec = CredentialSpec(
            row.responsibility, row.restricted, row.organization, ends_at=row.ends_at, source="invitation"
        )
        decision = may_give(inviter, space, member, spec)
        if not decision:
            left_out.append(f"{spec} in {space.title} was left out: {decision.reason}")
            continue
        try:
            store_credential(space=space, member=member, spec=spec, given_by=inviter.user)
        except Conflict:
            continue  # somebody gave it while the invitation stood
    return left_out


def move(member, user):
    """Hand what a pending member was given to the account that accepts."""
    Credential.objects.filter(user=member.user_id, content_object__platform=member.platform_id).update(user=user)


def register():
    """Hand this floor's part to the ground floor."""
    step = memberships.Step(preview=preview, end=end, offered=offered, accept=accept, move=move)
    memberships.register(step)
