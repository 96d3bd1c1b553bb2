"""An Author acts on many items: selected over pages of a list, judged, confirmed once; their files as one zip."""

import zipfile

from django.core.files.base import ContentFile

from content.files import Arrival, add_version
from content.models import Item
from content.views import lists as views
from tests.factories import ItemFactory, SpaceFactory, actor_of, give


def test_a_selection_over_pages_is_frozen_and_taken_along(walker, companies, monkeypatch):
    monkeypatch.setattr(views, "PER_PAGE", 1)
    tomas = companies.tomas
    give(tomas, space := SpaceFactory(platform=tomas.platform), "author")
    for title in ("Plate", "Roller"):
        item = ItemFactory(space=space, owner=tomas.user, title=title)
        file = ContentFile(title.encode(), name="note.txt")
        add_version(actor=actor_of(tomas), item=item, arrival=Arrival(file=file))
    window = walker(tomas)
    window.open("content:item_list", "corvane")
    window.page.get_by_label("Select every item on this page").check()
    window.press("Later", role="link")
    window.sees("1 selected, 1 not on this page")
    window.page.locator("tbody input[type=checkbox]").first.check()
    window.sees("2 selected, 1 not on this page")
    window.accessible()
    window.press("Go on")
    window.sees("Download as zip", "2 files")
    with window.page.expect_download() as waiting:
        window.press("Download")
    assert len(zipfile.ZipFile(waiting.value.path()).namelist()) == 2
    window.page.go_back()
    window.page.get_by_label("What to do with them").select_option("maturity")
    window.press("Go on")
    window.page.get_by_label("Take them to").select_option("frozen")
    window.press("See the verdicts")
    window.sees("Take items to Frozen", "In Work becomes Frozen.")
    window.press("Change the maturity of 2 items")
    window.sees("Frozen now.")
    assert Item.objects.filter(maturity="frozen").count() == 2
