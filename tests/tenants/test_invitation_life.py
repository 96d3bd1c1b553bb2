"""The whole life of an invitation: every transition, reminders, renewal and its traps, and the domain rules."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from tenants import acceptance, domains, invitations, reminders, tokens
from tenants.errors import Conflict, DomainError, Gone, NotVisible
from tenants.models import AuditEvent, DomainRule, Invitation, InvitationState, Member, Notification, Right, Status
from tests.factories import MemberFactory, OrganizationFactory, PlatformFactory, UserFactory, actor_of, worker

pytestmark = pytest.mark.django_db
EMAIL = "mara@tolmec.example"
DAY = timedelta(days=1)


class World:
    """A platform whose Administrator invites one person who has an account."""

    def __init__(self):
        self.admin = worker(PlatformFactory(invitations_from_administrators=True), Right.ADMINISTRATOR)
        self.platform = self.admin.platform
        self.company = OrganizationFactory(platform=self.platform)
        self.user = UserFactory(email=EMAIL)
        EmailAddress.objects.create(user=self.user, email=EMAIL, verified=True, primary=True)

    def invite(self, **more):
        with transaction.atomic():
            offer = invitations.Offer(EMAIL, Right.EXTERNAL, self.company, **more)
            invitation, token = invitations.prepare(actor_of(self.admin), offer)
            invitations.announce(invitation, token)
        return invitation

    def accept(self, invitation):
        return acceptance.accept_invitation(user=self.user, pk=invitation.pk)

    def decline(self, invitation):
        return acceptance.decline_invitation(user=self.user, pk=invitation.pk)

    def resend(self, invitation):
        return invitations.resend_invitation(actor=actor_of(self.admin), pk=invitation.pk)

    def revoke(self, invitation):
        return invitations.revoke_invitation(actor=actor_of(self.admin), pk=invitation.pk)

    def anew(self, invitation):
        return self.invite()

    def remind(self, invitation):
        reminders.remind_invited()


@pytest.fixture
def world():
    return World()


def links(mailoutbox):
    return [re.search(r"/invitations/(\w+)/", mail.body).group(1) for mail in mailoutbox]


# From each state, what each act leads to; a refusal is its status. `anew` invites the address again.
TRANSITIONS = """
          accept    decline   resend   revoke   anew
