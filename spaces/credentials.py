"""Give, change, remove and choose credentials.

Every function that writes locks the member, then the space, and asks again by the rows as they stand then:
rights lost between opening a form and sending it count. Each writes one entry in the record.
"""

from django.db import transaction
from django.utils import timezone

from spaces import days, hooks
from spaces.giving import CredentialSpec, fault, may_give, may_touch, member_of, spec_of
from spaces.models import (
    AccessRequest,
    Credential,
    CurrentCredential,
    GroupCredential,
    RequestState,
    Responsibility,
    Space,
)
from spaces.owners import keep_owner, lasting_owners, lock_space, permission_of
from spaces.places import space_url
from tenants import access, audit, notifications
from tenants import actor as actors
from tenants.access import Decision
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.models import Member

__all__ = ["CredentialSpec", "may_give", "may_touch", "permission_of", "spec_of"]  # asked for here by upper floors

OPERATED = Decision(True, "An operator of the installation does this in the Django admin.", "OP")


@transaction.atomic
def give_credential(*, actor, space, member, spec, operator=None):
    """Give `member` a credential in `space` and return it.

    `operator` is a superuser who acts in the Django admin; then `actor` is None. Raises Unacceptable for what
    nobody could give, AccessDenied for what this actor may not, Conflict when the person holds it already.
    """
    member, space = _lock(member, space)
    decision = _decide_giving(actor, operator, space, member, spec)
    _refuse_archived(spec.organization)
    given_by = operator or actor.user
    credential = store_credential(space=space, member=member, spec=spec, given_by=given_by)
    _touch(space)
    _tell(actor, space, credential, "You are now")
    audit.record(
        actor,
        "credential_given",
        credential,
        **_concern(space, credential, operator, decision),
        after=facts(credential),
    )
    return credential


def store_credential(*, space, member, spec, given_by):
    """Store a credential in a locked space, past every rule and without an entry in the record; return it.

    For acts that asked `may_give` and record themselves, such as accepting an invitation. One that has ended
    comes to life again. Raises Conflict when the person holds the same one already.
    """
    identity = _identity(space, member, spec)
    if Credential.objects.unended().filter(**identity).exists():
        raise Conflict(f"{member} already holds {spec} in {space}.", "Change that one.")
    values = {"starts_at": spec.starts_at, "ends_at": spec.ends_at, "given_by": given_by, "source": spec.source}
    credential, _ = Credential.objects.update_or_create(**identity, defaults=values)
    asked = AccessRequest.objects.filter(space=space, member=member, state=RequestState.OPEN)
    asked.update(state=RequestState.GRANTED, answered_at=timezone.now(), answered_by=given_by)
    return credential


@transaction.atomic
def change_credential(*, actor, credential, spec, operator=None):
    """Make a credential what `spec` says, keeping its source. Raises as `give_credential` does.

    The last lasting Owner stays one: Conflict.
    """
    member, space = _lock(member_of(credential.content_object, credential.user_id), credential.content_object)
    credential = _reload(space, credential)
    decision = OPERATED if operator else _require_touch(actor, space, credential)
    _decide_giving(actor, operator, space, member, spec)
    if spec.organization.pk != credential.organization_id:
        _refuse_archived(spec.organization)
    _refuse_doubled(space, member, spec, credential)
    before, kept = facts(credential), lasting_owners(space)
    credential.permission = permission_of(spec.responsibility)
    credential.organization, credential.restricted = spec.organization, spec.restricted
    credential.starts_at, credential.ends_at = spec.starts_at, spec.ends_at
    credential.save()
    _keep_last(space, credential, kept)
    _after_loss(actor, space, credential.user)
    _tell(actor, space, credential, "You are now")
    audit.record(
        actor,
        "credential_changed",
        credential,
        **_concern(space, credential, operator, decision),
        before=before,
        after=facts(credential),
    )
    return credential


