"""Markups in a real browser: a remark is pinned to a place of a model, leads to its thread, and back to the place."""

import re

import pytest

from content.models import Comment, Markup
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


def test_what_is_typed_to_a_mark_stays_and_it_is_carried_by_one_key(walker, companies, shown):  # noqa: F811
    held = Credential.objects.get(user=companies.tomas.user, permission__codename="author")
    CurrentCredential.objects.create(member=companies.tomas, credential=held)
    window = walker(companies.tomas, viewport={"width": 1280, "height": 800})
    page = window.page
    page.goto(window.base + shown("plate.pdf", drawing.pdf(catalogue.side_plate(), ["Side plate"])))
    page.get_by_role("img", name="Page 1 of plate.pdf").wait_for()

    def frame():
        page.locator("summary", has_text="Mark up").first.click()
        window.press("Rectangle")
        page.locator(".canvas").press("Enter")
        return page.get_by_role("textbox", name="Remark")

    frame().fill("Flat to 0.05")
    page.reload()
    page.get_by_role("img", name="Page 1 of plate.pdf").wait_for()
    assert frame().input_value() == "Flat to 0.05"
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


def test_lines_by_hand_measures_and_pins_on_parts_pulled_apart_come_back(walker, companies, shown):  # noqa: F811
    held = Credential.objects.get(user=companies.tomas.user, permission__codename="author")
    CurrentCredential.objects.create(member=companies.tomas, credential=held)
    window = walker(companies.tomas, viewport={"width": 1280, "height": 800})
    page = window.page

    def say(words):
        page.get_by_role("textbox", name="Remark").fill(words)
        with page.expect_response(lambda answer: answer.request.method == "POST" and answer.ok) as sent:
            window.press("Pin it")
        return Markup.objects.get(pk=sent.value.json()["made"])

    page.goto(window.base + shown("plate.dxf", drawing.dxf(catalogue.side_plate())), wait_until="networkidle")
    frame = page.get_by_role("img", name=re.compile("^Drawing plate.dxf"))
    page.locator("summary", has_text="Mark up").first.click()
    window.press("Freehand line")
    box = frame.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step_ in range(1, 6):
        page.mouse.move(x + 15 * step_, y + 12 * (step_ % 2))
    page.mouse.up()
    drawn = say("Follow this edge")
    assert drawn.kind == "freehand" and len(drawn.view["points"]) > 3
    page.locator(".g-pins polyline").wait_for(state="attached")
    page.goto(window.base + shown("tensioner.step", step(catalogue.tensioner())))
    page.locator("[data-viewer][data-ready]").wait_for()
    model = page.get_by_role("application")
    model.press("5")
    page.get_by_role("button", name=re.compile("^Measure")).click()
    box = model.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for way in (-30, 30):
        page.mouse.click(x + way, y - 40, delay=20)
    page.locator(".g-measures text").first.wait_for(state="attached")
    model.press("k")
    measured = say("Too long")
    assert measured.kind == "dimension" and measured.view["words"] in page.locator(".g-pins .words").text_content()
    page.get_by_role("button", name=re.compile("^Measure")).click()
    model.press("e")
    page.get_by_label("How far apart").fill("60")
    model.press("k")
    page.mouse.click(x - 30, y - 40, delay=20)
    pinned = say("Here, apart")
    assert pinned.view["exploded"] == pytest.approx(0.6)
    model.press("e")
    exploded = "document.querySelector('[data-viewer]').viewer.model.exploded"
    assert not page.evaluate(exploded)
    page.get_by_role("region", name="Markups").get_by_role("button", name="Here, apart").click()
    assert page.evaluate(exploded) == pytest.approx(0.6)
    window.accessible()


def test_a_remark_that_finds_no_connection_stays_and_says_so(walker, companies):
    window = walker(companies.tomas)
    window.open("content:item_discussion", "corvane", companies.bracket.pk)
    window.page.get_by_label("Say it", exact=True).fill("Radius 5, not 4")
    window.page.context.set_offline(True)
    window.press("Say it")
    window.sees("There is no connection")
    window.page.context.set_offline(False)
    window.page.reload()
    assert window.page.get_by_label("Say it", exact=True).input_value() == "Radius 5, not 4"
    window.press("Say it")
    window.page.wait_for_url(re.compile("said"))
    assert Comment.objects.get().text == "Radius 5, not 4"
    assert window.page.get_by_label("Say it", exact=True).input_value() == ""
