"""What a membership means on this floor: credentials that an invitation gives, and that end with the membership."""

from django.utils import timezone

from spaces import days, groups, hooks
from spaces.credentials import CredentialSpec, end_credentials, end_organizations, may_give, store_credential
from spaces.models import LADDER, AccessRequest, Credential, GroupCredential, RequestState, Responsibility
from spaces.owners import kept_alone, lock_space, make_owner
from spaces.people import within_reach
from tenants import access, memberships
from tenants.errors import AccessDenied, Conflict
from tenants.memberships import Estate

OWNER = "owner-"


def _unended(member):
    rows = Credential.objects.unended().filter(user=member.user_id, content_object__platform=member.platform_id)
    rows = rows.select_related("permission", "organization", "content_object__platform")
    return rows.order_by("content_object__title", "pk")


def preview(member):
    """Say which credentials end."""
    through = GroupCredential.objects.unended().filter(group__user_group__members=member)
    through = through.select_related("permission", "content_object", "group__user_group")
    own = [f"{row}" for row in _unended(member)]
    return own + [f"{row}, through the group {row.group.user_group}" for row in through.order_by("pk")]


def lock(member):
    """Lock the spaces in which the person holds a credential or in which an upper floor has work, in one order."""
    mine = Credential.objects.filter(user=member.user_id, content_object__platform=member.platform_id)
    held = {*mine.values_list("content_object", flat=True), *groups.spaces_of(member)}
    for space_id in sorted({*held, *hooks.concerned(member)}):
        lock_space(space_id)


def end(actor, member):
    """End the credentials; the Administrator who acts becomes Owner of spaces left without one."""
    asked = AccessRequest.objects.filter(member=member, state=RequestState.OPEN)
    asked.update(state=RequestState.WITHDRAWN, answered_at=timezone.now())
    return _taken_over(end_credentials(actor, member))


def _taken_over(titles):
    return {"spaces_taken_over": titles} if titles else {}


def leaving(member, organizations):
    """Say which credentials end when the person leaves these organizations."""
    rows = _unended(member).filter(organization__in=organizations)
    return [f"{row}" for row in rows]


def leave(actor, member, organizations):
    """End the credentials for these organizations; spaces keep an Owner as above."""
    taken = end_organizations(actor, member, organizations)
    for space_id in sorted(groups.spaces_of(member)):  # what a group holds follows the lowest employment
        hooks.access_lost(actor, space_id, member.user)
    return _taken_over(taken)


def held(member):
    """Return what the person holds as the rows of an invitation draft: the widest one of each space."""
    rows = list(_unended(member))
    widest = {}
    for row in sorted(rows, key=lambda row: (not row.restricted, _rung(row))):
        widest[row.content_object_id] = row
    return {"opened": [_opened(row) for row in widest.values()], "lines": [f"{row}" for row in rows]}


def _rung(row):
    return LADDER.get(row.get_responsibility(), 0)


def _opened(row):
    last = days.last_day(row.ends_at, row.content_object.platform.zone)
    return {
        "space": row.content_object_id,
        "responsibility": row.get_responsibility().value,
        "restricted": row.restricted,
        "ends_on": last.isoformat() if last else "",
    }


def estates(member):
    """Return the spaces that would be left without a lasting Owner, with who may become it."""
    spaces = kept_alone(member)
    people = within_reach(spaces, besides=member)
    return [
        Estate(f"{OWNER}{space.pk}", f"Last Owner of {space.title}", people[space.pk], "You become its Owner.")
        for space in spaces
    ]


def hand_over(actor, member, heirs):
    """Make the heirs Owners, by the rules of now; return what the record keeps."""
    named = {}
    for space in kept_alone(member):
        heir = heirs.get(f"{OWNER}{space.pk}")
        if heir is None:
            continue
        spec = CredentialSpec(Responsibility.OWNER, False, heir.employment)
        if not (decision := may_give(actor, space, heir, spec)):
            raise AccessDenied(decision)
        make_owner(space, heir, actor.user)
        named[space.title] = str(heir)
    return {"new_owners": named} if named else {}


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


def vouches(inviter, invitation):
    """Tell whether the inviter still owns a space that the invitation opens."""
    rows = invitation.credentials.select_related("space__platform")
    return any(access.can(inviter, "give_any", row.space) for row in rows)


def move(member, user):
    """Hand what a pending member was given to the account that accepts."""
    Credential.objects.filter(user=member.user_id, content_object__platform=member.platform_id).update(user=user)


def register():
    """Hand this floor's part to the ground floor."""
    step = memberships.Step(
        preview=preview,
        end=end,
        offered=offered,
        accept=accept,
        move=move,
        lock=lock,
        held=held,
        estates=estates,
        hand_over=hand_over,
        leaving=leaving,
        leave=leave,
        vouches=vouches,
    )
    memberships.register(step)
