"""The search box by keyboard alone: what is suggested, what Enter opens, and a list whose address is the search."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_thing_is_found_and_opened_without_a_mouse(walker, companies):
    elena = walker(companies.elena)
    elena.open("tenants:home", "corvane")
    page, box = elena.page, elena.page.get_by_role("combobox", name="Search what I can read")
    page.keyboard.press("/")
    page.keyboard.type("brac")
    option = page.get_by_role("option").first
    option.get_by_text("Test bench").wait_for()
    expect(box).to_have_attribute("aria-expanded", "true")
    elena.accessible()
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "suggestion-1")
    page.keyboard.press("ArrowUp")  # back to what was typed
    expect(option).to_have_attribute("aria-selected", "false")
    page.keyboard.press("Escape")
    expect(option).to_be_hidden()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Bracket", exact=True).wait_for()
    page.wait_for_load_state()  # a key before the script of the page stands is lost
    page.keyboard.press("/")
    page.keyboard.type("brac")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/items/\?q=brac$"))
    expect(page.locator("main mark").first).to_have_text("Brac")
    elena.press("Filters", "link")  # the window has no room for them beside the items
    page.get_by_label("In Work").check()
    page.wait_for_url(re.compile(r"state=in_work"))
    expect(page.get_by_label("In Work")).to_be_focused()
    page.keyboard.press("Space")
    page.wait_for_url(re.compile(r"/items/\?(?!.*state=)"))
    page.keyboard.press("Space")
    page.wait_for_url(re.compile(r"state=in_work"))
    elena.sees("1–1 of 1 item you can read")
    elena.press("Save", "link")
    page.get_by_role("button", name="Save the search").wait_for()
    elena.accessible()
    elena.press("Save the search")
    page.locator("summary", has_text="Saved searches").click()
    expect(page.get_by_role("link", name="brac", exact=True)).to_be_visible()
    assert elena.said == []
