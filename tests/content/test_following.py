"""Open pages of reviews, changes and lists: another version when what their reader sees changed, and only then."""

from unittest import mock

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from content import following
from content.changes import raising, steps
from content.comments import Said, say
from content.issues import acts as issues
from content.issues.acts import Facts
from content.items import Draft, create_item, delete_item, edit_item
from content.lifecycle import change_maturity
from content.locks import lock_item
from content.models import Change, Deed, IssueState, ItemType
from content.reviewing import acts, showing
from spaces.models import Credential, CurrentCredential
from tenants import live, streams
from tenants.models import Right
from tests.factories import ItemFactory, OrganizationFactory, PlatformFactory, SpaceFactory, actor_of, give, worker


class TestFollowing(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.platform = PlatformFactory()
        cls.space = SpaceFactory(platform=cls.platform)
        cls.supplier = OrganizationFactory(platform=cls.platform, name="Supplier")
        cls.author, cls.leader = worker(cls.platform), worker(cls.platform)
        cls.guest = worker(cls.platform, Right.EXTERNAL, company=cls.supplier)
        give(cls.author, cls.space, "author")
        give(cls.leader, cls.space, "leader")
        give(cls.guest, cls.space, "author", restricted=True)
        held = Credential.objects.get(user=cls.author.user)
        CurrentCredential.objects.create(member=cls.author, credential=held)
        cls.plate = ItemFactory(space=cls.space, owner=cls.author.user, title="Plate")
        cls.bolt = ItemFactory(space=cls.space, owner=cls.guest.user, organization=cls.supplier, title="Bolt")
        actor = actor_of(cls.author)
        cls.review = showing.of(acts.begin(actor=actor, draft=Draft("Round 1"), chosen=[cls.plate, cls.bolt]))
        acts.name_reviewer(actor=actor, review=cls.review, member=cls.leader)
        cls.change = raising.raise_change(actor=actor, item=cls.plate, title="Thicker", deed=Deed.RELEASE)
        cls.issue = issues.raise_issue(actor=actor, item=cls.plate, draft=Draft("Burr"), facts=Facts())

    def pages(self):
        """Return every kind of page of this test by name, as (kind, id)."""
        platform, space = self.platform.pk, self.space.pk
        return {
            "review": (following.REVIEW, self.review.pk),
            "change": (following.CHANGE, self.change.pk),
            "items": (following.ITEMS, platform),
            "space": (following.SPACE, space),
            "issues": (following.ISSUES, platform),
            "changes": (following.CHANGES, platform),
        }

    def states(self, member):
        """Return {name of a page: how it stands for a member}, the bell aside."""
        actor, pages = actor_of(member), self.pages()
        found = live.states([(actor, (page,)) for page in pages.values()])
        return {
            name: {piece: version for piece, version in state.items() if piece not in ("bell", "news")}
            for name, state in zip(pages, found, strict=True)
        }

    def test_each_act_changes_the_pages_that_show_it(self):
        author, leader = actor_of(self.author), actor_of(self.leader)
        part, lists = ItemType.objects.get(code="part-3d"), {"items", "space"}
        seen = {self.plate.pk: self.plate.version}
        told = {"review": self.review, "seen": seen, "judgement": "approve"}
        state = self.states(self.leader)
        for act, pages in (
            (lambda: acts.judge(actor=leader, **told), {"review"}),
            (lambda: say(actor=author, item=self.plate, remark=Said("Radius?")), {"review"}),
            (lambda: lock_item(actor=author, item=self.plate), {"review", "change"} | lists),
            (lambda: edit_item(actor=author, item=self.plate, draft=Draft("Wider")), {"review", "change"} | lists),
            (lambda: issues.move_issue(actor=author, item=self.issue, state=IssueState.IN_WORK), {"issues"} | lists),
            (lambda: create_item(actor=author, kind=part, draft=Draft("Nut")), lists),
            (lambda: change_maturity(actor=actor_of(self.guest), item=self.bolt, target="frozen"), {"review"} | lists),
            (lambda: steps.step(actor=leader, change=self.change, target="in_work"), {"change", "changes"}),
            (lambda: acts.close(actor=author, review=self.review, conclusion="Fine"), {"review"} | lists),
            (lambda: delete_item(actor=author, item=self.issue), {"issues"} | lists),
        ):
            act()
            before, state = state, self.states(self.leader)
            assert {name for name in state if state[name] != before[name]} == pages, pages

    def test_t42_b02_what_one_does_not_read_changes_nothing_and_stands_like_what_is_not_there(self):
        state, author = self.states(self.guest), actor_of(self.author)
        assert state["review"] == state["change"] == {"gone": "1"}
        lock_item(actor=author, item=self.plate)
        edit_item(actor=author, item=self.plate, draft=Draft("Wider"))
        issues.move_issue(actor=author, item=self.issue, state=IssueState.IN_WORK)
        steps.step(actor=actor_of(self.leader), change=self.change, target="in_work")
        assert self.states(self.guest) == state
        abroad, apart = PlatformFactory(), SpaceFactory(platform=self.platform)
        pages = [(following.ITEMS, abroad.pk), (following.ISSUES, abroad.pk), (following.CHANGES, abroad.pk)]
        pages += [(following.SPACE, apart.pk), (following.SPACE, 10**15), (following.CHANGE, 10**15)]
        pages += [(following.REVIEW, self.plate.pk)]
        for one in pages:
            (found,) = live.states([(actor_of(self.leader), (one,))])
            assert found["gone"], one

    def test_many_open_reviews_and_changes_cost_the_statements_of_one(self):
        costs, actor = [], actor_of(self.leader)
        for rows in (1, 8):
            for _ in range(rows - 1):
                change = Change.objects.create(
                    platform=self.platform,
                    number=f"C{Change.objects.count()}",
                    title="Other",
                    raised_by=self.author.user,
                )
                change.lines.create(item=self.plate, deed=Deed.RELEASE)
            asked = [(actor, pk) for pk in Change.objects.values_list("pk", flat=True)]
            with CaptureQueriesContext(connection) as run:
                assert None not in following.changes(asked)
                following.reviews([(actor, self.review.pk)] * rows)
            costs.append(len(run))
        assert costs[0] == costs[1] <= 12

    def test_d11_pages_that_cost_something_each_take_turns_and_all_are_asked_whether_they_still_may_be(self):
        hub, asked = streams.Hub(), []
        see = ((following.ITEMS, self.platform.pk),)
        pages = [live.Asked(1, str(number), "", see, self.platform.pk) for number in range(streams.SLOW + 5)]
        several = [_Stream(page) for page in pages]
        hub.streams = set(several)
        first = hub._slow(set(several))
        assert len(first) == streams.SLOW and hub._slow(set()) == set(several) - first and hub._slow(set()) == set()
        assert pages[0].words == {f"list.items:{self.platform.pk}", live.wide(self.platform.pk)}
        with mock.patch.object(live, "answer", lambda pages: asked.extend(pages) or {}):
            hub.tell(set(several), set(several) - first)
        assert {page.session for page in asked} == {page.session for page in pages}
        assert sum(bool(page.see) for page in asked) == streams.SLOW and all(one.over for one in several)


class _Stream:
    """A stream as the hub sees it."""

    def __init__(self, page):
        self.page, self.state, self.over = page, None, False

    def put(self, state):
        self.over = state is None
