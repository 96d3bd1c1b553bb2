"""Signing up, claiming an invited row, signing in: by any spelling of an address."""

from datetime import timedelta
from pathlib import Path

import allauth
import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.urls import reverse
from django.utils import timezone

from tenants import account_words
from tenants.models import User
from tenants.templatetags import gangway
from tests.factories import PlatformFactory, UserFactory, worker

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough word 7"


def sign_up(client, email, name="Mara"):
    return client.post(reverse("account_signup"), {"email": email, "name": name, "password1": PASSWORD})


def verify(user):
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})


def test_sign_up_claims_the_row_that_an_invitation_made(client, mailoutbox):
    invited = User.objects.for_address("Mara@Tolmec.example")
    sign_up(client, "mara@TOLMEC.example")
    invited.refresh_from_db()
    assert (invited.name, invited.is_active, User.objects.count()) == ("Mara", True, 1)
    assert invited.check_password(PASSWORD)
    assert mailoutbox[0].to == ["mara@tolmec.example"]


def test_t09_an_unverified_address_does_not_sign_in(client):
    sign_up(client, "mara@tolmec.example")
    client.logout()
    client.post(reverse("account_login"), {"login": "mara@tolmec.example", "password": PASSWORD})
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("spelling", ["MARA@tolmec.example", " mara@tolmec.example", "mara@tolmec.example"])
def test_t06_every_spelling_signs_in_the_same_person(client, spelling):
    user = User.objects.create_user("mara@tolmec.example", PASSWORD)
    verify(user)
    client.post(reverse("account_login"), {"login": spelling, "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_t10_sign_up_answers_alike_for_known_and_unknown_addresses(client, mailoutbox):
    known = UserFactory(email="known@tolmec.example")
    verify(known)
    answers = [sign_up(client, address) for address in ("known@tolmec.example", "new@tolmec.example")]
    assert {answer.status_code for answer in answers} == {302}
    assert answers[0].url == answers[1].url
    assert [mail.to[0] for mail in mailoutbox] == ["known@tolmec.example", "new@tolmec.example"]


def test_every_mail_about_an_account_is_in_our_words():
    roots = [Path(allauth.__file__).parent / "templates" / app / "email" for app in ("account", "mfa")]
    kinds = {
        f"{path.parent.parent.name}/email/{path.stem[:-8]}" for root in roots for path in root.glob("*_message.txt")
    }
    unused = {f"account/email/{name}" for name in ("base", "login_code", "password_reset_code")}
    assert kinds - unused == {*account_words.MAILS, *account_words.CHANGES}
    names = ("activate_url", "signup_url", "password_reset_url", "email", "from_email", "to_email", "deleted_email")
    context = {name: f"<{name} {{ip}}>" for name in names} | {"ip": "10.0.0.1", "user_agent": "A browser"}
    for kind in kinds - unused:
        subject, words = account_words.written(kind, context)
        assert "Gangway" in subject
        assert "please" not in words.lower()
        assert ("10.0.0.1" in words) is (kind in account_words.CHANGES)
    assert account_words.written("account/email/login_code", context) is None


def test_what_comes_in_capitals_is_written_as_a_sentence_begins(client):
    for name, title in (("account_reset_password", "Choose a new password"), ("account_logout", "Sign out")):
        client.force_login(UserFactory())
        assert f"<title>{title}" in client.get(reverse(name)).text.replace("\n", "")
    assert [gangway.sentence_case(words) for words in ("  Set Up\n TOTP ", "<b>As It Is</b>", "")] == [
        "Set up TOTP",
        "<b>As It Is</b>",
        "",
    ]


def test_t11_reset_answers_alike_for_known_and_unknown_addresses(client):
    verify(UserFactory(email="known@tolmec.example"))
    answers = [
        client.post(reverse("account_reset_password"), {"email": address})
        for address in ("known@tolmec.example", "new@tolmec.example")
    ]
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, reverse("account_reset_password_done"))}


def test_t08_links_in_mail_come_from_our_setting(client, mailoutbox, settings):
    settings.ALLOWED_HOSTS = ["*"]
    client.post(
        reverse("account_signup"),
        {"email": "mara@tolmec.example", "name": "Mara", "password1": PASSWORD},
        headers={"host": "evil.example", "x-forwarded-host": "evil.example"},
    )
    body = mailoutbox[0].body
    assert settings.PUBLIC_BASE_URL in body
    assert "evil" not in body


def test_t13_opening_the_confirmation_link_changes_nothing(client, mailoutbox):
    sign_up(client, "mara@tolmec.example")
    link = next(word for word in mailoutbox[0].body.split() if "/confirm-email/" in word)
    path = link.split("8000", 1)[1]
    client.get(path)
    assert not EmailAddress.objects.get().verified
    client.post(path)
    assert EmailAddress.objects.get().verified


def test_when_a_session_was_last_used_is_noted_once_a_minute(client):
    mara = worker(PlatformFactory(slug="corvane")).user
    client.force_login(mara)
    moments, start = [], timezone.now()
    for seconds, agent in ((0, "One"), (59, "One"), (61, "One"), (62, "Two"), (63, "Two")):
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            assert client.get("/p/corvane/", headers={"user-agent": agent}).status_code == 200
        session = UserSession.objects.get(user=mara)
        moments.append((round((session.last_seen_at - start).total_seconds()), session.user_agent))
    assert moments == [(0, "One"), (0, "One"), (61, "One"), (62, "Two"), (62, "Two")]
