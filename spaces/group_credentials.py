"""Give, change and end what a group holds in a space. Source of the rules: docs/access.md, section 9.

Giving to a group is giving to each person in it, so it is asked for each. Every function locks the group, then the
space, asks again by the rows as they stand then, and writes one entry in the record.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from spaces import days, hooks
from spaces.giving import CredentialSpec, beyond_end, beyond_kind, fault_of_kind, owning
from spaces.models import GroupCredential, Responsibility, Space
from spaces.owners import lock_space, permission_of
from spaces.places import space_url
from tenants import access, audit, groups, notifications
from tenants import actor as actors
from tenants.access import Decision
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.models import UserGroup


@dataclass(frozen=True, slots=True)
class GroupSpec:
    """What a group's credential shall be; the organization is each person's own lowest employment."""

    responsibility: str
    restricted: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def of(self, member):
        """Return what `member` gets by it."""
        return CredentialSpec(
            self.responsibility, self.restricted, member.employment, starts_at=self.starts_at, ends_at=self.ends_at
        )

    def __str__(self):
        restricted = " (Restricted)" if self.restricted else ""
        return f"{Responsibility(self.responsibility).label}{restricted}"


def spec_of(credential):
    """Return what a stored group credential is."""
    return GroupSpec(
        credential.get_responsibility().value, credential.restricted, credential.starts_at, credential.ends_at
    )


def may_give_group(actor, space, group, spec):
    """Answer whether `actor` may give the group this credential: whether they may give it to each person in it.

    An Owner (Restricted) gives nothing to a group that is empty or has a single person of another organization.
    """
    first = access.can(actor, "manage_members", space)
    if not first:
        return first
    if found := fault_of_kind(spec):
        return Decision(False, found[0], "9.0")
    if actor.is_administrator:
        return first
    refusal, people = Decision(False, "An Owner of the space does this."), None
    for held in owning(actor, space):
        people = list(groups.people_of(group)) if held.restricted and people is None else people
        refusal = _beyond_people(held, space, people, spec)
        if refusal is None:  # not `or`: a refusal is false
            refusal = beyond_end(held, actor.platform, spec)
        if refusal is None:
            return Decision(True, f"You are {held.responsibility_name} of this space.", first.code)
    return refusal


def _beyond_people(held, space, people, spec):
    """Return why an Owner (Restricted) may not give this to these people, or None."""
    if not held.restricted:
        return None
    if not people:
        sentence = f"An Owner (Restricted) gives only to people of {held.organization_name}; nobody is in the group."
        return Decision(False, sentence, "9.3", f"Ask an unrestricted Owner of {space.title}.")
    refusals = (beyond_kind(held, space, member, spec.of(member)) for member in people)
    return next((refusal for refusal in refusals if refusal is not None), None)


def may_touch_group(actor, space, credential):
    """Answer whether `actor` may change or end a stored group credential of the space."""
    first = access.can(actor, "manage_members", space)
    if not first or access.can(actor, "give_any", space):
        return first
    spec = spec_of(credential)
    unended = GroupSpec(spec.responsibility, spec.restricted, ends_at=_latest(actor, space))
    return may_give_group(actor, space, credential.group.user_group, unended)


def _latest(actor, space):
    """Return an end that every Owner credential of the actor allows, so that only the kind is asked."""
    return min((held.ends_at for held in owning(actor, space) if held.ends_at), default=None)


def groups_for(actor, space):
    """Return the groups to which the actor could give something here: all, or those of their own people alone."""
    found = list(UserGroup.objects.filter(platform=space.platform_id).order_by("name"))
    if access.can(actor, "give_any", space):
        return found
    least = GroupSpec(Responsibility.READER, restricted=True, ends_at=_latest(actor, space))
    return [group for group in found if may_give_group(actor, space, group, least)]


def group_rows(actor, space):
    """Return [(group credential, number of people, whether the actor may change it)] for who manages the space.

    Who gives anything here may change all; an Owner (Restricted) sees those of groups they could give something to.
    """
    if not access.can(actor, "manage_members", space):
        return []
    rows = GroupCredential.objects.unended().filter(content_object=space)
    present = Q(group__user_group__entries__member__status__in=groups.JOINING)
    rows = rows.annotate(people=Count("group__user_group__entries", filter=present))
    rows = rows.select_related("permission", "group__user_group", "given_by").order_by("group__user_group__name", "pk")
    if access.can(actor, "give_any", space):
        return [(row, row.people, True) for row in rows]
    known = {group.pk for group in groups_for(actor, space)} if rows else set()
    return [(row, row.people, bool(may_touch_group(actor, space, row))) for row in rows if row.group_id in known]


@transaction.atomic
def give_to_group(*, actor, space, group, spec):
    """Give the group a credential in `space` and return it. Raises as `spaces.credentials.give_credential` does."""
    group, space = _lock(actor, group, space)
    decision = _decide(actor, space, group, spec)
    identity = _identity(space, group, spec)
    if GroupCredential.objects.unended().filter(**identity).exists():
        raise Conflict(f"{group} already holds {spec} in {space}.", "Change that one.")
    values = {"starts_at": spec.starts_at, "ends_at": spec.ends_at, "given_by": actor.user}
    credential, _made = GroupCredential.objects.update_or_create(**identity, defaults=values)
    _after(actor, space, group, f"{credential} is yours now, through the group {group}.")
    audit.record(
        actor, "group_credential_given", credential, space_id=space.pk, decision=decision, after=facts(credential)
    )
    return credential


@transaction.atomic
def change_group_credential(*, actor, credential, spec):
    """Make a group's credential what `spec` says. Raises as above."""
    group, space = _lock(actor, credential.group.user_group, credential.content_object)
    credential = _reload(space, credential)
    _require_touch(actor, space, credential)
    decision = _decide(actor, space, group, spec)
    if GroupCredential.objects.filter(**_identity(space, group, spec)).exclude(pk=credential.pk).exists():
        raise Conflict(f"{group} already holds {spec} in {space}.", "Change or remove that one.")
    before = facts(credential)
    credential.permission = permission_of(spec.responsibility)
    credential.restricted, credential.starts_at, credential.ends_at = spec.restricted, spec.starts_at, spec.ends_at
    credential.save()
    _after(actor, space, group, f"{credential} is yours now, through the group {group}.")
    told = {"before": before, "after": facts(credential), "decision": decision}
    audit.record(actor, "group_credential_changed", credential, space_id=space.pk, **told)
    return credential


