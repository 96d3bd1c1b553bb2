"""The clock: jobs that time brings are done once when due, by whichever clock comes first, and one stops no other."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from tenants import clock
from tenants.models import ClockJob
from tests.factories import PlatformFactory, actor_of, worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def jobs(monkeypatch):
    """No job but those of the test."""
    monkeypatch.setattr(clock, "JOBS", {})
    return []


def test_a_job_is_done_when_due_and_not_before(jobs):
    clock.contribute("count", timedelta(hours=1), lambda: jobs.append("done"))
    with time_machine.travel(timezone.now(), tick=False) as moment:
        assert [clock.tick(), clock.tick()] == [["count"], []]
        moment.shift(timedelta(minutes=59))
        assert clock.tick() == []
        moment.shift(timedelta(minutes=1))
        assert clock.tick() == ["count"]
    assert jobs == ["done", "done"]


def test_a_job_that_fails_is_written_down_and_stops_no_other(jobs):
    def broken():
        raise ValueError("no tools")

    clock.contribute("broken", timedelta(hours=1), broken)
    clock.contribute("count", timedelta(hours=1), lambda: jobs.append("done"))
    assert clock.tick() == ["count"]
    assert ClockJob.objects.get(name="broken").error == "ValueError: no tools"


def test_a_thing_that_fails_stops_no_other_of_its_job(jobs):
    def work(thing):
        jobs.append(1 / thing)

    clock.contribute("things", timedelta(hours=1), lambda: clock.each([1, 0, 2], work))
    assert (clock.tick(), jobs) == ([], [1, 0.5])
    assert ClockJob.objects.get(name="things").error == "ZeroDivisionError: division by zero"


def test_c22_two_clocks_do_a_job_once(jobs):
    clock.contribute("count", timedelta(hours=1), lambda: jobs.append("done"))
    clock.tick()
    ClockJob.objects.update(ran_at=timezone.now() - timedelta(hours=2))
    job = clock.JOBS["count"]
    assert [clock._take(job), clock._take(job)] == [True, False]


def test_every_job_of_the_house_runs_on_an_empty_one(capsys):
    call_command("clock", "--once")
    assert set(ClockJob.objects.values_list("name", flat=True)) == set(clock.JOBS)
    assert not ClockJob.objects.exclude(error="").exists()
    assert "Done:" in capsys.readouterr().out


def test_t111_b10_a_membership_counts_up_to_its_end():
    member = worker(PlatformFactory())
    end = timezone.now() + timedelta(days=1)
    member.ends_at = end
    member.save()
    with time_machine.travel(end - timedelta(seconds=1), tick=False):
        assert actor_of(member).is_active
    with time_machine.travel(end, tick=False):
        actor = actor_of(member)
        assert (actor.is_active, actor.held, actor.capabilities) == (False, (), frozenset())
