"""Changes: one table of steps, signatures that bind to what was signed, items carried on wholly or not at all."""

from itertools import count, product

import pytest
from django.core.files.base import ContentFile
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from content.changes import asking, authority, binding, impact, raising, signing, steps, table
from content.changes.asking import Wish
from content.files import Arrival, add_version
from content.items import Draft, delete_item, edit_item
from content.lifecycle import change_maturity
from content.locks import lock_item
from content.models import Change, ChangeLine, ChangeState, Deed, Item, ItemType, Maturity, Route, Signature
from spaces.models import Credential, Visibility
from tenants import access
from tenants.errors import AccessDenied, Changed, Conflict, NotVisible, Unacceptable
from tenants.models import AuditEvent, Notification, Right
from tests.factories import (
    ItemFactory,
    OrganizationFactory,
    PlatformFactory,
    SpaceFactory,
    UserGroupFactory,
    actor_of,
    give,
    refer,
    worker,
)
from tests.site_world import body

APPROVE, REVIEW = "approve", "review"
# The contract's steps, typed a second time by hand: from, to, who.
LIFE = {
    "draft": {"in_work": "decider", "rejected": "decider", "cancelled": "worker"},
    "in_work": {"in_approval": "worker", "on_hold": "decider", "cancelled": "decider"},
    "in_approval": {"in_work": "worker", "on_hold": "decider", "cancelled": "decider"},
    "approved": {
        "completed": "decider",
        "in_approval": "worker",
        "in_work": "decider",
        "on_hold": "decider",
        "cancelled": "decider",
    },
    "rejected": {"in_work": "decider"},
    "on_hold": {"in_work": "decider", "cancelled": "decider"},
    "completed": {},
    "cancelled": {},
}


