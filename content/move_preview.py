"""Who gains and who loses an item by a move, said to somebody before it is done."""

from dataclasses import dataclass

from content import moves, readers
from content.names import Names, around

MOST_NAMED = 25


@dataclass(frozen=True, slots=True)
class Side:
    """Who gains, or who loses: names as far as known, and how many more."""

    rows: list
    others: int
    number: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What a move changes."""

    gains: Side
    losses: Side
    refusal: str
    token: str


def effect_of(actor, item, place):
    """Return the Effect of moving the item there: nobody gains or loses where it cannot be done."""
    decision, found = moves.may_place(actor, item, place), moves.fault(item, place)
    refusal = f"{decision.reason} {decision.remedy}".strip() if not decision else found[0] if found else ""
    gained, lost = ([], []) if refusal else readers.changes(item, place)
    token = ":".join(map(str, (place.space.pk, place.organization.pk, place.owner.pk, len(gained), len(lost))))
    return Effect(_side(actor, gained, place.space.pk), _side(actor, lost, item.space_id), refusal, token)


def _side(actor, found, space_id):
    names = Names(actor, around(actor, space_id))
    known = [one.person.pk for one in found if names.knows(one.person)][:MOST_NAMED]
    members = readers.named(known)
    return Side([members[pk] for pk in known], len(found) - len(known), len(found))
