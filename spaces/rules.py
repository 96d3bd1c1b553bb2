"""Who may do what to a space, and who may give which credential. Source: docs/access.md, section 9."""

from collections import defaultdict

from django.db.models import Q

from spaces.models import Space, Visibility
from tenants import access
from tenants.access import NOTHING, Policy, Rule, either
from tenants.rules import administrators


def spaces_of(held):
    """Return the Q of the spaces in which the given credentials stand."""
    ids = sorted({credential.space_id for credential in held})
    return Q(pk__among=ids) if ids else NOTHING


def reach(held):
    """Return the Q of the items that credentials cover: whole spaces, or one organization's part of them."""
    free = {credential.space_id for credential in held if not credential.restricted}
    bound = defaultdict(set)
    for credential in held:
        if credential.restricted and credential.space_id not in free:
            bound[credential.organization_id].add(credential.space_id)
    return either(
        Q(space__among=sorted(free)) if free else NOTHING,
        *(Q(space__among=sorted(ids), organization=organization) for organization, ids in sorted(bound.items())),
    )


def _held(actor, wanted):
    return spaces_of([held for held in actor.held if wanted(held)]) if actor.works_content else NOTHING


def holders(actor):
    """Hold in spaces where the actor has a live credential; a Public Reader's not in Private ones."""
    return _held(actor, lambda held: held.works or held.visibility != Visibility.PRIVATE)


def owners(actor):
    """Hold in spaces where the actor is unrestricted Owner."""
    return _held(actor, lambda held: held.is_owner and not held.restricted)


def restricted_owners(actor):
    """Hold in spaces where the actor is Owner (Restricted)."""
    return _held(actor, lambda held: held.is_owner and held.restricted)


def _mine(actor, row):
    held = next(held for held in actor.held if held.space_id == row.pk)
    said = f"You are {held.responsibility_name} in this space for {held.organization_name}"
    return f"{said}, {held.source}." if held.group_id else f"{said}."


HOLDER = Rule("9.1", "You hold a credential in this space.", holders, _mine)
OWNER = Rule("9.2", "You are Owner of this space.", owners)
OWNER_RESTRICTED = Rule("9.3", "You are Owner (Restricted) of this space.", restricted_owners)
ADMINISTRATOR = Rule("9.A", "You are an Administrator of this platform.", administrators)


def _refuse_stranger(actor, row):
    return "There is nothing here.", ""


def _refuse_owner(actor, row):
    return "An Owner of the space does this.", f"Ask an Owner of {row.title} or an Administrator of {actor.platform}."


def _refuse_administrator(actor, row):
    return (
        "Making a space narrower takes content away from people, so an Administrator does it.",
        f"Ask an Administrator of {actor.platform}.",
    )


def _owned(label, *more):
    return Policy(label, (ADMINISTRATOR, OWNER, *more), _refuse_owner, requires="see")


POLICIES = {
    "see": Policy("see a space and its visibility", (HOLDER, ADMINISTRATOR), _refuse_stranger),
    "edit": _owned("edit title and description"),
    "widen": _owned("widen visibility"),
    "narrow": Policy("narrow visibility", (ADMINISTRATOR,), _refuse_administrator, requires="see"),
    "delete": _owned("delete a space that holds no item"),
    "manage_members": _owned("add, change and remove credentials", OWNER_RESTRICTED),
    "give_any": _owned("give any responsibility of the space"),
    "see_record": _owned("see the record of the space"),
}


def register():
    """Hand the rules of this floor to the engine."""
    access.register(Space, POLICIES)


def people_known(actor, space_id=None):
    """Return None when the actor may know everybody's name, else the organizations whose people they may know.

    In a space its own credentials decide, outside a space all credentials held; a person whose credentials
    there are all restricted or Public Reader knows the people of those organizations and unrestricted Owners.
    """
    if actor.is_administrator:
        return None
    held = [held for held in actor.held if space_id is None or held.space_id == space_id]
    if any(not credential.restricted and credential.works for credential in held):
        return None
    return frozenset(credential.organization_id for credential in held)
