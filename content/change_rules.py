"""Who raises and decides changes of an item, and what a change keeps people from. Source: docs/access.md, section 7."""

from django.db.models import Q

from content.models import Category
from content.rules import LEADER, owner
from spaces.rules import reach
from tenants import access
from tenants.access import EVERYTHING, NOTHING, Policy, Rule, both
from tenants.models import Capability, Platform
from tenants.rules import ADMINISTRATOR

CONTRIBUTOR = 2  # on the design ladder
LASTING = ~Q(category=Category.PERSONAL)


def contributor_here(actor):
    """Contributor or above in the space, whatever the category."""
    return reach([held for held in actor.counting if held.level >= CONTRIBUTOR])


def leader_here(actor):
    """Leader in the space, whatever the category."""
    return reach([held for held in actor.counting if held.level >= LEADER])


def _capability_told(actor, row):
    return (
        "Changes need the capability change, and no licence of yours gives it. "
        f"An Administrator of {actor.platform} can change that."
    )


UNDER_CHANGE = Rule(
    "7.U",
    "It is under a change, and its type is promoted by changes alone.",
    lambda actor: both(Q(change__isnull=False), Q(type__by_change=True)),
    lambda actor, row: (
        "It is under a change, and its type is promoted by changes alone. The change carries it on; who decides that "
        "change can take the item out of it, or end it."
    ),
)
CHANGELESS = Rule(
    "8.C",
    "The capability change is not usable.",
    lambda actor: NOTHING if actor.may(Capability.CHANGE) else EVERYTHING,
    _capability_told,
)
RAISING = Rule(
    "7.6",
    "You are Contributor or above in its space.",
    lambda actor: both(LASTING, contributor_here(actor)),
)
DECIDING = (
    Rule("7.7", "You are Leader in its space.", lambda actor: both(LASTING, leader_here(actor))),
    Rule("7.8", "You are Owner of its space.", lambda actor: both(LASTING, owner(actor))),
)


def works_on_changes(actor):
    """Hold for who raises or decides changes somewhere."""
    works = actor.works_content and actor.may(Capability.CHANGE)
    return (
        EVERYTHING if works and any(held.level >= CONTRIBUTOR or held.is_owner for held in actor.counting) else NOTHING
    )


ROUTES = Rule("7.R", "You raise or decide changes in a space.", works_on_changes)


def _refuse_routes(actor, row):
    return (
        "Whoever raises or decides changes is told of routes.",
        "It takes the capability change, and Contributor or above, or Owner, in a space.",
    )


POLICIES = {"know_routes": Policy("be told of the routes of changes", (ADMINISTRATOR, ROUTES), _refuse_routes)}


def refuse_raising(actor, row):
    """Word that somebody may not raise a change of the item."""
    return "A Contributor or above in its space raises a change of it.", f"Ask an Owner of {row.space}."


def refuse_deciding(actor, row):
    """Word that somebody may not decide a change of the item."""
    return "A Leader or an Owner of its space decides a change of it.", f"Ask a Leader of {row.space}."


def register():
    """Hand the rule about routes to the engine."""
    access.register(Platform, POLICIES)
