"""Two companies in a browser: people who sign in with passwords, mail that arrives, axe on every page."""

import re

import pytest
from allauth.account.models import EmailAddress
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.core import mail
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from content.files import Arrival, add_version
from content.models import ItemType
from tests.factories import (
    ItemFactory,
    MemberFactory,
    OrganizationFactory,
    PlatformFactory,
    SpaceFactory,
    UserFactory,
    actor_of,
    catalogue,
    give,
    license_member,
    worker,
)

HARMLESS = "Autofocus processing was blocked"  # somebody was quicker with a key than the page
PASSWORD = "a long way over the water"
DRAWING = b"ISO-10303-21; first"


class Walker:
    """One person in a window of their own. Words on the console and failed requests end up in `said`."""

    def __init__(self, page, base, settings):
        self.page, self.base, self.said = page, base, []
        settings.PUBLIC_BASE_URL = base
        page.set_default_timeout(10_000)
        page.on("console", lambda message: HARMLESS in message.text or self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def open(self, name, *args):
        """Open a page by its URL name."""
        self.page.goto(self.base + reverse(name, args=args))

    def sign_in(self, member):
        """Sign in as people do, with address and password."""
        self.open("account_login")
        self.page.get_by_label("Email", exact=True).fill(member.user.email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.wait_for_url(lambda url: "/accounts/" not in url)

    def enter(self, user):
        """Be signed in already."""
        client, name = Client(), django_settings.SESSION_COOKIE_NAME
        client.force_login(user)
        self.page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.base}])

    def press(self, name, role="button", within=None):
        """Press a button or follow a link by its name."""
        (within or self.page).get_by_role(role, name=name).first.click()

    def sees(self, *words):
        """Wait until the words are on the page."""
        for text in words:
            self.page.get_by_text(text).locator("visible=true").first.wait_for()

    def misses(self, *words):
        """Assert that the words are nowhere in the page, hidden parts included."""
        content = self.page.content()
        assert not [text for text in words if text in content]

    def accessible(self):
        """Assert that axe finds nothing, that the page is no wider than the window and that nothing was complained."""
        found = Axe().run(self.page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
        assert self.fits(), f"{self.page.url} is wider than its window"
        shown = "[...document.querySelectorAll('[hidden]')].filter((part) => part.getClientRects().length).length"
        assert self.page.evaluate(shown) == 0, f"{self.page.url} shows what is hidden"
        assert self.said == []

    def fits(self):
        """Tell whether the page is no wider than its window."""
        return self.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    def follow_mail(self, address):
        """Open the link of the latest mail to an address."""
        letter = next(letter for letter in reversed(mail.outbox) if letter.to == [address])
        link = re.search(r"https?://\S+", letter.body)[0]
        self.page.goto(self.base + "/" + link.split("/", 3)[3])


@pytest.fixture
def walker(new_context, live_server, settings):
    """Return a function that opens a window for a person."""

    def open_window(member=None, **options):
        found = Walker(new_context(**options).new_page(), live_server.url, settings)
        if member is not None:
            found.sign_in(member)
        return found

    return open_window


def with_password(member):
    """Give a member a password and a verified address."""
    member.user.set_password(PASSWORD)
    member.user.save()
    EmailAddress.objects.create(user=member.user, email=member.user.email, verified=True, primary=True)
    return member


class Companies:
    """A host whose options are as on a new platform, and a supplier whose engineer may not travel yet."""

    def __init__(self):
        catalogue()
        self.host = PlatformFactory(slug="corvane", name="Corvane Aerospace", mark="CA")
        self.home = PlatformFactory(slug="tolmec", name="Tolmec Machining", mark="TM", accent="copper")
        self.elena = with_password(worker(self.host, "administrator", user=self.person("Elena Castellano", "corvane")))
        self.tomas = with_password(worker(self.host, user=self.person("Tomas Riedl", "corvane")))
        self.marcus = with_password(worker(self.home, "administrator", user=self.person("Marcus Oyelaran", "tolmec")))
        self.mara = with_password(worker(self.home, user=self.person("Mara Lindqvist", "tolmec")))
        self.bench = SpaceFactory(platform=self.host, title="Test bench", created_by=self.tomas.user)
        self.vault = SpaceFactory(platform=self.host, title="Closed vault", created_by=self.tomas.user)
        for space in (self.bench, self.vault):
            give(self.tomas, space, "owner")
        give(self.tomas, self.bench, "author")
        part = ItemType.objects.get(code="part-3d")
        self.bracket = ItemFactory(space=self.bench, title="Bracket", owner=self.tomas.user, type=part)
        self.secret = ItemFactory(space=self.vault, title="Canary of the vault", owner=self.tomas.user, type=part)
        arrival = Arrival(file=ContentFile(DRAWING, name="bracket.stp"))
        add_version(actor=actor_of(self.tomas), item=self.bracket, arrival=arrival)

    @staticmethod
    def person(name, company):
        return UserFactory(name=name, email=f"{name.lower().replace(' ', '.')}@{company}.example")

    def restricted_guest(self):
        """Return an External of a third company, (Restricted) in the same space."""
        brandt = OrganizationFactory(platform=self.host, name="Brandt Tooling")
        guest = MemberFactory(
            platform=self.host, right="external", company=brandt, user=self.person("Ilse Kuhn", "brandt")
        )
        license_member(guest)
        give(guest, self.bench, "author", restricted=True)
        return with_password(guest)


@pytest.fixture
def companies(transactional_db):
    """The two companies of the story."""
    return Companies()
