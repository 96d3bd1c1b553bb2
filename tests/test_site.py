"""What holds for every page of the site: headers, hosts, doors, logs."""

import json
import logging
import sys

import pytest
from django.urls import reverse

from platform_site import env, logs
from platform_site.logs import JsonFormatter
from tests.factories import PlatformFactory, UserFactory, worker

LOOSE = ("unsafe-inline", "unsafe-eval", "*", "http:", "https:")


@pytest.fixture
def sign_in_page(client, db):
    """The one page that everybody may open."""
    return client.get(reverse("account_login"))


def test_pages_may_run_and_load_only_what_is_ours(sign_in_page):
    policy = sign_in_page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not [word for word in LOOSE if word in policy]


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Cache-Control", "no-store"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "camera=()"),
        ("Referrer-Policy", "same-origin"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
    ],
)
def test_pages_carry_header(sign_in_page, header, value):
    assert value in sign_in_page.headers[header]


def test_signing_out_clears_the_cache(client, db):
    client.force_login(UserFactory())
    assert client.post(reverse("account_logout")).headers["Clear-Site-Data"] == '"cache"'


def test_t08_a_forged_host_is_refused_and_a_forwarded_one_ignored(client, db):
    page = reverse("account_login")
    assert client.get(page, headers={"host": "evil.example"}).status_code == 400
    answer = client.get("/", headers={"x-forwarded-host": "evil.example", "forwarded": "host=evil.example"})
    assert answer.status_code == 302
    assert "evil" not in answer.headers["Location"]


def test_who_is_signed_out_in_the_middle_of_work_comes_back_to_the_page_that_sent_it(client, db):
    act, page = "/p/corvane/items/3/star/", "http://testserver/p/corvane/items/?q=plate"
    led = client.post(act, headers={"referer": page})
    assert led.headers["Location"] == "/accounts/login/?ended=1&next=%2Fp%2Fcorvane%2Fitems%2F%3Fq%3Dplate"
    assert "what you sent was not taken" in client.get(led.headers["Location"]).text
    for elsewhere in ("", "https://evil.example/p/corvane/", "javascript:alert(1)"):
        assert client.post(act, headers={"referer": elsewhere}).headers["Location"].endswith("?ended=1&next=%2F")
    part = client.get("/p/corvane/items/3/", headers={"hx-request": "true"})
    assert (part.status_code, part.text.count("You are signed out.")) == (401, 1)
    assert "<form" not in part.text


def test_the_address_of_a_button_says_so_to_a_visitor(client, db):
    client.force_login(worker(PlatformFactory(slug="corvane")).user)
    answer = client.get(reverse("tenants:notification_read_all", args=["corvane"]))
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "Nothing was changed" in answer.text


@pytest.mark.parametrize("address", ["/", "/admin/", "/admin/login/"])
def test_doors_lead_a_stranger_to_our_sign_in(client, db, address):
    answer = client.get(address, follow=True)
    assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_t14_a_log_line_is_json_and_holds_no_token():
    token = "sV3" * 14
    record = logging.LogRecord("django.request", logging.INFO, "", 1, "GET /invitations/%s/ 302", (token,), None)
    line = json.loads(JsonFormatter().format(record))
    assert line["message"] == "GET /invitations/[token]/ 302"
    assert line["time"].endswith("+00:00")


def test_t74_every_log_record_stays_one_line_and_names_its_request(client, db, caplog):
    member = worker(PlatformFactory(slug="acme"))
    client.force_login(member.user)
    with caplog.at_level(logging.INFO):
        answers = [
            client.get("/p/acme/%0a%1b[31mFAKE%e2%80%a8%c2%85/"),
            client.get("/p/acme/items/999/", headers={"user-agent": "a\nFAKE", "x-request-id": "forged"}),
            client.post("/p/acme/items/new/?type=\nFAKE", {"title": "a\r\nFAKE\u2028"}),
        ]
    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert len(lines) >= 2 and all(len(line.splitlines()) == 1 and line.isascii() for line in lines)
    assert not any("\x1b" in line for line in lines)
    ids = [answer.headers["X-Request-Id"] for answer in answers]
    assert len(set(ids)) == 3 and "forged" not in ids
    missing = next(json.loads(line) for line in lines if ids[1] in line)
    assert (missing["route"], missing["person"], missing["platform"]) == ("content:item_detail", member.user_id, "acme")


def test_a_log_line_keeps_the_trace_of_an_error():
    try:
        raise ValueError("a" * 40)
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 1, "It failed", (), sys.exc_info())
    assert "ValueError: [token]" in json.loads(JsonFormatter().format(record))["trace"]
    assert logs.masked("/p/acme-engineering/spaces/12/") == "/p/acme-engineering/spaces/12/"


def test_a_secret_may_stand_in_a_file(tmp_path, monkeypatch):
    (tmp_path / "secret").write_text("from the file")
    monkeypatch.setenv("GANGWAY_TRIAL_FILE", str(tmp_path / "secret"))
    assert env.text("GANGWAY_TRIAL") == "from the file"


@pytest.mark.parametrize(
    ("url", "held"),
    [
        ("sqlite:///x.sqlite3", {"transaction_mode": "IMMEDIATE", "timeout": 20}),
        ("postgres://u@127.0.0.1/g", {"pool": {"min_size": 1, "max_size": 8}}),
    ],
)
def test_each_database_gets_what_makes_it_safe(monkeypatch, url, held):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    options = env.database(url)["OPTIONS"]
    assert held.items() <= options.items()
    assert "statement_timeout=5s" in options.get("options", "statement_timeout=5s")


@pytest.mark.parametrize(
    "name",
    [
        "account_email",
        "account_change_password",
        "account_set_password",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "usersessions_list",
    ],
)
def test_every_page_of_ones_account_opens(client, db, name):
    user = UserFactory()
    if name != "account_set_password":
        user.set_password("correct horse battery")
        user.save()
    client.force_login(user)
    page = client.get(reverse(name), follow=True)
    assert page.status_code == 200
    assert "Gangway" in page.content.decode()
