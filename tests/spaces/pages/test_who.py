"""The pages of spaces: who gets which, what they tell, what bad input gets."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from spaces.models import Credential, InvitationCredential, Space
from tenants.models import Invitation, Right, Status
from tests.factories import ItemFactory, MemberFactory, OrganizationFactory, SpaceFactory, give, worker
from tests.spaces.pages.conftest import names, queries, stable, text

pytestmark = pytest.mark.django_db


# --- who gets which page ---

MANAGERS = {"owner", "owner (restricted)", "administrator"}
PAGES = {
    "control_center": ((), {"administrator"}, 403),
    "space_list": ((), {"everybody"}, 200),
    "space_menu": (("space",), {"insiders"}, 404),
    "space_edit": (("space",), {"owner", "administrator"}, 403),
    "space_visibility": (("space",), {"insiders"}, 404),
    "space_delete": (("space",), {"owner", "administrator"}, 403),
    "space_record": (("space",), {"owner", "administrator"}, 403),
    "space_members": (("space",), {"insiders"}, 404),
    "people_search": (("space",), MANAGERS, 403),
    "credential_add": (("space",), MANAGERS, 403),
    "credential_change": (("space", "credential"), MANAGERS, 403),
    "credential_remove": (("space", "credential"), MANAGERS, 403),
    "credential": ((), {"everybody"}, 200),
}
PARTS = ["stranger", "public_reader", "reader", "leader", "owner (restricted)", "owner", "administrator", "unlicensed"]


def _part(part, space):
    if part == "unlicensed":
        member = MemberFactory(platform=space.platform)
        give(member, space, "owner")
        return member
    member = worker(space.platform, Right.ADMINISTRATOR if part == "administrator" else Right.MEMBER)
    if part not in {"stranger", "administrator"}:
        give(member, space, part.split(" ")[0], restricted="restricted" in part)
    return member


def _status(name, part):
    _args, allowed, _refused = PAGES[name]
    if part == "unlicensed":
        return 403
    inside = part not in {"stranger", "public_reader"}  # Public Reader sees no Private space
    if "everybody" in allowed or part in allowed or ("insiders" in allowed and inside):
        return 200
    return 403 if inside or not PAGES[name][0] else 404


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("name", PAGES)
def test_who_gets_which_page(visit, space, name, part):
    insider = worker(space.platform)
    credential = give(insider, space, "reader", restricted=True)
    known = {"space": space.pk, "credential": credential.pk}
    response = visit(_part(part, space), name, *(known[arg] for arg in PAGES[name][0]))
    assert response.status_code == _status(name, part), text(response)[:500]


@pytest.mark.parametrize("name", [name for name, row in PAGES.items() if row[0]])
@pytest.mark.parametrize("method", ["get", "post"])
def test_space_of_another_platform_answers_like_none(visit, administrator, name, method):
    other = SpaceFactory()
    foreign = give(MemberFactory(platform=other.platform), other, "reader")
    bodies = []
    for pk, credential in ((other.pk, foreign.pk), (10**12, 10**12)):
        args = (pk, credential) if len(PAGES[name][0]) == 2 else (pk,)
        response = visit(administrator, name, *args, data={} if method == "post" else None)
        assert response.status_code in {404, 405}
        bodies.append(stable(response))
    assert bodies[0] == bodies[1]


def test_an_administrator_without_a_licence_repairs(visit, space):
    chief = MemberFactory(platform=space.platform, right=Right.ADMINISTRATOR)
    for name, args in (("control_center", ()), ("space_members", (space.pk,)), ("space_edit", (space.pk,))):
        assert visit(chief, name, *args).status_code == 200


# --- the control center ---


def _fill(platform, number):
    for index in range(number):
        space = SpaceFactory(platform=platform, title=f"Filled {index}")
        give(worker(platform), space, "owner")
        give(worker(platform, Right.EXTERNAL), space, "reader", restricted=True)
        ItemFactory(space=space)


def test_b36_control_center_asks_the_same_number_of_queries(visit, administrator, platform):
    _fill(platform, 1)
    visit(administrator, "control_center")
    asked = queries(lambda: visit(administrator, "control_center"))
    _fill(platform, 23)
    response = visit(administrator, "control_center")
    assert len(response.context["rows"]) == 25
    assert queries(lambda: visit(administrator, "control_center")) == asked


def test_control_center_counts_people_and_items(visit, administrator, platform, space, owner, engineer):
    give(engineer, space, "reader", restricted=True)
    give(engineer, space, "public_reader")
    ended = worker(platform)
    give(ended, space, "reader", ends_at=timezone.now() - timedelta(days=1))
    ItemFactory(space=space)
    row = visit(administrator, "control_center").context["rows"][0]
    assert (row.members, row.externals, row.items) == (1, 1, 1)
    assert [str(user) for user in row.owners] == ["Olga Owner"]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("q=rig", ["Test rig"]),
        ("q=olga", ["Test rig"]),
        ("q=nothing", []),
        ("visibility=public", ["Open"]),
        ("visibility=wide", ["Open", "Test rig"]),
        ("externals=on", ["Open"]),
        ("owner={owner}", ["Test rig"]),
        ("owner=99999999999999999999", ["Open", "Test rig"]),
        ("owner=x", ["Open", "Test rig"]),
        ("sort=-title", ["Test rig", "Open"]),
        ("sort=password", ["Open", "Test rig"]),
        ("page=7", ["Open", "Test rig"]),
        ("page=x", ["Open", "Test rig"]),
    ],
)
def test_control_center_filters(client, administrator, platform, owner, engineer, query, titles):
    other = SpaceFactory(platform=platform, title="Open", visibility="public")
    give(engineer, other, "reader")
    Space.objects.filter(pk=other.pk).update(active_at=timezone.now() + timedelta(minutes=1))
    client.force_login(administrator.user)
    url = reverse("spaces:control_center", args=[platform.slug])
    response = client.get(f"{url}?{query.format(owner=owner.user.pk)}")
    assert [row.space.title for row in response.context["rows"]] == titles


# --- who sees whom ---


def test_b07_bound_people_see_their_own_and_the_unrestricted_owners(visit, space, owner, engineer, supplier):
    give(engineer, space, "author", restricted=True)
    colleague = worker(space.platform, Right.EXTERNAL, company=supplier, user__name="Carl Colleague")
    give(colleague, space, "reader")
    rival = worker(
        space.platform,
        Right.EXTERNAL,
        company=OrganizationFactory(platform=space.platform, name="Rival"),
        user__name="Rita Rival",
    )
    give(rival, space, "author", restricted=True)
    response = visit(engineer, "space_members", space.pk)
    assert names(response) == {"Egon Engineer", "Carl Colleague", "Olga Owner"}
    assert "Rita" not in text(response)
    assert "Rival" not in text(response)
    assert "Rita Rival" in names(visit(owner, "space_members", space.pk))


def test_b06_an_unseen_person_changes_no_byte(visit, space, owner, engineer):
    give(engineer, space, "author", restricted=True)
    before = stable(visit(engineer, "space_members", space.pk))
    give(worker(space.platform, user__name="Unseen"), space, "reader", given_by=owner.user)
    assert stable(visit(engineer, "space_members", space.pk)) == before


def test_owner_restricted_changes_only_its_own_people(visit, space, owner, engineer, supplier):
    boss = worker(space.platform, Right.EXTERNAL, company=supplier)
    give(boss, space, "owner", restricted=True)
    give(engineer, space, "author", restricted=True)
    editable = {
        str(person.member): person.editable for person in visit(boss, "space_members", space.pk).context["people"]
    }
    assert editable == {"Egon Engineer": True, "Olga Owner": False, str(boss): True}
    credential = Credential.objects.get(user=owner.user)
    assert visit(boss, "credential_remove", space.pk, credential.pk).status_code == 403


def test_t10_pending_and_invited_people_are_listed_by_their_address(visit, space, owner, supplier, administrator):
    pending = MemberFactory(platform=space.platform, company=supplier, status=Status.PENDING, user__name="Nils Berg")
    now = timezone.now()
    invitation = Invitation.objects.create(
        platform=space.platform,
        email=pending.user.email,
        member=pending,
        company=supplier,
        inviter=administrator.user,
        token_hash="x",
        sent_at=now,
        expires_at=now + timedelta(days=3),
    )
    InvitationCredential.objects.create(
        invitation=invitation, space=space, responsibility="contributor", organization=supplier, restricted=True
    )
    response = visit(owner, "space_members", space.pk)
    assert pending.user.email in names(response)  # t10: a name would tell of an account
    assert "Nils Berg" not in text(response)
    assert "starts when accepted" in text(response)
    invitation.expires_at = now
    invitation.save()
    assert pending.user.email not in names(visit(owner, "space_members", space.pk))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("e", []),
        ("eg", ["Egon Engineer"]),
        ("engi", ["Egon Engineer"]),
        ("EGON", ["Egon Engineer"]),
        ("gon", []),
        ("zz", []),
        ("", []),
        ("%%", []),
    ],
)
def test_search_finds_by_the_beginning_of_a_name(client, visit, space, owner, engineer, words, found):
    MemberFactory(user__name="Egon Elsewhere")  # on another platform
    MemberFactory(platform=space.platform, user__name="Egon Gone", status=Status.REMOVED)
    client.force_login(owner.user)
    url = reverse("spaces:people_search", args=[space.platform.slug, space.pk])
    response = client.get(url, {"q": words})
    assert [str(member) for member in response.context["found"]] == found


def test_owner_restricted_finds_only_its_own_people(client, space, owner, engineer, supplier):
    boss = worker(space.platform, Right.EXTERNAL, company=supplier)
    give(boss, space, "owner", restricted=True)
    client.force_login(boss.user)
    url = reverse("spaces:people_search", args=[space.platform.slug, space.pk])
    assert [str(member) for member in client.get(url, {"q": "eg"}).context["found"]] == ["Egon Engineer"]
    assert client.get(url, {"q": "olga"}).context["found"] == []


# --- giving, changing, ending by the pages ---
