"""Runs confirmed batches in the worker: every line once, in a transaction of its own, by the rights of its moment.

A run that is cut off, or that two workers take, does nothing twice: the outcome of a line is stored in the
transaction of its act, under the lock of the line. The clock starts again what stands still.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.tasks import task
from django.urls import reverse
from django.utils import timezone

from tenants import actor as actors
from tenants import audit, batches, clock, notifications
from tenants.access import Decision
from tenants.errors import Conflict, DomainError, crossed
from tenants.models import Batch, BatchLine, BatchState, Outcome

log = logging.getLogger(__name__)
PIECE = 100  # lines; then other work of the worker has its turn
STILL = timedelta(minutes=5)  # without a sign, a run is taken as cut off
KEPT = timedelta(days=30)  # then a batch is swept away; what it did stands in the record


@transaction.atomic
def confirm(*, actor, pk, version, shown=""):
    """Let the worker do the lines that will run; `shown` is the token of the effects that were looked at.

    Raises Conflict for a stale window, for effects that are others now, and where nothing is ready.
    """
    batch = batches.lock(actor, pk)
    decision = batches.may(actor, batch)
    if version != batch.version:
        raise Conflict("The lines changed in another window.", "Look at them once more; nothing was done.")
    number = batch.lines.filter(runs=True).count()
    if not number:
        raise Conflict("No line is ready.", "Mend or include one first.")
    if shown != batches.token(batches.effects(actor, batch)):
        raise Conflict("It would change something else for people now than it said.", "Look at it; nothing was done.")
    batch.state, batch.touched_at = BatchState.RUNNING, timezone.now()
    batch.save(update_fields=["state", "touched_at"])
    audit.record(actor, "batch_confirmed", batch, decision=decision, after={"lines": number})
    run.enqueue(str(batch.pk))
    return batch


@task()
def run(pk):
    """Do one piece of a batch and queue the next; run by the worker."""
    batch = Batch.objects.select_related("platform", "maker").filter(pk=pk, state=BatchState.RUNNING).first()
    if batch is None:
        return
    waiting = batch.lines.filter(runs=True, outcome=Outcome.WAITING).order_by("number")
    for line in list(waiting.values_list("pk", flat=True)[:PIECE]):
        if not _do(batch, line):
            break
    Batch.objects.filter(pk=pk).update(touched_at=timezone.now())
    if waiting.exists():
        run.enqueue(pk)
    else:
        _finish(batch)


class _Stopped(Exception):
    """The maker may no longer do the act; holds the Decision that says so."""


def _do(batch, pk):
    """Do one line; return False when the whole batch has come to its end."""
    try:
        with transaction.atomic():
            line = BatchLine.objects.select_for_update(of=["self"]).filter(pk=pk, outcome=Outcome.WAITING).first()
            if line is not None:  # else another worker was faster
                _keep(line, Outcome.DONE, _act(batch, line))
    except _Stopped as stopped:
        _stop(batch, stopped.args[0])
        return False
    except DomainError as refusal:
        _keep_refusal(pk, Outcome.REFUSED, f"{refusal.sentence} {refusal.remedy}".strip())
    except Exception as error:
        if (refusal := crossed(error)) is not None:
            _keep_refusal(pk, Outcome.REFUSED, f"{refusal.sentence} {refusal.remedy}")
            return True
        log.exception("Line %s of batch %s failed", pk, batch.pk)
        _keep_refusal(pk, Outcome.FAILED, "An error of ours stopped this line; nothing of it was done.")
    return True


def _act(batch, line):
    """Do the line as the maker by the rows of now; return the sentence of its service."""
    actor = actors.of(batch.maker, batch.platform)
    if not (decision := _may(actor, batch)):
        raise _Stopped(decision)
    return batches.kind_of(batch).act(actor, batch.parameters, line) or "Done."


def _may(actor, batch):
    if actor is None or not actor.is_active:
        return Decision(False, "The person who confirmed it has no access any more.")
    return batches.may(actor, batch)


def _keep(line, outcome, told):
    line.outcome, line.told = outcome, told[:500]
    line.save(update_fields=["outcome", "told"])


def _keep_refusal(pk, outcome, told):
    """Store an outcome after the line's own transaction was taken back, unless another worker did the line."""
    waiting = BatchLine.objects.filter(pk=pk, outcome=Outcome.WAITING)
    waiting.update(outcome=outcome, told=told[:500])


@transaction.atomic
def _stop(batch, decision):
    """Refuse all lines that wait, because the maker may no longer do the act; one entry in the record."""
    waiting = batch.lines.filter(runs=True, outcome=Outcome.WAITING)
    number = waiting.update(outcome=Outcome.REFUSED, told=decision.reason[:500])
    audit.record(
        None,
        "batch_stopped",
        batch,
        platform=batch.platform,
        subject=batch.maker,
        after={"lines": number},
        reason=decision.reason,
    )


@transaction.atomic
def _finish(batch):
    """Close a batch of which every line has its outcome, and tell its maker; once."""
    closed = Batch.objects.filter(pk=batch.pk, state=BatchState.RUNNING).update(
        state=BatchState.DONE, touched_at=timezone.now()
    )
    if not closed:
        return
    outcomes = batches.tally(batch).outcomes
    told = [f"{number} {Outcome(outcome).label.lower()}" for outcome, number in sorted(outcomes.items())]
    notifications.notify(
        user=batch.maker,
        platform=batch.platform,
        kind="batch",
        subject=f"batch:{batch.pk}",
        text=f"{batches.kind_of(batch).title(batch.parameters)}: {', '.join(told)}.",
        path=reverse("tenants:batch_detail", args=[batch.platform.slug, batch.pk]),
    )


def resume():
    """Start again what stands still, and sweep away what is long over."""
    now = timezone.now()
    for batch in Batch.objects.filter(state=BatchState.RUNNING, touched_at__lt=now - STILL):
        if Batch.objects.filter(pk=batch.pk, touched_at=batch.touched_at).update(touched_at=now):
            run.enqueue(str(batch.pk))
    Batch.objects.exclude(state=BatchState.RUNNING).filter(touched_at__lt=now - KEPT).delete()


def register():
    """Hand the sweep to the clock, and the words to the record."""
    clock.contribute("batches", timedelta(minutes=1), resume)
    audit.verbs({"batch_confirmed": "started", "batch_stopped": "could not go on with"})
