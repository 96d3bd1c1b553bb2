"""Every act of the site leaves one entry in the record; what is refused, or only looks, leaves none."""

from django.apps import apps
from django.db import OperationalError, connection
from django.test import TestCase, override_settings

from spaces.models import Credential
from tenants.models import AuditEvent
from tests.record.acts import ACTS
from tests.record.given import (
    QUERIES,
    Act,
    private,
)
from tests.record.refused import (
    OWN,
    REFUSED,
    UNRECORDED,
)
from tests.site_world import KEPT, LOOKS, RECORD, World, addresses, body, undone, writes
from tests.test_urls import ROWS


def _state():
    """Return every row of ours but drafts and the record, as the database tells it."""
    models = [model for app in ("tenants", "spaces", "content") for model in apps.get_app_config(app).get_models()]
    kept = [model._meta for model in models if model is not AuditEvent and model._meta.db_table not in KEPT]
    with connection.cursor() as cursor:
        return {
            meta.db_table: _rows(cursor, f'SELECT * FROM "{meta.db_table}" ORDER BY "{meta.pk.column}"')
            for meta in kept
        }


def _rows(cursor, statement):
    cursor.execute(statement)
    return cursor.fetchall()


def _unwritable(execute, sql, params, many, context):
    """Let the database refuse every entry of the record."""
    if sql.startswith("INSERT") and "tenants_auditevent" in sql:
        raise OperationalError("the disk is full")
    return execute(sql, params, many, context)


class TheRecord(TestCase):
    """Does everything once."""

    @classmethod
    def setUpTestData(cls):
        cls.world = world = World()
        own = Credential.objects.get(user=world.users["owner"])
        world.args["owner"] = (world.platform.slug, world.space.pk, own.pk)
        world.args["last"] = (world.platform.slug, world.members["administrator"].pk)
        world.args["unit"] = (world.platform.slug, world.unit.pk)
        world.args["used"] = (world.platform.slug, "invitations_from_administrators")
        cls.held = dict(Credential.objects.values_list("user", "pk"))
        cls.entries = AuditEvent.objects.count()

    def _ready(self, act, **options):
        """Return a browser in which everything stands ready for the act."""
        if act.before:
            act.before(self.world)
        return self.world.client(act.who, **options)

    def _send(self, browser, act):
        data = {name: value(self.world) if callable(value) else value for name, value in act.data.items()}
        query = QUERIES.get(act.name.split(":")[1], "")
        answer = browser.post(self.world.url(act.name, act.args, query), {"csrfmiddlewaretoken": "x"} | data)
        body(answer)
        return answer

    def test_t102_b25_an_accepted_act_leaves_exactly_one_entry(self):
        for act in ACTS:
            with self.subTest(act=act.name, verb=act.verb), undone():
                answer = self._send(self._ready(act), act)
                assert answer.status_code in {200, 302}, answer.content.decode()
                (entry,) = AuditEvent.objects.all()[: AuditEvent.objects.count() - self.entries]
                assert (entry.verb, entry.actor) == (act.verb, self.world.users[act.who])
                assert entry.platform == self.world.platform
                held = None if act.who == "pending" else self.held.get(entry.actor_id)
                assert entry.credential.get("id") == held
                assert not [part for part in act.kept.split() if not getattr(entry, part)]

    def test_t102_b25_a_refused_act_leaves_no_entry_and_no_change(self):
        for status, act in REFUSED:
            with self.subTest(act=act.name, status=status), undone():
                browser, before = self._ready(act), _state()
                assert self._send(browser, act).status_code == status
                assert AuditEvent.objects.count() == self.entries
                assert _state() == before

    @override_settings(INVITATIONS_PER_DAY=1)
    def test_b25_an_act_past_a_limit_leaves_no_entry_and_no_change(self):
        act = Act("tenants:invitation_resend", "invitation", "administrator")
        browser, before = self._ready(act), _state()
        assert self._send(browser, act).status_code == 429
        assert AuditEvent.objects.count() == self.entries
        assert _state() == before

    def test_t102_b25_an_act_whose_entry_cannot_be_written_does_not_happen(self):
        for act in ACTS:
            with self.subTest(act=act.name, verb=act.verb), undone():
                browser, before = self._ready(act, raise_request_exception=False), _state()
                with connection.execute_wrapper(_unwritable):
                    assert self._send(browser, act).status_code == 500
                assert _state() == before

    def test_t102_b25_every_address_that_takes_a_post_has_its_act(self):
        known = {act.name for act in ACTS} | UNRECORDED.keys()
        shown = {(row.name, row.args) for row in ROWS if row.name not in known}
        assert {name for name, _args in shown} | known == addresses()
        browser = self.world.client("administrator")
        for name, args in shown:
            assert browser.post(self.world.url(name, args)).status_code in {404, 405}, name

    def test_b25_what_leaves_no_entry_changes_nothing_but_bells_and_drafts(self):
        browser = self.world.client("administrator")
        for row in ROWS:
            if row.name in UNRECORDED and row.method == "POST":
                with self.subTest(row=row.name), undone(), writes() as written:
                    browser.post(self.world.url(row.name, row.args), {"roles": "ENT", "addresses": "a@example.test"})
                    assert AuditEvent.objects.count() == self.entries
                    assert set(written) <= OWN

    def test_b34_looking_in_any_way_changes_no_business_row(self):
        browser = self.world.client("administrator")  # tests/test_urls.py watches everybody's GET
        for row in ROWS:
            for method in (browser.head, browser.options) if row.method == "GET" else ():
                with writes() as written:
                    body(method(self.world.url(row.name, row.args, row.query)))
                assert written == [], row

    def test_b34_opening_what_is_private_leaves_an_entry_and_nothing_else(self):
        private(self.world)
        browser = self.world.client("administrator")
        for name in ("item_detail", "item_why", "item_record"):
            with self.subTest(page=name), undone(), writes() as written:
                browser.get(self.world.url(f"content:{name}", "item"))
                assert set(written) == RECORD
                assert written.count("tenants_auditevent") == 1 + (f"content:{name}" in LOOKS)

    def test_looking_at_the_record_and_at_files_leaves_one_entry(self):
        browser = self.world.client("administrator")
        for row in ROWS:
            if row.name in LOOKS and row.method == "GET":
                with self.subTest(row=row.name), undone(), writes() as written:
                    answer = browser.get(self.world.url(row.name, row.args, row.query))
                    body(answer)
                    assert written.count("tenants_auditevent") == (1 if answer.status_code < 400 else 0)
