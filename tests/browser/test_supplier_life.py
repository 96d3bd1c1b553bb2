"""A supplier's whole life in two platforms: asked, approved at home, accepted, worked, renewed, recalled, gone."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from spaces.models import Credential
from tenants.models import AuditEvent, Consent, Invitation, Member, Platform, RoleGrant
from tests.browser.test_five_steps import invite, work_on_the_file

pytestmark = pytest.mark.browser


def prepare(companies):
    """Let both platforms share licences, and Mara's travel, as step 1 and 2 of the other test do by hand."""
    Platform.objects.update(invitations_from_administrators=True, member_locations=True)
    RoleGrant.objects.filter(member=companies.mara).update(restricted=False)


def ask_first(marcus):
    """The home wants to be asked before anybody of its people goes to the host; it cannot know that one is there."""
    marcus.press("Partners", role="link")
    marcus.page.get_by_label("Address of the other platform").fill("corvane")
    named = marcus.page.get_by_role("region", name="Name a partner beforehand")
    named.get_by_label("Our people who go to a partner").select_option("ask")
    marcus.press("Keep a record")
    marcus.sees("named by you, not confirmed")
    marcus.misses("Corvane Aerospace")
    marcus.accessible()


def approve(marcus, address):
    """What waits is in the bell and on the page; the mail leaves with the yes."""
    assert not [letter for letter in mail.outbox if letter.to == [address]]
    marcus.open("tenants:partner_list", "tolmec")
    marcus.sees("Corvane Aerospace invites Mara Lindqvist")
    marcus.accessible()
    marcus.press("Approve")
    marcus.sees("Approved: Mara Lindqvist")
    assert [letter for letter in mail.outbox if letter.to == [address]]


def accept(mara, companies):
    """Accepting says beforehand who learns what."""
    mara.follow_mail(companies.mara.user.email)
    mara.sees("Administrators of Tolmec Machining, where you are at home", "is your home, from your acceptance on")
    mara.accessible()
    mara.press("Accept")
    mara.sees("Test bench")


def renew(elena, guest):
    """The sponsor gives the access another day."""
    day = (timezone.now() + timedelta(days=120)).date()
    elena.open("tenants:sponsored_detail", "corvane", guest.pk)
    elena.page.get_by_label("Last day").fill(day.isoformat())
    elena.page.locator("#renew").locator("xpath=ancestor::section").get_by_role("button").first.click()
    elena.page.wait_for_load_state()
    guest.refresh_from_db()
    assert guest.ends_at is not None and guest.sponsor.name == "Elena Castellano"


def recall(marcus, mara, companies):
    """Home sees counts and dates and nothing else, and ends the use of its licences from the next request on."""
    marcus.open("tenants:partner_detail", "tolmec", "corvane")
    marcus.sees("Mara Lindqvist", "file versions 1")
    marcus.misses("Bracket", "Test bench", "Elena", "Bored to")
    marcus.accessible()
    marcus.open("tenants:member_recall", "tolmec", companies.mara.pk)
    marcus.sees("of yours no longer counts there")
    marcus.accessible()
    marcus.press("Recall the licences of Mara Lindqvist")
    marcus.sees("Recalled: Mara Lindqvist")
    mara.open("content:item_detail", "corvane", companies.bracket.pk)
    mara.sees("No licence lets you into Corvane Aerospace")
    mara.misses("Bracket")
    mara.said.clear()  # the browser says that the page answered 403


def part(elena, mara, companies):
    """The host ends the partnership, after a look at what ends."""
    elena.open("tenants:partner_detail", "corvane", "tolmec")
    elena.sees("Mara Lindqvist")
    elena.accessible()
    elena.press("End the partnership", role="link")
    elena.sees("The access of")
    elena.accessible()
    elena.page.get_by_label("Reason").fill("The contract is over")
    elena.press("End the partnership with Tolmec Machining")
    elena.sees("The partnership with Tolmec Machining has ended")
    mara.open("content:item_detail", "corvane", companies.bracket.pk)
    mara.sees("There is nothing here")


def test_a_supplier_comes_works_and_goes(walker, companies, tmp_path):
    prepare(companies)
    marcus, elena, mara = walker(companies.marcus), walker(companies.elena), walker(companies.mara)
    address = companies.mara.user.email
    ask_first(marcus)
    invite(elena, address)
    elena.misses("Waits")  # the host is not told that somebody is asked
    approve(marcus, address)
    accept(mara, companies)
    work_on_the_file(mara, companies, tmp_path)
    guest = Member.objects.get(platform=companies.host, user=companies.mara.user)
    renew(elena, guest)
    recall(marcus, mara, companies)
    part(elena, mara, companies)

    guest.refresh_from_db()
    assert guest.status == "no_access"
    assert not Credential.objects.filter(user=guest.user, content_object__platform=companies.host).exists()
    assert (Invitation.objects.get().state, Consent.objects.get().state) == ("accepted", "approved")
    kept = {(row.platform.slug, row.verb) for row in AuditEvent.objects.filter(subject=guest.user)}
    assert kept >= {
        ("tolmec", "consent_asked"),
        ("tolmec", "consent_given"),
        ("corvane", "invitation_accepted"),
        ("tolmec", "licences_recalled"),
        ("corvane", "licences_withdrawn"),
        ("corvane", "access_ended"),
    }
