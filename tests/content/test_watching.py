"""Watching: who is told of what, once a subject, and of nothing that they do not read."""

import pytest
from django.urls import reverse

from content import watching
from content.changes.raising import raise_change
from content.changes.steps import step
from content.comments import Said, delete, say
from content.issues.acts import Facts, move_issue, raise_issue
from content.items import Draft, edit_item, revise_item
from content.lifecycle import change_maturity
from content.models import Item, ReferenceKind, SavedSearch, Watch
from content.reviewing import showing
from content.reviewing.acts import begin, judge, name_reviewer
from content.saved import save_search
from spaces.credentials import remove_credential
from spaces.models import Credential
from tenants import forgetting, news_choices
from tenants.errors import Conflict, Unacceptable
from tenants.members import end_access, endings
from tenants.models import AuditEvent, Level, Notification
from tenants.notifications import mine, shown
from tests.factories import ItemFactory, SpaceFactory, actor_of, give, refer

pytestmark = pytest.mark.django_db
PART = ReferenceKind.HAS_PART


def watch(member, item, below=False):
    watching.watch_item(actor=actor_of(member), item=item, below=below)


def told(member):
    """Return {kind: text} of what the member was told."""
    return dict(Notification.objects.filter(user=member.user).values_list("kind", "text"))


def change(member, item, title):
    return edit_item(actor=actor_of(member), item=item, draft=Draft(title))


def test_who_watches_an_item_is_told_of_changes_maturity_comments_and_revisions_once_each(world):
    watch(world.reader, world.item)
    watch(world.author, world.item)  # who acts is not told
    item = change(world.author, world.item, "Bracket 2")
    item = change_maturity(actor=actor_of(world.author), item=item, target="frozen")
    assert told(world.reader) == {"watch": f"Bracket 2, {item.number} A: Frozen now."}
    remark = say(actor=actor_of(world.author), item=item, remark=Said("Radius?"))
    assert set(told(world.reader)) == {"watch", "discussion"} and not told(world.author)
    delete(actor=actor_of(world.author), comment=remark)
    new = revise_item(actor=actor_of(world.author), item=item)
    assert Notification.objects.filter(user=world.reader.user, text__endswith="a new revision.").count() == 1
    change(world.author, new, "Bracket 3")
    assert f"Bracket 3, {item.number} B: its properties changed." in Notification.objects.values_list("text", flat=True)
    watching.leave_item(actor=actor_of(world.reader), item=new)
    change(world.author, new, "Bracket 4")
    assert not Notification.objects.filter(text__contains="Bracket 4").exists()


def test_t33_an_assembly_with_all_below_tells_as_far_down_as_one_reads(world, platform):
    vault = SpaceFactory(platform=platform)
    top, middle, shut = (
        ItemFactory(space=where, owner=world.author.user, title=title)
        for where, title in ((world.space, "Wing"), (world.space, "Rib"), (vault, "Secret"))
    )
    for above, below in ((top, middle), (middle, world.item), (top, shut)):
        refer(above, below, PART)
    watch(world.reader, top, below=True)
    watch(world.leader, middle)
    change(world.author, world.item, "Bolt")
    assert told(world.reader) == {"watch": f"Bolt, {world.item.number} A: its properties changed."}
    assert not told(world.leader)
    Item.objects.filter(pk=world.item.pk).update(maturity="frozen")
    revise_item(actor=actor_of(world.author), item=world.item)  # the assembly holds the revision before
    assert Notification.objects.filter(user=world.reader.user, text__endswith="a new revision.").count() == 1
    Item.objects.filter(pk=middle.pk).update(maturity="private")  # the way down leads through what one does not read
    Notification.objects.all().delete()
    Item.objects.filter(pk=world.item.pk).update(maturity="in_work")
    change(world.author, world.item, "Bolt 2")
    deep = ItemFactory(space=world.space, owner=world.author.user, title="Deep")
    refer(shut, deep, PART)
    change(world.author, deep, "Deeper")
    assert not told(world.reader)


