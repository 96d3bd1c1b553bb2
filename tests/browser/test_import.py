"""An Administrator imports people by a file: dropped, judged, mended in its row, sent, and told what came of it."""

from pathlib import Path

import pytest
from django.urls import reverse

from tenants.models import Batch, Invitation, Organization
from tests.browser.conftest import Companies

pytestmark = pytest.mark.browser
FILE = """user;agreement;company
nils.berg@tolmec.example;contractor;Tolmec Machining
quality@@tolmec;contractor;Tolmec Machining
a.lang@c0rvane.example;contractor;Tolmec Machining
hugo@corvane.example;employee;Nobody
"""


def test_a_file_of_people_is_judged_mended_and_sent(walker, transactional_db):
    companies = Companies()
    Organization.objects.create(platform=companies.host, name="Tolmec Machining", kind="company")
    elena = walker(companies.elena)
    elena.open("tenants:member_list", "corvane")
    elena.page.get_by_label("Import and export").click()
    elena.press("Import members", "link")
    elena.accessible()
    file = {"name": "people.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    elena.page.set_input_files("input[type=file]", file)
    elena.press("Judge the lines")
    elena.sees("Send 1 invitation", "Malformed", "Look-alike domain", "No company “Nobody” here")
    elena.accessible()
    elena.press("Mend quality@@tolmec", "link")
    cell = elena.page.get_by_label("user", exact=True)
    cell.wait_for()
    assert cell.evaluate("field => field === document.activeElement")
    elena.accessible()
    cell.fill("quality@tolmec.example")
    elena.press("Judge this line again")
    elena.sees("Send 2 invitations")
    elena.press("Include")
    elena.sees("Send 3 invitations", "included by you")
    assert not Invitation.objects.exists()
    elena.press("Send 3 invitations")
    elena.sees("lines have their outcome", "Invited quality@tolmec.example until")
    elena.accessible()
    assert Invitation.objects.count() == 3
    assert elena.page.url.endswith(reverse("tenants:batch_detail", args=["corvane", Batch.objects.get().pk]))
    with elena.page.expect_download() as rest:
        elena.press("Download the rest", "link")
    assert "hugo@corvane.example" in Path(rest.value.path()).read_text(encoding="utf-8-sig")
