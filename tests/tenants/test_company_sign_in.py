"""Signing in through a company: a real provider at the other end, and a company that says what it wants of people."""

import socket
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import requests
import time_machine
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tenants import company_sign_in, outbound, sealing
from tenants.company_sign_in import Service
from tenants.errors import AccessDenied, Conflict, Unacceptable
from tenants.models import AuditEvent, Right, SignInService, User
from tests import oidc_provider
from tests.factories import PlatformFactory, actor_of, worker

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough word 7"
CALLBACK = "/accounts/oidc/tolmec/login/callback/"


@pytest.fixture(scope="module")
def issuer(tmp_path_factory):
    """Run a provider for the tests of this module; return its address."""
    with oidc_provider.running(tmp_path_factory.mktemp("provider"), f"http://testserver{CALLBACK}") as address:
        yield address


@pytest.fixture
def boss():
    return worker(PlatformFactory(slug="tolmec", name="Tolmec"), Right.ADMINISTRATOR)


@pytest.fixture
def mara(boss):
    """Return a person of the platform, and of another, with a password of their own."""
    user = User.objects.create_user("mara@tolmec.example", PASSWORD, name="Mara")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    for platform in (boss.platform, PlatformFactory(slug="corvane", name="Corvane")):
        worker(platform, user=user)
    return user


def set_up(boss, issuer, secret=oidc_provider.SECRET, **changes):
    typed = {"issuer": issuer, "client_id": oidc_provider.CLIENT, "secret": secret, "domains": ("tolmec.example",)}
    company_sign_in.set_service(actor=actor_of(boss), service=Service(**(typed | changes)))


@pytest.fixture
def on(boss, issuer):
    set_up(boss, issuer)
    company_sign_in.turn_service(actor=actor_of(boss), on=True)


def arrive(client, name, query=""):
    """Go to the provider, be known there as `name`, and return what our side answers."""
    return come_back(client, name, client.post(reverse("openid_connect_login", args=["tolmec"]) + query).context["url"])


def come_back(client, name, leaving):
    """Be known as `name` at the provider, and bring its answer to our side."""
    with requests.Session() as browser:
        browser.get(f"http://{urlsplit(leaving).netloc}/as/{name}/", timeout=5).raise_for_status()
        back = browser.get(leaving, allow_redirects=False, timeout=5).headers["Location"]
    assert back.startswith(f"http://testserver{CALLBACK}")
    return client.get(back.removeprefix("http://testserver"))


def sign_in(client, user):
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(user.pk)


def prove(client):
    return client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def link(client, user, name="mara"):
    sign_in(client, user)
    prove(client)
    return arrive(client, name, "?process=connect")


