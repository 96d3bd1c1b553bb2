"""Import of members: a verdict per line, mended in place, sent once; a poisoned file is refused with its lines."""

from datetime import timedelta
from unittest import mock

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from spaces import import_files, importing
from tenants import acceptance, batch_runs, batches
from tenants.errors import Unacceptable
from tenants.models import Batch, DomainRule, Invitation, Member, Notification, Organization, Right, RoleStock, User
from tests.factories import (
    MemberFactory,
    OrganizationFactory,
    PlatformFactory,
    SpaceFactory,
    UserFactory,
    actor_of,
    worker,
)
from tests.tenants.worlds import invited

pytestmark = pytest.mark.django_db
FIELD = "user;rights;agreement;roles;mail;remove;passport;force;location"


@pytest.fixture
def platform():
    platform = PlatformFactory(slug="acme", invitations_from_administrators=True)
    OrganizationFactory(platform=platform, name="Tolmec")
    OrganizationFactory(platform=platform, name="Archived", archived_at=timezone.now())
    SpaceFactory(platform=platform, title="Gearbox")
    return platform


@pytest.fixture
def actor(platform):
    return actor_of(worker(platform, Right.ADMINISTRATOR, user__email="boss@acme.example"))


def file(text, name="people.csv"):
    return SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode())


def imported(actor, *lines, heading="user;agreement;company"):
    return importing.make(actor, import_files.read(file("\n".join([heading, *lines]))), "people.csv")


def codes(batch):
    return [line.code for line in batch.lines.order_by("number")]


def state():
    models = (User, Member, Invitation, Organization, Notification)
    return [model.objects.count() for model in models], len(mail.outbox)


def confirm(actor, batch):
    batch_runs.confirm(actor=actor, pk=batch.pk, version=Batch.objects.get(pk=batch.pk).version)


def test_each_line_gets_its_verdict_and_a_dry_run_changes_nothing(actor, platform):
    MemberFactory(platform=platform, user__email="member@known.example")
    standing = invited(platform, UserFactory(email="waits@known.example"), inviter=actor.user)
    DomainRule.objects.create(platform=platform, domain="refused.example", allowed=False)
    before = state()
    tolmec = "contractor;Tolmec"
    batch = imported(
        actor,
        f"mara@tolmec.example;{tolmec}",
        f"not an address;{tolmec}",
        f"MARA@tolmec.example;{tolmec}",
        f"member@known.example;{tolmec}",
        f"{standing.email};{tolmec}",
        f"eve@kn0wn.example;{tolmec}",
        f"eve@known.ехаmple;{tolmec}",
        "new@tolmec.example;contractor;Nobody Ltd",
        "anew@tolmec.example;contractor;",
        "bnew@tolmec.example;maybe;Tolmec",
        "host@acme.example;employee;",
        f"own@acme.example;contractor;{platform.name} Company",
        f"who@refused.example;{tolmec}",
    )
    assert codes(batch) == [
        *("ready", "malformed", "doubled", "member", "invited", "look_alike", "unknown_script", "unknown_company"),
        *("unknown_company", "unknown_value", "ready", "host_external", "domain"),
    ]
    told = batch.lines.get(number=1).sentence
    assert told == "External of Tolmec: Entry, Collaboration without a licence."
    assert state() == before


