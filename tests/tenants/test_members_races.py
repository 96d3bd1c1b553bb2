"""Two Administrators at once: a platform keeps one, and an option stays true to what uses it. On PostgreSQL."""

import itertools
import threading

import pytest
from django.db import connection

from tenants import options, stock
from tenants.departures import leave_platform, remove_user
from tenants.errors import AccessDenied, Conflict
from tenants.members import end_access
from tenants.models import Member, Platform, Right, Status
from tenants.rights import change_right
from tests.factories import PlatformFactory, actor_of, worker

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(*acts):
    """Run acts in threads that start together; return the refusal of each, None for what went through."""
    barrier, outcomes = threading.Barrier(len(acts)), {}

    def run(index, act):
        try:
            barrier.wait(timeout=10)
            act()
            outcomes[index] = None
        except (AccessDenied, Conflict) as refusal:
            outcomes[index] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return [outcomes[index] for index in range(len(acts))]


def ends(first, second):
    actor = actor_of(first)
    return lambda: end_access(actor=actor, member=second)


def demotes(first, second):
    actor = actor_of(first)
    return lambda: change_right(actor=actor, member=second, right=Right.MEMBER)


def removes(first, second):
    actor = actor_of(first)
    return lambda: remove_user(actor=actor, member=second, heirs={})


def leaves(first, second):
    actor = actor_of(second)
    return lambda: leave_platform(actor=actor)


WAYS = [ends, demotes, removes, leaves]
PAIRS = list(itertools.combinations_with_replacement(WAYS, 2))


@pytest.mark.parametrize("ways", PAIRS, ids=lambda ways: "-".join(way.__name__ for way in ways))
@pytest.mark.parametrize("more", [0, 1])
def test_t49_b13_two_administrators_who_cut_each_other(ways, more):
    platform = PlatformFactory()
    first, second, *_rest = [worker(platform, Right.ADMINISTRATOR) for _ in range(2 + more)]
    outcomes = at_once(ways[0](first, second), ways[1](second, first))
    left = Member.objects.filter(platform=platform, right=Right.ADMINISTRATOR, status=Status.ACTIVE)
    through = [outcome is None for outcome in outcomes].count(True)
    assert through >= 1 and left.count() == 2 + more - through >= 1
    if leaves not in ways:
        assert through == 1  # whoever is second is no Administrator any more


@pytest.mark.parametrize("run", range(5))
def test_t48_an_option_and_what_would_use_it(run):
    platform = PlatformFactory(invitations_from_administrators=True)
    boss = worker(platform, Right.ADMINISTRATOR)
    grant = worker(platform).grants.first()
    actor = actor_of(boss)
    at_once(
        lambda: options.set_option(actor=actor, code="invitations_from_administrators", value="off"),
        lambda: stock.set_grant(actor=actor_of(boss), grant=grant, assigned=False, restricted=True),
    )
    platform = Platform.objects.get(pk=platform.pk)
    grant.refresh_from_db()
    assert platform.invitations_from_administrators or grant.assigned
