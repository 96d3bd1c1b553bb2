"""Approved and revoked at once, recalled and accepted at once, ended and accepted at once: on PostgreSQL."""

import pytest

from tenants import invitations, partners, partnership, recall
from tenants.models import AuditEvent, Consent, Given, Member, Notification, RoleGrant, Status
from tests.factories import actor_of, license_member
from tests.races import at_once, rounds
from tests.tenants.test_partners import ASK, COLLABORATION, World

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = rounds(8)


@pytest.fixture
def world():
    return World()


def order(*verbs):
    """Return which of the verbs the record has, in its order."""
    return list(AuditEvent.objects.filter(verb__in=verbs).order_by("pk").values_list("verb", flat=True))


@pytest.mark.parametrize("round_", ROUNDS)
def test_t16_approved_or_revoked_the_mail_leaves_only_before(world, round_):
    world.rules(outbound=ASK)
    invitation = world.invite()
    row, marcus, elena = Consent.objects.get(), actor_of(world.marcus), actor_of(world.elena)
    at_once(
        lambda: partners.approve_invitation(actor=marcus, pk=row.pk),
        lambda: invitations.revoke_invitation(actor=elena, pk=invitation.pk),
    )
    invitation.refresh_from_db()
    row.refresh_from_db()
    assert invitation.state == "revoked"
    approved = row.state == Given.APPROVED
    assert order("consent_given", "invitation_revoked")[:-1] == ["consent_given"] * approved
    assert Notification.objects.filter(user=world.mara, subject=f"invitation:{invitation.pk}").exists() == approved


@pytest.mark.parametrize("round_", ROUNDS)
def test_t47_recalled_and_accepted_at_once_nothing_of_home_counts_there(world, round_):
    invitation = world.invite()
    license_member(invitation.member, COLLABORATION, assigned=False)
    at_home, marcus = Member.objects.get(platform=world.home, user=world.mara), actor_of(world.marcus)
    at_once(
        lambda: world.accept(invitation),
        lambda: recall.recall_licences(actor=marcus, member=at_home),
    )
    guest = Member.objects.get(platform=world.host, user=world.mara)
    assert guest.status == Status.ACTIVE and not actor_of(guest).capabilities
    assert not RoleGrant.objects.filter(member=at_home, restricted=False).exists()
    # The host hears of a recall exactly when the licences counted there already.
    done = order("invitation_accepted", "licences_recalled", "licences_withdrawn")
    assert done in (
        ["invitation_accepted", "licences_recalled", "licences_withdrawn"],
        ["licences_recalled", "invitation_accepted"],
    )


@pytest.mark.parametrize("round_", ROUNDS)
def test_t47_ended_and_accepted_at_once_nobody_of_theirs_stays(world, round_):
    invitation, elena = world.invite(), actor_of(world.elena)
    at_once(
        lambda: world.accept(invitation),
        lambda: partnership.end_partnership(actor=elena, address="tolmec"),
    )
    assert not world.is_member()
    assert order("partnership_ended", "access_ended", "invitation_accepted") in (
        ["partnership_ended"],
        ["invitation_accepted", "access_ended", "partnership_ended"],
    )
