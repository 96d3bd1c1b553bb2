"""The end of a membership and its sponsor: reminded, renewed or let go, handed over, ended on its day."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from tenants import end_jobs, ends
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.models import AuditEvent, Member, Notification, Right, RoleGrant, Status
from tests.factories import MemberFactory, OrganizationFactory, PlatformFactory, SpaceFactory, actor_of, give, worker

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


class World:
    """An Administrator, a Member who sponsors an External, a colleague of the sponsor, and somebody of another firm."""

    def __init__(self):
        self.platform = PlatformFactory()
        self.admin = worker(self.platform, Right.ADMINISTRATOR)
        self.sponsor, self.colleague = worker(self.platform), worker(self.platform)
        company = OrganizationFactory(platform=self.platform)
        self.guest = worker(
            self.platform, Right.EXTERNAL, company=company, sponsor=self.sponsor.user, ends_at=timezone.now() + 60 * DAY
        )
        self.stranger = worker(self.platform, company=company)

    def set_end(self, by, member=None, ends_at=None):
        return ends.set_end(actor=actor_of(by), pk=(member or self.guest).pk, ends_at=ends_at)

    def news(self, member):
        return list(Notification.objects.filter(user=member.user).values_list("text", flat=True))


@pytest.fixture
def world():
    return World()


def test_the_sponsor_renews_and_both_are_told(world):
    wanted = timezone.now() + 200 * DAY
    world.set_end(world.sponsor, ends_at=wanted)
    world.guest.refresh_from_db()
    assert world.guest.ends_at == wanted
    assert "now ends" in world.news(world.guest)[0]
    event = AuditEvent.objects.get()
    assert (event.verb, event.subject, event.rule[:3]) == ("end_set", world.guest.user, "9.S")
    world.set_end(world.admin)
    assert Member.objects.get(pk=world.guest.pk).ends_at is None
    assert "ends never" in world.news(world.sponsor)[0]


@pytest.mark.parametrize("days", [None, -1, 0, 400])
def test_a_sponsor_gives_neither_no_end_nor_one_that_is_over_or_too_far(world, days):
    with pytest.raises(Unacceptable):
        world.set_end(world.sponsor, ends_at=None if days is None else timezone.now() + days * DAY)
    assert not AuditEvent.objects.exists()


def test_nobody_gives_for_longer_than_they_have_access_themselves(world):
    Member.objects.filter(pk=world.sponsor.pk).update(ends_at=timezone.now() + 90 * DAY)
    world.set_end(world.sponsor, ends_at=timezone.now() + 89 * DAY)
    with pytest.raises(Unacceptable, match="longer"):
        world.set_end(world.sponsor, ends_at=timezone.now() + 91 * DAY)


@pytest.mark.parametrize("right", Right)
def test_nobody_renews_themselves_whatever_their_right(world, right):
    Member.objects.filter(pk=world.guest.pk).update(right=right, sponsor=world.guest.user)
    with pytest.raises((AccessDenied, NotVisible)):
        world.set_end(world.guest, ends_at=timezone.now() + 300 * DAY)
    assert not AuditEvent.objects.exists()


def test_only_the_sponsor_and_administrators_know_and_set_it(world):
    for other in (world.colleague, world.stranger, worker(PlatformFactory(), Right.ADMINISTRATOR)):
        with pytest.raises(NotVisible):
            world.set_end(other, ends_at=timezone.now() + 90 * DAY)
    Member.objects.filter(pk=world.sponsor.pk).update(right=Right.EXTERNAL)
    with pytest.raises(NotVisible):
        world.set_end(world.sponsor, ends_at=timezone.now() + 90 * DAY)


def test_t49_b13_the_last_administrator_is_given_no_end(world):
    other = worker(world.platform, Right.ADMINISTRATOR, ends_at=timezone.now() + 90 * DAY)
    with pytest.raises(Conflict, match="last Administrator"):
        world.set_end(other, world.admin, timezone.now() + 90 * DAY)
    world.set_end(world.admin, other)
    world.set_end(other, world.admin, timezone.now() + 90 * DAY)
    with pytest.raises(Conflict):
        world.set_end(world.admin, other, timezone.now() + 90 * DAY)


def test_the_sponsor_is_reminded_30_and_7_days_before_once_each(world):
    said = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for hours in range(0, 60 * 24, 6):
            clock.move_to(world.guest.ends_at - 60 * DAY + timedelta(hours=hours))
            end_jobs.remind_sponsors()
            if Notification.objects.filter(user=world.sponsor.user).delete()[0]:
                said.append(60 - hours // 24)
    assert said == [30, 7]
    assert not Notification.objects.exclude(user=world.sponsor.user).exists()


def test_renewal_begins_the_reminders_anew_and_letting_go_ends_them(world):
    with time_machine.travel(world.guest.ends_at - 20 * DAY, tick=False):
        end_jobs.remind_sponsors()
        world.set_end(world.sponsor, ends_at=timezone.now() + 100 * DAY)
    Notification.objects.all().delete()
    with time_machine.travel(world.guest.ends_at + 60 * DAY, tick=False):
        end_jobs.remind_sponsors()
        assert "Renew it" in world.news(world.sponsor)[0]
        ends.let_go(actor=actor_of(world.sponsor), pk=world.guest.pk)
        assert any("lets the access" in text for text in world.news(world.admin))
        with pytest.raises(Conflict):
            ends.let_go(actor=actor_of(world.sponsor), pk=world.guest.pk)
    Notification.objects.all().delete()
    with time_machine.travel(world.guest.ends_at + 75 * DAY, tick=False):
        end_jobs.remind_sponsors()
    assert not Notification.objects.exists()


def test_administrators_are_reminded_where_nobody_answers(world):
    Member.objects.filter(pk=world.sponsor.pk).update(status=Status.NO_ACCESS)
    with time_machine.travel(world.guest.ends_at - 5 * DAY, tick=False):
        end_jobs.remind_sponsors()
    assert len(world.news(world.admin)) == 1 and not world.news(world.sponsor)


def test_on_the_day_everything_ends_and_all_are_told(world):
    give(world.guest, SpaceFactory(platform=world.platform))
    with time_machine.travel(world.guest.ends_at, tick=False):
        assert not actor_of(world.guest).is_active  # by itself, before any job
        end_jobs.end_memberships()
        end_jobs.end_memberships()
    world.guest.refresh_from_db()
    assert world.guest.status == Status.NO_ACCESS
    assert not RoleGrant.objects.filter(member=world.guest).exists()
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor, event.subject) == ("access_ended", None, world.guest.user)
    assert all("has ended" in world.news(member)[0] for member in (world.guest, world.sponsor, world.admin))
    assert not world.news(world.colleague)


def test_the_home_of_a_guest_is_told_of_the_end_and_of_nothing_of_the_host(world):
    home = PlatformFactory()
    chief, colleague = worker(home, Right.ADMINISTRATOR), worker(home)
    there = worker(home, user=world.guest.user)
    elsewhere = worker(PlatformFactory(), Right.ADMINISTRATOR)
    space = SpaceFactory(platform=world.platform, title="Secret wing")
    give(world.guest, space)
    with time_machine.travel(world.guest.ends_at, tick=False):
        end_jobs.end_memberships()
        end_jobs.end_memberships()
    [row] = Notification.objects.filter(platform=home)
    assert row.user == chief.user and row.path.endswith(f"/members/{there.pk}/")
    assert str(world.platform) in row.text and "has ended" in row.text
    assert space.title not in row.text and world.guest.company.name not in row.text
    assert not world.news(colleague) and not world.news(elsewhere)


def test_t111_what_has_not_ended_goes_on(world):
    with time_machine.travel(world.guest.ends_at - timedelta(seconds=1), tick=False):
        end_jobs.end_memberships()
    world.guest.refresh_from_db()
    assert world.guest.status == Status.ACTIVE and not AuditEvent.objects.exists()


def test_an_end_never_leaves_a_space_without_owner(world):
    space = SpaceFactory(platform=world.platform)
    give(world.guest, space, "owner")
    with time_machine.travel(world.guest.ends_at, tick=False):
        end_jobs.end_memberships()
        assert [held.space_id for held in actor_of(world.admin).held] == [space.pk]


class TestSponsor:
    def name(self, world, by, sponsor):
        return ends.name_sponsor(actor=actor_of(by), pk=world.guest.pk, sponsor=sponsor)

    def test_an_administrator_names_one_at_once(self, world):
        self.name(world, world.admin, world.colleague)
        assert Member.objects.get(pk=world.guest.pk).sponsor == world.colleague.user
        assert "You are the sponsor" in world.news(world.colleague)[0]

    @pytest.mark.parametrize("takes", [True, False])
    def test_a_sponsor_asks_a_colleague_who_agrees_or_not(self, world, takes):
        self.name(world, world.sponsor, world.colleague)
        assert Member.objects.get(pk=world.guest.pk).sponsor == world.sponsor.user
        with pytest.raises(AccessDenied):
            world.set_end(world.colleague, ends_at=timezone.now() + 90 * DAY)  # asked is not yet
        ends.answer_offer(actor=actor_of(world.colleague), pk=world.guest.pk, takes=takes)
        sponsor = world.colleague if takes else world.sponsor
        member = Member.objects.get(pk=world.guest.pk)
        assert (member.sponsor, member.sponsor_offered) == (sponsor.user, None)
        assert world.news(world.sponsor)
        with pytest.raises((AccessDenied, NotVisible)):
            ends.answer_offer(actor=actor_of(world.colleague), pk=world.guest.pk, takes=True)

    def test_only_members_of_ones_own_company_are_asked(self, world):
        with pytest.raises(Unacceptable):
            self.name(world, world.sponsor, world.stranger)
        self.name(world, world.admin, world.stranger)

    @pytest.mark.parametrize("who", ["external", "pending", "elsewhere", "themselves"])
    def test_who_cannot_answer_for_anybody_is_not_named(self, world, who):
        people = {
            "external": MemberFactory(platform=world.platform, right=Right.EXTERNAL),
            "pending": MemberFactory(platform=world.platform, status=Status.PENDING),
            "elsewhere": MemberFactory(),
            "themselves": world.guest,
        }
        with pytest.raises(Unacceptable):
            self.name(world, world.admin, people[who])


def test_the_pages_lead_from_the_reminder_to_the_renewal(world, client):
    client.force_login(world.sponsor.user)
    home = client.get(reverse("tenants:home", args=[world.platform.slug])).content.decode()
    page = reverse("tenants:sponsored_detail", args=[world.platform.slug, world.guest.pk])
    assert page in home and "Renew until this day" in client.get(page).content.decode()
    answer = client.post(f"{page}renew/", {"last_day": "2020-01-01", "reason": "kept"})
    assert answer.status_code == 422 and "kept" in answer.content.decode()
    assert client.post(f"{page}let-go/").status_code == 302
    assert Member.objects.get(pk=world.guest.pk).end_settled
