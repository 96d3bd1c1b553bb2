"""Every page of the demo world: axe, no wider than its window, and its keys, its themes, and its way without script."""

import re

import pytest
from django.urls import reverse

from content.models import Change, File, FileVersion, Item
from platform_site.demo import world
from platform_site.demo.reviewing import MILLING
from spaces.models import Space
from tenants.models import Batch, Member, Organization, RoleGrant, User

pytestmark = pytest.mark.browser
HOST = "corvane"
WIDTHS = (320, 360, 600, 768, 992, 1200, 1440, 1680)


@pytest.fixture
def demo(transactional_db):
    """The demo world, stored."""
    world.build(say=lambda words: None)


def signed_in(walker, name, **options):
    """Open a window for somebody of the demo who has signed in already."""
    window = walker(**options)
    window.enter(User.objects.get(name=name))
    return window


def pages_of_an_administrator():
    """Return the addresses of every kind of page, those of the people who manage included."""
    space = Space.objects.get(title="Belt tensioner BT-2")
    item = Item.objects.get(title="Side plate")
    guest = Member.objects.get(platform__slug=HOST, user__name="Otto Brandt")
    batch = reverse("tenants:batch_detail", args=[HOST, Batch.objects.get(kind="member_import").pk])
    found = [reverse(f"tenants:{name}", args=[HOST]) for name in ("home", "notifications", "record", "options")]
    found += [reverse(f"tenants:{name}", args=[HOST]) for name in ("member_list", "invitation_list")]
    grant = RoleGrant.objects.get(member=guest, role__code="CHG")
    unit = Organization.objects.get(platform__slug=HOST, name="Structures")
    found += [
        reverse(f"tenants:{name}", args=[HOST]) for name in ("role_list", "organization_list", "organization_new")
    ]
    found += [f"{reverse('tenants:role_detail', args=[HOST, grant.role_id])}?who=Nils"]
    found += [reverse("tenants:role_ledger", args=[HOST, grant.role_id])]
    found += [reverse("tenants:role_take_back", args=[HOST, grant.role_id, grant.pk])]
    of_unit = ("organization_detail", "organization_edit", "organization_move", "organization_delete")
    found += [reverse(f"tenants:{name}", args=[HOST, unit.pk]) for name in of_unit]
    found += [reverse(f"tenants:{name}", args=[HOST, guest.pk]) for name in ("member_detail", "member_end")]
    found += [reverse(f"tenants:{name}", args=[HOST, guest.pk]) for name in ("member_employment", "member_remove")]
    found += [reverse("tenants:member_right", args=[HOST, guest.pk]) + "?right=member"]
    found += [reverse("tenants:member_many", args=[HOST]) + "?act=end&all=1"]
    found += [reverse("content:item_many", args=[HOST]) + f"?act={act}&all=1" for act in ("zip", "review", "move")]
    found += [reverse(f"tenants:{name}", args=[HOST]) for name in ("membership", "membership_leave")]
    found += [reverse(f"tenants:{name}", args=[HOST]) for name in ("token_list", "token_new")]
    found += [reverse("spaces:member_import", args=[HOST]), batch, f"{batch}?mend=2"]
    found += [reverse(f"spaces:{name}", args=[HOST]) for name in ("control_center", "space_list", "space_new")]
    of_space = ("space_members", "space_edit", "space_visibility", "space_delete", "space_record", "credential_add")
    found += [reverse(f"spaces:{name}", args=[HOST, space.pk]) for name in of_space]
    found += [reverse("content:space_detail", args=[HOST, space.pk]), reverse("content:item_list", args=[HOST])]
    found += [
        reverse("content:item_list", args=[HOST]) + "?q=material&since=year",
        *(reverse(f"content:{name}", args=[HOST]) for name in ("list_columns", "search_list", "search_save")),
        reverse("content:search_everywhere", args=[HOST]) + "?q=plate",
    ]
    found += [reverse(f"content:{name}", args=[HOST]) for name in ("issue_list", "issue_board")]
    change = Change.objects.get(title="Stronger roller set")
    of_change = ("change_detail", "change_edit", "change_add", "change_asked")
    found += [reverse(f"content:{name}", args=[HOST]) for name in ("change_list", "route_list", "route_new")]
    found += [reverse(f"content:{name}", args=[HOST, change.pk]) for name in of_change]
    found += [reverse("content:change_step", args=[HOST, change.pk, "in_work"])]
    found += [reverse("content:item_detail", args=[HOST, Item.objects.get(title="Edge breaks at the slot").pk])]
    of_item = ("issue_new", "item_detail", "item_why", "item_readers", "item_record", "item_relations", "item_sharing")
    of_item += ("item_structure", "parts_list")
    found += [reverse(f"content:{name}", args=[HOST, item.pk]) for name in of_item]
    found += [reverse("content:share_detail", args=[HOST, item.pk, f"person-{guest.pk}"])]
    of_review, review = ("detail", "minute"), Item.objects.get(title=MILLING)
    found += [reverse(f"content:review_{name}", args=[HOST, review.pk]) for name in of_review]
    tray = Item.objects.get(title="Tray bottom")
    chosen = f"?space={item.space_id}&organization={tray.organization_id}"
    found += [reverse("content:item_move", args=[HOST, tray.pk]) + chosen]
    found += [reverse(f"content:{name}", args=[HOST]) for name in ("shared_with_me", "shared_by_me")]
    return [*found, reverse("tenants:platforms"), reverse("mfa_index"), reverse("usersessions_list")]


