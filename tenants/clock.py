"""Work that time brings: reminders, endings, digests, sweeps. Floors contribute jobs, `manage.py clock` does them.

A job does everything that is due when it runs, so a run that was missed or cut off is caught up by the next.
Several clocks may tick at once: the row of a job decides whose turn it is.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from tenants.models import ClockJob

log = logging.getLogger(__name__)
JOBS = {}


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do every so often; `work()` takes its own transactions and may be repeated at any time."""

    name: str
    every: timedelta
    work: Callable


def contribute(name, every, work):
    """Let a floor have `work()` done again and again, `every` a timedelta."""
    JOBS[name] = Job(name, every, work)


def tick():
    """Do every job that is due; return the names of those done. One that fails is written down and tried again."""
    return [job.name for job in list(JOBS.values()) if _take(job) and _do(job)]


def each(things, work):
    """Do `work(thing)` for each of many. One that fails stops none of the others, but the job has failed."""
    failed = None
    for thing in things:
        try:
            work(thing)
        except Exception as error:
            log.exception("The clock could not do its work on %s", thing)
            failed = error
    if failed:
        raise failed


def _take(job):
    """Tell whether the job is due and this clock is the one that does it."""
    now = timezone.now()
    row, made = ClockJob.objects.get_or_create(name=job.name, defaults={"ran_at": now})
    if made:
        return True
    return ClockJob.objects.filter(pk=row.pk, ran_at=row.ran_at, ran_at__lte=now - job.every).update(ran_at=now) == 1


def _do(job):
    try:
        job.work()
    except Exception as error:  # one broken job stops no other
        log.exception("The clock could not do %s", job.name)
        sentence = f"{type(error).__name__}: {error}"[:300]
        ClockJob.objects.filter(name=job.name).update(failed_at=timezone.now(), error=sentence)
        return False
    ClockJob.objects.filter(name=job.name).exclude(error="").update(failed_at=None, error="")
    return True
