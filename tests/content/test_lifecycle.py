"""Maturity: every step by every person, exceptions, and what stands in the way. The table is typed by hand."""

import pytest

from content.items import Draft, edit_item
from content.lifecycle import ORDER, change_maturity, steps
from content.models import Category, Item, Maturity, Reference
from spaces.models import CurrentCredential, Visibility
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.models import AuditEvent
from tests.factories import ItemFactory, SpaceFactory, actor_of, give

pytestmark = pytest.mark.django_db

REGULAR = {  # from, to: the people of `world` who take this step to an item of the author
    ("private", "in_work"): {"author"},
    ("in_work", "private"): {"author"},
    ("in_work", "frozen"): {"author", "leader"},
    ("frozen", "in_work"): {"author", "leader"},
    ("frozen", "released"): {"leader"},
    ("in_work", "released"): {"leader"},
    ("released", "obsolete"): {"leader"},
}
EXCEPTIONS = {
    (source, target)
    for source in Maturity.values
    for target in ORDER
    if source not in {"none", target} and (source not in {"released", "obsolete"} or target in {"released", "obsolete"})
}


def take(member, item, target, reason="", actor=None):
    try:
        change_maturity(actor=actor or actor_of(member), item=item, target=target, reason=reason)
    except (AccessDenied, NotVisible, Unacceptable) as refusal:
        return refusal
    return "done"


@pytest.mark.parametrize("who", ["author", "colleague", "leader", "owner", "reader"])
def test_b23_every_step_by_its_people_alone(world, who):
    member, done = getattr(world, who), 0
    actor = actor_of(member)
    for source in ORDER:
        for target in ORDER:
            if source == target:
                continue
            Item.objects.filter(pk=world.item.pk).update(maturity=source)
            answer = take(member, world.item, target, actor=actor)
            if who in REGULAR.get((source, target), ()):
                assert answer == "done", (source, target)
                done += 1
            elif who == "owner" and (source, target) in EXCEPTIONS:
                assert answer.field == "reason", (source, target)
                assert take(member, world.item, target, "The customer asks", actor) == "done"
                done += 1
            else:
                assert isinstance(answer, AccessDenied | NotVisible), (source, target)
                assert isinstance(answer, NotVisible) or (answer.sentence and answer.remedy)
                world.item.refresh_from_db()
                assert world.item.maturity == source
    assert AuditEvent.objects.count() == done


def test_an_exception_is_told_apart_in_the_record(item, owner):
    take(owner, item, Maturity.OBSOLETE, "Recalled")
    entry = AuditEvent.objects.get()
    assert (entry.verb, entry.reason, entry.before, entry.after) == (
        "maturity_excepted",
        "Recalled",
        {"maturity": "in_work"},
        {"maturity": "obsolete"},
    )
    assert entry.rule.startswith("6.X")


def test_an_owner_with_another_current_credential_makes_no_exception(item, owner, platform):
    other = give(owner, SpaceFactory(platform=platform), "reader")
    CurrentCredential.objects.create(member=owner, credential=other)
    refusal = take(owner, item, Maturity.OBSOLETE, "Recalled")
    assert "by the current credential" in refusal.remedy


def test_an_administrator_makes_exceptions_without_a_credential(item, administrator):
    assert take(administrator, item, Maturity.OBSOLETE, "Recalled") == "done"


def test_freezing_first_may_be_asked_for(item, leader, platform):
    platform.freeze_before_release = True
    platform.save()
    refusal = take(leader, item, Maturity.RELEASED)
    assert refusal.sentence == "No regular step leads from In Work to Released."
    assert take(leader, item, Maturity.FROZEN) == "done"
    item.refresh_from_db()
    assert take(leader, item, Maturity.RELEASED) == "done"


def test_nobody_takes_released_content_back_and_the_refusal_names_the_way_on(item, owner):
    Item.objects.filter(pk=item.pk).update(maturity=Maturity.RELEASED)
    refusal = take(owner, item, Maturity.IN_WORK, "Please")
    assert refusal.sentence == "Nobody takes it from Released back to In Work."
    assert refusal.remedy.startswith("Revise it")


