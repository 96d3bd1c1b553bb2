"""Items made, changed, repaired, revised and deleted by their services."""

import pytest
from django.core.exceptions import ValidationError

from content.items import Draft, create_item, delete_item, edit_item, next_letter, repair_item, revise_item
from content.models import Category, Item, ItemType, Maturity, Reference, Share
from spaces.models import Credential, CurrentCredential
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.models import AuditEvent
from tests.factories import ItemFactory, ItemTypeFactory, SpaceFactory, actor_of, give, share

pytestmark = pytest.mark.django_db
DRAFT = Draft("Bracket, stiffer", "For the second load case", {"Material": "EN AW-6082 T6"})


def verbs():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def moved(item, maturity, **fields):
    Item.objects.filter(pk=item.pk).update(maturity=maturity, **fields)
    item.refresh_from_db()
    return item


# --- creating ---


def test_b19_an_item_belongs_to_the_space_the_organization_and_the_person_of_the_current_credential(
    person, space, supplier
):
    member = person("author", organization=supplier)
    elsewhere = give(member, SpaceFactory(platform=space.platform), "author")
    here = Credential.objects.get(user=member.user, content_object=space)
    CurrentCredential.objects.create(member=member, credential=here)
    made = create_item(actor=actor_of(member), kind=ItemTypeFactory(), draft=DRAFT)
    assert (made.space, made.organization, made.owner) == (space, supplier, member.user)
    CurrentCredential.objects.update(credential=elsewhere)
    made = create_item(actor=actor_of(member), kind=ItemTypeFactory(), draft=DRAFT)
    assert (made.space, made.organization) == (elsewhere.content_object, member.company)


CREATES = {
    "public_reader": set(),
    "reader": {"personal"},
    "contributor": {"personal", "evaluation"},
    "author": {"personal", "evaluation", "definition"},
    "leader": {"personal", "evaluation", "definition", "resource"},
    "owner": {"administrative"},
}


@pytest.mark.parametrize("responsibility", CREATES)
def test_who_creates_what(person, responsibility):
    actor = actor_of(person(responsibility))
    for category in Category.values:
        kind = ItemTypeFactory(category=category)
        if category in CREATES[responsibility]:
            made = create_item(actor=actor, kind=kind, draft=DRAFT)
            assert made.maturity == (Maturity.NONE if category == "personal" else Maturity.IN_WORK)
        else:
            with pytest.raises(AccessDenied) as refusal:
                create_item(actor=actor, kind=kind, draft=DRAFT)
            assert refusal.value.remedy
    assert len(verbs()) == len(CREATES[responsibility])


def test_private_may_be_chosen(author):
    assert create_item(actor=actor_of(author), kind=ItemTypeFactory(), draft=DRAFT, private=True).maturity == "private"


def test_without_a_current_credential_nothing_is_created(author, platform):
    give(author, SpaceFactory(platform=platform), "author")  # two held, none chosen
    with pytest.raises(AccessDenied) as refusal:
        create_item(actor=actor_of(author), kind=ItemTypeFactory(), draft=DRAFT)
    assert "Choose the credential" in refusal.value.sentence
    assert not Item.objects.exists()


def test_t28_numbers_tell_nothing_about_items_unseen(author):
    made = [create_item(actor=actor_of(author), kind=ItemTypeFactory(), draft=DRAFT) for _ in range(3)]
    numbers = [int(item.number.split("-")[1]) for item in made]
    assert len(set(numbers)) == 3
    assert numbers != list(range(numbers[0], numbers[0] + 3))


@pytest.mark.parametrize("title", ["", "   ", "\u202e\u2066", "\n"])
def test_a_title_is_needed(author, title):
    with pytest.raises(Unacceptable) as refusal:
        create_item(actor=actor_of(author), kind=ItemTypeFactory(), draft=Draft(title))
    assert refusal.value.field == "title"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("Bra\u202ecket", "Bracket"), ("Bracket\r\nBcc: x", "Bracket Bcc: x"), ("Träger 支架 🛠️", "Träger 支架 🛠️")],
)
def test_t74_a_title_stays_on_one_line_and_reads_one_way(author, typed, kept):
    assert create_item(actor=actor_of(author), kind=ItemTypeFactory(), draft=Draft(typed)).title == kept


def test_types_of_all_categories_ship_and_a_type_in_use_keeps_its_category(item):
    assert set(ItemType.objects.exclude(code__startswith="test-").values_list("category", flat=True)) == set(
        Category.values
    )
    item.type.category = Category.RESOURCE
    with pytest.raises(ValidationError):
        item.type.clean()


