"""What pages call people who have not come in: by the invited address alone, wherever they are listed, found or sorted.

Threat T10: a name, a place in a list, or what a search finds would tell that an address has an account.
"""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from tenants.exports import EXPORTS
from tenants.models import Member, Right, RoleGrant, Status, User
from tests.factories import SpaceFactory, UserGroupFactory, catalogue, give, give_group, worker
from tests.tenants.worlds import invited

pytestmark = pytest.mark.django_db
CHANGING = re.compile(r'nonce="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"|\b\w{64}\b', re.I)
ASKED = {
    "member_list": ("?sort=-name&status=all", "?q=zulu&status=all", "?q=mbb&status=all"),
    "member_detail": ("",),
    "record": ("", "?q=zulu"),
    "organization_detail": ("", "?q=zulu"),
    "role_detail": ("?who=zulu", "?q=zulu"),
    "group_detail": ("",),
    "group_join": ("?q=zulu", "?q=mbb"),
    "options": ("",),
}
LISTS = {"member_list": ASKED["member_list"]}


class World:
    """An invited person, in a group, with a role and a credential, among colleagues; seen by the Administrator."""

    def __init__(self, client):
        self.client, self.chief = client, worker(SpaceFactory().platform, Right.ADMINISTRATOR, user__name="Mona Chief")
        self.platform = self.chief.platform
        for name in ("Anna First", "Zora Last"):
            worker(self.platform, user__name=name)
        self.person = User.objects.create(email="mbb@tolmec.example", is_active=False)
        self.invitation = invited(self.platform, user=self.person, inviter=self.chief.user)
        self.member = Member.objects.get(user=self.person)
        Member.objects.filter(pk=self.member.pk).update(joined_at=None, last_seen_at=None)
        self.space = SpaceFactory(platform=self.platform)
        self.group = UserGroupFactory(platform=self.platform, members=[self.member, self.chief])
        give(self.chief, self.space, "owner")
        give(self.member, self.space, "reader", given_by=self.chief.user)
        give_group(self.group, self.space, "contributor", given_by=self.chief.user)
        RoleGrant.objects.create(member=self.member, role=catalogue()["DES"], assigned=True)
        self.things = {
            "member_detail": self.member.pk,
            "organization_detail": self.member.company_id,
            "role_detail": catalogue()["DES"].pk,
            "group_detail": self.group.pk,
            "group_join": UserGroupFactory(platform=self.platform).pk,
        }
        client.force_login(self.chief.user)
        url = reverse("tenants:invitation_resend", args=[self.platform.slug, self.invitation.pk])
        assert client.post(url, follow=True).status_code == 200  # an entry about the person

    def has_account(self):
        """Let the address have an account elsewhere, with a name and a second factor."""
        fields = {"name": "Aaron Zulu", "claimed_at": timezone.now(), "is_active": True}
        User.objects.filter(pk=self.person.pk).update(**fields)
        Authenticator.objects.create(user=self.person, type="totp", data={})

    def seen(self, asked):
        """Return all that the Administrator reads, by address; what reading leaves behind is taken back."""
        cache.clear()  # the limits
        with transaction.atomic():
            found = self._pages(asked)
            transaction.set_rollback(True)
        return found

    def _pages(self, asked):
        found = {}
        for name, queries in asked.items():
            things = [self.things[name]] if name in self.things else []
            for query in queries:
                url = reverse(f"tenants:{name}", args=[self.platform.slug, *things]) + query
                found[url] = self._read(self.client.get(url))
        for page in ("space_members", "credential_add"):
            url = reverse(f"spaces:{page}", args=[self.platform.slug, self.space.pk]) + "?q=zulu"
            found[url] = self._read(self.client.get(url))
        for name in EXPORTS:
            url = reverse("tenants:export", args=[self.platform.slug, name])
            found[url] = CHANGING.sub("", b"".join(self.client.post(url)).decode())
        return found

    def _read(self, answer):
        assert answer.status_code in (200, 409), answer.request["PATH_INFO"]
        return CHANGING.sub("", answer.content.decode())


@pytest.mark.parametrize(("status", "asked"), [(Status.PENDING, ASKED), (Status.REMOVED, LISTS)])
def test_t10_an_invited_address_reads_alike_with_and_without_an_account(client, status, asked, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    world = World(client)
    Member.objects.filter(pk=world.member.pk).update(status=status)
    without = world.seen(asked)
    world.has_account()
    assert any("mbb@tolmec.example" in text for text in without.values())
    having = world.seen(asked)
    assert {url for url, text in having.items() if text != without[url]} == set()


def test_who_came_in_is_called_and_found_by_name(client):
    world = World(client)
    world.has_account()
    Member.objects.filter(pk=world.member.pk).update(status=Status.NO_ACCESS, joined_at=timezone.now())
    found = [url for url, text in world.seen(LISTS).items() if "q=zulu" in url and "Aaron Zulu" in text]
    assert any("/management/members/" in url for url in found)
