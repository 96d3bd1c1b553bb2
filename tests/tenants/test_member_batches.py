"""One act on many members: who is selected, a verdict for each, and what comes of it, one entry in the record each."""

import pytest
from django.test import override_settings
from django.urls import reverse

from tenants import batch_runs, member_batches
from tenants.members import end_access
from tenants.models import AuditEvent, Batch, Member, Right, Role, RoleStock, Status
from tests.factories import MemberFactory, OrganizationFactory, PlatformFactory, actor_of, worker

QUEUED = {"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend"}}  # nobody works
pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    platform = PlatformFactory(slug="corvane", invitations_from_administrators=True)
    return worker(platform, Right.ADMINISTRATOR, user__name="Elena")


@pytest.fixture
def people(boss):
    supplier = OrganizationFactory(platform=boss.platform, name="Tolmec")
    found = {"Elena": boss}
    for name, fields in {
        "Admin": {"right": Right.ADMINISTRATOR},
        "Guest": {"right": Right.EXTERNAL, "company": supplier},
        "Lent": {"company": supplier},
        "Own": {},
        "Pending": {"status": Status.PENDING},
        "Gone": {"status": Status.NO_ACCESS},
    }.items():
        email = f"{name.lower()}@people.example"  # what a pending person is called
        found[name] = MemberFactory(platform=boss.platform, user__name=name, user__email=email, **fields)
    return found


def made(boss, people, act, parameters):
    chosen = [people[name] for name in sorted(people)]
    return member_batches.make(actor=actor_of(boss), act=act, parameters=parameters, chosen=chosen)


def codes(batch):
    return {called(line): line.code for line in batch.lines.all()}


def called(line):
    return line.subject.split(",")[0].removesuffix("@people.example").capitalize()


def run(boss, batch):
    batch_runs.confirm(actor=actor_of(boss), pk=batch.pk, version=Batch.objects.get(pk=batch.pk).version)
    return {called(line): str(line.outcome) for line in batch.lines.filter(runs=True)}


DAY = {"last_day": "2090-06-30", "ends_at": "2090-07-01T00:00:00+00:00", "reason": "Contract"}
NOT_THERE = {"Pending": "pending", "Gone": "no_access"}
TABLE = {
    "right": (
        {"right": "external", "reason": ""},
        {"Elena": "yourself", "Admin": "host_external", "Guest": "already", "Lent": "ready", "Own": "host_external"},
    ),
    "end": (
        {"keep": False, "reason": ""},
        {"Elena": "yourself", "Admin": "ready", "Guest": "ready", "Lent": "ready", "Own": "ready"},
    ),
    "ends": (DAY, {"Elena": "refused", "Admin": "ready", "Guest": "ready", "Lent": "ready", "Own": "ready"}),
}
VERBS = {"right": "right_changed", "end": "access_ended", "ends": "end_set"}


@pytest.mark.parametrize("act", TABLE)
def test_everybody_gets_a_verdict_and_the_ready_ones_are_done(boss, people, act):
    parameters, expected = TABLE[act]
    batch = made(boss, people, act, parameters)
    assert codes(batch) == expected | NOT_THERE
    assert not AuditEvent.objects.exists() and Member.objects.filter(ends_at=None, status="active").count() == 5
    ready = {name for name, code in expected.items() if code == "ready"}
    assert run(boss, batch) == dict.fromkeys(ready, "done")
    entries = AuditEvent.objects.filter(verb=VERBS[act])
    assert {str(entry.subject) for entry in entries} == ready and entries.count() == len(ready)


def test_externals_of_the_host_company_run_only_when_included_one_by_one(boss, people):
    batch = made(boss, people, "right", TABLE["right"][0])
    own = batch.lines.get(key=str(people["Own"].pk))
    from_page = {"actor": actor_of(boss), "pk": batch.pk, "number": own.number}
    member_batches.batches.include_line(included=True, **from_page)
    assert run(boss, batch) == {"Lent": "done", "Own": "done"}
    assert Member.objects.get(pk=people["Admin"].pk).right == Right.ADMINISTRATOR


