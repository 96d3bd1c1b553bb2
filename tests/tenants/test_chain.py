"""The record holds together: every kind of tampering is found, what may be forgotten is, and nothing else."""

import json
from datetime import timedelta
from io import StringIO
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import TestCase, TransactionTestCase
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants import append_only, audit, chain, checkpoints, record_checks, workers
from tenants.models import AuditEvent, AuditHead, AuditOrigin, Checkpoint, KeptCheckpoint, Partner, Right
from tests.factories import PlatformFactory, actor_of, worker
from tests.races import at_once

LONG = 12
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(), part, max_size=3),
    max_leaves=6,
)


@transaction.atomic
def write(member, number=1, verb="options_set", **details):
    return [
        audit.record(actor_of(member), verb, member.platform, after={"n": n, "mass": 0.1 * n}, **details)
        for n in range(number)
    ]


def again(events, **changes):
    """Store entries as somebody would who owns the database and knows our code: every hash made anew."""
    previous = chain.BEGINNING
    for event in events:
        for name, value in changes.items():
            setattr(event, name, value)
        event.previous = previous
        event.words_digest = chain.digest(event.words_salt, chain.words_of(event))
        event.hash = previous = chain.link(chain.facts_of(event))
        event.save_base(force_update=True)
    AuditHead.objects.filter(chain=events[0].platform_id).update(seq=events[-1].seq, hash=previous)


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


