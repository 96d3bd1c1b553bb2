"""Where a member belongs: company, unit and further organizations, and what ends when that changes."""

from dataclasses import dataclass, field

from django.db import transaction

from tenants import access, audit, memberships
from tenants import actor as actors
from tenants.errors import Conflict, Unacceptable
from tenants.members import lock_member, lock_platform, require_access
from tenants.models import Organization
from tenants.rights import needs_confirmation, require_confirmation


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody shall belong: the company, the unit or department below it, if any, and further organizations."""

    company: Organization
    unit: Organization | None = None
    further: tuple[Organization, ...] = field(default=())


def place_of(member):
    """Return where `member` belongs now."""
    return Place(member.company, member.unit, tuple(member.organizations.order_by("name")))


def lost(member, place):
    """Return the ids of the organizations that `member` would no longer belong to."""
    found = actors.build([member])[0]
    unit = place.unit.pk if place.unit else None
    further = [organization.pk for organization in place.further]
    return found.organizations - actors.belonging(place.company.pk, unit, found.parents, further)


def endings(member, place):
    """Return sentences about what ends when `member` belongs to `place` instead."""
    return memberships.leaving(member, lost(member, place))


@transaction.atomic
def change_employment(*, actor, member, place, host_confirmed=False, reason=""):
    """Let an active member belong to `place`; what hangs on organizations they leave ends.

    The Administrator who acts becomes Owner of spaces left without one. Raises NotVisible, AccessDenied, Conflict
    for a member without access or when nothing changes, and Unacceptable for organizations that do not fit or an
    unconfirmed External of the host company.
    """
    platform, actor = lock_platform(actor)
    decision = access.require(actor, "manage_members", platform)
    member = lock_member(platform, member.pk)
    require_access(member)
    _require_fit(platform, place)
    _require_offered(place, place_of(member))
    if not member.company.is_host:
        require_confirmation(member, member.right, host_confirmed, place.company)
    before, left = _facts(place_of(member)), lost(member, place)
    if before == _facts(place):
        raise Conflict("They belong there already.", "Look at the page again.")
    ended = memberships.leaving(member, left)
    member.company, member.unit = place.company, place.unit
    member.save(update_fields=["company", "unit"])
    member.organizations.set(place.further)
    after = _facts(place) | memberships.leave(actors.of(actor.user, platform), member, left)
    told = {"decision": decision, "subject": member.user, "reason": reason}
    audit.record(
        actor, "employment_changed", member, before=before, after=after | ({"ended": ended} if ended else {}), **told
    )
    return member


def _require_fit(platform, place):
    if place.company.platform_id != platform.pk or place.company.parent_id is not None:
        raise Unacceptable("Choose a company of this platform.", field="company")
    parents = dict(Organization.objects.filter(platform=platform).values_list("pk", "parent_id"))
    if place.unit is not None and place.company.pk not in actors.line_of(place.unit.pk, parents):
        raise Unacceptable(f"{place.unit} is no part of {place.company}.", field="unit")
    if any(organization.platform_id != platform.pk for organization in place.further):
        raise Unacceptable("Choose organizations of this platform.", field="further")


def _require_offered(place, before):
    """Refuse an archived organization to which the person does not belong already."""
    was = {before.company, before.unit, *before.further}
    for name, one in (("company", place.company), ("unit", place.unit), *(("further", one) for one in place.further)):
        if one is not None and one.is_archived and one not in was:
            raise Unacceptable(f"{one} is archived. Restore it first.", field=name)


def asks(member, company):
    """Tell whether moving `member` to `company` would make an External of the host company of them."""
    return not member.company.is_host and needs_confirmation(member, member.right, company)


def _facts(place):
    return {
        "company": str(place.company),
        "unit": str(place.unit or ""),
        "further": sorted(str(organization) for organization in place.further),
    }
