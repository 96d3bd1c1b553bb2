"""Every combination of the facts the contract speaks of: SQL, memory and the hand-typed tables agree."""

from collections import Counter
from itertools import product

import pytest
from django.db import transaction
from django.utils import timezone

from content import reading
from content.models import Category, Change, Item, Maturity
from content.tallies import COUNTED, tally
from spaces.models import LADDER, Responsibility, Visibility
from tenants import access
from tenants.actor import Actor, Held, Received
from tenants.models import Kind
from tests.content.access_oracle import TABLE, UNLOCKED_ACTS, Answer, Credential, Person, Thing
from tests.factories import (
    ItemTypeFactory,
    MemberFactory,
    OrganizationFactory,
    PlatformFactory,
    SpaceFactory,
    UserFactory,
    host_of,
)

pytestmark = pytest.mark.django_db

STATES = [state for state in Maturity.values if state != "none"]
CREDENTIALS = [(name, False) for name in Responsibility.values] + [
    (name, True) for name in Responsibility.values if name != "public_reader"
]
ACTS = list(access.POLICIES[Item])
READING = ["read", "list", "comment"]
FREE_OF_LOCKS = UNLOCKED_ACTS - {"unlock", "break_lock"}
# options, and the acts they bear on
OPTIONS = [
    ({}, ACTS),
    ({"current_only": True}, ACTS),
    ({"leader_edits_frozen": False, "freeze_first": True}, ["modify", "lock", "to_released", "exception_to_released"]),
    ({"externals_open": True}, ["read"]),
    ({"open_readers": "host"}, ["read"]),
    ({"open_readers": "below"}, ["read"]),
    (
        {"capabilities": frozenset({"enter", "content"})},
        ["read", "modify", "lock", "revise", "markup", "raise_change", "decide_change"],
    ),
    ({"capabilities": frozenset({"enter"})}, ["read", "modify"]),
]


class World:
    """One space per visibility with one item per combination of an item's facts."""

    def __init__(self):
        self.platform = PlatformFactory()
        self.me, self.other = UserFactory(), UserFactory()
        host = host_of(self.platform)
        self.organizations = {
            "host": host,
            "unit": OrganizationFactory(platform=self.platform, parent=host, kind=Kind.UNIT),
            "supplier": OrganizationFactory(platform=self.platform),
        }
        self.spaces = {name: SpaceFactory(platform=self.platform, visibility=name) for name in Visibility.values}
        self.away = SpaceFactory(platform=self.platform, visibility="private")
        self.member = MemberFactory(platform=self.platform, user=self.me)
        kinds = {category: ItemTypeFactory(category=category) for category in Category.values}
        self.things = list(self._things())
        strict = ItemTypeFactory(category="definition", code="strict", by_change=True)
        self.change = Change.objects.create(platform=self.platform, number="C", raised_by=self.me)
        rows = [
            self._row(number, thing, strict if thing.changing else kinds[thing.category])
            for number, thing in enumerate(self.things)
        ]
        self.items = Item.objects.bulk_create(rows)

    def _things(self):
        for space, category, organization, mine, lock in product(
            self.spaces, Category.values, ["host", "supplier"], [True, False], ["", "me", "other"]
        ):
            for state in ["none"] if category == "personal" else STATES:
                yield Thing(space, space, state, category, organization, mine, lock)
                if not lock and organization == "host":
                    yield Thing(space, space, state, category, organization, mine, lock, trashed=True)
                if category == "administrative" and not lock:
                    yield Thing(space, space, state, category, organization, mine, lock, platform_wide=True)
                if category == "definition" and not lock and mine:
                    yield Thing(space, space, state, category, organization, mine, lock, changing=True)
                if category == "definition" and not lock:
                    yield Thing(space, space, state, category, organization, mine, lock, superseded=True)

    def _row(self, number, thing, kind):
        lock = {"": None, "me": self.me, "other": self.other}[thing.lock]
        return Item(
            platform=self.platform,
            space=self.spaces[thing.space],
            organization=self.organizations[thing.organization],
            owner=self.me if thing.mine else self.other,
            type=kind,
            category=thing.category,
            number=f"N{number}",
            title="x",
            maturity=thing.maturity,
            locked_by=lock,
            superseded=thing.superseded,
            platform_wide=thing.platform_wide,
            trashed_at=timezone.now() if thing.trashed else None,
            change=self.change if thing.changing else None,
        )

    def actor(self, person, through=None):
        """Return the Actor that has exactly the facts of `person`, all of it `through` a group where one is named."""
        platform, member = self.platform, self.member
        platform.credentials_counted = "current" if person.current_only else "all"
        platform.externals_read_open = person.externals_open
        platform.open_readers = person.open_readers
        platform.leader_edits_frozen = person.leader_edits_frozen
        platform.freeze_before_release = person.freeze_first
        member.right = person.right
        member.company = self.organizations["host" if person.employed_by_host else "supplier"]
        group = {"group_id": 1, "group": through} if through else {}
        numbered = [(-number if through else number, c) for number, c in enumerate(person.credentials, 1)]
        held = tuple(self._held(number, credential, group) for number, credential in numbered)
        chosen = next((number for number, credential in numbered if credential.current), None)
        organizations = self.organizations
        return Actor(
            user=self.me,
            member=member,
            platform=platform,
            now=timezone.now(),
            held=held,
            chosen=chosen,
            capabilities=person.capabilities,
            parents={organizations["unit"].pk: organizations["host"].pk},
            host_id=organizations["host"].pk,
            shares=self._shares(person, group),
        )

    def _shares(self, person, group):
        given = (Received(f"share_{person.share}", **group),)
        shareable = [item.pk for item in self.items if item.category != "personal"] if person.share else []
        return dict.fromkeys(shareable, given)

    def _held(self, number, credential, group):
        space = self.spaces.get(credential.space, self.away)
        responsibility = Responsibility(credential.responsibility)
        return Held(
            id=number,
            space_id=space.pk,
            space_title=space.title,
            visibility=space.visibility,
            responsibility=responsibility.value,
            label=responsibility.label,
            level=LADDER.get(responsibility, 0),
            restricted=credential.restricted,
            organization_id=self.organizations[credential.organization].pk,
            organization_name=credential.organization,
            organization_accent="slate",
            **group,
        )


