"""Who may do what: one definition, every answer. This module knows no model and no rule.

A Rule is a sentence and a function from an actor to a Q over one row's own columns and its never-null
to-one paths. The same Q filters rows in SQL (`narrow`) and is tried on one loaded row in memory
(`can`), so a list and a button cannot disagree. Policies are registered by each app's `rules.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, reduce
from operator import and_, attrgetter, eq, ge, gt, le, lt, or_

from django.db.models import Q

from tenants.errors import AccessDenied, NotVisible

NOTHING = Q(pk__in=())
EVERYTHING = ~NOTHING  # not Q(): `Q() | other` is `other`
COMPARE = {"exact": eq, "gt": gt, "gte": ge, "lt": lt, "lte": le}
LOOKUPS = {*COMPARE, "in", "among", "isnull"}
# What can be told of a value that every row has.
KNOWN = {
    "exact": eq,
    "in": lambda value, given: value in given,
    "among": lambda value, given: value in given,
    "isnull": lambda value, given: (value is None) is given,
}


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer: allowed or not, the sentence and code of the rule that decided, and the way out of a refusal."""

    allowed: bool
    reason: str
    code: str = ""
    remedy: str = ""

    def __bool__(self):
        return self.allowed


@dataclass(frozen=True, slots=True, eq=False)  # itself and no other: it is looked up for every decision
class Rule:
    """A row of the rules: `where` maps an actor to a Q; `told`, if given, words the sentence for one actor and row."""

    code: str
    sentence: str
    where: Callable
    told: Callable | None = None

    def say(self, actor, row):
        """Return the sentence, worded for this actor and row where the rule knows how."""
        return self.told(actor, row) if self.told else self.sentence


@dataclass(frozen=True, slots=True)
class Policy:
    """Blocks, allows and a refusal for one act: the first matching block refuses, else the first allow permits.

    `gate(actor)` returns a refusing Decision when the actor may do this to no row at all, else None.
    `requires` names the act on the same row that must be allowed first; failing it, the row does not exist.
    `refuse(actor, row)` returns (sentence, remedy) when nothing allowed the act.
    """

    label: str
    allow: tuple[Rule, ...]
    refuse: Callable
    block: tuple[Rule, ...] = ()
    gate: Callable = lambda actor: None
    requires: str = ""


POLICIES: dict[type, dict[str, Policy]] = {}


def register(model, policies):
    """Add the policies of `model`: a dict from act to Policy. A second answer for one act is an error."""
    known = POLICIES.setdefault(model, {})
    if doubled := known.keys() & policies.keys():
        raise ValueError(f"{model.__name__}: {sorted(doubled)} registered twice")
    known.update(policies)


def guards(model):
    """Tell whether the engine answers for rows of `model`."""
    return model in POLICIES


def _nothing(q):  # comparing with == would first make every id of q hashable
    return q.children == NOTHING.children and not q.negated


def _everything(q):
    return q.children == EVERYTHING.children and q.negated


def either(*parts):
    """Join by OR. Parts that hold nothing vanish; one that holds everything wins."""
    parts = [part for part in parts if not _nothing(part)]
    if any(map(_everything, parts)):
        return EVERYTHING
    return reduce(or_, parts) if parts else NOTHING


def both(*parts):
    """Join by AND. Parts that hold everything vanish; one that holds nothing wins."""
    parts = [part for part in parts if not _everything(part)]
    if any(map(_nothing, parts)):
        return NOTHING
    return reduce(and_, parts) if parts else EVERYTHING


def neither(part):
    """Negate, keeping the two constants recognisable."""
    return EVERYTHING if _nothing(part) else NOTHING if _everything(part) else ~part


def given(q, **known):
    """Fold what is known of every row (`space=7`) into `q`; what is left finds better indexes."""
    parts = []
    for child in q.children:
        if isinstance(child, Q):
            parts.append(given(child, **known))
            continue
        name, _, lookup = child[0].rpartition("__")
        if lookup not in LOOKUPS:
            name, lookup = child[0], "exact"
        if name in known and lookup in KNOWN:
            parts.append(EVERYTHING if KNOWN[lookup](known[name], child[1]) else NOTHING)
        else:
            parts.append(Q(child))
    folded = either(*parts) if q.connector == Q.OR else both(*parts)
    return neither(folded) if q.negated else folded


def predicate(q, model):
    """Compile `q` into a test of one loaded row of `model`, with SQL's answer for NULL: no."""
    if q.connector not in {Q.AND, Q.OR}:
        raise TypeError(f"rules do not speak {q.connector}")
    tests = [predicate(child, model) if isinstance(child, Q) else leaf(model, *child) for child in q.children]
    wanted = q.connector == Q.OR

    def holds(row):
        for test in tests:
            if test(row) is wanted:
                return wanted
        return not wanted

    test = tests[0] if len(tests) == 1 else holds
    return (lambda row: not test(row)) if q.negated else test


@cache
def _path(model, path):
    """Return (getter, last field, lookup) of a path; refuse what SQL and memory see differently."""
    names, lookup, attributes = path.split("__"), "exact", []
    if names[-1] in LOOKUPS and len(names) > 1:
        lookup = names.pop()
    for depth, name in enumerate(names, 1):
        field = model._meta.pk if name == "pk" else model._meta.get_field(name)
        if not field.concrete or (field.null and depth < len(names)):
            raise TypeError(f"{path}: only own columns and to-one paths that are never null")
        attributes.append(field.name if depth < len(names) else field.attname)
        model = field.related_model
    return attrgetter(".".join(attributes)), field.target_field if field.is_relation else field, lookup


