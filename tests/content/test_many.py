"""One act on many items: a verdict for each, then the ready ones by the rights of their moment, one entry each."""

import re
from collections import Counter

import pytest
from django.test import override_settings
from django.urls import reverse

from content import item_batches, move_batches, readers
from content.models import Item, Maturity, Share
from content.moves import placed
from spaces.models import Credential
from tenants import batch_runs, batches
from tenants.members import end_access
from tenants.models import AuditEvent, Batch, Member, Outcome
from tests.factories import ItemFactory, PlatformFactory, SpaceFactory, actor_of, give, refer, share, worker

QUEUED = {"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend"}}  # nobody works
pytestmark = pytest.mark.django_db
TO_FROZEN = {"target": "frozen", "reason": ""}
TO_PRIVATE = {"target": "private", "reason": ""}


@pytest.fixture
def items(world):
    """Items of an Author in every state that says something else about an act, by name."""
    mine = {"space": world.space, "owner": world.author.user}
    found = {
        "Work": ItemFactory(title="Work", **mine),
        "Theirs": ItemFactory(title="Theirs", space=world.space, owner=world.colleague.user),
        "Frozen": ItemFactory(title="Frozen", maturity=Maturity.FROZEN, **mine),
        "Released": ItemFactory(title="Released", maturity=Maturity.RELEASED, **mine),
        "Locked": ItemFactory(title="Locked", locked_by=world.colleague.user, **mine),
        "Folder": ItemFactory(title="Folder", kind="personal", **mine),
        "Target": ItemFactory(title="Target", **mine),
    }
    refer(found["Work"], found["Target"])
    return found


def made(member, items, act, parameters):
    return item_batches.make(actor=actor_of(member), act=act, parameters=parameters, chosen=list(items.values()))


def called(line):
    return line.subject.split()[-1]


def codes(batch):
    return {called(line): line.code for line in batch.lines.all()}


def run(member, batch):
    actor, shown = actor_of(member), Batch.objects.get(pk=batch.pk)
    token = batches.token(batches.effects(actor, shown))
    batch_runs.confirm(actor=actor, pk=batch.pk, version=shown.version, shown=token)
    return {called(line): str(line.outcome) for line in batch.lines.filter(runs=True)}


def test_maturity_is_judged_item_by_item_and_done_for_the_ready_ones(world, items):
    batch = made(world.author, items, "maturity", TO_FROZEN)
    assert codes(batch) == {
        "Work": "ready",
        "Theirs": "refused",
        "Frozen": "already",
        "Released": "refused",
        "Locked": "refused",
        "Folder": "refused",
        "Target": "ready",
    }
    assert run(world.author, batch) == {"Work": "done", "Target": "done"}
    assert Item.objects.filter(maturity=Maturity.FROZEN).count() == 3
    assert AuditEvent.objects.filter(verb="maturity_changed").count() == 2


def test_an_exception_wants_a_reason_and_a_tick(world, items):
    released = {"Released": items["Released"]}
    obsolete = {"target": "obsolete", "reason": ""}
    assert codes(made(world.owner, released, "maturity", obsolete)) == {"Released": "no_reason"}
    batch = made(world.owner, released, "maturity", obsolete | {"reason": "Recall"})
    assert codes(batch) == {"Released": "exception"}
    assert batch.lines.get().runs is False
    assert codes(made(world.owner, released, "maturity", {"target": "in_work", "reason": "Recall"})) == {
        "Released": "refused"
    }


def test_public_content_that_is_referred_to_stays_open(world, items):
    type(world.space).objects.filter(pk=world.space.pk).update(visibility="public")
    elsewhere = ItemFactory(space=SpaceFactory(platform=world.space.platform))
    refer(elsewhere, items["Work"])
    batch = made(world.author, {"Work": items["Work"], "Target": items["Target"]}, "maturity", TO_PRIVATE)
    assert codes(batch) == {"Work": "referenced", "Target": "ready"}


