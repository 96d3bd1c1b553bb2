"""Members invite Externals into a space they own, while the platform lets them. Source: docs/access.md, section 9."""

from dataclasses import dataclass

from django.db import transaction

from spaces import inviting
from tenants import access, guest_roles
from tenants.errors import NotVisible, Unacceptable
from tenants.members import lock_platform
from tenants.models import Kind, Organization, Right


@dataclass(frozen=True, slots=True)
class Guest:
    """Who is invited: a canonical address, an external company or the name of a new one, a message."""

    email: str
    company: Organization | None
    company_name: str = ""
    message: str = ""


@transaction.atomic
def invite_guest(*, actor, guest, opened=(), entry=None):
    """Invite an External with the default roles and what is `opened`; return (invitation, token).

    Without a space, `entry` of inviting.dispatch asks whether the actor may share what it is about, and the floor
    stands behind it again at acceptance by a `vouches` of memberships.Step. Raises AccessDenied, TooMany, Conflict or
    Unacceptable.
    """
    platform, actor = lock_platform(actor)
    if actor is None:
        raise NotVisible
    decision = access.require(actor, "invite_external", platform)
    company = _external(platform, guest)
    roles, _added = inviting.with_prerequisites(guest_roles.default_roles(platform))
    batch = inviting.Batch(
        emails=(guest.email,),
        right=Right.EXTERNAL,
        company=company,
        company_name=guest.company_name,
        roles=tuple((role, False, True) for role in roles),
        opened=tuple(opened),
        message=guest.message,
        by_member=not actor.is_administrator,
    )
    [sent] = inviting.dispatch(actor, batch, decision, entry)
    if company is None:
        inviting.tell_of_company(actor, sent[0].company)
    return sent


def _external(platform, guest):
    """Return the external company that is meant, None for a new one; never the host company."""
    rows = Organization.objects.filter(platform=platform, parent=None, kind=Kind.COMPANY)
    name = " ".join(guest.company_name.split())
    company = rows.filter(pk=guest.company.pk).first() if guest.company else rows.filter(name__iexact=name).first()
    if company is not None and company.is_host:
        raise Unacceptable("Externals belong to an external company.", field="company")
    return company