@pytest.mark.parametrize(
    ("heading", "line", "code", "words"),
    [
        (FIELD, "a@b.example;admin;employee;des;no;;PASS;force;Lyon", "ready", "Entry, Collaboration, Design with a"),
        (FIELD, "a@b.example;1;0;;nomail;;;;", "ready", "Administrator of"),
        (FIELD, "a@b.example;boss;;;;;;;", "unknown_value", "rights: “boss” is none of"),
        (FIELD, "a@b.example;admin;contractor;;;;;;", "contradiction", "External is no Administrator"),
        (FIELD, "a@b.example;external;employee;;;;;;", "contradiction", "agreement says employee"),
        (FIELD, "a@b.example;;;XYZ,ENT;;;;;", "unknown_role", "No role XYZ"),
        (FIELD, "a@b.example;;;;perhaps;;;;", "unknown_value", "mail: “perhaps”"),
        (FIELD, "a@b.example;;;;;remove;;;", "removal", "A file removes nobody"),
        (FIELD, "a@b.example;;;;;what;;;", "unknown_value", "remove: “what”"),
        ("user,space,responsibility", "a@b.example,Gearbox,Author", "ready", "Author for Platform"),
        ("user,space,responsibility", "a@b.example,Other,Author", "unknown_space", "No space “Other”"),
        ("user,space,responsibility", "a@b.example,,Author", "unknown_space", "Name the space"),
        ("user,space,responsibility", "a@b.example,Gearbox,Boss", "unknown_value", "responsibility: “Boss”"),
        ("user,space,responsibility", "a@b.example,Gearbox,", "unknown_value", "responsibility: “” is none"),
        ("user,agreement,company,space,responsibility", "a@b.example,1,Tolmec,gearbox,leader", "ready", "(Restricted)"),
        ("user,space,responsibility,restricted", "a@b.example,Gearbox,public reader,yes", "contradiction", "no (Restr"),
        ("user,space,responsibility,end", "a@b.example,Gearbox,author,2020-01-01", "unknown_value", "not over"),
        ("user,space,responsibility,end", "a@b.example,Gearbox,author,31.3.", "unknown_value", "no day such as"),
        ("user,space,responsibility,end", "a@b.example,Gearbox,author,9999-12-31", "unknown_value", "no day such as"),
        ("user,company,organization", "a@b.example,Tolmec,Gear works", "unknown_company", "belongs to Tolmec alone"),
        ("user,agreement,company,until", "a@b.example,1,Tolmec,2199-03-31", "ready", "of Tolmec until 31 Mar 2199: "),
        ("user,until", "a@b.example,2199-03-31", "contradiction", "only the access of an External"),
        ("user,agreement,company,sponsor", "a@b.example,1,Tolmec,BOSS@acme.example", "ready", "is the sponsor"),
        ("user,sponsor", "a@b.example,boss@acme.example", "contradiction", "only an External has one"),
        ("user,agreement,company,sponsor", "a@b.example,1,Tolmec,no@b.example", "unknown_sponsor", "no member with"),
        ("user,agreement,company,sponsor", "a@b.example,1,Tolmec,noone", "unknown_sponsor", "no member with"),
        ("user,agreement,company,sponsor", "a@b.example,1,Tolmec,guest@acme.example", "unknown_sponsor", "may not"),
        ("user,company", "a@b.example,Archived", "unknown_company", "No company “Archived”"),
        ("user,licence", "a@b.example,perhaps", "unknown_value", "licence: “perhaps”"),
    ],
)
def test_no_unknown_value_is_ever_guessed(actor, platform, heading, line, code, words):
    MemberFactory(platform=platform, right=Right.EXTERNAL, user__email="guest@acme.example")
    batch = imported(actor, line, heading=heading)
    found = batch.lines.get()
    assert (found.code, words in found.sentence) == (code, True), found.sentence


@pytest.mark.parametrize("lost", [False, True])
def test_the_named_sponsor_answers_for_whom_the_file_brought_in(actor, platform, lost):
    sponsor = worker(platform, user__email="sam@acme.example")
    batch = imported(actor, "a@tolmec.example;1;Tolmec;sam@acme.example", heading="user;agreement;company;sponsor")
    confirm(actor, batch)
    invitation, user = Invitation.objects.get(), User.objects.get(email="a@tolmec.example")
    assert invitation.member.sponsor == sponsor.user
    if lost:
        Member.objects.filter(pk=sponsor.pk).update(right=Right.EXTERNAL)
    EmailAddress.objects.create(user=user, email=user.email, verified=True)
    member = acceptance.accept_invitation(user=user, pk=invitation.pk).member
    assert member.sponsor == (actor.user if lost else sponsor.user)
    told = Notification.objects.filter(user=sponsor.user, kind="handover")
    assert told.exists() is not lost


def test_only_the_ready_ones_are_sent_and_the_same_file_does_nothing_the_second_time(actor, platform):
    lines = ("a@tolmec.example;contractor;Tolmec", "b@tolmec.example;contractor;Nobody", "c@tolmec.example;1;tolmec")
    first, second = imported(actor, *lines), imported(actor, *lines)
    confirm(actor, first)
    assert [line.outcome for line in first.lines.order_by("number")] == ["done", "", "done"]
    assert sorted(Invitation.objects.values_list("email", flat=True)) == ["a@tolmec.example", "c@tolmec.example"]
    assert {one.company.name for one in Invitation.objects.all()} == {"Tolmec"}
    assert len(mail.outbox) == 2
    before = state()
    confirm(actor, second)  # judged before the first was sent
    assert [line.outcome for line in second.lines.order_by("number")] == ["refused", "", "refused"]
    assert codes(imported(actor, *lines)) == ["invited", "unknown_company", "invited"]
    counts, sent = state()
    assert (counts[:4], sent) == (before[0][:4], before[1])


def test_a_line_is_mended_in_place_and_the_rest_is_a_file_that_reads_back(actor, platform, client):
    batch = imported(actor, "a@tolmec.example;contractor;Nobody", "=cmd@tolmec.example;what;", "host@x.example;0;")
    url = reverse("tenants:batch_line", args=["acme", batch.pk, 1])
    client.force_login(actor.user)
    asked = {"HX-Request": "true", "HX-Target": "batch"}
    data = {
        "act": "mend",
        "user": "a@tolmec.example\0",
        "agreement": "contractor",
        "company": "Tolmec",
        "space_id": "1",
    }
    answer = client.post(url, data, headers=asked)
    assert "Send 2 invitations" in answer.content.decode()
    assert codes(batch) == ["ready", "unknown_value", "ready"]
    assert set(batch.lines.get(number=1).data) == set(import_files.COLUMNS)
    rest = b"".join(client.get(reverse("tenants:batch_file", args=["acme", batch.pk]), {"part": "rest"}))
    assert b'"\'=cmd@tolmec.example";' in rest
    heading, line = rest.decode("utf-8-sig").splitlines()
    cut = [";".join(row.split(";")[: len(import_files.COLUMNS)]) for row in (heading, line)]
    assert import_files.read(file("\n".join(cut)))[0]["user"] == "=cmd@tolmec.example"
    client.post(url, {"act": "drop"})
    assert codes(batch) == ["unknown_value", "ready"]