class TestChanges(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.platform = PlatformFactory()
        cls.space = SpaceFactory(platform=cls.platform, title="Shared", visibility=Visibility.PROTECTED)
        cls.vault = SpaceFactory(platform=cls.platform, title="Zqvault")
        supplier = OrganizationFactory(platform=cls.platform, name="Supplier")
        cls.people = {}
        for name, responsibility, restricted in (
            ("reader", "reader", False),
            ("contributor", "contributor", False),
            ("author", "author", False),
            ("leader", "leader", False),
            ("second", "leader", False),
            ("owner", "owner", False),
            ("guest", "leader", True),
        ):
            right, more = (Right.EXTERNAL, {"company": supplier}) if restricted else (Right.MEMBER, {})
            cls.people[name] = worker(cls.platform, right, user__name=f"{name.title()} Person", **more)
            give(cls.people[name], cls.space, responsibility, restricted=restricted)
        give(cls.people["leader"], cls.vault, "leader")
        cls.admin = worker(cls.platform, Right.ADMINISTRATOR)
        author = cls.people["author"].user
        cls.plate = ItemFactory(space=cls.space, owner=author, title="Plate")
        cls.bolt = ItemFactory(space=cls.space, owner=author, title="Bolt", maturity=Maturity.RELEASED)
        cls.old = ItemFactory(space=cls.space, owner=author, title="Old", maturity=Maturity.RELEASED)
        cls.secret = ItemFactory(space=cls.vault, title="Zqsecret")
        cls.own = ItemFactory(space=cls.space, organization=supplier, title="Fixture")

    def actor(self, name):
        return actor_of(self.admin if name == "admin" else self.people[name])

    def raised(self, name="contributor", item=None, deed="release"):
        return raising.raise_change(actor=self.actor(name), item=item or self.plate, title="Thicker", deed=deed)

    def step(self, change, target, name="leader", reason="Because"):
        return steps.step(actor=self.actor(name), change=change, target=target, reason=reason)

    def asks(self, change, name, purpose=APPROVE):
        whom = name if "-" in name else f"person-{self.people[name].pk}"
        return asking.ask(actor=self.actor("leader"), change=change, wish=Wish(purpose, whom))

    def sign(self, change, name="leader", agrees=True, remark="Fine", shown=None):
        shown = shown or binding.fingerprint(authority.open_change(self.actor("leader"), change.pk))
        word = signing.Word(agrees, remark, shown, "password")
        return signing.sign(actor=self.actor(name), change=change, word=word)

    def in_approval(self, *names):
        change = self.raised()
        self.step(change, "in_work")
        for name in names or ("leader",):
            self.asks(change, name)
        return self.step(change, "in_approval")

    def maturity(self, item):
        return Item.objects.get(pk=item.pk).maturity

    # --- who ---

    def test_who_raises_works_on_and_decides_is_the_contracts(self):
        for name, may in (
            ("reader", False),
            ("contributor", True),
            ("author", True),
            ("leader", True),
            ("owner", False),
            ("admin", False),
        ):
            assert bool(access.can(self.actor(name), "raise_change", self.plate)) is may, name
        with pytest.raises(AccessDenied):
            self.raised("reader")
        with pytest.raises(NotVisible):
            self.raised("guest")
        change = self.raised()
        for name, works, decides in (
            ("contributor", True, False),
            ("author", False, False),
            ("leader", True, True),
            ("owner", True, True),
            ("admin", True, True),
        ):
            opened = authority.open_change(self.actor(name), change.pk)
            assert bool(authority.may(self.actor(name), opened, table.WORKER)) is works, name
            assert bool(authority.may(self.actor(name), opened, table.DECIDER)) is decides, name
        with pytest.raises(NotVisible):
            authority.open_change(self.actor("guest"), change.pk)
        raising.add_item(actor=self.actor("leader"), change=change, item=self.secret, deed="release")
        opened = authority.open_change(self.actor("second"), change.pk)
        assert not authority.may(self.actor("second"), opened, table.DECIDER)  # Leader of one of the two spaces
        assert authority.may(self.actor("leader"), authority.open_change(self.actor("leader"), change.pk), "decider")

    def test_every_step_is_in_one_table_and_every_other_is_refused(self):
        assert {(at, to): who for (at, to), (who, _label) in table.STEPS.items() if who != table.SIGNATURES} == {
            (at, to): who for at, found in LIFE.items() for to, who in found.items()
        }
        change = self.raised()
        self.asks(change, "leader")
        for at, to, name in product(ChangeState.values, ChangeState.values, ("contributor", "leader")):
            Change.objects.filter(pk=change.pk).update(state=at)
            Item.objects.filter(pk=self.plate.pk).update(maturity=Maturity.FROZEN, change=None)
            Signature.objects.all().delete()
            if at == "approved":
                opened = authority.open_change(self.actor("leader"), change.pk)
                facts = {"agrees": True, "method": "x", "fingerprint": binding.fingerprint(opened)}
                Signature.objects.create(slot=change.slots.get(), user=self.people["leader"].user, **facts)
            who = LIFE[at].get(to)
            wanted = None if who and (name == "leader" or who == "worker") else AccessDenied if who else Conflict
            try:
                self.step(change, to, name)
                refused = None
            except (AccessDenied, Conflict) as refusal:
                refused = type(refusal)
            assert refused is wanted, (at, to, name)
            assert Change.objects.get(pk=change.pk).state == (at if wanted else to)

    # --- signatures ---

    def test_all_of_those_asked_or_any_one_and_a_refusal_rejects(self):
        change = self.in_approval("leader", "second")
        assert self.sign(change).state == "in_approval"
        with pytest.raises(AccessDenied):  # nobody signs twice
            self.sign(change)
        with pytest.raises(AccessDenied):  # nobody signs who is not asked
            self.sign(change, "owner")
        assert self.sign(change, "second").state == "approved"
        self.step(change, "in_work")
        asking.set_quorum(actor=self.actor("leader"), change=change, quorum="any")
        self.step(change, "in_approval")
        edit_item(actor=self.actor("second"), item=self.plate, draft=Draft("Other"))
        assert self.sign(change, "second").state == "approved"
        self.step(change, "in_work")
        edit_item(actor=self.actor("author"), item=self.plate, draft=Draft("Another"))
        self.step(change, "in_approval")
        with pytest.raises(Unacceptable):
            self.sign(change, agrees=False, remark=" ")
        assert self.sign(change, agrees=False, remark="Too thin").state == "rejected"
        assert not Item.objects.filter(change=change).exists()  # its items are free again
        assert self.step(change, "in_work").state == "in_work"
        assert self.maturity(self.plate) == Maturity.IN_WORK  # what it froze is In Work again

    def test_whoever_signed_decides_anew_when_approval_is_asked_again(self):
        change = raising.raise_change(actor=self.actor("leader"), item=self.old, title="Away", deed="obsolete")
        self.step(change, "in_work")
        self.asks(change, "leader")
        self.step(change, "in_approval")
        self.sign(change, agrees=False, remark="Still in use")
        self.step(change, "in_work")
        self.step(change, "in_approval")  # nothing in it was touched, and its item never thawed
        self.client.force_login(self.people["leader"].user)
        page = self.client.get(reverse("content:change_detail", args=[self.platform.slug, change.pk])).content.decode()
        assert "did not agree" in page and "counts no longer" in page and ">Sign<" in page
        assert self.sign(change).state == "approved"
        assert self.step(change, "in_approval").state == "in_approval"
        self.sign(change)
        assert self.step(change, "completed").state == "completed"

    def test_a_group_a_responsibility_and_a_reviewer_are_asked(self):
        team = UserGroupFactory(platform=self.platform, members=[self.people["second"], self.people["reader"]])
        change = self.raised()
        for name in (f"group-{team.pk}", "responsibility-owner"):
            self.asks(change, name)
        self.asks(change, "reader", REVIEW)
        for whom in ("responsibility-reader", "responsibility-public_reader", "person-0", "group-x", "x-"):
            with pytest.raises(Unacceptable):
                self.asks(change, whom)
        with pytest.raises(Unacceptable, match="decide"):
            self.asks(change, "author")
        self.step(change, "in_work")
        self.step(change, "in_approval")
        assert self.sign(change, "reader", agrees=False, remark="Look at the edge").state == "in_approval"
        assert Signature.objects.count() == 1  # one of the group, but no decider: as a reviewer alone
        assert self.sign(change, "second").state == "in_approval"
        assert self.sign(change, "owner").state == "approved"

    def test_t37_an_approval_counts_while_who_gave_it_decides(self):
        change = self.in_approval("second")
        self.sign(change, "second")
        Credential.objects.filter(user=self.people["second"].user).delete()
        with pytest.raises(Conflict, match="no longer stand"):
            self.step(change, "completed")
        assert self.maturity(self.plate) == Maturity.FROZEN

    def test_t34_nobody_brings_an_item_under_a_change_that_is_in_work_without_deciding_it(self):
        give(self.people["contributor"], self.vault, "leader")
        change = raising.raise_change(actor=self.actor("contributor"), item=self.secret, title="Mine", deed="release")
        self.step(change, "in_work", "contributor")
        with pytest.raises(AccessDenied):
            raising.add_item(actor=self.actor("contributor"), change=change, item=self.bolt, deed="revise")
        assert Item.objects.get(pk=self.bolt.pk).change is None

    def test_a_signature_binds_to_who_was_asked(self):
        change = self.in_approval("leader", "second")
        shown = binding.fingerprint(authority.open_change(self.actor("leader"), change.pk))
        self.step(change, "in_work")
        asking.set_quorum(actor=self.actor("leader"), change=change, quorum="any")
        self.step(change, "in_approval")
        with pytest.raises(Changed):
            self.sign(change, shown=shown)

    def test_a_signature_binds_to_exactly_what_was_shown(self):
        numbers = count()

        def file():
            arrival = Arrival(file=ContentFile(b"solid %d" % next(numbers), name="a.stl"))
            add_version(actor=self.actor("leader"), item=self.plate, arrival=arrival)

        def words():
            edit_item(actor=self.actor("leader"), item=self.plate, draft=Draft(f"Plate {next(numbers)}"))

        def state():
            change_maturity(actor=self.actor("author"), item=self.plate, target=Maturity.IN_WORK)

        change = self.in_approval()
        shown = binding.fingerprint(authority.open_change(self.actor("leader"), change.pk))
        for alter in (file, words, state):
            alter()
            with pytest.raises(Changed):
                self.sign(change, shown=shown)
        self.step(change, "in_work")
        self.step(change, "in_approval")
        for alter in (file, words):
            self.sign(change)
            alter()
            with pytest.raises(Conflict, match="no longer stand"):
                self.step(change, "completed")
            assert self.maturity(self.plate) == Maturity.FROZEN
            self.step(change, "in_approval")
        self.sign(change)
        self.step(change, "completed")
        assert self.maturity(self.plate) == Maturity.RELEASED
        assert len(binding.standing(authority.open_change(self.actor("leader"), change.pk))) == 1

    # --- carrying out ---

    def test_completing_carries_everything_on_or_nothing(self):
        change = self.raised()
        leader = self.actor("leader")
        raising.add_item(actor=leader, change=change, item=self.bolt, deed="revise")
        raising.add_item(actor=leader, change=change, item=self.old, deed="obsolete")
        self.asks(change, "leader")
        with pytest.raises(Conflict, match="while a change is in work"):
            self.revise(change)
        self.step(change, "in_work")
        with pytest.raises(Conflict, match="no new revision"):
            self.step(change, "in_approval")
        assert self.maturity(self.plate) == Maturity.IN_WORK
        new = self.revise(change)
        self.step(change, "in_approval")
        assert (self.maturity(new), self.maturity(self.plate)) == (Maturity.FROZEN, Maturity.FROZEN)
        self.sign(change)
        before = AuditEvent.objects.count()
        lock_item(actor=self.actor("second"), item=new)
        with pytest.raises(AccessDenied, match="locked"):
            self.step(change, "completed")
        assert self.maturity(self.plate) == Maturity.FROZEN
        assert self.maturity(self.old) == Maturity.RELEASED
        assert AuditEvent.objects.count() == before + 1  # the lock's
        Item.objects.filter(pk=new.pk).update(locked_by=None)
        done = self.step(change, "completed")
        found = {item: self.maturity(item) for item in (self.plate, new, self.old, self.bolt)}
        assert list(found.values()) == ["released", "released", "obsolete", "released"]
        assert done.completed_at
        assert not Item.objects.filter(change=change).exists()
        realized = ChangeLine.objects.filter(change=change).values_list("realized", flat=True)
        assert set(realized) == {self.plate.pk, new.pk, self.old.pk}
        verbs = AuditEvent.objects.order_by("-pk").values_list("verb", flat=True)[:4]
        assert list(verbs) == ["change_stepped", *["maturity_changed"] * 3]

    def revise(self, change):
        line = change.lines.get(deed=Deed.REVISE)
        return raising.make_revision(actor=self.actor("leader"), change=change, line=line.pk)

    def test_items_of_a_strict_type_are_promoted_by_their_change_alone(self):
        ItemType.objects.filter(pk=self.plate.type_id).update(by_change=True)
        leader = self.actor("leader")
        change = self.raised()
        change_maturity(actor=leader, item=self.plate, target=Maturity.FROZEN)  # a request holds nothing
        change_maturity(actor=leader, item=self.plate, target=Maturity.IN_WORK)
        self.asks(change, "leader")
        self.step(change, "in_work")
        for name in ("leader", "owner", "admin", "author"):
            for target in (Maturity.FROZEN, Maturity.RELEASED, Maturity.PRIVATE):
                with pytest.raises(AccessDenied, match="under a change") as refusal:
                    change_maturity(actor=self.actor(name), item=self.plate, target=target, reason="Why")
        assert "take the item out of it" in refusal.value.sentence
        self.step(change, "in_approval")
        self.sign(change)
        self.step(change, "completed")
        assert self.maturity(self.plate) == Maturity.RELEASED
        change_maturity(actor=leader, item=self.plate, target=Maturity.OBSOLETE)  # free again

    def test_one_change_at_a_time_carries_an_item_and_what_is_gone_stops_it(self):
        first, second = self.raised(), self.raised("author")
        self.step(first, "in_work")
        with pytest.raises(Conflict, match="another change"):
            self.step(second, "in_work")
        self.step(first, "cancelled")
        raising.add_item(actor=self.actor("leader"), change=second, item=self.own, deed="release")
        self.step(second, "in_work")
        self.asks(second, "leader")
        delete_item(actor=self.actor("author"), item=self.plate)
        with pytest.raises(Conflict, match="trash"):
            self.step(second, "in_approval")
        self.client.force_login(self.people["leader"].user)
        page = body(self.client.get(reverse("content:change_detail", args=[self.platform.slug, second.pk]))).decode()
        assert "Take it out" in page and "Plate" not in page.split("affected-head")[1].split("impact-head")[0]
        gone = second.lines.get(item=self.plate.pk)
        raising.remove_item(actor=self.actor("leader"), change=second, line=gone.pk)
        assert self.step(second, "in_approval").state == "in_approval"
        assert self.step(second, "cancelled").state == "cancelled"

    def test_what_a_change_is_about_is_settled_while_it_is_open(self):
        leader, change = self.actor("leader"), self.raised()
        private = ItemFactory(space=self.space, owner=self.people["leader"].user, maturity=Maturity.PRIVATE)
        with pytest.raises(Conflict, match="Private"):
            raising.add_item(actor=leader, change=change, item=private, deed="release")
        with pytest.raises(Conflict, match="already"):
            raising.add_item(actor=leader, change=change, item=self.plate, deed="release")
        with pytest.raises(Conflict, match="last item"):
            raising.remove_item(actor=leader, change=change, line=change.lines.get().pk)
        raising.set_deed(actor=leader, change=change, line=change.lines.get().pk, deed="revise")
        with pytest.raises(Changed):
            raising.edit_change(actor=leader, change=change, title="New", reason="", version=1)
        raising.edit_change(actor=leader, change=change, title="New", reason="", version=2)
        with pytest.raises(NotVisible):
            raising.remove_item(actor=leader, change=change, line=0)
        Change.objects.update(state="in_approval")
        for act in (
            lambda: raising.edit_change(actor=leader, change=change, title="Newer", reason=""),
            lambda: raising.add_item(actor=leader, change=change, item=self.bolt, deed="revise"),
            lambda: self.asks(change, "second"),
        ):
            with pytest.raises(Conflict, match="what it is about stays"):
                act()

    # --- what one sees and is told ---

    def test_t34_a_change_shows_each_reader_what_they_read_and_others_without_a_number(self):
        change = self.raised("leader", self.own)
        for item in (self.plate, self.secret):
            raising.add_item(actor=self.actor("leader"), change=change, item=item, deed="release")
        hidden = self.raised("leader", self.secret)
        above = ItemFactory(space=self.vault, title="Zqassembly")
        frame = ItemFactory(space=self.space, title="Frame")
        refer(above, self.plate, "has_part")
        refer(frame, self.plate, "has_part")
        refer(above, frame, "has_part")
        assert [item for _level, item in impact.impact(self.actor("reader"), [self.plate])[0]] == [frame]
        assert impact.impact(self.actor("reader"), [self.plate])[1]
        slug = self.platform.slug
        for name, words in (("reader", ("Plate", "Fixture", "Frame")), ("guest", ("Fixture",))):
            self.client.force_login(self.people[name].user)
            page = body(self.client.get(reverse("content:change_detail", args=[slug, change.pk]))).decode()
            assert all(word in page for word in words), name
            assert "others that you do not read" in page
            for word in ("Zq", self.secret.number, "2 others", "1 other"):
                assert word not in page, (name, word)
            if name == "guest":
                assert "Plate" not in page
                assert "Leader Person" not in page  # somebody of another organization
            rows = body(self.client.get(reverse("content:change_list", args=[slug]))).decode()
            assert change.number in rows
            assert hidden.number not in rows
            for page_name in ("change_detail", "change_edit", "change_asked", "change_sign"):
                gone = self.client.get(reverse(f"content:{page_name}", args=[slug, hidden.pk]))
                nothing = self.client.get(reverse(f"content:{page_name}", args=[slug, 10**12]))
                assert (gone.status_code, body(gone)) == (404, body(nothing))

    def test_each_step_tells_whom_it_concerns_once(self):
        change = self.raised()
        waiting = Notification.objects.filter(kind="change")
        assert {row.user.name for row in waiting} == {
            "Leader Person",
            "Second Person",
            "Owner Person",
            self.admin.user.name,
        }
        self.step(change, "in_work")
        self.asks(change, "second")
        self.step(change, "in_approval")
        self.sign(change, "second")
        assert waiting.all().count() == len(set(waiting.all().values_list("user", flat=True)))
        told = waiting.get(user=self.people["contributor"].user)
        assert "Approved" in told.text
        self.step(change, "in_work")
        team = UserGroupFactory(platform=self.platform, members=[self.people["author"], self.people["second"]])
        self.asks(change, "responsibility-author", REVIEW)
        for whom in (f"group-{team.pk}", "leader"):
            self.asks(change, whom)
        self.step(change, "in_approval", "admin")
        assert {row.user.name for row in waiting.all() if "your signature is asked" in row.text} == {
            f"{name.title()} Person" for name in ("author", "leader", "second")
        }
        waiting.update(read_at=timezone.now())
        self.sign(change, "second")  # one of three: nobody learns anything of it
        assert not waiting.filter(read_at=None).exists()
        give(self.people["contributor"], self.vault, "reader")
        Item.objects.filter(pk=self.plate.pk).update(space=self.vault, maturity=Maturity.PRIVATE)
        self.client.force_login(self.people["contributor"].user)
        page = body(self.client.get(reverse("tenants:notifications", args=[self.platform.slug])))
        assert b"Thicker" not in page
        assert b"no longer see" in page

    # --- pages ---

    def test_signing_takes_the_password_anew_for_every_signature(self):
        change = self.in_approval()
        url = reverse("content:change_sign", args=[self.platform.slug, change.pk])
        user = self.people["leader"].user
        user.set_unusable_password()
        user.save()
        self.client.force_login(user)
        answer = self.client.get(url)
        assert answer.status_code == 409  # nothing to prove themselves with
        assert reverse("account_change_password") in answer.text
        user.set_password("a-long-word-of-mine")
        user.save()
        self.client.force_login(user)
        asked = self.client.get(url)
        assert asked.status_code == 302
        assert "reauthenticate" in asked["Location"]
        sent = {"agrees": "yes", "shown": binding.fingerprint(authority.open_change(self.actor("leader"), change.pk))}
        assert "reauthenticate" in self.client.post(url, sent)["Location"]
        assert not Signature.objects.exists()
        wrong = self.client.post(asked["Location"], {"password": "no"})
        assert wrong.status_code == 200
        assert self.client.post(asked["Location"], {"password": "a-long-word-of-mine"})["Location"] == url
        assert self.client.get(url).status_code == 200
        stale = self.client.post(url, sent | {"shown": "0" * 64, "remark": "Kept words"})
        assert (stale.status_code, b"Kept words" in stale.content) == (409, True)
        assert self.client.post(url, sent).status_code == 302
        signature = Signature.objects.get()
        assert (signature.method, signature.fingerprint) == ("password", sent["shown"])
        edit_item(actor=self.actor("leader"), item=self.plate, draft=Draft("Other"))
        self.step(change, "in_approval")
        assert "reauthenticate" in self.client.get(url)["Location"]  # one proof is good for one signature

    def test_administrators_keep_routes_and_a_change_follows_one(self):
        self.client.force_login(self.admin.user)
        slug = self.platform.slug
        typed = {"name": "Release", "quorum": "all", **{f"purpose_{n}": "approve" for n in range(6)}}
        none = self.client.post(reverse("content:route_new", args=[slug]), typed)
        assert (none.status_code, b"at least one approver" in none.content) == (422, True)
        typed |= {"whom_0": f"person-{self.people['second'].pk}", "whom_1": "responsibility-owner"}
        assert self.client.post(reverse("content:route_new", args=[slug]), typed).status_code == 302
        route = Route.objects.get()
        assert b"Second Person" in self.client.get(reverse("content:route_list", args=[slug])).content
        assert self.client.get(reverse("content:route_edit", args=[slug, route.pk])).status_code == 200
        change = self.raised()
        self.asks(change, "leader")
        asking.follow(actor=self.actor("leader"), change=change, route=route.pk)
        assert {slot.user or slot.responsibility for slot in change.slots.all()} == {
            self.people["second"].user,
            "owner",
        }
        assert self.client.post(reverse("content:route_delete", args=[slug, route.pk])).status_code == 302
        assert change.slots.count() == 2
        self.client.force_login(self.people["leader"].user)
        assert self.client.get(reverse("content:route_list", args=[slug])).status_code == 403
        other = Route.objects.create(platform=PlatformFactory(), name="Elsewhere")
        with pytest.raises(NotVisible):
            asking.follow(actor=self.actor("leader"), change=change, route=other.pk)