class TestSigningIn:
    def test_linked_once_and_then_enough_for_the_platform_alone(self, client, on, mara):
        assert link(client, mara).status_code == 302
        assert SocialAccount.objects.get().user == mara
        other = Client()
        before = other.session.session_key
        assert arrive(other, "mara").url == "/"
        assert other.session["_auth_user_id"] == str(mara.pk) and other.session.session_key != before
        assert other.get("/").url == "/p/tolmec/"
        assert other.get("/p/tolmec/").status_code == 200
        for closed in ("/p/corvane/", "/platforms/", reverse("mfa_index"), reverse("account_email")):
            answer = other.get(closed)
            assert answer.status_code == 403 and "Prove that it is you" in answer.content.decode(), closed
        assert other.post(reverse("account_change_password")).status_code == 403
        confined = other.session.session_key
        prove(other)
        assert other.get("/p/corvane/").status_code == 200
        assert not other.session.exists(confined)  # t67: what opens more is another session

    def test_t06_t09_who_has_not_linked_is_led_to_their_own_password_alike(self, client, on, mara):
        answers = [arrive(Client(), name) for name in ("mara", "otto")]  # with and without an account
        assert [(answer.status_code, answer.url) for answer in answers] == [(302, answers[0].url)] * 2
        assert "first-time" in answers[0].url and client.get(answers[0].url).status_code == 200
        assert not SocialAccount.objects.exists() and not User.objects.filter(email="otto@tolmec.example").exists()

    def test_t06_one_address_in_two_spellings_is_one_person(self, client, on, mara):
        assert link(client, mara, "loud").status_code == 302
        assert SocialAccount.objects.get().user == mara

    @pytest.mark.parametrize("name", ["unsure", "outside", "otto"])
    def test_t06_t09_no_link_but_by_a_verified_address_of_ones_own(self, client, on, mara, name):
        assert link(client, mara, name).status_code == 403
        assert not SocialAccount.objects.exists()

    def test_t09_no_link_without_a_fresh_proof(self, client, on, mara):
        sign_in(client, mara)
        login = reverse("openid_connect_login", args=["tolmec"])
        asked = client.post(f"{login}?process=connect").url
        assert asked.startswith(reverse("account_reauthenticate"))
        with time_machine.travel(timezone.now() - timedelta(minutes=6)):
            prove(client)
            leaving = client.post(f"{login}?process=connect").context["url"]
        assert come_back(client, "mara", leaving).url == asked and not SocialAccount.objects.exists()
        assert client.post(asked, {"password": PASSWORD}).url.startswith(f"{login}?process=connect")

    def test_t09_an_address_that_is_no_longer_theirs_opens_nothing(self, client, on, mara):
        link(client, mara)
        EmailAddress.objects.filter(user=mara).update(email="other@tolmec.example")
        assert arrive(Client(), "mara").status_code == 403

    def test_another_issuer_ends_every_link(self, client, on, boss, mara, issuer):
        link(client, mara)
        set_up(boss, issuer.replace("127.0.0.1", "localhost"))
        service = SignInService.objects.get()
        assert not service.on and not SocialAccount.objects.exists()
        assert AuditEvent.objects.filter(verb="sign_in_set")[0].after["links_ended"] == 1

    def test_off_is_off(self, client, on, boss, mara):
        link(client, mara)
        company_sign_in.turn_service(actor=actor_of(boss), on=False)
        assert client.get(reverse("openid_connect_login", args=["tolmec"])).status_code == 404

    def test_a_wrong_secret_signs_nobody_in(self, client, on, boss, issuer):
        set_up(boss, issuer, secret="wrong")
        answer = arrive(client, "mara")
        assert answer.status_code == 401 and "did not sign you in" in answer.content.decode()
        assert "_auth_user_id" not in client.session

    def test_an_answer_nobody_asked_for_signs_nobody_in(self, client, on, mara):
        link(client, mara)
        answer = Client().get(CALLBACK, {"code": "x", "state": "y"})
        assert "did not sign you in" in answer.content.decode()

    def test_a_silent_provider_is_said(self, client, on, issuer):
        SignInService.objects.update(issuer="http://127.0.0.1:1")
        answer = client.post(reverse("openid_connect_login", args=["tolmec"]))
        assert answer.status_code == 502 and "no answer" in answer.content.decode()

    def test_the_door_asks_for_the_platform_and_keeps_the_way(self, client, on):
        url = reverse("tenants:company_sign_in")
        answer = client.post(url, {"platform": "https://testserver/p/Tolmec/items/", "next": "/p/tolmec/"})
        assert answer.url == "/accounts/oidc/tolmec/login/?next=%2Fp%2Ftolmec%2F"
        assert client.post(url, {"platform": "corvane"}).status_code == 422


