"""Markups: who makes one, what shapes are kept, that each starts a thread, and that what is typed stays text."""

import io
import json
import struct
from functools import partial
from unittest.mock import patch

import pytest
from django.core.files.base import ContentFile
from django.test import TestCase
from django.urls import reverse
from PIL import Image, ImageDraw, ImageFont

from content import blobs, comments
from content.files import Arrival, add_version
from content.items import revise_item
from content.markups import carrying, listing, making, shapes
from content.models import Attachment, Comment, Conversion, Item, Markup, Rendition
from content.viewing import limits
from spaces.models import Visibility
from tenants import access
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.models import AuditEvent
from tests.content.test_comments import HOSTILE
from tests.content.test_races import World
from tests.factories import (
    ItemFactory,
    OrganizationFactory,
    PlatformFactory,
    SpaceFactory,
    actor_of,
    give,
    share,
    worker,
)
from tests.races import at_once, rounds

CAMERA = {"position": [1, -2, 3], "direction": [0, 1, 0], "up": [0, 0, 1], "scale": 0.5}
MODEL = {"camera": CAMERA, "part": "plate/bolt#2", "point": [0.1, 0, 0.2], "exceptions": ["plate/washer"]}
MODEL["sections"] = [{"point": [0, 0, 0.1], "normal": [0, 0, 1]}]
SHEET = {"page": 1, "points": [[0.25, 0.5]]}


def picture(size=(8, 8), kind="PNG"):
    """Return a small picture as bytes."""
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, kind)
    return out.getvalue()


def changed(view, **more):
    """Return a view as JSON with some of it otherwise."""
    return json.dumps({**view, **more})


class Marked(TestCase):
    """People of every kind around one bracket with one file."""

    @classmethod
    def setUpTestData(cls):
        cls.platform = PlatformFactory()
        cls.space = SpaceFactory(platform=cls.platform, visibility=Visibility.PUBLIC)
        cls.elsewhere = SpaceFactory(platform=cls.platform)
        cls.supplier = OrganizationFactory(platform=cls.platform)
        cls.people = {}
        for name, responsibility in (
            ("reader", "reader"),
            ("contributor", "contributor"),
            ("author", "author"),
            ("owner", "owner"),
            ("public", "public_reader"),
        ):
            cls.people[name] = worker(cls.platform, user__name=f"{name.title()} Person")
            give(cls.people[name], cls.space, responsibility)
        cls.people["outside"] = worker(cls.platform)
        give(cls.people["outside"], cls.elsewhere, "leader")
        cls.people["recipient"] = worker(cls.platform)
        cls.people["administrator"] = worker(cls.platform, "administrator")
        cls.people["stranger"] = worker(PlatformFactory())
        cls.item = ItemFactory(space=cls.space, owner=cls.people["author"].user, title="Bracket")
        share(cls.item, cls.people["recipient"])
        arrival = Arrival(file=ContentFile(b"solid", name="bracket.stl"))
        cls.version = add_version(actor=actor_of(cls.people["author"]), item=cls.item, arrival=arrival)

    def actor(self, name):
        return actor_of(self.people[name])

    def pin(self, name="contributor", text="Radius?", kind="pin", view=None, snapshot=b""):
        mark = making.Mark(kind, changed(view or MODEL), snapshot)
        return making.make(actor=self.actor(name), version=self.version, mark=mark, text=text)

    def address(self):
        return reverse("content:markups", args=[self.platform.slug, self.version.pk])


