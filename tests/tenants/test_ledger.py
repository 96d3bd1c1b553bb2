"""The ledger of licences: whatever happens, its sum is the units used, the grants that count, and never more."""

import importlib
import re
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tenants import acceptance, append_only, invitations, ledger, stock
from tenants.errors import DomainError
from tenants.members import end_access
from tenants.models import AuditEvent, LicenceEntry, Member, Right, RoleGrant, RoleStock, Status, User
from tests.factories import MemberFactory, OrganizationFactory, PlatformFactory, UserFactory, actor_of, catalogue

PEOPLE, UNITS = 5, 2
persons, kinds, switch = st.integers(0, PEOPLE - 1), st.integers(0, 1), st.booleans()


def small_platform():
    """Return (platform, its Administrator's Actor, roles): two units of each of two roles, nobody holds one."""
    platform = PlatformFactory(invitations_from_administrators=True)
    roles = [catalogue()[code] for code in ("ENT", "COL")]
    for role in roles:
        RoleStock.objects.create(platform=platform, role=role, quantity=UNITS)
    return platform, actor_of(MemberFactory(platform=platform, right=Right.ADMINISTRATOR)), roles


class Licences(RuleBasedStateMachine):
    """People come, are given roles and licences, lose them and go, in any order."""

    @initialize()
    def begin(self):
        self.at_start = transaction.atomic()
        self.at_start.__enter__()
        self.platform, self.boss, self.roles = small_platform()
        self.company = OrganizationFactory(platform=self.platform)
        self.people = [MemberFactory(platform=self.platform) for _ in range(PEOPLE)]
        self.operator = User.objects.create_superuser(f"operator{self.platform.pk}@example.test")

    def teardown(self):
        transaction.set_rollback(True)
        self.at_start.__exit__(None, None, None)

    def attempt(self, act, *args, **kwargs):
        try:
            with transaction.atomic():
                return act(*args, **kwargs)
        except DomainError:
            return None

    def grant_of(self, person, role):
        return RoleGrant.objects.filter(member=self.people[person], role=self.roles[role]).first()

    @rule(person=persons, role=kinds, assigned=switch)
    def grant(self, person, role, assigned):
        member = self.people[person]
        self.attempt(stock.grant_role, actor=self.boss, member=member, role=self.roles[role], assigned=assigned)

    @rule(person=persons, role=kinds, assigned=switch)
    def assign(self, person, role, assigned):
        if grant := self.grant_of(person, role):
            self.attempt(stock.set_grant, actor=self.boss, grant=grant, assigned=assigned, restricted=True)

    @rule(person=persons, role=kinds)
    def ungrant(self, person, role):
        if grant := self.grant_of(person, role):
            self.attempt(stock.ungrant_role, actor=self.boss, grant=grant)

    @rule(person=persons)
    def end(self, person):
        self.attempt(end_access, actor=self.boss, member=self.people[person])

    @rule(person=persons, role=kinds, answer=st.sampled_from(["accept", "decline", "revoke", "other account"]))
    def invite(self, person, role, answer):
        user = self.people[person].user
        offer = invitations.Offer(user.email, Right.EXTERNAL, self.company, ((self.roles[role], True, True),))
        if not (made := self.attempt(invitations.prepare, self.boss, offer)):
            return
        invitation = made[0]
        self.grant(person, 1 - role, True)  # given while pending: takes nothing before it counts
        if answer == "revoke":
            self.attempt(invitations.revoke_invitation, actor=self.boss, pk=invitation.pk)
            return
        answering = UserFactory() if answer == "other account" else user
        EmailAddress.objects.filter(email=user.email).delete()
        EmailAddress.objects.create(user=answering, email=user.email, verified=True)
        act = acceptance.decline_invitation if answer == "decline" else acceptance.accept_invitation
        self.attempt(act, user=answering, pk=invitation.pk)
        self.people[person] = Member.objects.get(platform=self.platform, user=answering)

    @rule(role=kinds, quantity=st.integers(0, PEOPLE))
    def buy(self, role, quantity):
        held = RoleStock.objects.get(platform=self.platform, role=self.roles[role])
        self.attempt(stock.set_stock, operator=self.operator, stock=held, quantity=quantity, expires_at=None)

    @invariant()
    def balances(self):
        if hasattr(self, "platform"):
            assert list(ledger.differences()) == []


