"""Moving many items at once: where each would go, the verdict for it, and who gains and loses by all of them."""

from collections import Counter, defaultdict
from copy import copy
from dataclasses import dataclass

from django.utils.crypto import salted_hmac

from content import alike, moves, readers
from content.move_preview import MOST_NAMED, Side
from content.names import Names, around
from content.referrers import closes_what_is_referred_to
from spaces import people
from spaces.models import Space
from spaces.rules import people_known
from tenants import access
from tenants import actor as actors
from tenants.access import Decision
from tenants.batches import READY, Verdict
from tenants.models import Member, Organization, User

NOWHERE = "You no longer see where they should go."


@dataclass(frozen=True, slots=True)
class Aim:
    """Where items shall be; None leaves a part as each has it."""

    space: Space | None
    organization: Organization | None
    owner: User | None

    def of(self, item):
        """Return the Place of one item."""
        given = {"space": self.space, "organization": self.organization, "owner": self.owner}
        return moves.place_of(item, **{name: value for name, value in given.items() if value is not None})


def aim_of(actor, parameters):
    """Return the Aim that a batch keeps, or None when something of it is not there for the actor any more."""
    spaces = access.narrow(Space.objects.filter(platform=actor.platform).select_related("platform"), actor, "see")
    rows = {"space": spaces, "organization": Organization.objects.filter(platform=actor.platform)}
    found = {name: rows[name].filter(pk=parameters[name]).first() for name in rows if parameters[name]}
    if parameters["owner"]:
        member = people.find_known(actor.platform_id, people_known(actor), parameters["owner"])
        found["owner"] = member and member.user
    return None if None in found.values() else Aim(**dict.fromkeys(Aim.__slots__) | found)


def may(actor, parameters):
    """Answer whether the actor works here and still sees where the items should go."""
    if not actor.works_content:
        return Decision(False, "No licence of yours lets you work with content.")
    return Decision(aim_of(actor, parameters) is not None, NOWHERE)


def judge(actor, parameters, found):
    """Return what says the verdict of one item; a few queries for any number of them."""
    aim = aim_of(actor, parameters)
    owners, closed = _owners(actor, aim, found), _closed(aim, found)

    def one(item):
        place = aim.of(item)
        if not place.moves(item) and not place.hands_over(item):
            return Verdict("already", "It is there already.")
        if not (decision := moves.may_place(actor, item, place)):
            return Verdict("refused", f"{decision.reason} {decision.remedy}".strip())
        if wrong := moves.fault(item, place, owners.get):
            return Verdict("no_owner" if wrong[1] == "owner" else "refused", wrong[0])
        if item.pk in closed:
            return Verdict("referenced", "Public content stays public while another space refers to it.")
        return Verdict(READY, _said(item, place))

    return one


def _owners(actor, aim, found):
    """Return {user: Actor} of everybody who would be content owner."""
    users = {aim.of(item).owner for item in found.values()}
    rows = Member.objects.filter(platform=actor.platform, user__in=users)
    return {one.user: one for one in actors.build(list(rows.select_related("platform", "company", "unit", "user")))}


def _closed(aim, found):
    afterwards = [(item, aim.of(item).space.visibility, item.maturity) for item in found.values()]
    return closes_what_is_referred_to(afterwards)


def _said(item, place):
    parts = [f"From {item.space} to {place.space}"] * (place.space.pk != item.space_id)
    parts += [f"{item.organization} to {place.organization}"] * (place.organization.pk != item.organization_id)
    parts += ["to its new content owner"] * place.hands_over(item)
    return f"{', '.join(parts)}."


def move(actor, parameters, item):
    """Move one item; return what is said of it."""
    aim = aim_of(actor, parameters)
    place = aim.of(item)
    moves.move_item(actor=actor, item=item, place=place)
    return "Moved." if place.moves(item) else "Handed over."


# --- who gains and who loses ---


