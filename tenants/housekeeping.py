"""What the clock keeps in order: mail that waits, work of crashed workers, rows whose time is over.

Kept: read news 90 days after it was read, unread news a year, mail that left or was dropped 30 days and dead
letters 180 (what a mail said only until it left), finished tasks 14 days and failed ones 30.
"""

import logging
from datetime import timedelta
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tenants import clock, outbox
from tenants.models import MailState, Notification, OutgoingMail

log = logging.getLogger(__name__)
READ_NEWS, UNREAD_NEWS = timedelta(days=90), timedelta(days=365)
LEFT, DEAD = timedelta(days=30), timedelta(days=180)
DONE, FAILED = timedelta(days=14), timedelta(days=30)
CRASHED = timedelta(minutes=30)  # no task of ours runs longer
MOST_STARTS = 3


def restart_crashed_tasks():
    """Give tasks of workers that were killed to others; one that ended several workers has failed."""
    late = DBTaskResult.objects.running().filter(started_at__lt=timezone.now() - CRASHED)
    for row in late:
        mine = DBTaskResult.objects.running().filter(pk=row.pk, started_at=row.started_at)
        if len(row.worker_ids) < MOST_STARTS:
            mine.update(status="READY", started_at=None)
            continue
        words = f"Its worker ended or hung {MOST_STARTS} times."
        if mine.update(status="FAILED", finished_at=timezone.now(), traceback=words):
            log.error("Task %s (%s) has failed: %s", row.pk, row.task_path, words)


def clear_sessions():
    """Delete sessions that are over, and what the list of a person's sessions knew of them."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()


def prune():
    """Delete what nobody needs any more."""
    now = timezone.now()
    Notification.objects.filter(Q(read_at__lt=now - READ_NEWS) | Q(read_at=None, at__lt=now - UNREAD_NEWS)).delete()
    gone = Q(state__in=[MailState.SENT, MailState.DROPPED], created_at__lt=now - LEFT)
    OutgoingMail.objects.filter(gone | Q(state=MailState.DEAD, created_at__lt=now - DEAD)).delete()
    tasks = DBTaskResult.objects
    tasks.successful().filter(finished_at__lt=now - DONE).delete()
    tasks.failed().filter(finished_at__lt=now - FAILED).delete()


def register():
    """Hand the jobs to the clock."""
    clock.contribute("look after waiting mail", timedelta(seconds=30), outbox.wake)
    clock.contribute("restart crashed tasks", timedelta(minutes=5), restart_crashed_tasks)
    clock.contribute("clear sessions", timedelta(days=1), clear_sessions)
    clock.contribute("prune old rows", timedelta(days=1), prune)
