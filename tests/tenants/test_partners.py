"""Two sides that agree: the truth table of both rules, what a host may learn and when, recall, and the end."""

import re
from itertools import product

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.db import transaction
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from spaces.models import Credential
from tenants import acceptance, audit, consent, invitations, partner_rows, partners, partnership, recall
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.models import (
    AuditEvent,
    Consent,
    Given,
    Invitation,
    Member,
    Notification,
    OutgoingMail,
    Partner,
    PartnerRule,
    Platform,
    Right,
    RoleGrant,
    Status,
    User,
)
from tenants.partner_rules import Verdict, together, verdict
from tests.factories import (
    MemberFactory,
    OrganizationFactory,
    PlatformFactory,
    SpaceFactory,
    UserFactory,
    actor_of,
    give,
    license_member,
    worker,
)
from tests.site_world import undone
from tests.tenants.worlds import COLLABORATION, pair, travelling

ALLOW, ASK, REFUSE = PartnerRule.values
GO, WAIT, STOP = "go", "ask", "stop"
# What a rule makes of an invitation when the side has said nothing, was asked, approved, refused.
BY_RULE = {
    ALLOW: {"": GO, "asked": GO, "approved": GO, "refused": STOP},
    ASK: {"": WAIT, "asked": WAIT, "approved": GO, "refused": STOP},
    REFUSE: {"": STOP, "asked": STOP, "approved": STOP, "refused": STOP},
}


class World:
    """A host and a home, each with an Administrator, and an engineer of the home who has an account."""

    def __init__(self):
        self.home, self.host = pair()
        for platform, name in ((self.home, "Tolmec"), (self.host, "Corvane")):
            Platform.objects.filter(pk=platform.pk).update(name=name, slug=name.lower())
            platform.refresh_from_db()
        self.elena = worker(self.host, Right.ADMINISTRATOR, user__name="Elena Castellano")
        self.marcus = worker(self.home, Right.ADMINISTRATOR, user__name="Marcus Oyelaran")
        self.company = OrganizationFactory(platform=self.host, name="Tolmec Machining")
        self.mara = self.person("mara@tolmec.example", home=self.home)

    def person(self, email, home=None):
        user = UserFactory(email=email, name=email.split("@")[0].title())
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        if home:
            license_member(MemberFactory(platform=home, user=user), COLLABORATION, restricted=False)
        return user

    def rules(self, outbound="", inbound="", default=ALLOW):
        """Store both sides' rules as they are."""
        Platform.objects.update(partners_inbound=default, partners_outbound=default)
        for platform, address, rule in ((self.home, "corvane", outbound), (self.host, "tolmec", inbound)):
            way = "outbound" if platform == self.home else "inbound"
            Partner.objects.update_or_create(platform=platform, address=address, defaults={way: rule})

    @transaction.atomic
    def invite(self, email="mara@tolmec.example", inviter=None):
        offer = invitations.Offer(email, Right.EXTERNAL, self.company)
        actor = actor_of(inviter or self.elena)
        actor.platform.refresh_from_db()
        invitation, token = invitations.prepare(actor, offer)
        invitations.announce(invitation, token)
        return invitation

    def accept(self, invitation, user=None):
        return acceptance.accept_invitation(user=user or self.mara, pk=invitation.pk)

    def approve(self, member):
        row = Consent.objects.get(platform=member.platform, state=Given.ASKED)
        return partners.approve_invitation(actor=actor_of(member), pk=row.pk)

    def is_member(self, user=None):
        rows = Member.objects.filter(platform=self.host, user=user or self.mara, status=Status.ACTIVE)
        return rows.exists()


