"""Open lists and searches: every row that a page shows follows, and what newly fits is told without a word of it."""

import re
from unittest import mock

from django.core.files.base import ContentFile
from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from content import results
from content.files import Arrival, add_version
from content.items import Draft, edit_item
from content.lifecycle import change_maturity
from content.locks import lock_item, unlock_item
from content.models import Item
from content.references import Relation, add_reference
from content.watching import watch_item
from tenants import live
from tenants.models import Right
from tests.factories import ItemFactory, OrganizationFactory, PlatformFactory, SpaceFactory, actor_of, give, worker


@override_settings(LIVE_PAGES=True)
class TestResults(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.platform = PlatformFactory(slug="acme")
        cls.space = SpaceFactory(platform=cls.platform)
        cls.supplier = OrganizationFactory(platform=cls.platform, name="Supplier")
        cls.author, cls.reader = worker(cls.platform), worker(cls.platform)
        cls.guest = worker(cls.platform, Right.EXTERNAL, company=cls.supplier)
        give(cls.author, cls.space, "author")
        give(cls.reader, cls.space, "reader")
        give(cls.guest, cls.space, "author", restricted=True)
        cls.old = [ItemFactory(space=cls.space, owner=cls.author.user, title=f"Clamp {n}") for n in range(30)]
        cls.theirs = ItemFactory(space=cls.space, owner=cls.guest.user, organization=cls.supplier, title="Clamp nut")

    def setUp(self):
        results.recent.clear()

    def page(self, member, query):
        """Open a list and return (its answer, what it shows, in which version)."""
        self.client.force_login(member.user)
        answer = self.client.get(reverse("content:item_list", args=["acme"]) + query)
        followed = answer.context["followed"]
        return answer.content.decode(), live.read(followed["see"].split(" ")), followed["seen"]

    def state(self, member, see):
        (found,) = live.states([(actor_of(member), see)])
        return {piece: version for piece, version in found.items() if piece not in ("bell", "news")}

    def changed(self, member, see, act):
        """Do an act and return the names of the pieces that stand otherwise."""
        before = self.state(member, see)
        act()
        results.recent.clear()
        after = self.state(member, see)
        return {piece for piece in before | after if before.get(piece) != after.get(piece)}

    def test_every_row_that_a_page_shows_follows_and_no_other(self):
        _page, see, seen = self.page(self.reader, "?page=2")
        assert [kind for kind, _key in see] == ["list.items", "list.rows"] and '"rows"' in seen
        shown = Item.objects.get(pk=see[1][1][-1])
        elsewhere = Item.objects.exclude(pk__in=see[1][1]).exclude(pk=self.theirs.pk)[0]
        author = actor_of(self.author)
        arrival = Arrival(file=ContentFile(b"solid", name="clamp.stl"))
        assert self.state(self.reader, see[1:])["rows"] in seen
        for act in (
            lambda: lock_item(actor=author, item=shown),
            lambda: unlock_item(actor=author, item=shown),
            lambda: add_version(actor=author, item=shown, arrival=arrival),
            lambda: change_maturity(actor=author, item=shown, target="frozen"),
        ):
            assert self.changed(self.reader, see[1:], act) == {"rows"}
        assert self.changed(self.reader, see[1:], lambda: lock_item(actor=author, item=elsewhere)) == set()
        assert live.Asked(1, "", "", see[1:]).words == {f"content.item:{pk}" for pk in see[1][1]}

    def test_t42_b02_rows_and_searches_say_nothing_of_what_their_reader_does_not_list(self):
        ids = "-".join(str(item.pk) for item in (*self.old[:3], self.theirs))
        see = live.read([f"list.rows:{ids}", "list.found:1?q=clamp"])
        author = actor_of(self.author)
        for act in (
            lambda: lock_item(actor=author, item=self.old[0]),
            lambda: edit_item(actor=author, item=self.old[1], draft=Draft("Clamp, wider")),
            lambda: ItemFactory(space=self.space, owner=self.author.user, title="Clamp hidden"),
        ):
            assert self.changed(self.guest, see, act) == set()
        abroad = ItemFactory(title="Clamp abroad")
        assert self.state(self.guest, live.read([f"list.rows:{abroad.pk}"]))["rows"] == live.version()
        own = actor_of(self.guest)
        assert self.changed(self.guest, see, lambda: lock_item(actor=own, item=self.theirs)) == {"rows"}

    def test_what_newly_fits_a_search_is_told_once_it_may_be_seen_and_nothing_else_is(self):
        page, see, seen = self.page(self.reader, "?q=clamp+-wing&sort=title")
        assert "Results have changed." in page and [kind for kind, _key in see] == ["list.rows", "list.found"]
        assert self.state(self.reader, see)["found"] in seen
        made = []

        def make(**facts):
            made.append(ItemFactory(space=self.space, owner=self.author.user, **facts))

        for facts, told in (
            ({"title": "Bracket"}, set()),
            ({"title": "Clamp wing"}, set()),
            ({"title": "Clamp of mine", "maturity": "private"}, set()),
            ({"title": "Clamp of ours"}, {"found"}),
        ):
            assert self.changed(self.reader, see, lambda facts=facts: make(**facts)) == told, facts
        bracket, *_others = made
        edit = {"actor": actor_of(self.author), "item": bracket, "draft": Draft("Clamp bracket")}
        assert self.changed(self.reader, see, lambda: edit_item(**edit)) == {"found"}
        assert live.Asked(1, "", "", see, 7).words > {live.wide(7)}

    def test_d11_a_search_is_asked_once_in_a_while_however_much_happens_and_of_what_changed_alone(self):
        _page, see, _seen = self.page(self.reader, "?q=clamp")
        self.state(self.reader, see)
        with mock.patch.object(results, "_found") as asked:
            for _ in range(5):
                self.state(self.reader, see)
        assert not asked.called
        actor = actor_of(self.reader)
        with CaptureQueriesContext(connection) as run:
            results.found([(actor, (1.0, "q=clamp"))])
        assert len(run) == 1
        with CaptureQueriesContext(connection) as run:
            results.rows([(actor, tuple(item.pk for item in self.old[:20]))] * 30)
        assert len(run) == 1

    def test_what_makes_no_sense_is_left_out(self):
        rows = ["", "1-x", "-".join(["1"] * 111), "²", "1-"]
        searches = ["x?q=a", "1", "nan?q=a", "-1?q=a", "1e99?q=a", "?q=a", f"1?q={'a' * 2000}"]
        words = [f"list.rows:{one}" for one in rows] + [f"list.found:{one}" for one in searches] + ["content.item:²"]
        assert [word for word in words if live.read([word])] == []
        see = live.read(["list.found:1?q=%00&type=x&owner=9999999999999999999999&tag=%F0"])
        assert self.state(self.reader, see).keys() == {"found"}
        self.client.force_login(self.reader.user)
        assert self.client.get(reverse("tenants:live", args=["acme"]) + "?see=list.rows:x").status_code == 200

    def test_pages_that_show_the_maturity_of_items_name_them(self):
        first, second, author = self.old[0], self.old[1], actor_of(self.author)
        add_reference(actor=author, item=first, target_id=second.pk, relation=Relation("has_part"))
        version = add_version(actor=author, item=first, arrival=Arrival(file=ContentFile(b"solid", name="a.stl")))
        self.client.force_login(self.reader.user)
        self.client.get(reverse("content:item_detail", args=["acme", first.pk]))
        watch_item(actor=actor_of(self.reader), item=second)
        for name, args, shown in (
            ("tenants:home", (), {first.pk}),
            ("content:item_structure", (first.pk,), {first.pk, second.pk}),
            ("content:item_uses", (second.pk,), {first.pk, second.pk}),
            ("content:item_relations", (first.pk,), {second.pk}),
            ("content:item_revisions", (first.pk,), {first.pk}),
            ("content:my_content", (), {first.pk}),
            ("content:watch_list", (), {second.pk}),
            ("content:file_view", (version.pk,), first.pk),
        ):
            page = self.client.get(reverse(name, args=["acme", *args])).content.decode()
            (things,) = [one for one in re.findall('data-see="([^"]*)"', page) if one]
            ((_kind, key),) = live.read(things.split(" "))
            assert (key == shown) if isinstance(key, int) else shown <= set(key), name
            piece = "item" if isinstance(key, int) else "rows"
            anew = re.findall(f'id="([a-z-]+)"[^>]* data-live="{piece}"', page)
            assert anew and all(f'hx-select="#{one}"' in page for one in anew), name
        tree = reverse("content:item_structure", args=["acme", first.pk])
        whole, level = (self.client.get(tree, headers={"HX-Request": "true", "HX-Target": to}) for to in ("level", ""))
        assert b'id="level"' in whole.content and b'id="level"' not in level.content