def test_t33_t37_a_watch_tells_nothing_of_what_one_reads_no_more(world, visit, text):
    watch(world.reader, world.item)
    change(world.author, world.item, "Bracket 2")
    assert "Bracket 2" in text(visit(world.reader, "watch_list"))

    def bell():
        rows = mine(world.reader.user, world.reader.platform).filter(kind="watch")
        return shown(world.reader.user, actor_of(world.reader), rows)[0]

    assert "Bracket 2" in bell().text
    credential = Credential.objects.get(user=world.reader.user)
    remove_credential(actor=actor_of(world.owner), credential=credential)
    change(world.author, world.item, "Bracket 3")
    assert not Notification.objects.filter(text__contains="Bracket 3").exists()
    assert "Bracket" not in bell().text and not bell().path
    assert "Bracket" not in text(visit(world.reader, "watch_list"))
    assert visit(world.reader, "item_watch", world.item.pk, data={"on": "item"}).status_code == 404


def test_a_muted_space_stays_silent_and_personal_things_are_not_watched(world):
    watch(world.reader, world.item)
    news_choices.set_level(actor=actor_of(world.reader), space_id=world.space.pk, level=Level.NOTHING)
    change(world.author, world.item, "Quiet")
    assert not told(world.reader)
    folder = ItemFactory(space=world.space, owner=world.reader.user, category="personal", maturity="none")
    with pytest.raises(Conflict):
        watch(world.reader, folder)
    private = ItemFactory(space=world.space, owner=world.author.user, maturity="private")
    with pytest.raises(Conflict):
        watch(world.owner, private)  # opened by asking alone


def test_following_a_space_tells_of_comments_and_never_twice_of_one_subject(world):
    for member in (world.reader, world.leader):
        news_choices.set_level(actor=actor_of(member), space_id=world.space.pk, level=Level.EVERYTHING)
    watch(world.reader, world.item)
    change(world.author, world.item, "Bracket 2")
    say(actor=actor_of(world.author), item=world.item, remark=Said("Radius?"))
    assert set(told(world.reader)) == {"watch", "discussion"}
    assert set(told(world.leader)) == {"activity", "discussion"}
    assert Notification.objects.count() == 4


def by_itself(world):
    watch(world.reader, world.item)


def by_its_space(world):
    news_choices.set_level(actor=actor_of(world.reader), space_id=world.space.pk, level=Level.EVERYTHING)


def by_a_search(world):
    search = save_search(actor=actor_of(world.reader), name="Brackets", query="q=bracket")
    watching.watch_search(actor=actor_of(world.reader), pk=search.pk)


def by_an_assembly(world):
    top, middle = (ItemFactory(space=world.space, owner=world.author.user, title=title) for title in ("Wing", "Rib"))
    refer(top, middle, PART)
    refer(middle, world.item, PART)
    watch(world.reader, top, below=True)


@pytest.mark.parametrize("way", [by_itself, by_its_space, by_a_search, by_an_assembly])
def test_whatever_way_an_item_is_watched_changes_promotions_comments_and_revisions_are_told(world, way):
    way(world)
    author, leader = actor_of(world.author), actor_of(world.leader)
    kind = "activity" if way is by_its_space else "watch"
    item = change(world.author, world.item, "Bracket 2")
    assert told(world.reader) == {kind: f"Bracket 2, {item.number} A: its properties changed."}
    say(actor=author, item=item, remark=Said("Radius?"))
    assert set(told(world.reader)) == {kind, "discussion"}
    made = raise_change(actor=author, item=item, title="Thicker")
    assert told(world.reader)["change"] == f"{made} Thicker: Draft now."
    step(actor=leader, change=made, target="rejected", reason="No need")
    item = change_maturity(actor=leader, item=Item.objects.get(pk=item.pk), target="released")
    assert told(world.reader) == {
        kind: f"Bracket 2, {item.number} A: Released now.",
        "discussion": f"Something new in the discussion of {item}.",
        "change": f"{made} Thicker: Rejected now.",
    }
    assert Notification.objects.filter(user=world.reader.user).count() == 3  # one of each subject, brought up to date
    revise_item(actor=author, item=item)
    rows = Notification.objects.filter(user=world.reader.user, text__endswith="B: a new revision.")
    assert [row.kind for row in rows] == [kind]


