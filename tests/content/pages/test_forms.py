"""Forms of content: what is taken, what bad input gets, what stays when somebody was faster."""

import re

import pytest

from content.models import Item, Property, Reference
from spaces.models import Credential, CurrentCredential
from tests.content.pages.shared import verbs
from tests.factories import ItemFactory, ItemTypeFactory, SpaceFactory, give

pytestmark = pytest.mark.django_db


TOLD = {
    "Material": {},
    "Mass": {"kind": "number", "unit": "kg", "help": "of <one> piece"},
    "Colour": {"kind": "choice", "choices": "red\ngreen"},
    "Due": {"kind": "date"},
    "Hot": {"kind": "yes_no"},
    "Norm": {"required": True},
}
TYPED = {
    "Material": "EN AW",
    "Mass": "0.450",
    "Colour": "green",
    "Due": "2026-03-31",
    "Hot": "yes",
    "Norm": "ISO 7089",
}


def _property(code, name):
    return f"property-{Property.objects.get(type__code=code, name=name).pk}"


def _new(visit, member, code="part-3d", **data):
    return visit(member, "item_new", data={"title": "Bracket", **data}, query=f"?type={code}")


def test_t38_b19_what_a_form_says_of_ownership_is_ignored(visit, author, reader, supplier, platform, space):
    foreign = SpaceFactory(platform=platform)
    forged = {"space": foreign.pk, "organization": supplier.pk, "owner": reader.user_id, "maturity": "released"}
    response = _new(visit, author, **forged, space_id=foreign.pk, category="personal", platform=1, number="X-1")
    made = Item.objects.get()
    assert response["Location"].endswith(f"/items/{made.pk}/")
    assert (made.space, made.organization, made.owner) == (space, author.company, author.user)
    assert (made.maturity, made.category) == ("in_work", "definition")
    assert verbs() == ["item_created"]


def test_the_page_for_a_new_item_says_who_could_create_what_one_may_not(visit, text, author):
    page = text(visit(author, "item_new"))
    assert "It is created in <b>Test rig</b>" in page
    assert "Creating Resource takes Leader or above; you are Author." in page
    assert "Ask an Owner of Test rig." in page
    response = _new(visit, author, "library", description="My words")
    assert response.status_code == 403
    assert "My words" in text(response)
    assert not Item.objects.exists()


@pytest.mark.parametrize("code", ["nope", "%00", "x" * 3000, "part-3d%00"])
def test_an_unknown_type_is_told(visit, text, author, code):
    assert "There is no type" in text(visit(author, "item_new", query=f"?type={code}"))
    response = visit(author, "item_new", query=f"?type={code}", data={"title": "x"})
    assert response.status_code == 422
    assert not Item.objects.exists()


def test_t39_b19_an_item_never_lands_where_its_page_did_not_say(visit, text, author, platform, space):
    shown = Credential.objects.get(user=author.user)
    other = give(author, SpaceFactory(platform=platform, title="Elsewhere"), "author")
    CurrentCredential.objects.create(member=author, credential=other)  # in another window
    response = _new(visit, author, credential=shown.pk, description="My words")
    page = text(response)
    assert response.status_code == 409
    assert "you are Author in Elsewhere" in page
    assert "My words" in page
    assert not Item.objects.exists()
    assert f'name="credential" value="{other.pk}"' in page
    assert _new(visit, author, credential=other.pk).status_code == 302


def test_the_form_of_an_item_is_built_of_the_properties_of_its_type(visit, text, author):
    kind = ItemTypeFactory()
    one = {name: Property.objects.create(type=kind, name=name, **more) for name, more in TOLD.items()}
    typed = {f"property-{one[name].pk}": value for name, value in TYPED.items()}
    response = _new(visit, author, kind.code, **typed | {f"property-{one['Mass'].pk}": "heavy"})
    page = text(response)
    assert (response.status_code, Item.objects.exists()) == (422, False)
    for words in ("Mass is a number, such as 0.458 kg.", "Mass (kg)", "heavy", "EN AW", "of &lt;one&gt; piece"):
        assert words in page
    assert "This field is required." in text(_new(visit, author, kind.code))
    assert _new(visit, author, kind.code, **typed).status_code == 302
    made = Item.objects.get()
    assert made.properties == TYPED | {"Mass": "0.450 kg"}
    Property.objects.filter(name="Norm").delete()
    page = text(visit(author, "item_edit", made.pk))
    assert "Its type has no such property any more." in page
    kept = re.search(r'name="(kept-\d+)" value="ISO 7089"', page)[1]
    typed = {"title": "Bracket", "version": 1, kept: "ISO 7089", f"property-{one['Colour'].pk}": "red"}
    assert visit(author, "item_edit", made.pk, data=typed).status_code == 302
    made.refresh_from_db()
    assert made.properties == {"Norm": "ISO 7089", "Colour": "red"}
    assert "kept from before" in text(visit(author, "item_detail", made.pk))


BAD_TITLES = ["", "   ", "x" * 300, "a\x00b", "\u202e"]


@pytest.mark.parametrize("title", BAD_TITLES, ids=range(len(BAD_TITLES)))
def test_a_bad_title_gets_one_sentence_and_keeps_the_rest(visit, text, author, item, title):
    for response in (
        _new(visit, author, title=title, description="My words"),
        visit(author, "item_edit", item.pk, data={"title": title, "description": "My words", "version": 1}),
    ):
        page = text(response)
        assert response.status_code == 422
        assert "My words" in page
        assert page.count('class="error"') == 1
    item.refresh_from_db()
    assert (item.title, Item.objects.count(), verbs()) == ("Bracket", 1, [])


