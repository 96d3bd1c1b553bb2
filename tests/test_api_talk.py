"""What programs do in reviews and discussions: the rules, refusals and lists of the pages."""

from io import BytesIO
from unittest import mock

from django.test.client import MULTIPART_CONTENT
from django.urls import reverse
from django.utils import timezone

from content.bcf import importing
from content.bcf.reading import read
from content.blobs import keys, storage
from content.models import (
    Attachment,
    Comment,
    FileVersion,
    Item,
    ItemType,
    Markup,
    Maturity,
    Reaction,
    ReferenceKind,
    Review,
    ReviewedItem,
    Reviewer,
)
from spaces.models import Credential, Visibility
from tenants.models import AuditEvent
from tests.api_world import FILE
from tests.bcf_files import zipped
from tests.factories import ItemFactory, SpaceFactory, give, refer
from tests.site_world import NOBODY, body, undone
from tests.test_api_work import Asking

VIEW = {"points": [[0.25, 0.75]]}
DOT = (  # a PNG of one pixel, in base64
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
KEY = "Idempotency-Key"


class Talk(Asking):
    """Reads, says and judges."""

    def _review(self, *items, of=None):
        world = self.world
        facts = {"type": ItemType.objects.get(code="review"), "owner": world.users["content_owner"]}
        item = ItemFactory(space=world.space, **facts | ({"organization": of} if of else {}))
        review = Review.objects.create(item=item, due_on=timezone.localdate().replace(year=2020, day=1))
        for one in items:
            state = {"sha256": "0" * 64, "relations": "0" * 64}
            ReviewedItem.objects.create(review=review, reference=refer(item, one, ReferenceKind.REVIEWS), **state)
        Reviewer.objects.create(review=review, user=world.users["reader"], named_at=timezone.now())
        return review

    def test_b36_lists_cost_the_same_for_one_row_and_for_many(self):
        item = self.world.item.pk
        lists = [("review_list", ()), ("thread_list", (item,)), ("markup_list", (item, "bracket.stl"))]
        lists += [("markup_earlier", (item, "bracket.stl")), ("review_minute", (self.world.review.pk,))]
        self._more()
        few = self.costs(lists)
        for _ in range(4):
            self._more()
        assert self.costs(lists) == few

    def _more(self):
        world = self.world
        self._review(world.part)
        said = {"item": world.item, "created_at": timezone.now()}
        thread = Comment.objects.create(text="One", author=world.users["leader"], **said)
        Comment.objects.create(text="Two", author=world.users["author"], parent=thread, **said)
        Reaction.objects.create(comment=thread, user=world.users["reader"], sign="done")
        Attachment.objects.create(comment=thread, name="a.txt", key=f"k{thread.pk}", size=1, sha256="0" * 64)
        Markup.objects.create(comment=thread, version=world.version, view={"page": 1, "points": [], "words": ""})

    def test_reviews_are_listed_judged_and_minuted(self):
        world = self.world
        review = self._review(world.item, world.part)
        for query, number in (("", 2), ("?overdue=true", 1), ("?mine=true&open=true", 2), ("?size=1", 1)):
            assert len(self.ask("reader", "GET", "review_list", query=query)[1]["reviews"]) == number, query
        assert self.ask("author", "GET", "review_list", query="?mine=true")[1] == {"reviews": [], "next": None}
        seen = [{"item": one.pk, "version": Item.objects.get(pk=one.pk).version} for one in (world.item, world.part)]
        said = {"judgement": "reject", "remark": "Too thin", "on": seen}
        for status, visitor, change in (
            (422, "reader", {"remark": ""}),
            (422, "reader", {"on": []}),
            (422, "reader", {"judgement": "maybe"}),
            (409, "reader", {"on": [seen[0] | {"version": 99}]}),
            (404, "reader", {"on": [{"item": NOBODY, "version": 1}]}),
            (404, "reader", {"on": [{"item": world.line.item_id, "version": 1}]}),
            (403, "leader", {}),
        ):
            with undone():
                assert self.ask(visitor, "POST", "review_judge", [review.pk], said | change)[0] == status, change
        key = {"Idempotency-Key": "once"}
        first = self.ask("reader", "POST", "review_judge", [review.pk], said, **key)
        assert (first[0], first) == (201, self.ask("reader", "POST", "review_judge", [review.pk], said, **key))
        minute = self.ask("leader", "GET", "review_minute", [review.pk])[1]
        verdicts = [one["verdicts"] for one in minute["items"]]
        assert [(one["by"]["name"], one["judgement"], one["outdated"]) for (one,) in verdicts] == [
            ("Reader Person", "reject", False)
        ] * 2
        assert (minute["overdue"], minute["asks_me"], minute["others"]) == (True, False, False)
        assert [(one["person"]["name"], one["judged"]) for one in minute["reviewers"]] == [("Reader Person", 2)]
        assert self.ask("leader", "GET", "review_minute", [world.item.pk])[0] == 404, "no review"
        Item.objects.filter(pk=review.pk).update(maturity=Maturity.FROZEN)
        assert self.ask("reader", "POST", "review_judge", [review.pk], said)[0] == 409

    def test_a_review_is_begun_with_its_reviewers_wholly_or_not_at_all(self):
        world, key = self.world, {"Idempotency-Key": "begun"}
        new = {"title": "Round two", "due_on": "2031-05-06", "items": [world.item.pk, world.part.pk]}
        new["reviewers"] = [self.id_of("reader"), self.id_of("author")]
        vault = ItemFactory(space=SpaceFactory(platform=world.platform, visibility=Visibility.PRIVATE))
        before = AuditEvent.objects.count()
        for change, field in (
            ({"items": [world.item.pk, vault.pk]}, "items"),
            ({"items": [NOBODY]}, "items"),
            ({"items": []}, "items"),
            ({"items": [world.favourites.pk]}, None),
            ({"reviewers": [self.id_of("reader"), self.id_of("elsewhere")]}, "reviewers"),
            ({"reviewers": [NOBODY]}, "reviewers"),
            ({"title": " "}, "title"),
            ({"owner": 1}, "owner"),
        ):
            status, said = self.ask("leader", "POST", "review_begin", data=new | change)
            assert (status, list(said["fields"])) == (422, [field] if field else []), change
        assert (Review.objects.count(), AuditEvent.objects.count()) == (1, before)
        first = self.ask("leader", "POST", "review_begin", data=new, **key)
        assert (first[0], first) == (201, self.ask("leader", "POST", "review_begin", data=new, **key))
        verbs = AuditEvent.objects.order_by("pk").values_list("verb", flat=True)[before:]
        assert list(verbs) == ["review_begun", "reviewer_named", "reviewer_named"]
        minute = self.ask("reader", "GET", "review_minute", [first[1]["item"]["id"]])[1]
        assert (minute["due_on"], minute["asks_me"], minute["may_change"], minute["may_close"]) == (
            "2031-05-06",
            True,
            False,
            False,
        )
        assert [one["person"]["name"] for one in minute["reviewers"]] == ["Reader Person", "Author Person"]
        Item.objects.filter(pk=minute["item"]["id"]).update(trashed_at=timezone.now())
        assert self.ask("leader", "POST", "review_begin", data=new, **key)[0] == 404, "a kept answer names it no more"

    def test_a_review_is_widened_narrowed_asked_in_and_closed_as_on_its_pages(self):
        world, review = self.world, self._review(self.world.item)
        people = self.ask("leader", "GET", "review_people", [review.pk], query="?q=author")[1]
        assert [(one["person"]["name"], one["everything"]) for one in people] == [("Author Person", True)]
        assert self.ask("leader", "GET", "review_people", [review.pk], query="?q=reader")[1] == [], "asked already"
        assert self.ask("leader", "GET", "review_people", [review.pk], query="?q=x")[0] == 422
        asked, inside = (people[0]["person"]["id"], world.part.pk)
        minute = self.ask("leader", "GET", "review_minute", [review.pk])[1]
        (reader,) = (one["id"] for one in minute["reviewers"])
        for status, method, name, more, told in (
            (201, "POST", "review_ask", (), {"person": asked}),
            (409, "POST", "review_ask", (), {"person": asked}),
            (422, "POST", "review_ask", (), {"person": self.id_of("elsewhere")}),
            (422, "POST", "review_ask", (), {"person": NOBODY}),
            (201, "POST", "review_add", (), {"item": inside}),
            (422, "POST", "review_add", (), {"item": inside}),
            (422, "POST", "review_add", (), {"item": review.pk}),
            (422, "POST", "review_add", (), {"item": NOBODY}),
            (404, "DELETE", "review_take_out", (NOBODY,), None),
            (200, "DELETE", "review_take_out", (inside,), None),
            (409, "DELETE", "review_take_out", (world.item.pk,), None),
            (404, "DELETE", "reviewer_remove", (world.reviewer.pk,), None),
            (200, "DELETE", "reviewer_remove", (reader,), None),
            (404, "DELETE", "reviewer_remove", (reader,), None),
            (200, "PUT", "review_due", (), {"due_on": None}),
            (422, "PUT", "review_due", (), {"due_on": None}),
            (422, "PUT", "review_due", (), {"due_on": "soon"}),
            (422, "PUT", "review_due", (), {"due_on": "0001-01-01"}),
            (422, "PUT", "review_due", (), {}),
            (422, "PUT", "review_close", (), {"conclusion": "x" * 4001}),
            (200, "PUT", "review_close", (), {"conclusion": "It holds."}),
            (403, "PUT", "review_close", (), {}),
            (403, "PUT", "review_due", (), {"due_on": "2031-01-01"}),
        ):
            found = self.ask("content_owner", method, name, [review.pk, *more], told)
            assert found[0] == status, (name, told, found)
        minute = self.ask("leader", "GET", "review_minute", [review.pk])[1]
        assert (minute["conclusion"], minute["open"], minute["may_change"]) == ("It holds.", False, False)
        assert [one["person"]["name"] for one in minute["reviewers"]] == ["Author Person"]
        assert self.ask("leader", "PUT", "review_close", [world.item.pk], {})[0] == 404, "no review"

    def test_t34_a_minute_tells_each_reader_of_what_they_read(self):
        world = self.world
        vault = SpaceFactory(platform=world.platform, visibility=Visibility.PRIVATE)
        give(world.members["leader"], vault, "leader")
        review = self._review(world.part, ItemFactory(space=vault, title="Zqsecret"))
        minute = self.ask("external", "GET", "review_minute", [review.pk])[1]
        assert (len(minute["items"]), minute["others"], "Zqsecret" in str(minute)) == (1, True, False)
        assert len(self.ask("leader", "GET", "review_minute", [review.pk])[1]["items"]) == 2
        theirs = self._review(of=world.rival)
        minute = self.ask("restricted", "GET", "review_minute", [theirs.pk])[1]
        assert [one["person"] for one in minute["reviewers"]] == [
            {"id": None, "name": "Somebody of another organization"}
        ]

    def test_threads_are_begun_answered_closed_and_reacted_to(self):
        item = self.world.item.pk
        status, made = self.ask("reader", "POST", "thread_begin", [item], {"text": "Look", "file": "bracket.stl"})
        assert (status, made["file"], made["by"]["name"]) == (201, "bracket.stl", "Reader Person")
        pk = made["id"]
        assert self.ask("author", "POST", "comment_answer", [pk], {"text": "I do"})[0] == 201
        for _ in range(3):
            found = self.ask("leader", "POST", "comment_react", [pk], {"sign": "agree"})[1]
        assert [(one["sign"], one["by"][0]["name"]) for one in found["reactions"]] == [("agree", "Leader Person")]
        assert self.ask("reader", "PATCH", "comment_edit", [pk], {"text": "Look here"})[1]["edited_at"]
        said = self.ask("external", "GET", "comment_detail", [pk])[1]
        assert (said["text"], [one["text"] for one in said["earlier"]]) == ("Look here", ["Look"])
        found = self.ask("reader", "GET", "comment_people", [item], query="?q=le")[1]
        assert found == [{"id": self.id_of("leader"), "name": "Leader Person"}]
        assert self.ask("reader", "GET", "comment_people", [item], query="?q=l")[0] == 422
        assert self.ask("author", "PUT", "comment_resolve", [pk])[1]["resolved_by"]["name"] == "Author Person"
        assert self.ask("author", "POST", "comment_answer", [pk], {"text": "Late"})[0] == 409
        threads = self.ask("leader", "GET", "thread_list", [item])[1]["threads"]
        assert [(one["text"], [two["text"] for two in one["answers"]]) for one in threads] == [
            ("Is the radius right?", []),
            ("Look here", ["I do"]),
        ]
        assert self.ask("author", "DELETE", "comment_reopen", [pk])[1]["resolved_at"] is None
        assert self.ask("owner", "DELETE", "comment_delete", [pk], query="?reason=Wrong+item")[1]["deleted"] is True
        assert self.ask("leader", "GET", "comment_detail", [pk])[0] == 404, "it was taken back"
        found = self.ask("leader", "GET", "thread_list", [item], query="?page=2&size=1")[1]
        assert (found["threads"][0]["text"], found["next"]) == ("", None)
        assert [one["name"] for one in threads[0]["attachments"]] == ["notes.txt"]

    def test_a_discussion_takes_nothing_that_its_page_does_not_take(self):
        world, item = self.world, self.world.item.pk
        answer = Comment.objects.create(
            item=world.item, parent=world.comment, author=world.users["author"], text="Yes", created_at=timezone.now()
        )
        for status, name, args, told in (
            (422, "thread_begin", [item], {"text": " "}),
            (422, "thread_begin", [item], {"text": "x" * 5000}),
            (422, "thread_begin", [item], {"text": "a\x00b"}),
            (404, "thread_begin", [item], {"text": "Look", "file": "nothing.stl"}),
            (404, "comment_answer", [answer.pk], {"text": "Look"}),
            (422, "comment_react", [answer.pk], {"sign": "heart"}),
            (422, "markup_make", [item, "bracket.stl"], {"text": "Look", "view": {}}),
            (422, "markup_make", [item, "bracket.stl"], {"text": "Look", "view": {"points": [[2, 0]]}}),
            (422, "markup_make", [item, "bracket.stl"], {"text": "Look", "view": VIEW, "kind": "circle"}),
            (404, "markup_make", [item, "other.stl"], {"text": "Look", "view": VIEW}),
            (422, "markup_make", [item, "bracket.stl"], {"text": "Look", "view": VIEW, "snapshot": "no base64!"}),
            (422, "markup_make", [item, "bracket.stl"], {"text": "Look", "view": VIEW, "snapshot": "bm8gUE5H"}),
        ):
            with undone():
                assert self.ask("author", "POST", name, args, told)[0] == status, told

    def test_files_come_with_a_comment_and_are_taken_away_as_on_the_page(self):
        world, item, kept = self.world, self.world.item.pk, set(keys(storage()))
        said = {"text": "Look", "file": "bracket.stl", "files": [FILE("look.txt", b"seen"), FILE("b.bin", b"more")]}
        key = {"Idempotency-Key": "with files"}
        first = self.ask("reader", "POST", "thread_attach", [item], said, **key)
        assert (first[0], first[1]["file"]) == (201, "bracket.stl")
        assert [(one["name"], one["size"], one["media_type"]) for one in first[1]["attachments"]] == [
            ("look.txt", 4, "text/plain"),
            ("b.bin", 4, "application/octet-stream"),
        ]
        entry, bytes_now = AuditEvent.objects.latest("pk"), set(keys(storage()))
        assert (entry.verb, len(entry.after["attached"]), len(bytes_now - kept)) == ("comment_made", 2, 2)
        said["files"] = [FILE("look.txt", b"seen"), FILE("b.bin", b"more")]
        assert self.ask("reader", "POST", "thread_attach", [item], said, **key) == first
        said["files"] = [FILE("look.txt", b"seen"), FILE("b.bin", b"else")]
        assert self.ask("reader", "POST", "thread_attach", [item], said, **key)[0] == 422, "another request"
        answer = {"text": "So", "files": [FILE("a.txt", b"a")]}
        for status, visitor, change, field in (
            (422, "reader", {"files": []}, "files"),
            (422, "reader", {"files": [FILE(f"{number}.txt", b"a") for number in range(6)]}, "files"),
            (422, "reader", {"files": [FILE("a.txt", b"a"), FILE("b.txt", b"")]}, "files"),
            (422, "reader", {"text": " "}, "text"),
            (422, "reader", {"text": "x" * 4001}, "text"),
            (422, "reader", {"attachments": [FILE("a.txt", b"a")]}, "attachments"),
            (422, "reader", {"file": "bracket.stl"}, "file"),
            (404, "restricted", {}, None),
        ):
            told = answer | change
            found = self.ask(visitor, "POST", "answer_attach", [world.comment.pk], told)
            assert (found[0], list(found[1]["fields"])) == (status, [field] if field else []), change
        assert self.ask("reader", "POST", "thread_attach", [item], answer | {"file": "other.stl"})[0] == 404
        url = reverse("api:thread_attach", args=["acme", item])
        program = self.world.program("reader")
        headers = program.headers | {"Content-Type": MULTIPART_CONTENT}
        assert program.browser.generic("POST", url, b"--broken", MULTIPART_CONTENT, headers=headers).status_code == 422
        assert set(keys(storage())) == bytes_now, "what is refused leaves no bytes"
        (text, _more) = Attachment.objects.filter(comment=first[1]["id"])
        by_page = world.client("reader").get(reverse("content:attachment_download", args=["acme", text.pk]))
        by_token = program.ask("GET", reverse("api:attachment_get", args=["acme", text.pk]))
        assert body(by_page) == by_token.shown == b"seen"
        left_out = {"X-Request-Id", "Vary", "Set-Cookie", "Content-Language"}
        same = [{name: one for name, one in got.items() if name not in left_out} for got in (by_page, by_token)]
        assert same[0] == same[1]
        said["files"] = [FILE("look.txt", b"seen"), FILE("b.bin", b"more")]
        with undone():
            self.ask("reader", "DELETE", "comment_delete", [first[1]["id"]])
            assert self.ask("reader", "POST", "thread_attach", [item], said, **key)[0] == 404, "it was taken back"
        taken = AuditEvent.objects.filter(verb="attachment_taken").order_by("-pk")[:2]
        assert {(one.actor, one.subject_id, one.after["sha256"]) for one in taken} == {
            (world.users["reader"], taken[0].subject_id, text.sha256)
        }

    def test_threads_are_taken_away_and_brought_as_bcf_with_the_limits_of_the_pages(self):
        world, place = self.world, [self.world.item.pk, "bracket.stl"]
        threads, before = world.sent["bcf_bring"], AuditEvent.objects.count()
        (coming,) = self.ask("author", "POST", "bcf_preview", place, threads)[1]
        assert (coming["title"], coming["new"], coming["files"]) == ("Is the radius right?", True, 1)
        assert (AuditEvent.objects.count(), Comment.objects.count()) == (before, 1), "it is only looked at"
        kept, key = set(keys(storage())), {"Idempotency-Key": "threads"}
        first = self.ask("author", "POST", "bcf_bring", place, threads, **key)
        assert (first[0], first[1]["threads"], first[1]["comments"]) == (201, 1, 0)
        brought = Comment.objects.latest("pk")
        assert [(one["title"], one["comment"]) for one in first[1]["topics"]] == [(coming["title"], brought.pk)]
        entry = AuditEvent.objects.latest("pk")
        assert (entry.verb, entry.after["threads"], entry.actor) == ("bcf_imported", 1, world.users["author"])
        now = set(keys(storage()))
        assert len(now - kept) == brought.attachments.count() == 1
        assert self.ask("author", "POST", "bcf_bring", place, threads, **key) == first
        for status, at, content in (
            (409, place, threads),
            (422, place, b"no zip"),
            (422, place, b""),
            (422, place, zipped(version='<Version VersionId="1.0"/>').read()),
            (404, [place[0], "other.stl"], threads),
        ):
            assert self.ask("author", "POST", "bcf_bring", at, content)[0] == status
        with mock.patch.object(importing, "LARGEST", 10):
            assert self.ask("author", "POST", "bcf_preview", place, threads)[1]["fields"].keys() == {"file"}
        assert set(keys(storage())) == now, "what is refused leaves no bytes"
        assert [one["new"] for one in self.ask("author", "POST", "bcf_preview", place, threads)[1]] == [False]
        url, program = reverse("api:bcf_export", args=["acme", place[0]]), world.program("reader")
        taken = program.ask("GET", f"{url}?version=3.0")
        archive = read(BytesIO(taken.shown))
        assert (archive.version, len(archive.topics), taken["Content-Disposition"].endswith('.bcf"')) == (
            "3.0",
            2,
            True,
        )
        page = world.client("reader").post(reverse("content:bcf_export", args=["acme", place[0]]), {"version": "3.0"})
        same = ("Content-Type", "Content-Disposition", "Content-Security-Policy", "Cache-Control")
        assert body(page) and [page[name] for name in same] == [taken[name] for name in same]
        assert program.ask("GET", f"{url}?version=1.0").status_code == 422

    def test_t72_who_reads_from_outside_takes_no_part_and_loses_kept_answers(self):
        world, item = self.world, self.world.item.pk
        said, key = {"text": "Look"}, {"Idempotency-Key": "look"}
        assert self.ask("reader", "POST", "thread_begin", [item], said, **key)[0] == 201
        type(world.space).objects.filter(pk=world.space.pk).update(visibility=Visibility.PUBLIC)
        Credential.objects.filter(user=world.users["reader"]).delete()
        give(world.members["reader"], world.empty, "reader")
        assert self.ask("reader", "GET", "item_detail", [item])[0] == 200
        assert self.ask("reader", "GET", "thread_list", [item])[0] == 403
        assert self.ask("reader", "GET", "markup_list", [item, "bracket.stl"])[0] == 403
        assert self.ask("reader", "GET", "bcf_export", [item])[0] == 403
        assert self.ask("reader", "GET", "attachment_get", [world.attachment.pk])[0] == 404
        assert self.ask("reader", "POST", "thread_begin", [item], said, **key)[0] == 403
        assert self.ask("reader", "PUT", "comment_resolve", [world.comment.pk])[0] == 404

    def test_t73_a_kept_answer_tells_no_words_that_were_taken_back(self):
        world, place = self.world, [self.world.item.pk, "bracket.stl"]
        begun = self.ask("author", "POST", "thread_begin", [world.item.pk], {"text": "Zqslip"})[1]["id"]
        pinned = self.ask("author", "POST", "markup_make", place, {"text": "Zqslip", "view": VIEW}, **{KEY: "pin"})[1]
        acts = [
            ("reader", "POST", "comment_react", [begun], {"sign": "done"}),
            ("reader", "PUT", "comment_resolve", [begun], None),
            ("author", "PATCH", "comment_edit", [begun], {"text": "Zqslip again"}),
            ("author", "DELETE", "comment_delete", [begun], None),
            ("author", "DELETE", "comment_delete", [pinned["comment"]], None),
        ]
        first = [self.ask(*act, **{KEY: f"{place}"}) for place, act in enumerate(acts)]
        again = [self.ask(*act, **{KEY: f"{place}"}) for place, act in enumerate(acts)]
        assert [status for status, _said in first] == [200] * 5
        assert [status for status, _said in again] == [404] * 3 + [200] * 2
        assert "Zqslip" not in str(again)
        assert (
            self.ask("author", "POST", "markup_make", place, {"text": "Zqslip", "view": VIEW}, **{KEY: "pin"})[0] == 404
        )

    def test_markups_are_made_listed_and_carried(self):
        world, place = self.world, [self.world.item.pk, "bracket.stl"]
        status, made = self.ask("author", "POST", "markup_make", place, {"text": "Here", "view": VIEW})
        assert (status, made["kind"], made["view"]["points"], made["open"]) == (201, "pin", [[0.25, 0.75]], True)
        pictured = self.ask("author", "POST", "markup_make", place, {"text": "So", "view": VIEW, "snapshot": DOT})
        attached = Attachment.objects.get(comment=pictured[1]["comment"])
        assert (pictured[0], attached.name, attached.media_type) == (201, "snapshot.png", "image/png")
        Comment.objects.get(pk=attached.comment_id).delete()
        facts = {"number": 0, "key": "of before", "size": 1, "sha256": "0" * 64, "created_by": world.users["author"]}
        older = FileVersion.objects.create(file=world.version.file, **facts)
        Markup.objects.filter(pk=world.markup.pk).update(version=older)
        found = self.ask("author", "GET", "markup_list", place)[1]
        assert ([one["id"] for one in found["markups"]], found["earlier"]) == ([made["id"]], 1)
        assert len(self.ask("author", "GET", "markup_list", place, query="?version=0")[1]["markups"]) == 1
        (waiting,) = self.ask("author", "GET", "markup_earlier", place)[1]
        assert (waiting["id"], waiting["found"]) == (world.markup.pk, "moved")
        carry = [*place, world.markup.pk]
        assert self.ask("author", "POST", "markup_carry", carry, {"found": "gone"})[0] == 412
        assert self.ask("author", "POST", "markup_carry", carry, {"found": "moved"})[1]["found"] == "moved"
        assert self.ask("author", "POST", "markup_carry", carry, {"found": "moved"})[0] == 409
        assert self.ask("author", "GET", "markup_list", place)[1]["earlier"] == 0
