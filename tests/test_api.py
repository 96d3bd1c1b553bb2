"""The API: every address by every visitor's token, what tokens open, what is done once, what it says of itself."""

import argparse
import http.client
import json
import re
import shlex
from functools import partial
from unittest import mock
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from content.models import Item, Review
from platform_site.api import described
from tenants import limits
from tenants.members import end_access
from tenants.models import ApiToken, AuditEvent, Platform, Status
from tests.api_world import (
    FILE,
    NOTED,
    PATHS,
    READ,
    ROWS,
    SENT,
    TAKEN,
    UNTOLD,
    VERBS,
    WHO,
    Program,
    Tokens,
    values,
)
from tests.factories import ItemFactory, PlatformFactory, SpaceFactory, actor_of, give, token_of, worker
from tests.races import at_once
from tests.site_world import NOBODY, VISITORS, addresses, body, undone, writes

SEEN = ("platform", "route", "space")  # what the restricted person sees, or who is not told of one is told of none


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

    def test_b30_every_act_that_is_repeated_with_its_key_is_done_once_and_answered_alike(self):
        self.enterContext(mock.patch.dict(limits.LIMITS, {"api": "9000/m/key"}))
        wrong = []
        for method, name, args, expected in ROWS:
            visitor = WHO.get(name, "administrator" if args in ("saved", "note") else "leader")
            if method in READ or expected[visitor] >= 400:
                continue
            with undone():
                first = self.world.ask(visitor, method, name, args, **{"Idempotency-Key": "once"})
                entries = AuditEvent.objects.count()
                again = self.world.ask(visitor, method, name, args, **{"Idempotency-Key": "once"})
                if (first.status_code, first.shown) != (again.status_code, again.shown):
                    wrong.append((method, name, again.status_code, again.shown))
                if AuditEvent.objects.count() != entries:
                    wrong.append((method, name, "done twice"))
        assert wrong == []

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
            if args in SEEN:
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
            "$SPACE": str(self.world.space.pk),
            "$ATTACHMENT": str(self.world.attachment.pk),
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
        "item": 7007,
        "reviewer": 7008,
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
    curl = argparse.ArgumentParser()
    curl.add_argument("-X", default="")
    curl.add_argument("-d", default="")
    curl.add_argument("-T", default="")
    curl.add_argument("-H", action="append", default=[])
    curl.add_argument("-F", action="append", default=[])
    curl.add_argument("-o")
    curl.add_argument("-O", action="store_true")
    curl.add_argument("address")
    asked = curl.parse_args(words)
    headers = dict(one.split(": ", 1) for one in asked.H)
    parts = urlsplit(asked.address)
    url = f"{parts.path}?{parts.query}" if parts.query else parts.path
    if asked.F:
        fields = [one.split("=", 1) for one in asked.F]
        form = {name: value for name, value in fields if value[0] != "@"}
        form["files"] = [FILE(value[1:], b"solid") for name, value in fields if value[0] == "@"]
        return Client().post(url, form, headers=headers)
    method = asked.X or ("PUT" if asked.T else "GET")
    data = f"solid {asked.T}" if asked.T else asked.d
    return Client().generic(method, url, data.encode(), "application/x-www-form-urlencoded", headers=headers)


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


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_t109_c18_reviews_begun_at_once_of_crossing_items_are_each_begun_once_with_all_who_are_asked():
    space = SpaceFactory(platform=PlatformFactory(slug="acme"))
    people = [worker(space.platform) for _ in range(3)]
    for member in people:
        give(member, space, "author")
    items = [ItemFactory(space=space) for _ in range(2)]
    secret, answers, url = token_of(people[0]), [], reverse("api:review_begin", args=["acme"])

    def begin(key, way):
        asked = [member.user_id for member in people[1:]][::way]
        new = {"title": key, "items": [item.pk for item in items][::way], "reviewers": asked}
        answers.append(Program(secret).ask("POST", url, new, **{"Idempotency-Key": key}).status_code)

    at_once(*[partial(begin, key, way) for key, way in (("a", 1), ("a", 1), ("b", -1), ("b", -1), ("c", 1), ("d", -1))])
    assert answers == [201] * 6
    assert [review.reviewers.count() for review in Review.objects.all()] == [2] * 4
    assert AuditEvent.objects.filter(verb="reviewer_named").count() == 8