def leaf(model, path, value):
    """Compile one lookup. Raise TypeError for a to-many path, a nullable hop, or None inside `in`."""
    get, field, lookup = _path(model, path)
    clean = field.to_python
    if lookup == "isnull" or value is None:
        absent = value is None or value
        return lambda row: (get(row) is None) is absent
    if lookup in ("in", "among"):
        if None in value:
            raise TypeError(f"{path}: None inside `in` means one thing plain and another negated")
        held = frozenset(map(clean, value))
        return lambda row: get(row) in held
    compare, value = COMPARE[lookup], clean(getattr(value, "pk", value))
    return lambda row: (found := get(row)) is not None and compare(found, value)


def policy_for(model, action):
    """Return the Policy; raise KeyError with both names for an act nobody defined."""
    try:
        return POLICIES[model][action]
    except KeyError:
        raise KeyError(f"no policy says who may {action} {model.__name__}") from None


def _platform_field(model):
    return "pk" if model._meta.label == "tenants.Platform" else "platform_id"


def parts(model, action, actor, **known):
    """Return the Q of every allow that gives `actor` something, blocks and required acts already taken in."""
    policy = policy_for(model, action)
    if policy.gate(actor) is not None:
        return []
    free = neither(given(either(*(rule.where(actor) for rule in policy.block)), **known))
    if policy.requires:
        free = both(free, either(*parts(model, policy.requires, actor, **known)))
    opened = [given(rule.where(actor), **known) for rule in policy.allow]
    if any(map(_everything, opened)):
        opened = [EVERYTHING]
    return [q for part in opened if not _nothing(q := both(part, free))]


def narrow(rows, actor, action, **known):
    """Keep the rows to which `actor` may do `action`: one OR, for joins, exports, counts."""
    model = rows.model
    return rows.filter(either(*parts(model, action, actor, **known)), **{_platform_field(model): actor.platform_id})


def bounds(model, action, actor, names):
    """Return {(name, value)} of which each row has one to which `actor` may do `action`, or None when any row may.

    `names` are the own columns that are looked at.
    """
    return _joined(_bounds(part, names) for part in parts(model, action, actor))


def _bounds(q, names):
    if q.negated:
        return None
    found = [_bounds(child, names) if isinstance(child, Q) else _bound(*child, names) for child in q.children]
    if q.connector == Q.OR:
        return _joined(found)
    return min((bound for bound in found if bound is not None), key=len, default=None)


def _bound(path, value, names):
    name, _, lookup = path.rpartition("__")
    if path in names and value is not None:
        return {(path, value)}
    return {(name, one) for one in value} if name in names and lookup in ("in", "among") else None


def _joined(found):
    found = list(found)
    return None if None in found else set().union(*found)


def _holds(actor, rule, row):
    model, tests = type(row), actor.compiled  # a dict that lives as long as the actor: one request
    if (test := tests.get((model, rule))) is None:
        test = tests[model, rule] = predicate(rule.where(actor), model)
    return test(row)


def _elsewhere(actor, row):
    return getattr(row, _platform_field(type(row))) != actor.platform_id


def _ruled(policy, actor, row):
    """Return (the rule that decides, whether it allows); (None, False) when none does."""
    for rules, allowed in ((policy.block, False), (policy.allow, True)):
        for rule in rules:
            if _holds(actor, rule, row):
                return rule, allowed
    return None, False


def can(actor, action, row):
    """Answer for one loaded row, without a query, with the sentence of the rule that decided."""
    policy = policy_for(type(row), action)
    if _elsewhere(actor, row):
        return Decision(False, *policy.refuse(actor, row)[:1])
    if (closed := policy.gate(actor)) is not None:
        return closed
    if policy.requires and not may(actor, policy.requires, row):
        return can(actor, policy.requires, row)  # worded for a refusal alone
    rule, allowed = _ruled(policy, actor, row)
    if rule:
        return Decision(allowed, rule.say(actor, row), rule.code)
    sentence, remedy = policy.refuse(actor, row)
    return Decision(False, sentence, remedy=remedy)


def may(actor, action, row):
    """Answer as `can` does, by yes or no alone: for counting over many rows and people."""
    policy = policy_for(type(row), action)
    if _elsewhere(actor, row) or policy.gate(actor) is not None:
        return False
    if policy.requires and not may(actor, policy.requires, row):
        return False
    return _ruled(policy, actor, row)[1]


def why(actor, action, row):
    """Return every rule that allows `action` now, in order; the first is the reason that `can` gives."""
    if not can(actor, action, row):
        return []
    return [rule for rule in policy_for(type(row), action).allow if _holds(actor, rule, row)]


def require(actor, action, row):
    """Return the Decision that allows `action`. Raise NotVisible for an unknowable row, else AccessDenied."""
    policy = policy_for(type(row), action)
    if _elsewhere(actor, row):
        raise NotVisible
    decision = can(actor, action, row)
    if decision:
        return decision
    if policy.requires and not can(actor, policy.requires, row):
        raise NotVisible
    if action in {"read", "see"}:
        raise NotVisible
    raise AccessDenied(decision)


def who(actors, action, row):
    """Yield (actor, Decision) for everyone; actors of equal shape towards `row` are asked once."""
    answers = {}
    for actor in actors:
        key = actor.shape(row)
        if key not in answers:
            answers[key] = can(actor, action, row)
        yield actor, answers[key]
