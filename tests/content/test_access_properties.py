"""What holds in every world: random people, groups, credentials, items and shares."""

from collections import Counter
from copy import copy

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from content import move_batches, newest, readers, reading
from content.models import Category, Item, Level, Maturity
from content.moves import place_of, placed
from spaces import previews
from spaces.models import Credential, Responsibility, Visibility
from tenants import access
from tenants import actor as actors
from tenants.models import OpenReaders, Right
from tests.factories import (
    ItemFactory,
    OrganizationFactory,
    PlatformFactory,
    SpaceFactory,
    UserGroupFactory,
    give,
    give_group,
    host_of,
    share,
    share_group,
    worker,
)

PEOPLE, SPACES, COMPANIES, GROUPS = range(4), range(3), range(2), range(2)
STATES = [state for state in Maturity.values if state != "none"]
a_credential = st.tuples(
    st.sampled_from(PEOPLE), st.sampled_from(SPACES), st.sampled_from(Responsibility.values), st.booleans()
)
an_item = st.tuples(
    st.sampled_from(SPACES),
    st.sampled_from(Category.values),
    st.sampled_from(STATES),
    st.sampled_from(COMPANIES),
    st.sampled_from(PEOPLE),
)
a_group_credential = st.tuples(
    st.sampled_from(GROUPS), st.sampled_from(SPACES), st.sampled_from(Responsibility.values), st.booleans()
)
a_world = st.fixed_dictionaries(
    {
        "rights": st.lists(st.sampled_from(Right.values), min_size=4, max_size=4),
        "visibilities": st.lists(st.sampled_from(Visibility.values), min_size=3, max_size=3),
        "credentials": st.lists(a_credential, max_size=7, unique=True),
        "items": st.lists(an_item, min_size=1, max_size=8),
        "shares": st.lists(st.tuples(st.sampled_from(PEOPLE), st.integers(0, 7)), max_size=3, unique=True),
        "groups": st.lists(st.sets(st.sampled_from(PEOPLE), max_size=3), min_size=2, max_size=2),
        "group_credentials": st.lists(a_group_credential, max_size=3, unique=True),
        "group_shares": st.lists(st.tuples(st.sampled_from(GROUPS), st.integers(0, 7)), max_size=2, unique=True),
        "open_readers": st.sampled_from(OpenReaders.values),
        "counted": st.sampled_from(["all", "current"]),
    }
)


class World:
    """The rows of one random world."""

    def __init__(self, facts):
        self.platform = PlatformFactory(open_readers=facts["open_readers"], credentials_counted=facts["counted"])
        self.companies = [host_of(self.platform), OrganizationFactory(platform=self.platform)]
        self.members = [
            worker(self.platform, right, company=self.companies[number % 2])
            for number, right in enumerate(facts["rights"])
        ]
        self.spaces = [SpaceFactory(platform=self.platform, visibility=name) for name in facts["visibilities"]]
        for person, space, responsibility, bound in _bound(facts["credentials"]):
            give(self.members[person], self.spaces[space], responsibility, restricted=bound)
        self.items = [self.item(*item) for item in facts["items"]]
        for person, number in facts["shares"]:
            item = self.items[number % len(self.items)]
            if item.category != Category.PERSONAL and not item.shares.filter(user=self.members[person].user).exists():
                share(item, self.members[person], Level.values[number % 3])
        self.groups = [[self.members[person] for person in sorted(people)] for people in facts["groups"]]
        shares = {}  # one share per group and item
        for group, number in facts["group_shares"]:
            shares.setdefault((group, number % len(self.items)), Level.values[number % 3])
        self._give_groups(_bound(facts["group_credentials"]), shares)

    def _give_groups(self, credentials, shares):
        """Make the groups and give them what the facts say."""
        self.user_groups = [UserGroupFactory(platform=self.platform, members=members) for members in self.groups]
        for group, space, responsibility, bound in credentials:
            give_group(self.user_groups[group], self.spaces[space], responsibility, restricted=bound)
        for (group, item), level in shares.items():
            if self.items[item].category != Category.PERSONAL:
                share_group(self.items[item], self.user_groups[group], level)

    def item(self, space, category, state, company, person):
        """Store one item."""
        personal = category == Category.PERSONAL
        return ItemFactory(
            space=self.spaces[space],
            kind=category,
            maturity=Maturity.NONE if personal else state,
            organization=self.companies[company],
            owner=self.members[person].user,
        )

    def actors(self):
        """Return everybody, freshly loaded."""
        return actors.everyone(self.platform)


def _bound(credentials):
    """Return the credentials, each once, without a Public Reader (Restricted)."""
    return {
        (holder, space, responsibility, restricted and responsibility != "public_reader")
        for holder, space, responsibility, restricted in credentials
    }


class WithoutGroups(World):
    """The same world in which each member of a group was given the same by hand, for their lowest employment."""

    def _give_groups(self, credentials, shares):
        for group, space, responsibility, bound in credentials:
            for member in self.groups[group]:
                held = Credential.objects.filter(
                    user=member.user,
                    content_object=self.spaces[space],
                    permission__codename=responsibility,
                    restricted=bound,
                )
                if not held.exists():
                    give(member, self.spaces[space], responsibility, restricted=bound)
        for (group, number), level in shares.items():
            item = self.items[number]
            for member in self.groups[group] if item.category != Category.PERSONAL else ():
                mine = item.shares.filter(user=member.user).first()
                if mine is None or Level.values.index(mine.get_level()) < Level.values.index(level):
                    item.shares.filter(user=member.user).delete()
                    share(item, member, level)


def _readers(actors, item):
    """Return {user: code of the rule by which they read}."""
    return {actor.user: answer.code for actor, answer in access.who(actors, "read", item) if answer}