class Agreement(TestCase):
    """Asks both sides."""

    @classmethod
    def setUpTestData(cls):
        cls.world = World()

    def _came_of(self, invitation):
        try:
            answer = self.world.accept(invitation)
        except Conflict:
            return STOP
        return WAIT if answer.waits else GO

    def test_t47_b12_a_rule_and_a_word_make_a_verdict(self):
        assert {(rule, given): verdict(rule, given).value for rule, row in BY_RULE.items() for given in row} == {
            (rule, given): answer for rule, row in BY_RULE.items() for given, answer in row.items()
        }
        for sides in product(Verdict, repeat=2):
            assert together(sides) == max(sides, key=[Verdict.GO, Verdict.ASK, Verdict.STOP].index)

    def test_t47_b12_both_sides_have_to_agree(self):
        """Each side's own rule or its default, both ways: nine outcomes at acceptance, and whether mail left before."""
        world = self.world
        for outbound, inbound, own in product(PartnerRule.values, PartnerRule.values, (True, False)):
            with self.subTest(outbound=outbound, inbound=inbound, own=own), undone():
                if own:
                    world.rules(outbound, inbound)
                else:
                    Platform.objects.filter(pk=world.home.pk).update(partners_outbound=outbound)
                    Platform.objects.filter(pk=world.host.pk).update(partners_inbound=inbound)
                invitation = world.invite()
                mailed = Notification.objects.filter(user=world.mara).exists()
                assert mailed == (outbound == ALLOW)
                before = AuditEvent.objects.count(), Consent.objects.count()
                outcome = self._came_of(invitation)
                assert outcome == max(BY_RULE[outbound][""], BY_RULE[inbound][""], key=[GO, WAIT, STOP].index)
                assert world.is_member() == (outcome == GO)
                if outcome == STOP:
                    assert (AuditEvent.objects.count(), Consent.objects.count()) == before

    def test_t47_b12_a_side_that_is_taken_away_never_adds_a_right(self):
        """Whatever both sides have said: the stricter of two rules never lets in whom the milder one keeps out."""
        order = [GO, WAIT, STOP]
        for given in BY_RULE[ALLOW]:
            found = [order.index(verdict(rule, given).value) for rule in PartnerRule.values]
            assert found == sorted(found)

    def test_home_is_asked_approves_and_the_mail_leaves(self):
        world = self.world
        world.rules(outbound=ASK)
        invitation = world.invite()
        assert "your rule asks first" in Notification.objects.get(user=world.marcus.user).text
        assert not Notification.objects.filter(user=world.mara).exists()
        old = invitation.token_hash
        world.approve(world.marcus)
        invitation.refresh_from_db()
        assert invitation.token_hash != old  # a link that the host has seen is dead
        assert "invites you" in Notification.objects.get(user=world.mara).text
        world.accept(invitation)
        assert world.is_member()

    def test_home_refuses_and_the_host_is_told_nothing(self):
        world = self.world
        world.rules(outbound=ASK)
        invitation, told = world.invite(), AuditEvent.objects.filter(platform=world.host).count()
        row = Consent.objects.get()
        partners.refuse_invitation(actor=actor_of(world.marcus), pk=row.pk, reason="Busy until May")
        with pytest.raises(Conflict, match="Busy until May"):
            world.accept(invitation)
        invitation.refresh_from_db()
        assert invitation.shown_state(timezone.now()) == "sent"
        assert AuditEvent.objects.filter(platform=world.host).count() == told
        assert AuditEvent.objects.get(verb="consent_refused").platform == world.home
        assert not Notification.objects.filter(platform=world.host).exists()
        invitations.resend_invitation(actor=actor_of(world.elena), pk=invitation.pk)
        assert not Notification.objects.filter(user=world.mara).exists()  # asked once, answered once

    def test_the_host_asks_when_somebody_accepts_and_refusing_revokes(self):
        world = self.world
        world.rules(inbound=ASK)
        invitation = world.invite()
        assert not Consent.objects.exists()  # before, it would tell the host where this address is at home
        assert world.accept(invitation).waits
        assert Consent.objects.get().partner == world.home
        assert world.accept(invitation).waits  # pressed twice
        assert Consent.objects.count() == 1
        with undone():
            world.approve(world.elena)
            world.accept(invitation)
            assert world.is_member()
        partners.refuse_invitation(actor=actor_of(world.elena), pk=Consent.objects.get().pk, reason="")
        invitation.refresh_from_db()
        assert (invitation.state, invitation.member.status) == ("revoked", Status.REMOVED)

    def test_a_rule_that_became_stricter_meanwhile_counts_at_acceptance(self):
        world = self.world
        invitation = world.invite()
        for way, rule, expected in (("outbound", REFUSE, STOP), ("inbound", REFUSE, STOP), ("outbound", ASK, WAIT)):
            with undone():
                world.rules(**{way: rule})
                assert self._came_of(invitation) == expected
                assert not world.is_member()
        with undone():
            world.rules(outbound=ASK)
            again = world.invite("mara2@tolmec.example")  # a second address of hers, unknown when it was invited
            EmailAddress.objects.create(user=world.mara, email="mara2@tolmec.example", verified=True)
            assert self._came_of(again) == WAIT

    def test_with_several_homes_every_one_has_to_agree_and_the_host_learns_none(self):
        world = self.world
        second = PlatformFactory(name="Oriel", slug="oriel", partners_outbound=ASK)
        worker(second, Right.ADMINISTRATOR)
        MemberFactory(platform=second, user=world.mara)
        invitation = world.invite()
        assert list(Consent.objects.values_list("platform__name", flat=True)) == ["Oriel"]
        Platform.objects.filter(pk=second.pk).update(partners_outbound=ALLOW)
        world.accept(invitation)
        assert {row.platform for row in Partner.objects.filter(known=True)} == {world.home, second}
        assert partner_rows.rows_of(world.host) == []

    def test_without_a_home_no_partner_is_asked(self):
        world = self.world
        world.rules(default=REFUSE)
        user = world.person("free@lance.example")
        guest = MemberFactory(user=user, right=Right.EXTERNAL)  # an External elsewhere is not at home there
        assert guest.platform != world.host
        world.accept(world.invite(user.email), user)
        assert world.is_member(user)

    def test_who_was_here_before_is_judged_at_sending(self):
        world = self.world
        MemberFactory(platform=world.host, user=world.mara, company=world.company, status=Status.REMOVED)
        world.rules(inbound=REFUSE)
        with pytest.raises(Conflict, match="Corvane takes nobody of Tolmec"), undone():
            world.invite()
        world.rules(inbound=ASK)
        invitation = world.invite()  # an Administrator who invites has said yes by that
        assert Consent.objects.get().decided_by == world.elena.user
        world.accept(invitation)
        assert world.is_member()

    def test_what_waits_expires_and_is_answered_once(self):
        world = self.world
        world.rules(outbound=ASK)
        invitation = world.invite()
        pk, marcus = Consent.objects.get().pk, actor_of(world.marcus)
        with undone():
            Invitation.objects.update(expires_at=timezone.now())
            assert not partner_rows.waiting(world.home, timezone.now())
            with pytest.raises(Conflict, match="no longer stands"):
                partners.approve_invitation(actor=marcus, pk=pk)
        partners.approve_invitation(actor=marcus, pk=pk)
        with pytest.raises(Conflict, match="answered already"):
            partners.refuse_invitation(actor=marcus, pk=pk, reason="")
        invitation.refresh_from_db()
        assert invitation.state == "sent"


