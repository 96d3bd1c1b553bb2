"""The product's main job, in two companies' windows: invite an engineer who works on a file and finds nothing else."""

import pytest
from django.core import mail

from tenants.models import AuditEvent, Invitation, Member, RoleGrant
from tests.browser.conftest import DRAWING, PASSWORD

pytestmark = pytest.mark.browser
CHANGED = b"ISO-10303-21; bored to 20 H7"


def turn_on(window, *options):
    """Turn options on by their switches."""
    for title in options:
        window.press(title, role="switch")
        window.page.get_by_role("switch", name=title, checked=True).wait_for()


def configure(elena, marcus, companies):
    """Steps 1 and 2: options of both sides, and roles that may travel."""
    for window in (elena, marcus):
        window.press("Members", role="link")
        window.press("Options", role="link")
        window.accessible()
        turn_on(window, "Invitations from administrators", "Member's platform locations")
    marcus.press("Members", role="link")
    marcus.press("Mara Lindqvist", role="link")
    for role in ("Entry", "Collaboration", "Design"):
        marcus.press(f"Restrict usage of {role}", role="switch")
        marcus.page.get_by_role("switch", name=f"Restrict usage of {role}", checked=False).wait_for()
    marcus.accessible()
    assert RoleGrant.objects.filter(member=companies.mara, restricted=False).count() == 3


def invite(elena, address):
    """Step 3: the wizard, with back, forward and reload on the way."""
    elena.press("Invitations", role="link")
    elena.press("Invite members")
    elena.page.get_by_label("E-mail addresses").fill(f"{address}; nonsense")
    elena.page.get_by_label("Employed by").select_option("new")
    elena.page.get_by_label("Name of the new company").fill("Tolmec Machining")
    elena.press("Check the addresses")
    elena.sees("1 of 2 ready")
    elena.accessible()
    elena.press("Continue to roles")
    elena.sees("0 of your licences used")
    elena.page.go_back()
    elena.page.reload()
    assert address in elena.page.get_by_label("E-mail addresses").input_value()
    elena.press("Continue to roles")
    elena.accessible()
    elena.press("Continue to spaces")
    elena.page.get_by_role("checkbox", name="Test bench").first.check()
    elena.page.get_by_label("Responsibility in Test bench").select_option("author")
    elena.page.get_by_role("checkbox", name="(Restricted) in Test bench").uncheck()  # the safe form is the default
    elena.accessible()
    elena.press("Continue to the preview")
    elena.sees("What this person will see")
    elena.page.get_by_label("Message").fill("The bracket is yours.")
    elena.accessible()
    elena.press("Send 1 invitation")
    elena.sees("Pending")
    elena.accessible()


def manage(elena):
    """Step 4: from the control center's row to the people of the space, the pending one among them."""
    elena.press("Spaces Control Center", role="link")
    row = elena.page.get_by_role("row").filter(has_text="Test bench")
    elena.accessible()
    row.get_by_role("group").or_(row.locator("details")).first.locator("summary").click()
    elena.press("Manage members", role="link", within=row)
    elena.sees("invited, not accepted")
    elena.accessible()


def test_the_five_steps_in_two_companies(walker, companies, tmp_path):
    elena, marcus = walker(companies.elena), walker(companies.marcus)
    configure(elena, marcus, companies)
    invite(elena, companies.mara.user.email)
    manage(elena)

    mara = walker()
    mara.follow_mail(companies.mara.user.email)
    assert Invitation.objects.get().state == "sent"
    mara.sees("You follow an invitation")
    mara.accessible()
    mara.press("Sign in", role="link")
    mara.page.get_by_label("Email", exact=True).fill(companies.mara.user.email)
    mara.page.get_by_label("Password", exact=True).fill(PASSWORD)
    mara.press("Sign in")
    mara.sees("The bracket is yours.", "Your licences resolve")
    mara.accessible()
    mara.press("Accept")
    mara.sees("Test bench")
    assert Member.objects.get(platform=companies.host, user=companies.mara.user).status == "active"

    work_on_the_file(mara, companies, tmp_path)
    mara.misses("Canary", "Closed vault")
    mara.open("content:item_list", "corvane")
    mara.misses("Canary", "Closed vault")
    mara.open("content:item_detail", "corvane", companies.secret.pk)
    mara.sees("There is nothing here")

    tomas = walker(companies.tomas)
    tomas.open("content:item_detail", "corvane", companies.bracket.pk)
    tomas.sees("Version 2", "Bored", "Mara Lindqvist")
    tomas.accessible()
    guest = Member.objects.get(platform=companies.host, user=companies.mara.user)
    assert not guest.grants.filter(assigned=True).exists()
    assert AuditEvent.objects.filter(verb__in=["file_stored", "file_checked_out", "file_checked_in"]).count() == 3

    ilse = walker(companies.restricted_guest())
    for name, args in [("content:item_list", ()), ("content:space_detail", (companies.bench.pk,)), ("home", None)]:
        ilse.open(name, *(("corvane", *args) if args is not None else ()))
        ilse.misses("Bracket", "Mara Lindqvist", "Canary")
    ilse.open("content:item_detail", "corvane", companies.bracket.pk)
    ilse.sees("There is nothing here")


def work_on_the_file(mara, companies, folder):
    """Check out, which downloads and locks; check in a new version with a comment, which ends the lock."""
    mara.open("content:space_detail", "corvane", companies.bench.pk)
    mara.press("Bracket", role="link")
    mara.accessible()
    with mara.page.expect_download() as waiting:
        mara.press("Check out bracket.stp")
    assert waiting.value.suggested_filename == "bracket.stp"
    assert waiting.value.path().read_bytes() == DRAWING
    mara.sees("Locked by you")
    changed = folder / "bracket.stp"
    changed.write_bytes(CHANGED)
    mara.page.get_by_label("File", exact=True).set_input_files(changed)
    mara.page.get_by_label("What changed").fill("Bored to 20 H7")
    mara.page.locator("#upload").get_by_role("button", name="Check in").click()
    mara.sees("Version 2", "Bored to 20 H7")
    companies.bracket.refresh_from_db()
    assert companies.bracket.locked_by is None


def test_somebody_without_an_account_makes_one_on_the_way(walker, companies):
    companies.host.invitations_from_administrators = True
    companies.host.save()
    elena, new = walker(companies.elena), walker()
    invite(elena, "new.person@tolmec.example")
    new.follow_mail("new.person@tolmec.example")
    new.press("Create an account", role="link")
    new.accessible()
    new.page.get_by_label("Name").fill("Nora Person")
    new.page.get_by_label("Email", exact=True).fill("New.Person@Tolmec.example")
    new.page.get_by_label("Password", exact=True).fill(PASSWORD)
    new.press("Create the account")
    new.sees("new.person@tolmec.example")
    assert len(mail.outbox) == 2
    new.follow_mail("new.person@tolmec.example")
    new.accessible()
    new.press("Confirm")
    if "/accounts/login" in new.page.url:
        new.page.get_by_label("Email", exact=True).fill("new.person@tolmec.example")
        new.page.get_by_label("Password", exact=True).fill(PASSWORD)
        new.press("Sign in")
    new.press("Look at the invitation", role="link")
    new.press("Accept")
    new.sees("Corvane Aerospace")
    member = Member.objects.get(platform=companies.host, user__email="new.person@tolmec.example")
    assert (member.status, str(member)) == ("active", "Nora Person")
