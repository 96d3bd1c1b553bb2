"""What people hold through groups, as the actor, the pages and the counts see it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from spaces import center, holders, owners, people
from spaces.credentials import choose_credential
from spaces.models import CurrentCredential, Space
from tenants import access
from tenants import actor as actors
from tenants.errors import NotVisible
from tenants.models import Kind, Member, Right, Status
from tests.factories import (
    ItemFactory,
    MemberFactory,
    OrganizationFactory,
    SpaceFactory,
    UserGroupFactory,
    actor_of,
    give,
    give_group,
    host_of,
    share,
    share_group,
    worker,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def space():
    return SpaceFactory(title="Test rig")


@pytest.fixture
def unit(space):
    return OrganizationFactory(platform=space.platform, parent=host_of(space.platform), kind=Kind.UNIT, name="Drives")


@pytest.fixture
def member(space, unit):
    return worker(space.platform, unit=unit, user__name="Gerd Group")


@pytest.fixture
def group(space, member):
    return UserGroupFactory(platform=space.platform, name="Rig team", members=[member])


def held_by(member):
    return actor_of(member).held


def test_a_member_holds_it_with_their_own_lowest_employment_and_it_says_through_which_group(space, group, member, unit):
    give_group(group, space, "author")
    (held,) = held_by(member)
    assert (held.organization_id, held.organization_accent) == (unit.pk, unit.accent)
    assert str(held) == "Author in Test rig for Drives, through the group Rig team"
    assert actor_of(member).current == held
    other = worker(space.platform)
    assert not held_by(other)


def test_sources_count_side_by_side_and_are_told_apart(space, group, member, unit):
    own, through = give(member, space, "author", organization=unit), give_group(group, space, "author")
    second = give_group(UserGroupFactory(platform=space.platform, members=[member], name="B"), space, "reader")
    assert [held.id for held in held_by(member)] == [own.pk, -through.pk, -second.pk]
    item = ItemFactory(space=space)
    reason = access.can(actor_of(member), "read", item).reason
    assert reason == (
        "You are Author in Test rig for Drives. You are Author in Test rig for Drives, through the group Rig team. "
        "You are Reader in Test rig for Drives, through the group B."
    )
    own.delete()
    assert access.can(actor_of(member), "modify", item)


def test_it_counts_within_its_days_for_active_members_only(space, group, member):
    now = timezone.now()
    give_group(group, space, "leader", starts_at=now + timedelta(days=1))
    give_group(group, space, "owner", ends_at=now - timedelta(seconds=1))
    assert not held_by(member)
    give_group(group, space, "reader")
    for status in (Status.PENDING, Status.NO_ACCESS, Status.REMOVED):
        member.status = status
        member.save()
        assert not held_by(member)


def test_the_choice_of_the_current_one_is_the_persons_and_never_anothers(space, group, member):
    own, through = give(member, space, "reader"), give_group(group, space, "author")
    assert actor_of(member).current is None
    choose_credential(actor=actor_of(member), credential_id=-through.pk)
    assert actor_of(member).current.id == -through.pk
    choose_credential(actor=actor_of(member), credential_id=own.pk)
    assert actor_of(member).current.id == own.pk
    assert CurrentCredential.objects.get().group_credential is None
    stranger = worker(space.platform)
    give(stranger, space), give(stranger, space, "author")
    for forged in (-through.pk, own.pk, through.pk + 10**6, -(10**6)):
        with pytest.raises(NotVisible):
            choose_credential(actor=actor_of(stranger), credential_id=forged)


def test_a_group_keeps_no_space(space, group, member):
    give_group(group, space, "owner")
    assert owners.lasting_owners(space) == set()
    lasting = give(member, space, "owner")
    assert owners.lasting_owners(space) == {lasting.pk}


def test_a_share_with_a_group_reaches_its_members_and_the_widest_level_counts(space, group, member):
    item = ItemFactory(title="Bracket")
    foreign = UserGroupFactory(platform=item.platform, members=[worker(item.platform)])
    member = worker(item.platform)
    share(item, member)
    assert not access.can(actor_of(member), "modify", item)
    share_group(item, UserGroupFactory(platform=item.platform, name="Editors", members=[member]), "share_edit")
    share_group(item, foreign, "share_manage")
    actor = actor_of(member)
    assert access.can(actor, "modify", item) and not access.can(actor, "share", item)
    assert access.can(actor, "read", item).reason == (
        "It was shared with you: Can edit, through the group Editors; Can read. That is outside the baseline."
    )


def test_the_people_of_a_space_include_those_of_groups_with_their_source(space, group, member):
    give_group(group, space, "owner", restricted=True)
    external = MemberFactory(
        platform=space.platform, right=Right.EXTERNAL, company=OrganizationFactory(platform=space.platform)
    )
    both = worker(space.platform)
    give(both, space, "owner")
    give_group(UserGroupFactory(platform=space.platform, name="All", members=[external, both]), space, "reader")
    give_group(UserGroupFactory(platform=space.platform, name="Nobody"), space, "owner")
    listed = people.people_of(actor_of(both), space)
    assert sorted((str(row.member), row.responsibility.label, row.group) for row in listed) == sorted(
        [
            ("Gerd Group", "Owner", "through the group Rig team"),
            (str(external), "Reader", "through the group All"),
            (str(both), "Owner", ""),
            (str(both), "Reader", "through the group All"),
        ]
    )
    assert not any(row.editable for row in listed if row.group)
    assert holders.counted(space.platform, [space.pk]) == {space.pk: (2, 1)}
    assert holders.owners_in([space.pk]) == {space.pk: {member.user: True, both.user: False}}
    numbers = Member.objects.annotate(number=holders.number_of_spaces()).values_list("user__name", "number")
    assert dict(numbers) == {"Gerd Group": 1, str(external): 1, str(both): 1}
    assert set(holders.owners_of(space.platform)) == {member.user, both.user}
    spaces = Space.objects.all()
    assert center.filtered(spaces, externals=True).get() == space
    assert center.filtered(spaces, words="Gerd").get() == space
    assert center.filtered(spaces, owner=member.user).get() == space
    assert not center.filtered(spaces, owner=external.user)


def test_t32_a_restricted_person_learns_no_group_and_nobody_of_another_organization_through_one(space, group, member):
    supplier = OrganizationFactory(platform=space.platform)
    bound = worker(space.platform, Right.EXTERNAL, company=supplier)
    near = worker(space.platform, Right.EXTERNAL, company=supplier)
    give(bound, space, "reader", restricted=True)
    team = UserGroupFactory(platform=space.platform, name="Secret team", members=[near, member])
    give_group(team, space, "author", restricted=True)
    listed = people.people_of(actor_of(bound), space)
    assert {row.member.user for row in listed} == {bound.user, near.user}
    assert {row.group for row in listed} == {"", "through a group"}
    assert {row.group for row in people.people_of(actor_of(near), space)} == {"", "through the group Secret team"}


def test_b36_an_actor_and_everybody_take_the_same_number_of_queries(space, django_assert_num_queries):
    def grow():
        for _ in range(3):
            member = worker(space.platform)
            team = UserGroupFactory(platform=space.platform, members=[member])
            give_group(team, space, "author")
            share_group(ItemFactory(space=space), team)

    grow()
    member = worker(space.platform)
    give_group(UserGroupFactory(platform=space.platform, members=[member]), space, "author")
    with django_assert_num_queries(5):
        assert actors.find(member.user, space.platform.slug).held
    for _ in range(2):
        with django_assert_num_queries(7):
            assert any(actor.shares for actor in actors.everyone(space.platform))
        grow()
