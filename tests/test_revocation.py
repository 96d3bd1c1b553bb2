"""What is taken away is gone with the next request: nothing outlives the commit in a cache, a link or a session."""

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from content import presence
from content.files import Arrival, add_version
from content.models import Item
from content.resumable import begin_upload
from content.watching import watch_item
from spaces.credentials import remove_credential
from spaces.models import CurrentCredential
from tenants.groups import add_to_group
from tenants.members import end_access
from tenants.models import Member, RoleGrant, RoleStock, User
from tests.factories import (
    ItemFactory,
    PlatformFactory,
    SpaceFactory,
    UserGroupFactory,
    actor_of,
    give,
    host_of,
    license_member,
    share,
    token_of,
    worker,
)
from tests.factories import MemberFactory as Membership

pytestmark = pytest.mark.django_db


class World:
    """An Author in a space with one item and one file, and the Administrator who can take it all away."""

    def __init__(self):
        self.platform = PlatformFactory(invitations_from_administrators=True, member_locations=True)
        self.admin = worker(self.platform, "administrator")
        self.member = worker(self.platform)
        self.space = SpaceFactory(platform=self.platform)
        give(self.admin, self.space, "owner")
        self.credential = give(self.member, self.space, "author")
        self.item = ItemFactory(space=self.space, organization=host_of(self.platform), owner=self.admin.user)
        arrival = Arrival(file=ContentFile(b"solid", name="a.stl"))
        self.version = add_version(actor=actor_of(self.member), item=self.item, arrival=arrival)

    def pages(self):
        slug = self.platform.slug
        return [
            reverse("content:item_detail", args=[slug, self.item.pk]),
            reverse("content:file_download", args=[slug, self.version.pk, "a.stl"]),
            reverse("content:space_detail", args=[slug, self.space.pk]),
        ]

    def answers(self, client):
        responses = [client.get(page) for page in self.pages()]
        for response in responses:  # read to its end, a file closes itself
            b"".join(response)
        return [response.status_code for response in responses]


@pytest.fixture
def world(client):
    found = World()
    client.force_login(found.member.user)
    assert found.answers(client) == [200, 200, 200]
    return found


def test_t40_t43_b10_the_next_request_after_access_ended_finds_nothing(client, world):
    end_access(actor=actor_of(world.admin), member=world.member)
    assert world.answers(client) == [404, 404, 404]


def test_t37_b10_the_next_request_after_a_credential_ended_finds_nothing(client, world):
    world.item.owner = world.member.user
    world.item.save()
    remove_credential(actor=actor_of(world.admin), credential=world.credential)
    assert world.answers(client) == [404, 404, 404]


def test_b10_a_credential_counts_up_to_its_end(client, world):
    world.credential.ends_at = timezone.now()
    world.credential.save()
    assert world.answers(client) == [404, 404, 404]


def test_b10_a_deactivated_person_is_out(client, world):
    world.member.user.is_active = False
    world.member.user.save()
    assert world.answers(client) == [302, 302, 302]


def test_a_suspended_platform_says_so_and_opens_nothing(client, world):
    world.platform.status = "suspended"
    world.platform.save()
    assert world.answers(client) == [403, 403, 403]


def test_t47_b12_a_guest_works_only_while_both_sides_agree(client):
    host = PlatformFactory(invitations_from_administrators=True, member_locations=True)
    home = PlatformFactory(member_locations=True)
    at_home = Membership(platform=home)
    guest = Membership(platform=host, user=at_home.user, right="external")
    license_member(at_home, restricted=False)
    license_member(guest, assigned=False)
    give(guest, space := SpaceFactory(platform=host), "reader")
    client.force_login(guest.user)
    page = reverse("content:space_detail", args=[host.slug, space.pk])
    assert client.get(page).status_code == 200

    def denied_while(row, **values):
        before = {name: getattr(row, name) for name in values}
        type(row).objects.filter(pk=row.pk).update(**values)
        status = client.get(page).status_code
        type(row).objects.filter(pk=row.pk).update(**before)
        return status in (403, 404) and client.get(page).status_code == 200

    stock = RoleStock.objects.get(platform=home, role__code="COL")
    for row, values in [
        (host, {"member_locations": False}),
        (host, {"invitations_from_administrators": False}),
        (host, {"status": "suspended"}),
        (home, {"member_locations": False}),
        (home, {"status": "suspended"}),
        (at_home, {"status": "no_access"}),
        (guest, {"status": "no_access"}),
        (RoleGrant.objects.get(member=at_home, role__code="ENT"), {"restricted": True}),
        (RoleGrant.objects.get(member=at_home, role__code="COL"), {"assigned": False}),
        (stock, {"expires_at": timezone.now()}),
        (stock.role, {"portable": False}),
    ]:
        assert denied_while(row, **values), (row, values)


