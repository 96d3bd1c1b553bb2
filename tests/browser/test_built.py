"""The built fonts and icons reach the browser, under the policy that the pages carry."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.browser


def test_sign_in_page_loads_fonts_and_icons_without_a_word_on_the_console(page, live_server):
    said, failed = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("response", lambda response: response.ok or failed.append(response.url))
    page.goto(live_server.url + reverse("account_login"), wait_until="networkidle")
    assert failed == []
    assert said == []
    assert page.evaluate("document.fonts.check('16px \"IBM Plex Sans\"')")
    assert page.evaluate(
        "[...document.querySelectorAll('svg.icon')].every(icon => icon.querySelector('use').getBBox().width > 0)"
    )
