"""The record: the database itself refuses to change it, and its page shows it to Administrators."""

import pytest
from django.db import DatabaseError, connection, transaction

from tenants import append_only, audit
from tenants.models import AuditEvent
from tenants.models.audit import AppendOnly
from tests.factories import PlatformFactory, Right, actor_of, worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return worker(PlatformFactory(), Right.ADMINISTRATOR)


@pytest.fixture
def entry(administrator):
    with transaction.atomic():
        return audit.record(actor_of(administrator), "options_set", administrator.platform, after={"a": True})


STATEMENTS = [f"UPDATE {append_only.TABLE} SET verb = 'nothing'", f"DELETE FROM {append_only.TABLE}"]
if connection.vendor == "postgresql":  # SQLite has no TRUNCATE
    STATEMENTS.append(f"TRUNCATE {append_only.TABLE}")


@pytest.mark.parametrize("statement", STATEMENTS)
def test_b27_database_refuses_to_change_the_record(statement, entry):
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
