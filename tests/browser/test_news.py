"""The bell in a browser: it tells by itself, follows what one chooses, and opens by a link in a mail."""

import re

import pytest
from django.core import mail

from tenants.models import Notification
from tenants.notifications import notify
from tests.turns import TURN

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def tell(member, space, number):
    told = {"kind": "lock", "subject": f"lock:{number}", "text": f"Word {number} of the bench."}
    with TURN:
        notify(user=member.user, platform=member.platform, path="/p/corvane/", space_id=space.pk, **told)


def test_the_bell_tells_by_itself_and_is_muted(walker, companies, settings):
    settings.LIVE_PAGES = True
    tomas = walker(companies.tomas)
    tomas.open("tenants:home", "corvane")
    bell = tomas.page.locator("#bell")
    assert bell.get_attribute("aria-label") == "Notifications"
    tell(companies.tomas, companies.bench, companies.bracket.pk)
    tomas.page.get_by_role("link", name="Notifications, 1 unread").wait_for()
    with tomas.page.expect_response(lambda response: "/live/" in response.url and response.status == 304):
        pass  # what does not change is not sent again
    assert bell.is_visible() and tomas.said == []
    bell.click()
    tomas.sees("Word", "Mute this space")
    told = {"kind": "group", "subject": "group:7", "text": "You are in the night shift."}
    with TURN:
        notify(user=companies.tomas.user, platform=companies.tomas.platform, **told)
    tomas.sees("You are in the night shift.")  # the page tells by itself too
    tomas.accessible()
    tomas.press("Mark as read")
    tomas.sees("Mark as unread")
    tomas.press("Mute this space")
    tomas.sees("Test bench: nothing.")
    tomas.accessible()
    tell(companies.tomas, companies.bench, 0)
    assert Notification.objects.filter(kind="lock").count() == 1  # the space is muted
    tomas.page.get_by_label("My locks").select_option("digest")
    tomas.press("Save")
    tomas.sees("Saved.")


def test_a_link_in_a_mail_turns_it_off(walker, companies):
    tell(companies.tomas, companies.bench, companies.bracket.pk)
    (letter,) = mail.outbox
    stranger = walker()
    stranger.page.goto(stranger.base + re.search(r"http\S+(/unsubscribe/\S+)", letter.body)[1])
    stranger.sees("Get no more of this by mail?", "My locks")
    stranger.accessible()
    stranger.press("Turn this mail off")
    stranger.sees("No more of this by mail")