class Secrecy(TestCase):
    """What the host may learn, and when."""

    @classmethod
    def setUpTestData(cls):
        cls.world = world = World()
        world.bea = world.person("bea@tolmec.example")  # an account, no home; nobody has an account bob@
        world.ben = world.person("ben@tolmec.example", home=world.home)

    def _seen_by_host(self, email):
        """Return every page of the host that an invitation of this address can show."""
        world, browser, slug = self.world, self.client, self.world.host.slug
        browser.force_login(world.elena.user)
        with undone():
            invitation = world.invite(email)
            pages = [browser.get(reverse(f"tenants:{page}", args=[slug])) for page in HOST_PAGES]
            pages.append(browser.post(reverse("tenants:invitation_resend", args=[slug, invitation.pk]), follow=True))
            assert OutgoingMail.objects.filter(to=email).count() == 2  # one that is held back has its place taken
            with pytest.raises(Conflict):
                invitations.prepare(actor_of(world.elena), invitations.Offer(email, Right.EXTERNAL, world.company))
        texts = [page.content.decode().replace(email, "X") for page in pages]
        return [
            re.sub(r'nonce="[^"]*"|\b[\w-]{43,64}\b|/\d+/|value="\d+"|\w+Z?@\S+|\d\d:\d\d', "", text) for text in texts
        ]

    def test_t10_the_host_sees_no_difference_until_somebody_accepts(self):
        world, now = self.world, timezone.now()
        User.objects.filter(pk__in=[world.bea.pk, world.ben.pk]).update(name="")  # a name tells of an account
        for outbound, inbound in ((ALLOW, ALLOW), (ASK, REFUSE), (REFUSE, ASK)):
            with undone(), time_machine.travel(now, tick=False):
                world.rules(outbound, inbound)
                first, *others = [self._seen_by_host(f"{name}@tolmec.example") for name in ("ben", "bea", "bob")]
                assert others == [first, first]
                assert not [text for text in first if "Tolmec" in text.replace("Tolmec Machining", "")]

    def test_t10_b04_naming_an_address_answers_alike_whether_or_not_it_is_there(self):
        world, browser = self.world, self.client
        browser.force_login(world.elena.user)
        url = reverse("tenants:partner_name", args=[world.host.slug])
        answers, before = [], list(Platform.objects.values())
        for address in ("tolmec", "nobody"):
            with undone():
                first = browser.post(url, {"address": address, "inbound": "ask", "outbound": "default"}, follow=True)
                page = browser.get(reverse("tenants:partner_detail", args=[world.host.slug, address]))
                end = browser.get(reverse("tenants:partner_end", args=[world.host.slug, address]))
                kept = Partner.objects.filter(platform=world.host).values_list("known", "inbound")
                texts = [re.sub(r'nonce="[^"]*"|\w{64}', "", one.content.decode()) for one in (first, page, end)]
                answers.append((list(kept), [text.replace(address, "X") for text in texts]))
        assert answers[0] == answers[1]
        assert list(Platform.objects.values()) == before
        assert not Partner.objects.filter(platform=world.home).exists()

    def test_two_that_name_each_other_are_confirmed(self):
        world = self.world
        partners.name_partner(actor=actor_of(world.elena), address=" Tolmec ")
        assert str(partner_rows.find(world.host, "tolmec")) == "tolmec"
        partners.name_partner(actor=actor_of(world.marcus), address="corvane")
        assert str(partner_rows.find(world.host, "tolmec")) == "Tolmec"
        assert str(partner_rows.find(world.home, "corvane")) == "Corvane"

    def test_bad_addresses_are_refused_in_words(self):
        actor = actor_of(self.world.elena)
        for address in ("", "corvane", "a b", "../x", "ü", "x" * 51):
            with pytest.raises(Unacceptable):
                partners.name_partner(actor=actor, address=address)
        with pytest.raises(Unacceptable):
            partners.name_partner(actor=actor, address="tolmec", inbound="nonsense")
        assert not Partner.objects.exists()

    def test_the_home_view_names_nothing_of_the_host(self):
        world, browser = self.world, self.client
        space = SpaceFactory(platform=world.host, title="Canary space")
        world.accept(world.invite("ben@tolmec.example"), world.ben)
        guest = Member.objects.get(platform=world.host, user=world.ben)
        guest.sponsor = world.elena.user
        guest.save()
        give(guest, space, "reader")
        browser.force_login(world.marcus.user)
        at_home = Member.objects.get(platform=world.home, user=world.ben)
        slug = world.home.slug
        pages = [("partner_list", ()), ("partner_detail", ("corvane",)), ("member_detail", (at_home.pk,))]
        pages += [("licences_between", ()), ("member_recall", (at_home.pk,))]
        for name, args in pages:
            text = browser.get(reverse(f"tenants:{name}", args=[slug, *args])).content.decode()
            assert "Canary" not in text and "Elena" not in text and "Tolmec Machining" not in text, name
            assert "Ben" in text or name in {"partner_list", "licences_between"}
        browser.force_login(world.elena.user)
        text = browser.get(reverse("tenants:partner_detail", args=[world.host.slug, "tolmec"])).content.decode()
        assert "Ben" in text and "Marcus" not in text and "Elena Castellano" in text


