"""Lists as files: for who may see them, one entry each, as many queries a piece whatever its rows, and no formulas."""

import csv
import io
from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from spaces.exporting import CREDENTIALS
from tenants import csv_files, exports
from tenants.errors import AccessDenied, NotVisible
from tenants.models import AuditEvent, GroupGrant, Member, Right, RoleGrant, Status
from tests.factories import (
    MemberFactory,
    OrganizationFactory,
    PlatformFactory,
    SpaceFactory,
    UserGroupFactory,
    actor_of,
    catalogue,
    give,
    give_group,
    worker,
)
from tests.tenants.worlds import invited, pair, travelling

pytestmark = pytest.mark.django_db


@pytest.fixture
def platform():
    return PlatformFactory(slug="acme", time_zone="Europe/Berlin")


@pytest.fixture
def administrator(platform):
    return worker(platform, Right.ADMINISTRATOR, user__email="boss@acme.example")


def asked(client, administrator, name, query=""):
    """Return the rows of an export as dicts, read back as a spreadsheet would."""
    client.force_login(administrator.user)
    answer = client.post(reverse("tenants:export", args=[administrator.platform.slug, name]) + query)
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="{administrator.platform.slug}-{name}.csv"'
    text = b"".join(answer).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


@pytest.mark.parametrize(
    "first", ["=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠", " =", "\ufeff="]
)
def test_t88_no_cell_begins_like_a_formula_and_each_reads_back(first):
    text = f"{first}cmd|' /C calc'!A0"
    rows = list(csv_files.written(["title", "number"], [[text, -7]]))
    header, line = csv.reader(io.StringIO("".join(rows).removeprefix(csv_files.BOM), newline=""), delimiter=";")
    assert line == [f"'{text}", "-7"]
    assert header == ["title", "number"]
    assert csv_files.unsafe(line[0]) == text


def test_t88_hostile_names_leave_as_text(client, platform, administrator):
    hostile = '=HYPERLINK("http://x")'
    person = worker(platform, user__name=hostile)
    give(person, SpaceFactory(platform=platform, title="+Gearbox"), "author")
    invited(platform, inviter=person.user)
    shown = f"'{hostile}"
    assert shown in {row["name"] for row in asked(client, administrator, "members")}
    assert shown in {row["name"] for row in asked(client, administrator, "roles")}
    assert shown in {row["invited by"] for row in asked(client, administrator, "invitations")}
    (credential,) = asked(client, administrator, "credentials")
    assert (credential["space"], credential["name"], credential["responsibility"]) == ("'+Gearbox", shown, "Author")


def test_t88_what_is_held_through_a_group_leaves_with_the_group_named(client, platform, administrator):
    supplier = OrganizationFactory(platform=platform, name="=Tolmec")
    person = worker(platform, company=supplier)
    invited_ = MemberFactory(platform=platform, status=Status.PENDING, user__name="Known Elsewhere")
    gone = MemberFactory(platform=platform, status=Status.NO_ACCESS)
    group = UserGroupFactory(platform=platform, name="+Reviewers", members=[person, invited_, gone])
    UserGroupFactory(platform=platform, name="Idle", members=[person])
    for title in ("Gearbox", "Wing"):
        give_group(group, SpaceFactory(platform=platform, title=title), "reader", restricted=True)
    give(person, SpaceFactory(platform=platform, title="Own"), "author")
    grant = GroupGrant.objects.create(group=group, role=catalogue()["CHG"])
    RoleGrant.objects.create(member=person, role=grant.role, through=grant)
    rows = asked(client, administrator, "credentials")
    keys = ("space", "user", "organization", "through group", "source")
    assert [tuple(row[key] for key in keys) for row in rows] == [
        ("Own", person.user.email, "'=Tolmec", "", "owner"),
        *((title, person.user.email, "'=Tolmec", "'+Reviewers", "group") for title in ("Gearbox", "Wing")),
        *((title, invited_.user.email, f"{platform} Company", "'+Reviewers", "group") for title in ("Gearbox", "Wing")),
    ]
    assert "Known Elsewhere" not in str(rows)
    assert AuditEvent.objects.get(verb="list_exported").after["rows"] == len(rows) == 5
    roles = [row for row in asked(client, administrator, "roles") if row["user"] == person.user.email]
    assert [row["through group"] for row in roles if row["code"] == "CHG"] == ["", "'+Reviewers"]


def test_members_leave_as_filtered_and_roles_say_who_pays(client):
    home, host = pair()
    boss = worker(host, Right.ADMINISTRATOR)
    _at_home, abroad = travelling(home, host)
    (row,) = asked(client, boss, "members", "?right=external&rows=9&q=%00")
    assert (row["user"], row["right"], row["two-factor"]) == (abroad.user.email, "external", "no")
    assert row["roles"] == f"Entry, Collaboration: From {home.name}"
    sources = {row["licence source"] for row in asked(client, boss, "roles") if row["user"] == abroad.user.email}
    assert sources == {f"From {home.name}"}
    entries = AuditEvent.objects.filter(verb="list_exported", actor=boss.user).order_by("pk")
    assert [entry.after for entry in entries] == [
        {"list": "members", "rows": 1, "filters": {"right": "external", "rows": "9"}},
        {"list": "roles and licences", "rows": 6},
    ]


def test_nobody_else_gets_a_list_and_nothing_of_another_platform_is_in_it(client, platform, administrator):
    elsewhere = worker(PlatformFactory(), Right.ADMINISTRATOR)
    give(elsewhere, SpaceFactory(platform=elsewhere.platform), "owner")
    invited(elsewhere.platform, inviter=elsewhere.user)
    for name in exports.EXPORTS:
        assert elsewhere.user.email not in str(asked(client, administrator, name))
        with pytest.raises(AccessDenied):
            exports.begin(actor=actor_of(worker(platform)), name=name, query={})
    with pytest.raises(NotVisible):
        exports.begin(actor=actor_of(administrator), name="passwords", query={})


def test_t42_a_right_that_ends_while_the_file_is_made_ends_the_file(platform, administrator):
    MemberFactory.create_batch(3, platform=platform)
    with mock.patch.object(exports, "PIECE", 2):
        _export, lines = exports.begin(actor=actor_of(administrator), name="members", query={})
        next(lines)
        Member.objects.filter(pk=administrator.pk).update(right=Right.MEMBER)
        rest = list(lines)
    assert len(rest) == 2  # one of the piece that was loaded, then the word
    assert rest[-1] == [exports.ENDED]


def test_b36_a_piece_costs_the_same_whatever_it_holds(platform, administrator):
    space, costs = SpaceFactory(platform=platform), []
    list(exports.begin(actor=actor_of(administrator), name="members", query={})[1])  # the first entry makes the head
    for number in (2, 20):
        for _ in range(number):
            person = worker(platform, sponsor=administrator.user)
            give(person, space, "reader")
            invited(platform, person.user.__class__.objects.create(email=f"i{person.pk}@x.example"))
        cost = {}
        for name in exports.EXPORTS:
            with CaptureQueriesContext(connection) as queries:
                list(exports.begin(actor=actor_of(administrator), name=name, query={})[1])
            cost[name] = len(queries)
        costs.append(cost)
    assert costs[0] == costs[1]
    assert CREDENTIALS is exports.EXPORTS["credentials"]
