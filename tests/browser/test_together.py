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


def pin(window, address, remark):
    window.page.goto(window.base + address)
    window.page.locator("[data-viewer][data-ready]").wait_for()
    model = window.page.get_by_role("application")
    model.press("k")
    box = model.bounding_box()
    window.page.mouse.click(box["x"] + box["width"] / 2 - 30, box["y"] + box["height"] / 2 - 40, delay=20)
    window.page.get_by_role("textbox", name="Remark").fill(remark)
    window.press("Pin it")


def take(window, step_):
    window.press(step_, "link")
    window.press(step_)


def raise_and_sign(window, item):
    window.open("content:change_new", "corvane", item.pk)
    window.page.get_by_label("Title").fill("Thicker wall")
    window.page.get_by_role("radio", name=re.compile("Release")).check()
    window.press("Raise the change")
    take(window, "Accept the request")
    change = Change.objects.get()
    window.open("content:change_asked", "corvane", change.pk)
    window.page.get_by_label("Who", exact=True).select_option(label="Tomas Riedl")
    window.press("Ask")
    window.open("content:change_detail", "corvane", change.pk)
    take(window, "Ask for approval")
    window.sees("In approval")
    window.open("content:change_sign", "corvane", change.pk)
    if "reauthenticate" in window.page.url:
        window.page.get_by_label("Password").fill(PASSWORD)
        window.press("Confirm")
    window.page.get_by_role("radio", name="I agree").check()
    window.press("Sign")
    window.sees("Approved")


def test_host_and_supplier_take_an_assembly_from_a_remark_to_its_release(walker, companies, shown, settings):  # noqa: F811
    settings.LIVE_PAGES = True
    address, item = shown("tensioner.step", step(catalogue.tensioner())), companies.bracket
    tolmec = OrganizationFactory(platform=companies.host, name="Tolmec Machining")
    guest = MemberFactory(platform=companies.host, user=companies.mara.user, right="external", company=tolmec)
    license_member(guest)
    give(guest, companies.bench, "author", organization=tolmec)
    give(companies.tomas, companies.bench, "leader")
    author = Credential.objects.get(user=companies.tomas.user, permission__codename="author")
    CurrentCredential.objects.create(member=companies.tomas, credential=author)
    wide = {"viewport": {"width": 1280, "height": 800}}
    host, supplier = walker(companies.tomas, **wide), walker(companies.mara, **wide)
    host.open("content:item_discussion", "corvane", item.pk)
    pin(supplier, address, "The wall is too thin for our cutter")
    host.sees("The wall is too thin for our cutter")  # without a reload
    host.press("Raise an issue", "link")
    host.page.get_by_label("Title").fill("Wall too thin")
    host.page.get_by_role("checkbox", name=re.compile("Mara Lindqvist")).check()
    host.press("Raise the issue")
    host.sees("Wall too thin")
    assert [person.name for person in Issue.objects.get().assignees.all()] == ["Mara Lindqvist"]
    supplier.open("content:issue_list", "corvane")
    supplier.sees("Wall too thin")
    raise_and_sign(host, item)
    supplier.open("content:item_detail", "corvane", item.pk)
    supplier.sees("Frozen")
    take(host, "Complete")
    supplier.page.locator("#item-head").get_by_text("Released").first.wait_for()  # without a reload
    supplier.accessible()
    assert Item.objects.get(pk=item.pk).maturity == "released"
