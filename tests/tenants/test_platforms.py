"""Where people arrive: the root, the platforms of a person, home, the bell, and doors that stay closed."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils import timezone

from tenants.models import Invitation, Notification, PlatformStatus, Right, RoleGrant, Status
from tenants.notifications import notify
from tests.factories import MemberFactory, OrganizationFactory, PlatformFactory, UserFactory, license_member, worker

pytestmark = pytest.mark.django_db


def home_of(platform):
    return reverse("tenants:home", args=[platform.slug])


def without_tokens(response):
    """Return the page without what differs from request to request."""
    return re.sub(rb'[A-Za-z0-9]{64}|nonce="[^"]+"', b"", response.content)


def signed_in(client, member):
    client.force_login(member.user)
    return client


def invitation(platform, user, **fields):
    """Store a standing invitation of `user` as it is, past every rule."""
    company = OrganizationFactory(platform=platform)
    member = MemberFactory(platform=platform, user=user, company=company, right=Right.EXTERNAL, status=Status.PENDING)
    now = timezone.now()
    defaults = {
        "email": user.email,
        "company": company,
        "inviter": UserFactory(name="Elena Castellano"),
        "token_hash": f"{user.pk}-{platform.pk}",
        "sent_at": now,
        "expires_at": now + timedelta(days=14),
    }
    return Invitation.objects.create(platform=platform, member=member, **defaults | fields)


class TestRoot:
    def test_signed_out_goes_to_sign_in(self, client):
        response = client.get("/")
        assert response.status_code == 302
        assert response.url.startswith(reverse("account_login"))

    def test_one_platform_is_home(self, client):
        member = worker(PlatformFactory())
        assert signed_in(client, member).get("/").url == home_of(member.platform)

    def test_several_are_asked_then_remembered(self, client):
        member = worker(PlatformFactory())
        other = worker(PlatformFactory(), user=member.user)
        signed_in(client, member)
        assert client.get("/").url == reverse("tenants:platforms")
        client.get(home_of(other.platform))
        assert client.get("/").url == home_of(other.platform)

    def test_a_platform_that_ended_is_forgotten(self, client):
        member = worker(PlatformFactory())
        signed_in(client, member).get(home_of(member.platform))
        member.status = Status.NO_ACCESS
        member.save()
        assert client.get("/").url == reverse("tenants:platforms")


class TestPlatforms:
    def test_lists_mine_with_what_i_am_and_news(self, client):
        mine = worker(PlatformFactory(name="Corvane"))
        there = worker(PlatformFactory(name="Tolmec"), Right.EXTERNAL, user=mine.user)
        PlatformFactory(name="Elsewhere")
        notify(user=mine.user, platform=there.platform, kind="x", subject="a", text="One")
        page = signed_in(client, mine).get(reverse("tenants:platforms")).content.decode()
        assert "Corvane" in page and "Tolmec" in page and "Elsewhere" not in page
        assert "External" in page and "1 new" in page

    def test_menu_is_a_fragment(self, client):
        member = worker(PlatformFactory())
        headers = {"HX-Request": "true", "HX-Target": "platform-menu"}
        page = signed_in(client, member).get(reverse("tenants:platforms"), headers=headers).content.decode()
        assert 'id="platform-menu"' in page and "<html" not in page

    def test_invitations_for_verified_addresses_only(self, client):
        user = UserFactory()
        platform = PlatformFactory(name="Oriel")
        standing = invitation(platform, user)
        client.force_login(user)
        assert "Oriel" not in client.get(reverse("tenants:platforms")).content.decode()
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        page = client.get(reverse("tenants:platforms")).content.decode()
        assert "Oriel" in page and f"invitation={standing.pk}" in page

    def test_an_expired_invitation_is_not_offered(self, client):
        user = UserFactory()
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        invitation(PlatformFactory(name="Oriel"), user, expires_at=timezone.now())
        client.force_login(user)
        assert "Oriel" not in client.get(reverse("tenants:platforms")).content.decode()

    def test_switcher_marks_news_elsewhere(self, client):
        mine = worker(PlatformFactory())
        there = worker(PlatformFactory(), user=mine.user)
        assert "news on another platform" not in signed_in(client, mine).get(home_of(mine.platform)).content.decode()
        notify(user=mine.user, platform=there.platform, kind="x", subject="a", text="One")
        assert "news on another platform" in client.get(home_of(mine.platform)).content.decode()

    @pytest.mark.parametrize("count", [1, 8])
    def test_b36_constant_queries(self, client, count, django_assert_max_num_queries):
        mine = worker(PlatformFactory())
        for _ in range(count):
            worker(PlatformFactory(), user=mine.user)
        signed_in(client, mine).get(reverse("tenants:platforms"))
        with django_assert_max_num_queries(10):
            client.get(reverse("tenants:platforms"))


class TestHome:
    def test_welcomes_a_new_external(self, client):
        member = worker(PlatformFactory(name="Corvane"), Right.EXTERNAL)
        page = signed_in(client, member).get(home_of(member.platform)).content.decode()
        assert "Welcome to Corvane" in page and "Start here" in page and "No space is open to you yet" in page

    def test_greets_who_has_been_here(self, client):
        member = worker(PlatformFactory(), joined_at=timezone.now() - timedelta(days=60))
        page = signed_in(client, member).get(home_of(member.platform)).content.decode()
        assert "Good " in page and "Start here" not in page

    def test_b34_a_visit_changes_no_business_row(self, client):
        member = worker(PlatformFactory())
        notify(user=member.user, platform=member.platform, kind="x", subject="a", text="One")
        signed_in(client, member).get(home_of(member.platform))
        client.get(reverse("tenants:notifications", args=[member.platform.slug]))
        assert Notification.objects.get().read_at is None

    def test_t26_b05_another_platform_answers_like_none(self, client):
        member, other = worker(PlatformFactory()), PlatformFactory()
        signed_in(client, member)
        foreign, absent = client.get(home_of(other)), client.get("/p/there-is-none/")
        assert foreign.status_code == absent.status_code == 404
        assert without_tokens(foreign) == without_tokens(absent)


class TestClosedDoor:
    def test_names_what_is_missing_and_who_helps(self, client):
        member = MemberFactory(platform=PlatformFactory(name="Corvane"))
        response = signed_in(client, member).get(home_of(member.platform))
        page = response.content.decode()
        assert response.status_code == 403
        assert "No role is granted to you here" in page and "An Administrator of Corvane" in page

    def test_t47_b12_names_the_side_that_restricts(self, client):
        platform = PlatformFactory(name="Corvane", invitations_from_administrators=True, member_locations=True)
        home = PlatformFactory(name="Tolmec", invitations_from_administrators=True, member_locations=True)
        member = MemberFactory(platform=platform, right=Right.EXTERNAL)
        license_member(member, assigned=False)
        there = MemberFactory(platform=home, user=member.user)
        license_member(there, restricted=True)
        page = signed_in(client, member).get(home_of(platform)).content.decode()
        assert "Restrict usage to this platform is on" in page and "An Administrator of Tolmec" in page
        RoleGrant.objects.filter(member=there).update(restricted=False)
        assert client.get(home_of(platform)).status_code == 200

    def test_a_suspended_platform_says_so(self, client):
        member = worker(PlatformFactory(name="Corvane", status=PlatformStatus.SUSPENDED))
        response = signed_in(client, member).get(home_of(member.platform))
        assert response.status_code == 403 and "Corvane is suspended" in response.content.decode()

    def test_an_unlicensed_administrator_still_repairs(self, client):
        member = MemberFactory(platform=PlatformFactory(), right=Right.ADMINISTRATOR)
        response = signed_in(client, member).get(reverse("tenants:member_list", args=[member.platform.slug]))
        assert response.status_code == 200


class TestBell:
    @pytest.fixture
    def member(self, client):
        member = worker(PlatformFactory())
        client.force_login(member.user)
        return member

    def read(self, client, note, **posted):
        return client.post(reverse("tenants:notification_read", args=[note.platform.slug, note.pk]), posted)

    def test_newer_news_replaces_older_on_the_same_subject(self, member):
        first = notify(user=member.user, platform=member.platform, kind="x", subject="item:1", text="One")
        Notification.objects.update(read_at=timezone.now())
        second = notify(user=member.user, platform=member.platform, kind="x", subject="item:1", text="Two")
        assert first.pk == second.pk
        assert Notification.objects.get().read_at is None

    def test_open_reads_and_leads_on(self, client, member):
        note = notify(
            user=member.user, platform=member.platform, kind="x", subject="a", text="One", path=home_of(member.platform)
        )
        assert self.read(client, note, open="yes").url == note.path
        note.refresh_from_db()
        assert note.read_at is not None

    @pytest.mark.parametrize(
        "path",
        [
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https:evil.example",
            "https:///evil.example",
            " https://evil.example",
            "\x08//evil.example",
            "javascript:alert(1)//evil.example",
            "http://evil.example/",
        ],
    )
    def test_t66_never_leads_off_the_site(self, client, member, path):
        note = notify(user=member.user, platform=member.platform, kind="x", subject="a", text="One", path=path)
        assert self.read(client, note, open="yes").url == reverse("tenants:notifications", args=[member.platform.slug])

    def test_t24_somebody_elses_answers_like_none(self, client, member):
        note = notify(user=UserFactory(), platform=member.platform, kind="x", subject="a", text="One")
        assert self.read(client, note).status_code == 404
        note.refresh_from_db()
        assert note.read_at is None

    def test_all_at_once(self, client, member):
        for number in range(3):
            notify(user=member.user, platform=member.platform, kind="x", subject=f"a:{number}", text="One")
        client.post(reverse("tenants:notification_read_all", args=[member.platform.slug]))
        assert not Notification.objects.filter(read_at=None).exists()

    def test_b34_get_marks_nothing(self, client, member):
        note = notify(user=member.user, platform=member.platform, kind="x", subject="a", text="One")
        url = reverse("tenants:notification_read", args=[note.platform.slug, note.pk])
        assert client.get(url).status_code == 405
