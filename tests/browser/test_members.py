"""An Administrator acts on many members: selected by keys, judged, confirmed once, and the result taken along."""

from tenants.models import AuditEvent, Member
from tenants.views import members as views


def test_a_selection_is_kept_over_pages_and_filters(walker, companies, monkeypatch):
    monkeypatch.setattr(views, "PER_PAGE", 1)
    window = walker(companies.elena)
    window.open("tenants:member_list", "corvane")
    window.page.get_by_label("Select everybody on this page").check()
    window.sees("1 selected")
    window.press("Later", role="link")
    window.sees("1 selected, 1 not on this page")
    window.page.locator("tbody input[type=checkbox]").first.check()
    window.sees("2 selected, 1 not on this page")
    window.accessible()
    window.page.get_by_label("Name or address").fill("nobody")
    window.sees("Nobody fits")
    window.page.get_by_label("Name or address").fill("")
    window.sees("2 selected")
    window.page.get_by_label("What to do with them").select_option("end")
    window.press("Go on")
    window.sees("For all of them")
    assert window.page.locator("aside .g-count").text_content() == "2"
    window.page.go_back()
    window.press("Clear")
    window.sees("Select people")


def test_many_members_get_another_right_by_keys(walker, companies):
    window = walker(companies.elena)
    window.open("tenants:member_list", "corvane")
    keys = window.page.keyboard
    for _ in range(2):
        keys.press("j")
        keys.press("x")
    window.sees("2 selected")
    window.accessible()
    window.page.get_by_label("What to do with them").select_option("right")
    window.press("Go on")
    window.page.get_by_label("Right", exact=True).select_option("administrator")
    window.press("See the verdicts")
    window.sees(
        "Make members Administrator", "Tomas Riedl, Corvane Aerospace Company", "Yourself", "Nothing has happened"
    )
    window.accessible()
    window.press("Change the right of 1 person")
    window.sees("Administrator now.")
    with window.page.expect_download() as waiting:
        window.press("Download all", role="link")
    assert "Tomas Riedl" in waiting.value.path().read_text()
    assert Member.objects.get(pk=companies.tomas.pk).right == "administrator"
    assert AuditEvent.objects.filter(verb="right_changed").count() == 1