class TestSettingUp:
    def test_the_secret_is_sealed_and_never_shown(self, client, boss):
        client.force_login(boss.user)
        url = reverse("tenants:sign_in", args=["tolmec"])
        typed = {
            "issuer": "https://id.tolmec.example",
            "client_id": "g",
            "secret": "S3cret-x",
            "domains": "Tolmec.example",
        }
        assert client.post(url, typed).status_code == 302
        service = SignInService.objects.get()
        assert "S3cret-x" not in service.sealed_secret and sealing.unseal(service.sealed_secret) == "S3cret-x"
        assert "S3cret-x" not in client.get(url).content.decode()
        assert "S3cret-x" not in str(AuditEvent.objects.get().after)
        client.post(url, typed | {"secret": "", "domains": "tolmec.example, tolmec.test"})
        service.refresh_from_db()
        assert sealing.unseal(service.sealed_secret) == "S3cret-x" and service.domains[1] == "tolmec.test"
        assert client.post(url, typed | {"secret": "", "client_id": "other"}).status_code == 422
        assert client.post(url, typed | {"domains": "no domain"}).status_code == 422

    def test_a_key_of_before_still_opens(self, settings):
        sealed = sealing.seal("word")
        settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key " * 5
        assert sealing.unseal(sealed) == "word"
        settings.SECRET_KEY_FALLBACKS = []
        with pytest.raises(sealing.Unreadable):
            sealing.unseal(sealed)

    def test_the_test_button_asks_the_provider(self, client, boss, issuer):
        client.force_login(boss.user)
        set_up(boss, issuer)
        url = reverse("tenants:sign_in_test", args=["tolmec"])
        assert "answers as it should" in client.post(url).content.decode()
        SignInService.objects.update(issuer=f"{issuer}/elsewhere")
        assert "gave no answer" in client.post(url).content.decode()
        for _ in range(4):
            answer = client.post(url)
        assert answer.status_code == 429 and answer.headers["Retry-After"] == "60"

    def test_on_only_when_the_provider_answers(self, boss):
        set_up(boss, "http://127.0.0.1:1")
        with pytest.raises(Conflict):
            company_sign_in.turn_service(actor=actor_of(boss), on=True)

    def test_administrators_only(self, boss):
        with pytest.raises(AccessDenied):
            set_up(worker(boss.platform), "https://id.tolmec.example")

    @pytest.mark.parametrize(
        "issuer", ["", "ftp://id.example", "https://", "https://u@id.example", "https://id.example/?a", "javascript:x"]
    )
    def test_an_issuer_is_an_address(self, boss, issuer):
        with pytest.raises(Unacceptable):
            set_up(boss, issuer)

    def test_in_production_only_https(self, boss, settings):
        settings.OUTBOUND_INSIDE = False
        with pytest.raises(Unacceptable):
            set_up(boss, "http://id.tolmec.example")


INSIDE = [
    "127.0.0.1",
    "10.0.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "224.0.0.1",
    "::1",
    "::ffff:127.0.0.1",
    "fe80::1%1",
    "fd00::1",
]


class TestOutbound:
    @pytest.fixture(autouse=True)
    def production(self, settings):
        settings.OUTBOUND_INSIDE = False

    @pytest.fixture
    def names(self, monkeypatch):
        """Let every name have the addresses of a list, and note each address that is connected to."""
        found, called = [["93.184.216.34"]], []

        def resolve(host, port, **kwargs):
            answers = found.pop(0) if len(found) > 1 else found[0]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in answers]

        def connect(address, *args, **kwargs):
            called.append(address)
            raise OSError("nobody there")

        monkeypatch.setattr(outbound.socket, "getaddrinfo", resolve)
        monkeypatch.setattr(outbound, "create_connection", connect)
        return found, called

    def ask(self, url):
        with outbound.session() as session, pytest.raises(requests.RequestException):
            session.get(url, timeout=1)

    @pytest.mark.parametrize("address", INSIDE)
    def test_t95_a_name_that_leads_inside_is_not_called(self, names, address):
        found, called = names
        for answers in ([address], ["93.184.216.34", address]):  # one bad answer of several is enough
            found[:] = [answers]
            self.ask("https://id.example/")
        assert called == []

    def test_t95_the_address_that_was_checked_is_the_one_called(self, names):
        found, called = names
        found[:] = [["93.184.216.34"], ["127.0.0.1"]]  # changes its mind after the check
        self.ask("https://id.example/")
        assert called == [("93.184.216.34", 443)]

    @pytest.mark.parametrize(
        "url", ["http://id.example/", "https://id.example:22/", "ftp://id.example/", "file:///etc/"]
    )
    def test_t95_only_https_on_its_port(self, names, url):
        self.ask(url)
        assert names[1] == []

    @pytest.mark.parametrize("host", ["0x7f.1", "2130706433", "localhost", "127.1"])
    def test_t95_spellings_of_this_machine(self, monkeypatch, host):
        monkeypatch.setattr(outbound, "create_connection", lambda *args, **kwargs: pytest.fail("called"))
        self.ask(f"https://{host}/")

    def test_t95_no_redirect_is_followed(self, settings, issuer):
        settings.OUTBOUND_INSIDE = True
        with outbound.session() as session, pytest.raises(requests.TooManyRedirects):
            session.get(f"{issuer}/identity/o/authorize", timeout=5)
