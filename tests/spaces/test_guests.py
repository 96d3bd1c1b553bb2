"""Members invite Externals into spaces they own: what the option allows, what is carried, what is asked again."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils import timezone

from spaces.guests import Guest, invite_guest
from spaces.inviting import Opened
from spaces.models import Credential
from tenants import acceptance, guest_roles
from tenants.errors import AccessDenied, Conflict, DomainError, TooMany, Unacceptable
from tenants.models import (
    Invitation,
    InvitationRole,
    InvitationState,
    Member,
    Notification,
    Organization,
    Platform,
    Right,
    Status,
)
from tests.factories import (
    MemberFactory,
    OrganizationFactory,
    PlatformFactory,
    SpaceFactory,
    UserFactory,
    actor_of,
    give,
    host_of,
    worker,
)

pytestmark = pytest.mark.django_db
EMAIL = "mara@tolmec.example"


class World:
    """A platform where Members invite, with an Owner of a space."""

    def __init__(self):
        on = {"invitations_from_administrators": True, "invitations_from_members": True}
        self.platform = PlatformFactory(**on)
        self.admin = worker(self.platform, Right.ADMINISTRATOR)
        self.owner = worker(self.platform)
        self.space = SpaceFactory(platform=self.platform, title="Brackets")
        self.credential = give(self.owner, self.space, "owner")
        self.company = OrganizationFactory(platform=self.platform, name="Tolmec")
        self.user = UserFactory(email=EMAIL)
        EmailAddress.objects.create(user=self.user, email=EMAIL, verified=True, primary=True)

    def invite(self, by=None, company_name="", opened=None, **guest):
        company = None if company_name else guest.pop("company", self.company)
        opened = (Opened(self.space, "reader", True),) if opened is None else opened
        whom = Guest(guest.pop("email", EMAIL), company, company_name, "Hello")
        return invite_guest(actor=actor_of(by or self.owner), guest=whom, opened=opened)[0]

    def accept(self, invitation):
        return acceptance.accept_invitation(user=self.user, pk=invitation.pk)


@pytest.fixture
def world():
    return World()


def test_an_owner_invites_an_external_who_works_without_a_licence_of_the_host(world):
    member = world.accept(world.invite()).member
    assert (member.right, member.company, member.sponsor) == (Right.EXTERNAL, world.company, world.owner.user)
    assert [str(row) for row in Credential.objects.filter(user=world.user)] == [
        "Reader (Restricted) in Brackets for Tolmec"
    ]
    assert {grant.role.code for grant in member.grants.all()} == {"ENT", "COL"}
    assert not member.grants.filter(assigned=True).exists()


def test_the_chosen_roles_are_carried_with_what_they_need_and_never_with_a_licence(world):
    guest_roles.set_default_roles(actor=actor_of(world.admin), codes=["DES"])
    world.invite()
    assert {row.role.code for row in InvitationRole.objects.all()} >= {"DES", "COL", "ENT"}
    assert not InvitationRole.objects.filter(assigned=True).exists()
    for codes in ([], ["nonsense"]):
        with pytest.raises(Unacceptable):
            guest_roles.set_default_roles(actor=actor_of(world.admin), codes=codes)
    with pytest.raises(AccessDenied):
        guest_roles.set_default_roles(actor=actor_of(world.owner), codes=["DES"])


@pytest.mark.parametrize("who", ["external", "leader", "owner (Restricted)", "option off", "other space"])
def test_t04_who_may_not_give_it_directly_may_not_by_an_invitation(world, who):
    by = world.owner
    if who == "external":
        by = worker(world.platform, Right.EXTERNAL, company=world.company)
        give(by, world.space, "owner")
    elif who == "leader":
        by = worker(world.platform)
        give(by, world.space, "leader")
    elif who == "owner (Restricted)":
        by = worker(world.platform)
        give(by, world.space, "owner", restricted=True)
    elif who == "option off":
        Platform.objects.filter(pk=world.platform.pk).update(invitations_from_members=False)
    opened = (Opened(SpaceFactory(platform=world.platform), "reader", True),) if who == "other space" else None
    with pytest.raises(AccessDenied):
        world.invite(by, opened=opened)
    assert not Invitation.objects.exists() and not Member.objects.filter(user=world.user).exists()


@pytest.mark.parametrize("lost", ["ownership", "right", "access"])
def test_t04_the_inviters_right_is_asked_again_at_acceptance(world, lost):
    invitation = world.invite()
    if lost == "ownership":
        world.credential.delete()
    elif lost == "right":
        Member.objects.filter(pk=world.owner.pk).update(right=Right.EXTERNAL)
    else:
        Member.objects.filter(pk=world.owner.pk).update(status=Status.NO_ACCESS)
    assert world.accept(invitation).member is None
    assert Invitation.objects.get().state == InvitationState.REVOKED
    assert Member.objects.get(user=world.user).status == Status.REMOVED
    assert not Credential.objects.filter(user=world.user).exists()


def test_an_administrators_invitation_is_not_upheld_by_owning_a_space(world):
    give(world.admin, world.space, "owner")
    MemberFactory(platform=world.platform, right=Right.ADMINISTRATOR)
    invitation = world.invite(world.admin)
    Member.objects.filter(pk=world.admin.pk).update(right=Right.MEMBER)
    assert world.accept(invitation).member is None


def test_administrators_hear_of_a_company_that_is_new(world):
    world.invite()
    assert not Notification.objects.filter(user=world.admin.user).exists()
    world.invite(company_name="Newcomer", email="x@newcomer.example")
    assert "Newcomer" in Notification.objects.get(user=world.admin.user).text
    world.invite(company_name=" newcomer ", email="y@newcomer.example")
    assert Organization.objects.filter(name__iexact="newcomer").count() == 1


def test_the_host_company_and_other_platforms_companies_are_none(world):
    for more in ({"company": host_of(world.platform)}, {"company_name": host_of(world.platform).name}):
        with pytest.raises(Unacceptable):
            world.invite(**more)
    with pytest.raises(Unacceptable):
        world.invite(company=OrganizationFactory())
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("status", [Status.NO_ACCESS, Status.REMOVED])
def test_whose_access_an_administrator_ended_no_member_brings_back(world, status):
    MemberFactory(platform=world.platform, user=world.user, status=status)
    with pytest.raises(Conflict, match="lost it"):
        world.invite()
    assert Member.objects.get(user=world.user).status == status


def test_who_declined_may_be_invited_again(world):
    acceptance.decline_invitation(user=world.user, pk=world.invite().pk)
    assert world.accept(world.invite()).member


def test_t12_members_have_the_same_limit(world, settings):
    settings.INVITATIONS_PER_PERSON = 2
    world.invite()
    Invitation.objects.create(  # what was sent elsewhere counts too
        platform=PlatformFactory(),
        email="x@tolmec.example",
        member=world.owner,
        company=world.company,
        inviter=world.owner.user,
        token_hash="x",
        sent_at=timezone.now(),
        expires_at=timezone.now() + timedelta(days=1),
    )
    with pytest.raises(TooMany) as refused:
        world.invite(email="other@tolmec.example")
    assert "no more leave now" in refused.value.sentence and refused.value.retry_after


def test_the_page_judges_the_address_and_keeps_what_was_typed(world, client):
    client.force_login(world.owner.user)
    url = reverse("spaces:guest_invite", args=[world.platform.slug, world.space.pk])
    search = reverse("spaces:people_search", args=[world.platform.slug, world.space.pk])
    assert url in client.get(search, {"q": EMAIL}).content.decode()
    data = {"email": "eve@exаmple.com", "company": str(world.company.pk), "responsibility": "author", "message": "kept"}
    answer = client.post(url, data)
    assert answer.status_code == 422
    assert all(words in answer.content.decode() for words in ("xn--", "kept", "I know this address"))
    assert client.post(url, data | {"confirmed": "on"}).status_code == 302
    assert Invitation.objects.get().by_member


def test_nothing_of_a_refused_invitation_stays(world):
    with pytest.raises(DomainError):
        world.invite(company_name="Never", email=EMAIL, opened=(Opened(SpaceFactory(), "reader", True),))
    assert not Organization.objects.filter(name="Never").exists()
    assert not Member.objects.filter(user=world.user).exists()
