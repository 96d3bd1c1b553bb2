"""Relations: who makes them, from where to where, and that they tell nobody of what they do not read."""

from decimal import Decimal
from itertools import pairwise

import pytest
from django.urls import reverse

from content import circles, referrers, structure
from content.items import revise_item
from content.models import OF_ISSUES, Category, Item, Maturity, Reference, ReferenceKind
from content.references import Relation, add_reference, change_reference, end_reference
from spaces.models import Visibility
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.models import AuditEvent, Notification
from tenants.news_choices import set_level
from tests.factories import ItemFactory, SpaceFactory, actor_of, give, refer, share
from tests.races import at_once

pytestmark = pytest.mark.django_db
PART = ReferenceKind.HAS_PART
WHO = {  # maturity: who changes relations of an item of the author without a reason, and who by a repair
    Maturity.PRIVATE: ({"author"}, {"owner"}),
    Maturity.IN_WORK: ({"author", "colleague", "leader"}, {"owner"}),
    Maturity.FROZEN: ({"leader"}, {"owner"}),
    Maturity.RELEASED: (set(), set()),
    Maturity.OBSOLETE: (set(), set()),
}


@pytest.fixture
def part(space, author):
    return ItemFactory(space=space, owner=author.user, title="Bolt", number="PRT-100002")


def relate(member, item, target, kind=PART, **typed):
    return add_reference(actor=actor_of(member), item=item, target_id=target.pk, relation=Relation(kind, **typed))


def change(member, reference, **typed):
    return change_reference(actor=actor_of(member), reference=reference, relation=Relation(PART, **typed))


def end(member, reference, reason=""):
    return end_reference(actor=actor_of(member), reference=reference, reason=reason)


def does(act, *given, **typed):
    """Tell whether somebody does an act."""
    try:
        act(*given, **typed)
    except (AccessDenied, NotVisible):
        return False
    return True


@pytest.mark.parametrize("maturity", WHO)
def test_who_changes_relations_is_the_table_of_the_contract(world, part, maturity):
    kept, other = refer(world.item, part, PART), refer(world.item, part)
    Item.objects.filter(pk=world.item.pk).update(maturity=maturity)
    regular, repairing = WHO[maturity]
    for number, who in enumerate(("author", "colleague", "leader", "owner"), 2):
        member, entries = getattr(world, who), AuditEvent.objects.count()
        reason = {"reason": "Wrong bolt"} if who in repairing else {}
        done = [
            does(end, member, other, **reason),
            does(change, member, kept, quantity=Decimal(number), **reason),
            does(relate, member, world.item, part, ReferenceKind.REFERS_TO, **reason),
        ]
        assert done == [who in regular | repairing] * 3, who
        assert AuditEvent.objects.count() - entries == (3 if done[0] else 0)
        other = Reference.objects.get(kind=ReferenceKind.REFERS_TO)
    verbs = set(AuditEvent.objects.filter(verb__contains="relation").values_list("verb", flat=True))
    assert ("relation_changed_frozen" in verbs) == (maturity == Maturity.FROZEN)
    assert ("relation_repaired" in verbs) == bool(repairing)
    if repairing:
        with pytest.raises(Unacceptable, match="Say why"):
            relate(world.owner, world.item, part, ReferenceKind.REPLACES)


def test_a_relation_leads_to_open_content_of_spaces_one_is_no_member_of_and_changes_nothing_there(world, platform):
    library = SpaceFactory(platform=platform, visibility=Visibility.PUBLIC)
    bolt = ItemFactory(space=library, maturity=Maturity.RELEASED)
    before = Item.objects.values().get(pk=bolt.pk)
    made = relate(world.author, world.item, bolt, quantity=Decimal("2.500"), position=10)
    assert (made.amount, made.position) == ("2.5", 10)
    assert Item.objects.values().get(pk=bolt.pk) == before
    with pytest.raises(NotVisible):
        relate(world.author, world.item, ItemFactory(space=SpaceFactory(platform=platform)))


