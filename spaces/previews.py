"""What a change would open or close, in numbers, before it is made: the same rules asked twice.

The floor that keeps items contributes the counting; this floor knows only whom to ask and how to add up.
"""

from collections import Counter
from copy import copy
from dataclasses import dataclass, replace

from django.utils import timezone

from spaces.models import LADDER, InvitationCredential, Responsibility
from tenants import actor as actors
from tenants import crowds
from tenants.actor import Held
from tenants.models import Capability, InvitationState, Status

EXPOSURES = []
CONCERNED = []
READABLE = []


def contribute(exposure):
    """Let a floor count: `exposure(actors, space, widths) -> [{actor: {organization_id: items read}}, ...]`.

    It answers for the space as if it had each of these visibilities. Actors who read nothing may be missing.
    """
    EXPOSURES.append(exposure)


def contribute_concerned(concerned):
    """Let a floor say who is asked: `concerned(space, widths) -> (ids of users, whether people outside could read)`.

    The users are those whom the rules know by more than what they hold in the space.
    """
    CONCERNED.append(concerned)


def contribute_readable(readable):
    """Let a floor count what one actor, real or imagined, reads: `readable(actor) -> {space_id: items read}`."""
    READABLE.append(readable)


def exposure(people, space, widths):
    """Return [{actor: Counter(organization_id: items read in the space)}] as if it had each of these visibilities."""
    found = [{actor: Counter() for actor in people} for _width in widths]
    for count in EXPOSURES:
        for totals, counted in zip(found, count(people, space, widths), strict=True):
            for actor, numbers in counted.items():
                totals[actor].update(numbers)
    return found


def readable(actor):
    """Return Counter(space_id: items that `actor` reads there)."""
    totals = Counter()
    for count in READABLE:
        totals.update(count(actor))
    return totals


@dataclass(frozen=True, slots=True)
class Change:
    """What one person gains or loses: items, and how many of them are of other organizations than `own`."""

    member_id: int
    is_external: bool
    items: int
    others: int


def visibility_preview(space, visibility, *, own=frozenset()):
    """Return (gains, losses): lists of Change, most first, were `space` given `visibility`.

    `own` holds the organization ids of the Owner who asks; items of the others are counted apart.
    """
    apart, outside = set(), False
    for those in CONCERNED:
        alone, opened = those(space, (space.visibility, visibility))
        apart, outside = apart | alone, outside or opened
    found = crowds.towards(space.platform, [space.pk], apart=apart, outside=outside)
    before, after = exposure([crowd.actor for crowd in found], space, (space.visibility, visibility))
    sides = ((after, before), (before, after))
    return tuple(_most_first(_changes(found, had, has, own)) for had, has in sides)


def _changes(found, more, less, own):
    """Yield (Change, place) for each person who has more items one way than the other."""
    for crowd in found:
        items = more[crowd.actor] - less[crowd.actor]
        if number := items.total():
            others = sum(count for organization, count in items.items() if organization not in own)
            for person in crowd.people:
                yield Change(person.pk, crowd.actor.is_external, number, others), person.place


def _most_first(changes):
    return [change for change, _place in sorted(changes, key=lambda row: (-row[0].items, row[1]))]


def imagine(actor, space, spec):
    """Return `actor` as an active, fully licensed member who also holds the credential of `spec` in `space`."""
    responsibility = Responsibility(spec.responsibility)
    held = Held(
        id=0,
        space_id=space.pk,
        space_title=space.title,
        visibility=space.visibility,
        responsibility=responsibility.value,
        label=responsibility.label,
        level=LADDER.get(responsibility, 0),
        restricted=spec.restricted,
        organization_id=spec.organization.pk,
        organization_name=spec.organization.name,
        organization_accent=spec.organization.accent,
        ends_at=spec.ends_at,
    )
    return replace(working(actor), held=(*actor.held, held), compiled={})


def working(actor):
    """Return `actor` as they would be once active and licensed: a pending member reads from acceptance."""
    return replace(actor, member=in_access(actor.member), capabilities=frozenset(Capability.values), compiled={})


def accepted(members):
    """Return Actors for the members, invited ones as they will be once they accept and are licensed.

    What standing invitations will give in spaces counts with what they were given already. One query more than for
    the actors themselves.
    """
    pending = {member.pk for member in members if member.is_pending}
    found = actors.build([in_access(member) for member in members])
    rows = InvitationCredential.objects.filter(
        invitation__member__in=pending,
        invitation__state=InvitationState.SENT,
        invitation__expires_at__gt=timezone.now(),
    )
    coming = {}
    for row in rows.select_related("space", "organization", "invitation"):
        coming.setdefault(row.invitation.member_id, []).append(row)
    return [
        _accepted(actor, coming.get(actor.member.pk, ())) if actor.member.pk in pending else actor for actor in found
    ]


def _accepted(actor, coming):
    actor = working(actor)
    for row in coming:
        actor = imagine(actor, row.space, row)
    return actor


def in_access(member):
    """Return the member as they would be with access: built into an Actor, what waits for acceptance counts."""
    found = copy(member)
    found.status = Status.ACTIVE
    return found


def opens(actor, space, spec):
    """Return (items here, items elsewhere) that a credential would open to `actor` beyond what they read now."""
    before, after = readable(working(actor)), readable(imagine(actor, space, spec))
    gained = after - before
    here = gained.pop(space.pk, 0)
    return here, gained.total()


def closes(actor, space, credential_id):
    """Return how many items of `space` the actor reads by this credential alone."""
    rest = tuple(held for held in actor.held if held.id != credential_id)
    lost = readable(actor) - readable(replace(actor, held=rest, compiled={}))
    return lost[space.pk]


def most_opened(space, given):
    """Return how many items of `space` open to the one who gains most, of [(Member, CredentialSpec)]."""
    found = actors.build([member for member, _spec in given])
    before = [working(actor) for actor in found]
    after = [imagine(actor, space, spec) for actor, (_member, spec) in zip(found, given, strict=True)]
    (had,), (has,) = (exposure(people, space, [space.visibility]) for people in (before, after))
    return max(((has[new] - had[old]).total() for old, new in zip(before, after, strict=True)), default=0)
