"""What programs do about issues: the rules, refusals and lists of the pages."""

from datetime import timedelta

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from content.models import Issue, ItemType, ReferenceKind
from tests.factories import ItemFactory, PlatformFactory, SpaceFactory, refer, worker
from tests.site_world import NOBODY, undone
from tests.test_api import Tokens, values


class Work(TestCase):
    """Asks for the lists of the API, and does what they lead to."""

    @classmethod
    def setUpTestData(cls):
        cls.world = Tokens()

    def ask(self, visitor, method, name, args=(), data=None, query="", **headers):
        """Return (status, values) of an address below the platform of the world."""
        url = reverse(f"api:{name}", args=["acme", *args]) + query
        answer = self.world.program(visitor).ask(method, url, data, **headers)
        return answer.status_code, values(answer)

    def id_of(self, visitor):
        return self.world.users[visitor].pk

    def issue(self, title="Scratch", of=None, **facts):
        world = self.world
        about = {"type": ItemType.objects.get(code="issue"), "title": title} | ({"organization": of} if of else {})
        item = ItemFactory(space=world.space, owner=world.users["author"], **about)
        Issue.objects.create(item=item, **facts).assignees.add(world.users["author"], world.users["external"])
        refer(item, world.item, ReferenceKind.REPORTED_AGAINST)
        return item

    def test_b36_lists_cost_the_same_for_one_row_and_for_many(self):
        lists = [("issue_list", ()), ("issues_against", (self.world.item.pk,))]
        self.issue()
        few = self._costs(lists)
        for _ in range(4):
            self.issue()
        assert self._costs(lists) == few

    def _costs(self, lists):
        found = {}
        for visitor in ("external", "leader"):
            self.ask(visitor, "GET", "me")  # notes when the token was used
            for name, args in lists:
                with CaptureQueriesContext(connection) as asked:
                    assert self.ask(visitor, "GET", name, args)[0] == 200
                found[visitor, name] = len(asked)
        return found

    def test_issues_are_narrowed_as_on_the_page_and_go_on_page_by_page(self):
        world, today = self.world, timezone.localdate()
        late = self.issue("Late", priority=4, due=today - timedelta(days=2), state="in_work")
        self.issue("Done", due=today - timedelta(days=2), state="closed", kind="question")
        there = SpaceFactory(platform=world.platform)
        for query, titles in (
            ("", ["Late", "Done", "Radius too small"]),
            ("?overdue=true", ["Late"]),
            ("?state=open", ["Radius too small"]),
            ("?state=open&state=closed&type=question", ["Done"]),
            ("?priority=urgent", ["Late"]),
            (f"?assignee={self.id_of('external')}", ["Late", "Done"]),
            (f"?assignee={self.id_of('leader')}", []),
            (f"?space={there.pk}", []),
            (f"?space={world.space.pk}&q=late", ["Late"]),
            ("?size=1&page=2", ["Done"]),
            ("?mine=true", []),
        ):
            status, found = self.ask("leader", "GET", "issue_list", query=query)
            assert (status, [one["item"]["title"] for one in found["issues"]]) == (200, titles), query
        assert self.ask("leader", "GET", "issue_list", query="?size=1")[1]["next"] == 2
        for query in ("?state=gone", "?priority=4", "?assignee=x", f"?space={10**30}", "?page=0"):
            assert self.ask("leader", "GET", "issue_list", query=query)[0] == 422, query
        status, found = self.ask("leader", "GET", "issues_against", [world.item.pk])
        assert [(one["item"]["id"], one["overdue"]) for one in found["issues"]][:1] == [(late.pk, True)]

    def test_t26_who_one_may_not_know_is_neither_named_nor_found(self):
        theirs = self.issue("Theirs", of=self.world.rival)
        found = self.ask("restricted", "GET", "issue_list")[1]["issues"]
        assert [(one["item"]["id"], {person["id"] for person in one["assignees"]}) for one in found] == [
            (theirs.pk, {None})
        ]
        query = f"?assignee={self.id_of('author')}"
        assert self.ask("restricted", "GET", "issue_list", query=query) == (200, {"issues": [], "next": None})
        assert self.ask("restricted", "GET", "issue_detail", [theirs.pk])[1]["reported_against"] == []

    def test_an_issue_is_raised_changed_and_taken_on(self):
        world, item = self.world, self.world.item.pk
        told = {"title": "Burr", "priority": "high", "due": "2090-01-31", "assignees": [self.id_of("reader")]}
        told["thread"] = world.comment.pk
        status, made = self.ask("author", "POST", "issue_raise", [item], told, **{"Idempotency-Key": "burr"})
        assert (status, made["type"], made["priority"], made["due"]) == (201, "defect", "high", "2090-01-31")
        pk = made["item"]["id"]
        assert self.ask("author", "POST", "issue_raise", [item], told, **{"Idempotency-Key": "burr"}) == (201, made)
        change = {"assignees": [], "change": "chg-1", "version": made["item"]["version"]}
        status, changed = self.ask("author", "PATCH", "issue_edit", [pk], change)
        assert (status, changed["assignees"], changed["due"], changed["priority"]) == (200, [], "2090-01-31", "high")
        status, stale = self.ask("author", "PATCH", "issue_edit", [pk], change | {"type": "question"})
        assert (status, stale["stored"]["item"]["version"]) == (412, changed["item"]["version"])
        version = {"version": changed["item"]["version"]}
        assert self.ask("author", "PATCH", "issue_edit", [pk], {"due": None})[1]["fields"].keys() == {"version"}
        assert self.ask("author", "PATCH", "issue_edit", [pk], {"due": None} | version)[1]["due"] is None
        status, shown = self.ask("author", "GET", "issue_detail", [pk])
        assert [one["id"] for one in shown["reported_against"]] == [item]
        assert (shown["change"], shown["thread"]) == ("CHG-1", world.comment.pk)
        assert shown["leads_to"] == ["in_work", "resolved", "closed"]
        assert self.ask("author", "POST", "issue_state", [pk], {"state": "resolved"})[1]["state"] == "resolved"
        assert self.ask("author", "POST", "issue_state", [pk], {"state": "open"})[0] == 409

    def test_t36_an_issue_takes_nothing_that_its_page_does_not_take(self):
        world, other = self.world, worker(PlatformFactory())
        abroad = ItemFactory(space=SpaceFactory(platform=other.platform))
        there = ItemFactory(space=SpaceFactory(platform=world.platform), title="Hidden")
        for status, item, told in (
            (422, world.item.pk, {"title": ""}),
            (422, world.item.pk, {"title": "Burr", "state": "closed"}),
            (422, world.item.pk, {"title": "Burr", "assignees": [other.user_id]}),
            (422, world.item.pk, {"title": "Burr", "assignees": [NOBODY]}),
            (422, world.item.pk, {"title": "Burr", "due": "1200-01-01"}),
            (404, world.item.pk, {"title": "Burr", "thread": NOBODY}),
            (404, abroad.pk, {"title": "Burr"}),
            (404, there.pk, {"title": "Burr"}),
            (409, world.folder.pk, {"title": "Burr"}),
        ):
            visitor = "leader" if status == 409 else "author"
            with undone():
                assert self.ask(visitor, "POST", "issue_raise", [item], told)[0] == status, told
        assert self.ask("leader", "GET", "issue_detail", [world.item.pk])[0] == 404, "no issue"
        number = {"change": "CHG-9", "version": 1}
        assert self.ask("leader", "PATCH", "issue_edit", [world.issue.pk], number)[1]["fields"].keys() == {"change"}
