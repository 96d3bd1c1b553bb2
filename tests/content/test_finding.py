"""The list as people narrow it: the search box, facets and their numbers, order, columns; nothing hidden moves any."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from content import facets, newest, reading
from content.files import Arrival, add_version
from content.forms import wanted
from content.models import Conversion, Item, ItemType, ListSetting, SavedSearch
from content.search import asking, entries, matching, postgresql, showing
from content.views import lists, paging
from tenants import access, proof
from tenants.models import Platform, Right
from tests.factories import (
    ItemFactory,
    MemberFactory,
    OrganizationFactory,
    PlatformFactory,
    SpaceFactory,
    actor_of,
    give,
    share,
    worker,
)
from tests.site_world import body
from tests.test_crawl import unasked

CANARY = "zqcanary"


class Library(TestCase):
    """A platform with two spaces that the reader sees and one that they do not."""

    @classmethod
    def setUpTestData(cls):
        cls.platform = PlatformFactory(slug="acme", name="Acme")
        cls.supplier = OrganizationFactory(platform=cls.platform, name="Supplier")
        cls.reader, cls.other = worker(cls.platform, user__name="Rita"), worker(cls.platform, user__name="Otto")
        cls.rig, cls.tunnel, cls.hidden = (
            SpaceFactory(platform=cls.platform, title=title) for title in ("Rig", "Tunnel", "Zqspace")
        )
        for space in (cls.rig, cls.tunnel):
            give(cls.reader, space, "author")
        give(cls.other, cls.hidden, "author")
        kinds = {kind.code: kind for kind in ItemType.objects.all()}
        cls.part, cls.paper = kinds["part-3d"], kinds["document"]
        cls.now = timezone.now()
        rows = (
            ("Plate", cls.part, cls.rig, "in_work", 0),
            ("Plate cover", cls.part, cls.rig, "frozen", 3),
            ("Plate report", cls.paper, cls.tunnel, "in_work", 20),
            ("Duct", cls.part, cls.tunnel, "released", 500),
        )
        for number, (title, kind, space, maturity, days) in enumerate(rows):
            fields = {"type": kind, "space": space, "maturity": maturity, "number": f"N-{number}"}
            item = ItemFactory(title=title, owner=cls.reader.user, **fields)
            Item.objects.filter(pk=item.pk).update(modified_at=cls.now - timedelta(days=days, hours=1))

    def setUp(self):
        self.client.force_login(self.reader.user)

    def ask(self, query="", page="item_list", *args):
        """Return the answer to a list."""
        return self.client.get(reverse(f"content:{page}", args=["acme", *args]) + query)

    def numbers(self, query):
        """Return {facet: {label: count}} of a list, and the titles of its rows."""
        context = self.ask(query).context
        found = {
            facet["name"]: {str(label): number for _value, label, number, _on in facet["values"]}
            for facet in context["facets"]
        }
        return found, [item.title for item in context["page"]]

    def test_values_of_a_facet_are_alternatives_and_facets_add_up(self):
        found, titles = self.numbers("?q=plate")
        assert titles == ["Plate", "Plate cover", "Plate report"]
        assert found["type"] == {"3D part": "2", "Document": "1"}
        assert found["space"] == {"Rig": "2", "Tunnel": "1"}
        found, titles = self.numbers(f"?q=plate&type={self.part.pk}")
        assert titles == ["Plate", "Plate cover"]
        assert found["type"] == {"3D part": "2", "Document": "1"}  # without its own choice
        assert found["space"] == {"Rig": "2"}
        found, titles = self.numbers(f"?q=plate&type={self.part.pk}&state=in_work&state=frozen&space={self.tunnel.pk}")
        assert titles == []
        assert found["space"] == {"Rig": "2", "Tunnel": "0"}  # chosen, so it stays to be taken back
        assert found["state"] == {"in_work": "0", "frozen": "0"}
        found, titles = self.numbers("?since=older&since=day")
        assert titles == ["Plate", "Duct"]
        times = {"Last 24 hours": "1", "Last 7 days": "2", "Last 30 days": "3", "Last 12 months": "3", "Older": "1"}
        assert found["since"] == times
        assert found["owner"] == {"Rita": "2"}

    def test_the_order_is_the_best_match_with_words_and_the_newest_without(self):
        Item.objects.filter(title="Duct").update(modified_at=self.now, description="beside the plate")
        entries.index(Item.objects.get(title="Duct"))
        orders = {
            "": ["Duct", "Plate", "Plate cover", "Plate report"],
            "?q=plate": ["Plate", "Plate cover", "Plate report", "Duct"],
            "?q=plate&sort=-changed": ["Duct", "Plate", "Plate cover", "Plate report"],
            "?q=plate&sort=changed": ["Plate report", "Plate cover", "Plate", "Duct"],
            "?q=plate&sort=number": ["Plate", "Plate cover", "Plate report", "Duct"],
            "?q=-plate&sort=best": [],
            "?sort=best": ["Duct", "Plate", "Plate cover", "Plate report"],
        }
        assert {query: self.numbers(query)[1] for query in orders} == orders

    def test_of_very_many_that_fit_the_best_of_the_newest_come_and_the_number_itself(self):
        Item.objects.filter(title="Duct").update(number="PLATE")
        entries.index(*Item.objects.all())
        expected = {
            "?q=plate": ["Duct", "Plate", "Plate cover"],  # the number, and the best of the newest two
            "?q=plate&sort=-changed": ["Plate", "Plate cover", "Plate report", "Duct"],
            "?q=plate&sort=title": ["Duct", "Plate", "Plate cover", "Plate report"],
            "?q=plate+-duct&sort=title": ["Plate", "Plate cover", "Plate report"],
            "?sort=-changed": ["Plate", "Plate cover", "Plate report", "Duct"],
        }
        for looked in (100, 1):  # PostgreSQL finds enough among the very newest, or not
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(facets, "EXACT", 2)
                patch.setattr(matching, "NEWEST", 2)
                patch.setattr(postgresql, "LOOKED", looked)
                assert {query: self.numbers(query)[1] for query in expected} == expected
                page = self.ask("?q=plate")
                assert (page.context["number"], page.context["page"].paginator.exact) == ("2+", False)
                assert "These are the best of the newest 2:" in page.content.decode()

    def test_a_result_shows_what_fits_and_in_which_file(self):
        item = Item.objects.get(title="Duct")
        item.maturity = "in_work"
        item.save()
        arrival = Arrival(file=ContentFile(b"%PDF-1", name="Prüfbericht <b>.pdf"))
        version = add_version(actor=actor_of(self.reader), item=item, arrival=arrival)
        text = "lorem " * 300 + "the flow separates at <script> 40° " + "ipsum " * 300
        Conversion.objects.filter(key=version.key).update(text=text)
        entries.index_bytes.call(key=version.key)
        page = self.ask("?q=flow+duct").content.decode()
        assert '<mark class="g-hit">Duct</mark>' in page
        assert 'the <mark class="g-hit">flow</mark> separates at &lt;script&gt; 40°' in page
        assert reverse("content:file_view", args=["acme", version.pk]) in page
        assert len(page) < 60_000
        page = self.ask("?q=prufber").content.decode()
        assert '<mark class="g-hit">Prüfber</mark>icht _b_.pdf' in page

    def test_t30_suggestions_are_of_what_one_reads_from_two_letters_on(self):
        assert b"role=" not in body(self.ask("?q=p", "search_suggest"))
        page = body(self.ask("?q=pl+rep", "search_suggest")).decode()
        assert page.count('role="option"') == 2  # the item, and all of them
        assert '<mark class="g-hit">rep</mark>ort' in page
        assert "Nothing you can read fits" in body(self.ask("?q=zqspace", "search_suggest")).decode()

    def test_e15_suggestions_have_a_limit_of_their_own(self):
        answers = [self.ask("?q=plate", "search_suggest").status_code for _ in range(61)]
        assert set(answers[:-1]) == {200}
        assert answers[-1] == 429
        assert self.ask("?q=plate").status_code == 200

    def test_what_makes_no_sense_is_left_out_and_said(self):
        said = "Some of this address makes no sense here and was left out."
        for query in ("?type=x", "?state=nope", "?since=never", "?sort=password", "?lock="):
            assert said in self.ask(query).content.decode(), query
        for query in ("", "?type=999999999", "?sort=-title&state=frozen"):
            assert said not in self.ask(query).content.decode(), query
        assert "Only the first 200 letters" in self.ask("?q=" + "x" * 10_000).content.decode()
        assert "Search needs a letter or a digit." in self.ask("?q=%25%25").content.decode()

    def test_a_reader_bound_to_companies_is_looked_for_by_these_and_any_other_by_time(self):
        guest = worker(self.platform, Right.EXTERNAL, company=self.supplier)
        give(guest, self.rig, "author", organization=self.supplier, restricted=True)
        theirs = ItemFactory(space=self.rig, organization=self.supplier, maturity="released")
        shared = Item.objects.get(title="Plate report")
        share(shared, guest)
        actor = actor_of(guest)
        assert access.bounds(Item, "read", actor, {"organization", "pk"}) == {
            ("organization", self.supplier.pk),
            ("pk", shared.pk),
        }
        assert access.bounds(Item, "read", actor_of(self.reader), {"organization", "pk"}) is None
        assert len(reading.ways(actor)) == (2 if newest.apart() else 1)
        assert reading.head(reading.ways(actor), reading.Wanted(), actor).keys == [theirs.pk, shared.pk]
        assert reading.head(reading.ways(actor), reading.Wanted(words="plate"), actor).keys == [shared.pk]

    def test_columns_are_ones_own_choice(self):
        def heads():
            return [column["head"] for column in self.ask().context["columns"]]

        usual = heads()
        self.client.post(reverse("content:list_columns", args=["acme"]), {"column": ["created", "maturity", "nope"]})
        assert heads() == ["Maturity", "Created"]
        assert "Created" in self.ask(page="list_columns").content.decode()
        self.client.post(reverse("content:list_columns", args=["acme"]), {"usual": "yes"})
        assert heads() == usual
        assert not ListSetting.objects.exists()

    def test_counts_are_exact_up_to_a_thousand_and_honest_beyond(self):
        assert [lists.said(number) for number in (0, 999, 1000, 1001, 5000)] == [
            "0",
            "999",
            "1,000",
            "1,000+",
            "1,000+",
        ]
        rows = Item.objects.order_by("pk")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(facets, "EXACT", 2)
            pages = paging.Capped(facets.head([rows], lambda way: way), rows, 1)
            assert not pages.exact
            assert [pages.get_page(n).object_list[0].title for n in (1, 2, 4)] == ["Plate", "Plate cover", "Duct"]
            assert [pages.get_page(n).has_next() for n in (1, 3, 4)] == [True, True, False]
            assert [pages.get_page(n).number for n in (99, "x", -1)] == [1, 1, 1]
            assert pages.get_page(4).end_index() == 4

    def test_a_search_is_kept_under_a_name_and_is_nobody_elses(self):
        save = reverse("content:search_save", args=["acme"])
        query = f"q=plate&type={self.part.pk}&since=week&sort=title"
        assert f"{save}?{query}" in self.ask(f"?{query}&page=1").content.decode().replace("&amp;", "&")
        assert f"{save}?q=a&amp;space={self.rig.pk}" in self.ask("?q=a", "space_detail", self.rig.pk).content.decode()
        asked = f"{save}?{query}&state=nope&next=//elsewhere"  # what makes no sense is not kept
        assert self.client.post(asked, {"name": "My  plates"}).headers["Location"].endswith(f"/items/?{query}")
        kept = SavedSearch.objects.get()
        assert (kept.member, kept.name, kept.query) == (self.reader, "My plates", query)
        for again, name in ((asked, "My plates"), (asked, " "), (save, "Nothing"), (f"{asked}&type=" + "7" * 15, "x")):
            response = self.client.post(again + "&owner=1" * 400 if name == "x" else again, {"name": name})
            assert response.status_code == (302 if name == "x" else 422), name
        assert "My plates" in self.ask().content.decode()
        delete = reverse("content:search_delete", args=["acme", kept.pk])
        rename = reverse("content:search_rename", args=["acme", kept.pk])
        assert [self.client.post(rename, {"name": name}).status_code for name in ("", "My plates")] == [422, 302]
        self.client.force_login(self.other.user)
        assert "My plates" not in self.ask(page="search_list").content.decode() + self.ask().content.decode()
        assert self.client.post(delete).status_code == 404
        assert self.client.post(rename, {"name": "Theirs"}).status_code == 404
        self.client.force_login(self.reader.user)
        assert self.client.post(delete).status_code == 302
        assert not SavedSearch.objects.filter(pk=kept.pk).exists()

    # --- all platforms ---

    def test_t29_all_platforms_that_let_one_in_answer_each_by_its_own_rules(self):
        homes = {}
        for slug in ("open", "closed", "unlicensed", "second-step", "company", "foreign"):
            platform = PlatformFactory(slug=slug, name=f"{slug.title()} Works")
            space = SpaceFactory(platform=platform, title=f"Zq{slug}")
            ItemFactory(space=space, title=f"Plate of {slug}", maturity="in_work")
            ItemFactory(space=SpaceFactory(platform=platform), title="Plate zqunseen")
            if slug != "foreign":
                make = MemberFactory if slug == "unlicensed" else worker
                homes[slug] = make(platform=platform, user=self.reader.user)
                give(homes[slug], space, "reader")
        Platform.objects.filter(slug="closed").update(status="suspended")
        Platform.objects.filter(slug="second-step").update(two_factor_members_at=self.now - timedelta(days=1))

        def answer():
            response = self.ask("?q=plate", "search_everywhere")
            return [item.title for item in response.context["items"]], body(response).decode().lower()

        titles, page = answer()
        assert titles[:3] == ["Plate of company", "Plate of open", "Plate"]
        assert {*titles[3:]} == {"Plate cover", "Plate report"}
        assert page.count("open works") == 2  # beside its result, and as a way there
        for word in ("zqunseen", "closed", "unlicensed", "second-step", "foreign"):
            assert word not in page, word
        for slug in ("closed", "unlicensed", "second-step"):  # no member of them: the same answer
            homes.pop(slug).delete()
        assert answer()[1] == page
        with pytest.MonkeyPatch.context() as patch:  # a session that a company opened, for its own platform
            patch.setattr(proof, "confined", lambda request: {"acme"})
            assert answer()[0] == ["Plate", "Plate cover", "Plate report"]

    # --- what is hidden ---

    def routes(self, word):
        """Return what the reader is answered on every route that searches, sorts or counts, without the word asked."""
        found = {}
        with time_machine.travel(self.now + timedelta(minutes=5), tick=False):
            for query in (
                f"?q={word}",
                "?q=plate",
                "",
                "?sort=title",
                "?sort=-number",
                f"?q={word}&since=day",
                "?q=-plate",
            ):
                for page, *args in (("item_list",), ("space_detail", self.rig.pk), ("search_suggest",)):
                    answer = self.ask(query, page, *args)
                    assert answer.status_code == 200
                    found[query, page] = unasked(body(answer), answer.request["QUERY_STRING"]).replace(
                        word.encode(), b""
                    )
        return found

    def test_t29_t30_t32_what_is_hidden_is_in_no_answer_and_moves_none(self):
        before = self.routes(CANARY)
        item = ItemFactory(
            space=self.hidden,
            owner=self.other.user,
            title=f"Plate {CANARY}title",
            description=f"plate {CANARY}text",
            properties={f"{CANARY}name": f"{CANARY}value"},
            number=f"{CANARY}N-0"[:20],
            type=self.part,
        )
        arrival = Arrival(file=ContentFile(b"plate", name=f"{CANARY}file.txt"))
        version = add_version(actor=actor_of(self.other), item=item, arrival=arrival)
        Conversion.objects.filter(key=version.key).update(text=f"plate {CANARY}words " * 50)
        entries.index_bytes.call(key=version.key)
        private = ItemFactory(space=self.rig, owner=self.other.user, title=f"Plate {CANARY}", maturity="private")
        after = self.routes(CANARY)
        assert [route for route, page in after.items() if CANARY in page.decode().lower()] == []
        assert [route for route in before if before[route] != after[route]] == []
        self.client.force_login(self.other.user)  # who reads it finds it by each of its words
        for part in ("title", "text", "name", "value", "file", "words"):
            assert [found.pk for found in self.ask(f"?q={CANARY}{part}").context["page"]] == [item.pk], part
        assert private.entry.text


def test_nothing_asked_shows_a_place_and_long_texts_are_cut():
    assert showing.marked("Side plate", asking.read("")) == [("Side plate", False)]
    assert showing.marked("M8-BRKT-0042", asking.read("brkt0042")) == [("M8-", False), ("BRKT-0042", True)]
    assert showing.marked("Maß über alles", asking.read("mass uber")) == [
        ("Maß", True),
        (" ", False),
        ("über", True),
        (" alles", False),
    ]
    assert showing.marked("u\u0308ber", asking.read("ub")) == [("u\u0308ber", True)]
    assert showing.marked("a plate", asking.read('"plat"')) == [("a plate", False)]
    assert showing._excerpt("x " * 500, [asking.Term(("nothing",))]).endswith(" …")


def test_what_a_list_is_asked_is_read_from_its_address(rf):
    asked = wanted(rf.get("/?q=a&type=1&type=1&since=week&since=x&sort=best").GET)
    assert (asked.types, asked.since, asked.ignored, asked.order) == ([1], ["week"], True, "best")
    assert set(facets.TIMES) == {"day", "week", "month", "year", "older"}
