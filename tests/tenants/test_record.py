"""The record: the database itself refuses to change it, and its page shows it to Administrators."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from tenants import append_only, audit, events
from tenants.models import AuditEvent
from tenants.models.audit import AppendOnly
from tenants.options import set_option
from tests.factories import PlatformFactory, Right, SpaceFactory, actor_of, give, worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return worker(PlatformFactory(), Right.ADMINISTRATOR)


@pytest.fixture
def entry(administrator):
    with transaction.atomic():
        return audit.record(actor_of(administrator), "options_set", administrator.platform, after={"a": True})


STATEMENTS = [f"UPDATE {append_only.RECORD} SET verb = 'nothing'", f"DELETE FROM {append_only.RECORD}"]
if connection.vendor == "postgresql":  # SQLite has no TRUNCATE
    STATEMENTS.append(f"TRUNCATE {append_only.RECORD} CASCADE")


@pytest.mark.parametrize("statement", STATEMENTS)
def test_b27_database_refuses_to_change_the_record(statement, entry):
    connection.check_constraints()  # PostgreSQL truncates nothing while foreign keys wait to be checked
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEvent.objects.filter(pk=entry.pk, verb="options_set").exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: entry.save(),
        lambda entry: entry.delete(),
        lambda entry: AuditEvent.objects.update(verb="x"),
        lambda entry: AuditEvent.objects.all().delete(),
    ],
)
def test_b27_models_refuse_to_change_the_record(change, entry):
    with pytest.raises(AppendOnly):
        change(entry)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("run", [1, 2])
def test_b27_a_test_with_its_own_transactions_leaves_an_empty_guarded_record(run, entry):
    assert AuditEvent.objects.count() == 1
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(STATEMENTS[0])


class TestPage:
    @pytest.fixture(autouse=True)
    def signed_in(self, client, administrator):
        client.force_login(administrator.user)

    def url(self, member):
        return reverse("tenants:record", args=[member.platform.slug])

    def write(self, member, number=1, **details):
        with transaction.atomic():
            return [
                audit.record(actor_of(member), details.pop("verb", "options_set"), member.platform, **details)
                for _ in range(number)
            ]

    def test_shows_before_after_and_rule(self, client, administrator):
        set_option(actor=actor_of(administrator), code="member_locations", value="on")
        page = client.get(self.url(administrator)).content.decode()
        assert str(administrator) in page and "set options of" in page
        assert "<del>off</del>" in page and "<ins>on</ins>" in page and "9.A" in page

    def test_what_is_empty_before_and_after_is_left_out(self, client, administrator):
        self.write(administrator, before={"ends": ""}, after={"level": "Can read", "note": "", "ends": None, "n": 0})
        (entry,) = client.get(self.url(administrator)).context["entries"]
        assert {change.label: change.after for change in entry.changes} == {"level": "Can read", "n": "0"}

    def test_shows_the_credential(self, client, administrator):
        give(administrator, SpaceFactory(platform=administrator.platform, title="AS1"), "author")
        self.write(administrator)
        assert "as Author in AS1 for" in client.get(self.url(administrator)).content.decode()

    def test_filters(self, client, administrator):
        other = worker(administrator.platform)
        self.write(administrator)
        self.write(other, verb="member_changed")
        assert len(client.get(self.url(administrator)).context["entries"]) == 2
        found = {
            "person": client.get(self.url(administrator), {"person": other.pk}),
            "verb": client.get(self.url(administrator), {"verb": "member_changed"}),
        }
        assert {name: [entry.person for entry in page.context["entries"]] for name, page in found.items()} == {
            "person": [str(other)],
            "verb": [str(other)],
        }
        assert not client.get(self.url(administrator), {"until": "2020-01-01"}).context["entries"]
        assert not client.get(self.url(administrator), {"since": "2199-01-01"}).context["entries"]
        today = timezone.localdate(timezone=administrator.platform.zone).isoformat()
        assert client.get(self.url(administrator), {"since": today, "until": today}).context["entries"]

    def test_pages_by_cursor_without_gap_or_double(self, client, administrator):
        self.write(administrator, 120)
        seen, address = [], self.url(administrator)
        while address:
            page = client.get(address)
            seen += [entry.pk for entry in page.context["entries"]]
            older = page.context["older"]
            address = self.url(administrator) + older if older else ""
        assert len(seen) == len(set(seen)) == 120 and seen == sorted(seen, reverse=True)

    @pytest.mark.parametrize("count", [1, 40])
    def test_b36_constant_queries(self, client, administrator, count, django_assert_max_num_queries):
        for _ in range(count):
            self.write(worker(administrator.platform) if count < 5 else administrator)
        client.get(self.url(administrator))
        with django_assert_max_num_queries(26):
            client.get(self.url(administrator))

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ({"before": "x"}, 200),
            ({"before": "2026-01-01T00:00:00~1"}, 200),
            ({"before": f"0001-01-01T00:00:00+00:00~{2**70}"}, 200),
            ({"before": "9999-12-31T23:59:59-12:00~1"}, 200),
            ({"before": "\x00~\x00"}, 200),
            ({"since": "yesterday"}, 422),
            ({"until": "9999-12-31"}, 422),
            ({"since": "0001-01-01"}, 422),
            ({"person": "x"}, 422),
            ({"person": "9" * 40}, 422),
            ({"verb": "fly"}, 422),
            ({"q": "\x00"}, 422),
            ({"q": "x" * 300}, 422),
        ],
    )
    def test_bad_input(self, client, administrator, query, status):
        assert client.get(self.url(administrator), query).status_code == status

    def test_t20_another_platforms_entries_stay_there(self, client, administrator):
        self.write(worker(PlatformFactory(), Right.ADMINISTRATOR))
        assert not client.get(self.url(administrator)).context["entries"]

    def test_another_platforms_person_is_no_choice(self, client, administrator):
        stranger = worker(PlatformFactory())
        assert client.get(self.url(administrator), {"person": stranger.pk}).status_code == 422

    def test_members_are_refused(self, client, administrator):
        client.force_login(worker(administrator.platform).user)
        assert client.get(self.url(administrator)).status_code == 403

    def test_floors_keep_entries_out(self, client, administrator, monkeypatch):
        self.write(administrator)
        monkeypatch.setattr(events, "HIDDEN", [lambda actor: Q(verb="options_set")])
        assert not client.get(self.url(administrator)).context["entries"]


class TestNames:
    """A reader who may know some people only reads the others as somebody."""

    def entries(self, reader, event, known):
        return events.entries(actor_of(reader), AuditEvent.objects.filter(pk=event.pk), known=known)

    def test_a_stranger_is_somebody(self, administrator, entry):
        reader = worker(administrator.platform, Right.EXTERNAL)
        (shown,) = self.entries(reader, entry, frozenset())
        assert shown.person == events.STRANGER and str(administrator) not in repr(shown)

    def test_a_colleague_is_named(self, administrator, entry):
        reader = worker(administrator.platform)
        (shown,) = self.entries(reader, entry, frozenset([administrator.company_id]))
        assert shown.person == str(administrator)

    def test_what_was_done_to_a_stranger_is_not_told(self, administrator):
        subject = worker(administrator.platform, user__name="Otto Brandt")
        with transaction.atomic():
            event = audit.record(
                actor_of(administrator), "access_ended", subject, subject=subject.user, before={"name": "Otto Brandt"}
            )
        reader = worker(administrator.platform, Right.EXTERNAL)
        (shown,) = self.entries(reader, event, frozenset())
        assert "Otto" not in repr(shown)
