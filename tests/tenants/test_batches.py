"""Many at once: verdicts change nothing, one confirmation does the ready lines once, by the rights of each moment."""

from datetime import timedelta
from unittest import mock

import pytest
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from tenants import batch_runs, batches
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.models import AuditEvent, Batch, Member, Notification, Right, Status
from tests.factories import MemberFactory, PlatformFactory, actor_of, worker
from tests.races import at_once
from tests.tenants.worlds import make_batch

QUEUED = {"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend"}}  # nobody works
pytestmark = pytest.mark.django_db


@pytest.fixture
def platform():
    return PlatformFactory()


@pytest.fixture
def actor(platform):
    return actor_of(worker(platform, Right.ADMINISTRATOR))


@pytest.fixture
def people(platform):
    return [MemberFactory(platform=platform, user__name=f"Person {n}") for n in "ABC"]


def confirm(actor, batch):
    batch_runs.confirm(actor=actor, pk=batch.pk, version=Batch.objects.get(pk=batch.pk).version)


def outcomes(batch):
    return [(line.outcome, line.told) for line in batch.lines.order_by("number")]


def test_a_batch_is_judged_then_done_once_and_tells_its_maker(actor, people):
    batch = make_batch(actor, *people, **{"Person B": "member"}, refuse=str(people[2].pk))
    assert [line.code for line in batch.lines.all()] == ["ready", "member", "ready"]
    assert batches.tally(batch).running == 2
    assert outcomes(batch) == [("", "")] * 3
    confirm(actor, batch)
    assert outcomes(batch) == [("done", "Done to Person A."), ("", ""), ("refused", "Somebody was faster. Ask them.")]
    batch.refresh_from_db()
    assert batch.state == "done"
    assert Notification.objects.get(user=actor.user).text == "Try many: 1 done, 1 refused."
    with pytest.raises(Conflict):
        confirm(actor, batch)
    batch_runs.run.call(str(batch.pk))  # the queue hands it out twice
    assert AuditEvent.objects.filter(verb="batch_confirmed").count() == 1
    assert Notification.objects.filter(user=actor.user).count() == 1


def test_a_doubt_is_done_only_when_included_and_a_stale_window_confirms_nothing(actor, people):
    batch = make_batch(actor, *people, **{"Person A": "look_alike", "Person B": "member", "Person C": "member"})
    with pytest.raises(Conflict, match="No line is ready"):
        confirm(actor, batch)
    with pytest.raises(Conflict, match="in doubt"):
        batches.include_line(actor=actor, pk=batch.pk, number=2, included=True)
    batches.include_line(actor=actor, pk=batch.pk, number=1, included=True)
    with pytest.raises(Conflict, match="another window"):
        batch_runs.confirm(actor=actor, pk=batch.pk, version=batch.version)
    with pytest.raises(NotVisible):
        batches.mend_line(actor=actor, pk=batch.pk, number=1, data={})  # this kind has nothing to mend
    batches.drop_line(actor=actor, pk=batch.pk, number=3)
    confirm(actor, batch)
    assert [outcome for outcome, _told in outcomes(batch)] == ["done", ""]


def test_t25_only_the_maker_sees_a_batch_and_only_while_they_may_do_the_act(actor, people, platform, client):
    batch = make_batch(actor, *people)
    other = worker(platform, Right.ADMINISTRATOR)
    for name in ("batch_detail", "batch_file"):
        url = reverse(f"tenants:{name}", args=[platform.slug, batch.pk])
        client.force_login(other.user)
        assert client.get(url).status_code == 404
        client.force_login(actor.user)
        assert client.get(url).status_code == 200
    Member.objects.filter(pk=actor.member.pk).update(right=Right.MEMBER)
    assert client.get(url).status_code == 404
    with pytest.raises(AccessDenied):
        make_batch(actor_of(actor.member), *people)


def test_t46_rights_lost_meanwhile_refuse_what_is_left(actor, people):
    for lost in ({"right": Right.MEMBER}, {"status": Status.NO_ACCESS}):
        batch = make_batch(actor, *people)

        def losing(given, parameters, line, lost=lost):
            Member.objects.filter(pk=actor.member.pk).update(**lost)
            return "The last one."

        with mock.patch.dict(batches.KINDS, test=_with(act=losing)):
            confirm(actor, batch)
        assert [outcome for outcome, _told in outcomes(batch)] == ["done", "refused", "refused"]
        assert AuditEvent.objects.filter(verb="batch_stopped", object_id=batch.pk, after={"lines": 2}).count() == 1
        Member.objects.filter(pk=actor.member.pk).update(right=Right.ADMINISTRATOR, status=Status.ACTIVE)


