"""The viewer in a real browser: a model appears, is turned, measured, cut and pulled apart by mouse and keys."""

import io
import re

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image

from content import conversions
from content.files import Arrival, add_version
from platform_site.demo.geometry import catalogue, drawing
from platform_site.demo.geometry.step import step
from spaces.models import Credential
from tests.factories import actor_of
from tests.turns import TURN

pytestmark = pytest.mark.browser


@pytest.fixture
def shown(companies):
    """Store a file in the bracket, converted; return the address of its page."""

    def store(name, content):
        arrival = Arrival(file=ContentFile(content, name=name))
        version = add_version(actor=actor_of(companies.tomas), item=companies.bracket, arrival=arrival)
        conversions.convert.call(pk=conversions.of_version(version).pk)
        return reverse("content:file_view", args=["corvane", version.pk])

    return store


def test_a_model_is_turned_measured_cut_and_ends_with_access(walker, companies, shown):
    address = shown("tensioner.step", step(catalogue.tensioner()))
    window = walker(companies.tomas, viewport={"width": 1280, "height": 800})
    page = window.page
    page.goto(window.base + address)
    page.locator("[data-viewer][data-ready]").wait_for()
    window.sees("7 parts", "160.0 x 90.0 x 112.0 mm")
    window.accessible()
    tree = page.get_by_role("tree", name="Parts")
    assert tree.get_by_role("treeitem").count() == 8
    tree.get_by_role("treeitem", name="Roller").locator(".node").first.click()
    assert tree.get_by_role("treeitem", name="Roller").get_attribute("aria-selected") == "true"
    model = page.get_by_role("application")
    before = model.screenshot()
    for key in ("ArrowLeft", "Shift+ArrowUp", "+", "p", "7", "h", "a", "i", "a", "t", "t", "e", "f"):
        model.press(key)
    page.get_by_label("How far apart").fill("60")
    page.get_by_role("button", name="Section plane").click()
    page.get_by_label("Place of the section").fill("30")
    assert model.screenshot() != before
    page.get_by_role("button", name="Section plane").click()
    page.get_by_role("button", name=re.compile("^Explode")).click()
    model.press("5")
    page.get_by_role("button", name=re.compile("^Measure")).click()
    box = model.bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.click(middle[0] - 30, middle[1] - 40, delay=20)
    note = page.locator("[data-note]")
    note.get_by_text(re.compile("second point|mm")).wait_for()
    if "second" in note.text_content():
        page.mouse.click(middle[0] + 30, middle[1] + 40, delay=20)
        note.get_by_text(re.compile(r"\d mm")).wait_for()
    page.locator(".g-measures text").first.wait_for(state="attached")
    page.get_by_role("button", name=re.compile("^Explode")).click()
    apart = page.locator("[data-slider=explode] input")
    apart.fill("40")
    page.locator(".g-measures text").first.wait_for(state="detached")  # what was measured does not move along
    apart.fill("0")
    assert apart.is_visible()
    Credential.objects.filter(user=companies.tomas.user).delete()
    page.get_by_text("You can no longer look at this.").wait_for(timeout=8_000)
    assert page.locator("canvas").count() == 0


RIM = """
() => {
  const { stage, model } = document.querySelector("[data-viewer]").viewer;
  const [mesh] = model.meshes;
  const lines = mesh.userData.edges.attributes.position;
  const place = mesh.position.clone();
  const found = [];
  for (let at = 0; at < lines.count; at++) found.push(mesh.localToWorld(place.clone().fromBufferAttribute(lines, at)));
  const inner = found.sort((a, b) => b.z - a.z || Math.hypot(a.x, a.y) - Math.hypot(b.x, b.y))[0];
  const { x, y } = stage.onPage(inner.multiplyScalar(1.02));
  const box = stage.canvas.getBoundingClientRect();
  return [box.left + x, box.top + y];
}
"""