def test_personal_items_itself_and_doubles_are_refused(world, part):
    note = ItemFactory(space=world.space, owner=world.author.user, kind=Category.PERSONAL)
    relate(world.author, world.item, part)
    for source, target in ((note, part), (part, note), (part, part), (world.item, part)):
        with pytest.raises(Conflict):
            relate(world.author, source, target)
    with pytest.raises(Unacceptable):
        relate(world.author, part, ItemFactory(space=world.space), quantity=Decimal(0))


@pytest.mark.parametrize(
    "kind", [kind for kind in ReferenceKind if kind != ReferenceKind.REVIEWS and kind not in OF_ISSUES]
)
def test_circles_of_parts_and_replacements_are_refused_in_words_that_name_what_one_reads(world, platform, kind):
    vault = SpaceFactory(platform=platform)
    hidden = ItemFactory(space=vault, title="Zqhidden")
    give(world.colleague, vault, "author")
    top = ItemFactory(space=world.space, owner=world.author.user, title="Frame")
    refer(world.item, hidden, kind)
    refer(hidden, top, kind)
    if kind not in (PART, ReferenceKind.REPLACES):
        relate(world.author, top, world.item, kind)
        return
    with pytest.raises(Conflict, match=r"close a circle: .*Frame .* directly or through others"):
        relate(world.colleague, top, world.item, kind)
    with pytest.raises(Conflict) as refusal:
        relate(world.author, top, world.item, kind)
    assert refusal.value.sentence == "That relation cannot be made.", "nothing of what others relate"
    refer(world.item, top, kind)
    with pytest.raises(Conflict, match="That would close a circle"):
        relate(world.author, top, world.item, kind)


def test_no_search_for_a_circle_goes_on_and_on(world, part, monkeypatch, django_assert_max_num_queries):
    above = [ItemFactory(space=world.space, owner=world.author.user) for _ in range(4)]
    for upper, lower in pairwise([*above, world.item]):
        refer(upper, lower, PART)
    refer(world.item, above[0], PART)  # past every rule: a circle that is there already
    asked = actor_of(world.author), world.item, part, PART
    with django_assert_max_num_queries(1):
        assert circles.refusal(*asked) is None
    monkeypatch.setattr(circles, "MOST", 2)
    with django_assert_max_num_queries(2):
        assert circles.refusal(*asked)[0] == "That relation cannot be made."


def test_a_part_holds_its_place_in_being_and_a_revision_carries_the_relations_on(world, part):
    relate(world.author, world.item, part, quantity=Decimal(4), position=20)
    with pytest.raises(Conflict, match="Bracket"):
        referrers.require_unreferenced(actor_of(world.author), part)
    Item.objects.filter(pk=world.item.pk).update(maturity=Maturity.RELEASED)
    new = revise_item(actor=actor_of(world.author), item=world.item)
    (carried,) = new.references.all()
    assert (carried.target_id, carried.quantity, carried.position, carried.kind) == (part.pk, 4, 20, PART)


def test_b09_public_stays_public_however_it_would_close(world, platform):
    world.space.visibility = Visibility.PUBLIC
    world.space.save()
    world.item.space.refresh_from_db()
    asked = {"actor": actor_of(world.author), "item": world.item}
    inside = ItemFactory(space=world.space, owner=world.author.user)
    refer(inside, world.item, PART)
    referrers.require_public_stays(**asked, visibility="private", maturity="in_work")
    outside = refer(ItemFactory(space=SpaceFactory(platform=platform), title="Secret gearbox"), world.item, PART)
    for visibility, maturity in (("public", "private"), ("protected", "in_work"), ("private", "in_work")):
        with pytest.raises(Conflict) as refusal:
            referrers.require_public_stays(**asked, visibility=visibility, maturity=maturity)
        assert refusal.value.sentence.endswith("refers to it: others refer to it.")
    referrers.require_public_stays(**asked, visibility="public", maturity="obsolete")
    outside.delete()
    referrers.require_public_stays(**asked, visibility="private", maturity="in_work")


