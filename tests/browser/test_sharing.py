"""A share in a browser: found, its effect said, given, received, and given up by its recipient."""

import pytest

from tests.browser.conftest import with_password
from tests.factories import worker

pytestmark = pytest.mark.browser


def test_a_share_is_given_after_its_preview_and_given_up_by_its_recipient(walker, companies):
    jun = with_password(worker(companies.host, user=companies.person("Jun Sato", "corvane")))
    tomas = walker(companies.tomas)
    tomas.open("content:item_sharing", "corvane", companies.bracket.pk)
    tomas.page.get_by_role("searchbox", name="Share with").press_sequentially("Jun")
    tomas.page.get_by_role("link", name="Jun Sato").click()
    tomas.sees("1 person gains access, outside the baseline.")
    tomas.page.get_by_role("radio", name="Can edit: also").check()
    tomas.sees("gains access, and changes it")
    tomas.accessible()
    tomas.press("Share", within=tomas.page.locator("form.g-panel-body"))
    tomas.sees("Can edit: Jun Sato.")
    tomas.accessible()
    window = walker(jun)
    window.open("content:shared_with_me", "corvane")
    window.press("Bracket", role="link")
    window.sees("It was shared with you: Can edit. That is outside the baseline.")
    window.open("content:shared_with_me", "corvane")
    window.press("End the share of Bracket", role="link")
    window.sees("You can no longer read it.")
    window.accessible()
    window.press("Give it up")
    window.sees("Nothing is shared with you")
    window.accessible()
