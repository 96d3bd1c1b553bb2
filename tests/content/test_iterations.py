"""Iterations kept under each revision, the graph of revisions, what differs between two, and the way back."""

import pytest

from content.blobs import keys, storage
from content.fields import edit_field
from content.items import Draft, create_item, duplicate_item, edit_item, repair_item, revise_item
from content.iterations import compared, restore_iteration, side_of, side_then
from content.models import FileVersion, Item, Iteration, Maturity, Scan
from spaces.models import Visibility
from tenants.errors import AccessDenied, NotVisible, Unacceptable
from tenants.models import AuditEvent
from tests.content.conftest import STEP
from tests.factories import ItemFactory, SpaceFactory, actor_of, give

pytestmark = pytest.mark.django_db
DRAFT = Draft("Bracket 2", "Why", {"Material": "steel"})


def kept(item):
    rows = Iteration.objects.filter(item=item).order_by("number")
    return [(str(row), row.what, row.by.name) for row in rows]


def test_every_saved_file_and_change_of_properties_is_an_iteration(item, author, colleague, owner, store):
    made = create_item(actor=actor_of(author), kind=item.type, draft=Draft("New"))
    store(into=made)
    store(STEP + b"\n", into=made, member=colleague)
    edit_item(actor=actor_of(author), item=made, draft=DRAFT)
    edit_field(actor=actor_of(author), item=made, code="description", typed="", shown="Why")
    Item.objects.filter(pk=made.pk).update(maturity=Maturity.RELEASED)
    repair_item(actor=actor_of(owner), item=made, draft=Draft("Right", "", {"Material": "iron"}), reason="Typo")
    new = revise_item(actor=actor_of(author), item=made)
    assert kept(made) == [
        ("A.1", "Made", "Anna Author"),
        ("A.2", "Version 1 of bracket.step", "Anna Author"),
        ("A.3", "Version 2 of bracket.step", "Carl Colleague"),
        ("A.4", "Changed: title, description, Material", "Anna Author"),
        ("A.5", "Changed: description", "Anna Author"),
        ("A.6", "Repaired: title, Material", "Olga Owner"),
    ]
    assert [said for _label, said, _who in kept(new)] == ["Made as a new revision"]
    third = Iteration.objects.get(item=made, number=3)
    assert (third.title, third.properties, third.versions.get().number) == ("New", {}, 2)
    assert Iteration.objects.get(item=new).versions.get() == new.files.get().versions.get()
    twin = duplicate_item(actor=actor_of(author), item=made, draft=Draft("Twin"), with_files=True)
    assert Iteration.objects.get(item=twin).versions.count() == 1


def test_what_was_can_be_brought_back_and_nothing_is_lost_by_it(item, author, reader, store):
    first = store()
    edit_item(actor=actor_of(author), item=item, draft=DRAFT)
    store(STEP + b"\n")
    store(b"solid", name="other.stl")
    early, bytes_kept = Iteration.objects.get(item=item, number=1), set(keys(storage()))
    back = restore_iteration(actor=actor_of(author), iteration=early)
    assert (back.title, back.description, back.properties) == ("Bracket", "", {})
    versions = FileVersion.objects.filter(file__item=item, file__name="bracket.step")
    assert [(one.number, one.sha256 == first.sha256) for one in versions] == [(3, True), (2, False), (1, True)]
    assert (versions[0].key, set(keys(storage()))) == (first.key, bytes_kept)
    assert item.files.filter(name="other.stl").exists()
    assert kept(item)[-1][:2] == ("A.5", "As in A.1")
    entry = AuditEvent.objects.latest("pk")
    assert (entry.verb, entry.after["iteration"], entry.after["files"]) == ("iteration_restored", "A.1", "bracket.step")
    with pytest.raises(Unacceptable):
        restore_iteration(actor=actor_of(author), iteration=early)
    with pytest.raises(AccessDenied):
        restore_iteration(actor=actor_of(reader), iteration=early)
    assert Iteration.objects.filter(item=item).count() == 5


@pytest.mark.parametrize("maturity", [Maturity.FROZEN, Maturity.RELEASED, Maturity.OBSOLETE])
def test_b22_bringing_back_asks_modify(item, author, leader, store, maturity):
    store()
    store(STEP + b"\n")
    early = Iteration.objects.get(item=item, number=1)
    Item.objects.update(maturity=maturity)
    who = leader if maturity == Maturity.FROZEN else None
    for member in (author, leader):
        if member is who:
            restore_iteration(actor=actor_of(member), iteration=early)
            assert AuditEvent.objects.latest("pk").verb == "iteration_restored_frozen"
        else:
            with pytest.raises(AccessDenied):
                restore_iteration(actor=actor_of(member), iteration=early)


