"""Who gains or loses what by a share, before it is given, changed or ended: the same rules asked twice."""

from copy import copy
from dataclasses import dataclass, replace

from content.loaders import in_order
from content.models import Level
from spaces import previews
from tenants import access, groups
from tenants.actor import Received
from tenants.models import Member, UserGroup

ACTS = {"read": "reads it", "modify": "changes it", "share": "shares it with others"}
LEVELS = {
    Level.READ: "See the item, its files, history and discussion.",
    Level.EDIT: "Also change it and lock it, while it is Private or In Work.",
    Level.MANAGE: "Also give and end Can read and Can edit.",
}


@dataclass(frozen=True, slots=True)
class Effect:
    """What changes for one person: the acts they gain and lose, and whether they read the item before and after."""

    member: Member
    gains: tuple[str, ...]
    losses: tuple[str, ...]
    reads: tuple[bool, bool]

    @property
    def opens(self):
        """True for somebody who gains access."""
        return "read" in self.gains

    @property
    def closes(self):
        """True for somebody who loses access."""
        return "read" in self.losses

    @property
    def words(self):
        """What changes for them, in words."""
        gained, lost = (", ".join(ACTS[act] for act in acts if act != "read") for acts in (self.gains, self.losses))
        if self.opens:
            return f"gains access{', and ' * bool(gained)}{gained}"
        if self.closes:
            return "loses access"
        if not any(self.reads):
            return "gains nothing while no licence lets them work here"
        changes = [f"now also {gained}"] * bool(gained) + [f"no longer {lost}"] * bool(lost)
        return f"reads it already; {' and '.join(changes) or 'nothing changes for them'}"


def effects(item, recipient, level):
    """Return an Effect for each person whom a share of `level` reaches; level None is a share that ends.

    People who are invited are asked about as they will be once they accept.
    """
    group = recipient if isinstance(recipient, UserGroup) else None
    members = list(groups.people_of(group)) if group else [recipient]
    people = previews.accepted(members)
    standing = copy(item)
    standing.locked_by = standing.locked_by_id = None  # a lock passes, a share stays
    before = [_acts(people, act, standing) for act in ACTS]
    after = [_acts([_sharing(actor, item, level, group) for actor in people], act, standing) for act in ACTS]
    return [_effect(*row) for row in zip(members, zip(*before, strict=True), zip(*after, strict=True), strict=True)]


def _acts(people, act, item):
    return [bool(decision) for _actor, decision in access.who(people, act, item)]


def _effect(member, before, after):
    pairs = list(zip(ACTS, before, after, strict=True))
    return Effect(
        member,
        tuple(act for act, had, has in pairs if has and not had),
        tuple(act for act, had, has in pairs if had and not has),
        (before[0], after[0]),
    )


def _sharing(actor, item, level, group):
    """Return the actor with a share of `level`, their own or through the group, in place of the one they may have."""
    source = group.pk if group else None
    given = [one for one in actor.shares.get(item.pk, ()) if one.group_id != source]
    if level:
        given.append(Received(Level(level).value, source, group.name if group else ""))
    others = {pk: received for pk, received in actor.shares.items() if pk != item.pk}
    return replace(actor, shares=others | ({item.pk: in_order(given)} if given else {}), compiled={})