@transaction.atomic
def remove_credential(*, actor, credential, successor=None, heir=None, operator=None):
    """End a credential. `successor`, a Member, becomes Owner first where the last lasting one goes.

    `heir`, a Member, becomes content owner of what a person leaves whose last credential here this was. Raises
    Conflict for the last lasting Owner without a successor.
    """
    successor, space = _lock(successor, credential.content_object)
    credential = _reload(space, credential)
    decision = OPERATED if operator else _require_touch(actor, space, credential)
    before, kept, after = facts(credential), lasting_owners(space), {}
    if successor is not None:
        after |= _name_owner(actor, operator, space, successor)
    concern, pk = _concern(space, credential, operator, decision), credential.pk
    credential.delete()
    credential.pk = pk  # the record names what is gone
    _keep_last(space, credential, kept)
    if heir is not None:
        after |= _name_content_owner(space, credential.user, heir)
    _after_loss(actor, space, credential.user)
    _tell(actor, space, credential, "You are no longer", gone=True)
    audit.record(actor, "credential_removed", credential, **concern, before=before, after=after)


def _name_owner(actor, operator, space, successor):
    """Make `successor` Owner without an end; return what the record keeps of it."""
    spec = CredentialSpec(Responsibility.OWNER, False, successor.employment)
    _decide_giving(actor, operator, space, successor, spec)
    named = store_credential(space=space, member=successor, spec=spec, given_by=operator or actor.user)
    return {"successor": str(successor), **facts(named)}


def _name_content_owner(space, user, heir):
    """Give what `user` leaves behind to `heir`; return what the record keeps of it."""
    holder = actors.of(user, space.platform)
    if holder is not None and any(held.space_id == space.pk for held in holder.held):
        raise Conflict(f"{user} still holds a credential in {space}.", "Their Private items stay with them.")
    if heir.user_id == user.pk or not heir.is_active:
        raise Unacceptable("Choose an active person of the space as the new content owner.", field="heir")
    number = hooks.hand_over(space.pk, user, actors.build([heir])[0])
    return {"new_content_owner": str(heir), "private_items": number}


def _lock(member, space):
    """Lock the member, if any, then the space; return both as stored. Raise NotVisible when one is gone."""
    if member is not None:
        rows = Member.objects.select_for_update(of=["self"])
        member = rows.select_related("platform", "company", "unit", "user").filter(pk=member.pk).first()
        if member is None:
            raise NotVisible
    return member, lock_space(space.pk)


def _reload(space, credential):
    rows = Credential.objects.select_related("permission", "organization", "user")
    stored = rows.filter(pk=credential.pk, content_object=space).first()
    if stored is None:
        raise NotVisible
    stored.content_object = space
    return stored


def _fresh(actor):
    """Return the actor by the rows of now. Raise NotVisible when the membership is gone."""
    found = actors.of(actor.user, actor.platform)
    if found is None:
        raise NotVisible
    return found


def _require_touch(actor, space, credential):
    actor = _fresh(actor)
    access.require(actor, "manage_members", space)
    if not (decision := may_touch(actor, space, credential)):
        raise AccessDenied(decision)
    return decision


def _decide_giving(actor, operator, space, member, spec):
    """Return the Decision that allows giving. Raise Unacceptable, AccessDenied or NotVisible otherwise."""
    if operator is None:
        actor = _fresh(actor)
        access.require(actor, "manage_members", space)
    if found := fault(space, member, spec):
        raise Unacceptable(found[0], field=found[1])
    if operator is not None:
        return OPERATED
    if not (decision := may_give(actor, space, member, spec)):
        raise AccessDenied(decision)
    return decision


def _keep_last(space, credential, kept):
    """Refuse when this act took the last lasting Owner from the space."""
    if credential.pk in kept and not lasting_owners(space):
        raise Conflict(
            f"{credential.user} is the last Owner of {space} without an end.",
            "Make someone else Owner first: unrestricted and without an end.",
        )


def _refuse_archived(organization):
    """Refuse what would newly name an archived organization; what names it already stays."""
    if organization.is_archived:
        raise Unacceptable(f"{organization} is archived. An Administrator can restore it.", field="organization")


def _refuse_doubled(space, member, spec, credential):
    same = Credential.objects.filter(**_identity(space, member, spec))
    if same.exclude(pk=credential.pk).exists():
        raise Conflict(f"{member} already holds {spec} in {space}.", "Change or remove that one.")


