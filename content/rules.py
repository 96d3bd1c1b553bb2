"""Who somebody is towards an item, and who reads it. Source: docs/access.md, sections 2 and 3.

A function named after people returns the Q of the items for which they are those people.
What they may do beyond reading is the table in `content.acts`.
"""

from django.db.models import Q

from content.models import Category, Item, Level, Maturity
from spaces.models import Visibility
from spaces.rules import people_known, reach
from tenants.access import EVERYTHING, NOTHING, Decision, Rule, both, either
from tenants.models import Capability, OpenReaders

PERSONAL, EVALUATION, DEFINITION = Category.PERSONAL, Category.EVALUATION, Category.DEFINITION
RESOURCE, ADMINISTRATIVE = Category.RESOURCE, Category.ADMINISTRATIVE
PRIVATE, IN_WORK, FROZEN = Maturity.PRIVATE, Maturity.IN_WORK, Maturity.FROZEN
RELEASED, OBSOLETE = Maturity.RELEASED, Maturity.OBSOLETE

# The rung of the design ladder that a category takes; Administrative Resource takes an Owner instead.
THRESHOLD = {PERSONAL: 1, EVALUATION: 2, DEFINITION: 3, RESOURCE: 4}
LEADER, AUTHOR = 4, 3
NEEDS = {
    PERSONAL: Capability.CONTENT,
    EVALUATION: Capability.EVALUATE,
    DEFINITION: Capability.DESIGN,
    RESOURCE: Capability.DESIGN,
    ADMINISTRATIVE: Capability.CONTENT,
}
SHARED = (IN_WORK, FROZEN, RELEASED, OBSOLETE)  # every state but Private; personal items have none
FINAL = (RELEASED, OBSOLETE)


def is_open():
    """Return the Q of open content, by visibility and maturity."""
    return Q(space__visibility=Visibility.PUBLIC, maturity__in=SHARED) | Q(
        space__visibility=Visibility.PROTECTED, maturity__in=FINAL
    )


def openness(visibility, maturity):
    """Tell whether content of this visibility and maturity is open."""
    return (visibility == Visibility.PUBLIC and maturity in SHARED) or (
        visibility == Visibility.PROTECTED and maturity in FINAL
    )


# --- who somebody is towards an item ---


def working(actor):
    """Unrestricted Reader to Leader in the space."""
    return reach([held for held in actor.counting if held.level and not held.restricted])


def working_restricted(actor):
    """Reader to Leader (Restricted), of the item's organization."""
    return reach([held for held in actor.counting if held.level and held.restricted])


def public_reader(actor):
    """Public Reader of the item's organization, in a Public or Protected space."""
    spaces = {}
    for held in actor.counting:
        if held.is_public_reader:
            spaces.setdefault(held.organization_id, set()).add(held.space_id)
    open_spaces = Q(space__visibility__in=(Visibility.PUBLIC, Visibility.PROTECTED))
    return either(
        *(
            both(Q(space__among=sorted(ids), organization=organization), open_spaces)
            for organization, ids in sorted(spaces.items())
        )
    )


def owner(actor):
    """Owner of the space (restricted: of the item's organization), or Administrator."""
    if actor.is_administrator:
        return EVERYTHING
    return reach([held for held in actor.counting if held.is_owner])


def owner_now(actor):
    """Owner by the current credential, or Administrator: who repairs and makes exceptions."""
    if actor.is_administrator:
        return EVERYTHING
    return reach([actor.current]) if actor.current and actor.current.is_owner else NOTHING


def content_owner(actor):
    """Content owner."""
    return Q(owner=actor.user.pk)


def content_owner_here(actor):
    """Content owner with a live credential in the space, Reader or above or Owner."""
    return both(content_owner(actor), reach([held for held in actor.held if held.works]))


def may_own(actor, space_id, organization_id):
    """Tell whether somebody would read an item of the space and organization as its content owner (rule 3.6)."""
    return any(
        held.works and held.space_id == space_id and (not held.restricted or held.organization_id == organization_id)
        for held in actor.held
    )


def rung(actor, lowest):
    """At `lowest` or above on the design ladder, never below the category's own rung; Owner for its own category."""
    design = (
        both(
            Q(category=category),
            reach([held for held in actor.counting if held.level >= max(THRESHOLD[category], lowest)]),
        )
        for category in (EVALUATION, DEFINITION, RESOURCE)
    )
    return either(*design, both(Q(category=ADMINISTRATIVE), owner(actor)))


def at_level(actor):
    """At category level in the space; for personal items, Reader or above or Owner."""
    personal = both(Q(category=PERSONAL), reach([held for held in actor.counting if held.works]))
    return either(rung(actor, 1), personal)


def leader(actor):
    """Leader at category level; for an Administrative Resource its Owner."""
    return rung(actor, LEADER)


