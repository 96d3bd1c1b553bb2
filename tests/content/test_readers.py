"""Who gets to an item: the page that lists them and the evaluator agree, for members and for the invited."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils import timezone

from content.models import Level, Maturity
from spaces.models import InvitationCredential, Visibility
from tenants import acceptance, access
from tenants.models import Member, Right, Status
from tests.factories import (
    ItemFactory,
    MemberFactory,
    OrganizationFactory,
    PlatformFactory,
    SpaceFactory,
    UserGroupFactory,
    actor_of,
    give,
    give_group,
    host_of,
    license_member,
    share,
    share_group,
    worker,
)
from tests.tenants.worlds import invited

pytestmark = pytest.mark.django_db
GONE = (Status.NO_ACCESS, Status.REMOVED)


class World:
    """A platform with everybody who might get to an item, and who must not."""

    def __init__(self):
        self.platform = PlatformFactory(invitations_from_administrators=True, member_locations=True)
        self.supplier = OrganizationFactory(platform=self.platform)
        self.space = SpaceFactory(platform=self.platform)
        self.admin = worker(self.platform, Right.ADMINISTRATOR)
        self.author = self.person("author")
        for responsibility in ("public_reader", "reader", "leader", "owner"):
            self.person(responsibility), self.person(responsibility, company=self.supplier)
            if responsibility != "public_reader":
                self.person(responsibility, company=self.supplier, restricted=True)
        self.person("reader", ends_at=timezone.now())
        give(MemberFactory(platform=self.platform), self.space, "reader")  # without a licence
        for status in GONE:
            give(worker(self.platform, status=status), self.space, "reader")
        self.outside = self.person("reader", SpaceFactory(platform=self.platform))
        self.given, self.late, self.grouped = (worker(self.platform) for _ in range(3))
        give_group(UserGroupFactory(platform=self.platform, members=[worker(self.platform)]), self.space, "reader")
        worker(PlatformFactory(), Right.ADMINISTRATOR)
        self.waiting = [self.invite(), self.invite("credential"), self.invite("offer"), self.invite("share")]

    def person(self, responsibility, space=None, company=None, **credential):
        company = company or host_of(self.platform)
        member = worker(self.platform, company=company)
        give(member, space or self.space, responsibility, **credential)
        return member

    def invite(self, kind=""):
        user = worker(PlatformFactory(member_locations=True)).user
        Member.objects.get(user=user).grants.update(restricted=False)
        EmailAddress.objects.create(user=user, email=user.email, verified=True)
        invitation = invited(self.platform, user, inviter=self.admin.user)
        if kind == "credential":
            give(invitation.member, self.space, "reader")
        if kind == "offer":
            company, what = invitation.company, {"responsibility": "reader", "restricted": False}
            InvitationCredential.objects.create(invitation=invitation, space=self.space, organization=company, **what)
        invitation.shared = kind == "share"
        return invitation

    def item(self, maturity, organization):
        item = ItemFactory(space=self.space, owner=self.author.user, maturity=maturity, organization=organization)
        share(item, self.given, Level.READ), share(item, self.late, ends_at=timezone.now())
        share_group(item, UserGroupFactory(platform=self.platform, members=[self.grouped]))
        for invitation in self.waiting:
            if invitation.shared:
                share(item, invitation.member)
        return item


def listed(client, world, item):
    client.force_login(world.admin.user)
    page = client.get(reverse("content:item_readers", args=[world.platform.slug, item.pk])).content.decode()
    rows = re.findall(r"<tr><td.*?</tr>", page, re.DOTALL)
    return {re.search(r"[\w.]+@[\w.]+", row)[0]: "from acceptance" in row for row in rows}


def test_t15_who_can_get_in_is_whom_the_evaluator_admits(client):
    world = World()
    items = [
        world.item(maturity, organization)
        for maturity in (Maturity.PRIVATE, Maturity.IN_WORK, Maturity.RELEASED)
        for organization in (host_of(world.platform), world.supplier)
    ]
    shown = {}
    for visibility in (Visibility.PRIVATE, Visibility.PROTECTED, Visibility.PUBLIC):
        world.space.visibility = visibility
        world.space.save()
        members = list(Member.objects.filter(platform=world.platform).select_related("user", "platform"))
        people = [(member, actor_of(member)) for member in members]
        for item in items:
            item.space.visibility = visibility
            shown[visibility, item] = listed(client, world, item)
            admitted = {member.user.email for member, actor in people if access.can(actor, "read", item)}
            assert admitted == {email for email, waits in shown[visibility, item].items() if not waits}, item
            assert not admitted & {member.user.email for member in members if member.status in GONE}
    for invitation in world.waiting:
        member = acceptance.accept_invitation(user=invitation.member.user, pk=invitation.pk).member
        license_member(member)
        for item in items:
            reads = bool(access.can(actor_of(member), "read", item))
            assert reads is (member.user.email in shown[Visibility.PUBLIC, item]), (invitation.pk, item)
