"""The API: every address by every visitor's token, what tokens open, what is done once, what it says of itself."""

import http.client
import json
import re
import shlex
from datetime import timedelta
from io import BytesIO
from unittest import mock
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from content.models import FileVersion, Item
from content.tags import set_tags
from platform_site.api import described
from tenants import limits
from tenants.members import end_access
from tenants.models import ApiReply, ApiToken, AuditEvent, Platform, Status
from tests.factories import ItemFactory, PlatformFactory, SpaceFactory, actor_of, give, token_of, worker
from tests.races import at_once
from tests.site_world import INSIDE, NOBODY, RECORD, VISITORS, World, addresses, body, undone, writes

# The columns are those of tests/test_urls.py. Strangers and operators can have no token here; the token of somebody
# who has not accepted yet does not live; the one from elsewhere finds no such platform.
TABLE = """
GET    me            platform  401 401 404 401 401   200 200 200 200 200 200 200 200 200
GET    openapi       platform  401 401 404 401 401   200 200 200 200 200 200 200 200 200
GET    api-root      platform  401 401 404 401 401   404 404 404 404 404 404 404 404 404
GET    space_list    platform  401 401 404 401 401   200 200 200 200 200 200 200 200 200
GET    type_list     platform  401 401 404 401 401   200 200 200 200 200 200 200 200 200
GET    item_list     platform  401 401 404 401 401   200 200 200 200 200 200 200 200 200
POST   item_create   platform  401 401 404 401 401   403 201 403 403 201 201 201 403 403
GET    item_detail   item      401 401 404 401 401   200 404 200 200 200 200 200 200 200
PATCH  item_edit     item      401 401 404 401 401   403 404 403 403 200 200 200 403 403
POST   item_lock     item      401 401 404 401 401   403 404 403 403 200 200 200 403 403
DELETE item_unlock   item      401 401 404 401 401   403 404 403 403 403 403 403 403 403
POST   item_maturity item      401 401 404 401 401   403 404 403 403 403 200 200 422 422
GET    file_list     item      401 401 404 401 401   200 404 200 200 200 200 200 200 200
GET    file_get      file      401 401 404 401 401   200 404 200 200 200 200 200 200 200
HEAD   file_get      file      401 401 404 401 401   200 404 200 200 200 200 200 200 200
GET    move_preview_of item    401 401 404 401 401   403 404 403 403 403 200 200 200 200
POST   item_move     item      401 401 404 401 401   403 404 403 403 403 200 200 200 200
GET    share_list    item      401 401 404 401 401   200 404 200 200 200 200 200 200 200
POST   share_give    item      401 401 404 401 401   403 404 403 403 403 201 201 201 201
DELETE share_end     shared    401 401 404 401 401   403 404 403 403 403 200 200 200 200
PUT    file_put      file      401 401 404 401 401   403 404 403 403 201 201 201 422 422
GET    issue_list     platform 401 401 404 401 401   200 200 200 200 200 200 200 200 200
GET    issues_against item     401 401 404 401 401   200 404 200 200 200 200 200 200 200
POST   issue_raise    item     401 401 404 401 401   403 404 403 201 201 201 201 403 403
GET    issue_detail   issue    401 401 404 401 401   200 404 200 200 200 200 200 200 200
PATCH  issue_edit     issue    401 401 404 401 401   403 404 403 200 200 200 200 403 403
POST   issue_state    issue    401 401 404 401 401   403 404 403 200 200 200 200 403 403
GET    change_list    platform 401 401 404 401 401   200 200 200 200 200 200 200 200 200
POST   change_raise   item     401 401 404 401 401   403 404 403 201 201 201 201 403 403
GET    change_detail  request  401 401 404 401 401   200 404 200 200 200 200 200 200 200
PATCH  change_edit    request  401 401 404 401 401   403 404 403 200 403 200 403 200 200
POST   change_add     request  401 401 404 401 401   403 404 403 201 403 201 403 201 201
PATCH  change_line    line     401 401 404 401 401   403 404 403 200 403 200 403 200 200
DELETE change_narrow  line     401 401 404 401 401   403 404 403 409 403 409 403 409 409
POST   change_revise  line     401 401 404 401 401   403 404 403 409 403 409 403 409 409
POST   change_ask     request  401 401 404 401 401   403 404 403 201 403 201 403 201 201
DELETE change_unask   slot     401 401 404 401 401   403 404 403 200 403 200 403 200 200
PUT    change_quorum  request  401 401 404 401 401   403 404 403 200 403 200 403 200 200
PUT    change_route   request  401 401 404 401 401   403 404 403 200 403 200 403 200 200
POST   change_step    request  401 401 404 401 401   403 404 403 403 403 200 403 200 200
POST   change_sign    request  401 401 404 401 401   403 404 403 403 403 403 403 403 403
GET    review_list    platform 401 401 404 401 401   200 200 200 200 200 200 200 200 200
GET    review_minute  review   401 401 404 401 401   200 404 200 200 200 200 200 200 200
POST   review_judge   review   401 401 404 401 401   403 404 201 403 403 403 403 403 403
GET    thread_list    item     401 401 404 401 401   200 404 200 200 200 200 200 200 200
POST   thread_begin   item     401 401 404 401 401   201 404 201 201 201 201 201 201 201
POST   comment_answer comment  401 401 404 401 401   201 404 201 201 201 201 201 201 201
PATCH  comment_edit   comment  401 401 404 401 401   403 404 403 403 200 403 403 403 403
DELETE comment_delete comment  401 401 404 401 401   403 404 403 403 200 403 403 422 422
PUT    comment_resolve comment 401 401 404 401 401   200 404 200 200 200 200 200 200 200
DELETE comment_reopen comment  401 401 404 401 401   409 404 409 409 409 409 409 409 409
POST   comment_react  comment  401 401 404 401 401   200 404 200 200 200 200 200 200 200
GET    attachment_get attachment 401 401 404 401 401 200 404 200 200 200 200 200 200 200
GET    markup_list    file     401 401 404 401 401   200 404 200 200 200 200 200 200 200
POST   markup_make    file     401 401 404 401 401   403 404 403 201 201 201 201 403 403
GET    markup_earlier file     401 401 404 401 401   200 404 200 200 200 200 200 200 200
POST   markup_carry   carried  401 401 404 401 401   403 404 403 409 409 409 409 403 403
GET    share_effect   item     401 401 404 401 401   403 404 403 403 403 200 200 200 200
PATCH  share_change   shared   401 401 404 401 401   403 404 403 403 403 200 200 200 200
GET    watch_list     platform 401 401 404 401 401   200 200 200 200 200 200 200 200 200
PUT    item_watch     item     401 401 404 401 401   200 404 200 200 200 200 200 200 200
DELETE item_unwatch   item     401 401 404 401 401   200 404 200 200 200 200 200 200 200
PUT    change_watch   request  401 401 404 401 401   200 404 200 200 200 200 200 200 200
DELETE change_unwatch request  401 401 404 401 401   200 404 200 200 200 200 200 200 200
GET    favourite_list platform 401 401 404 401 401   200 200 200 200 200 200 200 200 200
PUT    item_star      item     401 401 404 401 401   200 404 200 200 200 200 200 403 403
DELETE item_unstar    item     401 401 404 401 401   409 404 409 409 409 409 409 409 409
GET    folder_list    platform 401 401 404 401 401   200 200 200 200 200 200 200 200 200
POST   folder_make    platform 401 401 404 401 401   201 201 201 201 201 201 201 403 403
GET    folder_detail  folder   401 401 404 401 401   404 404 404 404 404 200 404 404 404
POST   folder_keep    folder   401 401 404 401 401   404 404 404 404 404 201 404 404 404
GET    relation_list  item     401 401 404 401 401   200 404 200 200 200 200 200 200 200
POST   relation_make  item     401 401 404 401 401   403 404 403 403 201 201 201 422 422
PATCH  relation_edit  relation 401 401 404 401 401   403 404 403 403 200 200 200 422 422
DELETE relation_end   relation 401 401 404 401 401   403 404 403 403 200 200 200 422 422
DELETE folder_take_out entry   401 401 404 401 401   404 404 404 404 404 200 404 404 404
"""
ROWS = [
    (method, name, args, dict(zip(VISITORS, map(int, statuses), strict=True)))
    for method, name, args, *statuses in (line.split() for line in TABLE.strip().splitlines())
]
SENT = {
    "item_create": {"type": "test-definition", "title": "Second"},
    "item_edit": {"title": "Other", "version": 2},
    "item_maturity": {"target": "frozen"},
    "issue_raise": {"title": "Burr"},
    "issue_edit": {"priority": "urgent", "version": 1},
    "issue_state": {"state": "in_work"},
    "change_raise": {"title": "Thicker", "deed": "release"},
    "change_edit": {"title": "Thinner", "version": 1},
    "change_line": {"deed": "obsolete"},
    "change_ask": {"responsibility": "owner"},
    "change_quorum": {"quorum": "any"},
    "change_route": {"route": "Release"},
    "change_step": {"target": "in_work"},
    "thread_begin": {"text": "Is it deep enough?"},
    "comment_answer": {"text": "It is."},
    "comment_edit": {"text": "Is the radius wrong?"},
    "comment_react": {"sign": "done"},
    "markup_make": {"text": "Here", "view": {"points": [[0.5, 0.5]]}},
    "markup_carry": {"found": "moved"},
    "share_change": {"level": "share_edit"},
    "folder_make": {"title": "Mine"},
    "relation_edit": {"quantity": 4},
}
VERBS = {
    ("POST", "item_move"): "owner_changed",
    ("POST", "share_give"): "share_given",
    ("DELETE", "share_end"): "share_ended",
    ("POST", "item_create"): "item_created",
    ("PATCH", "item_edit"): "item_changed",
    ("POST", "item_lock"): "item_locked",
    ("POST", "item_maturity"): "maturity_changed",
    ("PUT", "file_put"): "file_stored",
    ("POST", "issue_raise"): "issue_raised",
    ("PATCH", "issue_edit"): "issue_changed",
    ("POST", "issue_state"): "issue_moved",
    ("POST", "change_raise"): "change_raised",
    ("PATCH", "change_edit"): "change_edited",
    ("POST", "change_add"): "change_widened",
    ("PATCH", "change_line"): "change_set",
    ("POST", "change_ask"): "change_asked",
    ("DELETE", "change_unask"): "change_unasked",
    ("PUT", "change_quorum"): "change_asked",
    ("PUT", "change_route"): "change_asked",
    ("POST", "change_step"): "change_stepped",
    ("POST", "review_judge"): "verdict_given",
    ("POST", "thread_begin"): "comment_made",
    ("POST", "comment_answer"): "comment_made",
    ("PATCH", "comment_edit"): "comment_edited",
    ("DELETE", "comment_delete"): "comment_deleted",
    ("PUT", "comment_resolve"): "comment_resolved",
    ("POST", "comment_react"): "comment_reacted",
    ("POST", "markup_make"): "markup_made",
    ("PATCH", "share_change"): "share_changed",
    ("PUT", "item_star"): "folder_filled",
    ("POST", "folder_make"): "item_created",
    ("POST", "relation_make"): "relation_added",
    ("PATCH", "relation_edit"): "relation_changed",
    ("DELETE", "relation_end"): "relation_ended",
    ("POST", "folder_keep"): "folder_filled",
    ("DELETE", "folder_take_out"): "folder_emptied",
}
READ = {"GET", "HEAD"}
TAKEN = {("GET", "file_get"), ("GET", "attachment_get")}  # taking a file away is an act
UNTOLD = {"item_watch", "item_unwatch", "change_watch", "change_unwatch"}  # what one watches is nobody else's business
WHO = {"review_judge": "reader", "comment_edit": "author", "comment_delete": "author"}  # does it; else the Leader
PATHS = {  # what stands in the addresses of rows; else the id of a thing
    "platform": [],
    "file": ["pk", "name"],
    "shared": ["pk", "to"],
    "line": ["pk", "line"],
    "slot": ["pk", "slot"],
    "carried": ["pk", "name", "markup"],
    "entry": ["pk", "entry"],
    "relation": ["pk", "reference"],
}
NOTED = RECORD | {"tenants_apitoken", "tenants_member"}  # and when somebody was last here


