"""What programs see of the record: what its pages show each reader, and looking leaves an entry."""

import json
from datetime import timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from content.models import Item
from tenants import checkpoints
from tenants.models import AuditEvent
from tests.factories import PlatformFactory, SpaceFactory
from tests.site_world import NOBODY, body
from tests.test_api_work import Asking


class Looking(Asking):
    """Looks at the record."""

    def looks(self):
        return list(AuditEvent.objects.filter(verb__in=("record_seen", "list_exported")).order_by("pk"))

    def test_the_record_is_narrowed_told_in_parts_and_looking_is_recorded(self):
        world, today = self.world, timezone.localdate()
        self.ask("leader", "POST", "item_lock", [world.item.pk])
        self.ask("author", "POST", "thread_begin", [world.part.pk], {"text": "Look"})
        for query, verbs in (
            ("?verb=item_locked", ["item_locked"]),
            (f"?person={self.id_of('author')}&verb=comment_made", ["comment_made"]),
            (f"?person={self.id_of('leader')}&verb=comment_made", []),
            (f"?company={world.supplier.pk}&verb=comment_made", []),
            (f"?verb=item_locked&since={today - timedelta(days=1)}&until={today + timedelta(days=1)}", ["item_locked"]),
            (f"?verb=item_locked&until={today - timedelta(days=9)}", []),
            ("?q=zqnothing", []),
        ):
            status, found = self.ask("administrator", "GET", "record", query=query)
            assert (status, [one["verb"] for one in found["entries"]]) == (200, verbs), query
            asked = dict(part.split("=") for part in query[1:].split("&"))
            assert self.looks()[-1].after["filters"].keys() == asked.keys()
        before = len(self.looks())
        for query in (f"?person={self.id_of('elsewhere')}", "?verb=x", "?since=soon", f"?company={NOBODY}", "?size=0"):
            assert self.ask("administrator", "GET", "record", query=query)[0] == 422, query
        assert len(self.looks()) == before, "what was refused was not looked at"
        first = self.ask("administrator", "GET", "record", query="?size=1")[1]
        second = self.ask("administrator", "GET", "record", query=f"?size=1&{urlencode({'before': first['next']})}")[1]
        unescaped = self.ask("administrator", "GET", "record", query=f"?size=1&before={first['next']}")
        assert unescaped[0] == 422, "else who sends it so reads the newest again and again"
        assert first["entries"][0]["place"] == second["entries"][0]["place"] + 1

    def test_an_auditor_reads_the_record_and_takes_it_away_as_on_its_page(self):
        world = self.world
        assert self.ask("reader", "GET", "record")[0] == self.ask("reader", "GET", "record_take")[0] == 403
        world.platform.members.filter(user=world.users["reader"]).update(auditor=True)
        assert self.ask("reader", "GET", "record", query="?verb=record_seen") == (200, {"entries": [], "next": None})
        program = world.program("reader")
        url = reverse("api:record_take", args=["acme"])
        taken = program.ask("GET", f"{url}?verb=record_seen")
        page = world.client("reader").post(reverse("tenants:record_take", args=["acme"]) + "?verb=record_seen")
        lines = [[json.loads(line) for line in sent.splitlines()] for sent in (taken.shown, body(page))]
        assert [[line["kind"] for line in one] for one in lines] == [["header", "entry", "footer"]] * 2
        assert lines[0][1] == lines[1][1] and taken["Content-Disposition"] == page["Content-Disposition"]
        assert [entry.after["filters"] for entry in self.looks()[-2:]] == [{"verb": "record_seen"}] * 2

    def test_t26_the_record_of_an_item_and_a_space_tells_each_reader_what_its_page_tells(self):
        world, item = self.world, self.world.item
        Item.objects.filter(pk=item.pk).update(organization=world.rival)
        self.ask("leader", "POST", "item_lock", [item.pk])
        for visitor in ("restricted", "leader", "administrator"):
            page = world.client(visitor).get(reverse("content:item_record", args=["acme", item.pk]))
            shown = [(one.person, one.label, one.words, one.credential) for one in page.context["entries"]]
            found = self.ask(visitor, "GET", "item_record", [item.pk])[1]["entries"]
            told = [(one["person"], one["label"], one["act"], one["credential"]) for one in found]
            assert [one for one in told if "looked" not in one[2]] == [one for one in shown if "looked" not in one[2]]
        assert "Leader Person" not in str(self.ask("restricted", "GET", "item_record", [item.pk]))
        other = SpaceFactory(platform=PlatformFactory())
        for pk in (other.pk, NOBODY):
            assert self.ask("owner", "GET", "space_record", [pk])[0] == 404
        entries = self.ask("owner", "GET", "space_record", [world.space.pk], query="?size=3")[1]
        assert entries["entries"] and self.looks()[-1].space_id == world.space.pk
        costs = [("item_record", (item.pk,)), ("space_record", (world.space.pk,)), ("record", ())]
        few = self.costs(costs, ["administrator"])
        for _ in range(5):
            self.ask("leader", "POST", "thread_begin", [item.pk], {"text": "Look"})
        assert self.costs(costs, ["administrator"]) == few

    def test_the_proof_of_the_record_is_told_with_its_signatures(self):
        mark = checkpoints.make(self.world.platform)
        told = self.ask("administrator", "GET", "record_proof")[1]
        shown = told["checkpoints"][0]
        assert (shown["place"], shown["hash"], shown["signature"]) == (mark.seq, mark.hash, mark.signature)
        assert (told["entries"], told["hash"], told["late"], told["kept"]) == (mark.seq, mark.hash, False, [])
        assert told["key"] == checkpoints.key_of(self.world.platform).public
