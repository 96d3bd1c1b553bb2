"""Readiness: both sides' conditions, who does what, and what neither side may learn of the other."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tenants.models import InvitationRole, Right, RoleGrant, RoleStock, Status
from tenants.readiness import hosts_of, readiness
from tenants.views.readiness import side_by_side
from tests.factories import MemberFactory, PlatformFactory, UserFactory, actor_of, catalogue, license_member, worker
from tests.tenants.worlds import COLLABORATION, invited, pair, travelling

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    """Return (home, host) memberships of one person for whom everything is ready."""
    home, host = pair()
    home.name, host.name = "Tolmec", "Corvane"
    home.save(), host.save()
    worker(home, Right.ADMINISTRATOR, user__name="Jan Kolar")
    worker(host, Right.ADMINISTRATOR, user__name="Elena Castellano")
    return travelling(home, host, name="Mara Lindqvist")


def failing(answer):
    """Return what does not hold, side by side."""
    return [[part.what for part in side.conditions if not part.holds] for side in (answer.host, answer.home)]


def test_ready_when_every_condition_holds(people):
    _home, host = people
    answer = readiness(host.platform, host.user)
    assert answer.ready and failing(answer) == [[], []]
    assert [part.words for part in answer.answers] == ["From Tolmec", "From Tolmec"]


def host_switch(code):
    return lambda home, host: type(host.platform).objects.filter(pk=host.platform_id).update(**{code: False})


def home_switch(home, host):
    type(home.platform).objects.filter(pk=home.platform_id).update(member_locations=False)


BREAKS = {
    "host invitations": (host_switch("invitations_from_administrators"), 0, "Invitations from administrators is on"),
    "host locations": (host_switch("member_locations"), 0, "Member's platform locations is on"),
    "home locations": (home_switch, 1, "Member's platform locations is on"),
    "restricted": (
        lambda home, host: RoleGrant.objects.filter(member=home).update(restricted=True),
        1,
        "Restrict usage to this platform is off",
    ),
    "not assigned": (
        lambda home, host: RoleGrant.objects.filter(member=home).update(assigned=False),
        1,
        "Entry and Collaboration assigned to this person",
    ),
    "expired": (
        lambda home, host: RoleStock.objects.filter(platform=home.platform).update(expires_at=timezone.now()),
        1,
        "Entry and Collaboration assigned to this person",
    ),
    "not portable": (
        lambda home, host: [catalogue()[code].__class__.objects.update(portable=False) for code in COLLABORATION],
        1,
        "The roles may be used on another platform",
    ),
    "left home": (
        lambda home, host: type(home).objects.filter(pk=home.pk).update(status=Status.NO_ACCESS),
        1,
        "The person is an active member there",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_t47_b12_each_condition_is_the_licence_engines(people, name):
    home, host = people
    spoil, side, what = BREAKS[name]
    spoil(home, host)
    host.platform.refresh_from_db()
    answer = readiness(host.platform, host.user)
    assert what in failing(answer)[side]
    assert not answer.ready
    assert "enter" not in actor_of(host).capabilities


def test_missing_prerequisite_is_named(people):
    _home, host = people
    host.grants.filter(role__code="ENT").delete()
    answer = readiness(host.platform, host.user)
    assert "The roles are granted, with all that they need" in failing(answer)[0]


def test_licences_of_the_host_need_no_home(people):
    _home, host = people
    license_stock = host.grants.update(assigned=True)
    answer = readiness(host.platform, host.user)
    assert license_stock == 2 and answer.ready and failing(answer) == [[], []]
    assert answer.home.conditions[0].what == "Nothing is needed from a home platform"


def test_an_invitation_counts_as_what_it_will_grant():
    home, host = pair()
    at_home = MemberFactory(platform=home)
    license_member(at_home, COLLABORATION, restricted=False)
    invitation = invited(host, user=at_home.user)
    for code in COLLABORATION:
        InvitationRole.objects.create(invitation=invitation, role=catalogue()[code], assigned=False)
    answer = readiness(host, at_home.user)
    assert answer.ready and failing(answer) == [[], []]
    assert any(part.what == "The invitation stands" for part in answer.host.conditions)
    type(invitation).objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert "The person is invited" in failing(readiness(host, at_home.user))[0]


def test_somebody_without_any_home():
    host = PlatformFactory(invitations_from_administrators=True, member_locations=True)
    member = MemberFactory(platform=host, right=Right.EXTERNAL)
    license_member(member, COLLABORATION, assigned=False)
    answer = readiness(host, member.user)
    assert len(failing(answer)[1]) == 4 and not answer.ready


class TestNames:
    def words(self, answers):
        sides = [side for answer in answers for side in answer.sides]
        return repr(sides)

    def test_the_host_reads_its_own_people_only(self, people):
        home, host = people
        RoleGrant.objects.filter(member=home).update(restricted=True)
        host_words = self.words(side_by_side(host))
        assert "Elena Castellano" in host_words and "Jan Kolar" not in host_words

    def test_home_reads_its_own_people_only(self, people):
        home, _host = people
        RoleGrant.objects.filter(member=home).update(restricted=True)
        home_words = self.words(side_by_side(home))
        assert "Jan Kolar" in home_words and "Elena Castellano" not in home_words
        assert "An Administrator of Corvane" in home_words

    def test_an_unpaying_platform_stays_unnamed_to_the_host(self, people):
        home, host = people
        assert "Tolmec" in self.words(side_by_side(host))
        RoleGrant.objects.filter(member=home).update(restricted=True)
        words = self.words(side_by_side(host))
        assert "Tolmec" not in words and host.company.name in words

    def test_a_third_platform_stays_unnamed_to_the_host(self, people):
        home, host = people
        third = MemberFactory(platform=PlatformFactory(name="Oriel Air"), user=home.user, right=Right.EXTERNAL)
        license_member(third, COLLABORATION, restricted=False)
        assert "Oriel" not in self.words(side_by_side(host))
        RoleGrant.objects.filter(member=home).update(assigned=False)
        assert "Oriel" not in self.words(side_by_side(host))

    def test_home_does_not_learn_who_else_pays(self, people):
        home, _host = people
        RoleGrant.objects.filter(member=home).update(assigned=False)
        oriel = PlatformFactory(name="Oriel Air", member_locations=True)
        license_member(MemberFactory(platform=oriel, user=home.user), COLLABORATION, restricted=False)
        answers = side_by_side(home)
        assert [part.words for part in answers[0].answers] == ["From another platform"] * 2
        assert "Oriel" not in repr(answers)

    def test_where_one_is_external_no_other_host_is_named(self, people):
        _home, host = people
        third = MemberFactory(platform=PlatformFactory(name="Oriel Air"), user=host.user, right=Right.EXTERNAL)
        license_member(third, COLLABORATION, assigned=False)
        assert hosts_of(third) == []
        assert "Corvane" not in self.words(side_by_side(third))

    def test_an_invitation_names_its_platform_to_home_only_after_acceptance(self):
        home, host = pair()
        host.name = "Corvane"
        host.save()
        at_home = MemberFactory(platform=home)
        license_member(at_home, COLLABORATION, restricted=False)
        invitation = invited(host, user=at_home.user)
        InvitationRole.objects.create(invitation=invitation, role=catalogue()["ENT"], assigned=False)
        assert "Corvane" not in self.words(side_by_side(at_home))
        type(invitation.member).objects.filter(pk=invitation.member_id).update(status=Status.ACTIVE)
        license_member(invitation.member, ["ENT"], assigned=False)
        assert "Corvane" in self.words(side_by_side(at_home))


class TestPanel:
    def get(self, client, member, **headers):
        boss = worker(member.platform, Right.ADMINISTRATOR, user=UserFactory())
        client.force_login(boss.user)
        return client.get(reverse("tenants:readiness", args=[member.platform.slug, member.pk]), headers=headers)

    def test_is_live(self, client, people):
        home, host = people
        headers = {"HX-Request": "true", "HX-Target": "readiness"}
        page = self.get(client, host, **headers).content.decode()
        assert "Ready: every role has its licence." in page and "<html" not in page
        assert 'hx-trigger="every 5s"' in page
        RoleGrant.objects.filter(member=home).update(restricted=True)
        assert "Not ready yet." in self.get(client, host, **headers).content.decode()

    def test_is_a_page_without_script(self, client, people):
        assert "<html" in self.get(client, people[0]).content.decode()

    def test_members_are_refused(self, client, people):
        client.force_login(people[0].user)
        url = reverse("tenants:readiness", args=[people[0].platform.slug, people[0].pk])
        assert client.get(url).status_code == 403

    @pytest.mark.parametrize("others", [0, 5])
    def test_b36_queries_do_not_grow(self, people, others, django_assert_max_num_queries):
        home, host = people
        for _ in range(others):
            elsewhere = MemberFactory(user=home.user)
            license_member(elsewhere, COLLABORATION)
        with django_assert_max_num_queries(6):
            readiness(host.platform, host.user)
