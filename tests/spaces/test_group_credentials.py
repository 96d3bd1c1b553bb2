"""Giving, changing and ending what groups hold in spaces: the same rule as giving to each person, asked for each."""

from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone

from spaces.credentials import CredentialSpec, may_give, remove_credential
from spaces.group_credentials import (
    GroupSpec,
    change_group_credential,
    end_group_credential,
    give_to_group,
    groups_for,
    may_give_group,
)
from spaces.models import GroupCredential
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.models import AuditEvent, Notification, Right
from tests.factories import (
    ItemFactory,
    OrganizationFactory,
    SpaceFactory,
    UserGroupFactory,
    actor_of,
    give,
    give_group,
    worker,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def space():
    return SpaceFactory(title="Test rig")


@pytest.fixture
def supplier(space):
    return OrganizationFactory(platform=space.platform, name="Supplier")


@pytest.fixture
def owner(space):
    member = worker(space.platform, user__name="Olga Owner")
    give(member, space, "owner")
    return member


@pytest.fixture
def insider(space):
    return worker(space.platform, user__name="Ina Inside")


@pytest.fixture
def outsider(space, supplier):
    return worker(space.platform, Right.EXTERNAL, company=supplier, user__name="Otto Outside")


def test_t04_giving_to_a_group_is_giving_to_each_person_in_it(space, supplier, owner, insider, outsider):
    platform, now = space.platform, timezone.now()
    free = worker(platform, Right.EXTERNAL, company=supplier)
    give(free, space, "reader")
    teams = [UserGroupFactory(platform=platform, members=people) for people in ([insider], [outsider], [free])]
    teams.append(UserGroupFactory(platform=platform, members=[insider, outsider]))
    ending = worker(platform)
    give(ending, space, "owner", ends_at=now + timedelta(days=5))
    bound = worker(platform, Right.EXTERNAL, company=supplier)
    give(bound, space, "owner", restricted=True)
    leader, stranger = worker(platform), worker(platform)
    give(leader, space, "leader")
    givers = [owner, ending, bound, leader, stranger, worker(platform, Right.ADMINISTRATOR)]
    givers = [(giver, actor_of(giver)) for giver in givers]
    teams = [
        (team, list(team.members.select_related("platform", "user", "company", "unit").order_by("pk")))
        for team in teams
    ]
    kinds = [("public_reader", False), ("reader", False), ("author", True), ("owner", True)]
    answers = set()
    for (giver, actor), (team, members), kind, days in product(givers, teams, kinds, [None, 3, 9]):
        ends_at = now + timedelta(days=days) if days else None
        each = all(
            may_give(actor, space, member, CredentialSpec(*kind, member.employment, None, ends_at))
            for member in members
        )
        answer = bool(may_give_group(actor, space, team, GroupSpec(*kind, ends_at=ends_at)))
        assert answer is each, (giver, members, kind, days)
        answers.add((giver.pk, answer))
    assert {pk for pk, answer in answers if answer} == {owner.pk, ending.pk, bound.pk, givers[-1][0].pk}


def test_an_owner_restricted_gives_nothing_to_a_group_that_is_empty_or_mixed(space, supplier, outsider, insider):
    bound = worker(space.platform, Right.EXTERNAL, company=supplier)
    give(bound, space, "owner", restricted=True)
    own = UserGroupFactory(platform=space.platform, name="Own", members=[outsider])
    mixed = UserGroupFactory(platform=space.platform, name="Mixed", members=[outsider, insider])
    empty = UserGroupFactory(platform=space.platform, name="Empty")
    assert groups_for(actor_of(bound), space) == [own]
    for group in (mixed, empty):
        with pytest.raises(AccessDenied):
            give_to_group(actor=actor_of(bound), space=space, group=group, spec=GroupSpec("reader", True))
    credential = give_to_group(actor=actor_of(bound), space=space, group=own, spec=GroupSpec("author", True))
    end_group_credential(actor=actor_of(bound), credential=credential)
    wide = give_group(mixed, space, "reader")
    for act in (
        lambda: end_group_credential(actor=actor_of(bound), credential=wide),
        lambda: change_group_credential(actor=actor_of(bound), credential=wide, spec=GroupSpec("reader", True)),
    ):
        with pytest.raises(AccessDenied):
            act()


def test_it_is_given_changed_and_ended_with_one_entry_each_and_people_are_told(space, owner, insider):
    group = UserGroupFactory(platform=space.platform, name="Rig team", members=[insider, owner])
    actor = actor_of(owner)
    credential = give_to_group(actor=actor, space=space, group=group, spec=GroupSpec("author"))
    with pytest.raises(Conflict):
        give_to_group(actor=actor, space=space, group=group, spec=GroupSpec("author"))
    locked = ItemFactory(space=space, locked_by=insider.user)
    note = Notification.objects.get()
    assert (note.user, note.text) == (
        insider.user,
        "Author in Test rig is yours now, through the group Rig team.",
    )
    changed = change_group_credential(actor=actor, credential=credential, spec=GroupSpec("reader"))
    locked.refresh_from_db()
    assert locked.locked_by is None and [held.label for held in actor_of(insider).held] == ["Reader"]
    end_group_credential(actor=actor, credential=changed)
    assert not actor_of(insider).held
    entries = AuditEvent.objects.filter(space_id=space.pk).values_list("verb", "before", "after")
    assert [verb for verb, _before, _after in entries] == [
        "group_credential_removed",
        "group_credential_changed",
        "group_credential_given",
    ]
    assert entries[1][1]["responsibility"] == "Author" and entries[1][2]["responsibility"] == "Reader"


@pytest.mark.parametrize(
    "spec",
    [
        GroupSpec("administrator"),
        GroupSpec("public_reader", True),
        GroupSpec("reader", ends_at=timezone.now() - timedelta(days=1)),
        GroupSpec("reader", starts_at=timezone.now() + timedelta(days=3), ends_at=timezone.now() + timedelta(days=2)),
    ],
)
def test_what_nobody_could_hold_is_refused(space, owner, spec):
    group = UserGroupFactory(platform=space.platform)
    with pytest.raises(Unacceptable):
        give_to_group(actor=actor_of(owner), space=space, group=group, spec=spec)
    assert not GroupCredential.objects.exists()


def test_t20_groups_and_spaces_of_other_platforms_are_not_there(space, owner, insider):
    foreign = UserGroupFactory()
    with pytest.raises(NotVisible):
        give_to_group(actor=actor_of(owner), space=space, group=foreign, spec=GroupSpec("reader"))
    stranger = worker(foreign.platform, Right.ADMINISTRATOR)
    mine = give_group(UserGroupFactory(platform=space.platform, members=[insider]), space)
    for act in (
        lambda: end_group_credential(actor=actor_of(stranger), credential=mine),
        lambda: give_to_group(actor=actor_of(stranger), space=space, group=foreign, spec=GroupSpec("reader")),
    ):
        with pytest.raises(NotVisible):
            act()


def test_b20_a_group_of_owners_does_not_let_the_last_owner_go(space, owner, insider):
    give_group(UserGroupFactory(platform=space.platform, members=[insider]), space, "owner")
    with pytest.raises(Conflict):
        remove_credential(actor=actor_of(insider), credential=space.credentials.get(user=owner.user))
    assert space.credentials.filter(user=owner.user).exists()
