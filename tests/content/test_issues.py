"""Issues: raised where one creates, seen by who reads them, seen to by who reads what they are about."""

from datetime import timedelta

import pytest
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from content import comments
from content.changes.raising import raise_change
from content.issues import acts, finding, people
from content.issues.acts import STEPS, Facts
from content.issues.finding import Wanted
from content.items import Draft
from content.models import Issue, IssueState, ItemType, Maturity, Reference, ReferenceKind
from content.references import Relation, add_reference
from spaces.models import Credential, CurrentCredential, Visibility
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.models import AuditEvent, Notification, Right
from tests.factories import (
    ItemFactory,
    OrganizationFactory,
    PlatformFactory,
    SpaceFactory,
    actor_of,
    give,
    refer,
    share,
    worker,
)
from tests.site_world import body

DRAFT = Draft("Burr on the edge", "On all four sides.")


class TestIssues(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.platform = PlatformFactory()
        cls.space = SpaceFactory(platform=cls.platform, title="Shared", visibility=Visibility.PROTECTED)
        cls.vault = SpaceFactory(platform=cls.platform, title="Vault")
        cls.supplier = OrganizationFactory(platform=cls.platform, name="Supplier")
        cls.people = {}
        for name, responsibility, restricted in (
            ("reader", "reader", False),
            ("contributor", "contributor", False),
            ("author", "author", False),
            ("guest", "contributor", True),
        ):
            right, more = (Right.EXTERNAL, {"company": cls.supplier}) if restricted else (Right.MEMBER, {})
            cls.people[name] = worker(cls.platform, right, user__name=f"{name.title()} Person", **more)
            give(cls.people[name], cls.space, responsibility, restricted=restricted)
        give(cls.people["author"], cls.vault, "author")
        cls.item = ItemFactory(space=cls.space, title="Bracket")
        cls.secret = ItemFactory(space=cls.vault, title="Zqsecret")

    def actor(self, name):
        return actor_of(self.people[name])

    def at(self, name, space):
        """Let somebody work with their credential in a space."""
        member = self.people[name]
        credential = Credential.objects.get(user=member.user, content_object=space)
        CurrentCredential.objects.update_or_create(member=member, defaults={"credential": credential})
        return self.actor(name)

    def raised(self, name="contributor", item=None, **facts):
        facts["assignees"] = frozenset(facts.get("assignees", ()))
        return acts.raise_issue(
            actor=self.at(name, self.space), item=item or self.item, draft=DRAFT, facts=Facts(**facts)
        )

    def ids(self, *names):
        return [self.people[name].user.pk for name in names]

    def test_an_issue_is_an_item_of_the_current_credential_reported_against_the_revision(self):
        made = self.raised(priority=4, assignees=self.ids("reader", "author"))
        assert (made.space, made.owner, made.type.code) == (self.space, self.people["contributor"].user, "issue")
        link = made.references.get()
        assert (link.target, link.kind) == (self.item, ReferenceKind.REPORTED_AGAINST)
        entry = AuditEvent.objects.get(verb="issue_raised")
        assert AuditEvent.objects.count() == 1
        assert (entry.after["priority"], entry.after["related"]) == ("Urgent", self.item.pk)
        told = Notification.objects.filter(kind="issue").order_by("pk")
        assert {row.user for row in told} == {self.people["reader"].user, self.people["author"].user}
        with pytest.raises(AccessDenied):
            self.raised("reader")
        with pytest.raises(NotVisible):
            self.raised("contributor", self.secret)
        with pytest.raises(AccessDenied):  # an item of one type alone has such relations
            add_reference(
                actor=self.actor("contributor"), item=self.item, target_id=made.pk, relation=Relation("resolved_by")
            )
        with pytest.raises(Conflict, match="Only an issue"):
            add_reference(
                actor=self.actor("author"), item=self.item, target_id=made.pk, relation=Relation("resolved_by")
            )

    def test_only_people_who_read_it_and_what_it_is_about_are_offered_or_taken(self):
        made = self.raised("author", self.secret)
        offered = {one.user for one in people.candidates(self.actor("author"), made)}
        assert offered == {self.people["author"].user}  # the others of the space read no secret of the vault
        for name in ("contributor", "guest"):
            with pytest.raises(Unacceptable, match="does not read"):
                facts = Facts(assignees=frozenset(self.ids(name)))
                acts.change_issue(actor=self.actor("author"), item=made, facts=facts)
        own = ItemFactory(space=self.space, organization=self.supplier, title="Fixture")
        made = self.raised("guest", own)
        offered = {one.user for one in people.candidates(self.actor("guest"), made)}
        assert offered == {self.people["guest"].user}  # a restricted person is offered whom they may know
        page = self.client_of("contributor").get(reverse("content:issue_new", args=[self.platform.slug, self.item.pk]))
        assert b"Reader Person" in page.content
        assert b"Guest Person" not in page.content

    def client_of(self, name):
        self.client.force_login(self.people[name].user)
        return self.client

    def test_steps_are_one_table_and_every_other_step_is_refused(self):
        made = self.raised()
        for state in IssueState:
            for target in IssueState:
                Issue.objects.update(state=state)
                allowed = target in STEPS[state]
                try:
                    acts.move_issue(actor=self.actor("author"), item=made, state=target)
                    assert allowed, (state, target)
                except Conflict:
                    assert not allowed, (state, target)
                    assert Issue.objects.get().state == state
        with pytest.raises(AccessDenied):
            acts.move_issue(actor=self.actor("reader"), item=made, state=IssueState.OPEN)

    def test_one_piece_of_news_per_issue_is_brought_up_to_date_and_hides_what_is_no_longer_seen(self):
        made = self.raised(assignees=self.ids("author"))
        acts.move_issue(actor=self.actor("contributor"), item=made, state=IssueState.IN_WORK)
        acts.move_issue(actor=self.actor("contributor"), item=made, state=IssueState.RESOLVED)
        news = Notification.objects.get(user=self.people["author"].user, kind="issue")
        assert "is Resolved now" in news.text
        assert not Notification.objects.filter(user=self.people["contributor"].user, kind="issue").exists()
        type(made).objects.filter(pk=made.pk).update(maturity=Maturity.PRIVATE)
        page = self.client_of("author").get(reverse("tenants:notifications", args=[self.platform.slug]))
        assert b"Burr" not in page.content

    def test_a_thread_starts_an_issue_only_for_who_takes_part_in_it(self):
        said = comments.say(actor=self.actor("author"), item=self.item, remark=comments.Said("A burr here."))
        made = acts.raise_issue(
            actor=self.at("contributor", self.space), item=self.item, draft=DRAFT, facts=Facts(), thread=said.pk
        )
        assert made.issue.thread == said
        page = self.client_of("reader").get(reverse("content:item_detail", args=[self.platform.slug, made.pk]))
        assert f"#comment-{said.pk}".encode() in page.content
        other = ItemFactory(space=self.space)
        with pytest.raises(NotVisible):
            acts.raise_issue(actor=self.actor("contributor"), item=other, draft=DRAFT, facts=Facts(), thread=said.pk)

    def test_t34_list_board_and_panels_show_what_one_reads_and_no_number_of_the_rest(self):
        mine = self.raised(priority=4, due=timezone.localdate() - timedelta(days=1), assignees=self.ids("reader"))
        hidden = acts.raise_issue(
            actor=self.at("author", self.vault), item=self.item, draft=Draft("Zqhidden"), facts=Facts()
        )
        crossing = self.raised("author", self.secret, kind="question")
        assert hidden.space == self.vault
        slug, browser = self.platform.slug, self.client_of("reader")
        for name in ("issue_list", "issue_board"):
            page = body(browser.get(reverse(f"content:{name}", args=[slug])))
            assert b"Burr" in page
            assert b"Zq" not in page
        panel = body(browser.get(reverse("content:item_detail", args=[slug, self.item.pk])))
        assert b"Burr" in panel
        assert b"Zq" not in panel
        facts = body(browser.get(reverse("content:item_detail", args=[slug, crossing.pk])))
        assert b"nothing that you can read" in facts
        assert b"Zq" not in facts
        today = timezone.localdate()
        for asked, found in (
            (Wanted(priorities=[4]), {mine}),
            (Wanted(late=True), {mine}),
            (Wanted(whose="me"), {mine}),
            (Wanted(kinds=["question"]), {crossing}),
            (Wanted(states=["closed"]), set()),
            (Wanted(words="burr"), {mine, crossing}),
        ):
            assert {one.item for one in finding.found(self.actor("reader"), asked, today)} == found, asked
        strange = browser.get(reverse("content:issue_board", args=[slug]) + "?state=zz&priority=x&late=on")
        assert strange.status_code == 200

    def test_an_issue_is_resolved_by_an_item_and_a_stale_form_comes_back(self):
        made = self.raised()
        add_reference(
            actor=self.actor("contributor"), item=made, target_id=self.item.pk, relation=Relation("resolved_by")
        )
        page = self.client_of("reader").get(reverse("content:item_detail", args=[self.platform.slug, made.pk]))
        assert page.content.count(b"Bracket") >= 2
        url = reverse("content:issue_edit", args=[self.platform.slug, made.pk])
        sent = {"kind": "question", "priority": "3", "version": "1", "due": "2026-12-24"}
        stale = self.client_of("author").post(url, sent)
        assert (stale.status_code, b"2026-12-24" in stale.content) == (409, True)
        wrong = self.client.post(url, sent | {"assignees": "999", "due": "yesterday"})
        assert (wrong.status_code, b"yesterday" in wrong.content) == (422, True)

    def test_an_issue_is_resolved_by_a_change_that_one_sees(self):
        made, author = self.raised(), self.actor("author")
        seen, hidden = (
            raise_change(actor=author, item=item, title=title, deed="release")
            for item, title in ((self.item, "Blunter edge"), (self.secret, "Zqchange"))
        )
        with pytest.raises(Unacceptable, match="no change of that number"):
            acts.change_issue(actor=self.actor("contributor"), item=made, facts=Facts(change=hidden.number))
        acts.change_issue(actor=author, item=made, facts=Facts(change=hidden.number))
        acts.change_issue(actor=self.actor("contributor"), item=made, facts=Facts(kind="question"))
        assert Issue.objects.get(pk=made.pk).resolved_by == hidden  # what one does not see, one does not take away
        url = reverse("content:item_detail", args=[self.platform.slug, made.pk])
        assert b"Zq" not in self.client_of("reader").get(url).content
        acts.change_issue(actor=author, item=made, facts=Facts(change=seen.number.lower()))
        assert b"Blunter edge" in self.client_of("reader").get(url).content

    def test_every_item_of_the_type_stands_on_the_board_and_a_revision_too(self):
        kind = ItemType.objects.get(code="issue")
        made = acts.items.create_item(actor=self.at("author", self.space), kind=kind, draft=DRAFT)
        assert made.issue.state == IssueState.OPEN
        share(made, self.people["reader"])
        type(made).objects.filter(pk=made.pk).update(maturity=Maturity.FROZEN)
        assert acts.items.revise_item(actor=self.actor("author"), item=made).issue.state == IssueState.OPEN
        refer(made, self.item, ReferenceKind.REPORTED_AGAINST)
        assert Reference.objects.filter(kind=ReferenceKind.REPORTED_AGAINST).count() == 1
