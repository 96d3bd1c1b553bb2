"""The demo world: alive, complete and true to the rules, for it is built by the services that people use."""

from io import StringIO
from itertools import pairwise, product

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import TestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from content import parts_lists, personal
from content.models import Category, FileVersion, Item, Maturity
from platform_site.demo import people, world
from spaces.models import AccessRequest, Credential, RequestState, Responsibility, Space, Visibility
from tenants import access
from tenants import actor as actors
from tenants.models import (
    AuditEvent,
    Invitation,
    InvitationState,
    LicenceEntry,
    Member,
    Organization,
    Platform,
    Right,
    Status,
    User,
)

STATES = [state for state in Maturity if state not in (Maturity.NONE, Maturity.PRIVATE)]


class World(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.said = []
        world.build(say=cls.said.append)
        cls.letters = list(mail.outbox)
        cls.host = Platform.objects.get(slug="corvane")

    def actor(self, name, platform=None):
        return actors.of(User.objects.get(name=name), platform or self.host)

    def test_four_companies_have_a_platform_each_and_the_host_has_units(self):
        assert Platform.objects.count() == 4
        assert set(Organization.objects.filter(platform=self.host).values_list("kind", flat=True)) == {
            "company",
            "unit",
            "department",
        }

    def test_b16_every_licence_is_accounted_for(self):
        call_command("check_licences", stdout=StringIO())
        assert {entry.cause for entry in LicenceEntry.objects.all()} >= {"opening"}

    def test_spaces_of_every_visibility_and_people_of_every_kind(self):
        assert set(Space.objects.values_list("visibility", flat=True)) == set(Visibility.values)
        assert set(Member.objects.filter(status=Status.ACTIVE).values_list("right", flat=True)) == set(Right.values)
        held = {(row.get_responsibility().value, row.restricted) for row in Credential.objects.all()}
        assert {what for what, _ in held} == set(Responsibility.values)
        assert {what for what, bound in held if bound} >= {"reader", "contributor", "author", "leader", "owner"}

    def test_content_of_every_category_and_in_every_state(self):
        stored = set(Item.objects.values_list("category", "maturity"))
        assert {category for category, _ in stored} == set(Category.values)
        assert {state for _, state in stored} == set(Maturity.values)
        assert stored >= set(product([Category.DEFINITION], STATES))

    def test_files_have_several_versions_and_items_several_revisions(self):
        assert FileVersion.objects.filter(number=3).count() >= 2
        assert Item.objects.filter(revision="B").exists()
        kinds = {version.file.name.rsplit(".")[-1] for version in FileVersion.objects.select_related("file")}
        assert kinds >= {"step", "stl", "dxf", "pdf", "svg", "csv"}

    def test_an_assembly_holds_parts_of_two_spaces_on_two_levels(self):
        top = Item.objects.get(title="Belt tensioner")
        sums = {line.item.title: line.amount for line in parts_lists.total(self.actor("Tomas Riedl"), top).lines}
        assert (sums["Washer 20"], sums["Side plate"]) == ("10", "2")
        assert personal.favourites(self.actor("Tomas Riedl")).entries.count() == 3
        spaces = {one.target.space.title for one in top.references.select_related("target__space")}
        assert len(spaces) == 2

    def test_one_invitation_waits_with_its_mail(self):
        _of_a_member, waiting, held_back = Invitation.objects.filter(state=InvitationState.SENT).order_by("sent_at")
        assert waiting.expires_at > timezone.now()
        invited, told = self.letters[-2:]  # the home of who is held back is told, the person not
        assert (invited.to, told.to) == ([waiting.email], ["marcus.oyelaran@tolmec.example"])
        asked = held_back.consents.get()
        assert (asked.platform.slug, asked.state, held_back.platform) == ("tolmec", "asked", self.host)

    def test_a_member_invited_a_guest_and_a_colleague_asks_to_join(self):
        invited = Invitation.objects.get(by_member=True, state=InvitationState.SENT)
        assert invited.credentials.get().restricted and invited.company.name == "Halm Coatings"
        asked = AccessRequest.objects.get(state=RequestState.OPEN)
        assert (asked.member.user.name, asked.space.title) == ("Sam Okafor", "Standard parts")

    def test_a_restricted_guest_reads_nothing_of_other_companies(self):
        guest = self.actor("Ilse Kuhn")
        titles = set(access.narrow(Item.objects.all(), guest, "read").values_list("organization__name", flat=True))
        assert titles == {"Brandt Tooling"}

    def test_a_guest_works_with_licences_of_home_and_one_whose_home_says_no_does_not(self):
        assert {"enter", "content", "design"} <= self.actor("Mara Lindqvist").capabilities
        assert not self.actor("Otto Brandt").capabilities

    def test_the_record_tells_of_months_of_work(self):
        events = AuditEvent.objects.order_by("pk")
        assert (timezone.now() - events.first().at).days > 60
        assert events.count() > 100
        assert not any(after.at < before.at for before, after in pairwise(events))

    def test_everybody_can_be_chosen_at_the_door_and_signs_in_by_a_click(self):
        page = self.client.get(reverse("demo:choose"))
        for _, rows in people.by_platform():
            for row in rows:
                self.assertContains(page, row.name)
                self.client.post(reverse("demo:sign_in", args=[row.id]))
                assert self.client.get(reverse("home"), follow=True).status_code == 200, row.name

    def test_progress_is_told(self):
        assert len(self.said) >= 2


def test_the_demo_refuses_production():
    with override_settings(DEMO=False), pytest.raises(CommandError, match="does not run"):
        call_command("demo")