def leading_organization(actor):
    """Leader by a credential of the item's organization."""
    held = [held for held in actor.counting if held.level >= LEADER]
    mine = either(*(Q(space=leads.space_id, organization=leads.organization_id) for leads in held))
    return both(mine, ~Q(category=ADMINISTRATIVE))  # there the Owner stands in for the Leader


def responsible(actor):
    """Content owner with category level."""
    return both(content_owner(actor), at_level(actor))


def sharer(actor, *levels):
    """Recipient of a share of one of `levels`."""
    ids = sorted(item for item, given in actor.shares.items() if any(one.level in levels for one in given))
    return Q(pk__among=ids) if ids else NOTHING


def organizations_opened(actor):
    """Return the organizations whose open content the actor reads: None for all of them."""
    option = actor.platform.open_readers
    if option == OpenReaders.HOST_EMPLOYEES and not actor.employed_by_host:
        return frozenset()
    bound = actor.is_external and not actor.platform.externals_read_open
    found = set()
    for held in actor.held:
        if held.restricted or held.is_public_reader or bound:
            found.add(held.organization_id)
        elif option == OpenReaders.BELOW_OWNING:
            found.update(actor.lineage(held.organization_id))
        else:
            return None
    return frozenset(found)


def open_reader(actor):
    """Reader of open content by a credential anywhere on the platform."""
    return _of(organizations_opened(actor), is_open())


def resources_opened(actor):
    """Return the organizations whose platform-wide resources the actor reads: None for all of them."""
    held = [held for held in actor.held if held.works]
    if any(not credential.restricted for credential in held) and not actor.is_external:
        return None
    return frozenset(credential.organization_id for credential in held)


def resource_reader(actor):
    """Reader of resources that an Administrator marked for the whole platform."""
    return _of(resources_opened(actor), Q(platform_wide=True, maturity__in=SHARED))  # the table lets no other be one


def _of(organizations, rows):
    if organizations is None:
        return rows
    return both(rows, Q(organization__among=sorted(organizations))) if organizations else NOTHING


def administrator(actor):
    """Administrator of the platform."""
    return EVERYTHING if actor.is_administrator else NOTHING


# --- the sentences of reading ---


def _by(wanted):
    """Word a rule by the credentials of the actor that fit the row: every source counts, so each is named."""

    def told(actor, row):
        found = _fitting(actor.counting_in(row.space_id), row, wanted)
        named = [*found[:1], *(held for held in found[1:] if held.group_id)]
        return " ".join(f"You are {held}." for held in named) or "You hold a credential in this space."

    return told


def _fitting(credentials, row, wanted):
    """Return the wanted ones of a space that cover its row: of any organization, or bound to the row's."""
    return [
        held
        for held in credentials
        if wanted(held)
        and (held.organization_id == row.organization_id or not (held.restricted or held.is_public_reader))
    ]


# The credentials by which the rule of each code reads.
READ_BY = {
    "3.1": lambda held: held.level and not held.restricted,
    "3.2": lambda held: held.level and held.restricted,
    "3.3": lambda held: held.is_public_reader,
    "3.4": lambda held: held.is_owner,
}


def sources(actor, code, row):
    """Return what lets the actor read the row by the rule of `code`: Held or Received, each with its group, if any."""
    if code == "3.7":
        return actor.shares.get(row.pk, ())
    if code == "3.6":
        return _fitting(actor.held_in(row.space_id), row, lambda held: held.works)
    return _fitting(actor.counting_in(row.space_id), row, READ_BY[code]) if code in READ_BY else ()


def _open_told(actor, row):
    return (
        f"It is open content: {Maturity(row.maturity).label} in a {Visibility(row.space.visibility).label} space, "
        "and you hold a credential on this platform."
    )


def _share_told(actor, row):
    given = [
        f"{Level(one.level).label}{f', through the group {one.group}' * bool(one.group_id)}"
        for one in actor.shares[row.pk]
    ]
    return f"It was shared with you: {'; '.join(given)}. That is outside the baseline."


READ_UNRESTRICTED = Rule(
    "3.1",
    "An unrestricted credential in the space, Reader to Leader, reads every item of it except other people's "
    "Private and personal items.",
    lambda actor: both(working(actor), Q(maturity__in=SHARED)),
    _by(READ_BY["3.1"]),
)
READ_RESTRICTED = Rule(
    "3.2",
    "A (Restricted) credential in the space, Reader to Leader, reads the items of exactly its own organization "
    "except other people's Private and personal items.",
    lambda actor: both(working_restricted(actor), Q(maturity__in=SHARED)),
    _by(READ_BY["3.2"]),
)
READ_PUBLIC_READER = Rule(
    "3.3",
    "A Public Reader credential reads items of its organization in Public and Protected spaces, "
    "not Private and personal ones.",
    lambda actor: both(public_reader(actor), Q(maturity__in=SHARED)),
    _by(READ_BY["3.3"]),
)
READ_OWNER = Rule(
    "3.4",
    "An Owner of the space reads every item of it, Private and personal included; Owner (Restricted) those of "
    "its organization.",
    lambda actor: NOTHING if actor.is_administrator else owner(actor),
    _by(READ_BY["3.4"]),
)
READ_OPEN = Rule(
    "3.5",
    "Open content is read by whoever holds a credential on the platform, as far as the platform's options allow; "
    "a (Restricted), Public Reader or External's credential opens that of its own organization.",
    open_reader,
    _open_told,
)
READ_RESOURCE = Rule(
    "3.5b",
    "An Administrative Resource marked for the whole platform is read by any credential Reader or above, or Owner.",
    resource_reader,
)
READ_CONTENT_OWNER = Rule(
    "3.6",
    "The content owner reads it while they hold a credential in the space, Reader or above or Owner.",
    content_owner_here,
    lambda actor, row: "You are its content owner and hold a credential in the space.",
)
READ_SHARE = Rule("3.7", "A share opens it to its recipient.", lambda actor: sharer(actor, *Level.values), _share_told)
READ_ADMINISTRATOR = Rule(
    "3.8",
    "An Administrator of the platform reads everything.",
    administrator,
    lambda actor, row: "You are an Administrator of this platform.",
)