def test_b22_released_content_never_changes(item, leader, owner, administrator, store):
    store()
    version = item.files.get().versions.get()
    Item.objects.filter(pk=item.pk).update(maturity=Maturity.RELEASED)
    for member in (leader, owner, administrator):
        with pytest.raises(AccessDenied):
            edit_item(actor=actor_of(member), item=item, draft=Draft("x"))
        with pytest.raises(AccessDenied):
            store(b"other bytes", member=member, reason="A reason helps nobody")
    assert item.files.get().versions.get() == version


def test_doubled_and_unknown_steps(item, author):
    with pytest.raises(Conflict) as refusal:
        change_maturity(actor=actor_of(author), item=item, target=Maturity.IN_WORK)
    assert refusal.value.sentence == "It is In Work already."
    for target in ("none", "final", "", "in_work\x00"):
        with pytest.raises(Unacceptable):
            change_maturity(actor=actor_of(author), item=item, target=target)
    assert not AuditEvent.objects.exists()


def test_personal_items_stay_out_of_it(space, reader):
    note = ItemFactory(space=space, owner=reader.user, kind=Category.PERSONAL)
    assert steps(actor_of(reader), note) == []
    assert take(reader, note, Maturity.IN_WORK).sentence == "A personal item has no maturity."


@pytest.mark.parametrize("who", ["author", "owner"])
def test_b09_public_stays_public_while_another_space_refers_to_it(world, platform, who):
    world.space.visibility = Visibility.PUBLIC
    world.space.save()
    inside = ItemFactory(space=world.space, owner=world.author.user)
    outside = ItemFactory(space=SpaceFactory(platform=platform), title="Secret gearbox")
    for source in (inside, outside):
        Reference.objects.create(source=source, target=world.item, created_by=source.owner)
    with pytest.raises(Conflict) as refusal:
        change_maturity(actor=actor_of(getattr(world, who)), item=world.item, target="private", reason="Secrecy")
    assert "others refer to it" in refusal.value.sentence
    assert "Secret" not in refusal.value.sentence
    Reference.objects.filter(source=outside).delete()
    assert take(getattr(world, who), world.item, Maturity.PRIVATE, "Secrecy") == "done"


# --- the page ---


def test_the_page_shows_every_state_with_its_consequence_and_who_takes_the_step(item, author, visit, text):
    page = text(visit(author, "item_maturity", item.pk))
    assert page.count("Make it ") == 4
    assert "It never changes again" in page
    assert "From In Work to Released, a Leader takes it." in page


@pytest.mark.parametrize("data", [{}, {"target": ""}, {"target": "none"}, {"target": "\x00"}, {"target": "x" * 5000}])
def test_bad_input_gets_a_sentence(item, author, visit, text, data):
    response = visit(author, "item_maturity", item.pk, data=data)
    assert response.status_code == 422
    assert "Choose one of the states below." in text(response)


def test_an_exception_without_a_reason_keeps_the_page(item, owner, visit, text):
    response = visit(owner, "item_maturity", item.pk, data={"target": "obsolete"})
    assert response.status_code == 422
    assert "Say why: the record keeps the reason." in text(response)


def test_the_reason_survives_a_refusal(item, owner, author, visit, text):
    Item.objects.filter(pk=item.pk).update(locked_by=author.user)
    response = visit(owner, "item_maturity", item.pk, data={"target": "obsolete", "reason": "Recalled by the customer"})
    assert response.status_code == 403
    assert "Anna Author has locked it." in text(response)
    Item.objects.filter(pk=item.pk).update(locked_by=None)
    response = visit(owner, "item_maturity", item.pk, data={"target": "obsolete", "reason": "x" * 501})
    assert response.status_code == 422
    assert "x" * 501 in text(response)


def test_a_step_is_taken_by_post(item, author, visit):
    assert visit(author, "item_maturity", item.pk, data={"target": "frozen"}).status_code == 302
    item.refresh_from_db()
    assert item.maturity == "frozen"
