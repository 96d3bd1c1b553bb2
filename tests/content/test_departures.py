"""Removing a person: what they own, the spaces they alone keep and the Externals they sponsor go to named people."""

import pytest
from django.urls import reverse

from content.models import Category, Item, Maturity
from spaces.models import Credential
from tenants import departures
from tenants.errors import Conflict, Unacceptable
from tenants.members import end_access
from tenants.models import AuditEvent, Member, Notification, Right, Status
from tests.factories import (
    ItemFactory,
    MemberFactory,
    OrganizationFactory,
    PlatformFactory,
    SpaceFactory,
    actor_of,
    give,
    host_of,
    license_member,
    share,
    worker,
)

pytestmark = pytest.mark.django_db


class Estate:
    """Tomas, who keeps a space alone, owns items in two and sponsors a guest; Priya and a restricted guest beside."""

    def __init__(self):
        self.platform = PlatformFactory(slug="corvane")
        self.supplier = OrganizationFactory(platform=self.platform, name="Tolmec")
        self.boss = worker(self.platform, Right.ADMINISTRATOR, user__name="Elena")
        self.tomas, self.priya = (worker(self.platform, user__name=name) for name in ("Tomas", "Priya"))
        guest = {"company": self.supplier, "sponsor": self.tomas.user, "user__name": "Mara"}
        self.guest = worker(self.platform, Right.EXTERNAL, **guest)
        self.rig, self.jig = (SpaceFactory(platform=self.platform, title=title) for title in ("Rig", "Jig"))
        for member, space, responsibility, bound in [
            (self.tomas, self.rig, "owner", False),
            (self.priya, self.rig, "reader", False),
            (self.guest, self.rig, "author", True),
            (self.priya, self.jig, "owner", False),
        ]:
            give(member, space, responsibility, restricted=bound)
        self.items = {
            "plain": self.item(self.rig),
            "private": self.item(self.rig, maturity=Maturity.PRIVATE),
            "locked": self.item(self.rig, locked_by=self.priya.user),
            "own_lock": self.item(self.rig, locked_by=self.tomas.user),
            "personal": self.item(self.rig, kind=Category.PERSONAL),
            "elsewhere": self.item(self.jig, organization=self.supplier),
        }

    def item(self, space, **fields):
        return ItemFactory(space=space, owner=self.tomas.user, **fields)

    def keys(self):
        return {"owner": f"owner-{self.rig.pk}", "rig": f"content-{self.rig.pk}", "jig": f"content-{self.jig.pk}"}

    def owners(self):
        return {name: Item.objects.get(pk=item.pk).owner for name, item in self.items.items()}


@pytest.fixture
def estate():
    return Estate()


def test_each_thing_is_offered_to_those_the_rules_let_take_it(estate):
    found = {row.key: (row.what, {str(heir) for heir in row.heirs}) for row in departures.estates(estate.tomas)}
    keys = estate.keys()
    assert found == {
        "guests": ("Sponsor of Mara", {"Elena"}),
        keys["owner"]: ("Last Owner of Rig", {"Elena", "Priya", "Mara"}),
        keys["rig"]: ("Content owner of 3 items in Rig", {"Priya"}),
        keys["jig"]: ("Content owner of 1 item in Jig", {"Priya"}),
    }


def test_all_of_it_changes_hands_in_one_act(estate):
    keys, priya = estate.keys(), estate.priya
    heirs = {"guests": estate.boss, keys["owner"]: priya, keys["rig"]: priya}
    departures.remove_user(actor=actor_of(estate.boss), member=estate.tomas, heirs=heirs, reason="Retired")
    owners, tomas = estate.owners(), estate.tomas.user
    assert [name for name, owner in owners.items() if owner == priya.user] == ["plain", "private", "own_lock"]
    assert {owners[name] for name in ("locked", "personal", "elsewhere")} == {tomas}
    assert not Item.objects.filter(locked_by=tomas).exists()
    lasting = Credential.objects.filter(content_object=estate.rig, permission__codename="owner")
    assert [(row.user, row.ends_at, row.restricted) for row in lasting] == [(priya.user, None, False)]
    assert Member.objects.get(pk=estate.guest.pk).sponsor == estate.boss.user
    assert Member.objects.get(pk=estate.tomas.pk).status == Status.REMOVED
    event = AuditEvent.objects.get()
    assert (event.verb, event.reason, event.after["new_owners"]) == ("user_removed", "Retired", {"Rig": "Priya"})
    assert event.after["new_content_owners"] == {"Rig": "3 to Priya"} and event.after["sponsored_by"] == "Elena"
    assert set(Notification.objects.values_list("user", flat=True)) == {priya.user.pk, estate.boss.user.pk}


