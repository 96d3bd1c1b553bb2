"""What is taken away is gone with the next request: nothing outlives the commit in a cache, a link or a session."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from content.files import Arrival, add_version
from spaces.credentials import remove_credential
from tenants.members import end_access
from tenants.models import RoleGrant, RoleStock
from tests.factories import ItemFactory, PlatformFactory, SpaceFactory, actor_of, give, host_of, license_member, worker
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
