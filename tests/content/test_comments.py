"""Discussions: who takes part, what is kept of what was said, whom it tells, and that nothing typed ever runs."""

from html.parser import HTMLParser
from unittest import mock

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import TestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from content import comments
from content.blobs import storage
from content.comments import Said
from content.files import GRACE, sweep
from content.markdown import TAGS, rendered
from content.models import Attachment, Comment, Item
from spaces.models import Credential, Visibility
from tenants import access
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.models import AuditEvent, Notification, Right
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
from tests.site_world import body

HOSTILE = [
    "<script>x()</script>",
    "<img src=x onerror=x()>",
    "[a](javascript:x())",
    "[a](data:text/html;base64,eA==)",
    "![p](https://track.example/pixel.png)",
    "<b hx-get='/x' data-hx-post='/y' style='a'>b</b>",
    '[a](https://e.example "t\\" onmouseover=x()")',
    '<https://e.example/"onclick=x()>',
    "[" * 3000 + "](" * 3000,
    "> " * 2000 + "deep",
    "`" * 4000,
]


class TestDiscussion(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.platform = PlatformFactory()
        cls.space = SpaceFactory(platform=cls.platform, visibility=Visibility.PUBLIC)
        cls.supplier = OrganizationFactory(platform=cls.platform)
        cls.people = {}
        for name, responsibility, restricted in (
            ("reader", "reader", False),
            ("author", "author", False),
            ("public", "public_reader", False),
            ("owner", "owner", False),
        ):
            cls.people[name] = worker(cls.platform, user__name=f"{name.title()} Person")
            give(cls.people[name], cls.space, responsibility, restricted=restricted)
        cls.people["restricted"] = worker(cls.platform, Right.EXTERNAL, company=cls.supplier, user__name="Rival Person")
        give(cls.people["restricted"], cls.space, "author", restricted=True, organization=cls.supplier)
        cls.people["outside"] = worker(cls.platform)
        give(cls.people["outside"], SpaceFactory(platform=cls.platform), "leader")
        cls.people["recipient"] = worker(cls.platform, user__name="Recipient Person")
        cls.people["administrator"] = worker(cls.platform, Right.ADMINISTRATOR)
        cls.item = ItemFactory(space=cls.space, owner=cls.people["author"].user, title="Bracket")
        share(cls.item, cls.people["recipient"])

    def actor(self, name):
        return actor_of(self.people[name])

    def say(self, name, text="Is the radius right?", **more):
        return comments.say(actor=self.actor(name), item=self.item, remark=Said(text, **more))

    def test_who_takes_part_is_who_works_in_the_space_has_it_by_share_or_administers(self):
        may = {name: bool(access.can(self.actor(name), "comment", self.item)) for name in self.people}
        yes = {"reader", "author", "owner", "recipient", "administrator"}
        assert may == {name: name in yes for name in self.people}
        self.say("reader")
        for name, member in self.people.items():
            self.client.force_login(member.user)
            page = self.client.get(reverse("content:item_discussion", args=[self.platform.slug, self.item.pk]))
            reads = bool(access.can(self.actor(name), "read", self.item))
            assert page.status_code == (200 if may[name] else 403 if reads else 404), name
            assert (b"Is the radius right?" in page.content) == may[name], name

    def test_t37_who_lost_the_space_says_edits_and_closes_nothing_any_more(self):
        comment, reader = self.say("reader"), self.actor("reader")
        Credential.objects.filter(user=reader.user).delete()
        self.item.space.visibility = Visibility.PRIVATE
        self.item.space.save()
        acts = (
            lambda: comments.say(actor=reader, item=self.item, remark=Said("x")),
            lambda: comments.edit(actor=reader, comment=comment, text="x"),
            lambda: comments.delete(actor=reader, comment=comment),
            lambda: comments.resolve(actor=reader, comment=comment, on=True),
            lambda: comments.react(actor=reader, comment=comment, sign="done"),
        )
        before = AuditEvent.objects.count()
        for act in acts:
            with pytest.raises(NotVisible):
                act()
        assert AuditEvent.objects.count() == before

    def test_what_was_said_before_is_kept(self):
        comment = self.say("reader")
        comments.edit(actor=self.actor("reader"), comment=comment, text="Is the radius 5 mm?")
        assert [one.text for one in comment.texts.all()] == ["Is the radius right?"]
        with pytest.raises(Conflict):
            comments.edit(actor=self.actor("reader"), comment=comment, text="Is the radius 5 mm?")
        with pytest.raises(AccessDenied):
            comments.edit(actor=self.actor("owner"), comment=comment, text="Mine")
        answer = self.say("author", "Yes", parent=comment.pk)
        with pytest.raises(AccessDenied):
            comments.delete(actor=self.actor("author"), comment=comment)
        with pytest.raises(Unacceptable):
            comments.delete(actor=self.actor("owner"), comment=comment)
        comments.delete(actor=self.actor("owner"), comment=comment, reason="Off the point")
        comment.refresh_from_db()
        assert comment.deleted_at and not comment.text and comment.texts.count() == 2 and answer.parent == comment
        with pytest.raises(Conflict):
            comments.react(actor=self.actor("owner"), comment=comment, sign="done")
        self.client.force_login(self.people["author"].user)
        for name in ("comment_edit", "comment_delete"):  # words that were taken back are nowhere
            assert self.client.get(reverse(f"content:{name}", args=[self.platform.slug, comment.pk])).status_code == 404
        said = str(list(AuditEvent.objects.values("object_label", "before", "after")))
        assert "radius" not in said and "sha256" in said  # that it was said, and its hash; not the words

    def test_a_closed_thread_takes_no_answer_until_it_is_opened_again(self):
        comment = self.say("reader")
        comments.resolve(actor=self.actor("author"), comment=comment, on=True)
        with pytest.raises(Conflict):
            self.say("author", parent=comment.pk)
        with pytest.raises(Conflict):
            comments.resolve(actor=self.actor("author"), comment=comment, on=True)
        comments.resolve(actor=self.actor("reader"), comment=comment, on=False)
        assert self.say("author", parent=comment.pk).parent == comment

    def test_reactions_are_set_once_and_taken_back(self):
        comment = self.say("reader")
        for number in (1, 0, 1):
            comments.react(actor=self.actor("author"), comment=comment, sign="agree")
            assert comment.reactions.count() == number
        with pytest.raises(Unacceptable):
            comments.react(actor=self.actor("author"), comment=comment, sign="nonsense")

    def test_t21_a_thread_or_file_of_another_item_is_none(self):
        other = ItemFactory(space=self.space, owner=self.people["author"].user)
        comment = comments.say(actor=self.actor("author"), item=other, remark=Said("x"))
        for more in ({"parent": comment.pk}, {"file": 7}, {"parent": 10**9}):
            with pytest.raises(NotVisible):
                self.say("author", **more)

    def test_bad_words_are_refused_and_nothing_is_stored(self):
        for text in ("", "  \n ", "x" * 4001):
            with pytest.raises(Unacceptable):
                self.say("author", text)
        assert not Comment.objects.exists()
        self.client.force_login(self.people["author"].user)
        address = reverse("content:item_discussion", args=[self.platform.slug, self.item.pk])
        page = self.client.post(address, {"text": "y" * 4001})
        assert page.status_code == 422 and b"yyyy" in page.content

    def test_mentions_reach_only_who_takes_part_and_may_be_known(self):
        text = "@Reader Person, @Public Person, @Rival Person and @Owner Person: look. Not me@Recipient"
        comment = self.say("author", text)
        assert {str(user) for user in comment.mentions.all()} == {"Reader Person", "Owner Person"}
        news = Notification.objects.filter(kind="mention")
        assert {row.user for row in news} == set(comment.mentions.all())
        assert not any("Author" in row.text for row in Notification.objects.all())
        self.client.force_login(self.people["author"].user)
        address = reverse("content:comment_people", args=[self.platform.slug, self.item.pk])
        names = {
            begin: self.client.get(address, {"q": begin}).content.decode() for begin in ("Re", "Pu", "Ri", "R", "%")
        }
        assert "Reader Person" in names["Re"] and "Recipient Person" in names["Re"]
        assert not [begin for begin in ("Pu", "Ri", "R", "%") if "Person" in names[begin]]

    def test_b06_who_takes_no_part_or_may_not_be_known_takes_nobody_elses_place(self):
        strangers = [worker(self.platform, user__name=f"Re {number}") for number in range(5)]
        ally = worker(self.platform, Right.EXTERNAL, company=self.supplier, user__name="Rex Ally")
        give(ally, self.space, "reader", restricted=True, organization=self.supplier)
        Item.objects.filter(pk=self.item.pk).update(organization=self.supplier)
        self.item.refresh_from_db()
        with mock.patch.object(comments, "MOST_PEOPLE", 1):
            found = comments.candidates(self.actor("author"), self.item, "Re")
            assert [str(one.user) for one in found] == ["Reader Person"]
            for stranger in strangers:
                give(stranger, self.space, "reader")
            found = comments.candidates(self.actor("restricted"), self.item, "Re")
            assert [str(one.user) for one in found] == ["Rex Ally"]

    def test_t33_news_of_a_discussion_are_gone_with_the_right_to_take_part(self):
        self.say("author", "@Reader Person look")
        Credential.objects.filter(user=self.people["reader"].user).update(
            content_object=SpaceFactory(platform=self.platform)
        )
        self.client.force_login(self.people["reader"].user)
        page = self.client.get(reverse("tenants:notifications", args=[self.platform.slug])).content.decode()
        assert "Bracket" not in page and "no longer see" in page

    def test_attachments_come_back_byte_for_byte_and_run_nowhere(self):
        html = ContentFile(b"<script>x()</script>", name="../a.html")
        comment = self.say("author", attachments=(html,))
        (attachment,) = comment.attachments.all()
        self.client.force_login(self.people["reader"].user)
        answer = self.client.get(reverse("content:attachment_download", args=[self.platform.slug, attachment.pk]))
        assert body(answer) == b"<script>x()</script>" and answer["Content-Type"] == "application/octet-stream"
        assert (
            'attachment; filename="a.html"' in answer["Content-Disposition"]
            and "sandbox" in answer["Content-Security-Policy"]
        )
        sweep(timezone.now() + 2 * GRACE)
        assert body(self.client.get(answer.wsgi_request.path))
        with pytest.raises(Unacceptable):
            self.say("author", attachments=(ContentFile(b"fine", name="b.txt"), ContentFile(b"", name="c.txt")))
        assert Attachment.objects.count() == 1
        self.client.force_login(self.people["public"].user)
        assert self.client.get(answer.wsgi_request.path).status_code == 404

    def test_an_attachment_is_fetched_like_a_file_and_lost_bytes_are_told_in_a_sentence(self):
        (found,) = self.say("author", attachments=(ContentFile(b"0123456789", name="ä.bin"),)).attachments.all()
        self.client.force_login(self.people["reader"].user)
        url = reverse("content:attachment_download", args=[self.platform.slug, found.pk])
        part = self.client.get(url, headers={"Range": "bytes=3-5"})
        assert (part.status_code, body(part), part["Content-Range"]) == (206, b"345", "bytes 3-5/10")
        assert self.client.get(url, headers={"If-None-Match": part["ETag"]}).status_code == 304
        assert self.client.get(url, headers={"Range": "bytes=30-"}).status_code == 416
        assert AuditEvent.objects.filter(verb="attachment_taken").count() == 1
        storage().delete(found.key)
        with self.assertLogs("gangway.files", "ERROR"):
            lost = self.client.get(url)
        assert (lost.status_code, b"The stored bytes of this file are missing." in lost.content) == (410, True)
        assert AuditEvent.objects.filter(verb="attachment_taken").count() == 1, "nothing left"

    def test_what_comes_with_a_comment_and_finds_no_room_is_told_beside_what_was_typed(self):
        self.client.force_login(self.people["author"].user)
        url, room = reverse("content:item_discussion", args=[self.platform.slug, self.item.pk]), OSError(28, "full")
        sent = {"text": "Look at this", "files": ContentFile(b"0123456789", name="a.bin")}
        with mock.patch.object(TemporaryFileUploadHandler, "receive_data_chunk", side_effect=room):
            answer = self.client.post(url, sent)
        said = answer.content.decode()
        assert (answer.status_code, "The disk is full." in said, "Look at this" in said) == (422, True, True)
        with self.settings(MAX_UPLOAD_BYTES=3):
            sent["files"] = ContentFile(b"0123456789", name="a.bin")
            assert "larger than" in self.client.post(url, sent).content.decode()
        assert not Comment.objects.exists()

    @override_settings(SCANNER="sh -c '! grep -q EICAR'")
    def test_t92_malware_comes_in_with_no_comment(self):
        assert self.say("author", attachments=(ContentFile(b"fine", name="b.txt"),)).attachments.count() == 1
        with pytest.raises(Unacceptable, match="carries malware"):
            self.say("author", attachments=(ContentFile(b"EICAR", name="c.txt"),))
        assert Comment.objects.count() == 1

    def test_comments_go_with_their_item_and_never_hold_it(self):
        self.say("author")
        self.item.delete()
        assert not Comment.objects.exists()


class Seen(HTMLParser):
    """Collects what a browser would see of tags and attributes."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes = set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs


@pytest.mark.parametrize("text", HOSTILE)
def test_t68_nothing_that_is_typed_runs(text):
    seen = Seen()
    seen.feed(rendered(text))
    assert seen.tags <= TAGS
    assert {name for name, _value in seen.attributes} <= {"href", "rel", "start"}
    links = [value for name, value in seen.attributes if name == "href"]
    assert all(link.startswith(("https:", "http:", "mailto:")) for link in links)


def test_markdown_keeps_what_is_meant():
    html = rendered("**Radius** `5 mm`\n\n- one\n- two\n\n[sheet](https://e.example/a?b=1&c=2)\n\n|a|b|\n|-|-|\n|1|2|")
    for part in (
        "<strong>Radius</strong>",
        "<code>5 mm</code>",
        "<li>one</li>",
        "<td>1</td>",
        'rel="noopener noreferrer nofollow"',
    ):
        assert part in html