def effects(actor, parameters, found):
    """Return what moving `found` changes for people, summed; None while there is nothing to move."""
    aim = aim_of(actor, parameters)
    if aim is None or not found:
        return None
    found = [item for item in found if moves.may_place(actor, item, aim.of(item))]
    if not found:
        return None
    gained, lost = sums([(item, moves.placed(item, aim.of(item))) for item in found])
    spaces = {pk for item in found for pk in (item.space_id, aim.of(item).space.pk)}
    names = [Names(actor, pk) for pk in {around(actor, pk) for pk in spaces}]
    sides = {"gains": _side(names, gained), "losses": _side(names, lost)}
    return sides | {"items": len(found), "token": _token(actor, found, (gained, lost))}


def _token(actor, found, sides):
    """Return what tells these gains and losses from others, and nobody who they are."""
    told = [sorted(item.pk for item in found)]
    told += [sorted((person.pk, number) for person, number in side.items()) for side in sides]
    return salted_hmac("effects of a move", f"{actor.user.pk} {told}", algorithm="sha256").hexdigest()


def _side(names, numbers):
    known = [(person, number) for person, number in numbers.most_common() if _known(names, person)][:MOST_NAMED]
    members = readers.named([person.pk for person, _number in known])
    rows = [(members[person.pk], number) for person, number in known]
    return Side(rows, len(numbers) - len(known), len(numbers))


def _known(names, person):
    """Tell whether the reader may know somebody around every space that is concerned."""
    return all(one.knows(person) for one in names)


def sums(pairs):
    """Return (gains, losses): Counter({Person: items}) over pairs of an item as it is and as it would be, by name.

    Items of equal facts are asked about once for people of equal reach; what somebody owns, before or after, or
    was given by a share is asked for them alone.
    """
    pairs = {item.pk: (item, there) for item, there in pairs}
    classes, own = _classes(pairs), _owned(pairs)
    rows = [row for pair in pairs.values() for row in pair]
    spaces, organizations = ({getattr(row, name) for row in rows} for name in ("space_id", "organization_id"))
    by_reach, found = {}, []
    for crowd in readers.everybody(rows):
        actor = crowd.actor
        key = tuple(alike.reach(actor, space_id, organizations) for space_id in sorted(spaces))
        if key not in by_reach:
            by_reach[key] = _changed(actor, classes)
        mine = own[actor.user.pk] | (actor.shares.keys() & pairs.keys())
        changed = [(len(pks - mine), opens) for pks, opens in by_reach[key]]
        changed += [(1, opens) for _pks, opens in _changed(actor, [(pairs[pk], pk) for pk in mine])]
        numbers = [sum(number for number, opens in changed if opens is way) for way in (True, False)]
        found += [(person, numbers) for person in crowd.people]
    found.sort(key=lambda row: row[0].place)
    return tuple(+Counter({person: numbers[way] for person, numbers in found}) for way in (0, 1))


def _classes(pairs):
    """Return [(stand-ins before and after, keys)] of pairs with equal facts."""
    groups = defaultdict(set)
    for pk, (item, there) in pairs.items():
        groups[_facts(item), _facts(there)].add(pk)
    return [(_nobodys(pairs[min(pks)]), pks) for pks in groups.values()]


def _owned(pairs):
    """Return {user_id: keys} of who owns what, before or after."""
    own = defaultdict(set)
    for pk, pair in pairs.items():
        for row in pair:
            own[row.owner_id].add(pk)
    return own


def _facts(item):
    return item.space_id, item.organization_id, item.category, item.maturity, item.platform_wide


def _nobodys(pair):
    """Return stand-ins that nobody owns, holds locked or was given."""
    found = [copy(row) for row in pair]
    for row in found:
        row.pk = row.owner_id = row.locked_by_id = None
    return found


def _changed(actor, classes):
    """Return [(keys, whether they open to `actor`)] of the pairs that open or close to them."""
    found = []
    for pair, pks in classes:
        had, has = (access.may(actor, "read", row) for row in pair)
        if had != has:
            found.append((pks, has))
    return found