class TestTampering(TestCase):
    """Who owns the database can lift its triggers; they cannot do it unseen."""

    @classmethod
    def setUpTestData(cls):
        cls.boss = worker(PlatformFactory(slug="corvane"), Right.ADMINISTRATOR)
        cls.partner = worker(PlatformFactory(slug="tolmec"), Right.ADMINISTRATOR)
        cls.platform = cls.boss.platform
        for one, other in ((cls.platform, cls.partner.platform), (cls.partner.platform, cls.platform)):
            Partner.objects.create(platform=one, address=other.slug, known=True)
        cls.events = write(cls.boss, LONG, subject=cls.boss.user)
        with cls.captureOnCommitCallbacks(execute=True):
            checkpoints.make(cls.platform)

    def setUp(self):
        append_only.lift(connection)

    def tearDown(self):
        append_only.install(connection)

    def found(self):
        """Return the problem; it is the same wherever the chain is cut into ranges."""
        told = set()
        for size in (1, 4, 5, record_checks.RANGE):
            with patch.object(record_checks, "RANGE", size):
                told.add(record_checks.check(self.platform.pk, self.platform).problem)
        (problem,) = told
        return problem

    def rows(self):
        return list(AuditEvent.objects.filter(platform=self.platform).order_by("seq"))

    def test_b26_the_record_holds_as_it_was_written(self):
        report = record_checks.check(self.platform.pk, self.platform)
        assert (report.problem, report.entries, report.checkpoints, report.witnessed) == ("", LONG, 1, 1)
        assert [event.seq for event in self.rows()] == list(range(1, LONG + 1))
        kept = record_checks.check(self.partner.platform_id, self.partner.platform)
        assert (kept.problem, kept.entries) == ("", 1)  # the witness wrote it into their own record

    def test_t100_each_changed_column_is_named_with_its_entry(self):
        table = append_only.RECORD
        for column, value in {
            "verb": "'member_changed'",
            "actor_id": self.partner.user_id,
            "object_id": "'7'",
            "credential": "'{\"x\": 1}'",
            "rule": "'9.Z'",
            "before": "'{\"a\": 1}'",
            "reason": "'another'",
            "object_label": "'another'",
            "subject_id": "NULL",
            "words_digest": "'0'",
        }.items():
            with transaction.atomic():
                sql(f"UPDATE {table} SET {column} = {value} WHERE seq = 5 AND platform_id = %s", self.platform.pk)
                assert self.found().startswith("Entry 5: "), column
                transaction.set_rollback(True)
        assert self.found() == ""

    def test_t100_words_that_are_no_json_any_more_are_named(self):
        entry = SimpleNamespace(words_salt="s", object_label="", reason="", before="{}")
        for broken in ("{} x", "{},{}", "{", ""):
            entry.after = broken
            with pytest.raises(ValueError):
                chain.words_digest_of_row(entry)
        with patch.object(chain, "words_digest_of_row", side_effect=ValueError):
            assert self.found() == "Entry 1: it is not JSON any more."

    def test_t100_a_deleted_entry_is_missing(self):
        sql(f"DELETE FROM {append_only.RECORD} WHERE seq = 5 AND platform_id = %s", self.platform.pk)
        assert self.found() == "Entry 5: it is missing, the next one is 6."

    def test_t100_entries_in_another_order_do_not_follow(self):
        for before, after in ((5, 99), (6, 5), (99, 6)):
            sql(
                f"UPDATE {append_only.RECORD} SET seq = %s WHERE seq = %s AND platform_id = %s",
                after,
                before,
                self.platform.pk,
            )
        assert self.found() == "Entry 5: it does not follow the one before."

    def test_t101_a_cut_tail_is_seen_by_the_head(self):
        sql(f"DELETE FROM {append_only.RECORD} WHERE seq > 9 AND platform_id = %s", self.platform.pk)
        assert "Entry 10: the end of the record is missing" in self.found()

    def cut(self):
        sql(f"DELETE FROM {append_only.RECORD} WHERE seq > 9 AND platform_id = %s", self.platform.pk)
        AuditHead.objects.filter(chain=self.platform.pk).update(seq=9, hash=self.events[8].hash)

    def test_t101_a_tail_cut_with_its_head_is_seen_by_our_checkpoint(self):
        self.cut()
        assert "our own checkpoint says otherwise" in self.found()

    def test_t101_a_tail_cut_with_head_and_checkpoints_is_seen_by_the_partners_alone(self):
        self.cut()
        sql(f"DELETE FROM {append_only.CHECKPOINTS}")
        assert f"checkpoint kept by {self.partner.platform.name} says otherwise" in self.found()
        sql(f"DELETE FROM {append_only.KEPT}")  # nobody else knew
        assert self.found() == ""
        witness = record_checks.check(self.partner.platform_id, self.partner.platform)
        assert (witness.problem, witness.entries) == ("", 1)  # but the partner's record still tells of it

    def test_t101_a_record_written_anew_from_the_first_entry_is_seen_by_the_partners_alone(self):
        again(self.rows(), reason="It was never so")
        sql(f"DELETE FROM {append_only.CHECKPOINTS}")
        assert f"kept by {self.partner.platform.name} says otherwise" in self.found()

    def test_t101_a_signature_by_another_key_is_not_ours(self):
        KeptCheckpoint.objects.get().delete()
        other = checkpoints.make(self.partner.platform)
        sql(
            f"UPDATE {append_only.CHECKPOINTS} SET signature = %s WHERE platform_id = %s",
            other.signature,
            self.platform.pk,
        )
        assert "the signature of the checkpoint kept by our own checkpoint is not ours" in self.found()

    def test_words_that_are_gone_without_an_entry_that_says_so_are_named(self):
        AuditEvent.objects.filter(seq=5).forget()
        assert "Entry 5: its words are gone" in self.found()
        with transaction.atomic():
            audit.record(None, "words_forgotten", self.platform, platform=self.platform, after={"until": 4})
        assert "Entry 5: its words are gone" in self.found()
        with transaction.atomic():
            audit.record(None, "words_forgotten", self.platform, platform=self.platform, after={"until": 5})
        assert self.found() == ""

    def test_the_command_names_the_first_bad_entry_and_fails(self):
        out = StringIO()
        call_command("verify_audit", stdout=out)
        assert f"{LONG} entries hold, 0 of them without their words; 1 checkpoints" in out.getvalue()
        sql(f"UPDATE {append_only.RECORD} SET verb = 'x' WHERE seq = 3 AND platform_id = %s", self.platform.pk)
        with pytest.raises(CommandError, match="1 of 2 records do not hold"):
            call_command("verify_audit", stdout=out)
        assert "Entry 3: it was changed after it was written." in out.getvalue()
        with pytest.raises(CommandError, match="no record"):
            call_command("verify_audit", "nobody", stdout=out)