def test_odd_words_are_kept_and_never_interpreted(visit, text, author):
    title = "<script>x()</script> 🛠️ ' OR 1=1 {{ 7*7 }}"
    response = _new(
        visit, author, title=title, description="../..\n\u05d0\u05d1", **{_property("part-3d", "Finish"): "a<b: c&d"}
    )
    made = Item.objects.get()
    assert (response.status_code, made.title, made.properties) == (302, title, {"Finish": "a<b: c&d"})
    page = text(visit(author, "item_detail", made.pk))
    assert "<script>x()" not in page
    assert "{{ 7*7 }}" in page


def test_b21_what_was_typed_stays_when_somebody_was_faster(visit, text, author, colleague, item):
    mass = Property.objects.create(type=item.type, name="Mass", kind="number", unit="kg")
    mine = {"title": "Mine", "description": "My words", f"property-{mass.pk}": "2.75", "version": 1}
    theirs = {"title": "Theirs", "description": "Their words", "version": 1}
    assert visit(colleague, "item_edit", item.pk, data=theirs).status_code == 302
    response = visit(author, "item_edit", item.pk, data=mine)
    page = text(response)
    assert response.status_code == 409
    for words in (
        "Somebody changed it while you were typing.",
        "Mine",
        "My words",
        "2.75",
        "Theirs",
        "Their words",
    ):
        assert words in page
    assert 'name="version" value="2"' in page
    assert visit(author, "item_edit", item.pk, data={**mine, "version": 2}).status_code == 302
    item.refresh_from_db()
    assert (item.title, item.version, verbs()) == ("Mine", 3, ["item_changed"] * 2)


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40, "\u0663", "1 "])
def test_b21_without_the_version_that_was_shown_nothing_is_overwritten(visit, text, author, item, version):
    Item.objects.filter(pk=item.pk).update(version=7)
    response = visit(author, "item_edit", item.pk, data={"title": "Mine", "version": version})
    assert response.status_code == 409
    assert "Mine" in text(response)
    assert verbs() == []


def test_t48_what_was_typed_stays_when_a_right_or_a_lock_changed_meanwhile(visit, text, author, colleague, item):
    Item.objects.filter(pk=item.pk).update(locked_by=colleague.user)
    data = {"title": "Mine", "description": "My words", "version": 1}
    response = visit(author, "item_edit", item.pk, data=data)
    page = text(response)
    assert response.status_code == 403
    assert "Carl Colleague has locked it." in page
    assert "My words" in page
    Credential.objects.filter(user=author.user).delete()
    assert visit(author, "item_edit", item.pk, data=data).status_code == 404
    assert verbs() == []


def test_b30_sent_twice_is_stored_once(visit, text, author, item, leader):
    data = {"title": "Mine", "version": 1}
    assert visit(author, "item_edit", item.pk, data=data).status_code == 302
    response = visit(author, "item_edit", item.pk, data=data)
    assert response.status_code == 422
    assert "exactly this is stored" in text(response)
    statuses = []
    for name, sent in (
        ("item_lock", {}),
        ("item_unlock", {}),
        ("item_maturity", {"target": "frozen"}),
        ("item_revise", {}),
    ):
        statuses.append([visit(author, name, item.pk, data=sent).status_code for _ in range(2)])
    assert statuses == [[302, 409], [302, 403], [302, 409], [302, 403]]
    new = Item.objects.latest("pk")
    assert [visit(author, "item_delete", new.pk, data={}).status_code for _ in range(2)] == [302, 404]


def test_a_form_without_fields_is_a_form_all_the_same(visit, text, author, item):
    assert visit(author, "item_maturity", item.pk, data={}).status_code == 422
    assert visit(author, "item_edit", item.pk, data={}).status_code == 422
    assert visit(author, "item_delete", item.pk, data={}).status_code == 302
    assert verbs() == ["item_deleted"]


def test_a_deletion_refused_says_why_on_its_page(visit, text, author, item):
    source = ItemFactory(space=item.space, owner=author.user, title="Gearbox")
    Reference.objects.create(source=source, target=item, created_by=author.user)
    response = visit(author, "item_delete", item.pk, data={})
    page = text(response)
    assert response.status_code == 409
    assert "Gearbox" in page
    assert "can end the references" in page


def test_who_can_see_it_lists_readers_with_their_rule(visit, text, world):
    page = text(visit(world.owner, "item_readers", world.item.pk))
    for name in ("Anna Author", "Carl Colleague", "Lea Leader", "Olga Owner", "Rita Reader"):
        assert name in page
    assert "You are Author" not in page
    assert "An unrestricted credential in the space, Reader to Leader, reads every item" in page


def test_personal_types_and_all_others_can_be_made_by_who_may(visit, person):
    makers = {"reader": "favourites", "contributor": "review", "leader": "library", "owner": "material-domain"}
    for responsibility, code in makers.items():
        assert _new(visit, person(responsibility), code).status_code == 302
    assert set(Item.objects.values_list("category", flat=True)) == {
        "personal",
        "evaluation",
        "resource",
        "administrative",
    }
