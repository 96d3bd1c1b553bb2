"""Eight at once over three licences, again and again: assigned, accepted, released, ended, bought. On PostgreSQL."""

from functools import partial

import pytest
from allauth.account.models import EmailAddress
from django.db import transaction

from tenants import acceptance, invitations, ledger, stock
from tenants.members import end_access
from tenants.models import Member, Right, RoleGrant, RoleStock, User
from tests.factories import MemberFactory, OrganizationFactory, PlatformFactory, UserFactory, actor_of, catalogue
from tests.races import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS, UNITS = 50, 3


class Pool:
    """Three units of one role, and people who take and free them."""

    def __init__(self):
        platform = PlatformFactory(invitations_from_administrators=True)
        self.boss, self.role = actor_of(MemberFactory(platform=platform, right=Right.ADMINISTRATOR)), catalogue()["ENT"]
        self.stock = RoleStock.objects.create(platform=platform, role=self.role, quantity=UNITS)
        self.members = [MemberFactory(platform=platform) for _ in range(5)]
        self.company = OrganizationFactory(platform=platform)
        self.guests = [UserFactory() for _ in range(2)]
        for guest in self.guests:
            EmailAddress.objects.create(user=guest, email=guest.email, verified=True)
        self.operator = User.objects.create_superuser("operator@example.test")

    def invite(self, guest):
        with transaction.atomic():
            offer = invitations.Offer(guest.email, Right.EXTERNAL, self.company, ((self.role, True, True),))
            return invitations.prepare(self.boss, offer)[0].pk

    def accept(self, guest):
        pk = self.invite(guest)
        return lambda: acceptance.accept_invitation(user=guest, pk=pk)

    def grant(self, member, *, assigned=True):
        return stock.grant_role(actor=self.boss, member=member, role=self.role, assigned=assigned)

    def set(self, grant, assigned):
        return lambda: stock.set_grant(actor=self.boss, grant=grant, assigned=assigned, restricted=True)

    def end(self, guest):
        member = Member.objects.get(platform=self.boss.platform, user=guest)
        return lambda: end_access(actor=self.boss, member=member)

    def ready(self):
        """Have one licence held by a member and one by a guest; return the eight acts of a round."""
        for grant in RoleGrant.objects.filter(member__in=self.members):
            stock.ungrant_role(actor=self.boss, grant=grant)
        for guest in self.guests:
            if Member.objects.filter(user=guest, status="active").exists():
                self.end(guest)()
        holder, asking, *others = self.members
        held, wanted = self.grant(holder), self.grant(asking, assigned=False)
        self.accept(self.guests[0])()
        return [
            self.set(held, False),
            self.end(self.guests[0]),
            self.set(wanted, True),
            *[partial(self.grant, member) for member in others],
            self.accept(self.guests[1]),
            lambda: stock.set_stock(operator=self.operator, stock=self.stock, quantity=2, expires_at=None),
        ]


def test_t17_t51_b16_no_interleaving_uses_more_than_the_quantity():
    pool, used = Pool(), set()
    for number in range(ROUNDS):
        outcomes = at_once(*pool.ready())
        assert len(outcomes) == 8, number  # nobody waits for ever, nothing but refusals
        assert list(ledger.differences()) == [], number
        stored = RoleStock.objects.get(pk=pool.stock.pk)
        used.add(stored.used)
        stock.set_stock(operator=pool.operator, stock=stored, quantity=UNITS, expires_at=None)
    assert max(used) <= UNITS