class TestMarkups(Marked):
    """Who makes markups, what they are, and what is kept of them."""

    def test_who_marks_up_is_who_could_make_evaluation_content_there_and_talks(self):
        may = {name: bool(access.can(self.actor(name), "markup", self.item)) for name in self.people}
        assert may == {name: name in {"contributor", "author"} for name in self.people}
        before = (Comment.objects.count(), AuditEvent.objects.count())
        for name in self.people.keys() - {"contributor", "author", "stranger"}:
            with pytest.raises(AccessDenied):
                self.pin(name)
        with pytest.raises(NotVisible):
            self.pin("stranger")
        assert (Comment.objects.count(), AuditEvent.objects.count()) == before

    def test_only_who_takes_part_in_the_discussion_sees_any(self):
        self.pin()
        seen = {"reader", "contributor", "author", "owner", "recipient", "administrator"}
        for name, member in self.people.items():
            self.client.force_login(member.user)
            answer = self.client.get(self.address())
            assert answer.status_code == (200 if name in seen else 404 if name == "stranger" else 403), name
            assert (b"Radius?" in answer.content) == (name in seen), name

    def test_a_markup_starts_a_thread_of_its_file_with_one_entry_and_is_found_there(self):
        before = AuditEvent.objects.count()
        markup = self.pin(snapshot=picture())
        told = AuditEvent.objects.order_by("-pk")[0]
        assert (AuditEvent.objects.count() - before, told.verb) == (1, "markup_made")
        assert (told.after["markup"], told.after["version"]) == ("pin", 1)
        comment = markup.comment
        assert (comment.parent, comment.file, comment.text) == (None, self.version.file, "Radius?")
        assert (markup.view["camera"]["scale"], markup.view["visible"], markup.view["part"]) == (
            0.5,
            True,
            "plate/bolt#2",
        )
        assert markup.snapshot == Attachment.objects.get(comment=comment)
        assert markup.snapshot.media_type == "image/png"
        self.client.force_login(self.people["reader"].user)
        page = self.client.get(reverse("content:item_discussion", args=[self.platform.slug, self.item.pk])).content
        there = reverse("content:file_view", args=[self.platform.slug, self.version.pk])
        assert f"{there}?markup={markup.pk}".encode() in page
        (row,) = self.client.get(self.address()).json()["markups"]
        assert (row["by"], row["open"], row["view"]["point"]) == ("Contributor Person", True, [0.1, 0.0, 0.2])

    def test_what_is_taken_back_is_listed_no_more_and_what_is_closed_comes_last(self):
        first, second, third = (self.pin(text=text) for text in ("one", "two", "three"))
        comments.resolve(actor=self.actor("reader"), comment=first.comment, on=True)
        comments.delete(actor=self.actor("contributor"), comment=second.comment)
        told = listing.told(self.actor("reader"), self.version)
        assert [(row["text"], row["open"]) for row in told] == [("three", True), ("one", False)]
        assert third.pk == told[0]["id"]

    def test_shapes_are_kept_as_they_are_and_nothing_else_is(self):
        line = [[0.1, 0.1], [0.2, 0.4]]
        good = [
            ("pin", MODEL),
            ("pin", {**MODEL, "exploded": 0.4}),
            ("pin", SHEET),
            ("arrow", {**SHEET, "points": line}),
            ("freehand", {"points": line}),
        ]
        good += [("rectangle", {"page": 7, "points": line}), ("text", {**SHEET, "words": "H9"})]
        good += [("dimension", {"camera": CAMERA, "points": [[0, 0, 0], [0, 0, 1]], "words": "1 m"})]
        for kind, view in good:
            kept = shapes.settle(kind, changed(view))
            assert kept == shapes.settle(kind, json.dumps(kept)), kind
        deep = "[" * 5000
        for kind, view in (
            ("circle", changed(SHEET)),
            ("arrow", changed(MODEL)),
            ("dimension", changed(SHEET)),
            ("dimension", changed(MODEL)),
            ("pin", changed(SHEET, points=line)),
            ("pin", changed(SHEET, points=[])),
            ("pin", changed(SHEET, points=[[0.5]])),
            ("pin", changed(SHEET, points=[[1.01, 0]])),
            ("pin", changed(SHEET, points=[[float("nan"), 0]])),
            ("pin", changed(SHEET, page=0)),
            ("pin", changed(SHEET, more=1)),
            ("freehand", changed(SHEET, points=line * 251)),
            ("text", changed(SHEET, words=" ")),
            ("text", changed(SHEET, words="x" * 201)),
            ("text", changed(SHEET, words="\0")),
            ("pin", changed(MODEL, point=[float("inf"), 0, 0])),
            ("pin", changed(MODEL, point=[1e10, 0, 0])),
            ("pin", changed(MODEL, part="x" * 1001)),
            ("pin", changed(MODEL, exceptions=["a"] * 2001)),
            ("pin", changed(MODEL, sections=MODEL["sections"] * 7)),
            ("pin", changed(MODEL, sections=[{"point": [0, 0, 0], "normal": [0, 0, 0]}])),
            ("pin", changed(MODEL, exploded=1.5)),
            ("pin", changed(MODEL, camera={**CAMERA, "fov": 30})),
            ("pin", changed(MODEL, camera={**CAMERA, "up": [0, 0, 0]})),
            ("pin", changed(MODEL, camera={**CAMERA, "src": "x"})),
            ("pin", changed(MODEL, camera=None)),
            ("pin", changed(MODEL, pictures=[])),  # what only another tool draws names attachments
            ("pin", changed(MODEL, lines=[[[0, 0, 0], [1, 1, 1]]])),
            ("pin", f'{{"camera": {deep}'),
            ("pin", "x" * 200_001),
            ("pin", "nothing"),
        ):
            with pytest.raises(Unacceptable):
                shapes.settle(kind, view)

    def test_t68_a_picture_is_a_small_whole_png_or_nothing_is_kept(self):
        before = (Comment.objects.count(), Attachment.objects.count())
        for wrong in (
            b"<svg onload='x()'/>",
            picture(kind="GIF"),
            picture()[:45],
            picture(size=(5000, 2)),
            picture() + b"x" * 1_000_001,
        ):
            with pytest.raises(Unacceptable):
                self.pin(snapshot=wrong)
        assert (Comment.objects.count(), Attachment.objects.count()) == before

    def test_t68_hostile_words_stay_words(self):
        self.client.force_login(self.people["contributor"].user)
        for number, words in enumerate(HOSTILE):
            sent = {"text": words[:4000], "kind": "text", "view": changed(SHEET, words=words[:200])}
            answer = self.client.post(self.address(), sent)
            assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json"), words[:40]
            assert len(answer.json()["markups"]) == number + 1
        page = self.client.get(reverse("content:item_discussion", args=[self.platform.slug, self.item.pk])).content
        assert b"<script>x()" not in page
        assert b"onerror=x()>" not in page

    def test_what_is_wrong_is_said_and_nothing_is_stored(self):
        self.client.force_login(self.people["contributor"].user)
        for sent in (
            {},
            {"text": " ", "kind": "pin", "view": changed(SHEET)},
            {"text": "x", "kind": "pin", "view": "{}"},
            {"text": "x" * 4001, "kind": "pin", "view": changed(SHEET)},
            {"text": "x", "kind": "pin", "view": changed(SHEET, points=["<b>"])},
        ):
            answer = self.client.post(self.address(), sent)
            assert (answer.status_code, bool(answer.json()["said"])) == (422, True)
            assert "<b>" not in answer.json()["said"]
        assert not Markup.objects.exists()
        self.client.force_login(self.people["reader"].user)
        assert self.client.post(self.address(), {"text": "x", "kind": "pin", "view": changed(SHEET)}).status_code == 403