def test_a_click_on_an_edge_measures_the_whole_of_it_and_its_circle(walker, companies, shown):
    window = walker(companies.tomas, viewport={"width": 1280, "height": 800})
    page = window.page
    page.goto(window.base + shown("washer.step", step(catalogue.washer())))
    page.locator("[data-viewer][data-edges]").wait_for()
    page.get_by_role("application").press("5")
    page.get_by_role("button", name=re.compile("^Measure")).click()
    page.mouse.click(*page.evaluate(RIM), delay=20)
    window.sees("Edge 64.403 mm, R 10.250 mm, Ø 20.500 mm")
    assert window.said == []


def test_a_drawing_has_layers_and_a_document_has_pages(walker, companies, shown):
    flat = shown("plate.dxf", drawing.dxf(catalogue.side_plate()))
    paper = shown("plate.pdf", drawing.pdf(catalogue.side_plate(), ["Side plate"]))
    window = walker(companies.tomas, viewport={"width": 375, "height": 800}, color_scheme="dark")
    window.page.goto(window.base + flat)
    window.page.locator("[data-layers] input").first.wait_for(state="attached")
    window.accessible()
    canvas = window.page.locator(".canvas")
    before = canvas.screenshot()
    window.press("Zoom in (+)")
    assert canvas.screenshot() != before
    window.page.goto(window.base + paper)
    window.page.get_by_role("img", name="Page 1 of plate.pdf").wait_for()
    window.accessible()


def test_two_versions_are_compared_and_the_part_that_changed_is_named(walker, companies, shown):
    first = shown("tensioner.step", step(catalogue.tensioner()))
    second = shown("tensioner.step", step(catalogue.tensioner(bolt=11.0)))
    before, after = (int(address.split("/")[-3]) for address in (first, second))
    window = walker(companies.tomas, viewport={"width": 1280, "height": 800})
    window.open("content:file_compare", "corvane", before, after)
    window.page.locator("[data-before][data-ready]").wait_for()
    window.sees("1 of 7 parts differ", "6 unchanged")
    window.page.get_by_role("list", name="Parts that differ").get_by_text("changed Base plate").wait_for()
    window.accessible()
    window.press("Overlaid (o)")
    over = window.page.get_by_role("application", name="Both versions in one")
    window.page.wait_for_timeout(300)  # two frames: it is fitted and drawn
    seen = over.screenshot()
    dots = [dot for _number, dot in Image.open(io.BytesIO(seen)).convert("RGB").getcolors(1_000_000)]
    assert any(red > green + 30 for red, green, _blue in dots), "the plate as it was"
    assert any(green > red + 30 for red, green, _blue in dots), "the plate as it is"
    over.press("ArrowLeft")
    assert over.screenshot() != seen
    window.open("content:file_compare", "corvane", before, before)
    window.sees("No part differs")


def test_a_newer_version_is_offered_and_looked_at_as_the_one_before(walker, companies, shown, settings):
    settings.LIVE_PAGES = True
    older = shown("tensioner.step", step(catalogue.tensioner()))
    window = walker(companies.tomas, viewport={"width": 1280, "height": 800})
    page = window.page
    page.goto(window.base + older)
    page.locator("[data-viewer][data-ready]").wait_for()
    model = page.get_by_role("application")
    model.press("3")
    looked = "document.querySelector('[data-viewer]').viewer.markups.view().camera.position"
    before = page.evaluate(looked)
    with TURN:
        newer = shown("tensioner.step", step(catalogue.tensioner()) + b"\n")
    page.get_by_text("Version 2 is there.").wait_for()
    window.accessible()
    model.press("v")
    page.locator(f"[data-viewer][data-ready][data-still='{newer}']").wait_for()
    window.sees("Version 2 of")
    assert page.url == window.base + newer and page.evaluate(looked) == before
    window.open("content:item_detail", "corvane", companies.bracket.pk)
    page.locator("[data-viewer][data-ready]").wait_for()
    with TURN:
        newest = shown("tensioner.step", step(catalogue.tensioner()) + b"\n\n")
    page.get_by_role("link", name="Show it").click()
    page.locator(f"[data-viewer][data-ready][data-still='{newest}']").wait_for()
    assert page.url.endswith(f"/items/{companies.bracket.pk}/")
    Credential.objects.filter(user=companies.tomas.user).delete()
    page.get_by_text("You can no longer look at this.").wait_for(timeout=8_000)
