"""What people may do to an item, act by act. Source: docs/access.md, sections 4 to 7.

Every policy but reading presupposes that the actor reads the item now.
"""

from dataclasses import replace

from django.db.models import Q

from content.change_rules import CHANGELESS, DECIDING, RAISING, UNDER_CHANGE, refuse_deciding, refuse_raising
from content.models import Category, Item, ItemType, Level, Maturity
from content.rules import (
    AUTHOR,
    COMMENTING,
    FINAL,
    FROZEN,
    IN_WORK,
    LISTING,
    LOCKED,
    MARKING,
    NEEDS,
    NO_EVALUATING,
    OBSOLETE,
    PERSONAL,
    PRIVATE,
    READING,
    RELEASED,
    SHARED,
    STANDING,
    SUPERSEDED,
    THRESHOLD,
    TRASHED,
    UNLICENSED,
    administrator,
    at_level,
    content_owner,
    content_owner_here,
    gate,
    leader,
    leading_organization,
    owner,
    owner_now,
    responsible,
    rung,
    sharer,
)
from tenants import access
from tenants.access import NOTHING, Decision, Policy, Rule, both, either, neither

NOT_PERSONAL = ~Q(category=PERSONAL)
OWN_PERSONAL = Rule(
    "5.P",
    "You are the content owner of this personal item and hold a credential in the space.",
    lambda actor: both(Q(category=PERSONAL), content_owner_here(actor)),
)


def _when(code, sentence, who, *states):
    """Return a Rule that holds for `who` while the item is in one of `states`."""
    return Rule(code, sentence, lambda actor: both(Q(maturity__in=states), who(actor)))


def _frozen_leader(actor):
    return leader(actor) if actor.platform.leader_edits_frozen else NOTHING


def _early_leader(actor):
    return NOTHING if actor.platform.freeze_before_release else leader(actor)


# --- refusals: what is so, and who can change it ---

OWN_PRIVATE = "It is Private: only its content owner changes it, at the level of its category."
REVISE = "Revise it: an Author or above makes a new revision, In Work."
NEXT_STEPS = {
    PRIVATE: (OWN_PRIVATE, "Its content owner can make it In Work."),
    IN_WORK: ("That takes a responsibility at the level of its category in this space.", ""),
    FROZEN: ("It is Frozen.", "A Leader or its content owner can take it back to In Work."),
    RELEASED: ("It is Released, and Released content does not change.", REVISE),
    OBSOLETE: ("It is Obsolete, and Obsolete content does not change.", REVISE),
    Maturity.NONE: ("It is personal: only its content owner does this.", ""),
}
WHO_CREATES = {
    Category.PERSONAL: "Reader",
    Category.EVALUATION: "Contributor",
    Category.DEFINITION: "Author",
    Category.RESOURCE: "Leader",
    Category.ADMINISTRATIVE: "Owner",
}


def _refuse_state(actor, row):
    sentence, remedy = NEXT_STEPS[row.maturity]
    if row.maturity == IN_WORK:
        level = WHO_CREATES[row.category]
        sentence = f"Changing {Category(row.category).label} takes {level} or above in {row.space}."
        sentence = (
            f"Changing {Category(row.category).label} takes Owner of {row.space}." if level == "Owner" else sentence
        )
    return sentence, remedy or f"Ask an Owner of {row.space} for that responsibility."


def _refuse_leader(actor, row):
    return "A Leader does this.", f"Ask a Leader of {row.space}."


def _refuse_owner(actor, row):
    return (
        "An Owner does this, by the current credential.",
        f"Ask an Owner of {row.space}, or switch to that credential if you hold it.",
    )


WHO_DELETES = {
    PRIVATE: ("It is Private: only its content owner deletes it.", "They can make it In Work."),
    IN_WORK: ("Its content owner at the level of its category, a Leader or an Owner deletes it.", ""),
    FROZEN: ("It is Frozen: only an Owner deletes it.", ""),
    RELEASED: ("Released items stay.", "A Leader can make it Obsolete."),
    OBSOLETE: ("Obsolete items stay.", "They are readable and no longer to be used."),
    Maturity.NONE: (
        "It is personal: only its content owner deletes it.",
        "An Owner of the space can, once its content owner holds no credential there.",
    ),
}


