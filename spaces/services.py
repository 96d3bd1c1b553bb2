"""Create, edit, open, close and delete spaces. Each act writes one entry in the record."""

from django.db import transaction
from django.utils import timezone

from spaces import hooks
from spaces.models import WIDTH, Credential, CurrentCredential, Responsibility, Space, Visibility
from spaces.owners import lock_space, permission_of
from tenants import access, audit, news_choices
from tenants import actor as actors
from tenants.errors import Conflict, NotVisible, Unacceptable
from tenants.models import Platform

VERBS = {
    "space_created": "created the space",
    "space_edited": "edited the space",
    "space_widened": "made wider the space",
    "space_narrowed": "made narrower the space",
    "space_deleted": "deleted the space",
    "credential_given": "gave the credential",
    "credential_changed": "changed the credential to",
    "credential_removed": "ended the credential",
    "group_credential_given": "gave a group the credential",
    "group_credential_changed": "changed the credential of a group to",
    "group_credential_removed": "ended the credential of a group",
    "access_asked": "asked to join the space",
    "access_withdrawn": "no longer asks to join the space",
    "access_refused": "did not let somebody into the space",
    "credential_chosen": "chose the credential",
}


@transaction.atomic
def create_space(*, actor, title, description="", visibility=Visibility.PRIVATE):
    """Create a space; its creator becomes Leader and Owner in it, and works as that Leader from now on.

    The organization is that of the current credential, else of the lowest employment.
    """
    platform = Platform.objects.select_for_update(no_key=True).get(pk=actor.platform_id)
    actor = _fresh(actor)
    decision = access.require(actor, "create_space", platform)
    space = Space(platform=platform, created_by=actor.user, **_checked(actor, title, description))
    space.visibility = _visibility(visibility)
    space.save()
    current = actor.current
    organization_id = current.organization_id if current else actor.member.employment.pk
    leader, _owner = (
        Credential.objects.create(
            user=actor.user,
            content_object=space,
            permission=permission_of(responsibility),
            organization_id=organization_id,
            given_by=actor.user,
            source="creator",
        )
        for responsibility in (Responsibility.LEADER, Responsibility.OWNER)
    )
    chosen = {"credential": leader, "group_credential": None}
    CurrentCredential.objects.update_or_create(member=actor.member, defaults=chosen)
    audit.record(
        actor,
        "space_created",
        space,
        decision=decision,
        space_id=space.pk,
        after=facts(space) | {"organization": str(leader.organization)},
    )
    return space


@transaction.atomic
def edit_space(*, actor, space, title, description=""):
    """Change title and description."""
    actor, space = _fresh(actor), lock_space(space.pk)
    decision = access.require(actor, "edit", space)
    before = facts(space)
    for name, value in _checked(actor, title, description, besides=space).items():
        setattr(space, name, value)
    space.active_at = timezone.now()
    space.save(update_fields=["title", "description", "active_at"])
    audit.record(actor, "space_edited", space, decision=decision, space_id=space.pk, before=before, after=facts(space))
    return space


@transaction.atomic
def change_visibility(*, actor, space, visibility, reason=""):
    """Widen a space as its Owner, or narrow it as an Administrator with a reason.

    Raises Conflict when it has that visibility already, Unacceptable for a missing reason.
    """
    actor, space = _fresh(actor), lock_space(space.pk)
    wanted, reason = _visibility(visibility), reason.strip()
    widens = WIDTH[wanted] > WIDTH[space.visibility]
    access.require(actor, "see", space)
    if wanted == space.visibility:
        raise Conflict(f"{space} is {wanted.label} already.", "Choose another visibility, or leave it as it is.")
    decision = access.require(actor, "widen" if widens else "narrow", space)
    if not widens and not reason:
        raise Unacceptable("Say why people lose content; they can read it in the record.", field="reason")
    before = facts(space)
    space.visibility, space.active_at = wanted, timezone.now()
    space.save(update_fields=["visibility", "active_at"])
    audit.record(
        actor,
        "space_widened" if widens else "space_narrowed",
        space,
        decision=decision,
        space_id=space.pk,
        before=before,
        after=facts(space),
        reason=reason,
    )
    return space


@transaction.atomic
def delete_space(*, actor, space):
    """Delete a space that holds no item. Raises Conflict for any other, without a number."""
    actor, space = _fresh(actor), lock_space(space.pk)
    decision = access.require(actor, "delete", space)
    if hooks.holds_items(space):
        raise Conflict(
            f"{space} holds items, perhaps some that you do not see.",
            "Move or delete them first; its trash is empty after 30 days, or sooner when it is deleted for good.",
        )
    pk, before = space.pk, facts(space)
    space.delete()
    space.pk = pk  # the record names what is gone
    news_choices.forget_space(pk)
    audit.record(actor, "space_deleted", space, decision=decision, space_id=pk, before=before)


def _fresh(actor):
    found = actors.of(actor.user, actor.platform)
    if found is None:
        raise NotVisible
    return found


def _visibility(value):
    if value not in Visibility.values:
        raise Unacceptable("Choose Public, Protected or Private.", field="visibility")
    return Visibility(value)


def _checked(actor, title, description, besides=None):
    """Return clean title and description. Titles repeat only among spaces that the actor cannot see."""
    title, description = " ".join(title.split()), description.strip()
    if not title:
        raise Unacceptable("Give the space a title.", field="title")
    for name, value in (("title", title), ("description", description)):
        longest = Space._meta.get_field(name).max_length
        if len(value) > longest:
            raise Unacceptable(f"Use at most {longest} characters; this has {len(value)}.", field=name)
    seen = access.narrow(Space.objects.filter(title__iexact=title), actor, "see")
    if seen.exclude(pk=besides.pk if besides else None).exists():
        raise Unacceptable(f"There is a space {title} already.", field="title", remedy="Choose another title.")
    return {"title": title, "description": description}


def facts(space):
    """Return what the record keeps of a space."""
    return {"title": space.title, "description": space.description, "visibility": space.visibility}


def register():
    """Declare the verbs of this floor."""
    audit.verbs(VERBS)
