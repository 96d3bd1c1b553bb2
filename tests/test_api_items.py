"""Items, files, moves and shares by the API: what is taken, what is done once, what is answered again."""

from datetime import timedelta
from io import BytesIO

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from content.models import FileVersion, Item
from content.tags import set_tags
from tenants.models import ApiReply, AuditEvent
from tests.api_world import (
    SENT,
    Tokens,
    values,
)
from tests.factories import ItemFactory, PlatformFactory, SpaceFactory, actor_of, give
from tests.site_world import NOBODY


class ByTheApi(TestCase):
    """Does by a token what the pages do."""

    @classmethod
    def setUpTestData(cls):
        cls.world = Tokens()
        cls.entries = AuditEvent.objects.count()

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
        for tag in ('"x"', '"²"', '"' + "9" * 5000 + '"'):
            assert program.ask("PATCH", url, {"title": "Second"}, **{"If-Match": tag}).status_code == 412
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
        for length in ("²", "+1", "-1", "1_0", ""):
            odd = program.browser.generic("PUT", url, b"", headers=program.headers, CONTENT_LENGTH=length)
            assert (odd.status_code, "Content-Length" in values(odd)["sentence"]) == (422, True), length
        with self.settings(MAX_UPLOAD_BYTES=3):
            assert program.ask("PUT", url, b"solid").status_code == 413
        assert FileVersion.objects.count() == 1

    def test_t26_an_address_with_a_nul_names_nothing(self):
        program, browser = self.world.program("author"), self.world.client("author")
        url = reverse("api:file_get", args=[*self.world.args["item"], "a\0b"])
        absent = program.ask("GET", url.replace("%00", "-"))
        for method, path in (("GET", url), ("HEAD", url), ("PUT", url), ("GET", f"{url}/markups")):
            answer = program.ask(method, path, b"solid" if method == "PUT" else None)
            assert (answer.status_code, answer.content) == (404, b"" if method == "HEAD" else absent.content), method
        version = self.world.version.pk
        for path in (f"files/{version}/a%00b", f"files/{version}/shown/a%00b", "uploads/a%00b/"):
            assert browser.head(f"/p/acme/{path}", headers={"Tus-Resumable": "1.0.0"}).status_code == 404, path
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
