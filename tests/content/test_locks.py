"""Locks: who takes, gives and breaks them, what they stop, and when they end by themselves."""

import pytest
from django.utils.html import strip_tags

from content.items import Draft, delete_item, edit_item, revise_item
from content.lifecycle import change_maturity
from content.locks import break_lock, lock_item, unlock_item
from content.models import Item, Maturity
from spaces.credentials import remove_credential
from spaces.models import Credential
from tenants.errors import AccessDenied, Conflict, NotVisible
from tenants.members import end_access
from tenants.models import AuditEvent, Notification
from tests.factories import ItemFactory, actor_of, give, share

pytestmark = pytest.mark.django_db


def verbs():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def holder(item):
    return Item.objects.get(pk=item.pk).locked_by


@pytest.fixture
def locked(item, author):
    return lock_item(actor=actor_of(author), item=item)


def test_b20_one_person_holds_the_lock_and_only_they_give_it_back(locked, author, colleague, owner):
    with pytest.raises(AccessDenied) as refusal:
        lock_item(actor=actor_of(colleague), item=locked)
    assert refusal.value.sentence.startswith("Anna Author has locked it.")
    assert "an Owner of Test rig can break the lock" in refusal.value.sentence
    for other in (colleague, owner):
        with pytest.raises(AccessDenied):
            unlock_item(actor=actor_of(other), item=locked)
    with pytest.raises(Conflict):
        lock_item(actor=actor_of(author), item=locked)
    unlock_item(actor=actor_of(author), item=locked)
    assert (holder(locked), verbs()) == (None, ["item_locked", "item_unlocked"])


def test_who_may_modify_may_lock(item, reader, stranger):
    with pytest.raises(AccessDenied) as refusal:
        lock_item(actor=actor_of(reader), item=item)
    assert "Author or above" in refusal.value.sentence
    with pytest.raises(NotVisible):
        lock_item(actor=actor_of(stranger), item=item)
    share(item, stranger, "share_edit")
    lock_item(actor=actor_of(stranger), item=item)
    assert holder(item) == stranger.user


def test_a_lock_stops_everybody_else_but_not_reading_and_revising(locked, colleague, leader, store):
    acts = [
        lambda: edit_item(actor=actor_of(colleague), item=locked, draft=Draft("x")),
        lambda: delete_item(actor=actor_of(leader), item=locked),
        lambda: change_maturity(actor=actor_of(leader), item=locked, target=Maturity.FROZEN),
        lambda: store(member=colleague),
    ]
    for act in acts:
        with pytest.raises(AccessDenied) as refusal:
            act()
        assert "has locked it" in refusal.value.sentence
    Item.objects.filter(pk=locked.pk).update(maturity=Maturity.FROZEN)
    assert revise_item(actor=actor_of(colleague), item=locked).locked_by is None
    assert verbs() == ["item_locked", "item_revised"]


def test_an_owner_breaks_a_lock_and_its_holder_is_told(locked, owner, author, leader):
    with pytest.raises(AccessDenied):
        break_lock(actor=actor_of(leader), item=locked)
    break_lock(actor=actor_of(owner), item=locked)
    told = Notification.objects.get(user=author.user)
    assert told.text == "Olga Owner broke your lock on Bracket."
    entry = AuditEvent.objects.latest("pk")
    assert (holder(locked), entry.verb, entry.subject, entry.before) == (None, "lock_broken", author.user, {})
    with pytest.raises(Conflict):
        break_lock(actor=actor_of(owner), item=locked)


def test_a_lock_ends_with_the_last_way_to_modify_and_does_not_return(locked, owner, author):
    second = give(author, locked.space, "leader")
    first, _ = Credential.objects.filter(user=author.user).order_by("pk")
    remove_credential(actor=actor_of(owner), credential=first)
    assert holder(locked) == author.user  # one way is left
    remove_credential(actor=actor_of(owner), credential=second)
    assert holder(locked) is None
    assert Notification.objects.filter(user=author.user, text__contains="Your lock on Bracket ended").exists()
    give(author, locked.space, "author")
    assert holder(locked) is None


def test_t37_a_lock_ends_with_the_membership(locked, author, administrator):
    end_access(actor=actor_of(administrator), member=author)
    assert holder(locked) is None


def test_a_lock_ends_with_release_and_with_the_way_to_modify(locked, leader, author):
    lock_item(actor=actor_of(leader), item=ItemFactory(space=locked.space))
    mine = Item.objects.get(locked_by=leader.user)
    change_maturity(actor=actor_of(leader), item=mine, target=Maturity.RELEASED)
    assert (holder(mine), AuditEvent.objects.latest("pk").after) == (None, {"maturity": "released", "lock": "ended"})
    change_maturity(actor=actor_of(author), item=locked, target=Maturity.FROZEN)  # Authors change nothing Frozen
    assert holder(locked) is None


def test_t34_b07_a_lock_names_nobody_to_people_who_may_not_know_them(item, supplier, person, author, visit, text):
    Item.objects.filter(pk=item.pk).update(organization=supplier)
    restricted = person("author", restricted=True, organization=supplier)
    lock_item(actor=actor_of(author), item=item)
    with pytest.raises(AccessDenied) as refusal:
        lock_item(actor=actor_of(restricted), item=item)
    assert refusal.value.sentence.startswith("Somebody else has locked it.")
    for name in ("item_detail", "item_record", "item_why", "item_maturity"):
        assert "Anna Author" not in text(visit(restricted, name, item.pk))


def test_the_page_offers_what_one_may_do_with_the_lock(locked, author, colleague, owner, visit, text):
    assert "Unlock</button>" in text(visit(author, "item_detail", locked.pk))
    page = text(visit(colleague, "item_detail", locked.pk))
    assert "Locked by Anna Author" in strip_tags(page)
    assert "Unlock</button>" not in page
    assert "break-lock" not in page
    assert "break-lock" in text(visit(owner, "item_detail", locked.pk))


@pytest.mark.parametrize("name", ["item_lock", "item_unlock", "item_break_lock"])
def test_b34_locks_change_by_post_alone(item, author, visit, name):
    assert visit(author, name, item.pk).status_code == 405
    assert (holder(item), verbs()) == (None, [])


def test_checking_out_locks_and_leads_to_the_bytes_of_the_latest_version(visit, store, author, colleague, text):
    old, version = store(), store(b"ISO-10303-21; second")
    assert visit(author, "file_check_out", old.pk, data={}).status_code == 409
    response = visit(author, "file_check_out", version.pk, data={})
    page = text(visit(author, "item_detail", version.file.item_id, query=f"?out={version.pk}"))
    assert (response.status_code, "The download begins" in page, "Check in" in page) == (302, True, True)
    assert response["Location"].endswith(f"?out={version.pk}")
    assert "The download begins" not in text(
        visit(colleague, "item_detail", version.file.item_id, query=f"?out={version.pk}")
    )
    entry = AuditEvent.objects.latest("pk")
    assert (entry.verb, entry.after) == ("file_checked_out", {"file": "bracket.step", "version": 2})
