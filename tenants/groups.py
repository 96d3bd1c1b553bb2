"""User groups of a platform, kept by its Administrators: what a group is given, each active member holds through it.

Floors say what groups give there through a Part. What joining and leaving changes is said beforehand.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse

from tenants import access, audit, group_roles, memberships, naming, notifications
from tenants import actor as actors
from tenants.errors import Conflict, NotVisible, Unacceptable
from tenants.members import lock_member, lock_platform
from tenants.models import GroupMember, Member, Status, UserGroup

JOINING = (Status.PENDING, Status.ACTIVE)


@dataclass(frozen=True, slots=True)
class Part:
    """One floor's part of groups.

    `gives(actor, group, member)` lists in sentences what the group gives there, to `member` where one is named, as
    far as `actor` may know of it, or without naming items where `actor` is None; `joined(actor, group)` and
    `parted(actor, group)` return the Actor as they would be in the group and out of it; `effects(before, after)`
    says in what two such Actors differ. `joining(member, group)` readies a member who comes in;
    `settle(actor, member, group)` ends what hung on what a person held through it, after they left.
    """

    gives: Callable = lambda actor, group, member: []
    joined: Callable = lambda actor, group: actor
    parted: Callable = lambda actor, group: actor
    effects: Callable = lambda before, after: []
    joining: Callable = lambda member, group: None
    settle: Callable = lambda actor, member, group: None


PARTS: list[Part] = []


def contribute(part):
    """Add a floor's part."""
    PARTS.append(part)


# --- finding, and saying beforehand ---


