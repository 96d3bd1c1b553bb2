"""User groups: who keeps them, what joining and leaving gives and ends, roles and licences through them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from content.models import Level
from spaces.credentials import choose_credential
from spaces.models import CurrentCredential
from tenants import acceptance, expiries, group_roles, groups, ledger, members, stock
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.models import (
    AuditEvent,
    GroupMember,
    InvitationState,
    Notification,
    Right,
    RoleGrant,
    RoleStock,
    Status,
    UserGroup,
)
from tests.factories import (
    ItemFactory,
    MemberFactory,
    PlatformFactory,
    SpaceFactory,
    UserFactory,
    UserGroupFactory,
    actor_of,
    catalogue,
    give,
    give_group,
    license_member,
    share_group,
    worker,
)
from tests.tenants.worlds import invited

pytestmark = pytest.mark.django_db


@pytest.fixture
def platform():
    return PlatformFactory(invitations_from_administrators=True)


@pytest.fixture
def administrator(platform):
    return actor_of(bare(platform, Right.ADMINISTRATOR))


@pytest.fixture
def group(platform):
    return UserGroupFactory(platform=platform, name="Rig team")


@pytest.fixture
def person(platform):
    member = worker(platform, user__name="Gerd Group")
    ledger.open_entries([member.pk])
    return member


@pytest.fixture
def design(platform):
    """Return the role Design, of which one licence is left."""
    role = catalogue()["DES"]
    stored, _made = RoleStock.objects.get_or_create(platform=platform, role=role, defaults={"quantity": 0})
    RoleStock.objects.filter(pk=stored.pk).update(quantity=stored.used + 1)
    return role


def bare(platform, right=Right.MEMBER):
    """Return a member who may work with content, and no more."""
    member = MemberFactory(platform=platform, right=right)
    license_member(member, ("ENT", "COL"))
    ledger.open_entries([member.pk])
    return member


def test_groups_are_kept_by_administrators_of_their_platform_alone(platform, administrator, group, person):
    other = worker(PlatformFactory(), Right.ADMINISTRATOR)
    for act in (
        lambda actor: groups.create_group(actor=actor, name="X"),
        lambda actor: groups.edit_group(actor=actor, group=group, name="X"),
        lambda actor: groups.add_to_group(actor=actor, group=group, member=person),
        lambda actor: groups.delete_group(actor=actor, group=group),
        lambda actor: group_roles.grant_to_group(actor=actor, group=group, role=catalogue()["ENT"]),
    ):
        with pytest.raises(AccessDenied):
            act(actor_of(person))
    for act in (
        lambda: groups.edit_group(actor=actor_of(other), group=group, name="X"),
        lambda: groups.add_to_group(actor=actor_of(other), group=group, member=person),
        lambda: groups.add_to_group(actor=administrator, group=group, member=other),
        lambda: groups.remove_from_group(actor=administrator, group=group, member=person),
        lambda: group_roles.grant_to_group(actor=actor_of(other), group=group, role=catalogue()["ENT"]),
    ):
        with pytest.raises(NotVisible):
            act()
    assert not AuditEvent.objects.filter(verb__startswith="group").exists()


def test_names_are_needed_and_unique_on_a_platform_only(administrator, group):
    for name in ("", "  ", "rig TEAM"):
        with pytest.raises(Unacceptable):
            groups.create_group(actor=administrator, name=name)
    UserGroupFactory(name="Rig team")
    made = groups.create_group(actor=administrator, name="  Other   team ", description="They build")
    assert (made.name, made.description) == ("Other team", "They build")
    with pytest.raises(Conflict):
        groups.edit_group(actor=administrator, group=made, name="Other team", description="They build")


def test_joining_says_before_what_it_gives_and_leaving_what_it_ends(platform, administrator, group, person):
    space = SpaceFactory(platform=platform, title="Test rig")
    items = [ItemFactory(space=space) for _ in range(3)]
    elsewhere = ItemFactory(space=SpaceFactory(platform=platform), title="Bracket", number="P-1")
    give_group(group, space, "author"), share_group(elsewhere, group, Level.EDIT)
    group_roles.grant_to_group(actor=administrator, group=group, role=catalogue()["CHG"])
    role = catalogue()["CHG"]
    given = (f"{role}, with a licence", f"Author in Test rig for {person.company}", f"Can edit on {elsewhere}")
    before = groups.joining(administrator, group, person)
    assert before.lines == given
    assert before.effects == ("0 items can be read now, and 4 items then",)
    groups.add_to_group(actor=administrator, group=group, member=person)
    actor = actor_of(person)
    assert {held.group for held in actor.held} == {"Rig team"} and len(items) == 3
    after = groups.leaving(actor, group, person)
    assert (after.lines, after.effects) == (before.lines, ("4 items can be read now, and 0 items then",))
    note = Notification.objects.get(user=person.user, kind="group")
    assert note.text.startswith("You are in the group Rig team now.") and "Bracket" not in note.text
    assert note.path.endswith("/groups/")
    with pytest.raises(Unacceptable):
        groups.add_to_group(actor=administrator, group=group, member=person)
    groups.remove_from_group(actor=administrator, group=group, member=person)
    assert not actor_of(person).held and not actor_of(person).shares
    assert Notification.objects.get(user=person.user, kind="group").text.startswith("You are no longer in")
    verbs = list(AuditEvent.objects.filter(verb__in=("group_joined", "group_left")).values_list("verb", "subject"))
    assert verbs == [("group_left", person.user_id), ("group_joined", person.user_id)]


def test_t45_leaving_ends_locks_and_the_current_credential_and_joining_again_brings_neither_back(
    platform, administrator, group, person
):
    space = SpaceFactory(platform=platform)
    credential = give_group(group, space, "author")
    shared = ItemFactory(space=SpaceFactory(platform=platform))
    share_group(shared, group, Level.EDIT)
    own = SpaceFactory(platform=platform)
    give(person, own, "author")
    groups.add_to_group(actor=administrator, group=group, member=person)
    choose_credential(actor=actor_of(person), credential_id=-credential.pk)
    locked = [ItemFactory(space=where, locked_by=person.user) for where in (space, own)]
    shared.locked_by = person.user
    shared.save()
    groups.remove_from_group(actor=administrator, group=group, member=person)
    for item in (*locked, shared):
        item.refresh_from_db()
    assert [item.locked_by for item in (*locked, shared)] == [None, person.user, None]
    assert not CurrentCredential.objects.exists()
    groups.add_to_group(actor=administrator, group=group, member=person)
    assert actor_of(person).current is None


def test_t45_deleting_a_group_ends_everything_it_gave_to_everybody(platform, administrator, person, group, design):
    space = SpaceFactory(platform=platform)
    give_group(group, space, "leader"), share_group(ItemFactory(space=space), group)
    other = bare(platform)
    for member in (person, other):
        groups.add_to_group(actor=administrator, group=group, member=member)
    RoleStock.objects.filter(role=design).update(quantity=5)
    group_roles.grant_to_group(actor=administrator, group=group, role=design)
    locked = ItemFactory(space=space, locked_by=person.user)
    groups.delete_group(actor=administrator, group=group)
    locked.refresh_from_db()
    assert locked.locked_by is None
    assert not UserGroup.objects.exists() and not GroupMember.objects.exists()
    assert not any(actor_of(member).held or actor_of(member).shares for member in (person, other))
    assert not RoleGrant.objects.exclude(through=None).exists()
    assert Notification.objects.filter(kind="group", text__startswith="The group Rig team was deleted").count() == 2
    assert list(ledger.differences()) == []


def test_t45_the_end_of_a_membership_takes_the_person_out_and_frees_the_licence(platform, administrator, group, design):
    member = bare(platform)
    space = SpaceFactory(platform=platform, title="Test rig")
    give_group(group, space)
    groups.add_to_group(actor=administrator, group=group, member=member)
    group_roles.grant_to_group(actor=administrator, group=group, role=design)
    assert {
        "being in the group Rig team ends",
        "Design, through the group Rig team, ends, and its licence is free again",
        "Reader in Test rig, through the group Rig team",
    } <= set(members.endings(member))
    members.end_access(actor=administrator, member=member)
    assert not group.entries.exists() and not member.grants.exists()
    assert RoleStock.objects.get(role=design).used == 0
    assert list(ledger.differences()) == []


def test_pending_people_are_put_in_and_it_counts_from_acceptance(platform, administrator, group, design):
    space = SpaceFactory(platform=platform, title="Test rig")
    give_group(group, space)
    group_roles.grant_to_group(actor=administrator, group=group, role=design)
    taken = bare(platform)
    groups.add_to_group(actor=administrator, group=group, member=taken)  # the only licence
    user = UserFactory()
    user.emailaddress_set.create(email=user.email, verified=True)
    invitation = invited(platform, user, inviter=administrator.user)
    groups.add_to_group(actor=administrator, group=group, member=invitation.member)
    assert not actor_of(invitation.member).held
    assert RoleStock.objects.get(role=design).used == 1
    answer = acceptance.accept_invitation(user=user, pk=invitation.pk)
    assert answer.left_out == ("No licence of Design was left, so it was granted without one.",)
    actor = actor_of(answer.member)
    assert [held.group for held in actor.held] == ["Rig team"]
    assert actor.member.grants.get(through__group=group).assigned is False
    invitation.refresh_from_db()
    assert invitation.state == InvitationState.ACCEPTED
    assert any("Rig team" in line for line in AuditEvent.objects.get(verb="invitation_accepted").after["given"])
    assert list(ledger.differences()) == []


def test_a_pending_place_moves_to_the_persons_own_account(platform, administrator, group):
    owner = UserFactory()
    returning = MemberFactory(platform=platform, user=owner, status=Status.NO_ACCESS)
    invitation = invited(platform, inviter=administrator.user)
    owner.emailaddress_set.create(email=invitation.email, verified=True)
    groups.add_to_group(actor=administrator, group=group, member=invitation.member)
    acceptance.accept_invitation(user=owner, pk=invitation.pk)
    assert list(group.members.all()) == [returning]


def test_b16_t51_each_takes_one_licence_and_joining_without_one_is_refused(platform, administrator, group, design):
    first, second = bare(platform), bare(platform)
    group_roles.grant_to_group(actor=administrator, group=group, role=design)
    groups.add_to_group(actor=administrator, group=group, member=first)
    assert actor_of(first).may("design")
    assert actor_of(first).resolutions["DES"].words == "Assigned here, through the group Rig team"
    warned = groups.joining(administrator, group, second).lines
    assert "No licence of Design is left, so joining is refused" in warned
    with pytest.raises(Conflict, match="No licence of Design is left"):
        groups.add_to_group(actor=administrator, group=group, member=second)
    assert not second.group_entries.exists() or pytest.fail("half joined")
    groups.remove_from_group(actor=administrator, group=group, member=first)
    assert RoleStock.objects.get(role=design).used == 0
    groups.add_to_group(actor=administrator, group=group, member=second)
    assert RoleStock.objects.get(role=design).used == 1
    assert list(ledger.differences()) == []


def test_b16_a_person_takes_one_licence_however_many_sources_give_the_role(platform, administrator, group, design):
    member = bare(platform)
    again = UserGroupFactory(platform=platform, name="Again")
    for each in (group, again):
        group_roles.grant_to_group(actor=administrator, group=each, role=design)
        groups.add_to_group(actor=administrator, group=each, member=member)
    own = stock.grant_role(actor=administrator, member=member, role=design)
    assert RoleStock.objects.get(role=design).used == 1
    groups.remove_from_group(actor=administrator, group=group, member=member)
    stock.ungrant_role(actor=administrator, grant=own)
    assert RoleStock.objects.get(role=design).used == 1 and actor_of(member).may("design")
    through = member.grants.get(through__group=again)
    for act in (
        lambda: stock.ungrant_role(actor=administrator, grant=through),
        lambda: stock.set_grant(actor=administrator, grant=through, assigned=False, restricted=True),
    ):
        with pytest.raises(Conflict, match="comes through the group Again"):
            act()
    groups.remove_from_group(actor=administrator, group=again, member=member)
    assert RoleStock.objects.get(role=design).used == 0
    assert list(ledger.differences()) == []


def test_b16_granting_to_a_group_takes_a_licence_for_each_or_none_at_all(platform, administrator, group, design):
    people = [bare(platform), bare(platform)]
    for member in people:
        groups.add_to_group(actor=administrator, group=group, member=member)
    with pytest.raises(Conflict):
        group_roles.grant_to_group(actor=administrator, group=group, role=design)


def test_licence_settings_of_a_group_hold_for_each_and_count_as_a_use(platform, administrator, group, design):
    member = bare(platform)
    groups.add_to_group(actor=administrator, group=group, member=member)
    grant = group_roles.grant_to_group(actor=administrator, group=group, role=design, assigned=False)
    assert not actor_of(member).may("design")
    grant = group_roles.set_group_grant(actor=administrator, grant=grant, assigned=True, restricted=False)
    assert actor_of(member).may("design")
    with pytest.raises(Conflict):
        group_roles.set_group_grant(actor=administrator, grant=grant, assigned=True, restricted=False)
    with pytest.raises(Unacceptable):
        group_roles.grant_to_group(actor=administrator, group=group, role=design)
    platform.invitations_from_administrators = False
    platform.save()
    with pytest.raises(Conflict):
        group_roles.set_group_grant(actor=administrator, grant=grant, assigned=False, restricted=True)
    group_roles.ungrant_group(actor=administrator, grant=grant)
    assert not actor_of(member).may("design")
    assert list(ledger.differences()) == []


def test_the_clock_takes_nothing_back_that_a_group_gives(platform, administrator, group, design):
    member = bare(platform)
    groups.add_to_group(actor=administrator, group=group, member=member)
    group_roles.grant_to_group(actor=administrator, group=group, role=design)
    RoleStock.objects.filter(role=design).update(expires_at=timezone.now() - timedelta(days=1))
    assert list(expiries.due(platform)) == [] and expiries.take_back(member) == []
    assert not actor_of(member).may("design")
    RoleStock.objects.filter(role=design).update(expires_at=None)
    assert actor_of(member).may("design")
