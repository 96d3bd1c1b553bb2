"""Types as data: properties by their kinds, kinds of files, schemes of numbers."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from content import properties
from content.blobs import keys, storage
from content.items import Draft, create_item, edit_item
from content.models import File, Item, ItemType, Number, Property
from tenants.errors import Unacceptable
from tenants.models import AuditEvent, User
from tests.factories import ItemFactory, ItemTypeFactory, actor_of

pytestmark = pytest.mark.django_db
ONE = {
    "text": Property(name="P", kind="text", type_id=1),
    "number": Property(name="P", kind="number", type_id=1),
    "mass": Property(name="P", kind="number", unit="kg", type_id=1),
    "date": Property(name="P", kind="date", type_id=1),
    "choice": Property(name="P", kind="choice", choices="red\n two words \n\n", type_id=1),
    "yes_no": Property(name="P", kind="yes_no", type_id=1),
    "required": Property(name="P", required=True, type_id=1),
}
STORED = {  # what is typed of which kind: what is stored
    ("text", "  EN AW  "): "EN AW",
    ("text", "x" * 400): "x" * 400,
    ("number", "-1.50"): "-1.50",
    ("number", "6.02e23"): "6.02e23",
    ("mass", "0.450"): "0.450 kg",
    ("mass", "0.450 kg"): "0.450 kg",
    ("mass", "  "): "",
    ("date", "2026-03-31"): "2026-03-31",
    ("choice", " two   words"): "two words",
    ("yes_no", "Yes"): "yes",
}
REFUSED = [
    ("text", "x" * 401),
    *(("number", typed) for typed in ("1,5", "1 000", "nan", "inf", "0x10", "1.", "٣", "1e9999", "5 kg")),
    ("mass", "5 g"),
    *(("date", typed) for typed in ("31.03.2026", "2026-02-30", "yesterday")),
    ("choice", "Red"),
    ("yes_no", "maybe"),
    ("required", " "),
]


@pytest.mark.parametrize(("kind", "typed"), STORED)
def test_a_value_is_stored_by_its_kind(kind, typed):
    assert properties.check(ONE[kind], typed) == STORED[kind, typed]


@pytest.mark.parametrize(("kind", "typed"), REFUSED)
def test_a_value_of_another_kind_is_refused_with_a_sentence(kind, typed):
    with pytest.raises(Unacceptable) as refusal:
        properties.check(ONE[kind], typed)
    assert refusal.value.sentence.startswith("P ")


def test_values_are_checked_whoever_asks_and_none_is_lost_with_its_property(author):
    kind = ItemTypeFactory()
    for name, more in (("Mass", {"kind": "number", "unit": "kg"}), ("Norm", {"required": True})):
        Property.objects.create(type=kind, name=name, **more)
    actor = actor_of(author)
    for values in ({"Mass": "heavy", "Norm": "x"}, {"Mass": "1"}, {"Norm": "x", "y" * 61: "1"}, _many()):
        with pytest.raises(Unacceptable):
            create_item(actor=actor, kind=kind, draft=Draft("Bracket", properties=values))
    assert (Item.objects.count(), AuditEvent.objects.count()) == (0, 0)
    item = create_item(actor=actor, kind=kind, draft=Draft("Bracket", properties={"Mass": "1", "Norm": "x"}))
    Property.objects.filter(name="Mass").update(kind="choice", unit="", choices="light")
    kept = edit_item(actor=actor, item=item, draft=Draft("Other", properties=item.properties))
    assert kept.properties == {"Mass": "1 kg", "Norm": "x"}
    with pytest.raises(Unacceptable):  # what is required is not taken away
        edit_item(actor=actor, item=item, draft=Draft("Third", properties={"Mass": "1 kg"}))
    Item.objects.filter(pk=item.pk).update(properties={"Mass": "1 kg"})  # older than the demand
    assert edit_item(actor=actor, item=item, draft=Draft("4", properties={"Mass": "light"})).title == "4"


def _many():
    return {"Norm": "x"} | {f"P{number}": "1" for number in range(60)}


def test_a_file_of_another_kind_is_refused_before_its_bytes_are_kept(item, store):
    ItemType.objects.filter(pk=item.type_id).update(file_kinds=".STEP, pdf")
    item.refresh_from_db()
    store(name="bracket.Step")
    kept = sorted(keys(storage()))
    for name in ("bracket.exe", "bracket", "step", ".step"):
        with pytest.raises(Unacceptable) as refusal:
            store(b"solid", name=name)
        assert ".step, .pdf" in refusal.value.sentence
    assert (File.objects.count(), sorted(keys(storage()))) == (1, kept)


def test_t28_a_scheme_makes_numbers_that_are_given_once(author):
    kind = ItemTypeFactory(prefix="X", digits=4, with_year=True)
    actor = actor_of(author)
    made = {create_item(actor=actor, kind=kind, draft=Draft("x")).number for _ in range(4)}
    assert {(len(number), number[:4]) for number in made} == {(11, "X-20")}
    Item.objects.all().delete()
    assert {number.text for number in Number.objects.all()} == made


def test_a_scheme_that_is_used_up_takes_longer_numbers(author, monkeypatch):
    kind, given = ItemTypeFactory(prefix="X", digits=4), iter([0] * 21)
    monkeypatch.setattr("content.items.secrets.randbelow", lambda most: next(given, most - 1))
    ItemFactory(space__platform=author.platform, number="X-1000")
    assert create_item(actor=actor_of(author), kind=kind, draft=Draft("x")).number == "X-10000"


def test_what_a_type_says_of_stored_values_stays_while_items_use_it(item):
    mass = Property.objects.create(type=item.type, name="Mass", kind="number", unit="kg")
    for changed in ({"unit": "g"}, {"name": "Weight"}, {"kind": "text"}, {"kind": "choice", "unit": ""}):
        with pytest.raises(ValidationError):
            Property(
                **{"pk": mass.pk, "type": item.type, "name": "Mass", "kind": "number", "unit": "kg"} | changed
            ).clean()
    mass.clean()


def test_an_operator_keeps_types_and_properties_and_each_change_is_recorded(client):
    client.force_login(User.objects.create_superuser("operator@example.test"))
    kind = ItemType.objects.get(code="part-3d")
    typed = {"name": "3D part", "code": "part-3d", "category": "definition", "icon": "item", "position": "9"}
    typed |= {"prefix": "PRT", "digits": "7", "with_year": "on", "file_kinds": "step stp"}
    assert client.post(reverse("admin:content_itemtype_change", args=[kind.pk]), typed).status_code == 302
    refused = client.post(
        reverse("admin:content_itemtype_change", args=[kind.pk]), typed | {"icon": "gear-of-elsewhere"}
    )
    assert refused.status_code == 200, "an icon that there is none of"
    kind.refresh_from_db()
    assert (kind.digits, kind.with_year, kind.suffixes()) == (7, True, ["step", "stp"])
    typed = {"type": kind.pk, "name": "Coating", "kind": "choice", "choices": "none\nzinc", "position": "9"}
    assert client.post(reverse("admin:content_property_add"), typed).status_code == 302
    assert kind.properties.get(name="Coating").options() == ["none", "zinc"]
    assert [entry.verb for entry in AuditEvent.objects.order_by("pk")] == ["operator_changed", "operator_added"]