def test_two_states_are_compared_side_by_side(item, author, store):
    store()
    store(b"solid", name="gone.stl")
    edit_item(actor=actor_of(author), item=item, draft=Draft("Bracket", "Why", {"Material": "steel", "Mass": "1 kg"}))
    before = side_then(Iteration.objects.get(item=item, number=3))
    edit_item(actor=actor_of(author), item=item, draft=Draft("Bracket", "Why", {"Material": "iron", "Finish": "raw"}))
    store(STEP + b"\n")
    store(b"solid", name="new.stl")
    item.files.get(name="gone.stl").delete()
    before.versions["gone.stl"] = FileVersion(number=1, sha256="x")
    item.refresh_from_db()
    said, files = compared(before, side_of(item))
    assert {row[0]: row[3] for row in said} == {
        "Title": "",
        "Description": "",
        "Material": "changed",
        "Mass": "removed",
        "Finish": "added",
    }
    assert {row[0]: row[3] for row in files} == {"bracket.step": "changed", "gone.stl": "removed", "new.stl": "added"}


def test_t31_t32_hidden_revisions_leave_no_trace_in_the_graph(visit, text, item, author, reader, stranger, store):
    store()
    Item.objects.filter(pk=item.pk).update(maturity=Maturity.RELEASED)
    new = revise_item(actor=actor_of(author), item=item)
    edit_item(actor=actor_of(author), item=new, draft=Draft("Secret study", "", {"Material": "canary"}))
    page = text(visit(reader, "item_revisions", item.pk))
    for words in ("A.1", "B.2", "Secret study", "Changed: title, Material", f"/compare/{new.pk}/"):
        assert words in page
    item.space.visibility = Visibility.PROTECTED  # opens the Released one alone
    item.space.save()
    give(stranger, SpaceFactory(platform=item.platform), "reader")
    page = text(visit(stranger, "item_revisions", item.pk))
    assert ("A.1" in page, "A later revision exists." in page) == (True, True)
    for words in ("B.2", "Secret", "canary", f"/items/{new.pk}/", "Changed: title"):
        assert words not in page
    theirs = Iteration.objects.filter(item=new).latest("number")
    mine = Iteration.objects.filter(item=item).latest("number")
    for name, *args in (
        ("revision_compare", item.pk, new.pk),
        ("revision_compare", new.pk, item.pk),
        ("iteration_compare", mine.pk, theirs.pk),
        ("iteration_compare", theirs.pk, mine.pk),
        ("item_revisions", new.pk),
    ):
        assert visit(stranger, name, *args).status_code == 404
    assert visit(stranger, "iteration_restore", theirs.pk, data={}).status_code == 404
    for name, *args in (("revision_compare", item.pk, new.pk), ("iteration_compare", mine.pk, theirs.pk)):
        page = text(visit(author, name, *args))
        assert ("changed" in page, "canary" in page, "added" in page) == (True, True, True)


def test_any_two_iterations_are_chosen_and_compared(visit, text, item, author, store):
    store()
    edit_item(actor=actor_of(author), item=item, draft=DRAFT)
    Item.objects.filter(pk=item.pk).update(maturity=Maturity.RELEASED)
    new = revise_item(actor=actor_of(author), item=item)
    edit_item(actor=actor_of(author), item=new, draft=Draft("Bracket 3"))
    first, last = (Iteration.objects.filter(item=one).order_by("pk") for one in (item, new))
    page = text(visit(author, "item_revisions", item.pk))
    for row in (first[0], last[1]):
        assert page.count(f'name="before" value="{row.pk}"') == page.count(f'name="after" value="{row.pk}"') == 1
    answer = visit(author, "iterations_chosen", query=f"?before={first[0].pk}&after={last[1].pk}")
    page = text(visit(author, "iteration_compare", first[0].pk, last[1].pk))
    assert answer["Location"].endswith(f"/iterations/{first[0].pk}/compare/{last[1].pk}/")
    assert "A.1" in page and "B.2" in page and "changed" in page
    for query in ("", "?before=1", "?before=x&after=1", f"?before={'9' * 30}&after=1"):
        assert visit(author, "iterations_chosen", query=query).status_code == 422


def test_t21_only_states_of_one_number_are_compared(visit, item, author, store):
    other = ItemFactory(space=item.space, owner=author.user)
    store()
    store(into=other)
    assert visit(author, "revision_compare", item.pk, other.pk).status_code == 404
    first, second = (Iteration.objects.get(item=one).pk for one in (item, other))
    assert visit(author, "iteration_compare", first, second).status_code == 404
    foreign = ItemFactory(owner=author.user, number=item.number)
    Iteration.objects.create(item=foreign, number=1, what="x", by=author.user, title="x")
    with pytest.raises(NotVisible):
        restore_iteration(actor=actor_of(author), iteration=Iteration.objects.get(item=foreign))


def test_t92_an_iteration_with_malware_is_brought_back_as_closed_as_it_was(item, author, store, settings):
    first = store()
    early = Iteration.objects.filter(item=item).latest("pk")
    store(STEP + b"\n")
    FileVersion.objects.filter(pk=first.pk).update(scan=Scan.INFECTED)
    settings.SCANNER = "false"
    restore_iteration(actor=actor_of(author), iteration=early)
    assert FileVersion.objects.filter(file__item=item).latest("pk").scan == Scan.INFECTED