def test_deleting_is_judged_item_by_item(world, items):
    batch = made(world.author, items, "delete", {"reason": ""})
    assert codes(batch) == {
        "Work": "ready",
        "Theirs": "refused",
        "Frozen": "refused",
        "Released": "refused",
        "Locked": "refused",
        "Folder": "ready",
        "Target": "referenced",
    }
    assert run(world.author, batch) == {"Work": "done", "Folder": "done"}
    assert not Item.objects.filter(title__in=("Work", "Folder")).exists()
    named = batches.name_lines(actor_of(world.author), batch, batch.lines.filter(runs=True))
    assert {called(line): line.shown == line.subject for line in named} == {"Work": True, "Folder": True}
    Credential.objects.filter(user=world.author.user).delete()
    named = batches.name_lines(actor_of(world.author), batch, batch.lines.filter(runs=True))
    assert {line.hidden for line in named} == {True}  # what they could not take out again has no name


def test_sharing_is_judged_item_by_item(world, items, stranger):
    share(items["Frozen"], stranger)
    asked = {"whom": stranger.user.email, "level": "share_read", "last_day": "", "ends_at": ""}
    batch = made(world.author, items, "share", asked)
    assert codes(batch) == {
        "Work": "ready",
        "Theirs": "refused",
        "Frozen": "already",
        "Released": "ready",
        "Locked": "ready",
        "Folder": "refused",
        "Target": "ready",
    }
    assert set(run(world.author, batch).values()) == {"done"}
    assert Share.objects.filter(user=stranger.user).count() == 5
    unknown = made(world.author, items, "share", asked | {"whom": "nobody@example.test"})
    assert set(codes(unknown).values()) == {"no_recipient", "refused"}


def test_t59_one_foreign_item_among_a_hundred_is_left_alone(world, visit):
    own = ItemFactory.create_batch(99, space=world.space, owner=world.author.user)
    foreign = ItemFactory(space=SpaceFactory(platform=PlatformFactory()), title="Zqforeign")
    query = f"?act=delete&item={foreign.pk}," + ",".join(str(item.pk) for item in own)
    page = visit(world.author, "item_many", query=query)
    assert page.context["missing"] == 1
    assert b"Zqforeign" not in page.content
    answer = visit(world.author, "item_many", query=query, data={"reason": ""})
    batch = Batch.objects.get()
    assert str(batch.pk) in answer["Location"]
    assert batch.lines.count() == 99
    forged = {"foreign": foreign}  # past the page
    batch = made(world.author, forged, "delete", {"reason": ""})
    assert codes(batch) == {"Zqforeign": "gone"}
    assert Item.objects.filter(pk=foreign.pk).exists()


def test_t46_t48_rights_lost_after_the_verdict_are_lost_when_it_runs(world, items):
    two = {name: items[name] for name in ("Work", "Target")}
    with override_settings(TASKS=QUEUED):
        batch = made(world.author, two, "maturity", TO_FROZEN)
        run(world.author, batch)
    Credential.objects.filter(user=world.author.user).update(ends_at="2020-01-01T00:00Z")
    batch_runs.run.func(str(batch.pk))
    assert set(batch.lines.values_list("outcome", flat=True)) == {Outcome.REFUSED}
    assert not Item.objects.filter(title__in=two, maturity=Maturity.FROZEN).exists()


def test_t46_what_somebody_without_access_queued_is_refused_and_recorded(world, items, administrator):
    with override_settings(TASKS=QUEUED):
        batch = made(world.author, {"Work": items["Work"]}, "delete", {"reason": ""})
        run(world.author, batch)
    end_access(actor=actor_of(administrator), member=world.author)
    batch_runs.run.func(str(batch.pk))
    assert Item.objects.filter(pk=items["Work"].pk).exists()
    assert AuditEvent.objects.filter(object_id=str(batch.pk), verb="batch_stopped").exists()