def glb(**placed):
    """Return the head of a model: name -> (lengths, where it stands) of each part below one root."""
    nodes = [{"name": "plate", "children": list(range(1, len(placed) + 1))}]
    nodes += [{"name": name, "mesh": at, "translation": where} for at, (name, (_, where)) in enumerate(placed.items())]
    accessors = [{"min": [0, 0, 0], "max": size, "count": 24} for size, _ in placed.values()]
    meshes = [{"primitives": [{"attributes": {"POSITION": at}}]} for at in range(len(placed))]
    document = {"scenes": [{"nodes": [0]}], "nodes": nodes, "meshes": meshes, "accessors": accessors}
    head = json.dumps(document).encode()
    return b"glTF" + bytes(8) + struct.pack("<I", len(head)) + b"JSON" + head


def made_visible(version, **made):
    """Keep what a converter would have made of a version: name of the rendition -> bytes."""
    Conversion.objects.get_or_create(key=version.key, defaults={"suffix": ".stl"})
    conversion = Conversion.objects.get(key=version.key)
    Conversion.objects.filter(pk=conversion.pk).update(state="done", facts={"pages": 1})
    for name, content in made.items():
        key = blobs.shown().save(blobs.new_key(), ContentFile(content))
        known = {"name": name.replace("__", "-").replace("_", "."), "key": key, "size": len(content)}
        Rendition.objects.create(conversion=conversion, **known)


