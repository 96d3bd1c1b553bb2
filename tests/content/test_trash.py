"""What is deleted waits in the trash of its space: seen by nobody else and nowhere else, restored, or gone for good."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from content import files, reading, trash, visibility_preview
from content.blobs import keys, storage
from content.items import Draft, create_item, delete_item, duplicate_item, revise_item
from content.models import Category, FileVersion, GroupShare, Item, Number, Reference, Tag
from content.trash import find, purge_item, purge_old, restore_item, thrown, until
from spaces.models import Credential
from spaces.services import delete_space
from tenants import access, clock
from tenants.errors import Conflict, NotVisible
from tenants.models import AuditEvent
from tests.factories import (
    ItemFactory,
    SpaceFactory,
    UserGroupFactory,
    actor_of,
    share,
    share_group,
    worker,
)

pytestmark = pytest.mark.django_db


def verbs():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


@pytest.fixture
def deleted(item, author, store):
    """The Bracket in the trash, with a file, a tag, a share and a reference that leads from it."""
    store()
    item.tags.add(Tag.objects.create(platform=item.platform, word="canary"))
    target = ItemFactory(space=item.space, owner=author.user, title="Axle")
    Reference.objects.create(source=item, target=target, created_by=author.user)
    delete_item(actor=actor_of(author), item=item)
    item.refresh_from_db()
    return item


def test_t29_t31_t32_what_is_in_the_trash_is_nowhere_else(
    visit, client, text, deleted, author, owner, administrator, stranger, platform
):
    version = FileVersion.objects.get()
    share(deleted, stranger)
    share_group(deleted, group := UserGroupFactory(platform=platform, members=[stranger]))
    later = ItemFactory(space=deleted.space, owner=author.user, number=deleted.number, revision="B", previous=deleted)
    for member in (author, owner, administrator, stranger):
        actor = actor_of(member)
        for name in ("item_detail", "item_edit", "item_record", "item_why", "item_delete", "item_duplicate"):
            assert visit(member, name, deleted.pk).status_code == 404
        for act in ("item_lock", "item_revise", "item_delete"):
            assert visit(member, act, deleted.pk, data={}).status_code == 404
        for name, *more in (("file_view",), ("file_download", "bracket.step"), ("rendition", "thumb.webp")):
            assert visit(member, name, version.pk, *more).status_code == 404
        with pytest.raises(NotVisible):
            duplicate_item(actor=actor, item=deleted, draft=Draft("x"))
        assert not access.can(actor, "read", deleted)
        assert not reading.listed(actor, others=True).filter(pk=deleted.pk).exists()
        assert "canary" not in text(visit(member, "item_list"))
        for query in ("", "?q=Bracket", "?q=canary", "?q=bracket.step"):
            assert f"/items/{deleted.pk}/" not in text(visit(member, "item_list", query=query))
    assert reading.revisions(actor_of(author), later)[0] == [later]
    assert visibility_preview.space_counts(actor_of(owner), [deleted.space_id])[deleted.space_id][0] == 2
    client.force_login(administrator.user)  # a page that names groups counts no share on it either
    assert GroupShare.objects.filter(group=group.pk).count() == 1
    url = reverse("tenants:group_detail", args=[platform.slug, group.pk])
    assert "on Private item" not in text(client.get(url))


def test_t26_who_could_not_delete_it_finds_no_trash_either(
    visit, text, deleted, author, colleague, reader, leader, owner
):
    for member in (colleague, reader):
        page = visit(member, "space_trash", deleted.space_id)
        assert (page.status_code, "Bracket" in text(page)) == (200, False)
        for name, data in (("item_purge", None), ("item_purge", {}), ("item_restore", {})):
            assert visit(member, name, deleted.pk, data=data).status_code == 404
        with pytest.raises(NotVisible):
            purge_item(actor=actor_of(member), item=deleted)
    for member in (author, leader, owner):
        page = text(visit(member, "space_trash", deleted.space_id))
        assert ("Bracket" in page, "Anna Author" in page) == (True, True)
    assert until(deleted) - deleted.trashed_at == timedelta(days=30)
    other = worker(SpaceFactory().platform)
    with pytest.raises(NotVisible):
        find(actor_of(other), deleted.pk)
    assert verbs()[-1] == "item_deleted"


def test_an_owner_of_a_space_sees_nobodys_private_or_personal_trash(space, author, owner, administrator):
    for more in ({"maturity": "private"}, {"kind": Category.PERSONAL}):
        delete_item(actor=actor_of(author), item=ItemFactory(space=space, owner=author.user, **more))
    assert len(thrown(actor_of(author), space)) == 2
    assert [len(thrown(actor_of(member), space)) for member in (owner, administrator)] == [0, 0]


def test_restoring_brings_all_of_it_back_once(deleted, author, leader, stranger):
    share(deleted, stranger)
    restored = restore_item(actor=actor_of(leader), item=deleted)
    assert (restored.trashed_at, restored.trashed_by, restored.locked_by) == (None, None, None)
    assert (restored.files.count(), restored.references.count(), restored.tags.count()) == (1, 1, 1)
    assert access.can(actor_of(stranger), "read", restored)
    with pytest.raises(NotVisible):
        restore_item(actor=actor_of(leader), item=restored)
    entry = AuditEvent.objects.latest("pk")
    assert (entry.verb, entry.rule.startswith("5.5")) == ("item_restored", True)


def test_rights_lost_since_are_lost(deleted, author):
    actor = actor_of(author)
    Credential.objects.filter(user=author.user).delete()
    for act in (restore_item, purge_item):
        with pytest.raises(NotVisible):
            act(actor=actor, item=deleted)
    assert verbs()[-1] == "item_deleted"


def test_a_lock_ends_and_one_of_somebody_else_keeps_it(item, author, leader):
    Item.objects.update(locked_by=author.user, locked_at=timezone.now())
    item.refresh_from_db()
    assert not access.can(actor_of(leader), "delete", item)
    delete_item(actor=actor_of(author), item=item)
    item.refresh_from_db()
    assert item.locked_by is None


def test_t32_what_is_in_the_trash_holds_nothing_and_its_references_come_back(deleted, author):
    target = Item.objects.get(title="Axle")
    delete_item(actor=actor_of(author), item=target)
    restore_item(actor=actor_of(author), item=deleted)
    target.refresh_from_db()
    assert not access.can(actor_of(author), "read", target)
    restore_item(actor=actor_of(author), item=target)
    with pytest.raises(Conflict) as refusal:
        delete_item(actor=actor_of(author), item=target)
    assert "Bracket" in refusal.value.sentence


def test_the_chain_of_revisions_is_right_whatever_is_deleted_and_restored(item, author, owner):
    def chain():
        rows = Item.objects.filter(number=item.number).order_by("pk")
        return [(row.revision, row.previous and row.previous.revision, row.superseded) for row in rows]

    def grown(row):
        Item.objects.filter(pk=row.pk).update(maturity="frozen")
        return revise_item(actor=actor_of(author), item=row)

    b = grown(item)
    delete_item(actor=actor_of(author), item=b)
    assert chain() == [("A", None, False)]
    c = grown(item)
    assert chain() == [("A", None, True), ("C", "A", False)]
    restore_item(actor=actor_of(author), item=b)
    assert chain() == [("A", None, True), ("B", "A", True), ("C", "B", False)]
    Item.objects.filter(pk=b.pk).update(maturity="frozen")
    delete_item(actor=actor_of(owner), item=b)
    assert chain() == [("A", None, True), ("C", "A", False)]
    purge_item(actor=actor_of(owner), item=b)
    delete_item(actor=actor_of(author), item=c)
    assert chain() == [("A", None, False)]
    assert grown(item).revision == "D"


def test_one_thing_that_cannot_end_keeps_no_other_in_the_trash(deleted, author, monkeypatch):
    other = ItemFactory(space=deleted.space, owner=author.user)
    delete_item(actor=actor_of(author), item=other)
    end = trash._end

    def fail(item):
        if item.pk == deleted.pk:
            raise OSError
        end(item)

    monkeypatch.setattr(trash, "_end", fail)
    with pytest.raises(OSError):
        purge_old(timezone.now() + timedelta(days=31))
    assert list(Item.everything.filter(pk__in=(deleted.pk, other.pk))) == [deleted]
    assert verbs().count("item_purged") == 1


def test_the_clock_ends_what_waited_30_days_and_its_bytes_go_when_nothing_names_them(deleted, author, monkeypatch):
    key = FileVersion.objects.get().key
    monkeypatch.setattr(files, "GRACE", timedelta(0))
    assert purge_old(now=until(deleted) - timedelta(seconds=1)) == 0
    assert "empty the trash" in clock.JOBS
    files.sweep()
    assert key in set(keys(storage()))
    assert purge_old(now=until(deleted)) == 1
    files.sweep()
    assert key not in set(keys(storage()))
    assert not Item.everything.filter(pk=deleted.pk).exists()
    assert Number.objects.count() == 0  # the factory made its number; those of the product stay
    entry = AuditEvent.objects.latest("pk")
    assert (entry.verb, entry.actor, entry.reason) == ("item_purged", None, "It was in the trash for 30 days.")
    assert purge_old(now=until(deleted)) == 0


def test_t28_a_number_is_not_given_again_when_all_that_bore_it_is_gone(author, monkeypatch, item):
    made = create_item(actor=actor_of(author), kind=item.type, draft=Draft("x"))
    delete_item(actor=actor_of(author), item=made)
    purge_item(actor=actor_of(author), item=made)
    digits = int(made.number.split("-")[1]) - 100_000
    given = iter([digits, 7])
    monkeypatch.setattr("content.items.secrets.randbelow", lambda most: next(given))
    assert create_item(actor=actor_of(author), kind=item.type, draft=Draft("x")).number == "T-100007"


def test_a_space_holds_what_is_in_its_trash_until_it_is_gone(deleted, author, owner):
    axle = Item.objects.get(title="Axle")
    for row in (axle, deleted):
        with pytest.raises(Conflict) as refusal:
            delete_space(actor=actor_of(owner), space=deleted.space)
        assert not any(sign.isdigit() for sign in refusal.value.sentence)
        if row is axle:
            delete_item(actor=actor_of(author), item=axle)
    for row in thrown(actor_of(owner), deleted.space):
        purge_item(actor=actor_of(owner), item=row)
    delete_space(actor=actor_of(owner), space=deleted.space)


def test_released_items_never_get_there(item, author, leader, owner, administrator):
    for maturity in ("released", "obsolete"):
        Item.objects.filter(pk=item.pk).update(maturity=maturity)
        for member in (author, leader, owner, administrator):
            assert not access.can(actor_of(member), "delete", Item.objects.get(pk=item.pk))


def test_b22_what_a_restored_item_refers_to_is_not_deleted_for_good(deleted, author):
    target = Item.objects.get(title="Axle")
    delete_item(actor=actor_of(author), item=target)
    restore_item(actor=actor_of(author), item=deleted)
    Item.objects.filter(pk=deleted.pk).update(maturity="released")
    with pytest.raises(Conflict):
        purge_item(actor=actor_of(author), item=target)
    assert purge_old(timezone.now() + timedelta(days=31)) == 0
    restore_item(actor=actor_of(author), item=target)
    assert deleted.references.filter(target=target).exists()
