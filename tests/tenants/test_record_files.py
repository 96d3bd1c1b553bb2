"""The record leaves as a file that strangers can check, and shows itself to auditors and to homes as far as it may."""

import json
import subprocess
import sys

from django.conf import settings
from django.db import transaction
from django.test import TestCase
from django.urls import reverse

from tenants import audit, auditors, checkpoints, record_looks
from tenants.errors import Conflict
from tenants.models import AuditEvent, Member, Partner, Right
from tests.api_world import Program, values
from tests.factories import (
    ItemFactory,
    MemberFactory,
    OrganizationFactory,
    PlatformFactory,
    SpaceFactory,
    actor_of,
    give,
    token_of,
    worker,
)
from tests.site_world import body

CHECKER = settings.ROOT / "docs" / "check_record.py"


class TestFiles(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.boss = worker(PlatformFactory(slug="corvane"), Right.ADMINISTRATOR)
        cls.partner = worker(PlatformFactory(slug="tolmec"), Right.ADMINISTRATOR)
        for one, other in ((cls.boss.platform, "tolmec"), (cls.partner.platform, "corvane")):
            Partner.objects.create(platform=one, address=other, known=True)
        with transaction.atomic():
            for n in range(5):
                audit.record(actor_of(cls.boss), "options_set", cls.boss.platform, after={"n": n, "é": 0.5})
        with cls.captureOnCommitCallbacks(execute=True):
            checkpoints.make(cls.boss.platform)

    def file(self, member, query=""):
        self.client.force_login(member.user)
        answer = self.client.post(reverse("tenants:record_take", args=[member.platform.slug]) + query)
        assert answer["Content-Disposition"] == f'attachment; filename="{member.platform.slug}-record.jsonl"'
        return [json.loads(line) for line in b"".join(answer).splitlines()]

    def check(self, lines, witness=None):
        folder = settings.FILES / "check"
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-I", str(CHECKER)]
        for name, found in (("record", lines), ("witness", witness)):
            (folder / name).write_text("".join(json.dumps(line) + "\n" for line in found or []))
        command += [str(folder / "record")] + (["--witness", str(folder / "witness")] if witness else [])
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", env={})  # noqa: S603
        return done.returncode, done.stdout + done.stderr

    def test_t101_a_stranger_checks_it_with_the_partners_file(self):
        ours, theirs = self.file(self.boss), self.file(self.partner)
        code, said = self.check(ours, theirs)
        assert (code, said) == (0, "Holds: 6 entries, 1 own checkpoints, 1 kept by the witness.\n")
        entries = [line for line in ours if line["kind"] == "entry"]
        cut = [line for line in ours if line not in entries[3:]]
        cut[-1]["entries"] = 3
        assert "ends before entry 5" in self.check(cut)[1]
        forged = [line for line in cut if line["kind"] != "checkpoint"]
        assert self.check(forged)[0] == 0  # by itself it looks whole
        assert "ends before entry 5, which a checkpoint kept by the witness knows" in self.check(forged, theirs)[1]
        assert "cut off" in self.check(ours[:-1])[1]
        entries[1]["said"]["words"]["after"]["n"] = 7
        assert "The words of entry 2 were changed." in self.check(ours)[1]
        del ours[ours.index(entries[2])]
        entries[1]["said"]["words"]["after"]["n"] = 1
        assert "Entry 3 is missing" in self.check(ours)[1]

    def test_what_the_reader_may_not_see_is_withheld_and_the_chain_still_holds(self):
        space = SpaceFactory(platform=self.boss.platform)
        other = worker(self.boss.platform)
        give(other, space, "author")
        item = ItemFactory(space=space, owner=other.user, maturity="private", title="Canary thing")
        with transaction.atomic():
            audit.record(actor_of(other), "item_created", item, space_id=space.pk, after={"title": item.title})
        lines = self.file(self.boss)
        assert "Canary" not in json.dumps(lines)
        assert [line["withheld"] for line in lines if line.get("withheld")] == [True]
        assert self.check(lines)[0] == 0

    def test_filters_leave_entries_out_and_the_file_says_so(self):
        lines = self.file(self.boss, "?verb=options_set&q=options")
        assert (lines[0]["complete"], lines[-1]["entries"]) == (False, 5)
        assert self.check(lines)[0] == 0

    def test_the_table_is_one_of_the_lists(self):
        self.client.force_login(self.boss.user)
        table = body(self.client.post(reverse("tenants:export", args=["corvane", "record"]))).decode()
        assert "set options of" in table and len(table.splitlines()) == 1 + 6

    def test_words_find_label_act_name_and_what_changed(self):
        self.client.force_login(self.boss.user)
        with transaction.atomic():
            audit.record(
                actor_of(self.boss), "group_created", self.boss.platform, after={"name": "Rotor"}, reason="Wish"
            )
        for words, number in {
            "rotor": 1,
            "wish made": 1,
            "set options": 5,
            self.boss.user.name: 6,
            "rotor options": 0,
            "%": 0,
        }.items():
            page = self.client.get(reverse("tenants:record", args=["corvane"]), {"q": words, "verb": ""})
            found = [entry for entry in page.context["entries"] if "looked" not in entry.words]
            assert len(found) == number, words

    def test_the_picture_counts_every_entry_once(self):
        rows = AuditEvent.objects.filter(platform=self.boss.platform)
        bars = record_looks.picture(rows, self.boss.platform.zone)
        assert sum(bar.count for bar in bars) == rows.count() and max(bar.height for bar in bars) == 48
        assert record_looks.picture(rows.none(), self.boss.platform.zone) == []


class TestAuditors(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.boss = worker(PlatformFactory(), Right.ADMINISTRATOR)
        cls.auditor = worker(cls.boss.platform, Right.EXTERNAL, company=OrganizationFactory(platform=cls.boss.platform))
        auditors.set_auditor(actor=actor_of(cls.boss), member=cls.auditor, on=True)

    def status(self, name, *args, method="get"):
        return getattr(self.client, method)(reverse(name, args=[self.boss.platform.slug, *args])).status_code

    def test_an_auditor_reads_the_record_and_nothing_else(self):
        item = ItemFactory(space=SpaceFactory(platform=self.boss.platform))
        self.client.force_login(self.auditor.user)
        assert [self.status(f"tenants:{name}") for name in ("record", "record_proof", "record_elsewhere")] == [200] * 3
        assert self.status("tenants:record_take", method="post") == 200
        assert [self.status("content:item_detail", item.pk), self.status("spaces:space_edit", item.space_id)] == [
            404,
            404,
        ]
        assert {self.status(f"tenants:{name}") for name in ("member_list", "options", "partner_list", "role_list")} == {
            403
        }
        page = self.client.get(reverse("tenants:record", args=[self.boss.platform.slug]))
        assert str(self.boss) in page.content.decode() and page.context["nav"][-1]["links"][-1]["label"] == "Record"

    def test_b10_no_longer_an_auditor_no_longer_reads(self):
        self.client.force_login(self.auditor.user)
        auditors.set_auditor(actor=actor_of(self.boss), member=self.auditor, on=False)
        assert self.status("tenants:record") == 403
        with self.assertRaises(Conflict):
            auditors.set_auditor(actor=actor_of(self.boss), member=self.auditor, on=False)


class TestElsewhere(TestCase):
    def test_t104_a_home_sees_acts_of_its_people_elsewhere_and_no_word_of_what_they_were_about(self):
        home, host = PlatformFactory(name="Home"), PlatformFactory(name="Corvane")
        boss, person = worker(home, Right.ADMINISTRATOR), worker(home)
        supplier = OrganizationFactory(platform=host)
        there = MemberFactory(platform=host, user=person.user, right=Right.EXTERNAL, company=supplier)
        stranger = MemberFactory(platform=host, right=Right.EXTERNAL, company=supplier)
        space = SpaceFactory(platform=host, title="Canary space")
        give(there, space, "author", organization=supplier)
        with transaction.atomic():
            for member in (there, stranger):
                audit.record(
                    actor_of(member),
                    "space_created",
                    space,
                    space_id=space.pk,
                    after={"title": "Canary"},
                    reason="Canary",
                )
        rows = list(record_looks.elsewhere(actor_of(boss)))
        assert [(row.actor, row.platform) for row in rows] == [(person.user, host)]
        self.client.force_login(boss.user)
        page = self.client.get(reverse("tenants:record_elsewhere", args=[home.slug])).content.decode()
        assert "Corvane" in page and str(person.user) in page and "Canary" not in page
        for slug, words in ((host.slug, str(person.user)), ("nowhere\x00", "Nothing on that platform")):
            address = reverse("tenants:record_elsewhere", args=[home.slug])
            assert words in self.client.get(address, {"platform": slug}).content.decode()
            told = AuditEvent.objects.filter(verb="record_seen").order_by("-pk")[0]
            assert told.after == {"filters": {"where": "elsewhere", "platform": slug.strip("\x00")}}
        program = Program(token_of(boss))
        for query, number in (("", 1), (f"?platform={host.slug}", 1), ("?platform=nowhere", 0)):
            told = values(program.ask("GET", reverse("api:record_elsewhere", args=[home.slug]) + query))
            assert [(one["person"], one["platform"]) for one in told["acts"]] == [
                (str(person.user), "Corvane")
            ] * number
            assert "Canary" not in str(told)
        Member.objects.filter(pk=person.pk).update(status="no_access")
        assert not record_looks.elsewhere(actor_of(boss))
