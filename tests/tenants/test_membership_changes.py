"""Another right, other organizations, and leaving: what they end, what they refuse, what they say before."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from spaces.models import Credential
from tenants import departures, employment, rights
from tenants.employment import Place, change_employment
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.members import end_access
from tenants.models import AuditEvent, InvitationDraft, Member, Notification, Right, Status
from tenants.rights import change_right
from tests.factories import (
    ItemFactory,
    MemberFactory,
    OrganizationFactory,
    PlatformFactory,
    SpaceFactory,
    actor_of,
    give,
    host_of,
    worker,
)
from tests.tenants.worlds import invited

pytestmark = pytest.mark.django_db
SOON = {"ends_at": timezone.now() + timedelta(days=30)}


@pytest.fixture
def boss():
    return worker(PlatformFactory(slug="corvane", name="Corvane"), Right.ADMINISTRATOR, user__name="Elena")


@pytest.fixture
def platform(boss):
    return boss.platform


@pytest.fixture
def supplier(platform):
    return OrganizationFactory(platform=platform, name="Tolmec")


def url(name, platform, *args):
    return reverse(f"tenants:{name}", args=[platform.slug, *args])


def stored(member):
    return Member.objects.select_related("company", "unit", "sponsor").get(pk=member.pk)


class TestRight:
    def test_it_changes_and_nothing_else_does(self, boss, platform, supplier):
        member = worker(platform, company=supplier)
        give(member, SpaceFactory(platform=platform))
        change_right(actor=actor_of(boss), member=member, right=Right.EXTERNAL, reason="A contractor")
        assert (stored(member).right, stored(member).sponsor) == (Right.EXTERNAL, boss.user)
        assert len(actor_of(member).held) == 1 and member.grants.count() == 4
        change_right(actor=actor_of(boss), member=member, right=Right.MEMBER)
        assert (stored(member).right, stored(member).sponsor) == (Right.MEMBER, None)
        first = AuditEvent.objects.order_by("pk").first()
        assert (first.verb, first.reason, first.before["right"]) == ("right_changed", "A contractor", "member")

    def test_an_external_of_the_host_company_is_an_explicit_choice(self, boss, platform, supplier):
        member, guest = worker(platform), worker(platform, Right.EXTERNAL, company=supplier)
        with pytest.raises(Unacceptable) as refused:
            change_right(actor=actor_of(boss), member=member, right=Right.EXTERNAL)
        assert refused.value.field == "host_confirmed"
        with pytest.raises(Unacceptable):
            change_employment(actor=actor_of(boss), member=guest, place=Place(host_of(platform)))
        assert not AuditEvent.objects.exists()
        change_right(actor=actor_of(boss), member=member, right=Right.EXTERNAL, host_confirmed=True)
        change_employment(actor=actor_of(boss), member=guest, place=Place(host_of(platform)), host_confirmed=True)

    @pytest.mark.parametrize("fields", [{"status": Status.NO_ACCESS}, {"user__is_active": False}, SOON])
    def test_t49_b13_the_last_administrator_is_not_demoted(self, boss, platform, fields):
        MemberFactory(platform=platform, right=Right.ADMINISTRATOR, **fields)
        with pytest.raises(Conflict, match="last Administrator"):
            change_right(actor=actor_of(boss), member=boss, right=Right.MEMBER)
        with pytest.raises(Conflict, match="last Administrator"):
            departures.leave_platform(actor=actor_of(boss))
        with pytest.raises(Conflict, match="last Administrator"):
            departures.remove_user(actor=actor_of(boss), member=boss, heirs={})
        assert not AuditEvent.objects.exists()

    def test_t48_rights_lost_between_looking_and_sending_are_lost(self, boss, platform):
        second, member = worker(platform, Right.ADMINISTRATOR), worker(platform)
        looked = actor_of(second)
        change_right(actor=actor_of(boss), member=second, right=Right.MEMBER)
        acts = [
            lambda: change_right(actor=looked, member=member, right=Right.ADMINISTRATOR),
            lambda: change_employment(actor=looked, member=member, place=Place(member.company)),
            lambda: departures.remove_user(actor=looked, member=member, heirs={}),
            lambda: end_access(actor=looked, member=member),
        ]
        for act in acts:
            with pytest.raises(AccessDenied):
                act()
        assert AuditEvent.objects.count() == 1

    @pytest.mark.parametrize("status", [Status.PENDING, Status.NO_ACCESS, Status.REMOVED])
    def test_only_who_has_access_has_a_right_to_change(self, boss, platform, status):
        member = MemberFactory(platform=platform, status=status)
        with pytest.raises(Conflict):
            change_right(actor=actor_of(boss), member=member, right=Right.ADMINISTRATOR)

    def test_a_stranger_is_not_there(self, boss):
        with pytest.raises(NotVisible):
            change_right(actor=actor_of(boss), member=worker(PlatformFactory()), right=Right.ADMINISTRATOR)

    def test_it_is_said_before_what_it_does(self, boss, platform, supplier):
        space = SpaceFactory(platform=platform, visibility="public")
        items = [ItemFactory(space=space, organization=owner) for owner in (supplier, host_of(platform))]
        member = worker(platform, company=supplier)
        give(member, SpaceFactory(platform=platform), "author")
        told = rights.effects(member, Right.EXTERNAL)
        assert "They read 2 items now, and 1 item then." in told and "They create no spaces and invite nobody." in told
        assert len(items) == 2
        invited(platform, inviter=boss.user)
        assert any("1 invitations they sent" in line for line in rights.effects(boss, Right.MEMBER))
        assert any("They read 0 items now" in line for line in rights.effects(worker(platform), Right.ADMINISTRATOR))

    def test_the_page_shows_first_and_takes_once(self, client, boss, platform, supplier):
        client.force_login(boss.user)
        member = worker(platform)
        address = url("member_right", platform, member.pk)
        assert "reads open content of your company" in client.get(address, {"right": "external"}).content.decode()
        posted = {"right": "external", "reason": "Half of the week"}
        refused = client.post(address, posted)
        assert refused.status_code == 422 and "Half of the week" in refused.content.decode()
        assert client.post(address, posted | {"host_confirmed": "on"}).status_code == 302
        assert client.post(address, posted | {"host_confirmed": "on"}).status_code == 409
        assert client.post(address, {"right": "king"}).status_code == 422
        assert client.get(address, {"right": "king"}).status_code == 200
        assert AuditEvent.objects.count() == 1


class TestOrganizations:
    @pytest.fixture
    def unit(self, platform):
        return OrganizationFactory(platform=platform, kind="unit", parent=host_of(platform), name="Structures")

    def test_credentials_for_what_is_left_end_and_the_space_keeps_an_owner(self, boss, platform, unit, supplier):
        member = worker(platform, unit=unit)
        member.organizations.add(supplier)
        spaces = [SpaceFactory(platform=platform, title=title) for title in ("Rig", "Jig", "Kit")]
        for space, organization in zip(spaces, (unit, host_of(platform), supplier), strict=True):
            give(member, space, "owner", organization=organization)
        place = Place(host_of(platform), None, (supplier,))
        assert employment.endings(member, place) == ["Owner in Rig for Structures"]
        change_employment(actor=actor_of(boss), member=member, place=place, reason="Reorganized")
        assert {held.space_title for held in actor_of(member).held} == {"Jig", "Kit"}
        owner = Credential.objects.get(content_object=spaces[0])
        assert (owner.user, owner.organization) == (boss.user, boss.company)
        event = AuditEvent.objects.get()
        assert (event.verb, event.reason) == ("employment_changed", "Reorganized")
        assert event.after["spaces_taken_over"] == ["Rig"] and event.after["ended"] == ["Owner in Rig for Structures"]

    def test_the_last_administrator_who_moves_takes_the_space_over_themselves(self, boss, platform, unit):
        Member.objects.filter(pk=boss.pk).update(unit=unit)
        space = SpaceFactory(platform=platform)
        give(boss, space, "owner", organization=unit)
        change_employment(actor=actor_of(boss), member=boss, place=Place(host_of(platform)))
        assert [held.organization_id for held in actor_of(boss).held] == [boss.company_id]

    def test_what_does_not_fit_is_refused_at_its_field(self, boss, platform, unit, supplier):
        member, strange = worker(platform), OrganizationFactory()
        for place, name in [
            (Place(unit), "company"),
            (Place(strange), "company"),
            (Place(supplier, unit), "unit"),
            (Place(host_of(platform), None, (strange,)), "further"),
        ]:
            with pytest.raises(Unacceptable) as refused:
                change_employment(actor=actor_of(boss), member=member, place=place)
            assert refused.value.field == name
        with pytest.raises(Conflict):
            change_employment(actor=actor_of(boss), member=member, place=Place(member.company))
        assert not AuditEvent.objects.exists()

    def test_the_page_shows_what_ends_before_it_ends_it(self, client, boss, platform, unit, supplier):
        client.force_login(boss.user)
        member = worker(platform, unit=unit)
        give(member, SpaceFactory(platform=platform, title="Rig"), "reader", organization=unit)
        address = url("member_employment", platform, member.pk)
        posted = {"company": member.company_id, "reason": "New desk"}
        shown = client.post(address, posted)
        assert shown.status_code == 422 and "Reader in Rig for Structures" in shown.content.decode()
        give(member, SpaceFactory(platform=platform, title="Jig"), "reader", organization=unit)
        stale = client.post(address, posted | {"shown": shown.context["token"]})
        assert stale.status_code == 422 and "Reader in Jig for Structures" in stale.content.decode()
        assert client.post(address, posted | {"shown": stale.context["token"]}).status_code == 302
        assert actor_of(member).held == ()
        forged = client.post(address, {"company": OrganizationFactory().pk, "further": ["x", "9" * 30]})
        assert forged.status_code == 422 and AuditEvent.objects.count() == 1


class TestLeaving:
    def test_one_leaves_by_oneself_and_administrators_are_told(self, client, boss, platform):
        member = worker(platform, user__name="Tomas")
        space = SpaceFactory(platform=platform)
        give(member, space, "owner")
        client.force_login(member.user)
        page = client.get(url("membership_leave", platform)).content.decode()
        assert f"Owner in {space.title}" in page and "The record of what they did" in page
        assert client.post(url("membership_leave", platform)).status_code == 302
        assert (stored(member).status, client.get(url("membership", platform)).status_code) == (Status.NO_ACCESS, 404)
        assert Credential.objects.get(content_object=space).user == boss.user
        assert Notification.objects.get().text == f"Tomas left {platform}."

    def test_who_has_no_licence_may_leave(self, client, platform):
        member = MemberFactory(platform=platform)
        client.force_login(member.user)
        assert client.get(url("home", platform)).status_code == 403
        assert client.get(url("membership", platform)).status_code == 200
        assert client.post(url("membership_leave", platform)).status_code == 302

    def test_nobody_leaves_for_somebody_else(self, client, boss, platform):
        member = worker(platform)
        client.force_login(boss.user)
        assert client.post(url("membership_leave", platform), {"member": member.pk}).status_code == 409
        assert stored(member).status == Status.ACTIVE


class TestReturn:
    def test_what_they_held_fills_the_next_invitation_and_nothing_counts_meanwhile(self, client, boss, platform):
        member = worker(platform)
        kept, over = (SpaceFactory(platform=platform, title=title) for title in ("Rig", "Over"))
        give(member, kept, "reader")
        give(member, kept, "author", restricted=True)
        give(member, over, "reader", ends_at=timezone.now() + timedelta(days=5))
        client.force_login(boss.user)
        assert client.post(url("member_end", platform, member.pk), {"keep": "on"}).status_code == 302
        assert actor_of(member).held == () and not member.grants.exists()
        assert not Credential.objects.filter(user=member.user).exists()
        assert "What they held before" in client.get(url("member_detail", platform, member.pk)).content.decode()
        noted = stored(member)
        next(row for row in noted.held_before["opened"] if row["space"] == over.pk)["ends_on"] = "2020-01-01"
        noted.save()
        begun = client.post(reverse("spaces:invitation_new", args=[platform.slug]), {"member": member.pk})
        data = InvitationDraft.objects.get().data
        assert (data["typed"], set(data["roles"])) == ([member.user.email], {"ENT", "COL", "DES", "CHG"})
        opened = {row["space"]: (row["responsibility"], row["restricted"]) for row in data["opened"]}
        assert opened == {kept.pk: ("reader", False)}  # the widest of a space; what would be over is left out
        assert "Author (Restricted) in Rig" in client.get(begun.url).content.decode()

    def test_without_the_choice_nothing_is_noted(self, boss, platform):
        member = worker(platform)
        end_access(actor=actor_of(boss), member=member)
        assert stored(member).held_before == {}

    @pytest.mark.parametrize("member", ["", "x", "-1", "9" * 30, "0"])
    def test_nobody_of_this_platform_returns(self, client, boss, platform, member):
        client.force_login(boss.user)
        answer = client.post(reverse("spaces:invitation_new", args=[platform.slug]), {"member": member})
        assert answer.status_code == (404 if member == "0" else 302)
        assert not any(draft.data["typed"] for draft in InvitationDraft.objects.all())