def test_t31_t34_who_does_not_read_the_other_end_finds_no_trace(world, platform, visit, text):
    vault = SpaceFactory(platform=platform)
    secret = ItemFactory(space=vault, title="Zqsecret", number="ZQ-1")
    give(world.author, vault, "reader")
    for member in (world.reader, world.author):
        set_level(actor=actor_of(member), space_id=world.space.pk, level="everything")
    pages = ("item_detail", "item_relations", "item_record")
    for page in pages:
        visit(world.reader, page, world.item.pk)
    reference = relate(world.author, world.item, secret, quantity=Decimal(7))
    for page in pages:
        assert "Zqsecret" in text(visit(world.author, page, world.item.pk))
        shown = text(visit(world.reader, page, world.item.pk))
        assert not [word for word in ("Zqsecret", "ZQ-1", "relation to", ">7<") if word in shown]
    assert not Notification.objects.filter(user=world.reader.user).exists()
    assert structure.next_position(actor_of(world.reader), world.item) == 10
    nested = [("relation_edit", None), ("relation_end", {})]
    for name, data in nested:
        assert visit(world.leader, name, world.item.pk, reference.pk, data=data).status_code == 404
    share(secret, world.leader)
    assert visit(world.leader, "relation_edit", world.item.pk, reference.pk).status_code == 200


def test_t21_a_relation_of_another_item_is_none_of_this_one(world, part, visit):
    reference = refer(part, world.item, ReferenceKind.REFERS_TO)
    for name, data in (("relation_edit", None), ("relation_edit", {"quantity": 3}), ("relation_end", {})):
        assert visit(world.author, name, world.item.pk, reference.pk, data=data).status_code == 404
    assert Reference.objects.filter(pk=reference.pk).exists()


def test_t30_the_picker_offers_what_one_reads_and_takes_nothing_else(world, platform, part, visit, text):
    secret = ItemFactory(space=SpaceFactory(platform=platform), title="Bolt Zqsecret")
    shown = text(visit(world.author, "relation_new", world.item.pk, query="?q=bolt"))
    assert "PRT-100002" in shown
    assert "Zqsecret" not in shown
    answers = [
        text(visit(world.author, "relation_new", world.item.pk, data={"kind": PART, "target": tried, "quantity": 1}))
        for tried in (secret.pk, 10**12)
    ]
    assert "choose an item from the list" in answers[0]
    assert answers[0].count("Zqsecret") == answers[1].count("Zqsecret") == 0


def test_a_relation_is_built_and_ended_through_the_pages(world, part, visit, text, platform):
    sent = visit(world.author, "relation_new", world.item.pk, data={"kind": PART, "target": part.pk, "quantity": "3"})
    assert sent.url == reverse("content:item_relations", args=[platform.slug, world.item.pk])
    reference = Reference.objects.get()
    typed = {"quantity": "0.5", "position": "30"}
    assert visit(world.author, "relation_edit", world.item.pk, reference.pk, data=typed).status_code == 302
    assert "0.5" in text(visit(world.author, "item_relations", world.item.pk))
    assert "Bracket" in text(visit(world.author, "item_relations", part.pk, query="?way=in"))
    assert visit(world.author, "relation_end", world.item.pk, reference.pk, data={}).status_code == 302
    assert not Reference.objects.exists()
    for typed in ({"quantity": "-1"}, {"quantity": "NaN"}, {"quantity": "1", "position": "9" * 12}):
        answer = visit(world.author, "relation_new", world.item.pk, data={"kind": PART, "target": part.pk} | typed)
        assert answer.status_code == 422


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_at_once_close_no_circle(world, part):
    outcomes = at_once(
        lambda: relate(world.author, world.item, part), lambda: relate(world.colleague, part, world.item)
    )
    assert sorted(type(refusal).__name__ for refusal in outcomes.values()) == ["Conflict", "NoneType"]
