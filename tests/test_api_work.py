"""What programs do about issues and changes: the rules, refusals and lists of the pages."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from content.changes import asking, authority, binding, raising, signing
from content.models import (
    Change,
    ChangeLine,
    Issue,
    Item,
    ItemType,
    Maturity,
    ReferenceKind,
    Route,
    RouteSlot,
    Signature,
    Slot,
)
from spaces.models import Credential, Visibility
from tenants.errors import NotVisible
from tenants.members import end_access
from tests.api_world import Tokens, values
from tests.factories import ItemFactory, PlatformFactory, SpaceFactory, actor_of, give, refer, worker
from tests.site_world import NOBODY, undone


class Asking(TestCase):
    """Asks as a visitor of the world."""

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

    def costs(self, lists, visitors=("external", "leader")):
        """Return how many queries each list takes for each visitor."""
        found = {}
        for visitor in visitors:
            self.ask(visitor, "GET", "me")  # notes when the token was used
            for name, args in lists:
                with CaptureQueriesContext(connection) as asked:
                    assert self.ask(visitor, "GET", name, args)[0] == 200
                found[visitor, name] = len(asked)
        return found


class Work(Asking):
    """Works on issues and changes."""

    def issue(self, title="Scratch", of=None, **facts):
        world = self.world
        about = {"type": ItemType.objects.get(code="issue"), "title": title} | ({"organization": of} if of else {})
        item = ItemFactory(space=world.space, owner=world.users["author"], **about)
        Issue.objects.create(item=item, **facts).assignees.add(world.users["author"], world.users["external"])
        refer(item, world.item, ReferenceKind.REPORTED_AGAINST)
        return item

    def test_b36_lists_cost_the_same_for_one_row_and_for_many(self):
        lists = [("issue_list", ()), ("issues_against", (self.world.item.pk,)), ("change_list", ())]
        lists += [("change_detail", (self.world.request.pk,)), ("relation_list", (self.world.item.pk,))]
        self._more()
        routes = [("route_list", ())], ("restricted", "leader")
        few = self.costs(lists) | self.costs(*routes)
        for _ in range(4):
            self._more()
        assert self.costs(lists) | self.costs(*routes) == few

    def _more(self):
        world = self.world
        self.issue()
        route = Route.objects.create(platform=world.platform, name=f"Route {Route.objects.count()}")
        RouteSlot.objects.create(route=route, user=world.users["author"])
        part = ItemFactory(space=world.space, owner=world.users["content_owner"])
        refer(ItemFactory(space=world.space), part, ReferenceKind.HAS_PART)
        change = Change.objects.create(
            platform=world.platform, number=f"CHG-9{part.pk}", raised_by=world.users["leader"]
        )
        for one in (change, world.request):
            ChangeLine.objects.create(change=one, item=part, deed="release")
        refer(world.item, part, ReferenceKind.REFERS_TO)
        slot = Slot.objects.create(change=world.request, user=world.users["author"])
        facts = {"user": world.users["author"], "agrees": True, "method": "password", "fingerprint": "0" * 64}
        Signature.objects.create(slot=slot, **facts)

    def test_routes_are_told_to_who_works_on_changes_and_kept_by_administrators(self):
        world, elsewhere = self.world, Route.objects.create(platform=PlatformFactory(), name="Elsewhere")
        new = {"name": " Release  twice ", "asked": [{"person": self.id_of("leader")}, {"responsibility": "owner"}]}
        new["asked"].append({"purpose": "review", "group": world.group.pk})
        for change, field in (
            ({"name": "Release"}, "name"),
            ({"name": " "}, "name"),
            ({"name": "x" * 81}, "new.name"),
            ({"quorum": "most"}, "new.quorum"),
            ({"asked": []}, "new.asked"),
            ({"asked": new["asked"] * 3}, "new.asked"),
            ({"asked": [{"purpose": "review", "responsibility": "owner"}]}, "asked"),
            ({"asked": [{"responsibility": "reader"}]}, "whom"),
            ({"asked": [{"person": self.id_of("elsewhere")}]}, "whom"),
            ({"asked": [{"group": NOBODY}]}, "whom"),
        ):
            status, said = self.ask("administrator", "POST", "route_make", data=new | change)
            assert (status, [one.split(".", 1)[-1] for one in said["fields"]]) == (422, [field.split(".")[-1]]), change
        status, made = self.ask("administrator", "POST", "route_make", data=new)
        assert (status, made["name"], made["quorum"]) == (201, "Release twice", "all")
        sent = [(one["purpose"], one["person"], one["group"], one["responsibility"]) for one in made["asked"]]
        assert sent == [
            ("review", None, world.group.pk, None),
            ("approve", self.id_of("leader"), None, None),
            ("approve", None, None, "owner"),
        ]
        listed = self.ask("leader", "GET", "route_list")[1]
        assert [one["name"] for one in listed] == ["Release", "Release twice"]
        told = self.ask("restricted", "GET", "route_detail", [made["id"]])[1]["asked"]
        assert [(one["whom"], one["person"], one["group"]) for one in told if not one["responsibility"]] == [
            ("any one of a group", None, None),
            ("Somebody of another organization", None, None),
        ]
        assert self.ask("leader", "PUT", "change_route", [world.request.pk], {"route": "Release twice"})[0] == 200
        assert (
            self.ask("administrator", "PUT", "route_set", [made["id"]], new | {"quorum": "any"})[1]["quorum"] == "any"
        )
        for method, name in (("GET", "route_detail"), ("PUT", "route_set"), ("DELETE", "route_delete")):
            for pk in (elsewhere.pk, NOBODY):
                assert self.ask("administrator", method, name, [pk], new)[0] == 404
        assert self.ask("administrator", "DELETE", "route_delete", [made["id"]])[1] == {"ended": made["id"]}
        with pytest.raises(NotVisible):
            asking.delete_route(actor=actor_of(world.members["administrator"]), route=Route(pk=made["id"]))
        changing = [one.pk for one in world.members["leader"].grants.all() if "change" in one.role.capabilities]
        world.members["leader"].grants.filter(pk__in=changing).delete()
        assert self.ask("leader", "GET", "route_list")[0] == 403

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

    def step(self, visitor, pk, target, reason=""):
        return self.ask(visitor, "POST", "change_step", [pk], {"target": target, "reason": reason})[0]

    def sign(self, visitor, pk):
        """Sign on the page, as a person does with their password."""
        actor = actor_of(self.world.members[visitor])
        opened = authority.open_change(actor, pk)
        word = signing.Word(True, "Fine", binding.fingerprint(opened), "password")
        return signing.sign(actor=actor, change=opened.change, word=word)

    def asked(self, visitor, pk):
        """Return [(purpose, [(who, whether it counts)])] of a change."""
        found = self.ask(visitor, "GET", "change_detail", [pk])[1]["asked"]
        return [(slot["purpose"], [(one["by"]["name"], one["counts"]) for one in slot["signatures"]]) for slot in found]

    def test_a_change_is_raised_worked_on_and_completed_but_never_signed_by_a_token(self):
        world = self.world
        told = {"title": "Thicker", "reason": "Too weak", "deed": "release"}
        status, made = self.ask(
            "contributor", "POST", "change_raise", [world.part.pk], told, **{"Idempotency-Key": "c"}
        )
        assert (status, made["state"], made["raised_by"]["id"]) == (201, "draft", self.id_of("contributor"))
        pk = made["id"]
        assert self.step("contributor", pk, "in_work") == 403
        assert self.step("leader", pk, "in_work") == 200
        assert self.step("leader", pk, "on_hold") == 422, "wants a reason"
        asks = [{"person": self.id_of("leader")}, {"purpose": "review", "person": self.id_of("reader")}]
        for one in asks:
            assert self.ask("leader", "POST", "change_ask", [pk], one)[0] == 201
        assert self.ask("leader", "POST", "change_add", [pk], {"item": world.item.pk, "deed": "release"})[0] == 201
        assert self.step("contributor", pk, "in_approval") == 403, "freezes what is of somebody else"
        assert self.step("leader", pk, "in_approval") == 200
        for said in ({}, {"agrees": "yes", "remark": "Fine", "shown": "0" * 64}):
            status, refusal = self.ask("leader", "POST", "change_sign", [pk], said)
            assert (status, refusal["sentence"].partition(":")[0]) == (403, "A token signs nothing")
        assert self.step("leader", pk, "approved") == 409
        assert not Signature.objects.exists()
        assert self.ask("leader", "GET", "change_detail", [pk])[1]["waits_for_me"] is True
        self.sign("leader", pk)
        assert self.asked("contributor", pk) == [("review", []), ("approve", [("Leader Person", True)])]
        self.sign("reader", pk)
        status, shown = self.ask("leader", "GET", "change_detail", [pk])
        assert (shown["state"], shown["waits_for_me"]) == ("approved", False)
        assert [step["target"] for step in shown["steps"]] == [
            "completed",
            "in_approval",
            "in_work",
            "on_hold",
            "cancelled",
        ]
        assert self.step("leader", pk, "completed") == 200
        assert {Item.objects.get(pk=one).maturity for one in (world.part.pk, world.item.pk)} == {Maturity.RELEASED}
        assert self.asked("leader", pk)[1] == ("approve", [("Leader Person", True)])

    def test_t37_a_signature_counts_while_it_binds_and_who_gave_it_decides(self):
        world, pk = self.world, self.world.request.pk
        give(world.members["author"], world.space, "leader")
        for one in ({"person": self.id_of("author")}, {"responsibility": "owner"}):
            assert self.ask("leader", "POST", "change_ask", [pk], one)[0] == 201
        assert (self.step("leader", pk, "in_work"), self.step("leader", pk, "in_approval")) == (200, 200)
        self.sign("author", pk)
        assert self.asked("reader", pk)[1] == ("approve", [("Author Person", True)])
        page, words = (
            reverse("content:change_detail", args=["acme", pk]),
            "Author Person does not decide the change now",
        )
        assert words not in self.world.client("reader").get(page).text
        Credential.objects.filter(user=world.users["author"]).delete()
        assert self.asked("reader", pk)[1] == ("approve", [("Author Person", False)])
        assert words in self.world.client("reader").get(page).text
        give(world.members["author"], world.space, "leader")
        assert self.asked("reader", pk)[1] == ("approve", [("Author Person", True)])
        assert self.step("leader", pk, "in_work") == 200
        assert self.asked("reader", pk)[1] == ("approve", [("Author Person", False)])

    def test_t34_a_change_shows_each_reader_what_they_read_and_others_without_a_number(self):
        world = self.world
        vault = SpaceFactory(platform=world.platform, visibility=Visibility.PRIVATE)
        give(world.members["leader"], vault, "leader")
        secret, above = (ItemFactory(space=vault, title=title) for title in ("Zqsecret", "Zqabove"))
        refer(above, world.line.item, ReferenceKind.HAS_PART)
        raising.add_item(actor=actor_of(world.members["leader"]), change=world.request, item=secret, deed="release")
        status, seen = self.ask("leader", "GET", "change_detail", [world.request.pk])
        assert (len(seen["items"]), seen["others"], seen["used_by_others"]) == (2, False, False)
        assert [(one["level"], one["item"]["title"]) for one in seen["used_by"]] == [(1, "Zqabove")]
        status, seen = self.ask("external", "GET", "change_detail", [world.request.pk])
        assert (status, len(seen["items"]), seen["others"]) == (200, 1, True)
        assert (seen["used_by"], seen["used_by_others"], seen["steps"], seen["routes"]) == ([], True, [], [])
        assert "Zq" not in str(seen)
        Item.objects.filter(pk=world.line.item_id).update(space=vault)
        assert self.ask("external", "GET", "change_detail", [world.request.pk]) == self.ask(
            "external", "GET", "change_detail", [NOBODY]
        )

    def test_a_change_takes_nothing_that_its_pages_do_not_take(self):
        world, pk, other = self.world, self.world.request.pk, worker(PlatformFactory())
        abroad = ItemFactory(space=SpaceFactory(platform=other.platform))
        hidden = ItemFactory(space=SpaceFactory(platform=world.platform))
        line = [pk, world.line.pk]
        for status, method, name, args, told in (
            (422, "POST", "change_raise", [world.part.pk], {"title": " ", "deed": "release"}),
            (422, "POST", "change_raise", [world.part.pk], {"title": "T", "deed": "burn"}),
            (404, "POST", "change_raise", [abroad.pk], {"title": "T", "deed": "release"}),
            (404, "POST", "change_raise", [hidden.pk], {"title": "T", "deed": "release"}),
            (422, "POST", "change_add", [pk], {"item": abroad.pk, "deed": "release"}),
            (422, "POST", "change_add", [pk], {"item": hidden.pk, "deed": "release"}),
            (422, "POST", "change_add", [pk], {"item": world.folder.pk, "deed": "release"}),
            (409, "POST", "change_add", [pk], {"item": world.line.item_id, "deed": "release"}),
            (422, "PATCH", "change_edit", [pk], {"title": "T"}),
            (412, "PATCH", "change_edit", [pk], {"title": "T", "version": 7}),
            (404, "PATCH", "change_line", [pk, NOBODY], {"deed": "obsolete"}),
            (409, "DELETE", "change_narrow", line, None),
            (409, "POST", "change_revise", line, None),
            (422, "POST", "change_ask", [pk], {}),
            (422, "POST", "change_ask", [pk], {"person": other.user_id}),
            (422, "POST", "change_ask", [pk], {"person": self.id_of("author")}),
            (422, "POST", "change_ask", [pk], {"responsibility": "reader"}),
            (422, "POST", "change_ask", [pk], {"responsibility": "leader", "group": world.group.pk}),
            (404, "DELETE", "change_unask", [pk, NOBODY], None),
            (409, "PUT", "change_quorum", [pk], {"quorum": "all"}),
            (422, "PUT", "change_route", [pk], {"route": "Nowhere"}),
            (409, "POST", "change_step", [pk], {"target": "completed"}),
        ):
            with undone():
                assert self.ask("leader", method, name, args, told)[0] == status, (name, told)

    def test_t73_a_kept_answer_tells_nothing_of_a_change_to_who_sees_it_no_more(self):
        world, pk = self.world, self.world.request.pk
        told = (
            ("PATCH", "change_edit", [pk], {"title": "T", "version": 1}),
            ("POST", "change_step", [pk], {"target": "in_work"}),
        )
        for method, name, args, data in told:
            assert self.ask("leader", method, name, args, data, **{"Idempotency-Key": name})[0] == 200
        Credential.objects.filter(user=world.users["leader"]).delete()
        for method, name, args, data in told:
            assert self.ask("leader", method, name, args, data, **{"Idempotency-Key": name})[0] == 404
        end_access(actor=actor_of(world.members["administrator"]), member=world.members["leader"])
        assert self.ask("leader", "GET", "change_list")[0] == 401

    def test_an_issue_and_a_part_are_related_as_on_their_pages(self):
        world, issue = self.world, self.world.issue.pk
        about = {"kind": "resolved_by", "target": world.item.pk}
        status, made = self.ask("author", "POST", "relation_make", [issue], about, **{"Idempotency-Key": "once"})
        assert (status, made["quantity"], made["target"]["id"]) == (201, None, world.item.pk)
        shown = self.ask("author", "GET", "issue_detail", [issue])[1]
        assert [[one["title"] for one in shown[key]] for key in ("reported_against", "resolved_by")] == [
            ["Bolt"],
            ["Bracket"],
        ]
        back = self.ask("external", "GET", "relation_list", [world.item.pk], query="?way=in")[1]["relations"]
        assert [(one["kind"], one["source"]["id"]) for one in back] == [("resolved_by", issue)]
        part, hidden = [world.item.pk, world.relation.pk], ItemFactory(space=SpaceFactory(platform=world.platform))
        assert self.ask("author", "PATCH", "relation_edit", part, {"position": 20})[1]["quantity"] == "2"
        for status, name, args, told in (
            (409, "relation_make", [issue], about),
            (422, "relation_make", [issue], about | {"target": hidden.pk}),
            (422, "relation_make", [world.item.pk], about | {"target": world.part.pk}),
            (422, "relation_make", [world.item.pk], {"kind": "reviews", "target": world.part.pk}),
            (422, "relation_make", [world.item.pk], {"kind": "has_part", "target": world.part.pk, "quantity": 0}),
            (409, "relation_make", [world.part.pk], {"kind": "has_part", "target": world.item.pk}),
        ):
            with undone():
                assert self.ask("author", "POST", name, args, told)[0] == status, told
        assert self.ask("author", "DELETE", "relation_end", [issue, world.relation.pk])[0] == 404, "of another item"
        assert self.ask("author", "DELETE", "relation_end", [issue, made["id"]])[1] == {"ended": made["id"]}
        Item.objects.filter(pk=world.item.pk).update(space=hidden.space)
        assert self.ask("author", "POST", "relation_make", [issue], about, **{"Idempotency-Key": "once"})[0] == 404
