"""Signing in by what a browser can do alone: a passkey, and the way to a company's provider and back."""

import pytest
from django.urls import reverse

from content.changes import asking, raising, steps
from content.models import Signature
from tenants import company_sign_in
from tenants.company_sign_in import Service
from tenants.models import Right
from tests import oidc_provider
from tests.browser.conftest import PASSWORD, with_password
from tests.factories import ItemFactory, PlatformFactory, SpaceFactory, UserFactory, actor_of, catalogue, give, worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def mara(transactional_db):
    catalogue()
    return with_password(
        worker(PlatformFactory(slug="tolmec", name="Tolmec"), user=UserFactory(email="mara@tolmec.example"))
    )


def proved(window):
    """Give the password once more where it is asked for."""
    window.page.get_by_label("Password").fill(PASSWORD)
    window.press("Confirm")


def test_a_passkey_is_made_by_keyboard_and_signs_in(walker, mara):
    window = walker(mara)
    devices = window.page.context.new_cdp_session(window.page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    window.open("mfa_add_webauthn")
    proved(window)
    window.accessible()
    window.page.get_by_label("Passwordless").focus()
    window.page.keyboard.press("Space")
    window.page.keyboard.press("Tab")
    window.page.keyboard.press("Enter")
    window.page.wait_for_url(lambda url: "/add/" not in url)
    window.accessible()
    window.page.context.clear_cookies()
    window.open("account_login")
    window.press("Sign in with a passkey")
    window.page.wait_for_url(lambda url: "/p/tolmec/" in url)
    window.accessible()
    change = approval_of(mara)
    window.open("content:change_sign", "tolmec", change.pk)
    window.accessible()
    window.press("Use a security key", role="link")
    window.press("Use a security key")
    window.sees("Sign Away")
    window.page.get_by_role("radio", name="I agree").check()
    window.page.get_by_role("button", name="Sign", exact=True).click()
    window.sees("is Approved")
    assert Signature.objects.get().method == "webauthn"


def approval_of(leader):
    """Return a change that waits for the signature of one Leader."""
    space = SpaceFactory(platform=leader.platform)
    give(leader, space, "leader")
    actor, item = actor_of(leader), ItemFactory(space=space, owner=leader.user)
    change = raising.raise_change(actor=actor, item=item, title="Away", deed="release")
    asking.ask(actor=actor, change=change, wish=asking.Wish("approve", f"person-{leader.pk}"))
    for target in ("in_work", "in_approval"):
        steps.step(actor=actor, change=change, target=target)
    return change


def test_the_way_to_the_company_and_back(walker, mara, live_server, tmp_path):
    boss = worker(mara.platform, Right.ADMINISTRATOR)
    callback = f"{live_server.url}{reverse('openid_connect_callback', args=['tolmec'])}"
    with oidc_provider.running(tmp_path, callback) as issuer:
        service = Service(issuer, oidc_provider.CLIENT, oidc_provider.SECRET, ("tolmec.example",))
        company_sign_in.set_service(actor=actor_of(boss), service=service)
        company_sign_in.turn_service(actor=actor_of(boss), on=True)
        window = walker()
        window.page.goto(f"{issuer}/as/mara/")
        window.page.wait_for_load_state("networkidle")  # the provider has no icon, and the browser says so
        window.said.clear()
        through(window)
        window.sees("Your own password first, this once")
        window.accessible()
        window.press("Sign in and link", role="link")
        window.page.get_by_label("Email", exact=True).fill(mara.user.email)
        window.page.get_by_label("Password", exact=True).fill(PASSWORD)
        window.press("Sign in", role="button")
        proved(window)
        window.sees("Link your sign-in of Tolmec")
        window.press("Continue")
        window.page.wait_for_url(lambda url: "/p/tolmec/" in url)
        window.open("account_logout")
        window.press("Sign Out")
        through(window)
        window.page.wait_for_url(lambda url: url.endswith("/p/tolmec/"))
        window.open("tenants:platforms")
        window.sees("Prove that it is you")


def through(window):
    """Begin at our door, by the name of the platform."""
    window.open("tenants:company_sign_in")
    window.page.get_by_label("Name of the platform").fill("tolmec")
    window.press("Continue")
    window.sees("Sign in through Tolmec")
    window.press("Continue")