def find_group(platform, pk):
    """Return a group of `platform`. Raise NotVisible for anybody else's."""
    found = UserGroup.objects.select_related("platform").filter(platform=platform, pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def people_of(group):
    """Return the Members in a group who have access or are invited, by name."""
    rows = Member.objects.filter(group_entries__group=group, status__in=JOINING)
    return rows.select_related("platform", "user", "company", "unit").order_by(*naming.by_name())


def gives(actor, group, member=None):
    """Return in sentences what the group gives, to `member` where one is named, as far as `actor` may know of it.

    For the record and the bell, which outlive what somebody reads, `actor` is None.
    """
    found = [line for part in reversed(PARTS) for line in part.gives(actor, group, member)]  # lower floors first
    return [*group_roles.gives(group), *found]


@dataclass(frozen=True, slots=True)
class Change:
    """What joining gives or leaving ends: sentences, and its effect in numbers."""

    lines: tuple[str, ...]
    effects: tuple[str, ...]


def joining(actor, group, member):
    """Return what `member` would get by joining, said to `actor`."""
    before = actors.build([member])[0]
    after = before
    for part in PARTS:
        after = part.joined(after, group)
    lines = [*gives(actor, group, member), *group_roles.warnings(group, member)]
    return Change(tuple(lines), _effects(before, after))


def leaving(actor, group, member):
    """Return what would end for `member` by leaving, said to `actor`."""
    before = actors.build([member])[0]
    after = before
    for part in PARTS:
        after = part.parted(after, group)
    return Change(tuple(gives(actor, group, member)), _effects(before, after))


def _effects(before, after):
    return tuple(line for part in PARTS for line in part.effects(before, after))


# --- acts ---


@transaction.atomic
def create_group(*, actor, name, description=""):
    """Make a group without people. Raises AccessDenied, and Unacceptable for a name that is none or taken."""
    platform, actor = lock_platform(actor)
    decision = access.require(actor, "manage_groups", platform)
    fields = _checked(platform, name, description)
    group = UserGroup.objects.make(platform=platform, created_by=actor.user, **fields)
    audit.record(actor, "group_created", group, decision=decision, after=fields)
    return group


@transaction.atomic
def edit_group(*, actor, group, name, description=""):
    """Give a group another name or description. Raises as `create_group`, and Conflict when nothing changes."""
    platform, actor, group, decision = lock_group(actor, group)
    fields, before = _checked(platform, name, description, besides=group), _facts(group)
    if fields == before:
        raise Conflict("It is called that already.")
    group.name, group.description = fields["name"], fields["description"]
    group.save(update_fields=["name", "description"])
    audit.record(actor, "group_edited", group, decision=decision, before=before, after=fields)
    return group


@transaction.atomic
def add_to_group(*, actor, group, member):
    """Put a member, active or pending, into a group; each role it gives takes its licence, or the act is refused.

    Raises AccessDenied, NotVisible, Unacceptable for somebody who is in already or has no access, Conflict when a
    licence that the group assigns is not to be had.
    """
    platform, actor, group, decision = lock_group(actor, group)
    member = lock_member(platform, member.pk)
    if member.status not in JOINING:
        raise Unacceptable(f"{member} has no access any more.", field="person", remedy="Invite them first.")
    _entry, made = GroupMember.objects.get_or_create(group=group, member=member, defaults={"added_by": actor.user})
    if not made:
        raise Unacceptable(f"{member} is in {group} already.", field="person")
    given = gives(None, group, member)
    group_roles.take_up(actor, group, member)
    for part in PARTS:
        part.joining(member, group)
    told = {"decision": decision, "subject": member.user, "after": {"person": str(member), "gives": given}}
    audit.record(actor, "group_joined", group, **told)
    _tell(actor, group, member, f"You are in the group {group} now.", given)


@transaction.atomic
def remove_from_group(*, actor, group, member):
    """Take a member out of a group; what they held through it ends at once. Raises AccessDenied, NotVisible."""
    platform, actor, group, decision = lock_group(actor, group)
    member = lock_member(platform, member.pk)
    if not GroupMember.objects.filter(group=group, member=member).exists():
        raise NotVisible
    ended = _part(actor, group, member)
    told = {"decision": decision, "subject": member.user, "before": {"person": str(member), "gave": ended}}
    audit.record(actor, "group_left", group, **told)
    _tell(actor, group, member, f"You are no longer in the group {group}.", ended)


@transaction.atomic
def delete_group(*, actor, group):
    """Delete a group; what its people held through it ends at once, and they are told."""
    platform, actor, group, decision = lock_group(actor, group)
    people = [lock_member(platform, pk) for pk in sorted(group.members.values_list("pk", flat=True))]
    before = _facts(group) | {"people": [str(member) for member in people], "gave": gives(None, group)}
    for member in people:
        ended = _part(actor, group, member)
        _tell(actor, group, member, f"The group {group} was deleted.", ended)
    pk = group.pk
    group.group.delete()
    group.pk = pk  # the record names what is gone
    audit.record(actor, "group_deleted", group, decision=decision, before=before)


def lock_group(actor, group):
    """Lock the platform, then the group; return (platform, actor as of now, group, the Decision that allows acting)."""
    platform, actor = lock_platform(actor)
    decision = access.require(actor, "manage_groups", platform)
    rows = UserGroup.objects.select_for_update(of=["self"]).select_related("group")
    stored = rows.filter(pk=group.pk, platform=platform).first()
    if stored is None:
        raise NotVisible
    stored.platform = platform
    return platform, actor, stored, decision


def leave_all(actor, member):
    """Take a member out of every group; part of ending a membership, with the member locked and licences accounted."""
    for group in list(member.user_groups.select_related("platform")):
        _part(actor, group, member, accounted=False)


def carry_over(member, other):
    """Hand the places of a pending membership to `other`, the same person's own on the platform."""
    known = other.group_entries.values("group")
    member.group_entries.exclude(group__in=list(known.values_list("group", flat=True))).update(member=other)
    member.group_entries.all().delete()


def _part(actor, group, member, *, accounted=True):
    """Take a member out and end what hung on it; return what the group gave them, in sentences."""
    ended = gives(None, group, member)
    group_roles.give_back(actor, group, member, accounted=accounted)
    GroupMember.objects.filter(group=group, member=member).delete()
    for part in PARTS:
        part.settle(actor, member, group)
    return ended


def _checked(platform, name, description, besides=None):
    name = " ".join(name.split())
    if not name:
        raise Unacceptable("Give the group a name.", field="name")
    taken = UserGroup.objects.filter(platform=platform, name__iexact=name)
    if taken.exclude(pk=getattr(besides, "pk", None)).exists():
        raise Unacceptable(f"There is a group {name} already.", field="name")
    return {"name": name, "description": " ".join(description.split())}


def _facts(group):
    return {"name": group.name, "description": group.description}


def _tell(actor, group, member, words, lines):
    """Put it in the bell of a person who is in already, and not by their own act."""
    if (actor and actor.user.pk == member.user_id) or not member.is_active:
        return
    notifications.notify(
        user=member.user,
        platform=member.platform,
        kind="group",
        subject=f"group:{group.pk}",
        text=" ".join([words, *(f"{line}." for line in lines)]),
        path=reverse("tenants:my_groups", args=[member.platform.slug]),
    )


# --- when a membership begins or ends ---


def _preview(member):
    return [f"being in the group {group} ends" for group in member.user_groups.order_by("name")]


def _offered(invitation):
    if invitation.member_id is None:
        return []
    member = Member.objects.select_related("platform", "company", "unit").get(pk=invitation.member_id)
    found = []
    for group in member.user_groups.order_by("name"):
        given = "; ".join(gives(None, group, member))
        found.append(f"A place in the group {group}" + (f", which gives: {given}" if given else ""))
    return found


def register():
    """Let groups end with a membership, and tell invited people of them before they accept."""
    memberships.register(memberships.Step(preview=_preview, end=leave_all, offered=_offered))
