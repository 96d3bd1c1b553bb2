"""An invitation from the wizard to the first credential, and everything that can go wrong on the way."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils import timezone

from spaces.models import Credential
from tenants import acceptance, invitations, tokens
from tenants.errors import Gone, NotVisible
from tenants.models import (
    AuditEvent,
    Invitation,
    InvitationDraft,
    Member,
    Notification,
    Platform,
    Right,
    RoleGrant,
    Status,
    User,
)
from tests.factories import (
    MemberFactory,
    OrganizationFactory,
    PlatformFactory,
    SpaceFactory,
    UserFactory,
    actor_of,
    catalogue,
    license_member,
    worker,
)

pytestmark = pytest.mark.django_db
EMAIL = "mara@tolmec.example"


class World:
    """A host with an Administrator and a space; the invited person may have an account and a home platform."""

    def __init__(self):
        self.host = PlatformFactory(invitations_from_administrators=True, member_locations=True)
        self.admin = worker(self.host, Right.ADMINISTRATOR)
        self.supplier = OrganizationFactory(platform=self.host, name="Tolmec Machining")
        self.space = SpaceFactory(platform=self.host, title="Brackets")
        self.roles = catalogue()

    def url(self, name, *args):
        return reverse(name, args=[self.host.slug, *args])

    def begin(self, client):
        client.force_login(self.admin.user)
        client.post(self.url("spaces:invitation_new"))
        return InvitationDraft.objects.latest("created_at")

    def people(self, client, draft, text=EMAIL, **more):
        data = {"addresses": text, "right": "external", "company": str(self.supplier.pk), "go": "roles", **more}
        return client.post(self.url("spaces:invitation_people", draft.pk), data)

    def fill(self, client, draft, **more):
        """Walk the wizard to its end; the space is opened as Author (Restricted)."""
        self.people(client, draft, **more)
        roles = {"roles": ["ENT", "COL", "DES"], "restricted": ["ENT", "COL", "DES"], "go": "spaces"}
        client.post(self.url("spaces:invitation_roles", draft.pk), roles)
        key = self.space.pk
        spaces = {f"open-{key}": "on", f"responsibility-{key}": "author", f"restricted-{key}": "on", "go": "preview"}
        client.post(self.url("spaces:invitation_spaces", draft.pk), spaces)

    def send(self, client, **more):
        draft = self.begin(client)
        self.fill(client, draft, **more)
        return client.post(
            self.url("spaces:invitation_preview", draft.pk), {"message": "Welcome <b>aboard</b>", "send": "yes"}
        )


@pytest.fixture
def world():
    return World()


def account(email=EMAIL, **fields):
    user = UserFactory(email=email, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def link_in(mail):
    return re.search(r"http://\S+/invitations/\S+", mail.body).group().split("8000", 1)[1]


def test_an_external_is_invited_accepts_and_works(client, world, mailoutbox):
    assert world.send(client).status_code == 302
    assert mailoutbox[0].to == [EMAIL]
    member = Member.objects.get(user__email=EMAIL)
    assert (member.status, member.right, member.company) == (Status.PENDING, "external", world.supplier)
    User.objects.filter(email=EMAIL).update(claimed_at=timezone.now(), is_active=True)
    EmailAddress.objects.create(user=member.user, email=EMAIL, verified=True)
    home = MemberFactory(platform=PlatformFactory(member_locations=True), user=member.user)
    license_member(home, restricted=False)
    client.logout()
    client.force_login(member.user)
    client.get(link_in(mailoutbox[0]))
    page = client.get(reverse("tenants:invitation_answer"))
    assert "Author (Restricted) in Brackets" in page.content.decode()
    assert client.post(reverse("tenants:invitation_answer"), {"accept": "yes"}).status_code == 302
    member.refresh_from_db()
    actor = actor_of(member)
    assert member.status == Status.ACTIVE
    assert [str(held) for held in actor.held] == ["Author (Restricted) in Brackets for Tolmec Machining"]
    assert {"enter", "content", "design"} <= actor.capabilities
    assert {answer.payer_name for answer in actor.resolutions.values()} == {home.platform.name}
    assert not RoleGrant.objects.filter(member=member, assigned=True).exists()
    assert client.get(world.url("content:space_detail", world.space.pk)).status_code == 200


def test_sending_leaves_one_entry_and_costs_no_licence(client, world):
    before = AuditEvent.objects.count()
    world.send(client, text=f"{EMAIL}; nils@tolmec.example")
    assert AuditEvent.objects.count() == before + 1
    assert Invitation.objects.count() == 2
    assert InvitationDraft.objects.count() == 0


def test_each_address_gets_its_verdict(client, world):
    world.send(client)
    MemberFactory(platform=world.host, user=UserFactory(email="otto@corvane.example"))
    new, twins = "new@tolmec.example", ["a@corvanne.example", "a@exаmple.com"]
    typed = [EMAIL, "otto@corvane.example", new, new, "nonsense", *twins]
    codes = [verdict.code for verdict in invitations.judge(world.host, typed)]
    assert codes == ["invited", "member", "ready", "doubled", "malformed", "look_alike", "unknown_script"]


def test_t07_a_look_alike_domain_is_invited_only_when_confirmed(client, world):
    MemberFactory(platform=world.host, user=UserFactory(email="otto@corvane.example"))
    draft = world.begin(client)
    page = world.people(client, draft, "eve@exаmple.com", go="people")
    page = client.get(world.url("spaces:invitation_people", draft.pk))
    assert "xn--" in page.content.decode()
    world.fill(client, draft, text="eve@corvanne.example")
    answer = client.post(world.url("spaces:invitation_preview", draft.pk), {"send": "yes"})
    assert answer.status_code == 422
    assert not Invitation.objects.exists()
    world.people(client, draft, "eve@corvanne.example", confirmed="eve@corvanne.example")
    client.post(world.url("spaces:invitation_preview", draft.pk), {"send": "yes"})
    assert Invitation.objects.get().email == "eve@corvanne.example"


def test_two_windows_on_one_draft_lose_nothing(client, world):
    draft = world.begin(client)
    world.people(client, draft, "one@tolmec.example", version=0)
    stale = world.people(client, draft, "two@tolmec.example", version=0)
    assert stale.status_code == 409
    assert "two@tolmec.example" in stale.content.decode()
    draft.refresh_from_db()
    assert draft.data["typed"] == ["one@tolmec.example"]


def test_drafts_of_others_do_not_exist(client, world):
    draft = world.begin(client)
    client.force_login(worker(world.host, Right.ADMINISTRATOR).user)
    for step in ("people", "roles", "spaces", "preview"):
        assert client.get(world.url(f"spaces:invitation_{step}", draft.pk)).status_code == 404


def test_an_external_of_the_host_company_is_asked_twice(client, world):
    draft = world.begin(client)
    answer = world.people(client, draft, company=str(world.admin.company.pk))
    assert answer.status_code == 422
    assert "Externals belong to an external company" in answer.content.decode()


def test_t01_b17_an_invitation_is_accepted_once(client, world):
    user = account()
    world.send(client)
    invitation = Invitation.objects.get()
    acceptance.accept_invitation(user=user, pk=invitation.pk)
    with pytest.raises(Gone):
        acceptance.accept_invitation(user=user, pk=invitation.pk)
    assert AuditEvent.objects.filter(verb="invitation_accepted").count() == 1
    assert Credential.objects.filter(user=user).count() == 1


def test_t02_an_invitation_is_nobody_elses(client, world, mailoutbox):
    world.send(client)
    eve = account("eve@evil.example")
    client.force_login(eve)
    client.get(link_in(mailoutbox[0]))
    answer = client.post(reverse("tenants:invitation_answer"), {"accept": "yes"})
    assert answer.status_code == 404
    assert EMAIL not in answer.content.decode()
    assert AuditEvent.objects.filter(verb="invitation_refused", actor=eve).count() == 1
    assert not Member.objects.filter(user=eve).exists()
    with pytest.raises(NotVisible):
        acceptance.accept_invitation(user=eve, pk=Invitation.objects.get().pk)


def test_t09_an_unverified_address_accepts_nothing(client, world):
    world.send(client)
    user = UserFactory(email="other@tolmec.example")
    EmailAddress.objects.create(user=user, email=EMAIL, verified=False)
    with pytest.raises(NotVisible):
        acceptance.accept_invitation(user=user, pk=Invitation.objects.get().pk)


def test_a_second_verified_address_accepts_on_ones_own_account(client, world):
    world.send(client)
    user = account("mara@home.example")
    EmailAddress.objects.create(user=user, email=EMAIL, verified=True)
    acceptance.accept_invitation(user=user, pk=Invitation.objects.get().pk)
    assert Member.objects.get(platform=world.host, user=user).status == Status.ACTIVE


def test_t04_what_the_inviter_can_no_longer_give_is_not_given(client, world):
    user = account()
    world.send(client)
    MemberFactory(platform=world.host, right=Right.ADMINISTRATOR)
    Member.objects.filter(pk=world.admin.pk).update(right=Right.MEMBER)
    answer = acceptance.accept_invitation(user=user, pk=Invitation.objects.get().pk)
    assert answer.member is None
    assert Invitation.objects.get().state == "revoked"
    assert Member.objects.get(user=user).status == Status.REMOVED
    assert not Credential.objects.filter(user=user).exists()


def test_t05_an_invitation_expires(client, world):
    user = account()
    world.send(client)
    with time_machine.travel(timezone.now() + timedelta(days=14, seconds=1)), pytest.raises(Gone):
        acceptance.accept_invitation(user=user, pk=Invitation.objects.get().pk)


def test_t12_the_message_stays_text_and_invitations_have_a_limit(client, world, mailoutbox, settings):
    world.send(client)
    html = mailoutbox[0].alternatives[0].content
    assert "&lt;b&gt;aboard" in html
    settings.INVITATIONS_PER_DAY = 1
    answer = world.send(client, text="nils@tolmec.example")
    assert answer.status_code == 429 and answer.headers["Retry-After"] == "3600"
    assert Invitation.objects.count() == 1


def test_t12_links_in_the_message_arrive_as_words(client, world, mailoutbox):
    note = 'Pay <a href="https://evil.example/pay">here</a> or at https://evil.example/now'
    draft = world.begin(client)
    world.fill(client, draft)
    client.post(world.url("spaces:invitation_preview", draft.pk), {"message": note, "send": "yes"})
    (letter,) = mailoutbox
    html = letter.alternatives[0].content
    assert not [link for link in re.findall(r'href="([^"]*)"', html) if "evil" in link]
    assert "&lt;a href=" in html and "<a href=&" not in html
    assert note in letter.body  # plain words, as typed: nothing there is a link by our doing
    assert Platform.objects.get(pk=world.host.pk).name in html


def test_t13_b34_looking_changes_nothing(client, world, mailoutbox):
    world.send(client)
    client.logout()
    before = list(Invitation.objects.values())
    for method in (client.get, client.head):
        method(link_in(mailoutbox[0]))
        method(reverse("tenants:invitation_answer"))
    assert list(Invitation.objects.values()) == before


def test_t14_the_token_leaves_the_address_at_once(client, world, mailoutbox):
    world.send(client)
    link = link_in(mailoutbox[0])
    answer = client.get(link)
    assert answer.status_code == 302
    assert link.rstrip("/").rsplit("/", 1)[1] not in answer.url
    assert Invitation.objects.get().token_hash not in link


def test_mail_and_pages_say_the_hours_of_the_platform(client, world, mailoutbox):
    user, world.host.time_zone = account(), "Asia/Tokyo"
    world.host.save()
    with time_machine.travel(datetime(2026, 11, 25, 16, 34, tzinfo=UTC), tick=False):
        world.send(client)
        listed = client.get(world.url("tenants:invitation_list")).text
        client.force_login(user)
        client.get(link_in(mailoutbox[0]))
        assert "until Thursday 10 December 2026, 01:34 (Asia/Tokyo)" in mailoutbox[0].body
        assert "10 December 2026, 01:34 (Asia/Tokyo)" in client.get(reverse("tenants:invitation_answer")).text
    assert "Thursday 26 November 2026 01:34 JST" in listed


def test_resending_keeps_the_message_and_kills_the_earlier_link(client, world, mailoutbox):
    world.send(client)
    invitation = Invitation.objects.get()
    client.post(world.url("tenants:invitation_resend", invitation.pk))
    assert "aboard" in mailoutbox[1].body
    assert acceptance.find(token_hash=tokens.hash_of(link_in(mailoutbox[0]).strip("/").split("/")[1])) is None
    assert acceptance.find(token_hash=tokens.hash_of(link_in(mailoutbox[1]).strip("/").split("/")[1]))


def test_revoking_makes_the_person_what_they_were(client, world):
    user = account()
    world.send(client)
    invitation = Invitation.objects.get()
    client.post(world.url("tenants:invitation_revoke", invitation.pk))
    assert Member.objects.get(user=user).status == Status.REMOVED
    with pytest.raises(Gone):
        acceptance.accept_invitation(user=user, pk=invitation.pk)


def test_declining_tells_the_inviter(client, world):
    user = account()
    world.send(client)
    client.force_login(user)
    answer = client.post(
        f"{reverse('tenants:invitation_answer')}?invitation={Invitation.objects.get().pk}", {"decline": "1"}
    )
    assert answer.status_code == 302
    assert Invitation.objects.get().state == "declined"
    assert "declined" in Notification.objects.get(user=world.admin.user).text


def test_people_with_an_account_hear_it_from_the_bell(client, world):
    user = account()
    world.send(client)
    assert "invites you" in Notification.objects.get(user=user).text


def test_b16_the_last_licence_goes_to_one(client, world):
    user = account()
    world.roles["ENT"].stock.filter(platform=world.host).update(quantity=1)
    draft = world.begin(client)
    world.people(client, draft)
    roles = {"roles": ["ENT"], "assigned": ["ENT"], "restricted": ["ENT"], "go": "spaces"}
    client.post(world.url("spaces:invitation_roles", draft.pk), roles)
    client.post(world.url("spaces:invitation_preview", draft.pk), {"send": "yes"})
    answer = acceptance.accept_invitation(user=user, pk=Invitation.objects.get().pk)
    assert "No licence of" in answer.left_out[0]
    assert not RoleGrant.objects.get(member=answer.member).assigned


def test_somebody_removed_before_comes_back_with_what_is_listed_only(client, world):
    user = account()
    member = MemberFactory(platform=world.host, user=user, status=Status.REMOVED, right=Right.MEMBER)
    world.send(client)
    acceptance.accept_invitation(user=user, pk=Invitation.objects.get().pk)
    member.refresh_from_db()
    assert (member.status, member.right, member.company) == (Status.ACTIVE, "external", world.supplier)
    assert Credential.objects.filter(user=user).count() == 1