def people(right, responsibility, restricted):
    """Yield (person, acts, space): the credential in each space and elsewhere, current and passive."""
    home = "supplier" if right == "external" else "unit"
    # the right bears on reading alone, and through it on one act of each kind
    some = ACTS if right == "member" else (*READING, "modify", "revise", "to_released", "share")
    for options, wanted in OPTIONS:
        acts = [act for act in wanted if act in some]
        employed = {"employed_by_host": home == "unit", **options}
        for space in Visibility.values:
            here = Credential(responsibility, restricted, space, home, True)
            if "current_only" not in options:
                yield Person(right, (here,), **employed), acts, space
            if options in ({}, {"current_only": True}):
                passive = Credential(responsibility, restricted, space, home, False)
                away = Credential("reader", True, "away", home, True)
                yield Person(right, (passive, away), **employed), acts, space
        away = Credential(responsibility, restricted, "away", home, True)
        yield (
            Person(right, (away,), **employed),
            [act for act in acts if act in (*READING, "modify", "to_frozen")],
            None,
        )


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Build the world once; nothing in this module writes."""
    with django_db_blocker.unblock():
        with transaction.atomic():
            yield World()
            transaction.set_rollback(True)


def disagreements(world, person, acts, space=None, through=None):
    """Return where engine and contract differ for one person, in `space` or everywhere."""
    actor = world.actor(person, through)
    chosen = [i for i, thing in enumerate(world.things) if space in (None, thing.space)]
    answers = {i: Answer(person, world.things[i]) for i in chosen}
    rows = Item.everything.filter(space=world.spaces[space]) if space else Item.everything.all()
    found = []
    for act in acts:
        listed = set(access.narrow(rows, actor, act).order_by().values_list("pk", flat=True))
        for i, answer in answers.items():
            if act in FREE_OF_LOCKS and world.things[i].lock:
                continue  # the lock's rows differ only where a lock can matter
            item, wanted = world.items[i], answer.may(act)
            if bool(access.can(actor, act, item)) is not wanted:
                found.append((act, world.things[i], "memory"))
            if (item.pk in listed) is not wanted:
                found.append((act, world.things[i], "SQL"))
    return found


@pytest.mark.parametrize("restricted", [False, True], ids=["unrestricted", "restricted"])
@pytest.mark.parametrize("responsibility", Responsibility.values)
@pytest.mark.parametrize("right", ["member", "external"])
def test_t36_b01_b03_every_combination_agrees(world, right, responsibility, restricted):
    if responsibility == "public_reader" and restricted:
        return
    for person, acts, space in people(right, responsibility, restricted):
        wrong = disagreements(world, person, acts, space)
        assert not wrong, (person, wrong[:5])


@pytest.mark.parametrize("options", [options for options, _ in OPTIONS], ids=",".join)
def test_b01_b03_administrators_and_people_without_credentials_agree(world, options):
    owner = Credential("owner", False, "public", "host", True)
    acts = ACTS if not options else ["read", "list", "modify", "revise", "to_released", "repair"]
    for right, held in product(["administrator", "member"], [(), (owner,)]):
        wrong = disagreements(world, Person(right, held, **options), acts)
        assert not wrong, (right, held, wrong[:5])


@pytest.mark.parametrize("share", ["read", "edit", "manage"])
@pytest.mark.parametrize("through", [None, "Rig team"])
def test_b01_b03_shares_with_a_person_and_with_a_group_agree(world, share, through):
    passive = Credential("reader", True, "protected", "unit", False)
    for held, options in (((), {}), ((passive,), {"current_only": True})):
        person = Person("member", held, share=share, **options)
        wrong = disagreements(world, person, ACTS, "protected" if held else None, through)
        assert not wrong, (person, wrong[:5])


@pytest.mark.parametrize("responsibility", Responsibility.values)
def test_b01_b03_what_is_held_through_a_group_agrees(world, responsibility):
    for restricted, options in product([False, True], [{}, {"current_only": True}]):
        if responsibility == "public_reader" and restricted:
            continue
        for current in (True, False):
            here = Credential(responsibility, restricted, "protected", "unit", current)
            away = Credential("reader", True, "away", "unit", not current)
            person = Person("member", (here, away), **options)
            wrong = disagreements(world, person, ACTS, "protected", "Rig team")
            assert not wrong, (person, wrong[:5])


def miscounts(world, person, space=None):
    """Return the facts that the ledger counts differently for a reader than the rows of their list do."""
    space, others = world.spaces[space] if space else None, person.right == "administrator" or hash(person) % 2 == 0
    actor = world.actor(person)
    rows = list(reading.listed(actor, space=space, others=others).order_by().values_list(*COUNTED))
    kind, states = world.items[-1].type_id, ["in_work", "none"]
    found = []
    for chosen in ({}, {"type_id": [kind], "maturity": states}):
        counted = tally(actor, chosen, space=space, others=others)
        places = [(COUNTED.index(name), values) for name, values in chosen.items()]
        for place, fact in enumerate(COUNTED):
            fits = rows
            for at, values in places:
                fits = fits if at == place else [row for row in fits if row[at] in values]
            if counted[fact] != Counter(row[place] for row in fits):
                found.append((fact, chosen))
    return found


@pytest.mark.parametrize("right", ["member", "external"])
def test_b05_the_ledger_counts_for_every_reader_what_their_lists_show(world, right):
    asked = {}
    for responsibility, restricted in CREDENTIALS:
        for person, acts, space in people(right, responsibility, restricted):
            if "read" in acts and person not in asked:
                asked[person] = miscounts(world, person, None if person.current_only else space)
    share = Credential("reader", True, "protected", "unit", False)
    for level in ("read", "manage"):
        person = Person(right, (share,), share=level)
        asked[person] = miscounts(world, person)
    for held in ((), (Credential("owner", False, "public", "host", True),)):
        person = Person("administrator", held)
        asked[person] = miscounts(world, person)
    assert {person: wrong for person, wrong in asked.items() if wrong} == {}
    assert len(asked) > 100


def test_b01_every_act_has_its_row_in_the_tables():
    plain = {act for act in ACTS if not act.startswith("exception_")} - {
        "read",
        "list",
        "comment",
        "markup",
        "read_trash",
    }
    assert plain == TABLE.keys()