def test_a_change_an_issue_and_a_review_are_watched_on_their_pages(world, visit, text):
    author, leader = actor_of(world.author), actor_of(world.leader)
    made = raise_change(actor=author, item=world.item, title="Thicker")
    issue = raise_issue(actor=author, item=world.item, draft=Draft("Burr"), facts=Facts())
    review = showing.of(begin(actor=author, draft=Draft("Round 1"), chosen=[world.item]))
    name_reviewer(actor=author, review=review, member=world.leader)
    for page, name, pk in (
        ("change_detail", "change_watch", made.pk),
        ("item_detail", "item_watch", issue.pk),
        ("review_detail", "item_watch", review.pk),
    ):
        address = reverse(f"content:{name}", args=[world.reader.platform.slug, pk])
        assert address in text(visit(world.reader, page, pk))
        visit(world.reader, name, pk, data={"on": "item"})
    assert "Thicker" in text(visit(world.reader, "watch_list"))
    step(actor=leader, change=made, target="in_work")
    move_issue(actor=author, item=issue, state="in_work")
    judge(actor=leader, review=review, seen={world.item.pk: world.item.version}, judgement="approve")
    news = set(Notification.objects.filter(user=world.reader.user).values_list("kind", "text"))
    assert news == {
        ("change", f"{made} Thicker: In work now."),
        ("watch", f"Burr, {issue.number} A: In work now."),
        ("watch", f"Round 1, {review.item.number} A: a verdict was given."),
    }
    visit(world.reader, "change_watch", made.pk, data={})
    step(actor=leader, change=made, target="cancelled", reason="No need")
    assert told(world.reader)["change"] == f"{made} Thicker: In work now."
    assert not Notification.objects.filter(user=world.leader.user, kind="watch").exists()
    remove_credential(actor=actor_of(world.owner), credential=Credential.objects.get(user=world.reader.user))
    assert visit(world.reader, "change_watch", made.pk, data={"on": "item"}).status_code == 404


def test_a_watched_search_tells_what_it_newly_finds_and_only_while_one_reads_it(world):
    search = save_search(actor=actor_of(world.reader), name="Frozen", query="state=frozen")
    watching.watch_search(actor=actor_of(world.reader), pk=search.pk)
    watching.look_again()
    assert not told(world.reader)
    change_maturity(actor=actor_of(world.author), item=world.item, target="frozen")
    for _twice in range(2):
        watching.look_again()
        assert told(world.reader) == {"search": "“Frozen” finds something new."}
        assert Notification.objects.filter(kind="search").update(read_at=None) == 1
    credential = Credential.objects.get(user=world.reader.user)
    rows = mine(world.reader.user, world.reader.platform)
    assert shown(world.reader.user, actor_of(world.reader), rows)[0].path
    remove_credential(actor=actor_of(world.owner), credential=credential)
    assert not shown(world.reader.user, actor_of(world.reader), rows)[0].path
    give(world.reader, world.space, "reader")
    Notification.objects.all().delete()
    ItemFactory(space=SpaceFactory(platform=world.reader.platform), maturity="frozen")  # unseen
    watching.look_again()
    assert not told(world.reader)


def test_t20_what_one_watches_is_nobody_elses(world, visit, text, monkeypatch):
    search = save_search(actor=actor_of(world.reader), name="Mine", query="state=frozen")
    visit(world.reader, "search_watch", search.pk, data={"on": "1"})
    visit(world.reader, "item_watch", world.item.pk, data={"on": "below"})
    space = reverse("tenants:space_level", args=[world.reader.platform.slug, world.space.pk])
    page = reverse("content:space_detail", args=[world.reader.platform.slug, world.space.pk])
    assert visit(world.reader, "watch_list").client.post(space, {"level": "everything", "next": page}).url == page
    listed = text(visit(world.reader, "watch_list"))
    for words in ("Bracket", "with all below", "Test rig", "Mine"):
        assert words in listed
    foreign = text(visit(world.owner, "watch_list"))
    assert "Bracket" not in foreign and "Mine" not in foreign
    assert visit(world.owner, "search_watch", search.pk, data={"on": "1"}).status_code == 404
    assert Watch.objects.count() == 2 and not AuditEvent.objects.filter(verb__contains="watch").exists()
    monkeypatch.setattr(watching, "MOST", 0)
    other = SavedSearch.objects.create(member=world.reader, name="All", query="q=bracket")
    with pytest.raises(Unacceptable):
        watching.watch_search(actor=actor_of(world.reader), pk=other.pk)


def test_watches_end_with_the_membership_and_with_the_person(world, administrator):
    watch(world.reader, world.item)
    assert "watching 1 item or search" in endings(world.reader)
    end_access(actor=actor_of(administrator), member=world.reader)
    assert not Watch.objects.exists()
    watch(world.leader, world.item)
    for forget in forgetting.FORGETTERS:
        forget(world.leader.user)
    assert not Watch.objects.exists()