# --- changing ---


def test_b25_a_change_raises_the_version_and_leaves_one_entry(item, colleague):
    changed = edit_item(actor=actor_of(colleague), item=item, draft=DRAFT, version=1)
    assert (changed.version, changed.title, changed.properties) == (2, DRAFT.title, DRAFT.properties)
    entry = AuditEvent.objects.get()
    assert (entry.verb, entry.before["title"], entry.after["title"]) == ("item_changed", "Bracket", DRAFT.title)
    assert entry.rule.startswith("5.2")


def test_b21_nothing_is_overwritten_unseen(item, author, colleague):
    edit_item(actor=actor_of(colleague), item=item, draft=DRAFT, version=1)
    with pytest.raises(Conflict) as refusal:
        edit_item(actor=actor_of(author), item=item, draft=Draft("Mine"), version=1)
    assert "Somebody changed it" in refusal.value.sentence
    item.refresh_from_db()
    assert item.title == DRAFT.title
    assert verbs() == ["item_changed"]


def test_b30_a_form_sent_twice_is_told_so_and_changes_once(item, author):
    edit_item(actor=actor_of(author), item=item, draft=DRAFT, version=1)
    with pytest.raises(Unacceptable) as refusal:
        edit_item(actor=actor_of(author), item=item, draft=DRAFT, version=1)
    assert "exactly this is stored" in refusal.value.sentence
    assert verbs() == ["item_changed"]


def test_frozen_content_is_changed_by_a_leader_and_the_history_says_so(item, leader, author):
    moved(item, Maturity.FROZEN)
    edit_item(actor=actor_of(leader), item=item, draft=DRAFT)
    assert verbs() == ["item_changed_frozen"]
    with pytest.raises(AccessDenied):
        edit_item(actor=actor_of(author), item=item, draft=Draft("x"))


@pytest.mark.parametrize("maturity", [Maturity.PRIVATE, Maturity.FROZEN, Maturity.RELEASED, Maturity.OBSOLETE])
def test_b23_an_owner_repairs_properties_in_every_state_for_a_reason(item, owner, maturity):
    moved(item, maturity)
    with pytest.raises(Unacceptable) as refusal:
        repair_item(actor=actor_of(owner), item=item, draft=DRAFT, reason="  ")
    assert refusal.value.field == "reason"
    repair_item(actor=actor_of(owner), item=item, draft=DRAFT, reason="Wrong alloy")
    entry = AuditEvent.objects.get()
    assert (entry.verb, entry.reason) == ("item_repaired", "Wrong alloy")


def test_a_repair_is_made_by_the_current_credential(item, owner, platform):
    other = give(owner, SpaceFactory(platform=platform), "reader")
    CurrentCredential.objects.create(member=owner, credential=other)
    with pytest.raises(AccessDenied) as refusal:
        repair_item(actor=actor_of(owner), item=item, draft=DRAFT, reason="x")
    assert "switch to that credential" in refusal.value.remedy


def _acts(item):
    return [
        lambda actor: edit_item(actor=actor, item=item, draft=DRAFT),
        lambda actor: revise_item(actor=actor, item=item),
        lambda actor: delete_item(actor=actor, item=item),
        lambda actor: create_item(actor=actor, kind=item.type, draft=DRAFT),
    ]


@pytest.mark.parametrize("index", range(4))
def test_t48_t23_rights_lost_while_the_form_was_open_are_lost(item, colleague, index):
    actor = actor_of(colleague)  # as it was when the page was shown
    Credential.objects.filter(user=colleague.user).delete()
    with pytest.raises((NotVisible, AccessDenied)):
        _acts(item)[index](actor)
    item.refresh_from_db()
    assert (item.version, Item.objects.count(), verbs()) == (1, 1, [])


def test_t20_t22_an_item_of_another_platform_does_not_exist(author):
    foreign = ItemFactory(owner=author.user)
    for act in _acts(foreign)[:3]:
        with pytest.raises(NotVisible):
            act(actor_of(author))
    assert verbs() == []


# --- revising ---


@pytest.fixture
def frozen(item, store):
    store()
    return moved(item, Maturity.FROZEN, properties={"Mass": "2 kg"})