@transaction.atomic
def end_group_credential(*, actor, credential):
    """End a group's credential; a group keeps no space, so none is left without an Owner by it."""
    group, space = _lock(actor, credential.group.user_group, credential.content_object)
    credential = _reload(space, credential)
    decision = _require_touch(actor, space, credential)
    before, pk = facts(credential), credential.pk
    credential.delete()
    credential.pk = pk  # the record names what is gone
    _after(actor, space, group, f"{credential} is no longer yours through the group {group}.", gone=True)
    audit.record(actor, "group_credential_removed", credential, space_id=space.pk, decision=decision, before=before)


def _lock(actor, group, space):
    """Lock the group, then the space; return both as stored. Raise NotVisible when one is gone or elsewhere."""
    rows = UserGroup.objects.select_for_update(of=["self"]).select_related("group", "platform")
    stored = rows.filter(pk=group.pk, platform=actor.platform).first()
    if stored is None:
        raise NotVisible
    return stored, lock_space(space.pk)


def _reload(space, credential):
    rows = GroupCredential.objects.select_related("permission", "group__user_group")
    stored = rows.filter(pk=credential.pk, content_object=space).first()
    if stored is None:
        raise NotVisible
    stored.content_object = space
    return stored


def _fresh(actor, space):
    """Return the actor by the rows of now. Raise NotVisible or AccessDenied when they may not manage the space."""
    found = actors.of(actor.user, actor.platform)
    if found is None:
        raise NotVisible
    access.require(found, "manage_members", space)
    return found


def _require_touch(actor, space, credential):
    if not (decision := may_touch_group(_fresh(actor, space), space, credential)):
        raise AccessDenied(decision)
    return decision


def _decide(actor, space, group, spec):
    actor = _fresh(actor, space)
    if found := fault_of_kind(spec):
        raise Unacceptable(found[0], field=found[1])
    if not (decision := may_give_group(actor, space, group, spec)):
        raise AccessDenied(decision)
    return decision


def _identity(space, group, spec):
    permission = permission_of(spec.responsibility)
    return {"group": group.group, "content_object": space, "permission": permission, "restricted": spec.restricted}


def _after(actor, space, group, words, *, gone=False):
    """Settle what hung on it for each person in the group, and put it in their bells."""
    Space.objects.filter(pk=space.pk).update(active_at=timezone.now())
    for member in groups.people_of(group):
        hooks.access_lost(actor, space.pk, member.user)
        if member.is_active and member.user_id != actor.user.pk:
            notifications.notify(
                user=member.user,
                platform=space.platform,
                kind="credential",
                subject=f"group-credential:{space.pk}:{group.pk}",
                text=words,
                path="" if gone else space_url(space.platform.slug, space.pk),
                space_id=None if gone else space.pk,
            )


def facts(credential):
    """Return what the record keeps of a group's credential; days are those of the platform."""
    zone = credential.content_object.platform.zone
    return {
        "group": credential.group.user_group.name,
        "responsibility": credential.get_responsibility().label,
        "restricted": credential.restricted,
        "first_day": str(days.first_day(credential.starts_at, zone) or ""),
        "last_day": str(days.last_day(credential.ends_at, zone) or ""),
    }