def _refuse_delete(actor, row):
    sentence, remedy = WHO_DELETES[row.maturity]
    return sentence, remedy or f"Ask an Owner of {row.space}."


def _refuse_revise(actor, row):
    if row.maturity in (PRIVATE, IN_WORK):
        return "It can still be changed as it is.", "Freeze or release it first."
    return "An Author or above at the level of its category revises it.", f"Ask an Owner of {row.space}."


def _refuse_holder(actor, row):
    return "Only the person who locked it unlocks it.", f"An Owner of {row.space} can break the lock."


def _refuse_move(actor, row):
    if row.category == PERSONAL:
        return "It is personal: only its content owner moves it, and it does not change hands.", ""
    return "Its content owner, a Leader or an Owner does this.", f"Ask an Owner of {row.space}."


def _refuse_share(actor, row):
    if row.category == PERSONAL:
        return "A personal item is not shared.", ""
    sentence = "Its content owner at the level of its category, a Leader of its organization or an Owner shares it."
    return sentence, f"Ask an Owner of {row.space}."


def _refuse_talk(actor, row):
    return (
        "The discussion is for people who work in the space: not for Public Readers, and not from outside.",
        f"Ask an Owner of {row.space} for a responsibility from Reader on.",
    )


def _refuse_mark(actor, row):
    return (
        "Marking up takes Contributor or above by the current credential, as evaluation content does.",
        f"Ask an Owner of {row.space}, or switch to that credential if you hold it.",
    )


def _refuse_reading(actor, row):
    return "There is nothing here.", ""


# --- the table ---

MODIFYING = (
    _when("5.1", "You are its content owner at the level of its category.", responsible, PRIVATE),
    _when("5.2", "You are at the level of its category.", at_level, IN_WORK),
    _when("5.3", "You are Leader, and Leaders change Frozen content here.", _frozen_leader, FROZEN),
    Rule(
        "7.1",
        "It was shared with you to edit.",
        lambda actor: both(Q(maturity__in=(PRIVATE, IN_WORK)), sharer(actor, Level.EDIT, Level.MANAGE)),
    ),
    OWN_PERSONAL,
)
REGULAR = {
    PRIVATE: (_when("6.1", "You are its content owner at the level of its category.", responsible, IN_WORK),),
    IN_WORK: (
        _when("6.1", "You are its content owner at the level of its category.", responsible, PRIVATE),
        _when("6.2", "You are its content owner at the level of its category.", responsible, FROZEN),
        _when("6.3", "You are Leader.", leader, FROZEN),
    ),
    FROZEN: (
        _when("6.2", "You are its content owner at the level of its category.", responsible, IN_WORK),
        _when("6.3", "You are Leader.", leader, IN_WORK),
    ),
    RELEASED: (
        _when("6.4", "You are Leader.", leader, FROZEN),
        _when("6.5", "You are Leader, and nothing here asks to freeze first.", _early_leader, IN_WORK),
    ),
    OBSOLETE: (_when("6.6", "You are Leader.", leader, RELEASED),),
}


def _exception(target):
    """Return the Rule by which an Owner forces the transition to `target` that the table does not allow them."""
    sources = [state for state in (*SHARED, PRIVATE) if state != target and (target in FINAL or state not in FINAL)]

    def where(actor):
        regular = either(*(rule.where(actor) for rule in REGULAR[target]))
        return both(Q(maturity__in=sources), NOT_PERSONAL, owner_now(actor), neither(regular))

    return Rule("6.X", "You are Owner by your current credential; a reason is asked and kept.", where)


def _policy(label, allow, refuse, *block):
    return Policy(label, tuple(allow), refuse, block=block, gate=gate, requires="read")


def _maturity_policies():
    for target, regular in REGULAR.items():
        label = Maturity(target).label
        yield (
            f"to_{target}",
            _policy(f"change maturity to {label}", regular, _refuse_transition(target), LOCKED, UNDER_CHANGE),
        )
        yield (
            f"exception_to_{target}",
            _policy(
                f"change maturity to {label} by exception", (_exception(target),), _refuse_owner, LOCKED, UNDER_CHANGE
            ),
        )