def pages_of_a_guest():
    """Return the addresses at which an External works."""
    item = Item.objects.get(title="Side plate")
    found = [reverse("tenants:home", args=[HOST]), reverse("spaces:credential", args=[HOST])]
    found += [reverse("content:item_list", args=[HOST]), reverse("content:item_new", args=[HOST])]
    mine = ("items_from_files", "my_content", "folder_new", "watch_list")
    found += [reverse(f"content:{name}", args=[HOST]) for name in mine]
    of_item = ("item_detail", "item_edit", "item_maturity", "item_why", "relation_new")
    found += [reverse(f"content:{name}", args=[HOST, item.pk]) for name in of_item]
    review = Item.objects.get(title=MILLING)
    found += [reverse(f"content:review_{name}", args=[HOST, review.pk]) for name in ("detail", "add", "due", "minute")]
    version = FileVersion.objects.filter(file__name="side-plate.step").latest("number")
    found += [reverse("content:markup_earlier", args=[HOST, version.pk])]
    found += [reverse("content:item_detail", args=[HOST, 999999])]
    return [*found, reverse("tenants:platforms"), reverse("account_change_password")]


def pages_of_an_engineer():
    """Return the addresses of what somebody begins who works in the space."""
    item, issue = Item.objects.get(title="Side plate"), Item.objects.get(title="Edge breaks at the slot")
    found = [reverse(f"content:{name}", args=[HOST, item.pk]) for name in ("bcf_import", "change_new", "issue_new")]
    return [*found, reverse("content:issue_edit", args=[HOST, issue.pk])]


def look(walker, name, addresses, width, scheme):
    """Open addresses in a window of that size and theme, and have each examined."""
    window = signed_in(walker, name, viewport={"width": width, "height": 800}, color_scheme=scheme)
    for address in addresses:
        window.page.goto(window.base + address)
        window.said[:] = [words for words in window.said if not re.search("404|Password forms", words)]
        window.accessible()
        for other in WIDTHS:
            window.page.set_viewport_size({"width": other, "height": 800})
            assert window.fits(), f"{address} is wider than a window of {other}"
        window.page.set_viewport_size({"width": width, "height": 800})


def test_every_page_is_accessible_and_fits(walker, demo):
    managing, working = pages_of_an_administrator(), pages_of_a_guest()
    look(walker, "Elena Castellano", managing[::2], 360, "dark")
    look(walker, "Elena Castellano", managing[1::2], 1280, "light")
    look(walker, "Hannah Voss", pages_of_an_engineer(), 360, "dark")
    look(walker, "Mara Lindqvist", working, 360, "light")
    look(walker, "Mara Lindqvist", working, 768, "dark")


def test_everything_is_reached_by_keys(walker, demo):
    window = signed_in(walker, "Elena Castellano")
    window.open("spaces:control_center", HOST)
    keys = window.page.keyboard
    keys.press("Tab")
    assert window.page.evaluate("document.activeElement.className") == "skip"
    for _ in range(25):
        keys.press("Tab")
        assert window.page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement);"
            " return s.outlineStyle !== 'none' || s.boxShadow !== 'none' || s.borderStyle !== 'none' })()"
        )
    window.page.locator("body").click(position={"x": 600, "y": 700})
    keys.press("j")
    keys.press("j")
    keys.press(".")
    settled = ".dropdown-menu:not(.htmx-settling, .htmx-swapping) [data-key=m][hx-get]:not(.htmx-added)"
    window.page.locator(settled).wait_for()
    keys.press("m")
    window.page.get_by_role("dialog", name="Manage members").wait_for()
    keys.press("Escape")
    window.page.get_by_role("dialog", name="Manage members").wait_for(state="detached")
    window.page.locator("main tbody tr :focus").wait_for()  # back where it was opened
    keys.press("/")
    keys.type("side plate")
    keys.press("Enter")
    window.sees("Side plate drawing")
    keys.press("Escape")
    window.page.locator("h1").click()
    keys.press("g")
    keys.press("p")
    window.sees("Your platforms")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = window.page.evaluate(ground)
    window.page.evaluate("localStorage.setItem('gangway-theme', 'dark')")
    window.page.reload()
    assert window.page.evaluate(ground) != light


def test_a_guest_works_without_script(walker, companies, tmp_path):
    guest = companies.restricted_guest()
    window = walker(java_script_enabled=False)
    window.sign_in(guest)
    assert window.page.url.endswith("/p/corvane/")
    window.open("content:item_new", HOST)
    window.press("Document", role="link")
    window.page.get_by_label("Title").fill("Fixture report")
    window.press("Create Document")
    window.sees("Fixture report", "No file yet")
    report = tmp_path / "report.txt"
    report.write_text("flat within 0.02")
    window.page.get_by_label("File", exact=True).set_input_files(report)
    window.page.locator("#upload").get_by_role("button", name="Upload").click()
    window.sees("Version 1")
    window.press("Lock")
    window.sees("Locked by you")
    with window.page.expect_download() as waiting:
        window.press("Download report.txt version 1", role="link")
    assert waiting.value.path().read_text() == "flat within 0.02"
    assert File.objects.filter(name="report.txt").count() == 1
