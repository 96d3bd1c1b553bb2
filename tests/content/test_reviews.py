"""Reviews: who is asked, what each sees, to what a verdict binds, what the minute says, whom the day reminds."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from content import comments
from content.files import Arrival, add_version
from content.items import Draft, edit_item, revise_item
from content.lifecycle import change_maturity
from content.models import Comment, Reference, Share, Verdict
from content.references import Relation, add_reference, end_reference
from content.reviewing import acts, people, showing
from content.reviewing.news import remind
from content.trash import purge_item
from spaces.models import CurrentCredential
from tenants import access
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.members import end_access
from tenants.models import AuditEvent, Notification, Right
from tests.factories import (
    ItemFactory,
    ItemTypeFactory,
    OrganizationFactory,
    PlatformFactory,
    SpaceFactory,
    actor_of,
    give,
    worker,
)


class TestReviews(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.platform = PlatformFactory()
        cls.space, cls.far = SpaceFactory(platform=cls.platform), SpaceFactory(platform=cls.platform)
        cls.supplier = OrganizationFactory(platform=cls.platform, name="Supplier Works")
        cls.people = {}
        for name, responsibility in (
            ("author", "author"),
            ("leader", "leader"),
            ("reader", "reader"),
            ("colleague", "contributor"),
            ("public", "public_reader"),
        ):
            cls.people[name] = worker(cls.platform, user__name=f"{name.title()} Person")
            give(cls.people[name], cls.space, responsibility)
        guest = worker(cls.platform, Right.EXTERNAL, company=cls.supplier, user__name="Guest Person")
        give(guest, cls.far, "author", restricted=True, organization=cls.supplier)
        cls.people |= {"guest": guest, "nobody": worker(cls.platform, user__name="Nobody Person")}
        cls.people["administrator"] = worker(cls.platform, Right.ADMINISTRATOR)
        give(cls.people["author"], cls.far, "reader")
        own = give(cls.people["author"], cls.space, "contributor")
        CurrentCredential.objects.create(member=cls.people["author"], credential=own)
        cls.plate = ItemFactory(space=cls.space, owner=cls.people["author"].user, title="Plate")
        cls.bolt = ItemFactory(space=cls.far, owner=guest.user, organization=cls.supplier, title="Bolt")
        arrival = Arrival(file=ContentFile(b"solid", name="plate.stl"))
        cls.version = add_version(actor=actor_of(cls.people["author"]), item=cls.plate, arrival=arrival)
        cls.plate.refresh_from_db()
        chosen = {"chosen": [cls.plate, cls.bolt], "due_on": timezone.localdate() + timedelta(days=5)}
        item = acts.begin(actor=actor_of(cls.people["author"]), draft=Draft("Side plate, round 1"), **chosen)
        cls.review = showing.of(item)
        for name in ("reader", "guest", "colleague"):
            acts.name_reviewer(actor=actor_of(cls.people["author"]), review=cls.review, member=cls.people[name])

    def actor(self, name):
        return actor_of(self.people[name])

    def judge(self, name, judgement="approve", remark="", on=None):
        seen = {item.pk: item.version for item in on or [self.plate]}
        acts.judge(actor=self.actor(name), review=self.review, seen=seen, judgement=judgement, remark=remark)

    def shown(self, name):
        return showing.shown(self.actor(name), self.review)

    def page(self, name, page="review_detail", **posted):
        self.client.force_login(self.people[name].user)
        url = reverse(f"content:{page}", args=[self.platform.slug, self.review.pk])
        return self.client.post(url, posted) if posted else self.client.get(url)

    def test_reviewers_of_another_company_see_only_the_items_that_they_may(self):
        assert [row.item.title for row in self.shown("guest")["rows"]] == ["Bolt"] and self.shown("guest")["others"]
        assert [row.item.title for row in self.shown("reader")["rows"]] == ["Plate"]
        assert {row.item.title for row in self.shown("author")["rows"]} == {"Plate", "Bolt"}
        self.judge("reader", "reject", "Zqplate is too thin")
        comments.say(actor=self.actor("author"), item=self.plate, remark=comments.Said("Zqthread on it"))
        for page in ("review_detail", "review_minute"):
            mine, theirs = (self.page(name, page).content.decode() for name in ("author", "guest"))
            assert "Zqplate is too thin" in mine and "Zqthread on it" in mine and "Reader Person" in mine
            for word in ("Plate<", self.plate.number, "Zqplate", "Zqthread", "Reader Person", "2 under"):
                assert word not in theirs, word
            assert "Bolt" in theirs and "Others" in theirs
        with pytest.raises(NotVisible):
            self.judge("guest", on=[self.plate])
        assert self.page("nobody").status_code == 404

    def test_the_share_that_lets_a_reviewer_in_is_given_with_the_asking_and_ends_with_it(self):
        shared = {one.user.name: one.shared for one in self.review.reviewers.all()}
        assert shared == {"Reader Person": False, "Guest Person": True, "Colleague Person": False}
        assert Share.objects.get(content_object=self.review.item).user == self.people["guest"].user
        guest = self.review.reviewers.get(user=self.people["guest"].user)
        acts.remove_reviewer(actor=self.actor("author"), review=self.review, reviewer=guest)
        assert not Share.objects.exists() and self.page("guest").status_code == 404
        self.judge("reader")
        with pytest.raises(Conflict):
            reader = self.review.reviewers.get(user=self.people["reader"].user)
            acts.remove_reviewer(actor=self.actor("author"), review=self.review, reviewer=reader)

    def test_the_picker_offers_people_one_may_know_who_read_one_of_the_items(self):
        def found(name, words="Person", items=(self.plate, self.bolt)):
            candidates = people.search(self.actor(name), self.review, list(items), words)
            return {str(one.member): one.everything for one in candidates}

        self.review.reviewers.all().delete()
        everybody = found("author")
        assert everybody["Reader Person"] is False and everybody["Author Person"] is True
        assert "Nobody Person" not in everybody and everybody["Guest Person"] is False
        assert set(found("guest")) == {"Guest Person"}  # knows the people of their own company alone
        for name in ("nobody", "author"):
            if name == "nobody":
                with pytest.raises(NotVisible):
                    told = {"review": self.review, "member": self.people[name]}
                    acts.name_reviewer(actor=self.actor("author"), **told)

    def test_who_may_change_a_review_who_judges_and_who_closes(self):
        for name, error in (("reader", AccessDenied), ("guest", AccessDenied), ("nobody", NotVisible)):
            with pytest.raises(error):
                told = {"actor": self.actor(name), "review": self.review}
                acts.name_reviewer(**told, member=self.people["leader"])
            with pytest.raises(error):
                acts.close(actor=self.actor(name), review=self.review)
        with pytest.raises(AccessDenied):
            self.judge("leader")  # was not asked
        with pytest.raises(AccessDenied):
            acts.close(actor=self.actor("colleague"), review=self.review)  # neither content owner nor Leader
        with pytest.raises(AccessDenied):
            acts.begin(actor=self.actor("reader"), draft=Draft("Mine"), chosen=[self.plate])
        with pytest.raises(NotVisible):
            acts.begin(actor=self.actor("leader"), draft=Draft("Mine"), chosen=[self.plate, self.bolt])
        with pytest.raises(Conflict):
            acts.name_reviewer(actor=self.actor("author"), review=self.review, member=self.people["reader"])

    def test_a_verdict_wants_a_remark_where_it_is_none_but_approval(self):
        for judgement, remark in (("remarks", " "), ("reject", ""), ("perhaps", "x"), ("approve", "x" * 2001)):
            with pytest.raises(Unacceptable):
                self.judge("reader", judgement, remark)
        assert not Verdict.objects.exists()
        box = f"{self.plate.pk}-{self.plate.version}"
        answer = self.page("reader", on=box, judgement="reject", remark="")
        assert answer.status_code == 422 and f'value="{box}" checked' in answer.content.decode()
        for broken in ("", "x", f"{self.plate.pk}", f"{10**17}-1"):
            answer = self.page("reader", on=broken, judgement="approve")
            assert answer.status_code in (404, 422), broken
        assert self.page("reader", on=box, judgement="reject", remark="Zqthin").status_code == 302

    def test_a_verdict_binds_to_the_revision_as_it_was(self):
        self.judge("reader")
        row = self.shown("reader")["rows"][0]
        assert row.mine and not row.changed and not row.judged[0].outdated
        draft = Draft("Plate", "Thicker")
        edit_item(actor=self.actor("author"), item=self.plate, draft=draft)
        row = self.shown("reader")["rows"][0]
        assert row.changed and row.judged[0].outdated and not row.mine
        assert b"Changed since" in self.page("author").content
        with pytest.raises(Conflict):  # what was shown is not what is there
            self.judge("reader")
        assert self.page("reader", on=f"{self.plate.pk}-1", judgement="approve").status_code == 409
        self.plate.refresh_from_db()
        self.judge("reader", "remarks", "Better")
        row = self.shown("reader")["rows"][0]
        assert [one.verdict.remark for one in row.judged] == ["Better"] and not row.judged[0].outdated
        assert Verdict.objects.count() == 2  # the earlier one stays
        add_reference(actor=self.actor("author"), item=self.plate, target_id=self.bolt.pk, relation=Relation())
        assert self.shown("reader")["rows"][0].judged[0].outdated

    def test_closing_freezes_it_and_the_minute_says_what_changed_afterwards(self):
        self.judge("reader", "remarks", "Break the edges")
        acts.close(actor=self.actor("author"), review=self.review, conclusion="Go on")
        self.review = showing.of(self.review.item)
        self.review.item.refresh_from_db()
        assert self.review.item.maturity == "frozen" and self.review.closed_by == self.people["author"].user
        for act in (
            lambda: self.judge("reader"),
            lambda: acts.set_due(actor=self.actor("leader"), review=self.review, due_on=None),
            lambda: acts.close(actor=self.actor("leader"), review=self.review),
        ):
            with pytest.raises((Conflict, AccessDenied)):
                act()
        change_maturity(actor=self.actor("author"), item=self.review.item, target="in_work")
        with pytest.raises(Conflict):
            self.judge("reader")  # closed stays closed
        row = next(row for row in self.shown("author")["rows"] if row.item == self.plate)
        sha256 = row.sha256
        arrival = Arrival(file=ContentFile(b"solid again", name="plate.stl"))
        add_version(actor=self.actor("author"), item=self.plate, arrival=arrival)
        minute = self.page("author", "review_minute").content.decode()
        for word in (sha256, "Changed after the review was closed", "Break the edges", "Go on", "Reader Person"):
            assert word in minute, word

    def test_what_is_judged_is_held_and_a_new_revision_of_a_review_judges_nothing(self):
        reference = Reference.objects.get(target=self.plate)
        for act in (
            lambda: end_reference(actor=self.actor("author"), reference=reference),
            lambda: add_reference(
                actor=self.actor("author"),
                item=self.review.item,
                target_id=self.plate.pk,
                relation=Relation("reviews"),
            ),
        ):
            with pytest.raises(Conflict):
                act()
        acts.close(actor=self.actor("author"), review=self.review)
        new = revise_item(actor=self.actor("author"), item=self.review.item)
        assert not new.references.exists()
        self.client.force_login(self.people["author"].user)
        assert self.client.get(reverse("content:review_detail", args=[self.platform.slug, new.pk])).status_code == 404

    def test_items_come_and_go_while_it_is_open_and_verdicts_on_the_others_stay(self):
        late = ItemFactory(space=self.space, owner=self.people["author"].user, title="Late")
        secret = ItemFactory(space=SpaceFactory(platform=self.platform), title="Zqsecret")
        own = ItemFactory(space=self.space, owner=self.people["author"].user, type=ItemTypeFactory(category="personal"))
        told = {"actor": self.actor("author"), "review": self.review}
        self.judge("reader")
        for item, error in (
            (secret, NotVisible),
            (own, Unacceptable),
            (self.plate, Conflict),
            (self.review.item, Conflict),
        ):
            with pytest.raises(error):
                acts.add_item(**told, item=item)
        for name, error in (("reader", AccessDenied), ("guest", AccessDenied), ("nobody", NotVisible)):
            for act in (acts.add_item, acts.take_out):
                with pytest.raises(error):
                    act(actor=self.actor(name), review=self.review, item=late)
        assert b"Late" in self.client.get(self.page("author", "review_add").wsgi_request.path, {"q": "Late"}).content
        assert self.page("author", "review_add", target=secret.pk).status_code == 422
        news = Notification.objects.filter(subject=f"review:{self.review.pk}")
        news.delete()
        assert self.page("author", "review_add", target=late.pk).status_code == 302
        assert {row.user.name for row in news if "One more" in row.text} == {"Reader Person", "Colleague Person"}
        entry = AuditEvent.objects.filter(verb="review_widened").get()
        assert entry.after["related"] == late.pk and late.title not in str(entry.after)
        rows = {row.item.title: row for row in self.shown("reader")["rows"]}
        assert rows["Plate"].mine and not rows["Plate"].judged[0].outdated and not rows["Late"].judged
        self.judge("reader", on=[late])
        with pytest.raises(Conflict, match="verdict"):
            acts.take_out(**told, item=late)
        Verdict.objects.filter(reviewed__reference__target=late).delete()
        news.delete()
        taken = reverse("content:review_take_out", args=[self.platform.slug, self.review.pk, late.pk])
        assert self.client.post(taken).status_code == 302 and self.client.post(taken).status_code == 404
        assert {row.user.name for row in news} == {"Reader Person", "Colleague Person"}
        assert self.shown("reader")["rows"][0].mine
        acts.take_out(**told, item=self.bolt)
        Verdict.objects.all().delete()
        with pytest.raises(Conflict, match="last item"):
            acts.take_out(**told, item=self.plate)
        acts.close(**told)
        for act in (acts.add_item, acts.take_out):
            with pytest.raises((Conflict, AccessDenied)):
                act(**told, item=self.bolt)

    def test_the_address_of_its_item_opens_the_review(self):
        there = self.page("author", "item_detail")
        assert there.url == self.page("author").wsgi_request.path
        self.client.force_login(self.people["author"].user)
        assert b"Side plate, round 1" in self.client.get(f"{there.wsgi_request.path}?own=1").content

    def test_news_is_told_once_and_the_day_reminds_who_owes(self):
        told = Notification.objects.filter(subject=f"review:{self.review.pk}")
        assert set(told.values_list("user__name", flat=True)) == {"Reader Person", "Guest Person", "Colleague Person"}
        self.judge("reader")
        told.delete()
        remind()
        assert not told.exists()
        due = self.review.due_on
        for day, word in ((-1, "is due"), (0, None), (1, "was due"), (9, None)):
            with time_machine.travel(
                timezone.now().replace(hour=12) + (due - timezone.localdate()) + timedelta(days=day)
            ):
                told.delete()
                remind()
                names = set(told.values_list("user__name", flat=True))
                assert names == ({"Guest Person", "Colleague Person"} if word else set()), day
                assert not word or all(word in one.text for one in told)

    def test_b10_who_lost_access_is_asked_nothing_and_reads_nothing(self):
        end_access(actor=self.actor("administrator"), member=self.people["guest"])
        assert self.page("guest").status_code == 404
        asked = {one.name: one.active for one in self.shown("author")["asked"]}
        assert asked == {"Reader Person": True, "Guest Person": False, "Colleague Person": True}
        assert not access.can(self.actor("author"), "modify", self.bolt)

    def test_verdicts_stand_in_the_record_for_who_takes_part_without_their_words(self):
        self.judge("reader", "reject", "Zqthin")
        entry = AuditEvent.objects.first()
        assert entry.verb == "verdict_given" and entry.object_type == "content.review"
        assert "Zqthin" not in str(entry.after) and entry.after["verdict"] == "Reject"
        self.space.visibility = "public"
        self.space.save()
        for name, sees in (("author", True), ("public", False), ("guest", True)):
            assert (b"gave a verdict in" in self.page(name, "item_record").content) == sees, name
        assert "Reader Person" not in self.page("public").content.decode().partition("Reviewers")[0]

    def test_a_review_that_is_deleted_for_good_takes_its_verdicts_along(self):
        self.judge("reader")
        self.review.item.trashed_at, self.review.item.trashed_by = timezone.now(), self.people["author"].user
        self.review.item.save()
        purge_item(actor=self.actor("author"), item=self.review.item)
        assert not Verdict.objects.exists() and not Comment.objects.exists()

    def test_the_list_begins_a_review_of_what_is_ticked(self):
        self.client.force_login(self.people["author"].user)
        url = reverse("content:item_many", args=[self.platform.slug]) + f"?act=review&item={self.plate.pk}"
        assert b"Begin the review" in self.client.get(url).content
        assert self.client.post(url, {"title": ""}).status_code == 422
        answer = self.client.post(url, {"title": "Round 2", "due_on": "2030-01-31"})
        assert answer.status_code == 302 and b"Round 2" in self.client.get(answer.url).content
        personal = ItemFactory(
            space=self.space, owner=self.people["author"].user, type=ItemTypeFactory(category="personal")
        )
        answer = self.client.post(f"{url},{personal.pk}", {"title": "Round 3"})
        assert answer.status_code == 422 and b"Personal items are not reviewed" in answer.content
