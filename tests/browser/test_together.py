"""Host and supplier work out an assembly together in two windows: pin, thread, issue, change, approval, release."""

import re

import pytest

from content.models import Change, Issue, Item
from platform_site.demo.geometry import catalogue
from platform_site.demo.geometry.step import step
from spaces.models import Credential, CurrentCredential
from tests.browser.conftest import PASSWORD
from tests.browser.test_viewer import shown  # noqa: F401 - a fixture
from tests.factories import MemberFactory, OrganizationFactory, give, license_member

pytestmark = pytest.mark.browser


def test_host_and_supplier_take_an_assembly_from_a_remark_to_its_release(walker, companies, shown, settings):  # noqa: F811
    settings.LIVE_PAGES = True
    address = shown("tensioner.step", step(catalogue.tensioner()))
    tolmec = OrganizationFactory(platform=companies.host, name="Tolmec Machining")
    guest = MemberFactory(platform=companies.host, user=companies.mara.user, right="external", company=tolmec)
    license_member(guest)
    give(guest, companies.bench, "author", organization=tolmec)
    give(companies.tomas, companies.bench, "leader")
    author = Credential.objects.get(user=companies.tomas.user, permission__codename="author")
    CurrentCredential.objects.create(member=companies.tomas, credential=author)
    wide = {"viewport": {"width": 1280, "height": 800}}
    host, supplier, item = walker(companies.tomas, **wide), walker(companies.mara, **wide), companies.bracket

    supplier.page.goto(supplier.base + address)
    supplier.page.locator("[data-viewer][data-ready]").wait_for()
    model = supplier.page.get_by_role("application")
    model.press("k")
    box = model.bounding_box()
    host.open("content:item_discussion", "corvane", item.pk)
    supplier.page.mouse.click(box["x"] + box["width"] / 2 - 30, box["y"] + box["height"] / 2 - 40, delay=20)
    supplier.page.get_by_role("textbox", name="Remark").fill("The wall is too thin for our cutter")
    supplier.press("Pin it")
    host.sees("The wall is too thin for our cutter")  # without a reload

    host.press("Raise an issue", "link")
    host.page.get_by_label("Title").fill("Wall too thin")
    host.page.get_by_role("checkbox", name=re.compile("Mara Lindqvist")).check()
    host.press("Raise the issue")
    host.sees("Wall too thin")
    assert [person.name for person in Issue.objects.get().assignees.all()] == ["Mara Lindqvist"]
    supplier.open("content:issue_list", "corvane")
    supplier.sees("Wall too thin")

    host.open("content:change_new", "corvane", item.pk)
    host.page.get_by_label("Title").fill("Thicker wall")
    host.page.get_by_role("radio", name=re.compile("Release")).check()
    host.press("Raise the change")
    change = Change.objects.get()
    host.press("Accept the request", "link")
    host.press("Accept the request")
    host.open("content:change_asked", "corvane", change.pk)
    host.page.get_by_label("Who", exact=True).select_option(label="Tomas Riedl")
    host.press("Ask")
    host.open("content:change_detail", "corvane", change.pk)
    host.press("Ask for approval", "link")
    host.press("Ask for approval")
    host.sees("In approval")
    host.open("content:change_sign", "corvane", change.pk)
    if "reauthenticate" in host.page.url:
        host.page.get_by_label("Password").fill(PASSWORD)
        host.press("Confirm")
    host.page.get_by_role("radio", name="I agree").check()
    host.press("Sign")
    host.sees("Approved")
    supplier.open("content:item_detail", "corvane", item.pk)
    supplier.sees("Frozen")
    host.press("Complete", "link")
    host.press("Complete")
    host.sees("Completed")
    supplier.page.locator("#item-head").get_by_text("Released").first.wait_for()  # without a reload
    supplier.accessible()
    assert Item.objects.get(pk=item.pk).maturity == "released"
