"""Markups in a real browser: a remark is pinned to a place of a model, leads to its thread, and back to the place."""

import re

import pytest

from content.models import Markup
from platform_site.demo.geometry import catalogue, drawing
from platform_site.demo.geometry.step import step
from spaces.models import Credential, CurrentCredential
from tests.browser.test_viewer import shown  # noqa: F401 - a fixture

pytestmark = pytest.mark.browser


def test_a_pin_on_a_model_starts_a_thread_and_brings_its_view_back(walker, companies, shown):  # noqa: F811
    address = shown("tensioner.step", step(catalogue.tensioner()))
    held = Credential.objects.get(user=companies.tomas.user, permission__codename="author")
    CurrentCredential.objects.create(member=companies.tomas, credential=held)
    window = walker(companies.tomas, viewport={"width": 1280, "height": 800})
    page = window.page
    page.goto(window.base + address)
    page.locator("[data-viewer][data-ready]").wait_for()
    model = page.get_by_role("application")
    model.press("5")
    page.get_by_role("button", name="Section plane").click()
    page.get_by_label("Place of the section").fill("80")
    model.press("k")
    box = model.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2 - 30, box["y"] + box["height"] / 2 - 40, delay=20)
    page.get_by_role("textbox", name="Remark").fill("Countersink **here**")
    window.press("Pin it")
    markups = page.get_by_role("region", name="Markups")
    chosen = markups.get_by_role("button", name="Countersink")
    chosen.wait_for()
    window.accessible()
    markup = Markup.objects.select_related("snapshot").get()
    assert markup.view["part"] and len(markup.view["sections"]) == 1
    assert markup.snapshot.size > 1000
    page.get_by_role("link", name="Thread of markup 1").click()
    page.get_by_text("Countersink here").wait_for()
    page.get_by_role("link", name=re.compile("Pin on tensioner.step")).click()
    page.locator("[data-viewer][data-ready]").wait_for()
    page.locator(".g-pin.chosen").wait_for()
    view = page.evaluate("document.querySelector('[data-viewer]').viewer.markups.view()")
    assert view["camera"]["scale"] == pytest.approx(markup.view["camera"]["scale"], rel=1e-3)
    assert view["camera"]["direction"] == pytest.approx(markup.view["camera"]["direction"], abs=1e-3)
    assert view["sections"][0]["point"] == pytest.approx(markup.view["sections"][0]["point"], abs=1e-3)
    paper = shown("plate.pdf", drawing.pdf(catalogue.side_plate(), ["Side plate"]))
    page.goto(window.base + paper)
    page.get_by_role("img", name="Page 1 of plate.pdf").wait_for()
    page.locator("summary", has_text="Mark up").first.click()
    window.press("Rectangle")
    page.locator(".canvas").press("Enter")
    page.get_by_role("textbox", name="Remark").fill("Flat to 0.05")
    with page.expect_response(lambda response: response.request.method == "POST" and response.ok):
        window.press("Pin it")
    page.locator(".g-pins rect").wait_for()
    window.accessible()
    assert Markup.objects.get(version__file__name="plate.pdf").kind == "rectangle"
    later = shown("plate.pdf", drawing.pdf(catalogue.side_plate(18.0), ["Side plate"]))
    page.goto(window.base + later.replace("/view/", "/markups/earlier/"))
    window.accessible()
    page.keyboard.press("c")
    page.get_by_text("Nothing waits").wait_for()
    assert Markup.objects.get(version__file__name="plate.pdf").version.number == 2
