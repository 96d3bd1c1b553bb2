"""What an option of the platform would open or close to its people: the reading rules asked twice, before it is set.

The items of a platform are a few hundred combinations of facts; actors of equal shape are asked once. What
somebody reads as content owner or by a share stays as it is and is taken out of the count.
"""

from collections import Counter, defaultdict
from copy import copy
from dataclasses import replace

from django.db.models import Count

from content.models import Item
from spaces.models import Space
from tenants import access, organizations
from tenants import actor as actors
from tenants.options import contribute_effects

READING = {"externals_read_open", "open_readers", "credentials_counted"}
FACTS = ("space_id", "space__visibility", "organization_id", "category", "maturity", "platform_wide")
OPEN = "3.5"  # the rule of open content
MOST_NAMES = 10


def effects(actor, wanted):
    """Return sentences about who would read more or less; four queries and those for the actors."""
    if not READING & wanted.keys():
        return []
    more, less, (now, then) = changes(actors.everyone(actor.platform), wanted)
    lines = [*_lines(more, "more"), *_lines(less, "fewer")]
    return [_open_line(now, then), *(lines or ["Nobody reads more or less than now."])]


def _open_line(now, then):
    people = "1 person reads" if now == 1 else f"{now} people read"
    return f"{people} open content of spaces they are not in today; with this {'as many' if now == then else then}."


def changes(people, wanted):
    """Return ({actor: items gained}, {actor: items lost}, (readers of open content now, then)) on one platform."""
    if not people:
        return {}, {}, (0, 0)
    platform = copy(people[0].platform)
    for code, value in wanted.items():
        setattr(platform, code, value)
    return compare([(person, replace(person, platform=platform, compiled={})) for person in people])


def compare(pairs):
    """Return the same for pairs of actors of one platform, as they are now and as they would be."""
    people = [person for person, _twin in pairs]
    items = Item.objects.filter(platform=people[0].platform).order_by()
    groups = list(items.values_list(*FACTS).annotate(Count("pk")))
    owned, shared, asked = _owned(items), _shared(items, people), {}
    more, less, openly = {}, {}, [0, 0]
    for person, twin in pairs:
        gained, lost, reads = _difference(person, twin, groups, asked)
        _leave_out(gained, lost, (person, twin), (owned.get(person.user.pk, {}), shared))
        more[person], less[person] = gained.total(), lost.total()
        openly = [count + read for count, read in zip(openly, reads, strict=True)]
    return more, less, tuple(openly)


def _difference(person, twin, groups, asked):
    """Return what the person gains and loses, and whether they read open content from outside now and then."""
    gained, lost, reads = Counter(), Counter(), [False, False]
    mine = {held.space_id for held in person.held}
    for *facts, number in groups:
        row = _standin(facts, person.platform_id)
        key = (person.shape(row), twin.shape(row), tuple(facts))
        if key not in asked:
            asked[key] = [_answer(actor, row) for actor in (person, twin)]
        (before, opens), (after, opened) = asked[key]
        if before != after:
            (gained if after else lost)[tuple(facts)] += number
        if row.space_id not in mine:
            reads = [reads[0] or opens, reads[1] or opened]
    return gained, lost, reads


def _answer(actor, row):
    """Return whether the actor reads the row, and whether as open content."""
    rules = access.why(actor, "read", row)
    return bool(rules), any(rule.code == OPEN for rule in rules)


def _leave_out(gained, lost, pair, own):
    """Take out what the person reads before and after for a reason of their own."""
    owned, shared = own
    user = pair[0].user
    steady = [(facts, number, {"owner_id": user.pk}) for facts, number in owned.items()]
    given = ((pk, *shared[pk]) for pk in pair[0].shares if pk in shared)
    steady += [(facts, 1, {"pk": pk}) for pk, owner_id, facts in given if owner_id != user.pk]
    for facts, number, more in steady:
        row = _standin(facts, pair[0].platform_id, **more)
        if all(access.can(actor, "read", row) for actor in pair):
            for total in (gained, lost):
                total[facts] = max(0, total[facts] - number)


def _standin(facts, platform_id, **more):
    space_id, visibility, organization_id, category, maturity, platform_wide = facts
    return Item(
        platform_id=platform_id,
        space=Space(pk=space_id, visibility=visibility),
        organization_id=organization_id,
        category=category,
        maturity=maturity,
        platform_wide=platform_wide,
        **more,
    )


def _owned(items):
    found = defaultdict(dict)
    for user_id, *facts, number in items.values_list("owner_id", *FACTS).annotate(Count("pk")):
        found[user_id][tuple(facts)] = number
    return found


def _shared(items, people):
    wanted = {item_id for person in people for item_id in person.shares}
    rows = items.filter(pk__in=wanted).values_list("pk", "owner_id", *FACTS) if wanted else ()
    return {pk: (owner_id, tuple(facts)) for pk, owner_id, *facts in rows}


def _lines(counts, word):
    people = sorted(((number, str(person.user)) for person, number in counts.items() if number), reverse=True)
    lines = [f"{name} reads {number} {word} {'item' if number == 1 else 'items'}" for number, name in people]
    if len(lines) > MOST_NAMES:
        rest = sum(number for number, _name in people[MOST_NAMES:])
        lines[MOST_NAMES:] = [f"{len(lines) - MOST_NAMES} others read {rest} {word} items together"]
    return lines


def tree_effects(pairs):
    """Return sentences about who would read more or less were the tree of organizations another."""
    if not pairs:
        return []
    more, less, _openly = compare(pairs)
    return [*_lines(more, "more"), *_lines(less, "fewer")] or ["Nobody reads more or less than now."]


def register():
    """Hand the foretelling to the pages of options and of organizations."""
    contribute_effects(effects)
    organizations.contribute_effects(tree_effects)
