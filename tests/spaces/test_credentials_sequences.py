"""Whatever people do in whatever order: a space keeps its Owner, and nobody rises above those who may give."""

import random
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from spaces import credentials
from spaces.credentials import CredentialSpec, change_credential, give_credential, remove_credential
from spaces.models import Credential, Responsibility
from spaces.owners import lasting_owners
from tenants.errors import DomainError
from tenants.models import AuditEvent, Member, Right, Status
from tests.factories import OrganizationFactory, SpaceFactory, actor_of, give, host_of, worker

pytestmark = pytest.mark.django_db
ACTS = 60


def _spec(chance, organizations):
    end = chance.choice([None, None, timezone.now() + timedelta(days=chance.randint(1, 30))])
    return CredentialSpec(
        chance.choice(Responsibility.values),
        chance.random() < 0.4,
        chance.choice(organizations),
        ends_at=end,
    )


def _try(act):
    try:
        with transaction.atomic():
            act()
        return True
    except DomainError:
        return False


def _random_act(chance, space, people, organizations):
    """Return an act of somebody on somebody: give, change or remove, with or without a successor."""
    actor, member = actor_of(chance.choice(people)), chance.choice(people)
    existing = list(Credential.objects.filter(content_object=space))
    kind = chance.choice(["give", "change", "remove", "succeed"])
    if kind == "give" or not existing:
        spec = _spec(chance, organizations)
        return lambda: give_credential(actor=actor, space=space, member=member, spec=spec)
    credential = chance.choice(existing)
    if kind == "change":
        spec = _spec(chance, organizations)
        return lambda: change_credential(actor=actor, credential=credential, spec=spec)
    successor = member if kind == "succeed" else None
    return lambda: remove_credential(actor=actor, credential=credential, successor=successor)


@pytest.fixture
def space():
    return SpaceFactory()


@pytest.fixture
def organizations(space):
    return [host_of(space.platform), OrganizationFactory(platform=space.platform)]


@pytest.mark.parametrize("seed", range(4))
def test_t49_b13_no_sequence_leaves_a_space_without_an_owner(space, organizations, seed):
    chance = random.Random(seed)  # noqa: S311 - a test that can be repeated
    people = [worker(space.platform, company=chance.choice(organizations)) for _ in range(4)]
    administrator = worker(space.platform, Right.ADMINISTRATOR)
    give(people[0], space, "owner")
    done = 0
    for _ in range(ACTS):
        if chance.random() < 0.06:
            leaving = chance.choice(people)
            Member.objects.filter(pk=leaving.pk).update(status=Status.NO_ACCESS)
            credentials.end_credentials(actor_of(administrator), leaving)
            Member.objects.filter(pk=leaving.pk).update(status=Status.ACTIVE)  # came back with nothing
        else:
            done += _try(_random_act(chance, space, [*people, administrator], organizations))
        assert lasting_owners(space), seed
    assert AuditEvent.objects.count() == done > 0


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("restricted", [False, True])
def test_t50_b14_no_sequence_lifts_anybody_above_the_givers(space, organizations, seed, restricted):
    chance = random.Random(seed)  # noqa: S311 - a test that can be repeated
    outside = organizations[1]
    give(worker(space.platform), space, "owner")
    people = [worker(space.platform, company=outside) for _ in range(3)]
    for responsibility, member in zip(("owner" if restricted else "leader", "author", "reader"), people, strict=True):
        give(member, space, responsibility, restricted=restricted)
    before = set(Credential.objects.values_list("pk", flat=True))
    for _ in range(ACTS):
        _try(_random_act(chance, space, people, organizations))
    gained = Credential.objects.exclude(pk__in=before)
    if restricted:
        assert all(row.restricted and row.organization == outside for row in gained)
    else:
        assert not gained.exists()
    assert Credential.objects.get(permission__codename="owner", restricted=False).pk in before