def test_doubts_count_licences_and_the_limit_of_a_day(actor, platform, settings):
    RoleStock.objects.filter(platform=platform, role__code="COL").update(quantity=2)  # the boss has one
    lines = [f"p{n}@acme.example;employee;" for n in range(3)]
    batch = imported(actor, *lines)
    assert codes(batch) == ["ready", "no_licence", "no_licence"]
    batches.include_line(actor=actor, pk=batch.pk, number=3, included=True)
    confirm(actor, batch)
    assert [line.outcome for line in batch.lines.order_by("number")] == ["done", "", "done"]
    RoleStock.objects.filter(platform=platform).update(expires_at=timezone.now() - timedelta(days=1))
    assert codes(imported(actor, "z@acme.example;employee;")) == ["no_licence"]
    settings.INVITATIONS_PER_DAY = 3
    assert codes(imported(actor, *[f"q{n}@t.example;1;Tolmec" for n in range(2)])) == ["ready", "tomorrow"]


def test_mail_off_sends_none_but_rings_the_bell_of_who_has_an_account(actor, platform):
    known = UserFactory(email="known@tolmec.example")
    batch = imported(
        actor, f"{known.email};1;Tolmec;no", "new@tolmec.example;1;Tolmec;no", heading="user;agreement;company;mail"
    )
    confirm(actor, batch)
    assert Invitation.objects.count() == 2
    assert mail.outbox == []
    assert Notification.objects.filter(user=known, kind="invitation").count() == 1


POISON = {
    "a column that is stamped": (b"user;space_id\na@b.example;1", "Unknown in the first line: space_id"),
    "a foreign id": (b"user;company_id;platform\na@b.example;1;2", "company_id, platform"),
    "a column twice": (b"user;user\na@b.example;c@d.example", "Named twice in the first line: user"),
    "no user": (b"mail;rights\nno;admin", "names no column"),
    "UTF-16": ("user;rights\na@b.example;admin".encode("utf-16"), "no plain text in UTF-8"),
    "a zero byte": (b"user\na@b.exa\0mple", "no plain text"),
    "Latin-1": ("user\na@b.example\nm\xfcller@b.example".encode("latin-1"), "Line 3 holds a sign"),
    "more cells": (b"user;rights\na@b.example;admin;x;y\nb@b.example;admin", "in line 2"),
    "a cell without end": (b'user;rights\n"a@b.example;admin\n', "is broken"),
    "a long cell": (b"user\n" + b"x" * 501, "in line 2"),
    "a million rows": (b"user\n" + b"a@b.c\n" * 600_000, "10,000 lines"),
    "too many bytes": (b"user\n" + b" " * 4_100_000, "4 MB is the most"),
    "nobody": (b"user;rights\n;\n", "names nobody"),
}


@pytest.mark.parametrize("poison", POISON)
def test_t89_a_poisoned_file_is_refused_with_its_lines_and_changes_nothing(actor, platform, client, poison):
    data, words = POISON[poison]
    before = state()
    client.force_login(actor.user)
    answer = client.post(reverse("spaces:member_import", args=["acme"]), {"file": file(data)})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert (state(), Batch.objects.count()) == (before, 0)


def test_t89_a_byte_order_mark_is_read_past_and_a_formula_stays_text(actor, platform, client):
    client.force_login(actor.user)
    data = '\ufeff"user"\t"agreement"\t"company"\r\n=1+1\t1\tTolmec\r\nb@tolmec.example\t1\t=Tolmec()\r\n'.encode()
    answer = client.post(reverse("spaces:member_import", args=["acme"]), {"file": file(data)}, follow=True)
    assert answer.status_code == 200
    assert codes(Batch.objects.get()) == ["malformed", "unknown_company"]
    assert "people.csv" in client.get(reverse("spaces:member_import", args=["acme"])).content.decode()


def test_rights_lost_between_the_verdict_and_its_turn_refuse(actor, platform):
    batch = imported(actor, "a@t.example;1;Tolmec", "b@t.example;1;Tolmec")
    Organization.objects.filter(name="Tolmec").update(name="Renamed")
    confirm(actor, batch)
    assert {line.told.split(".")[0] for line in batch.lines.all()} == {"No company “Tolmec” here"}
    assert not Invitation.objects.exists()


def test_a_hundred_lines_are_judged_with_as_many_queries_as_three(actor, platform):
    costs = []
    for number in (3, 100):
        lines = [f"x{n}@t{n % 9}.example;1;Tolmec" for n in range(number)]
        with CaptureQueriesContext(connection) as asked:
            imported(actor, *lines)
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_a_file_of_too_many_lines_is_refused_before_it_is_judged(actor):
    with mock.patch.object(batches, "MOST_LINES", 2), pytest.raises(Unacceptable, match="more than 2 lines"):
        imported(actor, "a@b.c", "b@b.c", "c@b.c", heading="user")
