"""The roles of a platform: what the pages say of stock and people, and what the clock takes back."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from tenants import actor as actors
from tenants import expiries, ledger, licences, options, roles, stock
from tenants.models import AuditEvent, LicenceEntry, Member, Notification, Platform, Right, RoleGrant, RoleStock, Status
from tests.factories import (
    MemberFactory,
    OrganizationFactory,
    PlatformFactory,
    actor_of,
    catalogue,
    license_member,
    worker,
)
from tests.tenants.worlds import travelling

pytestmark = pytest.mark.django_db
YESTERDAY, TOMORROW = timedelta(days=-1), timedelta(days=1)


@pytest.fixture
def boss():
    return worker(PlatformFactory(invitations_from_administrators=True, member_locations=True), Right.ADMINISTRATOR)


@pytest.fixture
def platform(boss):
    return boss.platform


@pytest.fixture
def visit(client, boss, platform):
    """Open a page of the roles as the Administrator: `visit("role_detail", role, q="x")`."""
    client.force_login(boss.user)

    def open_page(name, role=None, **query):
        args = [platform.slug, *([catalogue()[role].pk] if role else [])]
        return client.get(reverse(f"tenants:{name}", args=args), query)

    return open_page


def expires(platform, codes, delta):
    moment = timezone.now() + delta
    RoleStock.objects.filter(platform=platform, role__code__in=codes).update(expires_at=moment)


class TestPages:
    def test_the_catalogue_says_what_each_role_does_and_counts_apart(self, visit, platform):
        guest = MemberFactory(platform=platform, right=Right.EXTERNAL, company=OrganizationFactory(platform=platform))
        license_member(guest, ("DES",), assigned=False)
        license_member(MemberFactory(platform=platform, status=Status.PENDING), ("DES",))
        expires(platform, ["CHG"], YESTERDAY)
        expires(platform, ["COL"], timedelta(days=12, hours=1))
        text = visit("role_list").content.decode()
        row = {row.role.code: row for row in roles.on_platform(platform)}
        design = row["DES"]
        assert (design.quantity, design.used, design.free) == (1000, 1, 999)
        assert design.counts == {"with": 1, "without": 1, "pending": 1}
        assert [str(other) for other in row["COL"].needed_by] == ["Design", "Change"]
        assert (row["CHG"].free, row["CHG"].expired, row["COL"].days_left) == (0, True, 12)
        for said in ("Create and change definitions and resources", "1 of 1000 used", "12 days left", "Expired"):
            assert said in text, said

    def test_a_role_lists_who_holds_it_and_how(self, visit, platform, boss):
        guest = MemberFactory(platform=platform, user__name="Gustav Guest")
        license_member(guest, ("DES",), assigned=False)

        def names(**query):
            return [str(grant.member) for grant, _answer in visit("role_detail", "DES", **query).context["people"]]

        assert set(names()) == {"Gustav Guest", str(boss)}
        assert names(how="without") == ["Gustav Guest"] == names(q="gustav")
        assert names(how="with") == [str(boss)]
        assert names(how="nonsense") == names()
        assert names(q="nobody") == []

    def test_people_without_it_are_found_and_granted_it(self, visit, client, platform):
        new = MemberFactory(platform=platform, user__name="Nora New")
        elsewhere = MemberFactory(user__name="Nora Elsewhere")
        assert list(visit("role_detail", "DES", who="nora").context["found"]) == [new]
        url = reverse("tenants:role_grant_to", args=[platform.slug, catalogue()["DES"].pk])
        answer = client.post(url, {"member": new.pk, "assigned": "on", "restricted": "on"}, follow=True)
        assert "Design is granted to Nora New." in answer.content.decode()
        for member in (new, elsewhere):
            assert client.post(url, {"member": member.pk}).status_code == 422
        assert not elsewhere.grants.exists()

    def test_no_licence_left_is_a_sentence(self, visit, client, platform):
        stored = RoleStock.objects.get(platform=platform, role__code="DES")
        RoleStock.objects.filter(pk=stored.pk).update(quantity=1)
        new = MemberFactory(platform=platform)
        visit("role_list")
        url = reverse("tenants:role_grant_to", args=[platform.slug, stored.role_id])
        answer = client.post(url, {"member": new.pk, "assigned": "on", "restricted": "on"})
        assert answer.status_code == 409 and "No licence of Design is left" in answer.content.decode()

    def test_taking_back_says_beforehand_what_ends(self, visit, platform, boss):
        grant = RoleGrant.objects.get(member=boss, role__code="COL")
        assert roles.endings(grant) == [
            f"Collaboration ends for {boss}",
            "one licence of Collaboration is free again",
            "Design stays granted and stops working, because it needs Collaboration",
            "Change stays granted and stops working, because it needs Collaboration",
            "they can no longer: read and work in spaces",
            "they can no longer: create and change definitions and resources",
            "they can no longer: create and change evaluations",
            "they can no longer: raise and decide changes",
        ]

    def test_the_ledger_is_shown_and_narrowed(self, visit, platform, boss):
        person = MemberFactory(platform=platform, user__name="Lena Ledger")
        grant = stock.grant_role(actor=actor_of(boss), member=person, role=catalogue()["DES"])
        stock.ungrant_role(actor=actor_of(boss), grant=grant)

        def entries(**query):
            return [entry.change for entry in visit("role_ledger", "DES", **query).context["page"]]

        assert entries() == [-1, 1] == entries(q="lena", since="2020-01-01")
        assert entries(change="1") == [1] == entries(cause="granted")
        assert entries(until="2020-01-01") == [] == entries(q="nobody")
        answer = visit("role_ledger", "DES", since="then")
        assert answer.status_code == 200 and "Enter a valid date" in answer.content.decode()


class TestExpiry:
    """What the clock takes back."""

    def lapsed(self, member):
        facts = actors.grants_of([member]).get(member.user_id, ())
        return licences.lapsed(member.platform, facts, now=timezone.now())

    @pytest.mark.parametrize(
        ("expired", "wanted"),
        [
            ([], []),
            (["DES"], ["DES"]),
            (["ENT"], []),  # every other role needs it
            (["ENT", "COL"], []),
            (["ENT", "COL", "DES"], ["DES"]),  # Change is valid and needs both others
            (["ENT", "COL", "DES", "CHG"], ["ENT", "COL", "DES", "CHG"]),
        ],
    )
    def test_a_prerequisite_stays_while_a_role_that_needs_it_is_valid(self, boss, platform, expired, wanted):
        expires(platform, expired, YESTERDAY)
        assert self.lapsed(boss) == wanted

    def test_what_another_platform_pays_for_stays_and_what_was_never_assigned_too(self):
        home, abroad = travelling()
        assert self.lapsed(abroad) == []
        RoleGrant.objects.filter(member=abroad).update(assigned=True)
        expires(abroad.platform, ["ENT", "COL"], YESTERDAY)
        assert self.lapsed(abroad) == []
        RoleGrant.objects.filter(member=home).update(restricted=True)
        assert self.lapsed(abroad) == ["ENT", "COL"]

    def test_the_clock_takes_back_as_the_system_and_tells_once(self, boss, platform):
        person, other = worker(platform), worker(platform)
        ledger.open_entries([boss.pk, person.pk, other.pk])
        RoleGrant.objects.filter(member__in=[boss, other], role__code="DES").delete()
        ledger_of_design = LicenceEntry.objects.filter(role__code="DES", member=person)
        expires(platform, ["DES"], YESTERDAY)
        expiries.sweep()
        assert not AuditEvent.objects.exists()  # the option is off
        Platform.objects.filter(pk=platform.pk).update(ungrant_expired=True)
        call_command("clock", "--once")
        expiries.sweep()
        event = AuditEvent.objects.get()
        assert (event.verb, event.actor, event.platform) == ("role_ungranted", None, platform)
        assert event.subject == person.user
        assert event.before["role"] == "Design" and "expired" in event.rule
        assert [(row.change, row.cause) for row in ledger_of_design] == [(-1, "expired"), (1, "opening")]
        told = {note.user: note.text for note in Notification.objects.filter(kind="roles")}
        assert told == {
            person.user: f"Taken back on {platform}, because the licence has expired: Design.",
            boss.user: "Taken back because licences expired: Design from 1 person.",
        }
        assert set(person.grants.values_list("role__code", flat=True)) == {"ENT", "COL", "CHG"}

    def test_turning_it_on_says_who_loses_what(self, boss, platform):
        expires(platform, ["DES"], YESTERDAY)
        assert options.effects(actor_of(boss), {"ungrant_expired": True}) == [f"{boss} loses DES within the hour"]
        assert options.effects(actor_of(boss), {"ungrant_expired": False}) == []

    def test_an_access_that_ended_meanwhile_stops_nothing(self, boss, platform, monkeypatch):
        Platform.objects.filter(pk=platform.pk).update(ungrant_expired=True)
        person, gone = worker(platform), worker(platform)
        expires(platform, ["DES"], YESTERDAY)
        found = list(expiries.due(platform))
        Member.objects.filter(pk=gone.pk).update(status=Status.NO_ACCESS)
        monkeypatch.setattr(expiries, "due", lambda platform: found)
        expiries.sweep()
        assert not person.grants.filter(role__code="DES").exists() and gone.grants.filter(role__code="DES").exists()