def test_what_nobody_is_named_for_goes_as_it_says(estate):
    departures.remove_user(actor=actor_of(estate.boss), member=estate.tomas, heirs={})
    assert set(estate.owners().values()) == {estate.tomas.user}
    assert Credential.objects.get(content_object=estate.rig, permission__codename="owner").user == estate.boss.user
    assert Member.objects.get(pk=estate.guest.pk).sponsor is None
    with pytest.raises(Conflict, match="removed already"):
        departures.remove_user(actor=actor_of(estate.boss), member=estate.tomas, heirs={})


def test_t48_an_heir_who_lost_the_credential_meanwhile_takes_nothing(estate):
    key = estate.keys()["rig"]
    Credential.objects.filter(user=estate.priya.user, content_object=estate.rig).delete()
    for heirs in ({key: estate.priya}, {key: estate.guest}, {"content-0": estate.priya}, {"x": estate.boss}):
        with pytest.raises(Unacceptable) as refused:
            departures.remove_user(actor=actor_of(estate.boss), member=estate.tomas, heirs=heirs)
        assert refused.value.field == next(iter(heirs))
    assert Member.objects.get(pk=estate.tomas.pk).status == Status.ACTIVE and not AuditEvent.objects.exists()


def test_who_has_no_access_any_more_is_removed_with_what_they_still_own(estate):
    end_access(actor=actor_of(estate.boss), member=estate.tomas)
    heirs = {estate.keys()["rig"]: estate.priya}
    departures.remove_user(actor=actor_of(estate.boss), member=estate.tomas, heirs=heirs)
    assert estate.owners()["plain"] == estate.priya.user
    pending = MemberFactory(platform=estate.platform, status=Status.PENDING)
    with pytest.raises(Conflict, match="not accepted"):
        departures.remove_user(actor=actor_of(estate.boss), member=pending, heirs={})


def test_the_page_names_heirs_and_gives_back_what_was_typed(client, estate):
    client.force_login(estate.boss.user)
    address, keys = reverse("tenants:member_remove", args=["corvane", estate.tomas.pk]), estate.keys()
    assert "Content owner of 3 items in Rig" in client.get(address).content.decode()
    for value in ("0", "x", str(estate.guest.pk), str(worker(PlatformFactory()).pk)):
        refused = client.post(address, {keys["rig"]: value, "reason": "Retired early"})
        assert refused.status_code == 422 and "Retired early" in refused.content.decode()
    assert client.post(address, {keys["rig"]: str(estate.priya.pk)}).status_code == 302
    assert client.get(reverse("tenants:member_detail", args=["corvane", estate.tomas.pk])).status_code == 200
    listed = client.get(reverse("tenants:member_list", args=["corvane"])).context["rows"]
    assert estate.tomas not in [row.member for row in listed]


def test_the_page_of_a_member_lists_shares_but_no_private_work(client, estate):
    estate.items["private"].maturity = Maturity.PRIVATE
    for name in ("plain", "private"):
        share(estate.items[name], estate.guest)
    client.force_login(estate.boss.user)
    page = client.get(reverse("tenants:member_detail", args=["corvane", estate.guest.pk])).content.decode()
    assert estate.items["plain"].title in page and estate.items["private"].title not in page
    license_member(outsider := MemberFactory(platform=estate.platform, company=host_of(estate.platform)))
    client.force_login(outsider.user)
    assert client.get(reverse("tenants:membership", args=["corvane"])).status_code == 200