HOST_PAGES = ("invitation_list", "member_list", "partner_list", "record", "licences_between", "notifications")


class RecallAndEnd(TestCase):
    """Ends what was agreed, from either side."""

    @classmethod
    def setUpTestData(cls):
        cls.world = world = World()
        world.at_home, world.guest = travelling(world.home, world.host, name="Nils Berg")
        give(world.guest, SpaceFactory(platform=world.host, title="Rig"), "reader")

    def test_t47_b12_a_recall_counts_from_the_next_request_and_both_records_carry_it(self):
        world, browser = self.world, self.client
        browser.force_login(world.guest.user)
        page = reverse("tenants:home", args=["corvane"])
        assert browser.get(page).status_code == 200
        foretold = recall.endings(world.at_home)
        assert foretold[0] == "Corvane: Entry, Collaboration of yours no longer counts there"
        recall.recall_licences(actor=actor_of(world.marcus), member=world.at_home, reason="Project over")
        assert browser.get(page).status_code == 403
        assert "enter" in actor_of(world.at_home).capabilities
        kept = {(row.platform, row.verb, row.subject) for row in AuditEvent.objects.filter(subject=world.guest.user)}
        assert kept == {
            (world.home, "licences_recalled", world.guest.user),
            (world.host, "licences_withdrawn", world.guest.user),
        }
        told = Notification.objects.filter(subject__startswith="recall:")
        assert {row.user for row in told} == {world.guest.user, world.elena.user}
        with pytest.raises(Conflict):
            recall.recall_licences(actor=actor_of(world.marcus), member=world.at_home)

    def test_t47_a_home_changes_nothing_of_the_host_and_a_host_nothing_of_home(self):
        world = self.world
        of_home = [Member.objects.filter(platform=world.home), RoleGrant.objects.filter(member__platform=world.home)]
        of_home.append(Partner.objects.filter(platform=world.home))
        of_host = [Member.objects.filter(platform=world.host), RoleGrant.objects.filter(member__platform=world.host)]
        of_host += [Credential.objects.filter(content_object__platform=world.host)]
        of_host += [Partner.objects.filter(platform=world.host)]
        elena, marcus = actor_of(world.elena), actor_of(world.marcus)
        before = [list(rows.values()) for rows in of_host]
        recall.recall_licences(actor=marcus, member=world.at_home)
        partners.set_rules(actor=marcus, address="corvane", inbound=REFUSE, outbound=REFUSE)
        partnership.end_partnership(actor=marcus, address="corvane")
        assert [list(rows.all().values()) for rows in of_host] == before
        before = [list(rows.all().values()) for rows in of_home]
        partners.set_rules(actor=elena, address="tolmec", inbound=ASK, outbound="")
        partnership.end_partnership(actor=elena, address="tolmec")
        assert [list(rows.all().values()) for rows in of_home] == before
        for actor, member in ((elena, world.at_home), (marcus, world.guest)):
            with pytest.raises(NotVisible):
                recall.recall_licences(actor=actor, member=member)

    def test_b04_nobody_but_an_administrator_sets_answers_recalls_or_ends(self):
        world = self.world
        actor = actor_of(worker(world.host))
        for act in (
            lambda: partners.name_partner(actor=actor, address="tolmec"),
            lambda: partners.set_rules(actor=actor, address="tolmec", inbound="", outbound=ASK),
            lambda: partners.set_default_rules(actor=actor, inbound=ASK, outbound=ASK),
            lambda: partners.approve_invitation(actor=actor, pk=1),
            lambda: recall.recall_licences(actor=actor, member=world.guest),
            lambda: partnership.end_partnership(actor=actor, address="tolmec"),
        ):
            with pytest.raises(AccessDenied):
                act()
        assert not Partner.objects.exists() and not AuditEvent.objects.exists()

    def test_t39_an_act_lands_on_the_platform_of_its_address(self):
        """One Administrator of both, two tabs: what waits for the home is not there in the host's tab."""
        world, browser = self.world, self.client
        world.rules(outbound=ASK)
        world.invite()
        MemberFactory(platform=world.host, user=world.marcus.user, right=Right.ADMINISTRATOR)
        license_member(Member.objects.get(platform=world.host, user=world.marcus.user))
        browser.force_login(world.marcus.user)
        row = Consent.objects.get(platform=world.home)
        answer = {"decision": "approve"}
        wrong = browser.post(reverse("tenants:partner_answer", args=["corvane", row.pk]), answer)
        row.refresh_from_db()
        assert (wrong.status_code, row.state) == (404, Given.ASKED)
        browser.get(reverse("tenants:home", args=["corvane"]))  # the other tab was the last one
        browser.post(reverse("tenants:partner_answer", args=["tolmec", row.pk]), answer)
        row.refresh_from_db()
        assert row.state == Given.APPROVED

    def test_the_end_shows_what_it_ends_and_ends_it_through_the_ordinary_services(self):
        world = self.world
        stranger = MemberFactory(platform=world.host, right=Right.EXTERNAL, company=world.company)
        back = MemberFactory(platform=world.host, user=world.mara, company=world.company, status=Status.REMOVED)
        invitation = world.invite()
        rig = SpaceFactory(platform=world.host, title="Theirs alone")
        owner = give(world.guest, rig, "owner")
        ends = partnership.ending(world.host, world.home)
        assert ([guest.member for guest in ends.people], list(ends.invitations)) == ([world.guest], [invitation])
        partnership.end_partnership(actor=actor_of(world.elena), address="tolmec", reason="Contract over")
        for member, status in ((world.guest, "no_access"), (stranger, "active"), (back, "removed")):
            member.refresh_from_db()
            assert member.status == status
        assert not Credential.objects.filter(pk=owner.pk).exists()
        assert Credential.objects.get(content_object=rig).user == world.elena.user  # a space keeps an Owner
        verbs = list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))[-3:]
        assert verbs == ["invitation_revoked", "access_ended", "partnership_ended"]
        other = world.person("x@tolmec.example", home=world.home)
        with pytest.raises(Conflict, match="takes nobody of Tolmec"):
            world.accept(world.invite(other.email), other)

    def test_an_end_that_cannot_be_whole_does_not_happen(self):
        world = self.world
        Member.objects.filter(pk=world.elena.pk).update(right=Right.MEMBER)
        Member.objects.filter(pk=world.guest.pk).update(right=Right.ADMINISTRATOR)
        second = worker(world.host, Right.ADMINISTRATOR)
        third, there = travelling(world.home, world.host)
        assert third.platform == world.home
        actor = actor_of(second)
        Member.objects.filter(pk=second.pk).update(company=world.company)
        MemberFactory(platform=world.home, user=second.user)
        with pytest.raises((Conflict, AccessDenied)):  # the Administrator who ends it is theirs too
            partnership.end_partnership(actor=actor, address="tolmec")
        there.refresh_from_db()
        assert there.status == Status.ACTIVE
        assert not Partner.objects.filter(inbound=REFUSE).exists()

    def test_licences_between_platforms_shows_both_directions(self):
        browser = self.client
        for member, words in (
            (self.world.marcus, ["Ours, used elsewhere", "Nils Berg", "Corvane", "Entry, Collaboration"]),
            (self.world.elena, ["used here", "Nils Berg", "Tolmec", "Entry, Collaboration"]),
        ):
            browser.force_login(member.user)
            page = browser.get(reverse("tenants:licences_between", args=[member.platform.slug]))
            for text in words:
                self.assertContains(page, text)

    def test_the_effective_rule_stands_beside_where_it_comes_from(self):
        world = self.world
        actor = actor_of(world.marcus)
        row = partner_rows.find(world.home, "corvane")
        assert (row.record, row.outbound.words) == (None, "Allow, from the default")
        partners.set_default_rules(actor=actor, inbound=ALLOW, outbound=ASK)
        world.home.refresh_from_db()
        assert partner_rows.find(world.home, "corvane").outbound.words == "Ask an Administrator, from the default"
        partners.set_rules(actor=actor, address="corvane", inbound="", outbound=ALLOW)
        assert partner_rows.find(world.home, "corvane").outbound.words == "Allow, set for this partner"
        with pytest.raises(Conflict):
            partners.set_rules(actor=actor, address="corvane", inbound="", outbound=ALLOW)

    def test_the_relation_counts_what_people_did(self):
        world = self.world
        for verb in ("item_created", "file_stored", "file_stored", "credential_chosen"):
            with transaction.atomic():
                audit.record(None, verb, world.host, platform=world.host, user=world.guest.user)
        row = partner_rows.find(world.home, "corvane")
        (one,) = partner_rows.away(world.home, row.stays)
        assert (one.licences, one.activity.total) == (("Entry", "Collaboration"), 4)
        assert one.activity.words == "file versions 2, items made 1, other acts 1"
        (guest,) = partner_rows.find(world.host, "tolmec").guests
        assert (guest.spaces, guest.licences) == (1, ["Entry", "Collaboration"])
        assert consent.standing(world.invite(), world.mara).homes == (world.home,)