def test_all_that_fit_are_those_of_the_list(world, items, visit):
    page = visit(world.author, "item_many", query=f"?act=maturity&all=1&space={world.space.pk}&state=in_work")
    assert page.context["number"] == 5  # the Bracket of the world among them
    page = visit(world.author, "item_many", query="?act=maturity&all=1&q=Target")
    assert [item.title for item in page.context["named"]] == ["Target"]


def test_nothing_selected_and_acts_that_there_are_none_of(world, visit):
    assert visit(world.author, "item_many", query="?act=nonsense&item=1").status_code == 404
    page = visit(world.author, "item_many", query="?act=delete&item=x&item=99999999999999999999")
    assert (page.status_code, page.context["number"]) == (200, 0)
    assert visit(world.author, "item_many", query="?act=delete", data={}).status_code == 422


def test_what_is_typed_of_a_share_holds_for_all_of_them(world, visit, stranger):
    query = f"?act=share&item={world.item.pk}"
    typed = {"whom": stranger.user.email, "level": "share_edit", "ends_on": "2090-06-30"}
    assert visit(world.author, "item_many", query=query, data=typed | {"level": "all"}).status_code == 422
    assert visit(world.author, "item_many", query=query, data=typed).status_code == 302
    kept = Batch.objects.get().parameters
    assert kept["ends_at"].startswith("2090-07-01T00:00")
    assert (kept["level"], kept["last_day"], kept["whom"]) == ("share_edit", "30 June 2090", stranger.user.email)


def test_a_list_offers_the_acts_and_keeps_its_filters(world, visit):
    page = visit(world.author, "space_detail", world.space.pk, query="?state=in_work&sort=title")
    html = page.content.decode()
    assert f'<input type="hidden" form="many" name="space" value="{world.space.pk}">' in html
    assert '<input type="hidden" form="many" name="state" value="in_work">' in html
    assert f'form="many" name="item" value="{world.item.pk}"' in html


@pytest.fixture
def there(world):
    """A second space, Protected, to which the Author may bring things."""
    found = SpaceFactory(platform=world.space.platform, title="There", visibility="protected")
    give(world.author, found, "author")
    return found


def aimed(space=None, owner=None):
    return {"space": space and space.pk, "organization": None, "owner": owner and owner.pk, "words": []}


def test_t35_moving_is_judged_item_by_item_and_done_for_the_ready_ones(world, items, there, stranger):
    items["There"] = ItemFactory(title="There", space=there, owner=world.author.user)
    batch = made(world.author, items, "move", aimed(there))
    assert codes(batch) == {
        "Work": "ready",
        "Theirs": "refused",
        "Frozen": "ready",
        "Released": "ready",
        "Locked": "refused",
        "Folder": "ready",
        "Target": "ready",
        "There": "already",
    }
    assert set(run(world.author, batch).values()) == {"done"}
    assert Item.objects.filter(space=there).count() == 6
    assert AuditEvent.objects.filter(verb="item_moved").count() == 5
    nobody = made(world.author, {"Work": items["Work"]}, "move", aimed(owner=stranger))
    assert codes(nobody) == {"Work": "no_owner"}


def test_b09_many_public_items_to_which_others_refer_are_not_moved_where_they_would_close(world, items, there):
    type(world.space).objects.filter(pk=world.space.pk).update(visibility="public")
    refer(ItemFactory(space=SpaceFactory(platform=world.space.platform)), items["Work"])
    batch = made(world.author, {"Work": items["Work"], "Target": items["Target"]}, "move", aimed(there))
    assert codes(batch) == {"Work": "referenced", "Target": "ready"}


