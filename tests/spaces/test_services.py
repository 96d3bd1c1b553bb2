"""Making, opening, closing and deleting spaces, and the previews that come before."""

import pytest

from content import visibility_preview
from content.models import Category, Maturity
from spaces import hooks, previews
from spaces.credentials import CredentialSpec
from spaces.models import Credential, Space, Visibility
from spaces.services import change_visibility, create_space, delete_space, edit_space
from tenants import access
from tenants import actor as actors
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.models import AuditEvent, Kind, Right
from tests.factories import (
    ItemFactory,
    MemberFactory,
    OrganizationFactory,
    SpaceFactory,
    actor_of,
    give,
    host_of,
    license_member,
    share,
    worker,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def space():
    return SpaceFactory()


@pytest.fixture
def owner(space):
    member = worker(space.platform)
    give(member, space, "owner")
    return member


@pytest.fixture
def administrator(space):
    return worker(space.platform, Right.ADMINISTRATOR)


# --- creating ---


def test_creator_gets_leader_and_owner_and_works_as_leader(space):
    host = host_of(space.platform)
    department = OrganizationFactory(platform=space.platform, parent=host, kind=Kind.DEPARTMENT)
    member = worker(space.platform, unit=department)
    made = create_space(actor=actor_of(member), title="  Test   rig ", visibility="protected")
    held = actor_of(member).held
    assert made.title == "Test rig"
    assert {(one.responsibility, one.restricted, one.organization_id) for one in held} == {
        ("leader", False, department.pk),
        ("owner", False, department.pk),
    }
    assert actor_of(member).current.responsibility == "leader"
    assert AuditEvent.objects.get().verb == "space_created"


def test_creator_gets_the_organization_of_the_current_credential(space):
    supplier = OrganizationFactory(platform=space.platform)
    member = worker(space.platform)
    member.organizations.add(supplier)
    give(member, space, "reader", organization=supplier)
    made = create_space(actor=actor_of(member), title="Joint work")
    assert {row.organization for row in made.credentials.all()} == {supplier}


@pytest.mark.parametrize(
    ("right", "option", "credential", "may"),
    [
        (Right.ADMINISTRATOR, False, None, True),
        (Right.MEMBER, True, None, True),
        (Right.MEMBER, True, ("reader", False), True),
        (Right.MEMBER, True, ("leader", True), False),
        (Right.MEMBER, True, ("public_reader", False), False),
        (Right.MEMBER, False, ("owner", False), False),
        (Right.EXTERNAL, True, ("owner", False), False),
    ],
)
def test_who_creates_a_space(space, right, option, credential, may):
    space.platform.members_create_spaces = option
    space.platform.save()
    member = worker(space.platform, right)
    if credential:
        give(member, space, credential[0], restricted=credential[1])
    actor = actor_of(member)
    if may:
        assert create_space(actor=actor, title="New")
    else:
        with pytest.raises(AccessDenied):
            create_space(actor=actor, title="New")
        assert Space.objects.count() == 1


@pytest.mark.parametrize(
    ("title", "field"), [("", "title"), ("   ", "title"), ("x" * 81, "title"), ("SPACE SEEN", "title")]
)
def test_titles_that_cannot_be(space, administrator, title, field):
    SpaceFactory(platform=space.platform, title="Space seen")
    with pytest.raises(Unacceptable) as refused:
        create_space(actor=actor_of(administrator), title=title)
    assert refused.value.field == field


def test_a_title_of_an_unseen_space_tells_nothing(space):
    made = create_space(actor=actor_of(worker(space.platform)), title=space.title)
    assert made.title == space.title


def test_unknown_visibility_is_a_sentence(space, administrator):
    with pytest.raises(Unacceptable):
        create_space(actor=actor_of(administrator), title="New", visibility="open")


# --- editing, visibility ---


@pytest.mark.parametrize("responsibility", ["reader", "leader", "owner (restricted)"])
def test_only_an_owner_edits(space, responsibility):
    member = worker(space.platform)
    give(member, space, responsibility.split(" ")[0], restricted="restricted" in responsibility)
    with pytest.raises(AccessDenied):
        edit_space(actor=actor_of(member), space=space, title="Other")


def test_edit_keeps_before_and_after(space, owner):
    before = space.title
    edit_space(actor=actor_of(owner), space=space, title="Other", description="What it is")
    event = AuditEvent.objects.get()
    assert (event.before["title"], event.after["title"]) == (before, "Other")


def test_owner_widens_but_does_not_narrow(space, owner):
    change_visibility(actor=actor_of(owner), space=space, visibility="public")
    with pytest.raises(AccessDenied, match="Administrator"):
        change_visibility(actor=actor_of(owner), space=space, visibility="private", reason="Secret")
    space.refresh_from_db()
    assert space.visibility == Visibility.PUBLIC
    assert [event.verb for event in AuditEvent.objects.all()] == ["space_widened"]


def test_administrator_narrows_with_a_reason(space, administrator):
    Space.objects.update(visibility="public")
    with pytest.raises(Unacceptable):
        change_visibility(actor=actor_of(administrator), space=space, visibility="private", reason=" ")
    change_visibility(actor=actor_of(administrator), space=space, visibility="private", reason="Contract ended")
    assert AuditEvent.objects.get().reason == "Contract ended"


def test_the_same_visibility_again_is_a_conflict(space, owner):
    with pytest.raises(Conflict):
        change_visibility(actor=actor_of(owner), space=space, visibility="private")


def test_stranger_finds_no_space_to_change(space):
    actor = actor_of(worker(space.platform))
    for act in (
        lambda: edit_space(actor=actor, space=space, title="x"),
        lambda: change_visibility(actor=actor, space=space, visibility="public"),
        lambda: delete_space(actor=actor, space=space),
    ):
        with pytest.raises(NotVisible):
            act()


def test_space_of_another_platform_is_not_found(space):
    elsewhere = actor_of(worker(SpaceFactory().platform, Right.ADMINISTRATOR))
    with pytest.raises(NotVisible):
        delete_space(actor=elsewhere, space=space)


# --- deleting ---


def test_delete_refuses_without_a_number(space, owner, monkeypatch):
    monkeypatch.setattr(hooks, "HOLDING", [lambda asked: asked == space])
    with pytest.raises(Conflict) as refused:
        delete_space(actor=actor_of(owner), space=space)
    assert not any(character.isdigit() for character in refused.value.sentence.replace(space.title, ""))


def test_delete_takes_the_credentials_along(space, owner):
    delete_space(actor=actor_of(owner), space=space)
    assert not Space.objects.exists()
    assert not Credential.objects.exists()
    event = AuditEvent.objects.get()
    assert (event.verb, event.before["title"]) == ("space_deleted", space.title)


# --- previews ---


def _items(space, other):
    for maturity in (Maturity.PRIVATE, Maturity.IN_WORK, Maturity.RELEASED):
        for organization in (host_of(space.platform), other):
            ItemFactory(space=space, organization=organization, maturity=maturity)
    ItemFactory(space=space, kind=Category.PERSONAL)
    ItemFactory(space=space, kind=Category.ADMINISTRATIVE, platform_wide=True)


def _people(space, other):
    """Return a mixed crowd: strangers, workers, restricted, outside, Externals, an Administrator."""
    platform, elsewhere = space.platform, SpaceFactory(platform=space.platform)
    crowd = [worker(platform), worker(platform, Right.ADMINISTRATOR)]
    for responsibility in ("public_reader", "reader", "leader", "owner"):
        for restricted in (False, True):
            for where in (space, elsewhere):
                if responsibility == "public_reader" and restricted:
                    continue
                member = worker(platform)
                give(member, where, responsibility, restricted=restricted)
                external = worker(platform, Right.EXTERNAL, company=other)
                give(external, where, responsibility, restricted=restricted)
                crowd += [member, external]
    unlicensed = MemberFactory(platform=platform)
    give(unlicensed, space, "owner")
    return [*crowd, unlicensed]


@pytest.fixture
def crowd(space):
    other = OrganizationFactory(platform=space.platform)
    _items(space, other)
    people = _people(space, other)
    item = space.items.filter(maturity=Maturity.IN_WORK).first()
    share(item, people[0])
    for member in people[2:6]:  # content owners inside and outside
        ItemFactory(space=space, owner=member.user, maturity=Maturity.PRIVATE)
        given = ItemFactory(space=space, owner=member.user, maturity=Maturity.PRIVATE)
        share(given, member)
    return people


def test_exposure_agrees_with_the_rules_item_by_item(space, crowd):
    people = actors.everyone(space.platform)
    counts = visibility_preview.exposure(people, space, Visibility.values)
    for visibility, counted in zip(Visibility.values, counts, strict=True):
        Space.objects.filter(pk=space.pk).update(visibility=visibility)
        items = list(space.items.select_related("space"))
        for item in items:
            item.space.visibility = visibility
        for actor in people:
            rows = [item for item in items if access.can(actor, "read", item)]
            assert counted[actor].total() == len(rows), (visibility, str(actor.user), actor.held)


def test_exposure_asks_a_fixed_number_of_queries(space, crowd, django_assert_num_queries):
    people = actors.everyone(space.platform)
    with django_assert_num_queries(2):
        visibility_preview.exposure(people, space, [Visibility.PROTECTED, Visibility.PUBLIC])


def test_widening_counts_other_organizations_apart(space, owner, monkeypatch):
    monkeypatch.setattr(previews, "EXPOSURES", [visibility_preview.exposure])
    other = OrganizationFactory(platform=space.platform)
    reader = worker(space.platform)
    give(reader, SpaceFactory(platform=space.platform), "reader")
    _items(space, other)
    gains, losses = previews.visibility_preview(space, Visibility.PUBLIC, own={host_of(space.platform).pk})
    gained = {change.member_id: (change.items, change.others) for change in gains}
    assert gained == {reader.pk: (4, 2)}  # the platform-wide resource was readable before
    assert losses == []


def test_narrowing_tells_who_loses(space, monkeypatch):
    monkeypatch.setattr(previews, "EXPOSURES", [visibility_preview.exposure])
    space.visibility = Visibility.PUBLIC
    space.save()
    reader = worker(space.platform)
    give(reader, SpaceFactory(platform=space.platform), "reader")
    _items(space, OrganizationFactory(platform=space.platform))
    gains, losses = previews.visibility_preview(space, Visibility.PROTECTED)
    assert gains == []
    assert [(change.member_id, change.items) for change in losses] == [(reader.pk, 2)]


def test_a_first_unrestricted_credential_opens_so_much(space, monkeypatch):
    monkeypatch.setattr(previews, "READABLE", [visibility_preview.readable])
    public = SpaceFactory(platform=space.platform, visibility=Visibility.PUBLIC)
    ItemFactory(space=public)
    ItemFactory(space=space)
    ItemFactory(space=space, maturity=Maturity.PRIVATE)
    pending = MemberFactory(platform=space.platform, status="pending")
    license_member(pending)
    spec = CredentialSpec("reader", False, host_of(space.platform))
    assert previews.opens(actors.build([pending])[0], space, spec) == (1, 1)
    bound = CredentialSpec("public_reader", False, host_of(space.platform))
    assert previews.opens(actors.build([pending])[0], space, bound) == (0, 1)
