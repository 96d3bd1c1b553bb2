"""The options of a platform: what is refused while used, what needs what, and the page that sets them."""

import pytest
from django.urls import reverse
from django.utils import timezone

from tenants import options, sources
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.models import (
    AuditEvent,
    InvitationRole,
    InvitationState,
    Right,
    RoleGrant,
    Status,
)
from tests.factories import (
    MemberFactory,
    PlatformFactory,
    UserFactory,
    actor_of,
    catalogue,
    license_member,
    worker,
)
from tests.tenants.worlds import invited, travelling

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return worker(PlatformFactory(name="Corvane"), Right.ADMINISTRATOR, user=UserFactory(name="Elena Castellano"))


@pytest.fixture
def platform(administrator):
    return administrator.platform


def turn(administrator, code, value="on"):
    return options.set_option(actor=actor_of(administrator), code=code, value=value)


def set_url(platform, code):
    return reverse("tenants:option_set", args=[platform.slug, code])


class TestSetting:
    def test_all_three_are_off_on_a_new_platform(self, platform):
        assert not any(getattr(platform, option.code) for option in options.MEMBER_OPTIONS)

    def test_turned_on_and_recorded(self, administrator, platform):
        turn(administrator, "member_locations")
        platform.refresh_from_db()
        event = AuditEvent.objects.get()
        assert platform.member_locations
        assert (event.verb, event.before, event.after) == (
            "options_set",
            {"member_locations": False},
            {"member_locations": True},
        )
        assert event.rule.startswith("9.A")

    @pytest.mark.parametrize(
        ("code", "value"),
        [("open_readers", "below"), ("credentials_counted", "current"), ("leader_edits_frozen", "off")],
    )
    def test_work_options(self, administrator, platform, code, value):
        turn(administrator, code, value)
        platform.refresh_from_db()
        assert getattr(platform, code) == {"off": False}.get(value, value)

    def test_twice_is_said(self, administrator):
        turn(administrator, "member_locations")
        with pytest.raises(Conflict, match="already on"):
            turn(administrator, "member_locations")
        assert AuditEvent.objects.count() == 1

    @pytest.mark.parametrize("value", ["", "yes", "1", "on\x00", "x" * 5000, "every"])
    def test_a_value_it_cannot_be(self, administrator, value):
        with pytest.raises(Unacceptable):
            turn(administrator, "member_locations", value)

    @pytest.mark.parametrize("code", ["status", "slug", "time_zone", "nothing"])
    def test_only_options_are_options(self, administrator, code):
        with pytest.raises(NotVisible):
            turn(administrator, code)

    @pytest.mark.parametrize("right", [Right.MEMBER, Right.EXTERNAL])
    def test_administrators_only(self, platform, right):
        with pytest.raises(AccessDenied):
            turn(worker(platform, right), "member_locations")
        assert not AuditEvent.objects.exists()


class TestInvitationsFromMembers:
    def test_needs_the_administrators_option(self, administrator):
        with pytest.raises(Conflict, match="needs Invitations from administrators"):
            turn(administrator, "invitations_from_members")

    def test_is_itself_a_use(self, administrator):
        turn(administrator, "invitations_from_administrators")
        turn(administrator, "invitations_from_members")
        with pytest.raises(options.InUse) as refusal:
            turn(administrator, "invitations_from_administrators", "off")
        assert [use.subject for use in refusal.value.uses] == ["Invitations from members"]

    def test_an_invitation_that_a_member_sent_is_a_use(self, administrator, platform):
        turn(administrator, "invitations_from_administrators")
        turn(administrator, "invitations_from_members")
        invitation = invited(platform, inviter=worker(platform).user)
        with pytest.raises(options.InUse) as refusal:
            turn(administrator, "invitations_from_members", "off")
        assert invitation.email in refusal.value.uses[0].subject


class TestInvitationsFromAdministrators:
    @pytest.fixture(autouse=True)
    def on(self, administrator):
        turn(administrator, "invitations_from_administrators")

    def refused(self, administrator):
        with pytest.raises(options.InUse) as refusal:
            turn(administrator, "invitations_from_administrators", "off")
        return refusal.value.uses

    def test_off_while_nothing_uses_it(self, administrator, platform):
        license_member(MemberFactory(platform=platform))
        turn(administrator, "invitations_from_administrators", "off")
        platform.refresh_from_db()
        assert not platform.invitations_from_administrators

    @pytest.mark.parametrize(("assigned", "restricted"), [(False, True), (True, False), (False, False)])
    @pytest.mark.parametrize("status", [Status.ACTIVE, Status.PENDING])
    def test_a_grant_with_a_setting_off_is_a_use(self, administrator, platform, assigned, restricted, status):
        member = MemberFactory(platform=platform, status=status)
        license_member(member, ["ENT"], assigned=assigned, restricted=restricted)
        (use,) = self.refused(administrator)
        assert (use.subject, use.member_id) == (str(member), member.pk)
        assert AuditEvent.objects.count() == 1

    def test_one_line_for_a_person(self, administrator, platform):
        license_member(MemberFactory(platform=platform), assigned=False)
        assert len(self.refused(administrator)) == 1

    def test_a_standing_invitation_is_a_use(self, administrator, platform):
        invitation = invited(platform)
        InvitationRole.objects.create(invitation=invitation, role=catalogue()["ENT"], assigned=False)
        (use,) = self.refused(administrator)
        assert invitation.email in use.subject

    @pytest.mark.parametrize(
        "over",
        [{"state": InvitationState.REVOKED}, {"state": InvitationState.ACCEPTED}, {"expires_at": timezone.now()}],
    )
    def test_an_invitation_that_is_over_is_none(self, administrator, platform, over):
        invitation = invited(platform, **over)
        InvitationRole.objects.create(invitation=invitation, role=catalogue()["ENT"], assigned=False)
        turn(administrator, "invitations_from_administrators", "off")

    def test_another_platform_is_none_of_its_business(self, administrator):
        license_member(MemberFactory(), assigned=False)
        turn(administrator, "invitations_from_administrators", "off")