def test_a_revision_keeps_the_place_and_belongs_to_who_revises(frozen, colleague, supplier):
    Item.objects.filter(pk=frozen.pk).update(organization=supplier, locked_by=frozen.owner)
    new = revise_item(actor=actor_of(colleague), item=frozen)
    assert (new.number, new.revision, new.maturity) == (frozen.number, "B", "in_work")
    assert (new.space, new.organization, new.owner) == (frozen.space, supplier, colleague.user)
    assert (new.previous, new.locked_by, new.properties) == (frozen, None, {"Mass": "2 kg"})


def test_a_revision_takes_the_latest_files_and_the_standing_shares_along(frozen, author, stranger, store):
    share(frozen, stranger, "share_edit")
    new = revise_item(actor=actor_of(author), item=frozen)
    old_version, version = frozen.files.get().versions.first(), new.files.get().versions.get()
    assert (version.key, version.sha256, version.number) == (old_version.key, old_version.sha256, 1)
    assert Share.objects.get(content_object=new).get_level() == "share_edit"


def test_only_the_latest_revision_is_revised(frozen, author):
    revise_item(actor=actor_of(author), item=frozen)
    with pytest.raises(AccessDenied) as refusal:
        revise_item(actor=actor_of(author), item=frozen)
    assert "A later revision exists" in refusal.value.sentence
    assert verbs().count("item_revised") == 1


def test_what_can_still_be_changed_is_not_revised(item, author):
    with pytest.raises(AccessDenied) as refusal:
        revise_item(actor=actor_of(author), item=item)
    assert refusal.value.remedy == "Freeze or release it first."


def test_letters_of_revisions():
    assert [next_letter(one) for one in ("A", "Y", "Z", "AZ", "ZZ")] == ["B", "Z", "AA", "BA", "AAA"]


# --- deleting ---


DELETES = {  # who: states in which they delete an In Work definition of the author
    "author": {"private", "in_work"},
    "colleague": set(),
    "leader": {"in_work"},
    "owner": {"in_work", "frozen"},
    "reader": set(),
}


@pytest.mark.parametrize("who", DELETES)
def test_who_deletes_in_which_state(world, who):
    actor = actor_of(getattr(world, who))
    for maturity in ("private", "in_work", "frozen", "released", "obsolete"):
        doomed = ItemFactory(space=world.space, owner=world.author.user, maturity=maturity)
        if maturity in DELETES[who]:
            delete_item(actor=actor, item=doomed)
            assert not Item.objects.filter(pk=doomed.pk).exists()
        else:
            with pytest.raises((AccessDenied, NotVisible)) as refusal:
                delete_item(actor=actor, item=doomed)
            assert refusal.type is NotVisible or refusal.value.remedy
    assert verbs() == ["item_deleted"] * len(DELETES[who])


def test_t32_a_referenced_item_stays_and_the_refusal_counts_nobody_unseen(item, author, platform):
    own = ItemFactory(space=item.space, owner=author.user, title="Gearbox")
    hidden = [ItemFactory(space=SpaceFactory(platform=platform), title="Secret") for _ in range(2)]
    for source in (own, *hidden):
        Reference.objects.create(source=source, target=item, created_by=source.owner)
    with pytest.raises(Conflict) as refusal:
        delete_item(actor=actor_of(author), item=item)
    said = refusal.value.sentence
    assert "Gearbox" in said
    assert "others refer to it" in said
    assert "Secret" not in said
    assert not any(sign in said.replace(own.number, "") for sign in "23")
    assert (Item.objects.filter(pk=item.pk).exists(), verbs()) == (True, [])


def test_without_its_later_revision_an_item_is_the_latest_again(frozen, author):
    new = revise_item(actor=actor_of(author), item=frozen)
    delete_item(actor=actor_of(author), item=new)
    assert revise_item(actor=actor_of(author), item=frozen).revision == "C"  # no revision is given out twice


def test_b08_what_a_person_left_is_cleared_by_an_owner_for_a_reason(space, reader, owner, author):
    note = ItemFactory(space=space, owner=reader.user, kind=Category.PERSONAL, title="My favourites")
    with pytest.raises(NotVisible):
        delete_item(actor=actor_of(author), item=note)
    with pytest.raises(Conflict):
        delete_item(actor=actor_of(owner), item=note, reason="Tidy")
    Credential.objects.filter(user=reader.user).delete()
    with pytest.raises(Unacceptable):
        delete_item(actor=actor_of(owner), item=note)
    delete_item(actor=actor_of(owner), item=note, reason="Tidy")
    entry = AuditEvent.objects.get()
    assert (entry.reason, entry.subject) == ("Tidy", reader.user)
