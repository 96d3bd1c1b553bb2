"""A second step: asked after people were told, set up by them, and in front of every page from then on."""

import time
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tenants import options, two_factor
from tenants.errors import Conflict
from tenants.models import AuditEvent, Notification, Right
from tests.factories import PlatformFactory, UserFactory, actor_of, worker

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough word 7"
PAGE = {"headers": {"accept": "text/html"}}


def secure(user):
    """Give a person an authenticator app, past its pages."""
    return Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})


@pytest.fixture
def boss():
    member = worker(PlatformFactory(name="Corvane"), Right.ADMINISTRATOR)
    secure(member.user)
    return member


@pytest.fixture
def guest(boss):
    return worker(boss.platform, Right.EXTERNAL, user=person("guest@tolmec.example"))


def person(address):
    user = UserFactory(email=address)
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
    return user


def ask_of(boss, whom):
    options.set_option(actor=actor_of(boss), code="two_factor", value=whom)


def home(member):
    return reverse("tenants:home", args=[member.platform.slug])


def after_the_week():
    return time_machine.travel(timezone.now() + two_factor.GRACE + timedelta(minutes=1), tick=True)


def test_nobody_asks_what_they_do_not_have_themselves(guest):
    other = worker(guest.platform, Right.ADMINISTRATOR)
    with pytest.raises(Conflict, match="no second step yourself"):
        ask_of(other, "everyone")
    assert not AuditEvent.objects.exists() and not Notification.objects.exists()


def test_people_are_told_and_it_bites_a_week_later(client, boss, guest):
    lines = two_factor.effects(actor_of(boss), {"two_factor": "everyone"})
    assert lines[0] == "2 people are asked for a second step; 1 of them has none yet."
    ask_of(boss, "everyone")
    note = Notification.objects.get()
    assert note.user == guest.user and "asks for a second step" in note.text
    client.force_login(guest.user)
    early = client.get(home(guest), **PAGE)
    assert early.status_code == 200 and "You have none yet" in early.content.decode()
    with after_the_week():
        client.force_login(guest.user)
        late = client.get(home(guest), **PAGE)
        assert late.status_code == 302 and late.url.startswith(
            reverse("tenants:two_factor", args=[guest.platform.slug])
        )
        assert client.get(late.url).status_code == 200
        inside = Client()
        inside.force_login(boss.user)
        assert inside.get(home(boss), **PAGE).status_code == 200


def test_every_way_in_is_stopped_not_only_pages(client, boss, guest):
    ask_of(boss, "externals")
    picker = reverse("spaces:credential", args=[guest.platform.slug])  # what a door leads to is no way round this
    with after_the_week():
        client.force_login(guest.user)
        assert client.get(picker, **PAGE).status_code == 302
        for answer in (
            client.post(picker, {"credential": "1"}),
            client.get(home(guest), headers={"hx-request": "true"}),
            client.get(home(guest), headers={"accept": "application/octet-stream"}),
        ):
            assert answer.status_code == 403 and "second step" in answer.content.decode()
        assert client.get(reverse("tenants:platforms")).status_code == 200  # no other platform's business


def test_only_of_externals_and_wider_later(client, boss, guest):
    ask_of(boss, "externals")
    insider = worker(boss.platform)
    with after_the_week():
        client.force_login(insider.user)
        assert client.get(home(insider), **PAGE).status_code == 200
        ask_of(boss, "everyone")
        assert client.get(home(insider), **PAGE).status_code == 200  # a week of their own
        client.force_login(guest.user)
        assert client.get(home(guest), **PAGE).status_code == 302  # theirs is over
        ask_of(boss, "nobody")
        assert client.get(home(guest), **PAGE).status_code == 200


def test_a_new_member_sets_it_up_at_once_and_comes_back(client, boss, guest):
    ask_of(boss, "externals")
    elsewhere = Client()
    elsewhere.force_login(guest.user)
    with after_the_week():
        client.post(reverse("account_login"), {"login": guest.user.email, "password": PASSWORD})
        deep = reverse("spaces:space_list", args=[guest.platform.slug])
        led = client.get(deep, **PAGE).url
        assert client.get(led).context["way_on"] == deep
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
        code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
        assert client.post(reverse("mfa_activate_totp"), {"code": code}).status_code == 302
        assert secret not in str(Authenticator.objects.get(user=guest.user, type="totp").data)  # kept sealed
        codes = client.get(reverse("mfa_view_recovery_codes")).content.decode()
        assert "Back to Corvane" in codes and led.replace("&", "&amp;") in codes
        assert client.get(led).url == deep and client.get(deep, **PAGE).status_code == 200
        # a browser that signed in before, without it, is signed out
        assert elsewhere.get(deep, **PAGE).url.startswith(reverse("account_login"))


def test_t70_a_code_of_the_app_is_asked_at_sign_in_and_works_once(client, guest):
    client.post(reverse("account_login"), {"login": guest.user.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    now = timezone.now()
    with time_machine.travel(now):
        code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
        client.post(reverse("mfa_activate_totp"), {"code": code})
    with time_machine.travel(now + timedelta(minutes=2)):
        code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
        for index, wanted in enumerate([True, False]):
            window = Client()
            window.post(reverse("account_login"), {"login": guest.user.email, "password": PASSWORD})
            assert "_auth_user_id" not in window.session
            window.post(reverse("mfa_authenticate"), {"code": code})
            assert ("_auth_user_id" in window.session) is wanted, index


def test_undo_asks_nobody_any_more(boss):
    ask_of(boss, "everyone")
    boss.platform.refresh_from_db()
    assert boss.platform.two_factor_members_at and two_factor.note(boss.platform)
    ask_of(boss, "nobody")
    boss.platform.refresh_from_db()
    assert boss.platform.two_factor_members_at is None and two_factor.note(boss.platform) == ""
