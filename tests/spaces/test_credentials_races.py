"""Two people at once: a space keeps its Owner. SQLite hides races, so these run on PostgreSQL."""

import pytest

from spaces import credentials
from spaces.credentials import CredentialSpec, change_credential, give_credential, remove_credential
from spaces.models import Credential
from spaces.owners import lasting_owners
from tenants.models import AuditEvent, Member, Right, Status
from tests.factories import SpaceFactory, actor_of, give, worker
from tests.races import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def _cut(actor, member):
    """End a membership as the service of memberships does: the member's row first, then what hangs on it."""
    stored = Member.objects.select_for_update().get(pk=member.pk)
    stored.status = Status.NO_ACCESS
    stored.save()
    credentials.end_credentials(actor, stored)


def _world():
    space = SpaceFactory()
    first, second = worker(space.platform), worker(space.platform)
    rows = [give(member, space, "owner") for member in (first, second)]
    administrator = worker(space.platform, Right.ADMINISTRATOR)
    return space, (first, second), rows, administrator


def _remove(member, row):
    actor = actor_of(member)
    return lambda: remove_credential(actor=actor, credential=row)


def _demote(member, row):
    actor = actor_of(member)
    spec = CredentialSpec("reader", False, row.organization)
    return lambda: change_credential(actor=actor, credential=row, spec=spec)


def _end(member, row, administrator):
    actor = actor_of(administrator)
    return lambda: _cut(actor, member)


@pytest.mark.parametrize("round_", range(5))
@pytest.mark.parametrize("pair", ["remove+remove", "remove+demote", "demote+demote", "cut+remove", "cut+cut"])
def test_t49_b13_a_space_keeps_an_owner_whoever_leaves_at_once(pair, round_):
    space, members, rows, administrator = _world()
    makers = {
        "remove": _remove,
        "demote": _demote,
        "cut": lambda member, row: _end(member, row, administrator),
    }
    acts = [makers[name](members[index], rows[index]) for index, name in enumerate(pair.split("+"))]
    outcomes = at_once(*acts)
    assert lasting_owners(space), outcomes
    if "cut" not in pair:
        assert sum(refusal is None for refusal in outcomes.values()) == 1
        assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize("round_", range(5))
def test_t49_b13_a_successor_is_not_cut_meanwhile(round_):
    space, (owner, _other), rows, administrator = _world()
    rows[1].delete()
    heir, actor, chief = worker(space.platform), actor_of(owner), actor_of(administrator)
    at_once(
        lambda: remove_credential(actor=actor, credential=rows[0], successor=heir),
        lambda: _cut(chief, heir),
    )
    assert lasting_owners(space)


@pytest.mark.parametrize("round_", range(3))
def test_the_same_credential_given_twice_at_once_is_one(round_):
    space, (owner, second), _rows, _administrator = _world()
    member = worker(space.platform)
    spec = CredentialSpec("reader", False, member.company)
    first, other = actor_of(owner), actor_of(second)
    outcomes = at_once(
        lambda: give_credential(actor=first, space=space, member=member, spec=spec),
        lambda: give_credential(actor=other, space=space, member=member, spec=spec),
    )
    assert sorted(type(refusal).__name__ for refusal in outcomes.values()) == ["Conflict", "NoneType"]
    assert Credential.objects.filter(user=member.user).count() == 1
