"""What an engineer does all day: changes a word in place, duplicates, deletes, restores, sends an assembly, touches."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from content import conversions
from content.files import Arrival, add_version
from content.models import Item, Reference
from platform_site.demo.geometry import catalogue
from platform_site.demo.geometry.step import step
from spaces.models import Credential, CurrentCredential
from tests.browser.conftest import PASSWORD
from tests.content.test_from_files import assembly
from tests.factories import actor_of

pytestmark = pytest.mark.browser


@pytest.fixture
def tomas(companies):
    """The Author of the bracket, with that credential current."""
    author = Credential.objects.get(user=companies.tomas.user, permission__codename="author")
    CurrentCredential.objects.create(member=companies.tomas, credential=author)
    return companies.tomas


def test_an_item_is_changed_in_place_duplicated_deleted_and_restored(walker, companies, tomas):
    window = walker(tomas)
    page = window.page
    window.open("content:item_detail", "corvane", companies.bracket.pk)
    window.press("Change Title", "link")
    page.locator("input[name=value]:focus").wait_for()
    page.get_by_label("Title", exact=True).fill("Bracket of the idler")
    window.press("Save")
    page.get_by_role("heading", name="Bracket of the idler", level=1).wait_for()
    page.locator("#field-title a:focus").wait_for()
    assert page.url.endswith(reverse("content:item_detail", args=["corvane", companies.bracket.pk]))
    window.accessible()
    window.open("content:item_duplicate", "corvane", companies.bracket.pk)
    page.get_by_label("Title").fill("Bracket, second")
    page.context.clear_cookies(name="sessionid")  # the session ends while somebody types
    window.press("Duplicate")
    window.sees("You are signed out, and what you sent was not taken.")
    window.accessible()
    page.get_by_label("Email", exact=True).fill(tomas.user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    window.press("Sign in")
    page.get_by_role("button", name="Author").click()
    window.sees("What you typed is here again")
    window.press("Duplicate")
    page.get_by_role("heading", name="Bracket, second", level=1).wait_for()
    twin = Item.objects.get(title="Bracket, second")
    assert twin.files.get().name == "bracket.stp"
    window.open("content:item_delete", "corvane", twin.pk)
    window.press("Delete Bracket, second")
    page.wait_for_url(lambda url: "/delete" not in url)
    assert not Item.objects.filter(pk=twin.pk).exists()
    window.open("content:space_trash", "corvane", companies.bench.pk)
    window.accessible()
    window.press("Restore")
    window.sees("Bracket, second")
    assert Item.objects.get(pk=twin.pk).trashed_at is None


def test_step_files_sent_together_are_shown_as_an_assembly_and_become_one(walker, tomas, tmp_path):
    whole = assembly({"plate.stp": 2, "axle.stp": 1})
    for name, content in (("hinge.stp", whole), ("plate.stp", step(catalogue.side_plate())), ("axle.stp", b"ISO-1")):
        (tmp_path / name).write_bytes(content)
    window = walker(tomas)
    window.open("content:items_from_files", "corvane")
    window.page.get_by_label("Files").set_input_files(sorted(tmp_path.iterdir()))
    window.press("Look at what they become")
    window.page.wait_for_url("**/batches/**")
    window.sees("hinge", "plate", "axle")
    assert not Item.objects.filter(title__in=["hinge", "plate", "axle"]).exists(), "nothing is made before"
    window.accessible()
    window.page.locator(".g-wizfoot .btn-primary").click()
    window.page.get_by_role("link", name="hinge").wait_for()
    hinge = Item.objects.get(title="hinge")
    parts = Reference.objects.filter(source=hinge).values_list("target__title", "quantity")
    assert {(title, int(number)) for title, number in parts} == {("plate", 2), ("axle", 1)}


def test_a_model_is_turned_by_a_finger_and_zoomed_by_two(walker, companies, tomas):
    arrival = Arrival(file=ContentFile(step(catalogue.side_plate()), name="plate.step"))
    version = add_version(actor=actor_of(tomas), item=companies.bracket, arrival=arrival)
    conversions.convert.call(pk=conversions.of_version(version).pk)
    window = walker(tomas, viewport={"width": 412, "height": 860}, has_touch=True, is_mobile=True)
    page = window.page
    window.open("content:file_view", "corvane", version.pk)
    page.locator("[data-viewer][data-ready]").wait_for()
    model, fingers = page.get_by_role("application"), page.context.new_cdp_session(page)
    model.scroll_into_view_if_needed()
    box = model.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def touch(*steps):
        """Put fingers down at the first places, move them over the next ones, lift them; return what is seen."""
        for kind, places in zip(("touchStart", *["touchMove"] * (len(steps) - 1)), steps, strict=True):
            points = [{"x": left, "y": top, "id": number} for number, (left, top) in enumerate(places)]
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        return still()

    def still():
        """Return what is seen once the model has come to rest."""
        seen = [model.screenshot(), model.screenshot()]
        while seen[-1] != seen[-2]:
            seen.append(model.screenshot())
        return seen[-1]

    before = touch([(x, y)])  # chooses the part
    assert page.get_by_role("treeitem", selected=True).count() == 1
    turned = touch([(x, y)], [(x + 30, y)], [(x + 70, y + 20)])
    assert turned != before
    apart = touch(*([(x - at, y), (x + at, y)] for at in (20, 40, 80)))
    assert apart != turned
    assert touch(*([(x, y - at), (x + 20, y + at)] for at in (80, 40, 20))) != apart
    assert page.evaluate("visualViewport.scale") == 1, "the page itself stays as it is"
    assert window.said == []
