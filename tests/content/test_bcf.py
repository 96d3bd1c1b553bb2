"""Threads to and from other tools: what is taken away, what a preview says, who wrote what, and what comes back."""

import io
import json
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.test import TestCase
from django.urls import reverse

from content import comments
from content.bcf import exporting, importing, places
from content.bcf.reading import read
from content.bcf.writing import write
from content.comments import Said
from content.files import Arrival, add_version
from content.markups import making
from content.models import Brought, Comment, Conversion, Markup
from tenants.errors import AccessDenied, Conflict
from tenants.models import AuditEvent, Right, User
from tests.content.test_bcf_format import zipped
from tests.factories import ItemFactory, OrganizationFactory, PlatformFactory, SpaceFactory, actor_of, give, worker

CAMERA = '{"position": [100, 0, 0], "direction": [-1, 0, 0], "up": [0, 0, 1], "fov": 50}'
SECTION = '{"point": [0, 0, 12], "normal": [0, 0, 1]}'
VIEW = f'{{"camera": {CAMERA}, "sections": [{SECTION}], "exceptions": ["0/2"], "part": "0/1"}}'
PICTURE = b"\x89PNG\r\n\x1a\n picture"


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
        return exporting.told(actor_of(self.author), self.item)[0]

    def bring(self, topics, pictures=(), version="3.0", member=None, to=None):
        content, actor = write(topics, dict(pictures), version), actor_of(member or self.author)
        token = importing.keep(actor, to or self.version, ContentFile(content, name="a.bcf"))
        number, archive, sha256 = importing.kept(actor, token)
        assert number == (to or self.version).pk
        return importing.bring(actor=actor, version=to or self.version, archive=archive, sha256=sha256)

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
        again = read(io.BytesIO(write([topic], {}, "2.1"))).topics[0]
        assert again["viewpoints"][0]["camera"]["position"] == [0.1, 0, 0]

    def test_a_model_whose_y_is_up_is_turned_and_turned_back(self):
        frame = places.Frame(0.001, y_up=True)
        assert frame.out([1000, 2000, 3000]) == [1, -3, 2] and frame.point_out([0, 1, 0]) == [0, 0, 1]
        assert frame.into(frame.out([1000, 2000, 3000])) == pytest.approx([1000, 2000, 3000])
        view = json.loads(VIEW) | {"visible": False}
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
        topic, pictures = self.elsewhere(more=["<Theirs>x</Theirs>"], links=["https://else.example/1"])
        for version in ("2.1", "3.0"):
            with self.subTest(version=version):
                self.bring([topic], pictures.items(), version)
                (found,), held = exporting.told(actor_of(self.author), self.item)
                found["viewpoints"] = [
                    {name: value for name, value in view.items() if name != "attachment"}
                    for view in found["viewpoints"]
                ]
                (sent,) = read(io.BytesIO(write([topic], pictures, version))).topics
                assert found == sent and held == pictures
                Comment.objects.all().delete()

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
        (told,) = exporting.told(actor_of(self.guest), self.theirs)[0]
        assert told["author"] == "Somebody of another organization"

    def test_the_page_shows_first_and_brings_then(self):
        topic, pictures = self.elsewhere()
        self.client.force_login(self.author.user)
        args = [self.platform.slug, self.item.pk]
        page, before = reverse("content:bcf_import", args=args), AuditEvent.objects.count()

        def send(content):
            return self.client.post(page, {"about": self.version.pk, "file": ContentFile(content, name="a.bcf")})

        shown = send(write([topic], pictures, "3.0"))
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
        for content in (b"no zip", zipped(version='<Version VersionId="1.0"/>').read(), b""):
            assert send(content).status_code == 422
        answer = self.client.post(reverse("content:bcf_export", args=args), {"version": "3.0"})
        assert read(io.BytesIO(answer.content)).version == "3.0" and "attachment" in answer["Content-Disposition"]
        assert self.client.post(reverse("content:bcf_export", args=args), {"version": "9"}).status_code == 422