BY_CONTENT_OWNER = "its content owner at the level of its category"
BY_LEADER = "a Leader"
STEPPING = {
    (PRIVATE, IN_WORK): BY_CONTENT_OWNER,
    (IN_WORK, PRIVATE): BY_CONTENT_OWNER,
    (IN_WORK, FROZEN): f"{BY_CONTENT_OWNER}, or a Leader,",
    (FROZEN, IN_WORK): f"{BY_CONTENT_OWNER}, or a Leader,",
    (FROZEN, RELEASED): BY_LEADER,
    (IN_WORK, RELEASED): BY_LEADER,
    (RELEASED, OBSOLETE): BY_LEADER,
}


def _refuse_transition(target):
    """Return what words the refusal of going to `target`: who takes this step, or that it is none."""

    def refuse(actor, row):
        if row.maturity == Maturity.NONE:
            return "A personal item has no maturity.", ""
        stands, there = Maturity(row.maturity).label, Maturity(target).label
        taker = STEPPING.get((row.maturity, target))
        if (row.maturity, target) == (IN_WORK, RELEASED) and actor.platform.freeze_before_release:
            taker = None
        if taker:
            return f"From {stands} to {there}, {taker} takes it.", f"Ask an Owner of {row.space} who that is."
        if row.maturity in FINAL and target not in FINAL:
            return f"Nobody takes it from {stands} back to {there}.", REVISE
        return (
            f"No regular step leads from {stands} to {there}.",
            f"An Owner of {row.space} can make an exception with a reason, by the current credential.",
        )

    return refuse


RESPONSIBLE = Rule("5.4", "You are its content owner at the level of its category.", responsible)
LEADING = Rule("5.5", "You are Leader at the level of its category.", leader)
OWNING = Rule("5.6", "You are Owner of the space.", lambda actor: both(NOT_PERSONAL, owner(actor)))

DELETING = (
    _when("5.7", "You are its content owner.", content_owner, PRIVATE),
    _when("5.4", "You are its content owner at the level of its category.", responsible, IN_WORK),
    _when("5.5", "You are Leader at the level of its category.", leader, IN_WORK),
    _when("5.6", "You are Owner of the space.", owner, IN_WORK, FROZEN),
    OWN_PERSONAL,
)
REVISING = Rule(
    "5.8",
    "You are Author or above at the level of its category.",
    lambda actor: both(Q(maturity__in=(FROZEN, *FINAL)), rung(actor, AUTHOR)),
)
REPAIRING = Rule(
    "5.9",
    "You are Owner by your current credential; a reason is asked and kept.",
    lambda actor: both(NOT_PERSONAL, owner_now(actor)),
)
REPAIRING_FILES = Rule(
    "5.9",
    "You are Owner by your current credential; a reason is asked and kept.",
    lambda actor: both(Q(maturity__in=(PRIVATE, IN_WORK, FROZEN)), owner_now(actor)),
)
HOLDING = Rule("5.10", "You hold the lock.", lambda actor: Q(locked_by=actor.user.pk))
BREAKING = Rule(
    "5.11", "You are Owner of the space.", lambda actor: both(Q(locked_by__isnull=False), NOT_PERSONAL, owner(actor))
)
CLEARING = Rule(
    "5.12",
    "You are Owner, and its content owner holds no credential in the space any more.",
    lambda actor: both(Q(category=PERSONAL), owner(actor)),
)
MANAGING = Rule("7.5", "It was shared with you to manage.", lambda actor: sharer(actor, Level.MANAGE))
SHARING = (
    Rule(
        "7.2", "You are its content owner at the level of its category.", lambda a: both(NOT_PERSONAL, responsible(a))
    ),
    Rule(
        "7.3",
        "You are Leader by a credential of its organization.",
        lambda a: both(NOT_PERSONAL, leading_organization(a)),
    ),
    Rule("7.4", "You are Owner of the space.", lambda actor: both(NOT_PERSONAL, owner(actor))),
    MANAGING,
)
LOOKING = (
    RESPONSIBLE,
    LEADING,
    Rule("5.6", "You are Owner of the space.", owner),
    Rule("3.8", "You are an Administrator of this platform.", administrator),
)

