"""The pages of content: who gets which, what they tell, what bad input gets."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from content.models import Category, Item, ItemType, Maturity
from content.search import entries
from spaces.models import CurrentCredential, Visibility
from tenants.models import AuditEvent
from tests.content.conftest import STEP
from tests.content.pages.shared import ACTS, FORMS, READING, stable, verbs
from tests.factories import ItemFactory, PlatformFactory, SpaceFactory, give, share, worker

pytestmark = pytest.mark.django_db


GETS = {  # pages with a form: who is shown it for an In Work definition of the author
    "item_edit": {"author", "colleague", "leader"},
    "item_repair": {"owner"},
    "item_delete": {"author", "leader", "owner"},
    "file_upload": {"author", "colleague", "leader", "owner"},
    "item_readers": {"author", "leader", "owner"},
}


@pytest.mark.parametrize("who", ["author", "colleague", "leader", "owner", "reader"])
def test_b34_who_gets_which_page_and_looking_changes_nothing(world, visit, text, who):
    before = list(Item.objects.values())
    for name in READING:
        assert visit(getattr(world, who), name, world.item.pk).status_code == 200, name
    for name, allowed in GETS.items():
        response = visit(getattr(world, who), name, world.item.pk)
        assert response.status_code == (200 if who in allowed else 403), name
        if response.status_code == 403:
            page = text(response)
            assert "Ask " in page or "can " in page, name  # what would change it
    for name in ACTS:
        assert visit(getattr(world, who), name, world.item.pk).status_code == 405, name
    assert (list(Item.objects.values()), verbs()) == (before, ["record_seen"])


def test_t26_b05_an_item_one_may_not_see_answers_like_none(visit, item, stranger, store):
    version = store()
    visit(stranger, "item_list")  # signs in
    for name in (*READING, *FORMS, *ACTS, "file_download"):
        answers = []
        for pk in (version.pk if name == "file_download" else item.pk, 10**9):
            args = (pk, "x.step") if name == "file_download" else (pk,)
            for data in ({"title": "x"},) if name in ACTS else (None,) if name in READING else (None, {"title": "x"}):
                with CaptureQueriesContext(
                    connection,
                ) as queries:
                    response = visit(stranger, name, *args, data=data)
                numbers = re.sub(r"\d+", "", stable(response.content.decode()))
                answers.append((response.status_code, numbers, sorted(response.headers), len(queries)))
        assert answers[: len(answers) // 2] == answers[len(answers) // 2 :], name
        assert {status for status, *_ in answers} <= {404, 405}, name


def test_t20_b04_people_of_another_platform_get_nothing(visit, item, platform, client):
    outside = worker(PlatformFactory())
    for name in (*READING, *FORMS, "space_detail"):
        pk = item.space_id if name == "space_detail" else item.pk
        assert visit(outside, name, pk).status_code == 404
    assert visit(outside, "item_list").status_code == visit(outside, "item_new").status_code == 404
    foreign = ItemFactory()
    client.force_login(outside.user)
    for pk in (item.pk, foreign.pk):
        assert client.get(reverse("content:item_detail", args=[outside.platform.slug, pk])).status_code == 404


@pytest.mark.parametrize("pk", [0, 2**63])
def test_b35_ids_out_of_range_are_none(visit, author, pk):
    for name in ("item_detail", "item_edit", "space_detail", "item_why"):
        assert visit(author, name, pk).status_code == 404
    for name in ACTS:
        assert visit(author, name, pk, data={}).status_code == 404


# --- the page of an item ---


def test_the_page_of_an_item_tells_what_it_is_and_why_one_sees_it(visit, text, item, author, store):
    Item.objects.filter(pk=item.pk).update(properties={"Material": "EN AW-6082"}, description="For case two\n<b>x</b>")
    store()
    version = store(STEP + b"\n", comment="Thicker wall")
    newer = ItemFactory(space=item.space, number=item.number, revision="B", previous=item, title="Bracket mk2")
    page = text(visit(author, "item_detail", item.pk))
    for words in ("Bracket", "PRT-100001", "Material", "EN AW-6082", "Anna Author", "Thicker wall", "2 versions"):
        assert words in page
    assert f"SHA-256 {version.sha256}" in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "You are Author in Test rig for" in page
    assert "stored a file version in" in page
    assert reverse("content:item_detail", args=[item.platform.slug, newer.pk]) in page
    why = text(visit(author, "item_why", item.pk))
    assert "An unrestricted credential in the space" in why
    assert "decided" in why


def test_a_later_revision_one_may_not_read_is_told_without_its_facts(visit, text, item, reader):
    Item.objects.filter(pk=item.pk).update(superseded=True)
    ItemFactory(space=item.space, number=item.number, revision="B", previous=item, title="Mk2", maturity="private")
    page = text(visit(reader, "item_detail", item.pk))
    assert "A later revision exists." in page
    assert "Mk2" not in page


def test_open_content_and_shares_say_so(visit, text, item, stranger, platform):
    give(stranger, SpaceFactory(platform=platform), "reader")
    item.space.visibility = Visibility.PUBLIC
    item.space.save()
    assert "It is open content: In Work in a Public space" in text(visit(stranger, "item_detail", item.pk))
    item.space.visibility = Visibility.PRIVATE
    item.space.save()
    assert visit(stranger, "item_detail", item.pk).status_code == 404
    share(item, stranger)
    assert "It was shared with you: Can read. That is outside the baseline." in text(
        visit(stranger, "item_detail", item.pk)
    )


def test_the_address_of_an_item_offers_the_credential_that_opens_it(visit, text, item, colleague, platform):
    platform.credentials_counted = "current"
    platform.save()
    other = give(colleague, SpaceFactory(platform=platform), "reader")
    CurrentCredential.objects.create(member=colleague, credential=other)
    response = visit(colleague, "item_detail", item.pk)
    assert response.status_code == 403
    assert "Switch and open" in text(response)
    assert "Bracket" not in text(visit(colleague, "item_list"))


def test_b08_power_looks_at_private_things_when_asked_and_each_look_is_recorded(visit, text, item, owner, author):
    Item.objects.filter(pk=item.pk).update(maturity=Maturity.PRIVATE)
    assert "Bracket" not in text(visit(owner, "space_detail", item.space_id))
    assert verbs() == []
    assert "Bracket" in text(visit(owner, "space_detail", item.space_id, data={}))
    assert AuditEvent.objects.get().after == {"shown": ["PRT-100001 A"]}
    for name in ("item_detail", "item_maturity"):
        visit(owner, name, item.pk)
    assert verbs() == ["private_items_listed", "private_item_opened", "private_item_opened"]
    visit(author, "item_detail", item.pk)
    assert len(verbs()) == 3


def test_t102_b25_a_repair_of_a_private_item_leaves_one_entry_and_a_refused_one_none(visit, item, owner):
    Item.objects.filter(pk=item.pk).update(maturity=Maturity.PRIVATE)
    data = {"title": "Repaired", "version": 1}
    assert visit(owner, "item_repair", item.pk, data=data).status_code == 422
    assert verbs() == []
    assert visit(owner, "item_repair", item.pk, data={**data, "reason": "Typo"}).status_code == 302
    assert verbs() == ["item_repaired"]


# --- lists ---


@pytest.fixture
def library(space, author, colleague, supplier, platform):
    """Four items that every filter tells apart, one that nobody but its Author sees, one of a space unseen."""
    other = SpaceFactory(platform=platform, title="Wind tunnel")
    give(author, other, "author")
    kinds = {kind.code: kind for kind in ItemType.objects.all()}
    made = {
        "bolt": {"type": kinds["standard-part"], "properties": {"Werkstoff": "Größe Ω 8.8"}},
        "plate": {"type": kinds["part-3d"], "maturity": "frozen", "description": "milled, 100% checked"},
        "duct": {"type": kinds["part-3d"], "space": other, "organization": supplier},
        "note": {"type": kinds["document"], "owner": colleague.user, "locked_by": colleague.user},
        "secret": {"type": kinds["document"], "owner": colleague.user, "maturity": "private"},
    }
    items = {
        title: ItemFactory(**{"space": space, "owner": author.user, "title": title, "number": f"N-{i}", **fields})
        for i, (title, fields) in enumerate(made.items())
    }
    items["unseen"] = ItemFactory(space=SpaceFactory(platform=platform), title="unseen canary-x7")
    items["plate"].files.create(name="Trägerplatte.step")
    entries.index(items["plate"])
    return items


def _found(text, response):
    page = text(response)
    return {name for name in ("bolt", "plate", "duct", "note", "secret", "unseen") if f">{name}" in page}


def test_everything_readable_is_found_by_each_filter_and_word(library, visit, text, author, colleague, supplier):
    kinds = {kind.code: kind.pk for kind in ItemType.objects.all()}
    asked = {
        "": {"bolt", "plate", "duct", "note"},
        f"?type={kinds['part-3d']}": {"plate", "duct"},
        f"?type={kinds['part-3d']}&type={kinds['document']}": {"plate", "duct", "note"},
        "?state=frozen": {"plate"},
        "?state=frozen&state=in_work": {"bolt", "plate", "duct", "note"},
        f"?organization={supplier.pk}": {"duct"},
        f"?owner={colleague.user_id}": {"note"},
        f"?space={library['duct'].space_id}": {"duct"},
        "?lock=others": {"note"},
        "?lock=mine": set(),
        "?q=N-1": {"plate"},
        "?q=DUCT": {"duct"},
        "?q=milled": {"plate"},
        "?q=8.8": {"bolt"},
        "?q=werkstoff": {"bolt"},
        "?q=Größe": {"bolt"},
        "?q=Ω": {"bolt"},
        "?q=trägerplatte": {"plate"},
        "?q=milled+plate": {"plate"},
        "?q=milled+duct": set(),
        "?q=100%25": {"plate"},
        "?q=%25": set(),
        "?q=_": set(),
        f"?q=plate&state=frozen&type={kinds['part-3d']}": {"plate"},
    }
    for query, expected in asked.items():
        assert _found(text, visit(author, "item_list", query=query)) == expected, query
    here = _found(text, visit(author, "space_detail", library["bolt"].space_id))
    assert here == {"bolt", "plate", "note"}


def test_t34_a_restricted_person_cannot_ask_for_items_by_people_they_may_not_know(
    visit, text, item, person, supplier, author
):
    Item.objects.filter(pk=item.pk).update(organization=supplier)
    restricted = person("reader", restricted=True, organization=supplier)
    ItemFactory(space=item.space, organization=supplier, owner=restricted.user, title="Mine")
    page = text(visit(restricted, "item_list", query=f"?owner={author.user_id}"))  # as by somebody who is not there
    assert ">Bracket" not in page
    assert ">Mine" not in page
    assert "Anna Author" not in page
    page = text(visit(restricted, "item_list", query=f"?owner={restricted.user_id}"))
    assert ">Bracket" not in page
    assert ">Mine" in page


FACET_OF_SPACES = 'type="checkbox" name="space"'


def test_the_list_of_everything_offers_the_spaces_and_that_of_a_space_does_not(library, visit, text, author):
    page = text(visit(author, "item_list"))
    assert FACET_OF_SPACES in page
    assert "Wind tunnel" in page
    assert FACET_OF_SPACES not in text(visit(author, "space_detail", library["bolt"].space_id))


NONSENSE = (
    "?type=x&type=-1&type=99999999999999999999&type=%00",
    "?state=nope&state=%00",
    "?owner=٣&space=1e3&organization=",
    "?sort=password&page=-5",
    "?page=99999999999999999999&sort=--title",
    "?q=%00%00",
    "?lock=x&unknown=1",
)


def test_b35_filters_that_make_no_sense_are_left_out(library, visit, text, author):
    whole = {"bolt", "plate", "duct", "note"}
    for query in NONSENSE:
        response = visit(author, "item_list", query=query)
        assert response.status_code == 200, query
        assert _found(text, response) == whole, query
    assert visit(author, "item_list", query="?q=" + "a%20" * 3000).status_code == 200


def test_t29_t30_t32_b06_what_is_hidden_changes_no_byte(library, visit, text, author, reader):
    def pages():
        queries = ("?sort=title", "?q=canary-x7", f"?space={library['unseen'].space_id}")
        seen = [
            stable(text(visit(member, "item_list", query=query))) for query in queries for member in (author, reader)
        ]
        return [*seen, stable(text(visit(reader, "space_detail", library["bolt"].space_id)))]

    before = pages()
    hidden = ItemFactory(space=library["unseen"].space, title="canary-x7", properties={"canary-x7": "canary-x7"})
    hidden.files.create(name="canary-x7.step")
    entries.index(hidden)
    ItemFactory(space=library["bolt"].space, owner=author.user, kind=Category.PERSONAL).delete()
    assert pages() == before


def test_t29_a_search_for_what_is_hidden_finds_the_words_asked_alone(library, visit, text, author):
    page = text(visit(author, "item_list", query="?q=canary-x7"))
    assert "Nothing you can read fits" in page
    assert "unseen" not in page


@pytest.mark.parametrize("name", ["item_list", "space_detail", "item_detail"])
def test_b36_the_number_of_queries_does_not_depend_on_rows(visit, author, item, name, store):
    def count():
        args = {"item_list": (), "space_detail": (item.space_id,), "item_detail": (item.pk,)}[name]
        with CaptureQueriesContext(connection) as queries:
            assert visit(author, name, *args).status_code == 200
        return len(queries)

    store()
    count()
    few = count()
    for number in range(12):
        ItemFactory(space=item.space, properties={"a": number})
        item.files.create(name=f"{number}.step")
    store(b"v2")
    store(b"v3")
    assert count() == few


def test_sorts_and_pages(space, visit, text, author):
    for number in range(30):
        ItemFactory(space=space, title=f"Part {number:02}")
    first = re.findall(r">Part (\d\d)<", text(visit(author, "item_list", query="?sort=title")))
    second = re.findall(r">Part (\d\d)<", text(visit(author, "item_list", query="?sort=title&page=2")))
    assert [*first, *second] == [f"{number:02}" for number in range(30)]
    down = re.findall(r">Part (\d\d)<", text(visit(author, "item_list", query="?sort=-title")))
    assert down[0] == "29"


def test_htmx_gets_the_results_alone(space, visit, text, author, item):
    page = text(visit(author, "item_list", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="results"))
    assert "Bracket" in page
    assert "<html" not in page


# --- making and changing ---