sent      accepted  declined  sent     revoked  409
expired   410       410       sent     revoked  expired
followed  410       410       409      409      409
accepted  410       410       409      409      409
declined  410       410       409      409      declined
revoked   410       410       409      409      revoked
"""
ACTS, *ROWS = (line.split() for line in TRANSITIONS.strip().splitlines())
CASES = [(row[0], act, outcome) for row in ROWS for act, outcome in zip(ACTS, row[1:], strict=True)]


@pytest.mark.parametrize(("state", "act", "outcome"), CASES, ids=[f"{state}-{act}" for state, act, _ in CASES])
def test_every_transition(world, state, act, outcome):
    invitation = world.invite()
    if state in {"expired", "followed"}:
        Invitation.objects.update(expires_at=timezone.now())
    before = {"accepted": world.accept, "declined": world.decline, "revoked": world.revoke, "followed": world.anew}
    before.get(state, lambda invitation: None)(invitation)
    entries = AuditEvent.objects.count()
    try:
        getattr(world, act)(invitation)
        invitation.refresh_from_db()
        result = invitation.shown_state(timezone.now())
    except DomainError as refusal:
        result = str(refusal.status)
        assert AuditEvent.objects.count() == entries
    assert result == outcome
    member = Member.objects.get(user=world.user)
    standing = Invitation.objects.filter(state=InvitationState.SENT)
    assert (member.status == Status.PENDING) == standing.exists()
    assert not (member.status == Status.ACTIVE and standing.exists())


def test_a_reminder_comes_after_three_and_seven_days_once_each_with_the_same_link(world, mailoutbox):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        invitation, sent = world.invite(message="Welcome aboard"), []
        for hours in range(0, 14 * 24 + 25, 6):
            clock.move_to(invitation.sent_at + timedelta(hours=hours))
            reminders.remind_invited()
            if len(mailoutbox) > len(sent) + 1:
                sent.append(hours // 24)
        assert sent == [3, 7]
    assert len(set(links(mailoutbox))) == 1 and len(mailoutbox) == 3
    assert all("Welcome aboard" in mail.body for mail in mailoutbox)
    assert ["reminds you" in mail.body for mail in mailoutbox] == [False, True, True]
    assert AuditEvent.objects.filter(verb="invitation_reminded", actor=None).count() == 2


def test_t14_no_link_can_be_made_from_what_is_stored(world, mailoutbox, settings):
    invitation = world.invite()
    (token,) = links(mailoutbox)
    assert token not in {str(value) for value in Invitation.objects.values().get().values()}
    assert acceptance.find(token_hash=tokens.hash_of(token)) == invitation
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another secret"
    assert tokens.recall(invitation) == token
    settings.SECRET_KEY_FALLBACKS = []
    assert tokens.recall(invitation) is None
    with time_machine.travel(timezone.now() + 3 * DAY):
        reminders.remind_invited()  # rather a new link than one that is dead
    assert acceptance.find(token_hash=tokens.hash_of(links(mailoutbox)[1])) == invitation


def test_missed_reminders_are_one_mail_and_resending_begins_anew(world, mailoutbox):
    invitation = world.invite()
    with time_machine.travel(invitation.sent_at + 8 * DAY, tick=False):
        reminders.remind_invited()
        reminders.remind_invited()
        assert len(mailoutbox) == 2
        world.resend(invitation)
    with time_machine.travel(invitation.sent_at + 11 * DAY, tick=False):
        reminders.remind_invited()
    assert len(mailoutbox) == 4
    assert len(set(links(mailoutbox))) == 2


@pytest.mark.parametrize("ending", ["accept", "decline", "revoke"])
def test_nobody_is_reminded_of_what_is_over(world, mailoutbox, ending):
    getattr(world, ending)(world.invite())
    with time_machine.travel(timezone.now() + 4 * DAY):
        reminders.remind_invited()
    assert [letter.to for letter in mailoutbox].count([world.user.email]) == 1


def test_nobody_is_reminded_of_what_the_inviter_can_no_longer_give(world, mailoutbox):
    world.invite()
    Member.objects.filter(pk=world.admin.pk).update(right=Right.MEMBER)
    with time_machine.travel(timezone.now() + 4 * DAY):
        reminders.remind_invited()
    assert len(mailoutbox) == 1


def test_somebody_invited_anew_after_an_expired_one_is_again_what_they_were(world):
    MemberFactory(platform=world.platform, user=world.user, status=Status.NO_ACCESS, right=Right.EXTERNAL)
    world.invite()
    Invitation.objects.update(expires_at=timezone.now())
    world.revoke(world.invite())
    assert Member.objects.get(user=world.user).status == Status.NO_ACCESS
    assert sorted(Invitation.objects.values_list("state", flat=True)) == ["expired", "revoked"]


class TestRenewal:
    """The security bugs that this very feature had elsewhere."""

    def test_another_platforms_administrator_neither_sees_nor_touches_it(self, world, client):
        invitation, other = world.invite(), worker(PlatformFactory(), Right.ADMINISTRATOR)
        before = Invitation.objects.values().get()
        for act in (invitations.resend_invitation, invitations.revoke_invitation):
            with pytest.raises(NotVisible):
                act(actor=actor_of(other), pk=invitation.pk)
        client.force_login(other.user)
        page = client.get(reverse("tenants:invitation_list", args=[other.platform.slug]))
        assert EMAIL not in page.content.decode()
        assert Invitation.objects.values().get() == before

    def test_renewing_counts_from_now_and_not_from_the_old_end(self, world):
        invitation = world.invite()
        with time_machine.travel(timezone.now() + 60 * DAY, tick=False):
            renewed, _token = world.resend(invitation)
            assert renewed.expires_at == timezone.now() + 14 * DAY

    def test_renewing_gives_no_access_past_its_end(self, world):
        invitation = world.invite(access_ends_at=timezone.now() + 20 * DAY)
        with time_machine.travel(timezone.now() + 15 * DAY, tick=False):
            renewed, _token = world.resend(invitation)
            assert renewed.expires_at == invitation.access_ends_at
        with time_machine.travel(timezone.now() + 21 * DAY), pytest.raises(Conflict, match="is over"):
            world.resend(invitation)

    def test_an_old_end_of_access_does_not_follow_into_the_next_membership(self, world):
        past = timezone.now() - DAY
        MemberFactory(platform=world.platform, user=world.user, status=Status.NO_ACCESS, ends_at=past, end_settled=True)
        world.accept(world.invite())
        member = Member.objects.get(user=world.user)
        assert (member.ends_at, member.end_settled, member.sponsor) == (None, False, world.admin.user)
        assert actor_of(member).is_active

    def test_nobody_renews_for_an_inviter_who_can_no_longer_invite(self, world):
        invitation, other = world.invite(), worker(world.platform, Right.ADMINISTRATOR)
        Member.objects.filter(pk=world.admin.pk).update(right=Right.MEMBER)
        with pytest.raises(Conflict, match="can no longer invite"):
            invitations.resend_invitation(actor=actor_of(other), pk=invitation.pk)

    def test_the_link_of_before_is_dead_after_renewal(self, world, mailoutbox):
        invitation = world.invite()
        world.resend(invitation)
        old, new = links(mailoutbox)
        assert acceptance.find(token_hash=tokens.hash_of(old)) is None
        assert acceptance.find(token_hash=tokens.hash_of(new)) == invitation


class TestDomains:
    REFUSED = "This platform invites nobody at tolmec.example."

    def rule(self, world, domain, allowed=False):
        return domains.set_rule(actor=actor_of(world.admin), domain=domain, allowed=allowed)

    @pytest.mark.parametrize(
        ("rules", "email", "fine"),
        [
            ({}, "a@x.test", True),
            ({"x.test": False}, "a@x.test", False),
            ({"x.test": False}, "a@mail.x.test", False),
            ({"x.test": False}, "a@notx.test", True),
            ({"x.test": True}, "a@y.test", False),
            ({"x.test": True}, "a@deep.mail.x.test", True),
            ({"x.test": True, "mail.x.test": False}, "a@mail.x.test", False),
            ({"x.test": False, "mail.x.test": True}, "a@deep.mail.x.test", True),
        ],
    )
    def test_the_nearest_rule_decides(self, rules, email, fine):
        assert (domains.refusal(email, rules) == "") is fine

    @pytest.mark.parametrize("typed", ["TOLMEC.example", "@tolmec.example.", "ｔolmec。example"])
    def test_t06_t07_every_spelling_is_one_domain(self, world, typed):
        self.rule(world, typed)
        assert DomainRule.objects.get().domain == "tolmec.example"
        with pytest.raises(Conflict):
            self.rule(world, "tolmec.example")

    @pytest.mark.parametrize("typed", ["", "com", "a b.test", "a@b@c.test", "x" * 250 + ".test"])
    def test_what_is_no_domain_is_said_to_be_none(self, world, typed):
        with pytest.raises(DomainError) as refusal:
            self.rule(world, typed)
        assert refusal.value.status == 422

    def test_it_is_asked_when_judging_sending_and_renewing(self, world):
        invitation = world.invite()
        self.rule(world, "tolmec.example")
        codes = [verdict.code for verdict in invitations.judge(world.platform, ["new@tolmec.example", "a@x.example"])]
        assert codes == ["domain", "ready"]
        with pytest.raises(Conflict, match=re.escape(self.REFUSED)):
            world.resend(invitation)
        world.revoke(invitation)
        with pytest.raises(Conflict, match=re.escape(self.REFUSED)):
            world.invite()

    def test_it_is_asked_again_at_acceptance(self, world):
        invitation = world.invite()
        self.rule(world, "tolmec.example")
        answer = world.accept(invitation)
        assert (answer.member, answer.left_out) == (None, (self.REFUSED,))
        assert Invitation.objects.get().state == InvitationState.REVOKED
        assert self.REFUSED in Notification.objects.get(user=world.admin.user).text
        assert Member.objects.get(user=world.user).status == Status.REMOVED

    def test_another_platforms_rule_refuses_nobody_here(self, world):
        other = worker(PlatformFactory(), Right.ADMINISTRATOR)
        rule = domains.set_rule(actor=actor_of(other), domain="tolmec.example", allowed=False)
        assert world.accept(world.invite()).member
        with pytest.raises(NotVisible):
            domains.remove_rule(actor=actor_of(world.admin), pk=rule.pk)

    def test_the_page_says_first_which_invitations_a_rule_stops(self, world, client):
        world.invite()
        client.force_login(world.admin.user)
        url = reverse("tenants:domain_list", args=[world.platform.slug])
        answer = client.post(url, {"domain": "other.example", "allowed": "yes"})
        assert answer.status_code == 422 and EMAIL in answer.content.decode()
        assert not DomainRule.objects.exists()
        assert client.post(url, {"domain": "other.example", "allowed": "yes", "confirmed": "yes"}).status_code == 302
        assert DomainRule.objects.get().allowed


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_t13_no_way_of_looking_at_a_link_answers_it(world, client, mailoutbox, method):
    world.invite()
    client.force_login(world.user)
    before = Invitation.objects.values().get()
    getattr(client, method)(reverse("tenants:invitation_open", args=links(mailoutbox)))
    getattr(client, method)(reverse("tenants:invitation_answer"))
    assert Invitation.objects.values().get() == before
    assert Member.objects.get(user=world.user).status == Status.PENDING


def test_t03_only_the_invitation_says_where_it_leads(world, client, mailoutbox):
    other, company = PlatformFactory(), OrganizationFactory(platform=world.platform)
    world.invite()
    client.force_login(world.user)
    client.get(reverse("tenants:invitation_open", args=links(mailoutbox)))
    forged = {"platform": other.slug, "right": "administrator", "company": company.pk, "role": "DES", "pk": "999"}
    client.post(f"{reverse('tenants:invitation_answer')}?platform={other.slug}", {"accept": "yes"} | forged)
    member = Member.objects.get(user=world.user)
    assert (member.platform, member.right, member.company) == (world.platform, Right.EXTERNAL, world.company)
    assert not member.grants.exists()


def test_t09_a_changed_address_moves_no_membership(world):
    member = world.accept(world.invite()).member
    eve = UserFactory(email="eve@evil.example")
    EmailAddress.objects.filter(email=EMAIL).delete()
    EmailAddress.objects.create(user=eve, email=EMAIL, verified=True, primary=True)
    assert Member.objects.get(pk=member.pk).user == world.user
    assert not Member.objects.filter(user=eve).exists()
    with pytest.raises(Gone):
        acceptance.accept_invitation(user=eve, pk=Invitation.objects.get().pk)
