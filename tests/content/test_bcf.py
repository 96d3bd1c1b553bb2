"""Threads to and from other tools: what is taken away, what a preview says, who wrote what, and what comes back."""

import base64
import io
import json
from functools import partial
from uuid import uuid4

import bcf_api_xml
import pytest
from django.core.files.base import ContentFile
from django.test import TestCase
from django.urls import reverse

from content import comments
from content.bcf import exporting, importing, places
from content.bcf.reading import read
from content.blobs import keys, storage
from content.comments import Said
from content.files import Arrival, add_version
from content.items import revise_item
from content.markups import carrying, listing, making
from content.models import Attachment, Brought, Comment, Conversion, Item, Markup
from tenants.errors import AccessDenied, Conflict, Unacceptable
from tenants.models import AuditEvent, Right, User
from tests.bcf_files import files_of, written, wrong, zipped
from tests.content.test_bcf_format import NEW_SAMPLE
from tests.content.test_races import World
from tests.factories import ItemFactory, OrganizationFactory, PlatformFactory, SpaceFactory, actor_of, give, worker
from tests.races import at_once, rounds

CAMERA = '{"position": [100, 0, 0], "direction": [-1, 0, 0], "up": [0, 0, 1], "fov": 50}'
SECTION = '{"point": [0, 0, 12], "normal": [0, 0, 1]}'
VIEW = f'{{"camera": {CAMERA}, "sections": [{SECTION}], "exceptions": ["0/2"], "part": "0/1"}}'
PICTURE = b"\x89PNG\r\n\x1a\n picture"
WHEN = "2026-01-02T03:04:05+00:00"
HINTS = ("spaces_visible", "space_boundaries_visible", "openings_visible")


def other_tool(content):
    """Return what an independent library reads of a BCF file."""
    found = bcf_api_xml.to_json(io.BytesIO(content))
    for view in (view for topic in found for view in topic["viewpoints"]):
        if "snapshot" in view:
            view["snapshot"] = view["snapshot"]["snapshot_data"].read()
    return found