def _identity(space, member, spec):
    return {
        "user": member.user,
        "content_object": space,
        "permission": permission_of(spec.responsibility),
        "organization": spec.organization,
        "restricted": spec.restricted,
    }


def _tell(actor, space, credential, words, *, gone=False):
    """Put it in the bell of whom it concerns: a person who is in already, and not by their own act.

    What they lost is told even to who no longer sees the space: it was theirs.
    """
    user = credential.user
    if (actor and actor.user.pk == user.pk) or not actors.of(user, space.platform).is_active:
        return
    notifications.notify(
        user=user,
        platform=space.platform,
        kind="credential",
        subject=f"credential:{space.platform_id}:{credential.pk}",
        text=f"{words} {credential}.",
        path="" if gone else space_url(space.platform.slug, space.pk),
        space_id=None if gone else space.pk,
    )


def _after_loss(actor, space, user):
    _touch(space)
    hooks.access_lost(actor, space.pk, user)


def _touch(space):
    Space.objects.filter(pk=space.pk).update(active_at=timezone.now())


def _concern(space, credential, operator, decision):
    shared = {"space_id": space.pk, "subject": credential.user, "decision": decision}
    return shared | {"user": operator, "platform": space.platform} if operator else shared


def facts(credential):
    """Return what the record keeps of a credential; days are those of the platform."""
    zone = credential.content_object.platform.zone
    return {
        "person": str(credential.user),
        "responsibility": credential.get_responsibility().label,
        "restricted": credential.restricted,
        "organization": str(credential.organization),
        "first_day": str(days.first_day(credential.starts_at, zone) or ""),
        "last_day": str(days.last_day(credential.ends_at, zone) or ""),
    }


# --- when a membership ends ---


def end_credentials(actor, member):
    """Delete all credentials of `member`, keeping every space with an Owner. Part of ending a membership.

    The Administrator who acts becomes Owner of the spaces left without one. Writes no entry in the record;
    returns the titles of those spaces for the entry of the act. Call inside its transaction, member locked.
    """
    mine = Credential.objects.filter(user=member.user_id, content_object__platform=member.platform_id)
    CurrentCredential.objects.filter(member=member).delete()
    return _end(actor, member, mine)


def end_organizations(actor, member, organizations):
    """Delete the credentials that `member` holds for organizations they no longer belong to; as above.

    The person stays a member, so an Administrator who does it to themselves may take over a space as well.
    """
    mine = Credential.objects.filter(
        user=member.user_id, content_object__platform=member.platform_id, organization__in=organizations
    )
    return _end(actor, member, mine, stays=True)


def _end(actor, member, mine, *, stays=False):
    taken = []
    for space_id in sorted(set(mine.values_list("content_object", flat=True))):
        space = lock_space(space_id)
        mine.filter(content_object=space).delete()
        if keep_owner(actor=actor, space=space, leaving=None if stays else member):
            taken.append(space.title)
        hooks.access_lost(actor, space.pk, member.user)
    return taken


# --- the current one ---


@transaction.atomic
def choose_credential(*, actor, credential_id):
    """Make one of the actor's live credentials the current one. Raises NotVisible for any other id."""
    held = next((held for held in actor.held if held.id == credential_id), None)
    credential = held and _stored(held)
    if credential is None:
        raise NotVisible
    kept = "group_credential" if held.group_id else "credential"
    chosen = {"credential": None, "group_credential": None, kept: credential}
    CurrentCredential.objects.update_or_create(member=actor.member, defaults=chosen)
    before = {"credential": str(actor.current)} if actor.current else {}
    audit.record(
        actor,
        "credential_chosen",
        credential,
        space_id=held.space_id,
        subject=actor.user,
        before=before,
        after={"credential": str(held)},
        decision=Decision(True, "You hold this credential.", "1"),
    )
    return held


def _stored(held):
    """Return the stored row of a held credential, or None when it has gone meanwhile."""
    if held.group_id:
        rows = GroupCredential.objects.select_related("permission", "content_object")
        return rows.filter(pk=-held.id, group=held.group_id).first()
    return Credential.objects.select_related("permission", "content_object", "organization").filter(pk=held.id).first()