class Properties(TestCase):
    """Each example is a world of its own."""

    @settings(max_examples=12, deadline=None)
    @given(facts=a_world)
    def test_b01_everybody_towards_one_space_reads_of_it_what_they_read_as_themselves(self, facts):
        world = World(facts)
        whole = world.actors()
        for item in Item.objects.select_related("space"):
            found = {one.person.user_id: one.code for one in readers.readers(item)}
            assert found == {user.pk: code for user, code in _readers(whole, item).items()}
            for actor in whole:
                assert access.may(actor, "modify", item) == bool(access.can(actor, "modify", item))

    @settings(max_examples=10, deadline=None)
    @given(facts=a_world, width=st.sampled_from(Visibility.values))
    def test_b39_what_a_preview_says_is_what_each_person_is_answered_of_each_item(self, facts, width):
        world = World(facts)
        here, there = world.spaces[:2]
        items = list(here.items.select_related("space", "platform", "organization", "owner"))
        wider, moved = [copy(item) for item in items], [placed(item, place_of(item, space=there)) for item in items]
        for item in wider:
            item.space = copy(here)
            item.space.visibility = width
        sides = previews.visibility_preview(here, width)
        shown = [{change.member_id: change.items for change in side} for side in sides]
        assert shown == _differences(world.actors(), items, wider)
        if items:
            summed = move_batches.sums(list(zip(items, moved, strict=True)))
            shown = [{person.pk: number for person, number in side.items()} for side in summed]
            assert shown == _differences(world.actors(), items, moved)

    @settings(max_examples=12, deadline=None)
    @given(facts=a_world)
    def test_b01_list_and_single_answer_agree(self, facts):
        world = World(facts)
        items = list(Item.objects.select_related("space"))
        for actor in world.actors():
            for act in access.POLICIES[Item]:
                listed = set(access.narrow(Item.objects.all(), actor, act).values_list("pk", flat=True))
                assert listed == {item.pk for item in items if access.can(actor, act, item)}, (act, actor.held)
            for others in (False, True):
                first = newest.newest(reading.ways(actor, others=others), newest.TIMED, 5)
                rows = reading.listed(actor, others=others).order_by(*newest.ORDER)
                assert list(first) == list(rows.values_list(*newest.TIMED)[:5]), (others, actor.held)

    @settings(max_examples=12, deadline=None)
    @given(facts=a_world)
    def test_b39_who_and_what_are_inverse(self, facts):
        world = World(facts)
        everyone = world.actors()
        for item in Item.objects.select_related("space"):
            for actor, decision in access.who(everyone, "read", item):
                alone = actors.of(actor.user, world.platform)
                listed = access.narrow(Item.objects.all(), alone, "read").filter(pk=item.pk).exists()
                assert bool(decision) is listed, (item, actor.held, decision)

    @settings(max_examples=12, deadline=None)
    @given(facts=a_world)
    def test_b01_what_a_group_holds_counts_as_if_each_member_held_it(self, facts):
        facts |= {"counted": "all"}  # which one is current is a person's choice among what they hold
        world, twin = World(facts), WithoutGroups(facts)
        for member, other in zip(world.members, twin.members, strict=True):
            actor, same = actors.of(member.user, world.platform), actors.of(other.user, twin.platform)
            for act in access.POLICIES[Item]:
                if act.startswith(("repair", "exception_")):
                    continue  # by the current credential alone
                for item, same_item in zip(world.items, twin.items, strict=True):
                    assert bool(access.can(actor, act, item)) is bool(access.can(same, act, same_item)), (
                        act,
                        actor.held,
                    )

    @settings(max_examples=12, deadline=None)
    @given(facts=a_world)
    def test_b07_restricted_people_read_their_own_organization_only(self, facts):
        world = World(facts | {"shares": [], "group_shares": []})
        for actor in world.actors():
            if actor.is_administrator or not all(held.restricted or held.is_public_reader for held in actor.held):
                continue
            own = {held.organization_id for held in actor.held}
            assert {item.organization_id for item in access.narrow(Item.objects.all(), actor, "read")} <= own

    @settings(max_examples=10, deadline=None)
    @given(facts=a_world, item=an_item)
    def test_b06_an_item_one_may_not_read_changes_no_list(self, facts, item):
        world = World(facts)
        before = {actor.user.pk: _seen(actor) for actor in world.actors()}
        hidden = world.item(*item)
        for actor in world.actors():
            if not access.can(actor, "read", hidden):
                assert _seen(actor) == before[actor.user.pk]

    @settings(max_examples=10, deadline=None)
    @given(facts=a_world)
    def test_b04_nobody_of_another_platform_is_answered_yes(self, facts):
        world = World(facts)
        stranger = worker(PlatformFactory(), Right.ADMINISTRATOR)
        actor = actors.of(stranger.user, stranger.platform)
        for item in world.items:
            assert not any(access.can(actor, act, item) for act in access.POLICIES[Item])
        assert not access.narrow(Item.objects.all(), actor, "read").exists()
        assert Credential.objects.filter(user=stranger.user).count() == 0


def _differences(people, before, after):
    """Return [{member: items gained}, {member: items lost}], asking everybody about every item."""
    gained, lost = Counter(), Counter()
    for actor in people:
        for row, then in zip(before, after, strict=True):
            had, has = (bool(access.can(actor, "read", one)) for one in (row, then))
            gained[actor.member.pk] += has > had
            lost[actor.member.pk] += had > has
    return [dict(+gained), dict(+lost)]


def _seen(actor):
    return list(access.narrow(Item.objects.order_by("pk"), actor, "list").values_list("pk", "title", "number"))