def test_b16_units_are_counted_line_by_line_and_never_exceeded(boss, people):
    role = Role.objects.get(code="DES")
    RoleStock.objects.filter(platform=boss.platform, role=role).update(quantity=3)
    grant = {"role": "DES", "assigned": True, "restricted": True}
    batch = made(boss, people, "grant", grant)
    found = codes(batch)
    assert found == {
        "Elena": "already",
        "Admin": "ready",
        "Guest": "ready",
        "Lent": "no_licence",
        "Own": "no_licence",
        "Pending": "ready",
        "Gone": "no_access",
    }
    RoleStock.objects.filter(platform=boss.platform, role=role).update(quantity=2)  # the operator was faster
    assert sorted(run(boss, batch).values()) == ["done", "done", "refused"]
    free = codes(made(boss, people, "grant", grant | {"assigned": False}))
    assert free["Lent"] == free["Own"] == "ready"
    back = made(boss, people, "ungrant", {"role": "DES"})
    assert {name for name, code in codes(back).items() if code == "ready"} == {"Elena", "Admin", "Pending"}
    assert set(run(boss, back).values()) == {"done"}
    assert not role.grants.filter(member__platform=boss.platform).exists()


def test_t46_who_lost_the_right_meanwhile_does_nothing_more(boss, people):
    with override_settings(TASKS=QUEUED):
        batch = made(boss, people, "end", TABLE["end"][0])
        run(boss, batch)
    end_access(actor=actor_of(people["Admin"]), member=boss)
    batch_runs.run.call(str(batch.pk))
    assert set(batch.lines.filter(runs=True).values_list("outcome", flat=True)) == {"refused"}
    assert Member.objects.get(pk=people["Own"].pk).status == Status.ACTIVE
    assert AuditEvent.objects.filter(verb="batch_stopped").count() == 1


def test_members_of_another_platform_are_in_no_batch(client, boss, people):
    stranger = worker(PlatformFactory())
    client.force_login(boss.user)
    address = reverse("tenants:member_many", args=["corvane"])
    query = f"?act=end&member={stranger.pk}&member={people['Own'].pk}&member=x&member={'9' * 30}&member=²"
    assert client.get(address + query).context["number"] == 1
    made_here = client.post(address + query, {"reason": "Over"})
    assert codes(Batch.objects.get()) == {"Own": "ready"} and made_here.status_code == 302
    both = f"?act=end&member={people['Guest'].pk},{stranger.pk},&member={people['Own'].pk}"
    assert client.get(address + both).context["number"] == 2  # those of other pages stand in one
    listed = client.get(address + "?act=right&all=1&right=external&q=gu").context
    assert [str(member) for member in listed["named"]] == ["Guest"]
    assert client.get(address + "?act=right").context["number"] == 0
    assert client.post(address + "?act=right", {"right": "member"}).status_code == 422
    for act in ("", "nothing", "ends&member=1&member=2"):
        assert client.get(f"{address}?act={act}").status_code == (200 if "ends" in act else 404)


@pytest.mark.parametrize(
    ("act", "posted", "said"),
    [
        ("ends", {"last_day": "2001-01-01"}, "not over"),
        ("ends", {"last_day": "9999-12-31"}, "within 100 years"),
        ("ends", {"last_day": "soon"}, "Enter a valid date"),
        ("grant", {"role": "999999"}, "valid choice"),
        ("right", {"right": "king"}, "valid choice"),
        ("end", {"reason": "x" * 501}, "at most 500"),
    ],
)
def test_what_cannot_be_taken_comes_back(client, boss, act, posted, said):
    client.force_login(boss.user)
    answer = client.post(reverse("tenants:member_many", args=["corvane"]) + f"?act={act}&all=1", posted)
    assert answer.status_code == 422 and said in answer.content.decode() and not Batch.objects.exists()


def test_settings_stay_on_while_the_option_is_off(client, boss, people):
    type(boss.platform).objects.update(invitations_from_administrators=False)
    client.force_login(boss.user)
    address = reverse("tenants:member_many", args=["corvane"]) + "?act=grant&all=1"
    role = Role.objects.get(code="DES").pk
    refused = client.post(address, {"role": role, "restricted": "on"})
    assert refused.status_code == 422 and "stays on while" in refused.content.decode()
    assert client.post(address, {"role": role, "restricted": "on", "assigned": "on"}).status_code == 302