class TestLocations:
    def test_used_on_both_sides(self):
        home, host = travelling()
        assert [travel.other for travel in sources.brought(host.platform)] == [home.platform.name] * 2
        assert {travel.other for travel in sources.lent(home.platform)} == {host.platform.name}
        for member in (home, host):
            boss = worker(member.platform, Right.ADMINISTRATOR)
            with pytest.raises(options.InUse) as refusal:
                turn(boss, "member_locations", "off")
            assert {use.member_id for use in refusal.value.uses} == {member.pk}

    def test_free_again_once_restricted(self):
        home, host = travelling()
        RoleGrant.objects.filter(member=home).update(restricted=True)
        turn(worker(host.platform, Right.ADMINISTRATOR), "member_locations", "off")

    @pytest.mark.parametrize("people", [1, 6])
    def test_b36_queries_do_not_grow(self, people, django_assert_max_num_queries):
        home, host = travelling()
        for _ in range(people - 1):
            travelling(home.platform, host.platform)
        with django_assert_max_num_queries(10):
            assert len(options.uses_of_locations(home.platform)) == 2 * people


class TestPage:
    @pytest.fixture(autouse=True)
    def signed_in(self, client, administrator):
        client.force_login(administrator.user)

    def page(self, client, platform):
        return client.get(reverse("tenants:options", args=[platform.slug]))

    def test_says_what_each_does_and_needs(self, client, platform):
        page = self.page(client, platform).content.decode()
        for option in options.OPTIONS.values():
            assert option.title.replace("'", "&#x27;") in page
        assert "Needs Invitations from administrators: off" in page

    def test_switch_posts_and_comes_back(self, client, platform):
        response = client.post(set_url(platform, "member_locations"), {"value": "on"}, follow=True)
        assert response.status_code == 200
        assert "locations: on." in response.content.decode()

    def test_refusal_lists_what_uses_it(self, client, platform, administrator):
        turn(administrator, "invitations_from_administrators")
        member = MemberFactory(platform=platform, user=UserFactory(name="Mara Lindqvist"))
        license_member(member, ["ENT"], assigned=False)
        response = client.post(set_url(platform, "invitations_from_administrators"), {"value": "off"})
        page = response.content.decode()
        assert response.status_code == 409
        assert "cannot be turned off while it is used" in page and "Mara Lindqvist" in page
        platform.refresh_from_db()
        assert platform.invitations_from_administrators

    @pytest.mark.parametrize(("code", "status"), [("member_locations", 422), ("nothing", 404), ("status", 404)])
    def test_bad_input(self, client, platform, code, status):
        assert client.post(set_url(platform, code), {"value": "perhaps"}).status_code == status
        assert not AuditEvent.objects.exists()

    @pytest.mark.parametrize("person", ["", "x", "0", "9" * 30, "-1", "1.5", "\x00"])
    def test_a_person_that_is_none(self, client, platform, person):
        response = client.get(reverse("tenants:options", args=[platform.slug]), {"person": person})
        assert response.status_code in {200, 404}

    def test_get_sets_nothing(self, client, platform):
        assert client.get(set_url(platform, "member_locations")).status_code == 405

    def test_a_member_is_refused_with_a_sentence(self, client, platform):
        client.force_login(worker(platform).user)
        response = self.page(client, platform)
        assert response.status_code == 403 and "Only an Administrator" in response.content.decode()

    def test_effects_are_shown_before(self, client, platform, monkeypatch):
        def foretell(actor, code, value):
            return ["3 Externals read 12 more items."] if code == "externals_read_open" and value else []

        monkeypatch.setattr(options, "EFFECTS", [foretell])
        url = set_url(platform, "externals_read_open")
        response = client.post(url, {"value": "on"})
        platform.refresh_from_db()
        assert "12 more items" in response.content.decode() and not platform.externals_read_open
        client.post(url, {"value": "on", "confirmed": "yes"})
        platform.refresh_from_db()
        assert platform.externals_read_open