class Program:
    """What sends a token: the requests of a visitor."""

    def __init__(self, secret="", browser=None):
        self.browser = browser or Client(enforce_csrf_checks=True)
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def ask(self, method, url, data=None, **headers):
        content = data if isinstance(data, bytes) else json.dumps(data or {})
        kind = "application/octet-stream" if isinstance(data, bytes) else "application/json"
        answer = self.browser.generic(method, url, content, kind, headers=self.headers | headers)
        answer.shown = body(answer)
        return answer


class Tokens(World):
    """The world of the site, where everybody who can have a token has one."""

    def __init__(self):
        super().__init__()
        pending = self.invitation.member
        members = {name: self.members[name] for name in INSIDE} | {"elsewhere": self.members["elsewhere"]}
        self.secrets = {name: token_of(member) for name, member in (members | {"pending": pending}).items()}
        self.args |= {"file": (*self.args["item"], "bracket.stl")}
        self.args |= {"slot": (*self.args["request"], self.slot.pk)}
        self.args |= {"carried": (*self.args["file"], self.markup.pk)}
        given = {"whom": self.users["reader"].email, "level": "share_read"}
        self.sent = SENT | {"item_move": {"content_owner": self.users["leader"].pk}, "share_give": given}
        self.sent["change_add"] = {"item": self.part.pk, "deed": "release"}
        seen = {"item": self.part.pk, "version": self.part.version}
        self.sent["folder_keep"] = {"item": self.part.pk}
        self.sent["relation_make"] = {"kind": "refers_to", "target": self.part.pk}
        self.sent["review_judge"] = {"judgement": "approve", "on": [seen]}

    def program(self, visitor):
        return Program(self.secrets.get(visitor, ""))

    def ask(self, visitor, method, name, args, **headers):
        url = reverse(f"api:{name}", args=self.args[args]) + ("?to=" + self.args["shared"][-1]) * (
            name == "share_effect"
        )
        data = b"solid thicker" if name == "file_put" else self.sent.get(name)
        return self.program(visitor).ask(method, url, data, **headers)


