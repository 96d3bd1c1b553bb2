"""What the record forgets: by time, and about one person; the chain holds, and says what was forgotten."""

from datetime import timedelta

from django.db import transaction
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from tenants import audit, chain, forgetting, record_checks
from tenants.errors import Conflict, Unacceptable
from tenants.models import AuditEvent, AuditOrigin, Invitation, Member, Notification, Platform, Right, Status
from tenants.options import set_option
from tests.factories import MemberFactory, PlatformFactory, UserFactory, actor_of, worker
from tests.tenants.worlds import invited

DAY = timedelta(days=1)


class TestForgetting(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.boss = worker(PlatformFactory(slug="corvane"), Right.ADMINISTRATOR)
        cls.platform = cls.boss.platform
        cls.otto = MemberFactory(platform=cls.platform, user__name="Otto Canary", user__email="otto@canary.example")
        cls.operator = UserFactory(is_staff=True, is_superuser=True)
        with transaction.atomic():
            told = {"subject": cls.otto.user, "before": {"name": "Otto Canary"}, "reason": "Canary wished it"}
            audit.record(actor_of(cls.boss), "member_changed", cls.otto, **told)
            audit.record(actor_of(cls.otto), "options_set", cls.platform, after={"kept": "work"})

    def holds(self):
        report = record_checks.check(self.platform.pk, self.platform)
        assert report.problem == "", report.problem
        return report

    def later(self, days):
        """Let the clock do its work as it would in `days` days."""
        now = timezone.now()
        with self.settings():
            forgetting.timezone = type("Then", (), {"now": staticmethod(lambda: now + days * DAY)})
            try:
                forgetting.forget_what_is_due()
            finally:
                forgetting.timezone = timezone

    def test_words_go_when_their_time_is_over_and_an_entry_says_so(self):
        self.later(9999)
        assert self.holds().forgotten == 0  # for good is the default
        set_option(actor=actor_of(self.boss), code="words_kept", value="731", reason="Policy")
        self.later(700)
        assert self.holds().forgotten == 0
        self.later(732)
        assert self.holds().forgotten == 3
        entry = AuditEvent.objects.get(verb="words_forgotten")
        assert entry.after == {"until": 3, "entries": 3}
        self.later(5000)  # what says that words were forgotten is not forgotten itself
        assert self.holds().forgotten == 3 and AuditEvent.objects.filter(verb="words_forgotten").count() == 1
        self.client.force_login(self.boss.user)
        page = self.client.get(reverse("tenants:record", args=["corvane"])).content.decode()
        assert "something whose words are forgotten" in page and "Otto Canary wished" not in page

    def test_addresses_go_first(self):
        self.client.force_login(self.boss.user)
        self.client.post(reverse("tenants:group_new", args=["corvane"]), {"name": "Rig"})
        self.later(80)
        assert AuditOrigin.objects.count() == 1
        self.later(91)
        assert AuditOrigin.objects.count() == 0 and self.holds()

    def test_nothing_is_forgotten_under_a_legal_hold(self):
        Platform.objects.update(words_kept="731", legal_hold=True)
        self.later(9999)
        assert self.holds().forgotten == 0
        Member.objects.filter(pk=self.otto.pk).update(status=Status.REMOVED)
        with self.assertRaises(Conflict) as refusal:
            self.erase()
        assert "legal reasons" in refusal.exception.sentence

    def erase(self, reason="Their letter of 3 November"):
        return forgetting.erase_person(operator=self.operator, person=self.otto.user, reason=reason)

    def test_t105_a_person_is_erased_everywhere_and_the_chain_holds(self):
        Member.objects.filter(pk=self.otto.pk).update(status=Status.REMOVED, held_before={"lines": ["Otto Canary"]})
        Invitation.objects.filter(pk=invited(PlatformFactory(), self.otto.user).pk).update(state="expired")
        Member.objects.filter(user=self.otto.user).update(status=Status.REMOVED)
        Notification.objects.create(
            user=self.otto.user, platform=self.platform, kind="x", subject="y", at=timezone.now()
        )
        self.erase()
        user = type(self.otto.user).objects.get(pk=self.otto.user_id)
        assert (str(user), user.is_active, user.has_usable_password()) == (f"Erased person {user.pk}", False, False)
        assert self.holds().forgotten >= 1
        everything = [str(chain.words_of(event)) for event in AuditEvent.objects.all()]
        everything += [str(row) for model in (Invitation, Member, Notification) for row in model.objects.values()]
        assert not [text for text in everything if "canary" in text.lower()]
        kept = AuditEvent.objects.get(actor=self.otto.user)
        assert kept.after == {"kept": "work"}  # the work stays, by a numbered person
        entry = AuditEvent.objects.get(verb="person_erased", platform=self.platform)
        assert (entry.actor, entry.reason) == (self.operator, "Their letter of 3 November")
        with self.assertRaises(Conflict):
            self.erase()

    def test_words_that_name_the_person_among_others_go_too_and_are_listed(self):
        told = {"people": ["otto@canary.example", "other@x.example"]}
        with transaction.atomic():
            named = audit.record(actor_of(self.boss), "member_invited", self.platform, after=told)
        Member.objects.filter(pk=self.otto.pk).update(status=Status.REMOVED)
        self.erase()
        named.refresh_from_db()
        assert named.is_forgotten and self.holds()
        entry = AuditEvent.objects.get(verb="person_erased", platform=self.platform)
        assert entry.after["named_in"] == [named.seq]

    def test_erasing_somebody_of_whom_nothing_is_written_leaves_an_entry(self):
        person = UserFactory(name="Nobody Much")
        forgetting.erase_person(operator=self.operator, person=person, reason="Their letter")
        assert AuditEvent.objects.get(verb="person_erased").subject == person

    def test_a_person_who_works_somewhere_is_not_erased(self):
        with self.assertRaises(Conflict) as refusal:
            self.erase()
        assert "remove them there first" in refusal.exception.sentence
        with self.assertRaises(Unacceptable):
            self.erase(reason=" ")
        assert not AuditEvent.objects.filter(verb="person_erased").exists()

    def test_the_operators_page_says_what_goes_and_what_stays(self):
        self.client.force_login(self.operator)
        address = reverse("admin:tenants_user_erase", args=[self.otto.user_id])
        page = self.client.get(address).content.decode()
        assert (
            "remove them there first" in page
            and "This stays, and why" in page
            and "<form method" not in page.split("content-main")[1]
        )
        Member.objects.filter(pk=self.otto.pk).update(status=Status.REMOVED)
        assert "field is required" in self.client.post(address, {"reason": ""}).content.decode()
        assert self.client.post(address, {"reason": "Their letter"}).status_code == 302
        assert (
            "Erased person"
            in self.client.get(reverse("admin:tenants_user_change", args=[self.otto.user_id])).content.decode()
        )
