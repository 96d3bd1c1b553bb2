"""Mail leaves through the worker: a mail server that is slow, down or mad delays nobody and loses nothing.

`put` stores a row in the transaction of the caller. The worker claims one row after another, each for a while only:
what a crashed worker held is due again when its lease is over. A try that fails waits longer each time; after
the eighth the mail is a dead letter, which operators see and may send again. So a mail leaves once or, when a worker
dies after the server has taken it, twice under one Message-ID.
"""

import logging
import smtplib
import uuid
from contextlib import suppress
from datetime import timedelta
from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, mailers
from django.db import transaction
from django.tasks import task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tenants import audit
from tenants.letters import Letter
from tenants.models import MailState, OutgoingMail

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)  # longer than every time limit of one try together
WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 480, 960)]  # after each try but the last
MOST_TRIES = len(WAITS) + 1
BATCH = 100  # letters of one task; other work gets its turn then
OF_THE_LETTER = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused)
MAKERS = {}


def contribute(maker, compose):
    """Let `compose(mail)` write letters when they leave; it returns a Letter, or None when nobody is to read it."""
    MAKERS[maker] = compose


def put(*, to, letter=None, maker="", about="", once=None):
    """Store a mail in the transaction of the caller: rolled back, it was never there. It leaves when that commits."""
    now, letter = timezone.now(), letter or Letter("", "")
    mail = OutgoingMail.objects.create(
        to=to,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        maker=maker,
        about=about,
        once=once,
        message_id=make_msgid(domain=urlsplit(settings.PUBLIC_BASE_URL).hostname),
        due_at=now,
        created_at=now,
    )
    send_due.enqueue()
    return mail


@task()
def send_due():
    """Send what is due, until nothing is or the mail server is in trouble; run by the worker."""
    for _ in range(BATCH):
        mail = claim()
        if mail is None or not deliver(mail):
            return
    send_due.enqueue()


def wake():
    """Have a worker look when something is due: what waited for its next try, and what a crashed worker held."""
    due = OutgoingMail.objects.filter(state=MailState.WAITING, due_at__lte=timezone.now()).exists()
    if due and not DBTaskResult.objects.ready().filter(task_path=send_due.module_path).exists():
        send_due.enqueue()


@transaction.atomic
def claim():
    """Take the mail that has been due longest for a while and count the try, or return None; nobody else has it."""
    due = OutgoingMail.objects.filter(state=MailState.WAITING, due_at__lte=timezone.now()).order_by("due_at", "pk")
    while mail := due.select_for_update(skip_locked=True).first():
        if mail.tries >= MOST_TRIES:
            _give_up(mail, "A worker ended each time while it sent this.")
            continue
        held, mail.lease, mail.tries = mail.lease, uuid.uuid4().hex, mail.tries + 1
        fields = {"lease": mail.lease, "tries": mail.tries, "due_at": timezone.now() + LEASE}
        if OutgoingMail.objects.filter(pk=mail.pk, lease=held, state=MailState.WAITING).update(**fields):
            return mail
    return None


def deliver(mail):
    """Try to send a claimed mail; return whether to go on with the next one."""
    try:
        letter = MAKERS[mail.maker](mail) if mail.maker else Letter(mail.subject, mail.text, mail.html)
        if letter is None:
            return _settle(mail, state=MailState.DROPPED)
        _send(_message(mail, letter))
    except Exception as error:  # whatever it was, the mail is not lost
        return _failed(mail, error)
    # what it said may hold a link that signs in: kept no longer than needed
    return _settle(mail, state=MailState.SENT, sent_at=timezone.now(), subject=letter.subject, text="", html="")


def _message(mail, letter):
    headers = {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated", **letter.headers}
    message = EmailMultiAlternatives(subject=letter.subject, body=letter.text, to=[mail.to], headers=headers)
    if letter.html:
        message.attach_alternative(letter.html, "text/html")
    return message


def _send(message):
    mailer = mailers.default
    try:
        mailer.send_messages([message])
    except Exception:
        with suppress(Exception):  # Django leaves a connection half open when its beginning fails
            mailer.close()
        raise


def _failed(mail, error):
    """Note a try that failed; return False when the server is in trouble, so that the others keep their tries."""
    codes = _codes(error)
    alone = (isinstance(error, OF_THE_LETTER) or not isinstance(error, OSError)) and 421 not in codes
    sentence = f"{type(error).__name__}: {error}"[:300]
    log.warning("Mail %s was not sent at try %s: %s", mail.pk, mail.tries, type(error).__name__)
    if mail.tries >= MOST_TRIES or (alone and any(code >= 500 for code in codes)):
        return _give_up(mail, sentence) and alone
    due = timezone.now() + WAITS[mail.tries - 1]
    return _settle(mail, due_at=due, last_error=sentence) and alone


def _codes(error):
    """Return the codes with which the server refused."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [code for code, _words in error.recipients.values()]
    return [error.smtp_code] if isinstance(error, smtplib.SMTPResponseException) else []


def _give_up(mail, sentence):
    log.error("Mail %s is a dead letter after %s tries; an operator can send it again", mail.pk, mail.tries)
    return _settle(mail, state=MailState.DEAD, last_error=sentence)


def _settle(mail, **fields):
    """Write the outcome, unless the lease was over and another worker has the mail; return True."""
    if not OutgoingMail.objects.filter(pk=mail.pk, lease=mail.lease).update(lease="", **fields):
        log.warning("Mail %s took longer than its lease; another worker has it", mail.pk)
    return True


@transaction.atomic
def send_again(*, user, mail):
    """Give a dead letter its tries anew, as the operator `user`; return whether it was one."""
    fields = {"state": MailState.WAITING, "tries": 0, "due_at": timezone.now()}
    if not OutgoingMail.objects.filter(pk=mail.pk, state=MailState.DEAD).update(**fields):
        return False
    audit.record(None, "mail_sent_again", mail, user=user)
    send_due.enqueue()
    return True


def troubles(abouts):
    """Return, by what they are about, the state of mails that have not left, the latest of each counting."""
    rows = OutgoingMail.objects.filter(about__in=abouts).order_by("pk").values_list("about", "state")
    return {about: state for about, state in dict(rows).items() if state in {MailState.WAITING, MailState.DEAD}}
