"""An assembly is built and opened by keys: a part found and added, the tree, and where a part is used."""

import pytest

from content.models import Item
from spaces.models import Credential, CurrentCredential
from tests.factories import ItemFactory, refer

pytestmark = pytest.mark.browser


def test_a_part_is_added_and_the_tree_opens_by_keys(walker, companies):
    washer = ItemFactory(space=companies.bench, title="Washer", owner=companies.tomas.user)
    pin = ItemFactory(space=companies.bench, title="Pin", owner=companies.tomas.user)
    refer(companies.bracket, pin, "has_part", position=10)
    refer(pin, companies.secret, "has_part")
    refer(pin, washer, "has_part", quantity=2)
    top = ItemFactory(space=companies.bench, title="Hinge", owner=companies.tomas.user, type=companies.bracket.type)
    author = Credential.objects.get(user=companies.tomas.user, permission__codename="author")
    CurrentCredential.objects.create(member=companies.tomas, credential=author)
    tomas = walker(companies.tomas)
    tomas.open("content:relation_new", "corvane", top.pk)
    tomas.page.get_by_label("Search for an item").fill("Brack")
    tomas.page.get_by_role("radio", name="Bracket").check()
    tomas.page.get_by_label("Quantity").fill("4")
    tomas.press("Add the relation")
    tomas.sees("Hinge has the part Bracket now.")
    tomas.open("content:item_detail", "corvane", top.pk)
    tomas.press("Favourite")
    tomas.sees("Hinge is among your favourites.")
    tomas.open("content:item_structure", "corvane", top.pk)
    keys = tomas.page.keyboard
    for name in ("Parts of Bracket", "Parts of Pin"):
        branch = tomas.page.locator(f"summary[aria-label='{name}']")
        branch.focus()
        keys.press("Enter")
    tomas.page.locator(".g-level .g-level .g-level").get_by_role("link", name="Washer").wait_for()
    tomas.accessible()
    tomas.press("Where it is used", "link")
    tomas.sees("Not a part of anything that you can read")
    tomas.open("content:item_uses", "corvane", Item.objects.get(title="Washer").pk)
    tomas.page.locator("summary[aria-label='Where Pin is used']").focus()
    keys.press("Enter")
    tomas.page.get_by_role("link", name="Bracket").wait_for()
    tomas.accessible()
