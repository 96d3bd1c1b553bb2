"""What holds in every world: random people, credentials, items and shares."""

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from content.models import Category, Item, Level, Maturity
from spaces.models import Credential, Responsibility, Visibility
from tenants import access
from tenants import actor as actors
from tenants.models import OpenReaders, Right
from tests.factories import (
    ItemFactory,
    OrganizationFactory,
    PlatformFactory,
    SpaceFactory,
    give,
    host_of,
    share,
    worker,
)

PEOPLE, SPACES, COMPANIES = range(4), range(3), range(2)
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
a_world = st.fixed_dictionaries(
    {
        "rights": st.lists(st.sampled_from(Right.values), min_size=4, max_size=4),
        "visibilities": st.lists(st.sampled_from(Visibility.values), min_size=3, max_size=3),
        "credentials": st.lists(a_credential, max_size=7, unique=True),
        "items": st.lists(an_item, min_size=1, max_size=8),
        "shares": st.lists(st.tuples(st.sampled_from(PEOPLE), st.integers(0, 7)), max_size=3, unique=True),
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
        for person, space, responsibility, bound in {
            (person, space, responsibility, restricted and responsibility != "public_reader")
            for person, space, responsibility, restricted in facts["credentials"]
        }:
            give(self.members[person], self.spaces[space], responsibility, restricted=bound)
        self.items = [self.item(*item) for item in facts["items"]]
        for person, number in facts["shares"]:
            item = self.items[number % len(self.items)]
            if item.category != Category.PERSONAL and not item.shares.filter(user=self.members[person].user).exists():
                share(item, self.members[person], Level.values[number % 3])

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


class Properties(TestCase):
    """Each example is a world of its own."""

    @settings(max_examples=12, deadline=None)
    @given(facts=a_world)
    def test_b01_list_and_single_answer_agree(self, facts):
        world = World(facts)
        items = list(Item.objects.select_related("space"))
        for actor in world.actors():
            for act in access.POLICIES[Item]:
                listed = set(access.narrow(Item.objects.all(), actor, act).values_list("pk", flat=True))
                assert listed == {item.pk for item in items if access.can(actor, act, item)}, (act, actor.held)
            newest = access.newest(Item.objects.all(), actor, "list", order=("-modified_at", "-pk"), count=5)
            assert {item.pk for item in newest} <= {item.pk for item in items if access.can(actor, "list", item)}

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
    def test_b07_restricted_people_read_their_own_organization_only(self, facts):
        world = World(facts | {"shares": []})
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


def _seen(actor):
    return list(access.narrow(Item.objects.order_by("pk"), actor, "list").values_list("pk", "title", "number"))
