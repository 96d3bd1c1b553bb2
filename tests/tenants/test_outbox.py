"""Mail leaves whatever the mail server does: nobody waits, nothing is lost, and it leaves once."""

import time
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.messages import get_messages
from django.contrib.sessions.models import Session
from django.core.mail.utils import DNS_NAME
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tenants import housekeeping, invitation_mail, invitations, outbox
from tenants.letters import Letter
from tenants.models import AuditEvent, MailState, OutgoingMail, Right, User
from tests.factories import PlatformFactory, UserFactory, actor_of, worker
from tests.races import at_once
from tests.tenants.smtp_sinks import Sink, free_port, mailers, serving
from tests.tenants.worlds import invited

pytestmark = pytest.mark.django_db
LETTER = Letter("Side plate", "Please look.\n", "<p>Please look.</p>")
LATER = timedelta(days=2)  # every wait is over


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Ask no name server who we are."""
    monkeypatch.setattr(DNS_NAME, "_fqdn", "gangway.example", raising=False)


@pytest.fixture
def queue(settings):
    """Let tasks wait for a worker, as in production."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def put(**fields):
    return outbox.put(to="mara@tolmec.example", letter=LETTER, **fields)


def only():
    return OutgoingMail.objects.get()


# the temper; what the first try leaves; how often the sink was given the mail then
TEMPERS = [
    ("is down", MailState.WAITING, 0),
    ("hangs", MailState.WAITING, 0),
    ("421", MailState.WAITING, 0),
    ("550", MailState.DEAD, 0),
    ("breaks STARTTLS", MailState.WAITING, 0),
    ("offers no STARTTLS", MailState.WAITING, 0),
    ("crashes after data", MailState.WAITING, 1),
]


@pytest.mark.parametrize(("temper", "state", "given"), TEMPERS)
def test_c13_t97_t107_t112_t116_nothing_is_lost_whatever_the_mail_server_does(queue, settings, temper, state, given):
    port, sink = free_port(), Sink(temper)
    settings.MAILERS = mailers(port, use_tls="STARTTLS" in temper)
    with serving(sink, port):
        put()
        outbox.send_due.func()
    mail = only()
    assert (mail.state, mail.tries, mail.lease, bool(mail.last_error)) == (state, 1, "", True)
    assert len(sink.kept) == given  # broken STARTTLS: not one word in plain
    assert mail.text == LETTER.text
    if state == MailState.DEAD:
        outbox.send_again(user=UserFactory(), mail=mail)
    settings.MAILERS, sink.temper = mailers(port), "well"
    with serving(sink, port), time_machine.travel(timezone.now() + LATER):
        outbox.wake()
        outbox.send_due.func()
        outbox.send_due.func()
    mail = only()
    assert (mail.state, mail.lease, mail.text, mail.html) == (MailState.SENT, "", "", "")
    assert sink.ids() == [f"Message-ID: {mail.message_id}"] * (given + 1)
    assert "To: mara@tolmec.example" in sink.kept[0] and "Please look." in sink.kept[0]


@pytest.mark.parametrize("temper", ["is down", "hangs"])
def test_t11_c13_nobody_waits_for_the_mail_server_and_no_answer_tells_who_has_an_account(queue, settings, temper):
    known = UserFactory(email="known@tolmec.example")
    EmailAddress.objects.create(user=known, email=known.email, verified=True, primary=True)
    port = free_port()
    settings.MAILERS = mailers(port)
    with serving(Sink(temper), port):
        answers = []
        for name, more in (
            ("account_reset_password", {}),
            ("account_signup", {"name": "N", "password1": "long w0rds!x"}),
        ):
            for address in ("known@tolmec.example", f"new-{name}@tolmec.example"):
                begun = time.monotonic()
                answer = Client().post(reverse(name), {"email": address} | more)
                answers.append((name, answer.status_code, answer.url, len(list(get_messages(answer.wsgi_request)))))
                assert time.monotonic() - begun < 3  # and not one time limit of the mail server after another
        assert len(set(answers)) == 2 and {status for _name, status, *_ in answers} == {302}
        outbox.send_due.func()
    assert OutgoingMail.objects.filter(state=MailState.WAITING).count() == 4
    assert OutgoingMail.objects.filter(tries=0).count() == 3  # one try showed the trouble; the others keep theirs


