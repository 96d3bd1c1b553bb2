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
from tenants.option_history import history, undo_options, undoing
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


def turn(administrator, code, value="on", reason="Why"):
    return options.set_option(actor=actor_of(administrator), code=code, value=value, reason=reason)


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


class TestSeveralAtOnce:
    """Presets, reasons, and taking back."""

    def preset(self, administrator, code="supplier-safe", **given):
        wanted = options.PRESETS[code].wanted
        return options.set_options(actor=actor_of(administrator), wanted=wanted, **({"reason": "Why"} | given))

    def undo(self, administrator, entry, **given):
        return undo_options(actor=actor_of(administrator), pk=entry.pk, **given)

    def test_a_preset_is_one_act(self, administrator, platform):
        self.preset(administrator)
        platform.refresh_from_db()
        event = AuditEvent.objects.get()
        assert (platform.open_readers, platform.restricted_first) == ("host", True)
        assert event.after == {"open_readers": "host", "restricted_first": True}  # what was so already is left out
        assert (event.verb, event.reason) == ("options_set", "Why")

    def test_both_presets_and_the_way_back_to_the_texts(self, administrator, platform):
        self.preset(administrator)
        turn(administrator, "freeze_before_release")
        self.preset(administrator, "as-written", reason="")  # widens only
        platform.refresh_from_db()
        fresh = PlatformFactory()
        codes = [option.code for option in options.WORK_OPTIONS]
        assert [getattr(platform, code) for code in codes] == [getattr(fresh, code) for code in codes]
        with pytest.raises(Conflict, match="already"):
            self.preset(administrator, "as-written")

    def test_all_or_nothing(self, administrator, platform):
        wanted = {"open_readers": "host", "invitations_from_members": True}
        with pytest.raises(Conflict, match="needs Invitations from administrators"):
            options.set_options(actor=actor_of(administrator), wanted=wanted, reason="Why")
        platform.refresh_from_db()
        assert platform.open_readers == "every" and not AuditEvent.objects.exists()

    @pytest.mark.parametrize(
        ("code", "narrow", "wide"),
        [
            ("externals_read_open", "off", "on"),
            ("open_readers", "host", "every"),
            ("credentials_counted", "current", "all"),
            ("leader_edits_frozen", "off", "on"),
            ("freeze_before_release", "on", "off"),
            ("members_create_spaces", "off", "on"),
        ],
    )
    def test_narrowing_wants_a_reason_and_widening_none(self, administrator, platform, code, narrow, wide):
        widest = options.OPTIONS[code].parse(wide)
        type(platform).objects.filter(pk=platform.pk).update(**{code: widest})
        with pytest.raises(Unacceptable) as refusal:
            turn(administrator, code, narrow, reason="  ")
        assert refusal.value.field == "reason" and not AuditEvent.objects.exists()
        turn(administrator, code, narrow)
        turn(administrator, code, wide, reason="")
        assert [event.reason for event in AuditEvent.objects.all()] == ["", "Why"]

    def test_somebody_who_was_faster_is_not_overwritten(self, administrator, platform):
        seen = options.state(platform)
        turn(administrator, "members_create_spaces", "off")
        with pytest.raises(Conflict, match="after this was shown"):
            self.preset(administrator, seen=seen)
        assert AuditEvent.objects.count() == 1

    def test_undo_is_an_act_that_can_be_undone(self, administrator, platform):
        self.preset(administrator)
        platform = self.undo(administrator, history(platform)[0])
        assert (platform.open_readers, platform.restricted_first) == ("every", False)
        with pytest.raises(Unacceptable):  # the way back narrows again
            self.undo(administrator, history(platform)[0])
        platform = self.undo(administrator, history(platform)[0], reason="After all")
        assert (platform.open_readers, platform.restricted_first) == ("host", True)
        assert [row.verb for row in history(platform)] == ["options_undone", "options_undone", "options_set"]

    def test_what_was_set_again_since_stays_and_is_said(self, administrator, platform):
        self.preset(administrator)
        entry = history(platform)[0]
        turn(administrator, "restricted_first", "off")
        platform.refresh_from_db()
        found = undoing(platform, entry)
        assert found.wanted == {"open_readers": "every"}
        assert "is off now and stays so" in found.conflicts[0]
        self.undo(administrator, entry)
        with pytest.raises(Conflict, match="Nothing of this is left"):
            self.undo(administrator, entry)

    def test_t20_only_entries_about_options_of_the_own_platform(self, administrator, platform):
        other = worker(PlatformFactory(), Right.ADMINISTRATOR)
        turn(other, "member_locations")
        with pytest.raises(NotVisible):
            self.undo(administrator, AuditEvent.objects.get())
        with pytest.raises(AccessDenied):
            self.undo(worker(other.platform), AuditEvent.objects.get())


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

    @pytest.mark.parametrize("people", [2, 12])
    def test_b36_queries_do_not_grow(self, people, django_assert_max_num_queries):
        home, host = travelling()
        for _ in range(people - 1):
            travelling(home.platform, host.platform)
        with django_assert_max_num_queries(11):
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

    def test_a_narrower_choice_asks_why_and_keeps_what_was_typed(self, client, platform):
        url = set_url(platform, "members_create_spaces")
        asked = client.post(url, {"value": "off"})
        assert asked.status_code == 200 and "Needed: people get less" in asked.content.decode()
        form = {"value": "off", "confirmed": "yes", "seen": asked.context["seen"]}
        assert client.post(url, form | {"reason": ""}).status_code == 422
        assert client.post(url, form | {"reason": "Order first"}, follow=True).status_code == 200
        late = client.post(url, {"value": "on", "confirmed": "yes", "seen": form["seen"], "reason": "Mine"})
        assert late.status_code == 409 and "Mine" in late.content.decode()

    def test_preset_and_undo_by_their_pages(self, client, platform):
        preset = reverse("tenants:option_preset", args=[platform.slug, "supplier-safe"])
        page = client.get(preset)
        assert "members employed by the host company" in page.content.decode()
        done = client.post(preset, {"seen": page.context["seen"], "reason": "Suppliers come"}, follow=True)
        assert "set" in done.content.decode() and client.get(preset).context["plan"].lines == ()
        listed = client.get(reverse("tenants:option_history", args=[platform.slug]))
        ((entry, undoable),) = listed.context["rows"]
        assert undoable and entry.reason == "Suppliers come" and "every member with a credential" in str(entry.changes)
        undo = reverse("tenants:option_undo", args=[platform.slug, entry.pk])
        seen = client.get(undo).context["seen"]
        client.post(undo, {"seen": seen}, follow=True)
        assert [undoable for _entry, undoable in client.get(listed.request["PATH_INFO"]).context["rows"]] == [
            True,
            False,
        ]
        assert client.get(reverse("tenants:option_preset", args=[platform.slug, "nothing"])).status_code == 404

    def test_effects_are_shown_before(self, client, platform, monkeypatch):
        def foretell(actor, wanted):
            return ["3 Externals read 12 more items."] if wanted.get("externals_read_open") else []

        monkeypatch.setattr(options, "EFFECTS", [foretell])
        url = set_url(platform, "externals_read_open")
        response = client.post(url, {"value": "on"})
        platform.refresh_from_db()
        assert "12 more items" in response.content.decode() and not platform.externals_read_open
        client.post(url, {"value": "on", "confirmed": "yes"})
        platform.refresh_from_db()
        assert platform.externals_read_open
