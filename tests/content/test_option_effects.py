"""What an option would open is what it opens: foretold numbers agree with the lists before and after."""

import pytest

from content import option_effects
from content.models import Item, Maturity
from spaces.models import Visibility
from tenants import access
from tenants import actor as actors
from tenants.models import OpenReaders, Right
from tests.factories import (
    ItemFactory,
    OrganizationFactory,
    PlatformFactory,
    SpaceFactory,
    UserFactory,
    actor_of,
    give,
    share,
    worker,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """Return (platform, people) with open and closed items of two companies, owned and shared ones among them."""
    platform = PlatformFactory()
    supplier = OrganizationFactory(platform=platform)
    mara = worker(platform, Right.EXTERNAL, company=supplier, user=UserFactory(name="Mara"))
    otto = worker(platform, Right.EXTERNAL, company=supplier, user=UserFactory(name="Otto"))
    priya = worker(platform)
    boss = worker(platform, Right.ADMINISTRATOR)
    home = SpaceFactory(platform=platform)
    give(mara, home, "author")
    give(otto, home, "author", restricted=True)
    give(priya, home, "reader")
    for visibility in Visibility.values:
        space = SpaceFactory(platform=platform, visibility=visibility)
        for maturity in (Maturity.PRIVATE, Maturity.IN_WORK, Maturity.RELEASED):
            items = ItemFactory.create_batch(3, space=space, maturity=maturity)
            ItemFactory(space=space, maturity=maturity, organization=supplier)
            Item.objects.filter(pk=items[0].pk).update(owner=mara.user)
            share(items[1], mara)
    return platform, [mara, otto, priya, boss]


SETTINGS = [
    ("externals_read_open", True),
    ("open_readers", OpenReaders.HOST_EMPLOYEES),
    ("open_readers", OpenReaders.BELOW_OWNING),
    ("credentials_counted", "current"),
]


@pytest.mark.parametrize(("code", "value"), SETTINGS)
def test_foretold_is_what_happens(world, code, value):
    platform, people = world

    def read(member):
        rows = access.narrow(Item.objects.all(), actor_of(member), "read")
        return set(rows.values_list("pk", flat=True))

    before = {member.user: read(member) for member in people}
    more, less, _readers = option_effects.changes(actors.everyone(platform), {code: value})
    type(platform).objects.filter(pk=platform.pk).update(**{code: value})
    after = {member.user: read(member) for member in people}
    assert {person.user: number for person, number in more.items()} == {
        user: len(after[user] - before[user]) for user in after
    }
    assert {person.user: number for person, number in less.items()} == {
        user: len(before[user] - after[user]) for user in after
    }


def test_says_who_reads_more(world):
    _platform, people = world
    lines = option_effects.effects(actor_of(people[-1]), {"externals_read_open": True})
    assert len(lines) == 2 and lines[1].startswith("Mara reads ") and lines[1].endswith(" more items")


def test_says_how_many_read_open_content_now_and_then(world):
    _platform, people = world
    boss = actor_of(people[-1])
    lines = option_effects.effects(boss, {"open_readers": OpenReaders.HOST_EMPLOYEES, "restricted_first": True})
    assert lines[0] == "3 people read open content of spaces they are not in today; with this 1."
    lines = option_effects.effects(boss, {"open_readers": OpenReaders.EVERY_CREDENTIAL})
    assert lines == [
        "3 people read open content of spaces they are not in today; with this as many.",
        "Nobody reads more or less than now.",
    ]


def test_says_when_nothing_changes():
    boss = worker(PlatformFactory(), Right.ADMINISTRATOR)
    assert option_effects.effects(actor_of(boss), {"externals_read_open": True}) == [
        "0 people read open content of spaces they are not in today; with this as many.",
        "Nobody reads more or less than now.",
    ]


def test_other_options_open_nothing(world):
    assert option_effects.effects(actor_of(world[1][-1]), {"freeze_before_release": True}) == []


@pytest.mark.parametrize("number", [1, 20])
def test_constant_queries(world, number, django_assert_max_num_queries):
    platform, _people = world
    for _ in range(number):
        give(worker(platform, Right.EXTERNAL), SpaceFactory(platform=platform), "reader")
    people = actors.everyone(platform)
    with django_assert_max_num_queries(3):
        option_effects.changes(people, {"externals_read_open": True})