class TestTheLedger(TestCase):
    def test_t17_t51_b16_whatever_happens_the_ledger_balances(self):
        calm = settings(max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
        run_state_machine_as_test(Licences, settings=calm)


@pytest.fixture
def held(db):
    """One unit taken: (platform, the Administrator's Actor, role, the member who holds it)."""
    platform, boss, roles = small_platform()
    member = MemberFactory(platform=platform)
    stock.grant_role(actor=boss, member=member, role=roles[0])
    return platform, boss, roles[0], member


def test_every_unit_has_its_row_with_cause_and_who(held):
    _platform, boss, role, member = held
    grant = member.grants.get()
    stock.set_grant(actor=boss, grant=grant, assigned=False, restricted=True)
    stock.set_grant(actor=boss, grant=grant, assigned=True, restricted=True)
    stock.ungrant_role(actor=boss, grant=grant)
    stock.grant_role(actor=boss, member=member, role=role, assigned=False)
    end_access(actor=boss, member=member)
    rows = LicenceEntry.objects.order_by("pk")
    assert [(row.change, row.cause, row.by, row.member) for row in rows] == [
        (change, cause, boss.user, member)
        for change, cause in ((1, "granted"), (-1, "unassigned"), (1, "assigned"), (-1, "ungranted"))
    ]


def test_t51_b16_the_database_holds_used_units_below_the_quantity(held):
    for wrong in ({"used": 3}, {"quantity": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            RoleStock.objects.filter(platform=held[0], role=held[2]).update(**wrong)


def test_b27_nobody_changes_the_ledger(held):
    row = LicenceEntry.objects.get()
    for act in (
        row.save,
        row.delete,
        LicenceEntry.objects.all().delete,
        lambda: LicenceEntry.objects.update(change=-1),
    ):
        with pytest.raises(TypeError, match="append-only"):
            act()
    connection.check_constraints()
    for statement in (f"UPDATE {append_only.LEDGER} SET change = -1", f"DELETE FROM {append_only.LEDGER}"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_check_licences_names_the_first_difference(held, capsys):
    platform, _boss, role, member = held
    call_command("check_licences")
    assert "accounted for" in capsys.readouterr().out
    RoleGrant.objects.filter(member=member).delete()  # past every act
    with pytest.raises(CommandError, match=re.escape(f"1 of the stocks do not balance; first {role} on {platform}")):
        call_command("check_licences")


def test_a_world_from_before_the_ledger_gets_its_opening_rows(db):
    platform, _boss, (role, other) = small_platform()
    members = [MemberFactory(platform=platform) for _ in range(UNITS + 1)]
    for member in members:
        RoleGrant.objects.create(member=member, role=role)  # one more than the stock: the oldest worlds knew no check
    RoleGrant.objects.create(member=members[0], role=other, assigned=False)
    migration = importlib.import_module("tenants.migrations.0008_open_the_ledger")
    migration.write(apps, SimpleNamespace(connection=connection))
    assert list(ledger.differences()) == []
    assert {entry.member for entry in LicenceEntry.objects.all()} == set(members)
    assert RoleStock.objects.get(platform=platform, role=role).quantity == UNITS + 1


def test_pending_people_and_closed_invitations_use_no_unit(held):
    platform, boss, role, _member = held
    pending = MemberFactory(platform=platform, status=Status.PENDING)
    stock.grant_role(actor=boss, member=pending, role=role)
    assert RoleStock.objects.get(platform=platform, role=role).used == 1
    assert list(ledger.differences()) == []


def test_an_operator_sets_the_stock_and_never_below_what_is_used(held):
    platform, _boss, role, _member = held
    operator = User.objects.create_superuser("operator@example.test")
    row = RoleStock.objects.get(platform=platform, role=role)
    stock.set_stock(operator=operator, stock=row, quantity=1, expires_at=None)
    with pytest.raises(DomainError, match="1 licence is in use"):
        stock.set_stock(operator=operator, stock=row, quantity=0, expires_at=None)
    assert RoleStock.objects.get(pk=row.pk).quantity == 1


def test_t51_b16_the_admin_sets_stock_through_the_service(held, client):
    platform, _boss, role, _member = held
    operator = User.objects.create_superuser("operator@example.test")
    client.force_login(operator)
    row = RoleStock.objects.get(platform=platform, role=role)
    url = reverse("admin:tenants_rolestock_change", args=[row.pk])
    assert "1 licence is in use" in client.post(url, {"quantity": 0}).content.decode()
    assert client.post(url, {"quantity": 7, "used": 5, "platform": "", "role": ""}).status_code == 302
    row.refresh_from_db()
    event = AuditEvent.objects.latest("pk")
    assert (row.quantity, row.used, row.platform) == (7, 1, platform)
    assert (event.verb, event.actor, event.platform) == ("stock_set", operator, platform)
    assert (event.before["quantity"], event.after["quantity"]) == (2, 7)
    assert client.post(reverse("admin:tenants_rolestock_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    other = {"platform": platform.pk, "role": catalogue()["DES"].pk, "quantity": 4}
    assert client.post(reverse("admin:tenants_rolestock_add"), other).status_code == 302
    assert RoleStock.objects.get(platform=platform, role__code="DES").quantity == 4
    assert AuditEvent.objects.filter(verb="stock_set").count() == 2
    page = reverse("admin:tenants_platform_change", args=[platform.pk])
    assert "stock-0-quantity" not in client.get(page).content.decode()  # shown there, set on its own page
    assert client.get(reverse("admin:tenants_licenceentry_changelist")).status_code == 200