def values(answer):
    return json.loads(answer.content)


class TheTable(TestCase):
    """Asks for everything as everybody."""

    @classmethod
    def setUpTestData(cls):
        cls.world = Tokens()
        cls.entries = AuditEvent.objects.count()

    def test_t20_t72_t73_b34_every_address_answers_every_token_by_the_rules(self):
        wrong = []
        for visitor in VISITORS:
            for method, name, args, expected in ROWS:
                with undone(), writes() as written:
                    answer = self.world.ask(visitor, method, name, args)
                    shown = answer.shown
                    if answer.status_code != expected[visitor]:
                        wrong.append((visitor, method, name, answer.status_code, shown))
                    if set(answer.cookies) or (
                        answer.status_code >= 400 and method != "HEAD" and not self._said(shown)
                    ):
                        wrong.append((visitor, method, name, answer.cookies, shown))
                    told = AuditEvent.objects.count() - self.entries
                    acts = (method not in READ and name not in UNTOLD) or (method, name) in TAKEN
                    if told != (1 if acts and answer.status_code < 400 else 0):
                        wrong.append((visitor, method, name, "entries", told))
                    kept = set(written) - NOTED
                    if kept and (method in READ or answer.status_code >= 400):
                        wrong.append((visitor, method, name, "wrote", kept))
        assert wrong == []

    def _said(self, shown):
        said = json.loads(shown)
        return set(said) == {"status", "sentence", "remedy", "fields"} and said["sentence"]

    def test_t20_every_address_of_the_api_stands_in_the_table(self):
        assert {f"api:{name}" for _method, name, _args, _expected in ROWS} == addresses(("api",))
        known = {
            (method.upper(), path.removeprefix("/api/p/{platform}/"))
            for path, methods in described()["paths"].items()
            for method in methods
        }
        paths = {(method, _path(name, args)) for method, name, args, _expected in ROWS if method != "HEAD"}
        assert known == paths - {("GET", "openapi.json"), ("GET", "")}

    def test_b25_an_act_of_a_program_leaves_the_entry_of_its_owner(self):
        for (method, name), verb in VERBS.items():
            with undone():
                visitor = WHO.get(name, "leader")
                self.world.ask(visitor, method, name, _args(method, name))
                entry = AuditEvent.objects.latest("pk")
                assert (entry.verb, entry.actor) == (verb, self.world.users[visitor])
                assert entry.rule

    def test_t58_a_token_does_no_more_than_its_scope(self):
        self.world.secrets["leader"] = token_of(self.world.members["leader"], "read")
        for method, name, args, expected in ROWS:
            with undone():
                status = self.world.ask("leader", method, name, args).status_code
                assert status == (expected["leader"] if method in READ else 403), (method, name)

    def test_t58_a_token_does_no_more_than_its_owner_at_that_moment(self):
        world = self.world
        assert world.ask("author", "GET", "item_detail", "item").status_code == 200
        for take in (
            lambda: world.platform.members.filter(user=world.users["author"]).update(status=Status.NO_ACCESS),
            lambda: type(world.users["author"]).objects.filter(pk=world.users["author"].pk).update(is_active=False),
            lambda: Platform.objects.filter(pk=world.platform.pk).update(status="suspended"),
            lambda: ApiToken.objects.filter(member=world.members["author"]).update(expires_at=timezone.now()),
            lambda: world.members["author"].grants.all().delete(),
            lambda: world.users["author"].credential_set.all().delete(),
        ):
            with undone():
                take()
                assert world.ask("author", "GET", "item_detail", "item").status_code in {401, 403, 404}
                assert world.ask("author", "PUT", "file_put", "file").status_code in {401, 403, 404}

    def test_t65_cookies_count_for_nothing(self):
        browser = self.world.client("administrator", enforce_csrf_checks=True)
        before = browser.cookies.output()
        for method, name, args, _expected in ROWS:
            url = reverse(f"api:{name}", args=self.world.args[args])
            assert Program(browser=browser).ask(method, url, SENT.get(name)).status_code == 401
        assert browser.cookies.output() == before
        assert browser.get(reverse("tenants:home", args=["acme"])).status_code == 200

    def test_t26_t27_what_is_hidden_answers_like_what_is_not_there(self):
        self.enterContext(mock.patch.dict(limits.LIMITS, {"api": "9000/m/key"}))
        program = self.world.program("restricted")
        self.world.ask("restricted", "GET", "me", "platform")  # notes when the token was used
        for method, name, args, _expected in ROWS:
            if args == "platform":
                continue
            hidden = self.world.args[args][1]
            for data, headers in (
                (self.world.sent.get(name), {}),
                (b"{", {}),
                (self.world.sent.get(name), {"If-Match": '"7"'}),
            ):
                with self.subTest(method=method, name=name, data=data, headers=headers):
                    found = [
                        self._answer(program, method, name, (pk, *self.world.args[args][2:]), data, headers)
                        for pk in (hidden, NOBODY)
                    ]
                    assert found[0] == found[1]
                    assert found[0][0] in {404, 422, 400}

    def _answer(self, program, method, name, args, data, headers):
        url = reverse(f"api:{name}", args=["acme", *args])
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = program.ask(method, url, data, **headers)
        ours = [query for query in queries.captured_queries if "gangway_cache" not in query["sql"]]
        headers = {name: value for name, value in answer.headers.items() if name != "X-Request-Id"}
        return answer.status_code, answer.shown, headers, len(ours)

    def test_t26_what_there_is_no_address_for_is_json_too(self):
        for url in ("/api/p/acme/nothing", "/api/p/nobody/me", "/api/p/acme/items/x"):
            answer = self.world.program("leader").ask("GET", url)
            assert (answer.status_code, values(answer)["sentence"]) == (404, "There is nothing here.")
        answer = self.world.program("leader").ask("DELETE", "/api/p/acme/me")
        assert (answer.status_code, answer["Allow"]) == (405, "GET")

    def test_t56_what_is_stamped_is_never_taken(self):
        taken = {"title", "description", "properties", "type", "version"}
        extra = [field.name for field in Item._meta.fields if field.name not in taken]
        before = set(Item.objects.values_list("pk", flat=True))
        for method, name, args in (("POST", "item_create", "platform"), ("PATCH", "item_edit", "item")):
            for field in extra:
                url = reverse(f"api:{name}", args=self.world.args[args])
                answer = self.world.program("leader").ask(method, url, SENT[name] | {field: 1})
                assert answer.status_code == 422, field
                assert list(values(answer)["fields"]) == [field]
        assert set(Item.objects.values_list("pk", flat=True)) == before

    def test_t57_a_list_knows_its_own_filters_and_no_others(self):
        program, url = self.world.program("reader"), reverse("api:item_list", args=["acme"])
        parts = f"{url}?sort=title&type=test-definition"
        assert [item["title"] for item in values(program.ask("GET", parts))["items"]] == [
            "Bolt",
            "Bracket",
            "Plate",
        ]
        for query in ("owner__password__startswith=x", "_connector=OR", "space__title=x", "ordering=owner__email"):
            assert [item["title"] for item in values(program.ask("GET", f"{parts}&{query}"))["items"]] == [
                "Bolt",
                "Bracket",
                "Plate",
            ]
        for query in (
            "sort=owner__email",
            "since=x",
            "changed_after=2020-01-01",
            "state=nonsense",
            "owner=x",
            f"space={10**30}",
            "page=0",
            "size=9999",
        ):
            assert program.ask("GET", f"{url}?{query}").status_code == 422, query
        set_tags(actor=actor_of(self.world.members["leader"]), item=self.world.item, typed="steel, turned")
        moment = Item.objects.get(pk=self.world.item.pk).modified_at.isoformat().replace("+00:00", "Z")
        found = {"q=bracket&state=in_work": 1, "q=other": 0, "type=test-definition": 3, "type=x": 0}
        found |= {
            "tag=Steel": 1,
            "tag=steel&tag=nothing": 1,
            "tag=nothing": 0,
            "type=test-definition&since=day": 3,
            "since=older": 0,
        }
        found |= {f"changed_after={moment}": 0, "type=test-definition&changed_after=2020-01-01T00:00:00Z": 3}
        for query, number in found.items():
            assert len(values(program.ask("GET", f"{url}?{query}"))["items"]) == number, query

    def test_tags_are_made_changed_left_and_shown_and_each_act_is_one(self):
        program, url = self.world.program("author"), reverse("api:item_list", args=["acme"])
        made = values(program.ask("POST", url, SENT["item_create"] | {"tags": ["Steel", " turned "]}))
        assert made["tags"] == ["steel", "turned"]
        own = {"If-Match": f'"{made["version"]}"'}
        changed = values(program.ask("PATCH", made["url"], {"tags": ["steel", "milled"]}, **own))
        assert (changed["tags"], changed["title"]) == (["milled", "steel"], "Second")
        entry = AuditEvent.objects.latest("pk")
        assert (entry.verb, entry.before, entry.after) == (
            "item_changed",
            {"tags": "steel, turned"},
            {"tags": "milled, steel"},
        )
        assert values(program.ask("PATCH", made["url"], {"title": "Third", "version": 2}))["tags"] == [
            "milled",
            "steel",
        ]
        for version, (tags, title) in enumerate(((["x" * 41], "Third"), (["steel", "milled"], "Third")), 3):
            answer = program.ask("PATCH", made["url"], {"tags": tags, "title": title, "version": 3})
            assert answer.status_code == 422, version
        assert values(program.ask("PATCH", made["url"], {"tags": [], "version": 3}))["tags"] == []

    def test_a_list_goes_on_page_by_page(self):
        ItemFactory.create_batch(3, space=self.world.space, type=self.world.item.type)
        program, url = self.world.program("reader"), reverse("api:item_list", args=["acme"])
        first = values(program.ask("GET", f"{url}?size=3&type=test-definition"))
        second = values(program.ask("GET", f"{url}?size=3&page=2&type=test-definition"))
        assert (len(first["items"]), first["next"], len(second["items"]), second["next"]) == (3, 2, 3, None)

    def test_t53_a_change_of_an_old_version_overwrites_nothing(self):
        program, url = self.world.program("author"), reverse("api:item_detail", args=self.world.args["item"])
        tag = program.ask("GET", url)["ETag"]
        assert program.ask("PATCH", url, {"title": "First"}, **{"If-Match": tag}).status_code == 200
        answer = program.ask("PATCH", url, {"title": "Second"}, **{"If-Match": tag})
        assert (answer.status_code, values(answer)["stored"]["title"]) == (412, "First")
        assert program.ask("PATCH", url, {"title": "Second"}).status_code == 422
        assert program.ask("PATCH", url, {"title": "Second"}, **{"If-Match": '"x"'}).status_code == 412
        assert Item.objects.get(pk=self.world.item.pk).title == "First"

    def test_t53_a_file_is_stored_over_the_version_it_was_made_from(self):
        program, url = self.world.program("author"), reverse("api:file_get", args=self.world.args["file"])
        tag = program.ask("GET", url)["ETag"]
        assert program.ask("PUT", url, b"one", **{"If-Match": tag}).status_code == 201
        assert program.ask("PUT", url, b"two", **{"If-Match": tag}).status_code == 412
        assert program.ask("PUT", url, b"two", **{"If-None-Match": "*"}).status_code == 412
        assert program.ask("PUT", url.replace("bracket", "new"), b"two", **{"If-None-Match": "*"}).status_code == 201
        found = FileVersion.objects.filter(file__name="bracket.stl").values_list("number", flat=True)
        assert list(found) == [2, 1]

    def test_a_file_is_fetched_whole_in_part_and_by_version(self):
        program, url = self.world.program("reader"), reverse("api:file_get", args=self.world.args["file"])
        whole = program.ask("GET", url)
        assert (whole.shown, whole["Content-Disposition"]) == (b"solid", 'attachment; filename="bracket.stl"')
        assert program.ask("GET", url, Range="bytes=1-3").shown == b"oli"
        assert program.ask("GET", url, **{"If-None-Match": whole["ETag"]}).status_code == 304
        assert program.ask("GET", f"{url}?version=1").shown == b"solid"
        assert program.ask("GET", f"{url}?version=2").status_code == 404
        assert program.ask("GET", url.replace("bracket", "other")).status_code == 404

    def test_a_file_put_with_unlock_is_a_check_in(self):
        program, url = self.world.program("author"), reverse("api:file_get", args=self.world.args["file"])
        program.ask("POST", reverse("api:item_lock", args=self.world.args["item"]))
        answer = program.ask("PUT", f"{url}?unlock=true&comment=Thicker", b"solid 2")
        assert (answer.status_code, values(answer)["comment"], values(answer)["version"]) == (201, "Thicker", 2)
        assert Item.objects.get(pk=self.world.item.pk).locked_by is None

    def test_what_cannot_be_a_file_is_refused(self):
        program, item = self.world.program("author"), self.world.args["item"]
        url = reverse("api:file_get", args=[*item, "a.stl"])
        assert program.ask("PUT", url, b"").status_code == 422
        assert program.ask("PUT", f"{url}?comment={'x' * 300}", b"x").status_code == 422
        cut = {"CONTENT_LENGTH": "9", "wsgi.input": BytesIO(b"xy")}
        short = program.browser.generic("PUT", url, b"", headers=program.headers, **cut)
        assert (short.status_code, "whole" in values(short)["sentence"]) == (422, True)
        with self.settings(MAX_UPLOAD_BYTES=3):
            assert program.ask("PUT", url, b"solid").status_code == 413
        assert FileVersion.objects.count() == 1

    def test_values_that_pages_do_not_take_are_refused_field_by_field(self):
        program, url = self.world.program("author"), reverse("api:item_list", args=["acme"])
        for change, field in (
            ({"title": ""}, "title"),
            ({"title": "x" * 200}, "title"),
            ({"title": 3}, "title"),
            ({"description": "a\x00b"}, "description"),
            ({"properties": {"Nothing": "c"}}, "properties"),
            ({"type": "part-3d", "properties": {"Mass": "heavy"}}, "Mass"),
            ({"type": "part-3d", "properties": {"Finish": "x" * 500}}, "Finish"),
            ({"type": "nothing"}, "type"),
            ({"type": "\x00"}, "type"),
        ):
            answer = program.ask("POST", url, SENT["item_create"] | change)
            assert (answer.status_code, list(values(answer)["fields"])) == (422, [field]), change
        assert program.ask("POST", url, b"{").status_code == 400
        assert program.ask("POST", url, b"[]").status_code == 422
        assert program.ask("POST", url, SENT["item_create"] | {"credential": 1}).status_code == 409

    def test_t109_b30_a_repeated_request_is_done_once_and_answered_alike(self):
        program, url = self.world.program("author"), reverse("api:item_list", args=["acme"])
        key, before = {"Idempotency-Key": "first"}, Item.objects.count()
        answers = [program.ask("POST", url, SENT["item_create"], **key) for _ in range(3)]
        assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
        assert Item.objects.count() == before + 1
        assert program.ask("POST", url, SENT["item_create"] | {"title": "Third"}, **key).status_code == 422
        assert self.world.program("leader").ask("POST", url, SENT["item_create"], **key).status_code == 201
        ApiReply.objects.update(created_at=timezone.now() - timedelta(hours=25))
        assert program.ask("POST", url, SENT["item_create"], **key).content != answers[0].content

    def test_t109_b30_a_file_put_twice_is_one_version_and_leaves_no_bytes(self):
        program, url = self.world.program("author"), reverse("api:file_get", args=self.world.args["file"])
        key = {"Idempotency-Key": "put"}
        answers = [program.ask("PUT", url, b"solid 2", **key) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].content == answers[1].content
        assert FileVersion.objects.count() == 2
        assert program.ask("PUT", url, b"solid 3", **key).status_code == 422
        assert FileVersion.objects.count() == 2

    def test_t73_a_kept_answer_is_for_nobody_who_lost_what_it_tells(self):
        program, url = self.world.program("author"), reverse("api:item_list", args=["acme"])
        key, detail = {"Idempotency-Key": "mine"}, reverse("api:item_detail", args=self.world.args["item"])
        made = program.ask("POST", url, SENT["item_create"], **key)
        for method, address, data, again in (
            ("POST", url, SENT["item_create"], key),
            ("PATCH", detail, SENT["item_edit"], {"Idempotency-Key": "edit"}),
            ("POST", f"{detail}/lock", {}, {"Idempotency-Key": "lock"}),
        ):
            assert program.ask(method, address, data, **again).status_code < 300
        self.world.users["author"].credential_set.all().delete()
        Item.objects.filter(pk=values(made)["id"]).update(owner=self.world.users["leader"])
        for method, address, data, again in (
            ("POST", url, SENT["item_create"], key),
            ("PATCH", detail, SENT["item_edit"], {"Idempotency-Key": "edit"}),
            ("POST", f"{detail}/lock", {}, {"Idempotency-Key": "lock"}),
        ):
            answer = program.ask(method, address, data, **again)
            assert (answer.status_code, values(answer)["sentence"]) == (404, "There is nothing here."), address

    def test_t35_a_move_says_who_gains_and_loses_and_does_what_it_said(self):
        program, item = self.world.program("leader"), self.world.args["item"]
        url, there = reverse("api:item_move", args=item), SpaceFactory(platform=self.world.platform, title="There")
        assert program.ask("GET", f"{url}?space={there.pk}").status_code == 422, "no credential leads there"
        give(self.world.members["leader"], there, "leader")
        kept = self.world.item.owner_id
        owner = self.world.users["leader"].pk
        said = values(program.ask("GET", f"{url}?space={there.pk}&content_owner={owner}"))
        assert said["refusal"] == "" and said["losses"]["people"] and kept != owner
        assert "credential" in values(program.ask("GET", f"{url}?space={there.pk}"))["refusal"]
        stale = {"space": there.pk, "content_owner": owner, "shown": "1:2:3:0:0"}
        assert program.ask("POST", url, stale).status_code == 422
        moved = values(program.ask("POST", url, stale | {"shown": said["shown"]}))
        assert (moved["item"]["space"]["title"], moved["item"]["content_owner"]["id"]) == ("There", owner)
        stranger = SpaceFactory(platform=PlatformFactory())
        assert program.ask("POST", url, {"space": stranger.pk}).status_code == 422
        nobody = program.ask("POST", url, {"content_owner": NOBODY})
        assert nobody.status_code == 422
        asked = [program.ask("GET", f"{url}?content_owner={user.pk}") for user in self.world.users.values() if user]
        refused = {answer.content for answer in asked if answer.status_code == 422}
        assert refused == {nobody.content}, "who is not offered is told from nobody"

    def test_shares_are_given_listed_and_ended(self):
        program, item = self.world.program("leader"), self.world.args["item"]
        url, before = (
            reverse("api:share_list", args=item),
            values(self.world.ask("leader", "GET", "share_list", "item")),
        )
        whom = {"whom": self.world.users["reader"].name.upper(), "level": "share_edit", "ends_on": "2090-06-30"}
        made = values(program.ask("POST", url, whom))
        assert (made["name"], made["level"], made["ends_at"][:10]) == ("Reader Person", "share_edit", "2090-07-01")
        assert program.ask("POST", url, whom).status_code == 409
        assert len(values(program.ask("GET", url))) == len(before) + 1
        for wrong in ({"whom": "Nobody"}, {"level": "all"}, {"ends_on": "soon"}, {"whom": "Rea"}):
            assert program.ask("POST", url, whom | wrong).status_code == 422, wrong
        assert [one["mine"] for one in values(self.world.program("reader").ask("GET", url))] == [True]
        assert self.world.program("reader").ask("DELETE", f"{url}/{made['to']}").status_code == 200
        assert program.ask("DELETE", f"{url}/{made['to']}").status_code == 404

    def test_t109_a_refusal_is_not_kept(self):
        program, url = self.world.program("author"), reverse("api:item_detail", args=self.world.args["item"])
        key = {"Idempotency-Key": "later"}
        Item.objects.update(locked_by=self.world.users["leader"])
        assert program.ask("PATCH", url, SENT["item_edit"], **key).status_code == 403
        Item.objects.update(locked_by=None)
        assert program.ask("PATCH", url, SENT["item_edit"], **key).status_code == 200

    def test_a_token_has_its_own_limit(self):
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(limits.LIMITS, "api", "2/m/key")
            statuses = [self.world.ask("reader", "GET", "me", "platform") for _ in range(3)]
            assert [answer.status_code for answer in statuses] == [200, 200, 429]
            assert statuses[-1]["Retry-After"] == "60"
            assert self.world.ask("author", "GET", "me", "platform").status_code == 200

    def test_names_of_people_are_those_of_the_page(self):
        Item.objects.update(organization=self.world.rival, locked_by=self.world.users["leader"])
        shown = values(self.world.ask("restricted", "GET", "item_detail", "item"))
        assert shown["content_owner"] == {"id": None, "name": "Somebody of another organization"}
        assert shown["locked_by"]["id"] is None
        assert values(self.world.ask("reader", "GET", "item_detail", "item"))["content_owner"]["id"]

    def test_the_commands_of_the_guide_do_what_it_says(self):
        commands = re.findall(r"^curl .*$", (settings.ROOT / "docs" / "api.md").read_text(), re.MULTILINE)
        assert len(commands) > 10
        known = {
            "$BASE": "https://testserver/api/p/acme",
            "$TOKEN": self.world.secrets["leader"],
            "$ITEM": str(self.world.item.pk),
            "$PERSON": str(self.world.users["leader"].pk),
            "$ISSUE": str(self.world.issue.pk),
            "$CHANGE": str(self.world.request.pk),
            "$REVIEW": str(self.world.review.pk),
            "$COMMENT": str(self.world.comment.pk),
            "$SHARE": self.world.args["shared"][-1],
        }
        for command in commands:
            said = command
            for name, value in known.items():
                said = said.replace(name, value)
            answer = _curl(shlex.split(said)[1:])
            body(answer)
            assert answer.status_code in {200, 201}, (command, answer.status_code)
        item = Item.objects.get(pk=self.world.item.pk)
        assert (item.title, item.maturity, item.locked_by) == ("Bracket, left", "frozen", None)