@pytest.mark.postgres
class TestAtOnce(TransactionTestCase):
    """A long chain is read by several processes, which see one moment."""

    def test_b26_t100_processes_find_the_first_bad_entry(self):
        boss = worker(PlatformFactory(), Right.ADMINISTRATOR)
        write(boss, LONG)
        pools = patch.object(workers, "ProcessPoolExecutor", wraps=workers.ProcessPoolExecutor)
        cores = patch.object(workers.os, "cpu_count", return_value=2)
        with patch.object(record_checks, "RANGE", 5), cores, pools as pool:
            report = record_checks.check(boss.platform_id, boss.platform)
            assert (report.problem, report.entries) == ("", LONG)
            assert [call.args[0] for call in pool.call_args_list] == [2]
            append_only.lift(connection)
            sql(f"UPDATE {append_only.RECORD} SET verb = 'x' WHERE seq IN (8, 11)")
            append_only.install(connection)
            report = record_checks.check(boss.platform_id, boss.platform)
        assert report.problem == "Entry 8: it was changed after it was written."


class TestChain(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.boss = worker(PlatformFactory(), Right.ADMINISTRATOR)

    def test_t102_an_act_that_failed_leaves_no_gap(self):
        write(self.boss)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            write(self.boss)
            1 / 0  # noqa: B018
        write(self.boss)
        assert list(AuditEvent.objects.order_by("pk").values_list("seq", flat=True)) == [1, 2]
        assert record_checks.check(self.boss.platform_id, self.boss.platform).problem == ""

    def test_b26_platforms_count_apart(self):
        write(self.boss, 2)
        write(worker(PlatformFactory(), Right.ADMINISTRATOR), 3)
        assert sorted(AuditHead.objects.values_list("seq", flat=True)) == [2, 3]

    def test_b26_numbers_and_texts_come_back_from_the_database_as_they_were_hashed(self):
        odd = {
            "tall": 1e22,
            "nought": -0.0,
            "small": 1e-7,
            "whole": 3.0,
            "big": 2**53 + 1,
            "list": [1.5, "é\u2028"],
            7: True,
        }
        with transaction.atomic():
            audit.record(actor_of(self.boss), "options_set", self.boss.platform, before=odd, after={"nested": odd})
        assert record_checks.check(self.boss.platform_id, self.boss.platform).problem == ""

    def test_t105_forgetting_passes_the_triggers_and_nothing_else_does(self):
        (event,) = write(self.boss, subject=self.boss.user, reason="Otto said so")
        for change in ("verb = 'x'", "reason = 'other'", "object_label = '', words_salt = ''", "seq = 9"):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                sql(f"UPDATE {append_only.RECORD} SET {change}")
        assert AuditEvent.objects.filter(pk=event.pk).forget() == 1
        event.refresh_from_db()
        assert event.is_forgotten and not any(chain.words_of(event).values())
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            sql(f"UPDATE {append_only.RECORD} SET reason = 'another'")

    def test_checkpoints_are_append_only(self):
        write(self.boss)
        checkpoints.make(self.boss.platform)
        for statement in ("UPDATE {} SET seq = 9", "DELETE FROM {}"):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                sql(statement.format(append_only.CHECKPOINTS))

    def test_where_it_came_from_is_kept_apart_and_in_the_digest(self):
        self.client.force_login(self.boss.user)
        self.client.post(
            reverse("tenants:group_new", args=[self.boss.platform.slug]),
            {"name": "Rig"},
            headers={"user-agent": "Firefox\n9"},
        )
        event = AuditEvent.objects.get(verb="group_created")
        assert (event.origin.address, event.origin.agent) == ("127.0.0.1", "Firefox9")
        assert record_checks.check(self.boss.platform_id, self.boss.platform).problem == ""
        AuditOrigin.objects.update(address="10.0.0.1")
        problem = record_checks.check(self.boss.platform_id, self.boss.platform).problem
        assert problem == f"Entry {event.seq}: where it came from was changed after it was written."
        AuditOrigin.objects.all().delete()  # forgotten: the entry stays, and holds
        assert record_checks.check(self.boss.platform_id, self.boss.platform).problem == ""


class TestCheckpoints(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.boss = worker(PlatformFactory(), Right.ADMINISTRATOR)

    def made(self):
        checkpoints.make_due()
        return Checkpoint.objects.filter(platform=self.boss.platform).count()

    def test_one_an_hour_while_something_happens(self):
        assert self.made() == 0
        write(self.boss)
        assert self.made() == 1
        write(self.boss)
        assert self.made() == 1
        assert not checkpoints.late(self.boss.platform, timezone.now())
        now = timezone.now()
        assert checkpoints.due(self.boss.platform, now + timedelta(minutes=61))
        assert checkpoints.late(self.boss.platform, now + timedelta(minutes=121))

    def test_one_each_thousand_entries(self):
        write(self.boss)
        self.made()
        AuditHead.objects.update(seq=1001)
        write(self.boss)
        assert self.made() == 2

    def test_keeping_anothers_asks_for_no_checkpoint_of_ours(self):
        other = worker(PlatformFactory(), Right.ADMINISTRATOR)
        write(self.boss)
        mark = checkpoints.make(self.boss.platform)
        checkpoints.keep(other.platform, self.boss.platform, mark, checkpoints.key_of(self.boss.platform).public)
        assert not checkpoints.due(other.platform, timezone.now())

    def test_only_platforms_that_know_each_other_exchange(self):
        other = PlatformFactory()
        pairs = [(self.boss.platform, other.slug, True), (other, self.boss.platform.slug, False)]
        for platform, address, known in pairs:
            Partner.objects.create(platform=platform, address=address, known=known)
        assert not checkpoints.witnesses(self.boss.platform)
        Partner.objects.update(known=True)
        assert list(checkpoints.witnesses(self.boss.platform)) == [other]


@pytest.mark.django_db(transaction=True)
def test_t102_a_partner_keeps_a_checkpoint_with_its_entry_when_the_act_is_over():
    boss, partner = (worker(PlatformFactory(slug=slug), Right.ADMINISTRATOR) for slug in ("corvane", "tolmec"))
    for one, other in ((boss.platform, partner.platform), (partner.platform, boss.platform)):
        Partner.objects.create(platform=one, address=other.slug, known=True)
    write(boss, 3, subject=boss.user)
    checkpoints.make(boss.platform)
    kept = KeptCheckpoint.objects.get()
    assert AuditEvent.objects.get(platform=partner.platform, verb=checkpoints.KEPT).object_id == str(kept.pk)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_b26_eight_at_once_leave_no_gap():
    boss = worker(PlatformFactory(), Right.ADMINISTRATOR)
    for _ in range(5):
        assert set(at_once(*[lambda: write(boss, 2)] * 8).values()) == {None}
    report = record_checks.check(boss.platform_id, boss.platform)
    assert (report.entries, report.problem) == (80, "")


@settings(max_examples=50)
@given(texts=st.lists(st.text(), min_size=5, max_size=5), told=JSON, number=st.none() | st.integers(0, 2**62))
def test_b26_what_is_spelled_from_a_row_is_what_was_hashed(texts, told, number):
    verb, rule, label, reason, digest = texts
    facts = {"seq": 7, "at": timezone.now(), "verb": verb, "rule": rule, "object_type": "x", "object_id": label}
    facts |= dict.fromkeys(("platform_id", "actor_id", "space_id", "subject_id"), number)
    facts |= {"words_digest": digest, "origin_digest": verb, "previous": reason, "words_salt": "0f"}
    words = {"object_label": label, "reason": reason, "before": told, "after": {"now": told}}
    stored = {name: json.dumps(words.get(name, told)) for name in record_checks.TEXTS}
    event, row = SimpleNamespace(credential=told, **facts, **words), SimpleNamespace(**facts | words | stored)
    assert chain.link_of_row(row) == chain.link(chain.facts_of(event))
    assert chain.words_digest_of_row(row) == chain.digest("0f", chain.words_of(event))