# Everything of the database that hangs on a person, and what the end of their access on a platform means for it. Rows
# of the account serve other platforms too; what they open here is asked of the membership with every request.
KINDS = {
    "content.Item.locked_by": "ends",
    "content.Share.user": "ends",
    "spaces.Credential.user": "ends",
    "spaces.CurrentCredential.member": "ends",
    "tenants.Member_organizations.member": "ends",
    "tenants.RoleGrant.member": "ends",
    "tenants.ApiToken.member": "ends",
    "spaces.AccessRequest.member": "withdrawn",
    "spaces.AccessRequest.answered_by": "the past",
    "content.FileVersion.created_by": "the past",
    "content.Upload.user": "ends",
    "content.SavedSearch.member": "of one's own",
    "content.Watch.member": "ends",
    "content.Issue_assignees.user": "gives no right by itself",
    "content.Presence.member": "ends",
    "content.Change.raised_by": "asked again at every step",
    "content.Slot.user": "asked again at the signature",
    "content.RouteSlot.user": "asked again at the signature",
    "content.Signature.user": "the past",
    "content.Comment.author": "gives no right by itself",
    "content.Comment.resolved_by": "the past",
    "content.Markup.carried_by": "the past",
    "content.Comment_mentions.user": "shown to who takes part",
    "content.Reaction.user": "the past",
    "content.Opened.user": "a setting of one's own",
    "content.Iteration.by": "the past",
    "content.Review.closed_by": "the past",
    "content.Reviewer.user": "gives no right by itself",
    "content.Item.trashed_by": "the past",
    "content.ListSetting.member": "a setting of one's own",
    "content.Item.owner": "gives no right by itself",
    "content.Reference.created_by": "the past",
    "content.GroupShare.given_by": "the past",
    "content.Share.given_by": "the past",
    "spaces.Credential.given_by": "the past",
    "spaces.GroupCredential.given_by": "the past",
    "spaces.Space.created_by": "the past",
    "tenants.AuditEvent.actor": "the past",
    "tenants.AuditEvent.subject": "the past",
    "tenants.LicenceEntry.by": "the past",
    "tenants.LicenceEntry.member": "the past",
    "tenants.Batch.maker": "asked again line by line",
    "tenants.Invitation.inviter": "revoked",
    "tenants.Invitation.member": "the past",
    "tenants.InvitationDraft.author": "opens to who may invite",
    "tenants.Consent.decided_by": "the past",
    "tenants.GroupMember.added_by": "the past",
    "tenants.GroupMember.member": "ends",
    "tenants.Member.sponsor": "gives no right",
    "tenants.Member.sponsor_offered": "gives no right",
    "tenants.Member.user": "the membership itself",
    "tenants.UserGroup.created_by": "the past",
    "tenants.MailChoice.user": "a setting of one's own",
    "tenants.Notification.user": "shown to who is in",
    "tenants.SpaceLevel.user": "a setting of one's own",
    "account.EmailAddress.user": "of the account",
    "admin.LogEntry.user": "the past of operators",
    "guardian.UserObjectPermission.user": "never written",
    "mfa.Authenticator.user": "of the account",
    "tenants.User_groups.user": "of operators",
    "tenants.User_user_permissions.user": "of operators",
    "socialaccount.SocialAccount.user": "of the account",
    "usersessions.UserSession.user": "of the account",
}


def _kinds():
    """Return {what hangs on a person: its model and field}."""
    return {
        f"{model._meta.label}.{field.name}": (model, field.name)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.related_model in {User, Member}
    }


def test_t45_every_kind_of_hold_on_a_platform_is_known_and_ends_with_the_access(world):
    found = _kinds()
    assert set(found) == set(KINDS)
    member = world.member
    member.organizations.add(host_of(world.platform))
    share(world.item, member)
    watch_item(actor=actor_of(member), item=world.item, below=True)
    presence.note([(actor_of(member), world.item)])
    add_to_group(actor=actor_of(world.admin), group=UserGroupFactory(platform=world.platform), member=member)
    begin_upload(actor=actor_of(member), item=world.item, size=5, said={"name": "b.stl"})
    CurrentCredential.objects.create(member=member, credential=world.credential)
    Item.objects.filter(pk=world.item.pk).update(locked_by=member.user)
    token_of(member)

    def held(kind):
        model, name = found[kind]
        return model.objects.filter(**{name: member if name == "member" else member.user}).exists()

    ending = [kind for kind, fate in KINDS.items() if fate == "ends"]
    assert [kind for kind in ending if not held(kind)] == []
    end_access(actor=actor_of(world.admin), member=member)
    assert [kind for kind in ending if held(kind)] == []
