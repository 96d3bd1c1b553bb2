"""Markups in a real browser: a remark is pinned to a place of a model, leads to its thread, and back to the place."""

import io
import re
from uuid import uuid4

import pytest
from PIL import Image

from content.bcf import importing, places
from content.bcf.reading import read
from content.models import Comment, FileVersion, Markup
from platform_site.demo.geometry import catalogue, drawing
from platform_site.demo.geometry.step import step
from spaces.models import Credential, CurrentCredential
from tests.bcf_files import written
from tests.browser.test_viewer import shown  # noqa: F401 - a fixture
from tests.factories import actor_of
from tests.turns import TURN

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


ALL_DRAWN = """() => new Promise((done, fail) => {
    const drawing = document.querySelector("[data-viewer]").viewer.markups.drawing;
    const look = (left) => {
        if (drawing.group?.children.length === 2) done();
        else left ? setTimeout(look, 50, left - 1) : fail();
    };
    look(400);
})"""
DRAWN = """
() => {
  const { stage, model, markups } = document.querySelector("[data-viewer]").viewer;
  stage.scene.updateMatrixWorld(true);
  const group = markups.drawing.group;
  const [lines, plane] = group ? group.children : [];
  const place = plane?.position.toArray();
  const way = (...side) => plane?.localToWorld(stage.up.clone().set(...side)).sub(plane.position).toArray();
  const sizes = plane && [plane.geometry.parameters.width, plane.geometry.parameters.height];
  const tinted = model.meshes.filter((mesh) => mesh.userData.tint);
  const red = tinted.map((mesh) => [markups.path(mesh), mesh.material.color.getHexString(), mesh.material.opacity]);
  const hidden = model.meshes.filter((mesh) => !mesh.visible).map((mesh) => markups.path(mesh));
  const ends = lines && Array.from(lines.geometry.attributes.instanceStart.data.array.slice(0, 6));
  const looks = { cuts: model.clipping.length, straight: !stage.camera.isPerspectiveCamera };
  return { ends, place, right: way(1, 0, 0), top: way(0, 1, 0), sizes, red, hidden, ...looks };
}
"""


def from_elsewhere(version):
    """Return a BCF file of another tool: lines, a picture, colours, what is hidden, two cuts, looked at in parallel."""
    none = {"ifc": "", "system": "CAD"}
    camera = {"position": [0.3, -0.4, 0.3], "direction": [-0.5, 0.7, -0.45], "up": [0, 0, 1], "scale": 0.3}
    look = {"camera": camera, "sections": [], "exceptions": [], "visible": True, "part": None, "point": None}
    view = places.viewpoint(str(uuid4()), look | {"points": []}, places.Frame())
    view |= {"lines": [[[0.01, 0, 0.12], [0.15, 0.02, 0.12]], [[0.15, 0.02, 0.12], [0.15, 0.08, 0.12]]]}
    view |= {"coloring": [{"color": "80FF0000", "components": [none | {"tool": "Roller"}]}]}
    view |= {"exceptions": [none | {"tool": "Base plate"}], "visible": True}
    view |= {
        "planes": [{"location": [0.5, 0, 0], "direction": [1, 0, 0]}, {"location": [0, 0, 1], "direction": [0, 0, 1]}]
    }
    stamp = {"format": "PNG", "reference": "stamp.png", "location": [0.08, 0.2, 0.05], "height": 0.06}
    view |= {"bitmaps": [stamp | {"normal": [0, -1, 0], "up": [0, 0, 1]}]}
    topic = dict.fromkeys(("server_id", "due", "assigned", "modified", "modified_by", "stage", "priority"), "")
    topic |= {one: [] for one in ("links", "labels", "documents", "related", "files", "more", "comments")}
    topic |= dict.fromkeys(("index", "snippet", "project")) | {"guid": str(uuid4()), "title": "Clash", "type": "Clash"}
    topic |= {"status": "Open", "author": "kim@else.example", "created": "", "description": "", "viewpoints": [view]}
    picture = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(picture, "PNG")
    return written([topic], {(topic["guid"], "stamp.png"): picture.getvalue()}, version)


def test_what_another_tool_drew_into_a_model_is_shown_and_goes_when_it_is_left(walker, companies, shown):  # noqa: F811
    address = shown("tensioner.step", step(catalogue.tensioner()))
    held = Credential.objects.get(user=companies.tomas.user, permission__codename="author")
    CurrentCredential.objects.create(member=companies.tomas, credential=held)
    archive, version = read(io.BytesIO(from_elsewhere("3.0"))), FileVersion.objects.get(file__name="tensioner.step")
    with TURN:
        importing.bring(actor=actor_of(companies.tomas), version=version, archive=archive, sha256="0" * 64)
    window = walker(companies.tomas, viewport={"width": 1280, "height": 800})
    page = window.page
    page.goto(window.base + address)
    page.locator("[data-viewer][data-edges]").wait_for()
    model = page.get_by_role("application")
    markups = page.get_by_role("region", name="Markups")
    markups.get_by_role("button", name="Clash").click()
    page.evaluate(ALL_DRAWN)
    told = page.evaluate(DRAWN)
    assert told["ends"] == pytest.approx([0.01, 0, 0.12, 0.15, 0.02, 0.12]) and told["straight"] and told["cuts"] == 2
    assert told["place"] == pytest.approx([0.08, 0.2, 0.05]) and told["sizes"] == pytest.approx([0.12, 0.06])
    assert told["right"] == pytest.approx([1, 0, 0]) and told["top"] == pytest.approx([0, 0, 1])
    assert told["red"] and all(row[1:] == ["ff0000", pytest.approx(128 / 255)] for row in told["red"])
    assert all("Roller" in row[0] for row in told["red"]) and told["hidden"]
    assert all("Base" in path for path in told["hidden"])
    window.accessible()
    seen = model.screenshot()
    markups.get_by_role("button", name="Leave markup 1").click()
    left = page.evaluate(DRAWN)
    assert left["ends"] is left["place"] is None and left["red"] == []
    assert model.screenshot() != seen
    assert markups.get_by_role("button", name="Clash").evaluate("button => button === document.activeElement")
    assert window.said == []


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