class TestCarrying(Marked):
    """What becomes of markups in the next version and the next revision."""

    LONG, THICK = [0.1, 0.01, 0.01], [0.1, 0.02, 0.01]

    def stored(self, item, content, **made):
        arrival = Arrival(file=ContentFile(content, name="bracket.stl"))
        version = add_version(actor=self.actor("author"), item=item, arrival=arrival)
        made_visible(version, **made)
        return version

    def part(self, name, text):
        return self.pin(text=text, view={**MODEL, "part": f"plate/{name}"})

    def carried(self, name, version, markup, found):
        carrying.carry(actor=self.actor(name), version=version, pk=markup.pk, found=found)

    def judged(self, version, name="author"):
        return {row.markup.comment.text: row.verdict.found for row in carrying.earlier(self.actor(name), version)}

    def draw(self, markup):
        """Let another tool have drawn a line and put a picture where a markup is."""
        picture = {"attachment": 1, "location": [0, 1, 0], "normal": [0, 0, 1], "up": [0, 1, 0], "height": 1}
        markup.view |= {"lines": [[[0, 0, 0], [1, 0, 0]]], "pictures": [picture]}
        markup.save()

    def test_each_is_judged_by_its_part_and_place_and_carried_once(self):
        before = {"a": (self.LONG, [0, 0, 0]), "b": (self.LONG, [0, 0, 1]), "c": (self.THICK, [1, 0, 0])}
        made_visible(self.version, view_glb=glb(**before, d=([1, 1, 1], [0, 0, 0]), e=([2, 1, 1], [0, 0, 0])))
        marks = {name: self.part(name, name) for name in "abcde"}
        self.draw(marks["b"])
        after = {"a": (self.LONG, [0, 0, 0]), "b": (self.LONG, [0, 0, 3]), "renamed": (self.THICK, [1, 0, 0])}
        later = self.stored(self.item, b"later", view_glb=glb(**after, e=([2, 1, 4], [0, 0, 0])))
        found = {"a": "still", "b": "moved", "c": "moved", "d": "gone", "e": "moved"}
        assert self.judged(later) == found
        assert self.judged(self.version) == {}
        for name in "reader", "recipient", "owner":
            with pytest.raises(AccessDenied):
                self.carried(name, later, marks["a"], "still")
        with pytest.raises(Conflict):
            self.carried("author", later, marks["a"], "gone")
        entries = AuditEvent.objects.count()
        for name, verdict in found.items():
            self.carried("author", later, marks[name], verdict)
        assert AuditEvent.objects.count() - entries == 5
        with pytest.raises(Conflict):
            self.carried("author", later, marks["a"], "still")
        assert self.judged(later) == {}
        told = {row["text"]: row for row in listing.told(self.actor("reader"), later)}
        assert told["b"]["view"]["point"] == pytest.approx([0.1, 0, 2.2])
        assert told["b"]["view"]["camera"]["position"] == pytest.approx([1, -2, 5])
        assert told["b"]["view"]["lines"] == [[[0, 0, 2], [1, 0, 2]]]
        assert told["b"]["view"]["pictures"][0]["location"] == [0, 1, 2]
        assert told["c"]["view"]["part"] == "plate/renamed"
        assert {text: row["open"] for text, row in told.items()} == {**dict.fromkeys("abce", True), "d": False}

    def test_the_next_revision_takes_open_ones_over_and_leaves_the_threads_of_the_one_before(self):
        closed, first = self.pin(text="closed"), self.pin(text="open")
        self.draw(first)
        comments.resolve(actor=self.actor("reader"), comment=closed.comment, on=True)
        Item.objects.filter(pk=self.item.pk).update(maturity="frozen")
        new = revise_item(actor=self.actor("author"), item=self.item)
        version = new.files.get().versions.get()
        self.client.force_login(self.people["author"].user)
        page = reverse("content:markup_earlier", args=[self.platform.slug, version.pk])
        assert b"Still there" in self.client.get(page).content
        sent = reverse("content:markup_carry", args=[self.platform.slug, version.pk, first.pk])
        assert self.client.post(sent, {"found": "still"}).status_code == 302
        assert self.client.post(sent, {"found": "still"}).status_code == 409
        assert b"Nothing waits" in self.client.get(page).content
        carried = Markup.objects.get(carried_from=first)
        assert (carried.comment.item, carried.comment.author) == (new, first.comment.author)
        assert (carried.version, carried.carried_by, carried.found) == (version, self.people["author"].user, "still")
        assert carried.view["lines"] and carried.view["pictures"] == []  # an attachment stays with what was said there
        assert not Comment.objects.get(pk=first.comment.pk).resolved_at
        Item.objects.filter(pk=self.item.pk).update(maturity="private")  # its discussion is its content owner's
        comments.resolve(actor=self.actor("author"), comment=closed.comment, on=False)
        assert self.judged(version) == {"closed": "still"}
        assert self.judged(version, "contributor") == {}
        with pytest.raises(NotVisible):
            self.carried("contributor", version, closed, "still")

    def test_what_nobody_carried_to_a_revision_waits_for_the_one_after_it(self):
        left, taken = self.pin(text="left"), self.pin(text="taken")
        Item.objects.filter(pk=self.item.pk).update(maturity="frozen")
        second = revise_item(actor=self.actor("author"), item=self.item)
        self.carried("author", second.files.get().versions.get(), taken, "still")
        Item.objects.filter(pk=second.pk).update(maturity="frozen")
        version = revise_item(actor=self.actor("author"), item=second).files.get().versions.get()
        assert self.judged(version) == {"left": "still", "taken": "still"}
        self.carried("author", version, left, "still")
        assert self.judged(version) == {"taken": "still"}
        assert Markup.objects.get(carried_from=left).version == version

    def test_on_pages_it_is_the_page_that_is_compared(self):
        made_visible(self.version, page__0001_webp=b"one", page__0002_webp=b"two")
        for page in (1, 2, 3):
            self.pin(text=str(page), view={**SHEET, "page": page})
        later = self.stored(self.item, b"later", page__0001_webp=b"one", page__0002_webp=b"2wo")
        Conversion.objects.filter(key=later.key).update(facts={"pages": 2})
        assert self.judged(later) == {"1": "still", "2": "moved", "3": "gone"}

    def found(self, version):
        rows = carrying.earlier(self.actor("author"), version)
        return {row.markup.comment.text: (row.verdict.found, *row.verdict.view["points"][0]) for row in rows}

    def test_on_a_page_that_changed_it_is_what_surrounds_a_mark(self):
        def sheet(*signs):
            image = Image.new("RGB", (1000, 700), "white")
            for sign, x, y in signs:
                pen = ImageDraw.Draw(image)
                pen.text((x - 20, y - 12), sign, "black", ImageFont.load_default(28))
                shape = pen.ellipse if sign == "B1" else pen.rectangle
                shape((x - 40, y - 30, x + 40, y + 30), outline="black", width=3)
            out = io.BytesIO()
            image.save(out, "WEBP", quality=88)
            return out.getvalue()

        places = {"H7": (150, 150), "R5": (500, 150), "B1": (150, 500)}
        made_visible(self.version, page__0001_webp=sheet(*((sign, *at) for sign, at in places.items())))
        for sign, (x, y) in {**places, "bare": (850, 500)}.items():
            self.pin(text=sign, view={**SHEET, "points": [[x / 1000, y / 700]]})
        words = sheet(("H7", 150, 150), ("R5", 620, 230), ("Q9 L4", 700, 600))
        later = self.stored(self.item, b"later", page__0001_webp=words)
        found = self.found(later)
        assert {sign: what for sign, (what, *_at) in found.items()} == {
            "H7": "still",
            "R5": "moved",
            "B1": "gone",
            "bare": "still",
        }
        assert found["R5"][1:] == pytest.approx((0.62, 230 / 700), abs=0.004)
        with patch.object(limits, "run", side_effect=AssertionError):  # nobody makes the server look twice
            assert self.found(later) == found
        mark = Markup.objects.get(comment__text="R5")
        self.carried("author", later, mark, "moved")
        mark.refresh_from_db()
        assert mark.view["points"][0] == pytest.approx([0.62, 230 / 700], abs=0.004)

    def test_on_a_drawing_that_grew_it_is_what_surrounds_a_mark_and_a_page_is_found_by_itself(self):
        def square(x, y, *more):
            corners = [(x, y), (x + 6, y), (x + 6, y + 4), (x, y + 9), *more, (x, y)]
            return {"color": "#000000", "path": [["L" if at else "M", *one] for at, one in enumerate(corners)]}

        def drawn(bounds, *strokes):
            return json.dumps({"bounds": bounds, "layers": [{"name": "0", "strokes": strokes}]}).encode()

        frame = square(0, 0, (100, 0), (100, 60), (0, 60))
        before = drawn([0, 0, 100, 60], frame, square(20, 20), square(70, 30, (74, 33)))
        made_visible(self.version, view_json=before)
        for text, at in {"kept": (0.2, 1 - 20 / 60), "pushed": (0.7, 1 - 30 / 60)}.items():
            self.pin(text=text, view={**SHEET, "points": [at]})
        after = drawn([0, 0, 200, 60], frame, square(20, 20), square(150, 30, (154, 33)))
        found = self.found(self.stored(self.item, b"later", view_json=after))
        assert found["kept"] == ("still", pytest.approx(0.1, abs=0.005), pytest.approx(1 - 20 / 60, abs=0.01))
        assert found["pushed"] == ("moved", pytest.approx(0.75, abs=0.005), pytest.approx(0.5, abs=0.01))
        Markup.objects.all().delete()
        paper = self.stored(self.item, b"paper", page__0001_webp=b"one", page__0002_webp=b"two")
        Markup.objects.create(comment=self.say(), version=paper, view={**SHEET, "page": 1, "points": [[0.5, 0.5]]})
        later = self.stored(self.item, b"more paper", page__0001_webp=b"new", page__0002_webp=b"one")
        Conversion.objects.filter(key=later.key).update(facts={"pages": 2})
        (row,) = carrying.earlier(self.actor("author"), later)
        assert (row.verdict.found, row.verdict.view["page"]) == ("moved", 2)

    def say(self):
        return comments.say(actor=self.actor("author"), item=self.item, remark=comments.Said("Here"))

    def test_what_nobody_can_compare_is_for_people_to_look_at(self):
        made_visible(self.version, view_glb=b"no model")
        self.part("a", "a")
        assert self.judged(self.stored(self.item, b"later", view_glb=b"glTF")) == {"a": "moved"}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_c18_two_who_carry_a_markup_at_once_carry_it_once():
    for _ in rounds(3):
        world = World()
        arrival = Arrival(file=ContentFile(b"solid", name="bracket.stl"))
        version = add_version(actor=world.first, item=world.item, arrival=arrival)
        mark = making.Mark("pin", changed(SHEET))
        markup = making.make(actor=world.first, version=version, mark=mark, text="Here")
        Item.objects.filter(pk=world.item.pk).update(maturity="frozen")
        new = revise_item(actor=world.first, item=world.item).files.get().versions.get()
        entries = AuditEvent.objects.count()
        acts = [partial(carrying.carry, actor=one, version=new, pk=markup.pk) for one in (world.first, world.second)]
        outcomes = at_once(*(partial(act, found="still") for act in acts))
        assert sorted(type(one).__name__ for one in outcomes.values()) == ["Conflict", "NoneType"]
        assert (Markup.objects.filter(version=new).count(), AuditEvent.objects.count() - entries) == (1, 1)