def test_t107_b29_a_mail_is_a_dead_letter_after_eight_tries_and_an_operator_sends_it_again(
    client, queue, settings, mailoutbox, caplog
):
    port = free_port()
    settings.MAILERS, works = mailers(port), settings.MAILERS
    put()
    waits, moment = [], timezone.now()
    with time_machine.travel(moment, tick=False) as clock:
        for _ in range(12):
            outbox.send_due.func()
            if only().state != MailState.WAITING:
                break
            waits.append(only().due_at - timezone.now())
            clock.shift(waits[-1])
    assert (only().state, only().tries, waits) == (MailState.DEAD, 8, outbox.WAITS)
    assert "is a dead letter after 8 tries" in caplog.text
    settings.MAILERS = works
    operator = User.objects.create_superuser("operator@example.test")
    client.force_login(operator)
    page = reverse("admin:tenants_outgoingmail_changelist")
    assert b"could not be delivered" in client.get(page, {"state": "dead"}).content
    detail = client.get(reverse("admin:tenants_outgoingmail_change", args=[only().pk])).content.decode()
    assert "ConnectionRefusedError" in detail and "Please look." not in detail
    client.post(page, {"action": "send_again", "_selected_action": [only().pk]})
    assert (only().state, only().tries) == (MailState.WAITING, 0)
    entry = AuditEvent.objects.get()
    assert (entry.verb, entry.actor) == ("mail_sent_again", operator)
    outbox.send_due.func()
    assert (only().state, len(mailoutbox)) == (MailState.SENT, 1)
    client.post(page, {"action": "send_again", "_selected_action": [only().pk]})  # a stale tab
    assert (only().state, AuditEvent.objects.count()) == (MailState.SENT, 1)


def test_t107_t108_b29_a_mail_that_is_rolled_back_was_never_there(queue, mailoutbox):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        put()
        raise ZeroDivisionError
    outbox.wake()
    assert not OutgoingMail.objects.exists() and not DBTaskResult.objects.exists()
    outbox.send_due.func()
    assert mailoutbox == []


class Killed(BaseException):
    """The worker process ends here."""


@pytest.mark.parametrize(("dies", "copies"), [("_message", 1), ("_settle", 2)])
def test_t107_b29_a_mail_of_a_killed_worker_leaves_later_with_one_id(queue, mailoutbox, monkeypatch, dies, copies):
    def kill(*args, **fields):
        raise Killed

    put()
    with monkeypatch.context() as broken, pytest.raises(Killed):
        broken.setattr(outbox, dies, kill)
        outbox.send_due.func()
    outbox.send_due.func()
    assert len(mailoutbox) == copies - 1  # its lease goes on: nobody else takes it
    with time_machine.travel(timezone.now() + outbox.LEASE + timedelta(seconds=1)):
        outbox.send_due.func()
        outbox.send_due.func()
    assert only().state == MailState.SENT
    assert [mail.extra_headers["Message-ID"] for mail in mailoutbox] == [only().message_id] * copies


def test_c21_a_mail_that_ends_every_worker_is_put_aside_and_the_others_leave(queue, mailoutbox):
    poison = put()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(outbox.MOST_TRIES):
            assert outbox.claim() == poison
            clock.shift(outbox.LEASE)
        other = put()
        assert outbox.claim() == other
    poison.refresh_from_db()
    assert (poison.state, poison.tries) == (MailState.DEAD, outbox.MOST_TRIES)


def test_c22_b29_a_worker_that_took_longer_than_its_lease_changes_nothing(queue, caplog):
    put()
    slow = outbox.claim()
    with time_machine.travel(timezone.now() + outbox.LEASE + timedelta(seconds=1)):
        quick = outbox.claim()
        assert quick.pk == slow.pk and quick.lease != slow.lease
        outbox._settle(slow, state=MailState.DEAD)
        assert (only().state, only().lease) == (MailState.WAITING, quick.lease)
    assert "another worker has it" in caplog.text


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_c22_t117_two_workers_take_one_mail_once(queue):
    put()
    taken = []
    at_once(*[lambda: taken.append(outbox.claim())] * 4)
    assert len([mail for mail in taken if mail]) == 1
    assert only().tries == 1


