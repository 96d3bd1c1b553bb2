"""What people keep for themselves: theirs alone, opening nothing, and gone with what it leads to."""

import pytest

from content import personal
from content.items import delete_item
from content.models import FolderEntry, Item, Opened
from spaces.models import Credential, CurrentCredential
from tenants.errors import AccessDenied, Conflict, NotVisible
from tenants.models import AuditEvent
from tests.factories import ItemFactory, SpaceFactory, actor_of, give

pytestmark = pytest.mark.django_db


def keep(member, title, *items, within=None):
    folder = personal.make_folder(actor=actor_of(member), title=title, within=within)
    for item in items:
        personal.put(actor=actor_of(member), folder=folder, item=item)
    return folder


def held(member, folder):
    return [entry.target.title for entry in personal.entries(actor_of(member), folder)]


def test_the_first_star_makes_the_favourites_where_one_works_and_each_star_is_one_entry(world, platform):
    actor, entries = actor_of(world.reader), AuditEvent.objects.count()
    personal.star(actor=actor, item=world.item)
    found = personal.favourites(actor)
    assert (found.category, found.maturity, found.space, found.owner) == (
        "personal",
        "none",
        world.space,
        world.reader.user,
    )
    other = ItemFactory(space=world.space, title="Bolt")
    personal.star(actor=actor, item=other)
    assert AuditEvent.objects.count() - entries == 2
    assert set(held(world.reader, found)) == {"Bracket", "Bolt"}
    with pytest.raises(Conflict):
        personal.star(actor=actor, item=other)
    personal.unstar(actor=actor, item=other)
    with pytest.raises(Conflict):
        personal.unstar(actor=actor, item=other)
    assert personal.starred(actor, world.item)
    assert not personal.starred(actor, other)
    give(world.author, SpaceFactory(platform=platform), "reader")
    CurrentCredential.objects.filter(member=world.author).delete()
    with pytest.raises(AccessDenied, match="Choose the credential"):
        personal.star(actor=actor_of(world.author), item=world.item)


def test_folders_stand_in_folders_move_and_never_stand_in_themselves(world):
    actor = actor_of(world.reader)
    outer = keep(world.reader, "Outer", world.item)
    inner = keep(world.reader, "Inner", within=outer)
    assert [folder.title for folder in personal.above(actor, inner)] == ["Outer"]
    assert [(folder.title, folder.depth) for folder in personal.tree(actor)] == [("Outer", 0), ("Inner", 1)]
    for folder, item in ((inner, outer), (outer, outer)):
        with pytest.raises(Conflict, match="itself"):
            personal.put(actor=actor, folder=folder, item=item)
    other = keep(world.reader, "Other")
    personal.put(actor=actor, folder=other, item=inner)
    assert (held(world.reader, outer), held(world.reader, other)) == (["Bracket"], ["Inner"])
    entry = FolderEntry.objects.get(target=world.item)
    personal.move_entry(actor=actor, folder=outer, pk=entry.pk, to=inner)
    assert (held(world.reader, outer), held(world.reader, inner)) == ([], ["Bracket"])
    delete_item(actor=actor, item=other)
    assert held(world.reader, inner) == ["Bracket"]
    assert personal.above(actor_of(world.reader), inner) == []


def test_b08_nobody_else_reads_or_fills_a_folder_but_owners_who_are_recorded(world, administrator, visit, text):
    folder = keep(world.reader, "Zqdesk", world.item)
    for member in (world.author, world.leader):
        assert visit(member, "item_detail", folder.pk).status_code == 404
        assert visit(member, "folder_detail", folder.pk).status_code == 404
        with pytest.raises(NotVisible):
            personal.put(actor=actor_of(member), folder=folder, item=world.item)
    for member in (world.owner, administrator):
        assert visit(member, "folder_detail", folder.pk).status_code == 404
        opened = AuditEvent.objects.filter(verb="private_item_opened").count()
        shown = text(visit(member, "item_detail", folder.pk))
        assert "Bracket" in shown
        assert AuditEvent.objects.filter(verb="private_item_opened").count() == opened + 1
        with pytest.raises(NotVisible):
            personal.put(actor=actor_of(member), folder=folder, item=world.item)
        with pytest.raises(Conflict, match="theirs alone"):
            personal.star(actor=actor_of(member), item=folder)
        pages = ("item_list", "my_content")
        assert not [page for page in pages if "Zqdesk" in text(visit(member, page))]


def test_t31_t37_what_one_no_longer_reads_is_not_shown_and_not_counted(world, platform, visit, text):
    vault = SpaceFactory(platform=platform, title="Vault")
    secret, member = ItemFactory(space=vault, title="Zqsecret"), world.reader
    credential = give(member, vault, "reader")
    CurrentCredential.objects.create(
        member=member, credential=Credential.objects.get(user=member.user, content_object=world.space)
    )
    personal.star(actor=actor_of(member), item=secret)
    folder = keep(member, "Desk", secret, world.item)
    visit(member, "item_detail", secret.pk)
    assert text(visit(member, "my_content")).count("Zqsecret") > 1
    credential.delete()
    entry = FolderEntry.objects.get(folder=folder, target=secret)
    for page, *args in (
        ("my_content",),
        ("folder_detail", folder.pk),
        ("item_detail", folder.pk),
        ("item_record", folder.pk),
    ):
        assert "Zqsecret" not in text(visit(member, page, *args)), page
    assert "1–1 of 1 you can read" in text(visit(member, "folder_detail", folder.pk))
    assert visit(member, "entry_remove", folder.pk, entry.pk, data={}).status_code == 404
    with pytest.raises(NotVisible):
        personal.put(actor=actor_of(member), folder=folder, item=secret)
    Item.objects.filter(pk=world.item.pk).delete()
    assert held(member, folder) == []


def test_t21_entries_and_folders_of_others_are_none_of_mine(world, visit):
    mine, theirs = keep(world.reader, "Mine", world.item), keep(world.author, "Theirs", world.item)
    entry = FolderEntry.objects.get(folder=theirs)
    for name, args, data in (
        ("entry_remove", (mine.pk, entry.pk), {}),
        ("entry_move", (mine.pk, entry.pk), {"to": mine.pk}),
        ("entry_remove", (theirs.pk, entry.pk), {}),
        ("folder_move", (theirs.pk,), {"to": mine.pk}),
    ):
        assert visit(world.reader, name, *args, data=data).status_code == 404, name
    assert visit(world.reader, "item_keep", world.item.pk, data={"to": theirs.pk}).status_code == 422
    assert visit(world.reader, "folder_move", mine.pk, data={"to": theirs.pk}).status_code == 422
    assert FolderEntry.objects.filter(folder=theirs).count() == 1


def test_what_was_opened_lately_is_a_setting_of_ones_own(world, visit, text):
    visit(world.reader, "item_detail", world.item.pk)
    visit(world.reader, "item_detail", world.item.pk)
    assert Opened.objects.get().user == world.reader.user
    assert "Bracket" in text(visit(world.reader, "my_content"))
    assert "Bracket" not in text(visit(world.owner, "my_content"))
    Opened.objects.update(at="2020-01-01T00:00Z")
    personal.forget()
    assert not Opened.objects.exists()