class TestExchange(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.platform = PlatformFactory()
        cls.space = SpaceFactory(platform=cls.platform)
        cls.author = worker(cls.platform, user__name="Author Person")
        cls.reader = worker(cls.platform, user__name="Reader Person")
        give(cls.author, cls.space, "author")
        give(cls.reader, cls.space, "reader")
        supplier = OrganizationFactory(platform=cls.platform)
        cls.guest = worker(cls.platform, Right.EXTERNAL, company=supplier, user__name="Guest Person")
        give(cls.guest, cls.space, "author", restricted=True, organization=supplier)
        cls.item = ItemFactory(space=cls.space, owner=cls.author.user, title="Plate")
        cls.theirs = ItemFactory(space=cls.space, owner=cls.guest.user, organization=supplier, title="Bolt")
        cls.version = cls.file(cls.author, cls.item)

    @classmethod
    def file(cls, member, item):
        arrival = Arrival(file=ContentFile(b"solid", name="plate.stl"))
        version = add_version(actor=actor_of(member), item=item, arrival=arrival)
        facts = {"form": "mesh", "scale": 1, "unit": "mm"}
        Conversion.objects.filter(key=version.key).update(state="done", facts=facts)
        return version

    def threads(self):
        """Pin a remark, have it answered, and return what is taken away of it."""
        told = {"actor": actor_of(self.author), "version": self.version}
        pinned = making.make(**told, mark=making.Mark("pin", VIEW), text="Edge is sharp\nR0.5 here")
        answer = Said("Agreed", pinned.comment_id)
        comments.say(actor=actor_of(self.reader), item=self.item, remark=answer)
        return list(exporting.told(actor_of(self.author), self.item))

    def bring(self, topics, files=(), version="3.0", member=None):
        return self.bring_file(written(topics, dict(files), version), member)

    def bring_file(self, content, member=None):
        actor = actor_of(member or self.author)
        token = importing.keep(actor, self.version, ContentFile(content, name="a.bcf"))
        with importing.kept(actor, token) as (number, archive, sha256):
            assert number == self.version.pk
            return importing.bring(actor=actor, version=self.version, archive=archive, sha256=sha256)

    def taken(self, version, member=None):
        """Return the bytes of the BCF file that is taken away, which the published schemas allow."""
        with exporting.export(actor=actor_of(member or self.author), item=self.item, version=version) as file:
            content = file.read()
        assert wrong(content) == []
        return content

    def elsewhere(self, **more):
        """Return a topic of another tool, with a comment, a viewpoint and a picture."""
        (topic,) = self.threads()
        Comment.objects.all().delete()
        guid = str(uuid4())
        view = topic["viewpoints"][0] | {"guid": str(uuid4()), "snapshot": "look.png", "hints": {"SpacesVisible": True}}
        comment = topic["comments"][0] | {"guid": str(uuid4()), "author": "kim@else.example", "text": "See *this*"}
        told = {"guid": guid, "author": "Jo_*Doe* @Reader", "type": "Clash", "priority": "High", "labels": ["MEP"]}
        told |= {"assigned": "kim@else.example", "due": "2026-12-01T00:00:00Z", "stage": "S3", "title": "Pipe hits"}
        return topic | told | {"viewpoints": [view], "comments": [comment]} | more, {(guid, "look.png"): PICTURE}

    def test_a_thread_with_its_place_is_taken_away_in_metres(self):
        (topic,) = self.threads()
        assert (topic["title"], topic["status"], topic["author"]) == ("Edge is sharp", "Open", "Author Person")
        assert [one["text"] for one in topic["comments"]] == ["Agreed"]
        (view,) = topic["viewpoints"]
        assert view["camera"]["position"] == [0.1, 0, 0] and view["planes"][0]["location"] == [0, 0, 0.012]
        assert view["exceptions"][0]["tool"] == "0/2" and view["selection"][0]["tool"] == "0/1"
        again = read(io.BytesIO(written([topic], {}, "3.0"))).topics[0]
        assert again["viewpoints"][0]["camera"]["position"] == [0.1, 0, 0]

    def test_a_model_whose_y_is_up_is_turned_and_turned_back(self):
        frame = places.Frame(0.001, y_up=True)
        assert frame.out([1000, 2000, 3000]) == [1, -3, 2] and frame.point_out([0, 1, 0]) == [0, 0, 1]
        assert frame.into(frame.out([1000, 2000, 3000])) == pytest.approx([1000, 2000, 3000])
        view = json.loads(VIEW) | {"visible": False, "point": None, "points": []}
        assert places.looked(places.viewpoint("x", view, frame), frame)["camera"]["position"] == pytest.approx(
            [100, 0, 0]
        )

    def test_what_is_brought_is_said_by_who_brings_it_as_somebody_wrote(self):
        people = User.objects.count()
        topic, pictures = self.elsewhere()
        assert self.bring([topic], pictures.items()) == (1, 1)
        thread = Comment.objects.get(parent=None)
        assert thread.author == self.author.user and User.objects.count() == people
        assert thread.text.startswith("As Jo\\_\\*Doe\\* \\@Reader wrote on") and not thread.mentions.exists()
        assert "Clash · Open · High" in thread.text and thread.attachments.get().name == "look.png"
        assert thread.answers.get().text.startswith("As kim\\@else\\.example wrote")
        markup = Markup.objects.get(comment=thread)
        assert markup.view["camera"]["position"] == pytest.approx([100, 0, 0]) and markup.view["exceptions"] == ["0/2"]
        entry = AuditEvent.objects.filter(verb="bcf_imported").get()
        assert entry.after["threads"] == 1 and entry.object_type == "content.comment"
        self.client.force_login(self.reader.user)
        page = self.client.get(reverse("content:item_discussion", args=[self.platform.slug, self.item.pk])).content
        assert b"As Jo_*Doe* @Reader wrote on" in page and b"Pipe hits" in page

    def test_nothing_known_is_lost_on_the_way_through(self):
        topic, pictures = self.elsewhere(links=["https://else.example/1"], project={"id": "P-1", "name": "Plant"})
        for version in ("2.1", "3.0"):
            with self.subTest(version=version):
                self.bring([topic], pictures.items(), version)
                sent, found = (
                    read(io.BytesIO(one)) for one in (written([topic], pictures, version), self.taken(version))
                )
                assert found.topics == sent.topics and files_of(found) == pictures
                Comment.objects.all().delete()

    def view(self, **more):
        """Return another viewpoint of elsewhere."""
        topic, _pictures = self.elsewhere()
        return topic["viewpoints"][0] | {"guid": str(uuid4()), "snapshot": ""} | more

    def full(self):
        """Return a topic with all that a BCF file may hold beside it, as other tools write it, and its files."""
        topic, files = self.elsewhere()
        Brought.objects.all().delete()
        guid, none = topic["guid"], {"url": "", "path": "", "document": "", "name": "", "about": ""}
        bitmap = {"format": "JPG", "reference": "stamp.jpg", "location": [1, 2, 3], "normal": [0, 0, 1]}
        bitmap |= {"up": [0, 1, 0], "height": 2.5}
        wall = {"ifc": "0BTBFw6f90Nfh9rP1dlXr2", "system": "", "tool": ""}
        shown = self.view(bitmaps=[bitmap], visible=False, exceptions=[wall], selection=[wall], index=1)
        shown |= {"coloring": [{"color": "FF8000", "components": [wall]}], "lines": [[[0, 0, 0], [1, 1, 1]]]}
        parallel = {name: value for name, value in shown["camera"].items() if name not in ("fov", "focus")}
        empty = {"camera": None, "visible": None, "exceptions": [], "selection": [], "hints": {}, "planes": []}
        free = [self.view(camera=parallel | {"scale": 5}), self.view(), self.view() | empty]
        topic["viewpoints"] += [shown, *free]
        topic["comments"][0]["viewpoint"] = shown["guid"]
        document = str(uuid4())
        topic |= {
            "snippet": {"type": "JSON", "external": False, "reference": "wall.json", "schema": "https://a.example/s"},
            "documents": [
                none | {"guid": str(uuid4()), "document": document, "name": "Plan.pdf", "description": "The plan"},
                none | {"guid": str(uuid4()), "url": "https://a.example/x", "description": ""},
            ],
            "related": [str(uuid4())],
            "files": [
                {
                    "name": "site.ifc",
                    "date": "2026-01-02T03:04:05Z",
                    "reference": "../site.ifc",
                    "project": "0" * 22,
                    "element": "1" * 22,
                    "external": False,
                }
            ],
        }
        files |= {(guid, "stamp.jpg"): b"\xff\xd8\xff stamp", (guid, "wall.json"): b"{}", (guid, "../site.ifc"): b"ISO"}
        return topic, files | {(guid, document): b"%PDF-1.7 plan"}

    def drawn(self, view, stamp):
        """Hold what the second viewpoint of `full` draws into the model against what its markup keeps of it."""
        wall = "//0BTBFw6f90Nfh9rP1dlXr2"
        assert not view["visible"] and view["exceptions"] == view["chosen"] == [wall]
        assert view["colors"] == [{"color": "FF8000", "parts": [wall]}]
        assert view["lines"] == [[[0, 0, 0], [1000, 1000, 1000]]]
        (picture,) = view["pictures"]
        assert (picture["attachment"], picture["height"]) == (stamp.pk, 2500)
        assert (picture["location"], picture["normal"], picture["up"]) == ([1000, 2000, 3000], [0, 0, 1], [0, 1, 0])
        told = [one["view"].get("pictures") for one in listing.told(actor_of(self.reader), self.version)]
        here = reverse("content:attachment_download", args=[self.platform.slug, stamp.pk])
        assert [picture | {"address": here}] in told

    def test_what_is_drawn_past_the_bounds_or_nowhere_is_kept_and_the_rest_is_shown(self):
        frame, flat = places.Frame(0.001, y_up=True), {"location": [0, 0, 0], "direction": [0, 0, 0]}
        part = {"ifc": "", "system": "CAD", "tool": "Side/plate"}
        line = [[0.1, 0.2, 0.3], [0, 0, 1 / 3]]
        shown = self.view(planes=[flat], lines=[line, [line[0]] * 2] + [line] * 1500, exceptions=[part], visible=False)
        look = places.looked(shown, frame)
        assert look["sections"] == [] and len(look["lines"]) == 1000 and look["exceptions"] == ["//Side_plate"]
        assert look["lines"][0] == [[100, 300, -200], [0, 333.333333, 0]]
        back = places.viewpoint("x", look | {"point": None, "points": []}, frame)
        assert back["lines"][0][0] == pytest.approx(line[0]) and back["exceptions"][0]["tool"] == "Side_plate"
        topic, files = self.elsewhere()
        for version in ("2.1", "3.0"):
            painted = {
                "colors": [{"color": "80FF0000", "parts": ["//0BTBFw6f90Nfh9rP1dlXr2", "a/b"]}],
                "chosen": ["//b"],
            }
            again = places.viewpoint(topic["guid"], look | painted | {"point": None, "points": []}, frame)
            assert wrong(written([topic | {"viewpoints": [again]}], files, version)) == []
            assert [one["ifc"] for one in again["coloring"][0]["components"]] == ["0BTBFw6f90Nfh9rP1dlXr2", ""]
        topic["viewpoints"] = [shown | {"lines": [[[0, 0, 0], [10.0**30, 0, 0]]]}]
        self.bring([topic], files.items())
        assert "lines" not in Markup.objects.get().view and Markup.objects.get().view["camera"]

    def test_all_viewpoints_become_places_and_all_that_stands_beside_them_comes_and_goes(self):
        topic, files = self.full()
        for version in ("3.0", "2.1"):
            with self.subTest(version=version):
                content = written([topic], files, version)
                assert wrong(content) == []
                assert self.bring_file(content) == (1, 1)
                thread = Comment.objects.get(parent=None)
                said, *free = thread.answers.order_by("pk")
                assert [one.text for one in free] == ["Viewpoint 2 of 4", "Viewpoint 3 of 4", "Viewpoint 4 of 4"]
                pinned = [hasattr(one, "markup") for one in (thread, said, *free)]
                assert pinned == [True, True, True, True, False]  # the last looks at no model
                self.drawn(said.markup.view, said.attachments.get())
                assert free[0].markup.view["camera"]["scale"] == pytest.approx(5000)
                assert sorted(thread.attachments.values_list("name", flat=True)) == [
                    "Plan.pdf",
                    "look.png",
                    "site.ifc",
                    "wall.json",
                ]
                assert said.attachments.get().name == "stamp.jpg"
                sent, found = read(io.BytesIO(content)), read(io.BytesIO(self.taken(version)))
                assert found.topics == sent.topics and files_of(found) == files_of(sent)
                other = read(io.BytesIO(self.taken("2.1" if version == "3.0" else "3.0")))
                assert sorted(files_of(other).values()) == sorted(files.values())
                Comment.objects.all().delete()

    def test_what_another_tool_writes_it_reads_again_from_what_we_give_back(self):
        guid, seen = str(uuid4()), [str(uuid4()), str(uuid4())]
        one, point = {"ifc_guid": "0BTBFw6f90Nfh9rP1dlXr2", "originating_system": "CAD"}, {"x": 1.5, "y": 2, "z": -3}
        along = {"camera_view_point": point, "camera_direction": {"x": 0, "y": 1, "z": 0}, "camera_up_vector": point}
        shown = {"default_visibility": False, "exceptions": [one | {"authoring_tool_id": "W-17"}]}
        shown |= {"view_setup_hints": dict.fromkeys(HINTS, True)}
        parts = {"selection": [one], "visibility": shown, "coloring": [{"color": "FF00AA", "components": [one]}]}
        places = [along | {"field_of_view": 60}, along | {"view_to_world_scale": 12.5}]
        picture = "data:image/png;base64," + base64.b64encode(PICTURE).decode()
        views = [
            {"guid": seen[0], "index": 1, "components": parts, "perspective_camera": places[0]},
            {"guid": seen[1], "index": 2, "components": parts, "orthogonal_camera": places[1]},
        ]
        views[0] |= {"snapshot": {"snapshot_type": "png", "snapshot_data": picture}}
        views[1] |= {"lines": [{"start_point": point, "end_point": point}]}
        views[1] |= {"clipping_planes": [{"location": point, "direction": point}]}
        topic = {"guid": guid, "title": "Duct hits beam", "topic_type": "Clash", "topic_status": "Active"}
        topic |= {"priority": "High", "index": 7, "labels": ["MEP", "Level 2"], "stage": "S3", "description": "Move it"}
        topic |= {"creation_date": WHEN, "creation_author": "kim@else.example", "due_date": "2026-12-24T00:00:00Z"}
        topic |= {"modified_date": WHEN, "modified_author": "jo@else.example", "assigned_to": "lee@else.example"}
        topic |= {"reference_links": ["https://else.example/17"]}
        said = {"guid": str(uuid4()), "date": WHEN, "author": "jo@else.example", "comment": "200 mm?"}
        said |= {"viewpoint_guid": seen[1], "modified_date": WHEN, "modified_author": "kim@else.example"}
        sent = bcf_api_xml.to_zip([topic], {guid: [said]}, {guid: views}).getvalue()
        assert self.bring_file(sent) == (1, 1)
        assert other_tool(self.taken("2.1")) == other_tool(sent)
        assert other_tool(sent)[0]["viewpoints"][0]["snapshot"] == PICTURE

    def test_what_was_taken_back_here_goes_out_no_more(self):
        topic, files = self.full()
        self.bring([topic], files.items())
        thread = Comment.objects.get(parent=None)
        said, second, third, _last = thread.answers.order_by("pk")
        actor = actor_of(self.author)
        comments.delete(actor=actor, comment=comments.find(actor, second.pk))
        comments.edit(actor=actor, comment=comments.find(actor, third.pk), text="Look from here")
        comments.delete(actor=actor, comment=comments.find(actor, said.pk))
        (found,) = read(io.BytesIO(self.taken("3.0"))).topics
        guids = [view["guid"] for view in topic["viewpoints"]]
        assert [view["guid"] for view in found["viewpoints"]] == [guids[0], guids[3], guids[4]]
        (comment,) = found["comments"]
        assert (comment["text"], comment["viewpoint"]) == ("Look from here", guids[3])

    def test_a_closed_thread_closes_the_places_of_its_answers_and_an_issue_from_it_begins_with_what_it_says(self):
        topic, files = self.full()
        self.bring([topic], files.items())
        thread = Comment.objects.get(parent=None)
        assert [one["open"] for one in listing.told(actor_of(self.author), self.version)] == [True] * 4
        self.client.force_login(self.author.user)
        page = reverse("content:issue_new", args=[self.platform.slug, self.item.pk]) + f"?thread={thread.pk}"
        offered = self.client.get(page).context["form"].initial
        assert (offered["title"], offered["priority"], str(offered["due"])) == ("Pipe hits", 3, "2026-12-01")
        self.client.force_login(self.guest.user)
        assert self.client.get(page).status_code == 404
        comments.resolve(actor=actor_of(self.author), comment=comments.find(actor_of(self.author), thread.pk), on=True)
        assert [one["open"] for one in listing.told(actor_of(self.author), self.version)] == [False] * 4
        assert read(io.BytesIO(self.taken("3.0"))).topics[0]["status"] == "Closed"

    def test_places_of_answers_are_carried_into_the_thread_of_the_next_revision(self):
        topic, files = self.full()
        self.bring([topic], files.items())
        author = actor_of(self.author)
        Item.objects.filter(pk=self.item.pk).update(maturity="frozen")
        version = revise_item(actor=author, item=self.item).files.get().versions.get()
        for row in carrying.earlier(author, version):
            carrying.carry(actor=author, version=version, pk=row.markup.pk, found=row.verdict.found)
        thread = Comment.objects.get(item=version.file.item, parent=None)
        assert thread.answers.count() == 3 and thread.markup.carried_from.comment.item == self.item
        assert [one["open"] for one in listing.told(author, version)] == [True] * 4
        (found,) = exporting.told(author, version.file.item)
        views = [view["guid"] for view in found["viewpoints"]]
        assert len(views) == 4 and {one["viewpoint"] for one in found["comments"]} == set(views[1:])

    def test_what_comes_to_a_file_that_is_no_model_has_no_place_there_and_goes_out_whole(self):
        topic, files = self.full()
        arrival = Arrival(file=ContentFile(b"words", name="words.txt"))
        words = add_version(actor=actor_of(self.author), item=self.item, arrival=arrival)
        archive = read(io.BytesIO(written([topic], files, "3.0")))
        importing.bring(actor=actor_of(self.author), version=words, archive=archive, sha256="")
        assert not Markup.objects.exists()
        found = read(io.BytesIO(self.taken("3.0")))
        assert len(found.topics[0]["viewpoints"]) == 5 and files_of(found) == files

    def test_what_is_attached_here_goes_along_as_a_document(self):
        plan = ContentFile(b"%PDF-1.7 ours", name="Our plan.pdf")
        comments.say(actor=actor_of(self.author), item=self.item, remark=Said("See it", attachments=(plan,)))
        for version in ("2.1", "3.0"):
            found = read(io.BytesIO(self.taken(version)))
            (document,) = found.topics[0]["documents"]
            assert document["description"] == "Our plan.pdf" and list(files_of(found).values()) == [b"%PDF-1.7 ours"]

    def test_an_answer_with_a_place_of_its_own_is_added_to_a_thread_of_ours(self):
        (topic,) = self.threads()
        view = topic["viewpoints"][0] | {"guid": str(uuid4()), "snapshot": "new.png"}
        reply = topic["comments"][0] | {"guid": str(uuid4()), "text": "Here", "viewpoint": view["guid"]}
        topic |= {"comments": [*topic["comments"], reply], "viewpoints": [*topic["viewpoints"], view]}
        assert self.bring([topic], {(topic["guid"], "new.png"): PICTURE}.items()) == (0, 1)
        answer = Comment.objects.get(brought__guid=reply["guid"])
        assert answer.markup.view["part"] == "0/1" and answer.attachments.get().name == "new.png"
        found = read(io.BytesIO(self.taken("3.0")))
        assert [one["guid"] for one in found.topics[0]["viewpoints"]] == [one["guid"] for one in topic["viewpoints"]]
        assert files_of(found) == {(topic["guid"], "new.png"): PICTURE}

    def test_a_later_picture_of_the_same_name_does_not_take_the_place_of_the_first(self):
        topic, files = self.elsewhere()
        self.bring([topic], files.items())
        view = topic["viewpoints"][0] | {"guid": str(uuid4())}
        reply = topic["comments"][0] | {"guid": str(uuid4()), "viewpoint": view["guid"]}
        third = view | {"guid": str(uuid4())}
        again = topic | {"comments": [reply], "viewpoints": [view, third]}
        assert self.bring([again], {(topic["guid"], "look.png"): PICTURE + b"2"}.items()) == (0, 2)
        found = read(io.BytesIO(self.taken("2.1")))
        shown = {one["guid"]: one["snapshot"] for one in found.topics[0]["viewpoints"]}
        held = {guid: files_of(found)[topic["guid"], name] for guid, name in shown.items()}
        later = dict.fromkeys([view["guid"], third["guid"]], PICTURE + b"2")
        assert held == {topic["viewpoints"][0]["guid"]: PICTURE} | later

    def test_a_viewpoint_that_a_thread_has_more_elsewhere_is_added_once(self):
        topic, files = self.elsewhere()
        self.bring([topic], files.items())
        view = topic["viewpoints"][0] | {"guid": str(uuid4()), "snapshot": "more.png"}
        again = topic | {"viewpoints": [*topic["viewpoints"], view]}
        more = {(topic["guid"], "more.png"): PICTURE}
        assert self.bring([again], more.items()) == (0, 1)
        with pytest.raises(Conflict):
            self.bring([again], more.items())
        answer = Comment.objects.get(brought__guid=view["guid"])
        assert (answer.text, answer.attachments.get().name) == ("Another viewpoint", "more.png") and answer.markup
        (found,) = read(io.BytesIO(self.taken("3.0"))).topics
        assert [one["guid"] for one in found["viewpoints"]] == [one["guid"] for one in again["viewpoints"]]
        assert len(found["comments"]) == 1

    def test_bytes_that_came_with_what_somebody_brought_meanwhile_go_and_all_others_stay(self):
        one, pictures = self.elsewhere()
        other = one | {
            "guid": str(uuid4()),
            "comments": [],
            "viewpoints": [one["viewpoints"][0] | {"guid": str(uuid4())}],
        }
        both = pictures | {(other["guid"], "look.png"): PICTURE}
        archive, before = read(io.BytesIO(written([one, other], both, "3.0"))), set(keys(storage()))
        told = {"actor": actor_of(self.author), "version": self.version, "sha256": "0" * 64}
        with importing.files_of(**told, archive=archive) as store:
            importing.bring(**told, archive=read(io.BytesIO(written([one], pictures, "3.0"))))
            assert store() == (1, 0)
        assert set(keys(storage())) - before == set(Attachment.objects.values_list("key", flat=True))
        assert Attachment.objects.count() == 2

    def test_t83_a_file_that_no_comment_may_carry_stops_all_of_it(self):
        topic, files = self.full()
        files[topic["guid"], "wall.json"] = b"x" * (comments.LARGEST + 1)
        with pytest.raises(Unacceptable):
            self.bring([topic], files.items())
        assert not Comment.objects.filter(brought__isnull=False).exists() and not Attachment.objects.exists()

    def test_our_lens_is_told_to_2_1_as_one_that_it_takes(self):
        view = json.loads(VIEW) | {"point": [0, 0, 0]}
        view["camera"]["fov"] = 30
        told = {"actor": actor_of(self.author), "version": self.version, "text": "Small"}
        making.make(**told, mark=making.Mark("pin", json.dumps(view)))
        old, new = (read(io.BytesIO(self.taken(version))).topics[0]["viewpoints"][0] for version in ("2.1", "3.0"))
        assert (old["camera"]["fov"], new["camera"]["fov"]) == (45, 30)
        assert old["camera"]["position"][0] == pytest.approx(0.1 * 0.26795 / 0.41421, rel=1e-3)

    def test_what_comes_back_is_added_to_its_thread_and_the_same_twice_is_nothing(self):
        (topic,) = self.threads()
        with pytest.raises(Conflict):
            self.bring([topic])
        reply = topic["comments"][0] | {"guid": str(uuid4()), "author": "Kim", "text": "Done"}
        topic["comments"].append(reply)
        for given in (topic, topic | {"guid": topic["guid"].upper()}):
            with self.subTest(guid=given["guid"]):
                thread = Comment.objects.get(parent=None)
                if given is topic:
                    assert self.bring([given], version="2.1") == (0, 1)
                else:
                    with pytest.raises(Conflict):
                        self.bring([given], version="2.1")
                assert thread.answers.count() == 2 and Comment.objects.filter(parent=None).count() == 1

    def test_who_may_and_whose_names_are_told(self):
        topic, pictures = self.elsewhere()
        for member in (self.reader, self.guest):
            with pytest.raises(AccessDenied if member is self.reader else Exception):
                self.bring([topic], pictures.items(), member=member)
        assert not Brought.objects.exists()
        comments.say(actor=actor_of(self.author), item=self.theirs, remark=Said("Hello"))
        (told,) = exporting.told(actor_of(self.guest), self.theirs)
        assert told["author"] == "Somebody of another organization"

    def test_the_page_shows_first_and_brings_then(self):
        topic, pictures = self.elsewhere()
        self.client.force_login(self.author.user)
        args = [self.platform.slug, self.item.pk]
        page, before = reverse("content:bcf_import", args=args), AuditEvent.objects.count()

        def send(content):
            return self.client.post(page, {"about": self.version.pk, "file": ContentFile(content, name="a.bcf")})

        shown = send(written([topic], pictures, "3.0"))
        assert b"1 new thread and 1 comment on plate.stl" in shown.content and b"Pipe hits" in shown.content
        assert AuditEvent.objects.count() == before and not Comment.objects.exists()
        token = {"token": shown.context["token"]}
        self.client.force_login(self.guest.user)
        other = reverse("content:bcf_bring", args=[self.platform.slug, self.theirs.pk])
        assert self.client.post(other, token).status_code == 409  # kept for somebody else
        self.client.force_login(self.author.user)
        bring = reverse("content:bcf_bring", args=args)
        assert self.client.post(bring, token).status_code == 302
        assert self.client.post(bring, token).status_code == 409
        Conversion.objects.filter(key=self.version.key).update(state="running")
        topic["guid"] = str(uuid4())
        late = send(written([topic], {}, "3.0"))
        assert late.status_code == 409 and b"still being made ready" in late.content
        for content in (b"no zip", zipped(version='<Version VersionId="1.0"/>').read(), b""):
            assert send(content).status_code == 422
        answer = self.client.post(reverse("content:bcf_export", args=args), {"version": "3.0"})
        assert read(io.BytesIO(b"".join(answer))).version == "3.0" and "attachment" in answer["Content-Disposition"]
        assert self.client.post(reverse("content:bcf_export", args=args), {"version": "9"}).status_code == 422


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_c18_two_who_bring_the_same_file_at_once_bring_it_once():
    sample = zipped(**NEW_SAMPLE).getvalue()
    for _ in rounds(3):
        world = World()
        arrival = Arrival(file=ContentFile(b"solid", name="bracket.stl"))
        version = add_version(actor=world.first, item=world.item, arrival=arrival)
        Conversion.objects.update(state="done")
        entries = AuditEvent.objects.count()

        def bring(actor, version=version):
            told = {"version": version, "archive": read(io.BytesIO(sample)), "sha256": "0" * 64}
            importing.bring(actor=actor, **told)

        outcomes = at_once(*(partial(bring, one) for one in (world.first, world.second)))
        assert sorted(type(one).__name__ for one in outcomes.values()) == ["Conflict", "NoneType"]
        assert (Brought.objects.count(), AuditEvent.objects.count() - entries) == (2, 1)
        Comment.objects.all().delete()
