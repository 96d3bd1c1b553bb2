"""Two answers at once, an answer and a withdrawal, and the last licence: on PostgreSQL."""

import pytest
from allauth.account.models import EmailAddress
from django.db import transaction

from tenants import acceptance, invitations, stock
from tenants.models import AuditEvent, Invitation, Member, Right, RoleGrant, RoleStock, Status
from tests.factories import (
    MemberFactory,
    OrganizationFactory,
    PlatformFactory,
    UserFactory,
    actor_of,
    catalogue,
    worker,
)
from tests.races import at_once, rounds

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def host():
    platform = PlatformFactory(invitations_from_administrators=True)
    return worker(platform, Right.ADMINISTRATOR)


def invite(admin, number, roles=()):
    user = UserFactory(email=f"person{number}@tolmec.test")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    company = OrganizationFactory(platform=admin.platform)
    with transaction.atomic():
        offer = invitations.Offer(user.email, Right.EXTERNAL, company, roles)
        invitation, _token = invitations.prepare(actor_of(admin), offer)
    return user, invitation


def answer(user, invitation):
    return lambda: acceptance.accept_invitation(user=user, pk=invitation.pk)


@pytest.mark.parametrize("round_", rounds(3))
def test_t01_b17_eight_answers_make_one_membership(host, round_):
    user, invitation = invite(host, round_)
    outcomes = at_once(*[answer(user, invitation)] * 8)
    assert sorted(refusal.status for refusal in outcomes.values() if refusal) == [410] * 7
    assert Member.objects.filter(user=user, status=Status.ACTIVE).count() == 1
    assert AuditEvent.objects.filter(verb="invitation_accepted").count() == 1


@pytest.mark.parametrize("round_", rounds(10))
def test_t16_accepted_or_revoked_never_both(host, round_):
    user, invitation = invite(host, round_)
    actor = actor_of(host)
    at_once(answer(user, invitation), lambda: invitations.revoke_invitation(actor=actor, pk=invitation.pk))
    member, state = Member.objects.get(user=user), Invitation.objects.get().state
    assert (member.status, state) in {(Status.ACTIVE, "accepted"), (Status.REMOVED, "revoked")}
    assert AuditEvent.objects.latest("pk").verb == f"invitation_{state}"


@pytest.mark.parametrize("round_", rounds(3))
def test_t51_b16_used_licences_never_pass_the_quantity(host, round_):
    role = catalogue()["ENT"]
    RoleStock.objects.filter(platform=host.platform, role=role).delete()
    RoleGrant.objects.filter(role=role).delete()
    held = RoleStock.objects.create(platform=host.platform, role=role, quantity=3)
    invited = [invite(host, number, ((role, True, True),)) for number in range(4)]
    members = [MemberFactory(platform=host.platform) for _ in range(4)]
    actor = actor_of(host)

    def grant(member):
        return lambda: stock.grant_role(actor=actor, member=member, role=role)

    at_once(*[answer(*pair) for pair in invited], *[grant(member) for member in members])
    assert stock.used_units(held) == 3
    assert RoleGrant.objects.filter(role=role, assigned=True).count() == 3
    assert Member.objects.filter(right=Right.EXTERNAL, status=Status.ACTIVE).count() == 4