def _quiet(rule):
    """Return an Owner's or Administrator's rule as lists use it: without other people's Private and personal items."""

    def where(actor):
        return both(rule.where(actor), either(Q(maturity__in=SHARED), content_owner(actor)))

    return Rule(rule.code, rule.sentence, where, rule.told)


READING = (
    READ_UNRESTRICTED,
    READ_RESTRICTED,
    READ_PUBLIC_READER,
    READ_OWNER,
    READ_OPEN,
    READ_RESOURCE,
    READ_CONTENT_OWNER,
    READ_SHARE,
    READ_ADMINISTRATOR,
)
LISTING = tuple(_quiet(rule) if rule in (READ_OWNER, READ_ADMINISTRATOR) else rule for rule in READING)
COMMENTING = tuple(rule for rule in READING if rule not in (READ_PUBLIC_READER, READ_OPEN, READ_RESOURCE))


# --- what stands in the way whatever the responsibility ---


def gate(actor):
    """Refuse everything while the platform is closed to the actor or no licence lets them work with content."""
    if not actor.is_active:
        return Decision(False, "Nobody works on this platform now.", "1", f"Ask an Administrator of {actor.platform}.")
    if actor.works_content:
        return None
    lacking = [answer for answer in actor.resolutions.values() if not answer.resolved]
    missing = [part for answer in lacking for part in answer.missing]
    what = missing[0].what if missing else "No role granted here lets you work with content"
    remedy = f"{missing[0].who} can change that." if missing else f"Ask an Administrator of {actor.platform}."
    return Decision(False, f"No licence lets you work with content here: {what}.", "8", remedy)


def locked_by_another(actor):
    """Locked by somebody else."""
    return both(Q(locked_by__isnull=False), ~Q(locked_by=actor.user.pk))


def without_capability(actor):
    """Of a category whose capability is not usable."""
    lacking = sorted(category for category, capability in NEEDS.items() if not actor.may(capability))
    return Q(category__in=lacking) if lacking else NOTHING


def _capability_told(actor, row):
    return (
        f"{Category(row.category).label} needs the capability {NEEDS[row.category]}, and no licence of yours gives it. "
        f"An Administrator of {actor.platform} can change that."
    )


def _lock_told(actor, row):
    named = Item._meta.get_field("locked_by").is_cached(row) and people_known(actor, row.space_id) is None
    holder = getattr(row, "lock_name", "") or (row.locked_by if named else "Somebody else")
    return f"{holder} has locked it. They can unlock it, and an Owner of {row.space} can break the lock."


TRASHED = Rule("5.T", "It is in the trash.", lambda actor: Q(trashed_at__isnull=False))
STANDING = Rule("5.T", "It is not in the trash.", lambda actor: Q(trashed_at__isnull=True))
LOCKED = Rule(
    "5.L",
    "A lock by somebody else stops it.",
    locked_by_another,
    _lock_told,
)
UNLICENSED = Rule("8.C", "The capability of the category is not usable.", without_capability, _capability_told)
SUPERSEDED = Rule("5.R", "A later revision exists: only the latest one is revised.", lambda actor: Q(superseded=True))


def evaluating(actor):
    """In the space by a current credential that could create evaluation content there."""
    held = actor.current
    return reach([held]) if held and held.level >= THRESHOLD[EVALUATION] else NOTHING


def _evaluating_told(actor, row):
    remedy = f"An Administrator of {actor.platform} can change that."
    return f"Marking up needs the capability {NEEDS[EVALUATION]}, and no licence of yours gives it. {remedy}"


MARKING = Rule("4.M", "You are Contributor or above here by your current credential.", evaluating)
NO_EVALUATING = Rule(
    "8.C",
    "The capability to evaluate is not usable.",
    lambda actor: NOTHING if actor.may(NEEDS[EVALUATION]) else EVERYTHING,
    _evaluating_told,
)
