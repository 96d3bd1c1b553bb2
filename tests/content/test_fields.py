"""One field changed in place, tags with what is offered of them, and duplicates."""

import pytest
from django.urls import reverse

from content import files
from content.blobs import keys, storage
from content.fields import edit_field
from content.items import Draft, duplicate_item
from content.models import Category, FileVersion, Item, Property, Tag
from content.tag_words import words_of
from content.tags import offered, set_tags
from spaces.models import Credential
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.models import AuditEvent
from tests.factories import ItemFactory, SpaceFactory, actor_of, give, share

pytestmark = pytest.mark.django_db


def verbs():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def mass_of(item):
    item.properties = {"Mass": "1 kg", "Old": "stays"}
    item.description = "One\r\ntwo"
    item.save()
    return Property.objects.create(type=item.type, name="Mass", kind="number", unit="kg")


# --- a field in place ---


def test_each_field_is_changed_alone(item, author):
    code = f"property-{mass_of(item).pk}"
    for field, typed, shown in (
        ("title", "Bracket 2", "Bracket"),
        ("description", "Three", "One\ntwo"),  # a browser turns the ends of lines
        (code, "2.50", "1 kg"),
        ("tags", "Steel, m8 ,STEEL", ""),
    ):
        edit_field(actor=actor_of(author), item=item, code=field, typed=typed, shown=shown)
    item.refresh_from_db()
    assert (item.title, item.description) == ("Bracket 2", "Three")
    assert (item.properties, item.version) == ({"Mass": "2.50 kg", "Old": "stays"}, 5)
    assert [tag.word for tag in item.tags.all()] == ["m8", "steel"]
    assert AuditEvent.objects.latest("pk").after == {"tags": "m8, steel"}
    edit_field(actor=actor_of(author), item=item, code=code, typed="", shown="2.50 kg")
    item.refresh_from_db()
    assert item.properties == {"Old": "stays"}


def test_t53_b21_two_editors_of_a_field_both_see_what_the_other_typed(visit, text, item, author, colleague):
    first = visit(colleague, "item_field", item.pk, "title", data={"value": "Theirs", "shown": "Bracket"})
    assert first.status_code == 302
    htmx = {"HX-Request": "true"}
    second = visit(author, "item_field", item.pk, "title", data={"value": "Mine", "shown": "Bracket"}, headers=htmx)
    page = text(second)
    assert (second.status_code, second["HX-Retarget"]) == (409, "#edit-title")
    for words in ("Theirs", "Mine", "Somebody changed it while you were typing.", 'name="shown" value="Theirs"'):
        assert words in page
    assert visit(author, "item_field", item.pk, "description", data={"value": "x", "shown": ""}).status_code == 302
    assert visit(author, "item_field", item.pk, "title", data={"value": "Mine", "shown": "Theirs"}).status_code == 302
    assert verbs() == ["item_changed"] * 3


@pytest.mark.parametrize("field", ["nope", "property-", "property-x", "property-0", f"property-{'9' * 30}", "number"])
def test_a_field_that_is_none_is_not_there(visit, item, author, field):
    foreign = Property.objects.get(type__code="part-3d", name="Mass")
    for code in (field, f"property-{foreign.pk}"):
        assert visit(author, "item_field", item.pk, code).status_code == 404
        assert visit(author, "item_field", item.pk, code, data={"value": "x"}).status_code == 404


def test_what_a_field_does_not_take_comes_back_with_a_sentence(visit, text, item, author, reader):
    code = f"property-{mass_of(item).pk}"
    for data, status, words in (
        ({"value": "heavy", "shown": "1 kg"}, 422, "Mass is a number, such as 0.458 kg."),
        ({"value": "1", "shown": "1 kg"}, 422, "exactly this is stored"),
        ({"value": "x" * 401, "shown": "1 kg"}, 422, "more than 400 characters"),
    ):
        response = visit(author, "item_field", item.pk, code, data=data)
        assert (response.status_code, words in text(response)) == (status, True)
    with pytest.raises(AccessDenied):
        edit_field(actor=actor_of(reader), item=item, code="title", typed="x", shown="not even this")
    assert verbs() == []


# --- tags ---


def test_words_of_tags_are_small_clean_and_few():
    assert words_of(" Stahl,stahl ,, M8\u202e x ,\u0041\u030a") == ["m8 x", "stahl", "\u00e5"]
    for typed in ("x" * 41, ",".join(f"w{number}" for number in range(21))):
        with pytest.raises(Unacceptable):
            words_of(typed)


