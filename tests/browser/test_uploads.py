"""Files sent from a browser: several at once, a connection that dies in the middle, and items made from files."""

import hashlib
import os

import pytest

from content.models import FileVersion, Item

pytestmark = pytest.mark.browser
PIECE = 16 * 1024**2
DROP = """
([name, words]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([words], name));
  for (const kind of ["dragenter", "dragover", "drop"])
    document.body.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: transfer }));
}
"""


def test_two_files_survive_a_dead_connection_and_a_closed_page(walker, companies, tmp_path):
    big, small = tmp_path / "housing.bin", tmp_path / "notes of the machinist on all that is flat.txt"
    big.write_bytes(os.urandom(PIECE + 1_000_000))
    small.write_text("flat within 0.02")
    window = walker(companies.tomas, viewport={"width": 375, "height": 800})
    page = window.page

    def after_the_first_piece(route):
        dies = route.request.method == "PATCH" and route.request.headers["upload-offset"] == str(PIECE)
        route.abort("connectionreset") if dies else route.continue_()

    page.route("**/uploads/**", after_the_first_piece)
    window.open("content:item_detail", "corvane", companies.bracket.pk)
    page.get_by_label("File", exact=True).set_input_files([small, big])
    page.get_by_role("button", name="Upload 2 files").click()
    page.locator("[data-state=done]").wait_for()
    page.locator("[data-state=broken]").wait_for(timeout=30_000)
    window.said.clear()
    window.accessible()
    page.unroute("**/uploads/**")
    page.reload()
    window.sees("Unfinished. Choose the same file again")
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "PATCH" else None)
    page.get_by_label("File", exact=True).set_input_files(big)
    page.get_by_role("button", name="Upload", exact=True).click()
    window.sees("housing.bin is stored.", "Version 1")
    assert [request.headers["upload-offset"] for request in sent] == [str(PIECE)]
    stored = FileVersion.objects.get(file__name="housing.bin")
    assert stored.sha256 == hashlib.sha256(big.read_bytes()).hexdigest()
    assert FileVersion.objects.filter(file__name=small.name, size=16).count() == 1


def test_files_dropped_on_a_space_become_items(walker, companies):
    window = walker(companies.restricted_guest(), viewport={"width": 375, "height": 800}, color_scheme="dark")
    window.open("content:space_detail", "corvane", companies.bench.pk)
    window.page.evaluate(DROP, ["side_plate.dxf", "0\\nEOF\\n"])
    window.page.evaluate(DROP, ["minutes.txt", "agreed"])
    window.accessible()
    window.page.get_by_label("Title of the item for minutes.txt").fill("Minutes of Monday")
    window.page.route("**/items/new/*", lambda route: route.abort("connectionreset"))
    window.press("Make 2 items and upload")
    window.page.locator("[data-state=broken]").nth(1).wait_for()
    window.said.clear()
    window.page.unroute("**/items/new/*")
    for name in ("side_plate.dxf", "minutes.txt"):
        window.press(f"Go on with {name}")
    window.sees("2 files are stored.", "Minutes of Monday", "side plate")
    made = Item.objects.filter(title__in=["Minutes of Monday", "side plate"])
    assert {item.files.get().name for item in made} == {"side_plate.dxf", "minutes.txt"}
    assert window.said == []