def _args(method, name):
    return next(args for row_method, row_name, args, _expected in ROWS if (row_method, row_name) == (method, name))


def _path(name, args):
    """Return the path of a row as the description writes it."""
    known = {
        "pk": 7001,
        "line": 7002,
        "slot": 7003,
        "markup": 7004,
        "entry": 7005,
        "reference": 7006,
        "name": "NAME",
        "to": "TO",
    }
    values = [known[part] for part in PATHS.get(args, ["pk"])]
    path = reverse(f"api:{name}", args=["PLATFORM", *values]).removeprefix("/api/p/PLATFORM/")
    for part, value in known.items():
        path = path.replace(str(value), f"{{{part}}}")
    return path


def _curl(words):
    """Send what a curl command of the guide sends."""
    method, headers, data, address = "GET", {}, b"", ""
    words = iter(words)
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-d":
            data = next(words).encode()
        elif word == "-T":
            method, data = "PUT", f"solid {next(words)}".encode()
        elif word != "-O":
            address = word
    parts = urlsplit(address)
    url = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return Client().generic(method, url, data, "application/x-www-form-urlencoded", headers=headers)


def test_b40_the_description_in_the_repository_is_that_of_the_api():
    written = json.loads((settings.ROOT / "docs" / "openapi.json").read_text())
    assert written == json.loads(json.dumps(described())), "run manage.py api_docs"


