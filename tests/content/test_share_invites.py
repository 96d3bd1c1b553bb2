"""Inviting by sharing: what is carried, from when it counts, and what is asked again at acceptance."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import transaction

from content import recipients
from content.models import Level, Share
from content.share_invites import invite_by_sharing
from content.shares import ShareSpec, give_share
from spaces.guests import Guest
from spaces.models import Credential
from tenants import acceptance, access, invitations
from tenants.errors import AccessDenied, Conflict
from tenants.invitations import revoke_invitation
from tenants.members import end_access
from tenants.models import AuditEvent, DomainRule, Invitation, InvitationState, Member, Platform, Right, Status
from tests.factories import (
    ItemFactory,
    OrganizationFactory,
    PlatformFactory,
    UserFactory,
    actor_of,
    give,
    share,
    worker,
)

pytestmark = pytest.mark.django_db
EMAIL = "mara@tolmec.example"


class World:
    """A platform where Members invite, with a Leader and an item."""

    def __init__(self):
        on = {"invitations_from_administrators": True, "invitations_from_members": True, "member_locations": True}
        self.platform = PlatformFactory(**on)
        self.item = ItemFactory(space__platform=self.platform, title="Zqtitle")
        self.admin = worker(self.platform, Right.ADMINISTRATOR)
        self.leader = worker(self.platform)
        self.credential = give(self.leader, self.item.space, "leader")
        self.company = OrganizationFactory(platform=self.platform, name="Tolmec")
        self.user = UserFactory(email=EMAIL)
        home = worker(PlatformFactory(member_locations=True), user=self.user)
        home.grants.update(restricted=False)
        EmailAddress.objects.create(user=self.user, email=EMAIL, verified=True, primary=True)

    def invite(self, by=None, level=Level.READ):
        guest = Guest(EMAIL, self.company, "", "Hello")
        actor = actor_of(by or self.leader)
        return invite_by_sharing(actor=actor, item=self.item, guest=guest, spec=ShareSpec(level))[0]

    def accept(self, invitation):
        return acceptance.accept_invitation(user=self.user, pk=invitation.pk)

    def reads(self):
        member = Member.objects.get(platform=self.platform, user=self.user)
        return bool(access.can(actor_of(member), "read", self.item))


@pytest.fixture
def world():
    return World()


def test_somebody_invited_by_a_share_reads_that_item_alone_from_acceptance_on(
    world, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        invitation = world.invite(level=Level.EDIT)
    entry = AuditEvent.objects.get()
    assert (entry.verb, entry.object_id) == ("guest_shared", str(world.item.pk))
    assert EMAIL not in str(entry.after), "the history of an item names nobody in passing"
    assert Share.objects.get().user == world.user and not world.reads()
    [letter] = mail.outbox
    assert f"Can edit on {world.item.number} A" in letter.body and "Zqtitle" not in letter.body
    member = world.accept(invitation).member
    assert (member.right, member.company) == (Right.EXTERNAL, world.company)
    assert world.reads()
    assert access.can(actor_of(member), "modify", world.item).code == "8.C", "no share goes past roles"
    assert {grant.role.code for grant in member.grants.all()} == {"ENT", "COL"}
    assert not member.grants.filter(assigned=True).exists() and not Credential.objects.filter(user=world.user).exists()


@pytest.mark.parametrize("who", ["external", "author", "option off", "reader of elsewhere"])
def test_t04_who_may_not_share_or_not_invite_may_not_invite_by_sharing(world, who):
    by = worker(world.platform, Right.EXTERNAL if who == "external" else Right.MEMBER)
    if who == "external":
        share(world.item, by, Level.MANAGE)
    elif who == "author":
        give(by, world.item.space, "author")
    elif who == "option off":
        give(by, world.item.space, "leader")
        Platform.objects.filter(pk=world.platform.pk).update(invitations_from_members=False)
    with pytest.raises(Exception) as refused:
        world.invite(by)
    assert refused.type.__name__ == ("NotVisible" if who == "reader of elsewhere" else "AccessDenied")
    assert not Invitation.objects.exists() and not Member.objects.filter(user=world.user, platform=world.platform)


@pytest.mark.parametrize("lost", ["leadership", "right", "access", "domain"])
def test_t04_the_right_to_share_is_asked_again_at_acceptance(world, lost):
    invitation = world.invite()
    if lost == "leadership":
        world.credential.delete()
    elif lost == "right":
        Member.objects.filter(pk=world.leader.pk).update(right=Right.EXTERNAL)
    elif lost == "access":
        Member.objects.filter(pk=world.leader.pk).update(status=Status.NO_ACCESS)
    else:
        DomainRule.objects.create(platform=world.platform, domain="tolmec.example")
    assert world.accept(invitation).member is None
    assert Invitation.objects.get().state == InvitationState.REVOKED
    assert not Share.objects.exists() and not world.reads()


def test_a_share_that_can_no_longer_be_given_is_left_out_and_named_while_another_holds(world):
    invitation = world.invite()
    other = ItemFactory(space__platform=world.platform)
    lent = give(world.leader, other.space, "leader")
    give_share(actor=actor_of(world.leader), item=other, recipient=invitation.member, spec=ShareSpec(Level.READ))
    lent.delete()
    answer = world.accept(invitation)
    assert answer.left_out == (f"Can read on {other.number} A was left out: There is nothing here.",)
    assert world.reads() and Share.objects.get().content_object == world.item


def test_who_shares_by_a_restricted_credential_invites_people_of_the_items_organization_alone(world):
    bound = worker(world.platform)
    give(bound, world.item.space, "leader", restricted=True)
    with pytest.raises(AccessDenied):
        world.invite(bound)
    assert not Member.objects.filter(user=world.user, platform=world.platform).exists()
    world.item.organization = world.company
    world.item.save()
    give(bound, world.item.space, "leader", restricted=True, organization=world.company)
    bound.organizations.add(world.company)
    assert world.invite(bound)


def test_t15_a_share_of_an_invitation_taken_back_is_gone_and_an_invited_address_is_shared_with_directly(world):
    invitation = world.invite()
    with pytest.raises(Conflict):
        world.invite()
    assert recipients.find_share(world.item, recipients.address_of(invitation.member))
    revoke_invitation(actor=actor_of(world.admin), pk=invitation.pk)
    assert not Share.objects.exists()


@pytest.mark.parametrize("keep", [True, False])
def test_b10_shares_kept_when_access_ended_come_back_by_the_rights_of_who_gave_them(world, keep):
    member, givers = world.accept(world.invite()).member, [worker(world.platform) for _ in range(2)]
    others = [ItemFactory(space__platform=world.platform) for _ in givers]
    lent = [give(giver, item.space, "leader") for giver, item in zip(givers, others, strict=True)]
    for giver, item in zip(givers, others, strict=True):
        give_share(actor=actor_of(giver), item=item, recipient=member, spec=ShareSpec(Level.EDIT))
    end_access(actor=actor_of(world.admin), member=member, keep=keep)
    assert not Share.objects.exists()
    member.refresh_from_db()
    assert ("3 shares" in member.held_before.get("lines", [])) is keep
    lent[1].delete()
    with transaction.atomic():
        offer = invitations.Offer(EMAIL, Right.EXTERNAL, world.company)
        invitation, _token = invitations.prepare(actor_of(world.admin), offer)
    if keep:
        assert "3 shares from before, where who gave it still may" in invitations.in_words(invitation)
    answer = world.accept(invitation)
    said = ("1 share from before: who gave it may no longer give it",)
    assert answer.left_out == (said if keep else ())
    given = {share.content_object: (share.given_by, share.get_level()) for share in Share.objects.all()}
    kept = {others[0]: (givers[0].user, Level.EDIT), world.item: (world.leader.user, Level.READ)}
    assert given == (kept if keep else {})
    answer.member.refresh_from_db()
    assert answer.member.held_before == {}
