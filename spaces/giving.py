"""Who may give which credential, to whom, for how long. Source of the rules: docs/access.md, section 9."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from spaces.models import RESTRICTABLE, Credential, GroupCredential, Responsibility
from tenants import access
from tenants import actor as actors
from tenants.access import Decision
from tenants.models import Member, Organization, Status

GIVEABLE = (Status.PENDING, Status.ACTIVE)


@dataclass(frozen=True, slots=True)
class CredentialSpec:
    """What a credential shall be. `starts_at` None counts from now (pending members: from acceptance)."""

    responsibility: str
    restricted: bool
    organization: Organization
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    source: str = "owner"

    @property
    def unrestricted(self):
        """True for what opens content of every organization: not (Restricted), not Public Reader."""
        return not self.restricted and self.responsibility != Responsibility.PUBLIC_READER

    def __str__(self):
        restricted = " (Restricted)" if self.restricted else ""
        return f"{Responsibility(self.responsibility).label}{restricted} for {self.organization}"


def spec_of(credential):
    """Return what a stored credential is, as a CredentialSpec."""
    return CredentialSpec(
        responsibility=credential.get_responsibility().value,
        restricted=credential.restricted,
        organization=credential.organization,
        starts_at=credential.starts_at,
        ends_at=credential.ends_at,
        source=credential.source,
    )


def fault(space, member, spec):
    """Return (sentence, field) when nobody could give this, whoever asks, else None."""
    if member.platform_id != space.platform_id or member.status not in GIVEABLE:
        return f"{member} is no member of this platform.", "person"
    if spec.organization.pk not in actors.build([member])[0].organizations:
        return f"{member} does not belong to {spec.organization}.", "organization"
    return fault_of_kind(spec)


def fault_of_kind(spec):
    """Return (sentence, field) when nobody could hold this for these days, else None."""
    if spec.responsibility not in Responsibility.values:
        return "Choose a responsibility of the list.", "responsibility"
    if spec.restricted and spec.responsibility not in RESTRICTABLE:
        return "Public Reader has no (Restricted) form.", "restricted"
    if spec.ends_at and spec.ends_at <= timezone.now():
        return "Choose an end in the future.", "ends_at"
    if spec.ends_at and spec.starts_at and spec.ends_at <= spec.starts_at:
        return "Choose an end after the start.", "ends_at"
    return None


def may_give(actor, space, member, spec):
    """Answer whether `actor` may give `member` this credential in `space`, by their rights of now."""
    first = access.can(actor, "manage_members", space)
    if not first:
        return first
    if found := fault(space, member, spec):
        return Decision(False, found[0], "9.0")
    if actor.is_administrator:
        return first
    refusal = Decision(False, "An Owner of the space does this.")
    for held in owning(actor, space):
        refusal = beyond_kind(held, space, member, spec)
        if refusal is None:  # not `or`: a refusal is false
            refusal = beyond_end(held, actor.platform, spec)
        if refusal is None:
            return Decision(True, f"You are {held.responsibility_name} of this space.", first.code)
    return refusal


def may_touch(actor, space, credential):
    """Answer whether `actor` may change or remove a stored credential of `space`."""
    first = access.can(actor, "manage_members", space)
    if not first or access.can(actor, "give_any", space):
        return first
    member = member_of(space, credential.user_id)
    belongs = actors.build([member])[0].organizations
    refusal = Decision(False, f"{member} does not belong to your organization.", "9.3")
    for held in owning(actor, space):
        beyond = beyond_kind(held, space, member, spec_of(credential))
        if beyond is None and held.organization_id in belongs:
            return first
        refusal = refusal if beyond is None else beyond
    return refusal


def owning(actor, space):
    """Return the Owner credentials of the actor in the space, the widest first."""
    held = [held for held in actor.held if held.space_id == space.pk and held.is_owner]
    return sorted(held, key=lambda held: held.restricted)  # the widest first, so that its refusal is not the last


def beyond_kind(held, space, member, spec):
    """Return why an Owner (Restricted) may not give this, or None."""
    if not held.restricted:
        return None
    remedy = f"Ask an unrestricted Owner of {space.title}."
    if not spec.restricted:
        return Decision(False, "An Owner (Restricted) gives only (Restricted) credentials.", "9.3", remedy)
    if spec.organization.pk != held.organization_id:
        sentence = f"An Owner (Restricted) gives only credentials of {held.organization_name}."
        return Decision(False, sentence, "9.3", remedy)
    if holds_unrestricted(space, member.user_id):
        return Decision(False, f"{member} holds an unrestricted credential here.", "9.3", remedy)
    return None


def beyond_end(held, platform, spec):
    """Return why the end of the giver's own credential forbids this, or None."""
    if held.ends_at is None or (spec.ends_at and spec.ends_at <= held.ends_at):
        return None
    day = (held.ends_at - timedelta(microseconds=1)).astimezone(platform.zone)
    sentence = f"You are {held.responsibility_name} until {day:%-d %b %Y}, and nobody gives for longer than they hold."
    return Decision(False, sentence, "9.4", "Choose an end no later than that.")


def holds_unrestricted(space, user_id):
    """Tell whether a person holds a credential in `space` that is neither (Restricted) nor Public Reader."""
    return any(rows.filter(content_object=space).exists() for rows in _unrestricted(user_id))


def held_none_unrestricted(member):
    """Tell whether a member holds no unrestricted credential anywhere on the platform: one more opens much."""
    here = {"content_object__platform": member.platform_id}
    return not any(rows.filter(**here).exists() for rows in _unrestricted(member.user_id))


def _unrestricted(user_id):
    """Return the unrestricted credentials of a person, and those of their groups."""
    own = Credential.objects.unended().filter(user=user_id)
    through = GroupCredential.objects.unended().filter(group__user_group__members__user=user_id)
    return [
        rows.filter(restricted=False).exclude(permission__codename=Responsibility.PUBLIC_READER)
        for rows in (own, through)
    ]


def member_of(space, user_id):
    """Return the Member that a person is on the platform of `space`."""
    members = Member.objects.select_related("platform", "company", "unit", "user")
    return members.get(platform=space.platform_id, user=user_id)
