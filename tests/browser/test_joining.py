"""Coming into a space without an Administrator: by asking its Owner, by an Owner's invitation, and through a group."""

import pytest

from spaces.models import Credential, Space, Visibility
from tenants.models import Invitation, Platform
from tests.browser.conftest import with_password
from tests.factories import SpaceFactory, UserGroupFactory, give, give_group, worker

pytestmark = pytest.mark.browser
GUEST = "rosa.weber@halm.example"


def test_a_colleague_asks_and_a_guest_is_invited(walker, companies):
    Platform.objects.update(invitations_from_administrators=True, invitations_from_members=True)
    Space.objects.filter(pk=companies.bench.pk).update(visibility=Visibility.PUBLIC)
    jun = with_password(worker(companies.host, user=companies.person("Jun Sato", "corvane")))
    give(jun, SpaceFactory(platform=companies.host, title="Own desk"))
    asking = walker(jun)
    asking.open("content:space_detail", "corvane", companies.bench.pk)
    asking.press("Ask to join", role="link")
    asking.sees("What you need it for")
    asking.said.clear()  # the refusal itself
    asking.accessible()
    asking.page.get_by_label("What you need it for").fill("The bracket is mine to measure")
    asking.press("Ask the Owners")
    asking.sees("You have asked to join")
    owner = walker(companies.tomas)
    owner.open("tenants:home", "corvane")
    owner.sees("Asking to join", "The bracket is mine to measure")
    owner.accessible()
    owner.press("Let in as Reader (Restricted)")
    owner.open("spaces:space_members", "corvane", companies.bench.pk)
    owner.page.get_by_placeholder("Add somebody").fill(GUEST)
    owner.press("Invite them into this space", role="link")
    owner.page.get_by_label("Employed by").select_option("A company that is new here")
    owner.page.get_by_label("Name of the new company").fill("Halm Coatings")
    owner.accessible()
    owner.press("Send the invitation")
    owner.sees(f"{GUEST} is invited", "invited, not accepted")
    owner.accessible()
    asking.open("content:space_detail", "corvane", companies.bench.pk)
    asking.sees("Test bench", "(Restricted)")  # two credentials now: which one to work with
    assert Credential.objects.get(user=jun.user, content_object=companies.bench).restricted
    assert Invitation.objects.get().company.name == "Halm Coatings"


def test_an_administrator_sees_what_a_group_gives_before_somebody_joins(walker, companies):
    group = UserGroupFactory(platform=companies.host, name="Review circle")
    give_group(group, companies.vault, "contributor", restricted=True)
    jun = worker(companies.host, user=companies.person("Jun Sato", "corvane"))
    elena = walker(companies.elena)
    elena.open("tenants:group_detail", "corvane", group.pk)
    elena.press("Put a person in", role="link")
    elena.page.get_by_label("Name or address").fill("jun")
    elena.press("Jun Sato", role="link")
    elena.sees("They hold then", "Contributor (Restricted) in Closed vault", "and 1 item then")
    elena.accessible()
    assert not group.entries.exists()
    elena.press("Put Jun Sato in")
    elena.sees("Jun Sato is in Review circle.")
    elena.accessible()
    elena.page.get_by_role("row", name="Jun Sato").get_by_role("link").last.click()
    elena.sees("Take Jun Sato out of Review circle?", "Ends at once")
    elena.accessible()
    elena.press("Take Jun Sato out")
    elena.sees("Nobody is in this group")
    assert not group.entries.filter(member=jun).exists()