POLICIES = {
    "read": Policy("read", READING, _refuse_reading, block=(TRASHED,), gate=gate),
    "list": Policy("find in lists", LISTING, _refuse_reading, block=(TRASHED,), gate=gate),
    "read_trash": Policy("be read before it was deleted", READING, _refuse_reading, block=(STANDING,), gate=gate),
    "restore": Policy(
        "restore or delete for good what is in the trash", DELETING, _refuse_reading, gate=gate, requires="read_trash"
    ),
    "modify": _policy("modify properties, files and relations", MODIFYING, _refuse_state, LOCKED, UNLICENSED),
    "repair": _policy("repair properties", (REPAIRING,), _refuse_owner, LOCKED),
    "repair_files": _policy("repair files and relations", (REPAIRING_FILES,), _refuse_owner, LOCKED),
    "delete": _policy("delete", DELETING, _refuse_delete, LOCKED),
    "clear": _policy("delete what a person left", (CLEARING,), _refuse_owner, LOCKED),
    "revise": _policy("make a new revision", (REVISING,), _refuse_revise, SUPERSEDED, UNLICENSED),
    "move": _policy("move", (RESPONSIBLE, LEADING, OWNING, OWN_PERSONAL), _refuse_move, LOCKED),
    "change_owner": _policy(
        "change the content owner",
        (
            Rule("5.4", RESPONSIBLE.sentence, lambda actor: both(NOT_PERSONAL, responsible(actor))),
            LEADING,
            OWNING,
        ),
        _refuse_move,
        LOCKED,
    ),
    "lock": _policy("lock", MODIFYING, _refuse_state, LOCKED, UNLICENSED),
    "unlock": _policy("unlock", (HOLDING,), _refuse_holder),
    "break_lock": _policy("break somebody's lock", (BREAKING,), _refuse_owner),
    "share": _policy("share", SHARING, _refuse_share),
    "comment": _policy("take part in the discussion", COMMENTING, _refuse_talk),
    "markup": replace(_policy("mark up its files", (MARKING,), _refuse_mark, NO_EVALUATING), requires="comment"),
    "see_readers": _policy("see who can see it", LOOKING, _refuse_move),
    "raise_change": _policy("raise a change of it", (RAISING,), refuse_raising, CHANGELESS),
    "decide_change": _policy("decide a change of it", DECIDING, refuse_deciding, CHANGELESS),
    **dict(_maturity_policies()),
}


def create(actor, category):
    """Answer whether `actor` may create content of `category` by the current credential. Source: section 4."""
    if (closed := gate(actor)) is not None:
        return closed
    label, needed = Category(category).label, WHO_CREATES[category]
    held = actor.current
    if held is None:
        return Decision(False, "Choose the credential to create with.", "4", "New content belongs to its space.")
    if not actor.may(NEEDS[category]):
        return Decision(False, f"No licence of yours gives the capability {NEEDS[category]}.", "8.C")
    if could_create(held, category):
        return Decision(True, f"You are {held.responsibility_name} in {held.space_title}.", "4")
    more = "" if category == Category.ADMINISTRATIVE else " or above"
    fitting = next((other for other in actor.held if could_create(other, category)), None)
    remedy = f"Switch to {fitting}." if fitting else f"Ask an Owner of {held.space_title}."
    return Decision(False, f"Creating {label} takes {needed}{more}; you are {held.responsibility_name}.", "4", remedy)


def creatable(actor):
    """Return the types of content, nothing personal, of which the actor may create items by the current credential."""
    return [kind for kind in ItemType.objects.exclude(category=PERSONAL) if create(actor, kind.category)]


def could_create(held, category):
    """Tell whether content of `category` could be created by a credential."""
    return held.is_owner if category == Category.ADMINISTRATIVE else held.level >= THRESHOLD[category]


def register():
    """Hand the rules of this floor to the engine."""
    access.register(Item, POLICIES)