def test_a_letter_that_cannot_be_written_waits_and_stops_no_other(queue, mailoutbox, monkeypatch):
    def broken(mail):
        raise KeyError("space")

    monkeypatch.setitem(outbox.MAKERS, "broken", broken)
    monkeypatch.setitem(outbox.MAKERS, "nobody", lambda mail: None)
    states = [outbox.put(to="a@tolmec.example", maker=maker) for maker in ("broken", "nobody")]
    put()
    outbox.send_due.func()
    for mail in states:
        mail.refresh_from_db()
    assert [mail.state for mail in states] == [MailState.WAITING, MailState.DROPPED]
    assert states[0].last_error == "KeyError: 'space'"
    assert len(mailoutbox) == 1


def test_t97_words_with_line_breaks_add_no_header(queue, mailoutbox):
    platform = PlatformFactory(name="Corvane\r\nBcc: eve@evil.example")
    invitation = invited(platform, email="mara@tolmec.example")
    invitation_mail.send(invitation, "token")
    outbox.put(to="mara@tolmec.example\r\nBcc: eve@evil.example", letter=LETTER)
    outbox.send_due.func()
    (letter,) = [mail.message() for mail in mailoutbox]
    assert letter["Bcc"] is None and letter["To"] == "mara@tolmec.example"
    assert "\n" not in letter["Subject"]
    assert OutgoingMail.objects.filter(state=MailState.WAITING, last_error__startswith="ValueError").count() == 1


def test_t116_an_invitation_whose_mail_waits_says_so(client, queue, settings, mailoutbox):
    platform = PlatformFactory()
    administrator = worker(platform, Right.ADMINISTRATOR)
    invitation = invited(platform, inviter=administrator.user)
    invitations.resend_invitation(actor=actor_of(administrator), pk=invitation.pk)
    client.force_login(administrator.user)

    def page():
        return client.get(reverse("tenants:invitation_list", args=[platform.slug])).content.decode()

    assert "The mail waits to leave" in page()
    OutgoingMail.objects.update(state=MailState.DEAD)
    assert "The mail could not be delivered" in page()
    outbox.send_again(user=administrator.user, mail=only())
    outbox.send_due.func()
    assert "The mail" not in page()


def test_the_worker_is_woken_once_however_long_it_sleeps(queue):
    put()
    DBTaskResult.objects.all().delete()
    outbox.wake()
    outbox.wake()
    assert DBTaskResult.objects.count() == 1


def test_c21_t117_tasks_of_crashed_workers_start_again_and_fail_in_the_end(queue, caplog):
    outbox.send_due.enqueue()
    for number in range(1, 4):
        row = DBTaskResult.objects.get()
        assert row.status == "READY"
        row.claim(f"worker {number}")
        housekeeping.restart_crashed_tasks()
        assert DBTaskResult.objects.get().status == "RUNNING"
        with time_machine.travel(timezone.now() + housekeeping.CRASHED + timedelta(seconds=1)):
            housekeeping.restart_crashed_tasks()
    assert DBTaskResult.objects.get().status == "FAILED"
    assert "Its worker ended or hung 3 times." in caplog.text


def test_rows_whose_time_is_over_are_deleted(client, queue, mailoutbox):
    client.force_login(UserFactory())
    client.get("/")
    assert Session.objects.exists() and UserSession.objects.exists()
    for state in MailState.values:
        put(about=state)
        OutgoingMail.objects.filter(about=state).update(state=state)
    DBTaskResult.objects.update(status="SUCCESSFUL", finished_at=timezone.now())
    for days, left in ((29, {"waiting", "sent", "dead", "dropped"}), (31, {"waiting", "dead"}), (181, {"waiting"})):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            housekeeping.prune()
            housekeeping.clear_sessions()
        assert set(OutgoingMail.objects.values_list("state", flat=True)) == left
    assert not DBTaskResult.objects.exists() and not Session.objects.exists() and not UserSession.objects.exists()