def _with(**changes):
    kind = batches.KINDS["test"]
    return batches.Kind(**{name: getattr(kind, name) for name in kind.__slots__} | changes)


def test_t117_a_run_that_is_cut_off_goes_on_and_does_nothing_twice(actor, people):
    batch, did = make_batch(actor, *people), []

    def act(given, parameters, line):
        did.append(line.number)
        if len(did) == 2:
            raise KeyboardInterrupt
        return "Done."

    with mock.patch.dict(batches.KINDS, test=_with(act=act)), mock.patch.object(batch_runs, "PIECE", 2):
        with override_settings(TASKS=QUEUED):
            confirm(actor, batch)
        with pytest.raises(KeyboardInterrupt):
            batch_runs.run.call(str(batch.pk))
        assert [outcome for outcome, _told in outcomes(batch)] == ["done", "", ""]
        Batch.objects.update(touched_at=timezone.now() - timedelta(minutes=6))
        batch_runs.resume()
    assert did == [1, 2, 2, 3]
    assert [outcome for outcome, _told in outcomes(batch)] == ["done"] * 3


def test_an_error_of_ours_fails_its_line_only(actor, people, caplog):
    def act(given, parameters, line):
        if line.number == 1:
            raise ZeroDivisionError
        return "Done."

    batch = make_batch(actor, *people)
    with mock.patch.dict(batches.KINDS, test=_with(act=act)):
        confirm(actor, batch)
    assert [outcome for outcome, _told in outcomes(batch)] == ["failed", "done", "done"]
    assert "ZeroDivisionError" in caplog.text


def test_pages_show_progress_results_and_a_file_that_runs_no_formula(actor, people, platform, client):
    Member.objects.get(pk=people[0].pk).user.__class__.objects.filter(pk=people[0].user_id).update(name="=1+1")
    batch = make_batch(actor, *Member.objects.filter(pk__in=[one.pk for one in people]).order_by("pk"))
    stranger = MemberFactory()
    batch.lines.filter(number=3).update(key=stranger.pk, subject="Hidden", sentence="Hidden too")
    client.force_login(actor.user)
    url = reverse("tenants:batch_detail", args=[platform.slug, batch.pk])
    page = client.get(url).content.decode()
    assert "Do 3" in page
    assert "Hidden" not in page
    for odd in ("show=%00", "show=nothing", "mend=" + "9" * 5000, "page=%00"):
        assert client.get(f"{url}?{odd}").status_code == 200
    assert client.post(f"{url}confirm/", {"version": "9" * 5000}).status_code == 409
    Batch.objects.update(state="running")
    asked = {"HX-Request": "true", "HX-Target": "batch-progress"}
    progress = client.get(url, headers=asked)
    assert b"every 2s" in progress.content
    assert b"<table" not in progress.content
    Batch.objects.update(state="judged")
    confirm(actor, batch)
    assert client.get(url, headers=asked)["HX-Refresh"] == "true"
    file = b"".join(client.get(reverse("tenants:batch_file", args=[platform.slug, batch.pk]))).decode("utf-8-sig")
    assert '"\'=1+1";' in file
    assert "Hidden" not in file


def test_old_batches_are_swept_away_and_too_many_lines_refused(actor, people):
    batch = make_batch(actor, *people)
    batch_runs.resume()
    assert Batch.objects.filter(pk=batch.pk).exists()
    Batch.objects.update(touched_at=timezone.now() - timedelta(days=31))
    batch_runs.resume()
    assert not Batch.objects.exists()
    with mock.patch.object(batches, "MOST_LINES", 2), pytest.raises(Unacceptable):
        make_batch(actor, *people)
    with pytest.raises(Unacceptable):
        make_batch(actor)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_t117_two_workers_on_one_batch_do_each_line_once(actor, people):
    batch, did = make_batch(actor, *people), []
    with override_settings(TASKS=QUEUED):
        confirm(actor, batch)
    kind = _with(act=lambda given, parameters, line: did.append(line.number) or "Done.")
    with mock.patch.dict(batches.KINDS, test=kind):
        answers = at_once(*[lambda: batch_runs.run.call(str(batch.pk))] * 4)
    assert set(answers.values()) == {None}
    assert sorted(did) == [1, 2, 3]
