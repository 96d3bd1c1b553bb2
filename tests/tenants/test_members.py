"""Members: the list, the detail, the switches of a role, and the end of access."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tenants import memberships
from tenants.errors import AccessDenied, Conflict, NotVisible
from tenants.members import end_access, endings, remains
from tenants.models import (
    AuditEvent,
    GroupGrant,
    Invitation,
    InvitationState,
    Member,
    Platform,
    Right,
    RoleGrant,
    Status,
    User,
)
from tests.factories import (
    MemberFactory,
    OrganizationFactory,
    PlatformFactory,
    SpaceFactory,
    UserFactory,
    UserGroupFactory,
    actor_of,
    catalogue,
    give,
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


def url(name, platform, *args):
    return reverse(f"tenants:{name}", args=[platform.slug, *args])


class TestEndAccess:
    def test_ends_what_hangs_on_it_and_says_so(self, administrator, platform):
        member = worker(platform)
        member.organizations.add(OrganizationFactory(platform=platform))
        end_access(actor=actor_of(administrator), member=member, reason="Left the company")
        member.refresh_from_db()
        event = AuditEvent.objects.get()
        assert member.status == Status.NO_ACCESS
        assert not member.grants.exists() and not member.organizations.exists()
        assert (event.verb, event.subject, event.reason) == ("access_ended", member.user, "Left the company")
        assert event.before["status"] == "active" and event.after == {"status": "no_access"}

    def test_b16_frees_the_licence_at_once(self, administrator, platform):
        member = worker(platform)
        used = RoleGrant.objects.filter(member__platform=platform, assigned=True).count()
        end_access(actor=actor_of(administrator), member=member)
        assert RoleGrant.objects.filter(member__platform=platform, assigned=True).count() == used - 4

    def test_b10_credentials_end_on_the_floor_above(self, administrator, platform):
        member = worker(platform)
        give(member, SpaceFactory(platform=platform))
        end_access(actor=actor_of(administrator), member=member)
        Member.objects.filter(pk=member.pk).update(status=Status.ACTIVE)
        assert actor_of(member).held == ()

    def test_steps_run_inside_the_act(self, administrator, platform, monkeypatch):
        ended = []
        step = memberships.Step(
            preview=lambda member: ["a lock ends"],
            stays=lambda member: ["9 items stay"],
            end=lambda actor, member: ended.append((actor.user, member)),
        )
        monkeypatch.setattr(memberships, "STEPS", [step])
        member = worker(platform)
        assert "a lock ends" in endings(member) and "9 items stay" in remains(member)
        end_access(actor=actor_of(administrator), member=member)
        assert ended == [(administrator.user, member)]

    def test_t05_invitations_they_sent_are_revoked_with_them_and_stay_listed(self, administrator, platform):
        other = worker(platform, Right.ADMINISTRATOR)
        invitation, kept = invited(platform, inviter=other.user), invited(platform, inviter=administrator.user)
        elsewhere = invited(PlatformFactory(), inviter=other.user)
        assert any("1 invitation they sent" in line for line in remains(other))
        assert any(invitation.email in line for line in endings(other))
        end_access(actor=actor_of(administrator), member=other)
        states = [Invitation.objects.get(pk=row.pk).state for row in (invitation, kept, elsewhere)]
        assert states == [InvitationState.REVOKED, InvitationState.SENT, InvitationState.SENT]
        assert Member.objects.get(pk=invitation.member_id).status == Status.REMOVED

    def test_t49_b13_the_last_administrator_stays(self, administrator, platform):
        with pytest.raises(Conflict, match="last Administrator"):
            end_access(actor=actor_of(administrator), member=administrator)
        end_access(actor=actor_of(worker(platform, Right.ADMINISTRATOR)), member=administrator)
        assert not AuditEvent.objects.exclude(verb="access_ended").exists()

    def test_an_administrator_who_cannot_sign_in_is_none(self, administrator, platform):
        MemberFactory(platform=platform, right=Right.ADMINISTRATOR, user__is_active=False)
        with pytest.raises(Conflict, match="last Administrator"):
            end_access(actor=actor_of(administrator), member=administrator)

    @pytest.mark.parametrize("status", [Status.PENDING, Status.NO_ACCESS, Status.REMOVED])
    def test_only_access_can_end(self, administrator, platform, status):
        with pytest.raises(Conflict):
            end_access(actor=actor_of(administrator), member=MemberFactory(platform=platform, status=status))
        assert not AuditEvent.objects.exists()

    def test_members_may_not(self, administrator, platform):
        with pytest.raises(AccessDenied):
            end_access(actor=actor_of(worker(platform)), member=administrator)

    def test_another_platforms_member_does_not_exist(self, administrator):
        with pytest.raises(NotVisible):
            end_access(actor=actor_of(administrator), member=worker(PlatformFactory()))

    def test_elsewhere_they_go_on(self, administrator, platform):
        member = worker(platform)
        other = worker(PlatformFactory(), user=member.user)
        end_access(actor=actor_of(administrator), member=member)
        other.refresh_from_db()
        assert other.status == Status.ACTIVE and other.grants.count() == 4


class TestList:
    @pytest.fixture(autouse=True)
    def signed_in(self, client, administrator):
        client.force_login(administrator.user)

    def names(self, client, platform, **query):
        page = client.get(url("member_list", platform), query)
        assert page.status_code == 200
        return {str(row.member) for row in page.context["rows"]}

    def test_filters(self, client, platform, administrator):
        company = OrganizationFactory(platform=platform, name="Tolmec")
        soon, past = timezone.now() + timedelta(days=20), timezone.now() - timedelta(days=31)
        guest = {"right": Right.EXTERNAL, "company": company, "sponsor": administrator.user}
        MemberFactory(platform=platform, user__name="Mara", **guest)
        MemberFactory(platform=platform, user__name="Soon", ends_at=soon)
        MemberFactory(platform=platform, user__name="Past", ends_at=past, last_seen_at=past)
        MemberFactory(platform=platform, user__name="Gone", status=Status.REMOVED)
        MemberFactory(platform=platform, user__name="Otto", status=Status.NO_ACCESS)
        MemberFactory(user__name="Stranger")
        elena = str(administrator)
        assert self.names(client, platform) == {elena, "Mara", "Otto", "Soon", "Past"}
        assert self.names(client, platform, q="mar") == {"Mara"}
        assert self.names(client, platform, right="external") == {"Mara"}
        assert self.names(client, platform, status="no_access") == {"Otto"}
        assert self.names(client, platform, company=company.pk) == {"Mara"}
        assert self.names(client, platform, sponsor=administrator.user_id) == {"Mara"}
        assert self.names(client, platform, role=RoleGrant.objects.first().role_id) == {elena}
        assert self.names(client, platform, ends="30") == self.names(client, platform, ends="90", right="member")
        assert self.names(client, platform, ends="over") == {"Past"}
        assert self.names(client, platform, seen="30") == {"Past"}
        assert self.names(client, platform, status="removed") == {"Gone"}
        assert self.names(client, platform, status="all", ends="none", right="member") == {"Otto", "Gone"}
        assert self.names(client, platform, q="nobody at all") == set()

    @pytest.mark.parametrize(
        "query",
        [
            {"q": "\x00"},
            {"q": "x" * 9999},
            {"right": "king"},
            {"company": "x"},
            {"company": "9" * 40},
            {"page": "x"},
            {"sort": "password"},
            {"sort": "--name"},
            {"seen": "-1"},
            {"ends": "x"},
            {"sponsor": "1 or 1"},
        ],
    )
    def test_bad_input(self, client, platform, query):
        assert client.get(url("member_list", platform), query).status_code == 200

    def test_rows_are_a_fragment(self, client, platform):
        headers = {"HX-Request": "true", "HX-Target": "member-rows"}
        page = client.get(url("member_list", platform), headers=headers).content.decode()
        assert 'id="member-rows"' in page and "<html" not in page

    def test_b36_ten_thousand_members_cost_what_three_cost(self, client, platform, administrator):
        def cost():
            with CaptureQueriesContext(connection) as queries:
                page = client.get(url("member_list", platform), {"sort": "spaces", "factor": "off", "page": "2"})
            return len(queries), len(page.context["rows"])

        sponsored = {"right": Right.EXTERNAL, "sponsor": administrator.user}
        for _ in range(3):
            give(worker(platform, **sponsored), SpaceFactory(platform=platform))
        client.get(url("member_list", platform))
        few = cost()
        people = User.objects.bulk_create(
            [User(email=f"many{n}@example.test", name=f"Many {n:05}", password="!") for n in range(10_000)], 2000
        )
        fields = {"platform": platform, "company": administrator.company, "status": Status.ACTIVE, **sponsored}
        Member.objects.bulk_create([Member(user=person, **fields) for person in people], 2000)
        many = cost()
        assert (few[1], many[1]) == (4, 50)
        assert many[0] <= few[0]

    def test_sorts_and_says_what_each_row_is(self, client, platform, administrator):
        home, host = travelling()
        for member in (home, host):
            Member.objects.filter(pk=member.pk).update(last_seen_at=None)
        Authenticator.objects.create(user=host.user, type=Authenticator.Type.TOTP, data={})
        boss = worker(host.platform, Right.ADMINISTRATOR, user__name="Aaron")
        give(host, SpaceFactory(platform=host.platform))
        client.force_login(boss.user)

        def rows(**query):
            return client.get(url("member_list", host.platform), query).context["rows"]

        first = rows(sort="-spaces")[0]
        assert (first.member, first.spaces, first.member.two_factor) == (host, 1, True)
        assert [row.member for row in rows(factor="on")] == [row.member for row in rows(seen="never")] == [host]
        sources = {source.answer.payer_name: source.names for source in first.sources}
        assert set(sources) == {home.platform.name}
        assert sources[home.platform.name] == ("Entry", "Collaboration")
        orders = [[row.member for row in rows(sort=order)] for order in ("seen", "-seen", "nonsense", "name")]
        assert orders[0] == orders[1] == orders[2] == orders[3] == [boss, host]  # what is empty stands last

    def test_a_visit_is_noted_once_in_five_minutes(self, client, platform, administrator):
        moments = []
        start = timezone.now().replace(microsecond=0)
        for minutes in (0, 4, 6):
            with time_machine.travel(start + timedelta(minutes=minutes + 6), tick=False):
                client.get(url("member_list", platform))
            administrator.refresh_from_db()
            moments.append((administrator.last_seen_at - start).total_seconds() / 60)
        assert moments == [6, 6, 12]

    def test_members_are_refused(self, client, platform):
        client.force_login(worker(platform).user)
        assert client.get(url("member_list", platform)).status_code == 403


class TestDetail:
    @pytest.fixture(autouse=True)
    def signed_in(self, client, administrator):
        client.force_login(administrator.user)

    def test_says_where_each_licence_comes_from(self, client):
        home, host = travelling()
        client.force_login(worker(host.platform, Right.ADMINISTRATOR).user)
        page = client.get(url("member_detail", host.platform, host.pk)).content.decode()
        assert f"From {home.platform.name}" in page
        client.force_login(worker(home.platform, Right.ADMINISTRATOR).user)
        page = client.get(url("member_detail", home.platform, home.pk)).content.decode()
        assert "Assigned here" in page

    def test_says_what_is_missing(self, client, platform):
        member = MemberFactory(platform=platform)
        license_member(member, ["COL"])
        page = client.get(url("member_detail", platform, member.pk)).content.decode()
        assert "Missing: Ent is not granted" in page or "Missing: ENT is not granted" in page

    @pytest.mark.parametrize("status", [Status.PENDING, Status.NO_ACCESS, Status.REMOVED])
    def test_every_status_has_a_page(self, client, platform, status):
        member = MemberFactory(platform=platform, status=status)
        assert client.get(url("member_detail", platform, member.pk)).status_code == 200

    @pytest.mark.parametrize("name", ["member_detail", "member_end", "readiness"])
    def test_t20_t26_foreign_and_absent_are_one(self, client, platform, name):
        foreign = client.get(url(name, platform, worker(PlatformFactory()).pk))
        absent = client.get(url(name, platform, 999999))
        assert foreign.status_code == absent.status_code == 404
        assert client.get(url(name, platform, 2**70)).status_code == 404

    def test_switch_turns_a_setting(self, client, administrator, platform):
        platform.invitations_from_administrators = True
        platform.save()
        member = worker(platform)
        grant = member.grants.first()
        response = client.post(url("role_set", platform, member.pk, grant.pk), {"restricted": "off"})
        grant.refresh_from_db()
        assert response.status_code == 302 and not grant.restricted and grant.assigned
        assert AuditEvent.objects.get().verb == "role_changed"

    def test_switch_by_htmx_answers_with_the_roles(self, client, platform):
        platform.invitations_from_administrators = True
        platform.save()
        member = worker(platform)
        headers = {"HX-Request": "true", "HX-Target": "member-roles"}
        response = client.post(
            url("role_set", platform, member.pk, member.grants.first().pk), {"assigned": "off"}, headers=headers
        )
        page = response.content.decode()
        assert response.status_code == 200 and 'id="member-roles"' in page and "<html" not in page

    def test_switch_is_refused_while_the_option_is_off(self, client, platform):
        member = worker(platform)
        grant = member.grants.first()
        response = client.post(url("role_set", platform, member.pk, grant.pk), {"assigned": "off"})
        grant.refresh_from_db()
        assert response.status_code == 409 and grant.assigned
        assert not AuditEvent.objects.exists()

    @pytest.mark.parametrize("posted", [{}, {"assigned": "x"}, {"assigned": "on", "restricted": "on"}, {"x": "on"}])
    def test_a_setting_that_is_none(self, client, platform, posted):
        member = worker(platform)
        response = client.post(url("role_set", platform, member.pk, member.grants.first().pk), posted)
        assert response.status_code == 422
        assert not AuditEvent.objects.exists()

    def test_t21_a_grant_of_somebody_else_does_not_exist(self, client, administrator, platform):
        member, other = worker(platform), worker(PlatformFactory())
        for grant in (administrator.grants.first(), other.grants.first()):
            address = url("role_set", platform, member.pk, grant.pk)
            assert client.post(address, {"assigned": "off"}).status_code == 404

    def test_role_is_granted_and_taken_back(self, client, platform):
        worker(platform)  # stock
        member = MemberFactory(platform=platform)
        role = RoleGrant.objects.filter(member__platform=platform).first().role
        posted = {"role": role.pk, "assigned": "on", "restricted": "on"}
        assert client.post(url("role_grant", platform, member.pk), posted).status_code == 302
        grant = member.grants.get()
        assert grant.assigned and grant.restricted
        again = client.post(url("role_grant", platform, member.pk), posted)
        assert again.status_code == 422 and member.grants.count() == 1
        assert client.post(url("role_ungrant", platform, member.pk, grant.pk)).status_code == 302
        assert not member.grants.exists()
        assert client.post(url("role_ungrant", platform, member.pk, grant.pk)).status_code == 404
        assert AuditEvent.objects.count() == 2

    def test_all_roles_of_the_catalogue_stand_there_granted_or_not_and_by_whom(self, client, platform):
        worker(platform)  # stock
        member = MemberFactory(platform=platform)
        license_member(member, ["ENT"])
        group = UserGroupFactory(platform=platform, name="Reviewers", members=[member])
        given = GroupGrant.objects.create(group=group, role=catalogue()["COL"])
        RoleGrant.objects.create(member=member, role=given.role, through=given)
        page = client.get(url("member_detail", platform, member.pk)).content.decode()
        rows = {code: page.count(f'<span class="mono faint">{code}</span>') for code in catalogue()}
        assert rows.pop("COL") == 2 and set(rows.values()) == {1}
        switches = {
            name: on for on, name in re.findall(r'aria-checked="(true|false)" aria-label="Grant ([^"]*)"', page)
        }
        names = {code: role.name for code, role in catalogue().items()}
        assert switches == {name: "true" if code == "ENT" else "false" for code, name in names.items()}
        assert "through the group" in page and "By the group" in page

    @pytest.mark.parametrize(("external", "option", "first"), [(False, True, 1), (True, False, 1), (True, True, 0)])
    def test_a_licence_is_assigned_at_first_where_it_has_to_be(self, client, platform, external, option, first):
        Platform.objects.filter(pk=platform.pk).update(invitations_from_administrators=option)
        member = MemberFactory(platform=platform, right=Right.EXTERNAL if external else Right.MEMBER)
        page = client.get(url("member_detail", platform, member.pk)).content.decode()
        box = re.search(r'<input [^>]*name="assigned" form="DES-form"[^>]*>', page)[0]
        assert box.count(" checked") == first

    @pytest.mark.parametrize("posted", [{}, {"role": "x"}, {"role": "999999"}, {"role": "\x00"}, {"role": "9" * 40}])
    def test_a_role_that_is_none(self, client, platform, posted):
        member = MemberFactory(platform=platform)
        assert client.post(url("role_grant", platform, member.pk), posted).status_code == 422


class TestEndPage:
    @pytest.fixture(autouse=True)
    def signed_in(self, client, administrator):
        client.force_login(administrator.user)

    def test_preview_changes_nothing(self, client, platform):
        member = worker(platform)
        page = client.get(url("member_end", platform, member.pk)).content.decode()
        assert "Ends now" in page and "Stays" in page and "its licence is free again" in page
        member.refresh_from_db()
        assert member.status == Status.ACTIVE

    def test_post_ends_it_once(self, client, platform):
        member = worker(platform)
        assert client.post(url("member_end", platform, member.pk), {"reason": "Moved on"}).status_code == 302
        again = client.post(url("member_end", platform, member.pk), {"reason": "Moved on"})
        assert again.status_code == 409 and "has no access any more" in again.content.decode()
        assert AuditEvent.objects.count() == 1

    def test_without_a_reason(self, client, platform):
        member = worker(platform)
        assert client.post(url("member_end", platform, member.pk), {}).status_code == 302
        member.refresh_from_db()
        assert member.status == Status.NO_ACCESS

    def test_a_reason_too_long_is_given_back(self, client, platform):
        member = worker(platform)
        response = client.post(url("member_end", platform, member.pk), {"reason": "x" * 501})
        assert response.status_code == 422 and "x" * 501 in response.content.decode()
        member.refresh_from_db()
        assert member.status == Status.ACTIVE