def test_t30_t28_words_are_offered_of_items_one_reads_and_hidden_ones_change_nothing(item, author, reader, platform):
    set_tags(actor=actor_of(author), item=item, typed="steel, stiff")
    owner = actor_of(give_elsewhere(platform, author))
    hidden = ItemFactory(space=SpaceFactory(platform=platform))
    hidden.tags.add(Tag.objects.create(platform=platform, word="stealth"))
    foreign = Tag.objects.create(platform=SpaceFactory().platform, word="strange")
    item.tags.add(foreign)
    actor = actor_of(reader)
    assert offered(actor, "ST") == ["steel", "stiff"]
    assert offered(actor, "new, ste") == ["new, steel"]
    for typed in ("s", "", " , ", "\0\0", "xx"):
        assert offered(actor, typed) == []
    set_tags(actor=owner, item=item, typed="steel, stealth")  # as any word that nobody used
    assert offered(actor, "st") == ["stealth", "steel"]


def give_elsewhere(platform, member):
    give(member, SpaceFactory(platform=platform), "reader")
    return member


def test_tags_are_a_facet_of_lists_that_counts_what_one_reads(visit, text, item, author, reader, client):
    for title, typed in (("Bracket", "steel, m8"), ("Axle", "steel"), ("Roller", "pa")):
        row = item if title == "Bracket" else ItemFactory(space=item.space, owner=author.user, title=title)
        set_tags(actor=actor_of(author), item=row, typed=typed)
    hidden = ItemFactory(space=item.space, owner=author.user, maturity="private")
    hidden.tags.set(Tag.objects.filter(word="steel"))
    steel, m8 = Tag.objects.get(word="steel"), Tag.objects.get(word="m8")
    page = text(visit(reader, "item_list", query=f"?tag={steel.pk}&tag={m8.pk}"))
    assert 'steel</span><span class="n">2</span>' in page
    assert ("Axle" in page, "Bracket" in page, "Roller" in page) == (True, True, False)
    assert 'class="g-chip"' in text(visit(reader, "item_detail", item.pk))
    response = client.get(reverse("content:tag_offer", args=[item.platform.slug]), {"value": "st"})
    assert text(response) == '<option value="steel"></option>\n'


# --- duplicates ---


def test_a_duplicate_is_new_belongs_to_the_current_credential_and_names_the_same_bytes(item, store, stranger, platform):
    store()
    store(b"solid", name="b.stl")
    old = store(b"solid again", name="b.stl", comment="secret comment")
    item.properties, item.maturity = {"Mass": "1 kg"}, "released"
    item.save()
    item.tags.add(Tag.objects.create(platform=platform, word="steel"))
    share(item, stranger)
    elsewhere = SpaceFactory(platform=platform)
    give(stranger, elsewhere, "author")
    before = set(keys(storage()))
    new = duplicate_item(actor=actor_of(stranger), item=item, draft=Draft("Twin"), with_files=True)
    assert (new.space, new.organization, new.owner) == (elsewhere, stranger.company, stranger.user)
    assert (new.title, new.revision, new.maturity) == ("Twin", "A", "in_work")
    assert (new.properties, [tag.word for tag in new.tags.all()]) == ({"Mass": "1 kg"}, ["steel"])
    assert new.number != item.number
    made = new.files.get(name="b.stl").versions.get()
    assert (made.key, made.sha256, made.number) == (old.key, old.sha256, 1)
    assert (made.comment, made.created_by) == ("", stranger.user)
    assert set(keys(storage())) == before
    entry = AuditEvent.objects.latest("pk")
    assert (entry.verb, entry.after["files"], item.number in str(entry.after)) == ("item_duplicated", 2, False)
    assert not duplicate_item(actor=actor_of(stranger), item=item, draft=Draft("Bare")).files.exists()


def test_b28_bytes_stay_while_any_item_names_them(item, store, author, settings, monkeypatch):
    version = store()
    new = duplicate_item(actor=actor_of(author), item=item, draft=Draft("Twin"), with_files=True)
    monkeypatch.setattr(files, "GRACE", files.timedelta(0))
    FileVersion.objects.filter(pk=version.pk).delete()
    files.sweep()
    assert version.key in set(keys(storage()))
    new.delete()
    files.sweep()
    assert version.key not in set(keys(storage()))


def test_who_could_not_create_or_read_duplicates_nothing(item, reader, author, stranger):
    personal = ItemFactory(space=item.space, owner=author.user, kind=Category.PERSONAL)
    for member, row, error in (
        (reader, item, AccessDenied),
        (stranger, item, NotVisible),
        (reader, personal, NotVisible),
    ):
        with pytest.raises(error):
            duplicate_item(actor=actor_of(member), item=row, draft=Draft("x"))
    Credential.objects.filter(user=author.user).update(restricted=True)
    assert (Item.objects.count(), verbs()) == (2, [])


def test_a_duplicate_never_lands_where_its_page_did_not_say(visit, text, item, author):
    response = visit(author, "item_duplicate", item.pk, data={"title": "Mine", "credential": "999"})
    assert (response.status_code, "Mine" in text(response)) == (409, True)
    assert visit(author, "item_duplicate", item.pk, data={"title": "Mine", "with_files": "on"}).status_code == 302
    with pytest.raises(Conflict):
        edit_field(actor=actor_of(author), item=item, code="title", typed="x", shown="")