def test_who_gains_and_loses_by_a_move_of_many_is_the_sum_of_what_each_move_says(world, items, there):
    type(world.space).objects.filter(pk=world.space.pk).update(visibility="public")
    for name, responsibility in (("in", "reader"), ("bound", "reader"), ("owns", "owner"), ("heir", "author")):
        give(worker(world.space.platform, user__name=name), there, responsibility, restricted=name == "bound")
    outside = worker(world.space.platform, user__name="outside")
    give(outside, SpaceFactory(platform=world.space.platform), "reader")
    guest = worker(world.space.platform, user__name="guest")
    share(items["Work"], guest)
    heir = Member.objects.get(user__name="heir")
    chosen = list(Item.objects.filter(pk__in=[item.pk for item in items.values()]).select_related("space__platform"))
    for aim in (aimed(there), aimed(there, heir), aimed(owner=heir)):
        found = move_batches.aim_of(actor_of(world.author), aim)
        pairs = [(item, placed(item, found.of(item))) for item in chosen]
        each = [readers.changes(item, found.of(item)) for item in chosen]
        wanted = tuple(Counter(one.person.pk for sides in each for one in sides[side]) for side in (0, 1))
        summed = move_batches.sums(pairs)
        assert tuple(Counter({one.pk: number for one, number in side.items()}) for side in summed) == wanted
        assert aim["space"] is None or (wanted[0] and wanted[1])


def test_moving_many_shows_who_gains_and_loses_and_ends_when_the_place_is_lost(world, items, there, visit, client):
    give(world.reader, there, "reader"), give(world.colleague, there, "reader")
    give(worker(world.space.platform, user__name="Ina Inside"), there, "reader")
    query = f"?act=move&item={items['Work'].pk},{items['Target'].pk}"
    assert visit(world.author, "item_many", query=query, data={}).status_code == 422, "nothing is chosen"
    unknown = visit(world.author, "item_many", query=query, data={"owner": "nobody@example.test"})
    assert unknown.status_code == 422 and "Nobody whom you may know" in unknown.content.decode()
    foreign = {"space": SpaceFactory(platform=PlatformFactory()).pk}
    assert visit(world.author, "item_many", query=query, data=foreign).status_code == 422
    answer = visit(world.author, "item_many", query=query, data={"space": there.pk})
    batch = Batch.objects.get()
    assert answer.status_code == 302
    url = reverse("tenants:batch_detail", args=[world.space.platform.slug, batch.pk])
    page = client.get(url).content.decode()
    assert "1 person gains access, 2 lose it" in page and "Ina Inside" in page
    sent = {"version": batch.version, "shown": re.search(r'name="shown" value="(\w+)"', page)[1]}
    give(worker(world.space.platform, user__name="Otto Since"), there, "reader")
    confirm = reverse("tenants:batch_confirm", args=[world.space.platform.slug, batch.pk])
    for told in (sent, {"version": batch.version}):
        answer = client.post(confirm, told)
        stale = answer.content.decode()
        assert answer.status_code == 409 and "something else for people" in stale
        assert "2 people gain access, 2 lose it" in stale and "Otto Since" in stale
    assert not AuditEvent.objects.filter(verb="batch_confirmed").exists()
    sent["shown"] = re.search(r'name="shown" value="(\w+)"', stale)[1]
    with override_settings(TASKS=QUEUED):
        assert client.post(confirm, sent).status_code == 302
    Credential.objects.filter(user=world.author.user, content_object=there).update(ends_at="2020-01-01T00:00Z")
    assert client.get(url).status_code == 404


def test_asking_for_private_items_by_their_ids_leaves_an_entry(world, visit):
    private = ItemFactory(title="Zqprivate", space=world.space, owner=world.author.user, maturity=Maturity.PRIVATE)
    query = f"?act=delete&item={private.pk}"
    assert "Zqprivate" in visit(world.owner, "item_many", query=query).content.decode()
    opened = AuditEvent.objects.get(verb="private_item_opened")
    assert (opened.object_id, opened.actor) == (str(private.pk), world.owner.user)
    visit(world.owner, "item_many", query=query, data={"reason": ""})
    listed = AuditEvent.objects.get(verb="private_items_listed")
    assert listed.after["shown"] == [f"{private.number} {private.revision}"]
    visit(world.author, "item_many", query=query)
    assert AuditEvent.objects.filter(verb="private_item_opened").count() == 1, "one's own are in lists"