@pytest.mark.django_db(transaction=True)
def test_t44_b11_a_revoked_token_is_refused_on_the_same_connection(live_server):
    member = worker(PlatformFactory(slug="acme"))
    secret = token_of(member)
    address = urlsplit(live_server.url)
    line = http.client.HTTPConnection(address.hostname, address.port, timeout=10)

    def ask():
        line.request("GET", "/api/p/acme/me", headers={"Authorization": f"Bearer {secret}"})
        answer = line.getresponse()
        answer.read()
        return answer.status

    assert ask() == 200
    socket = line.sock
    ApiToken.objects.all().delete()
    assert (ask(), line.sock) == (401, socket)
    line.close()


@pytest.mark.django_db
def test_t45_b11_tokens_end_with_the_access():
    admin = worker(PlatformFactory(slug="acme"), "administrator")
    member = worker(admin.platform)
    program = Program(token_of(member))
    assert program.ask("GET", "/api/p/acme/me").status_code == 200
    end_access(actor=actor_of(admin), member=member)
    assert program.ask("GET", "/api/p/acme/me").status_code == 401
    assert AuditEvent.objects.latest("pk").after["tokens"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_t109_b30_the_same_key_eight_times_at_once_makes_one_item():
    space = SpaceFactory(platform=PlatformFactory(slug="acme"))
    member = worker(space.platform)
    give(member, space, "author")
    ItemFactory(space=space)  # so that the type is there
    secret, answers = token_of(member), []

    def create():
        url = reverse("api:item_list", args=["acme"])
        answers.append(Program(secret).ask("POST", url, SENT["item_create"], **{"Idempotency-Key": "once"}))

    at_once(*[create] * 8)
    assert len(answers) == 8
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert Item.objects.count() == 2
