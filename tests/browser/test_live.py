"""Two windows side by side: what one person does appears at the other's without a reload."""

import pytest
from django.urls import reverse

from content import results
from content.issues.acts import Facts, raise_issue
from content.items import Draft, edit_item
from content.lifecycle import change_maturity
from content.locks import lock_item
from content.models import ItemType
from platform_site.demo.geometry import catalogue, drawing
from spaces.models import Credential, CurrentCredential
from tests.browser.conftest import with_password
from tests.browser.test_viewer import shown  # noqa: F401 - a fixture
from tests.factories import ItemFactory, actor_of, give, worker
from tests.turns import TURN

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def following(settings):
    settings.LIVE_PAGES = True


def test_a_comment_a_lock_and_a_change_reach_the_other_window(walker, companies):
    elsa = with_password(worker(companies.host, user=companies.person("Elsa Brandt", "corvane")))
    give(elsa, companies.bench, "author")
    talk, other, item = walker(companies.tomas), walker(elsa), walker(elsa)
    talk.open("content:item_discussion", "corvane", companies.bracket.pk)
    other.open("content:item_discussion", "corvane", companies.bracket.pk)
    item.open("content:item_detail", "corvane", companies.bracket.pk)
    other.sees("Tomas Riedl has it open")
    talk.page.locator("#say-new").fill("Is the radius right?")
    talk.press("Say it")
    other.sees("Is the radius right?")
    talk.open("content:item_detail", "corvane", companies.bracket.pk)
    talk.press("Lock")
    item.page.locator("#item-head").get_by_text("Tomas Riedl").first.wait_for()
    with TURN:
        edit_item(actor=actor_of(companies.tomas), item=companies.bracket, draft=Draft("Bracket, wider"))
    item.page.locator("#item-head h1", has_text="Bracket, wider").wait_for()
    item.accessible()
    assert other.said == []


def test_a_markup_reaches_the_other_window(walker, companies, shown):  # noqa: F811
    address = shown("plate.pdf", drawing.pdf(catalogue.side_plate(), ["Side plate"]))
    held = Credential.objects.get(user=companies.tomas.user, permission__codename="author")
    CurrentCredential.objects.create(member=companies.tomas, credential=held)
    other, marking = walker(companies.elena), walker(companies.tomas)
    for window in (other, marking):
        window.page.goto(window.base + address)
        window.page.get_by_role("img", name="Page 1 of plate.pdf").wait_for()
    marking.page.locator("summary", has_text="Mark up").first.click()
    marking.press("Rectangle")
    marking.page.locator(".canvas").press("Enter")
    marking.page.get_by_role("textbox", name="Remark").fill("Flat to 0.05")
    marking.press("Pin it")
    other.page.locator(".g-pins rect").wait_for()
    assert other.said == []


def test_a_board_follows_keeps_the_focus_and_waits_for_who_types_in_it(walker, companies):
    elsa = with_password(worker(companies.host, user=companies.person("Elsa Brandt", "corvane")))
    give(elsa, companies.bench, "author")
    board, items = walker(), walker()

    def raised(title):
        with TURN:
            raise_issue(actor=actor_of(elsa), item=companies.bracket, draft=Draft(title), facts=Facts())

    raised("Burr")
    for window, page in ((board, "issue_board"), (items, "item_list")):
        window.enter(elsa.user)
        window.open(f"content:{page}", "corvane")
    burr = board.page.get_by_role("link", name="Burr")
    burr.focus()
    raised("Scratch")
    board.sees("Scratch")
    assert burr.evaluate("link => link === document.activeElement")
    items.sees("Scratch")
    words = board.page.get_by_role("searchbox", name="Search issues")
    words.fill("Not sent yet")
    burr.focus()
    raised("Dent")
    items.sees("Dent")
    assert words.input_value() == "Not sent yet"
    words.fill("")
    burr.focus()
    board.sees("Dent")
    assert board.said == items.said == []


def test_each_row_of_a_list_follows_and_a_search_says_that_its_results_changed(walker, companies, monkeypatch):
    monkeypatch.setattr(results, "REST", 0.1)
    elsa = with_password(worker(companies.host, user=companies.person("Elsa Brandt", "corvane")))
    give(elsa, companies.bench, "author")
    part, actor = ItemType.objects.get(code="part-3d"), actor_of(elsa)
    clamps = [ItemFactory(space=companies.bench, title=f"Clamp {n}", type=part, owner=elsa.user) for n in range(28)]
    far, search, home = walker(), walker(), walker()
    for window in (far, search, home):
        window.enter(elsa.user)
    home.open("tenants:home", "corvane")
    far.page.goto(f"{far.base}{reverse('content:item_list', args=['corvane'])}?page=2")
    search.page.goto(f"{search.base}{reverse('content:item_list', args=['corvane'])}?q=nut")
    far.page.get_by_role("link", name="Clamp 1", exact=True).wait_for()
    with TURN:
        lock_item(actor=actor, item=clamps[1])
    far.page.locator("tr", has_text="Clamp 1 ").get_by_text("Locked by you").wait_for()
    told = search.page.get_by_text("Results have changed.")
    assert not told.is_visible()
    with TURN:
        edit_item(actor=actor, item=clamps[27], draft=Draft("Clamp nut"))
    told.wait_for()
    home.page.locator("#changed-lately").get_by_text("Clamp nut").wait_for()
    search.accessible()
    search.press("Show them", role="link")
    search.page.get_by_role("link", name="Clamp nut").wait_for()
    assert not told.is_visible() and search.page.locator("#results").evaluate("it => it === document.activeElement")
    with TURN:
        change_maturity(actor=actor, item=clamps[27], target="frozen")
    told.wait_for()
    home.page.locator("tr", has_text="Clamp nut").get_by_text("Frozen").wait_for()
    assert far.said == search.said == home.said == []
