"""Two people at one item at once. SQLite hides races, so these run on PostgreSQL."""

import hashlib
import threading
from functools import partial
from itertools import count

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from content.fields import edit_field
from content.files import Arrival, add_version, storage, sweep
from content.items import Draft, create_item, delete_item, duplicate_item, edit_item, revise_item
from content.iterations import restore_iteration
from content.lifecycle import change_maturity
from content.locks import break_lock, check_out, lock_item, unlock_item
from content.models import FileVersion, FolderEntry, Item, ItemType, Iteration, Maturity, Review, ReviewedItem, Share
from content.moves import may_own, move_item, place_of
from content.personal import FAVOURITES, star
from content.resumable import begin_upload, continue_upload, standing
from content.reviewing import acts
from content.shares import ShareSpec, give_share
from content.tags import set_tags
from content.trash import purge_item, restore_item
from spaces.credentials import remove_credential
from spaces.models import Credential, Space
from spaces.services import delete_space
from tenants import actor as actors
from tenants.errors import DomainError
from tenants.members import end_access
from tenants.models import AuditEvent, Right
from tests.factories import ItemFactory, SpaceFactory, actor_of, give, refer, worker
from tests.races import rounds

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = rounds(3)
TEXTS = count()


class World:
    """An item, two Authors, a Leader, an Owner and an Administrator; actors as of the opened page."""

    def __init__(self, maturity=Maturity.IN_WORK):
        self.space = SpaceFactory()
        self.people = [worker(self.space.platform) for _ in range(2)]
        for member in self.people:
            give(member, self.space, "leader")
        self.owner = worker(self.space.platform, Right.ADMINISTRATOR)
        give(self.owner, self.space, "owner")
        self.item = ItemFactory(space=self.space, owner=self.people[0].user, maturity=maturity)
        self.first, self.second = map(actor_of, self.people)
        self.chief = actor_of(self.owner)

    def stored(self):
        return Item.objects.filter(pk=self.item.pk).first()

    def entries(self):
        return AuditEvent.objects.filter(platform=self.space.platform).order_by("pk")

    def verbs(self):
        return sorted(self.entries().values_list("verb", flat=True))

    def versions(self):
        return FileVersion.objects.filter(file__item__space=self.space)

    def upload(self, actor, content, name="a.step", **said):
        file = SimpleUploadedFile(name, content)
        return lambda: add_version(actor=actor, item=self.item, arrival=Arrival(file=file, **said))


def outcome(outcomes):
    return sorted(type(refusal).__name__ for refusal in outcomes.values())


def committed(*acts):
    """Run acts together as requests do, each with its own transactions; return {index: None or the refusal}."""
    barrier, outcomes = threading.Barrier(len(acts)), {}

    def run(index, act):
        try:
            barrier.wait(timeout=10)
            act()
            outcomes[index] = None
        except DomainError as refusal:
            outcomes[index] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(outcomes) == len(acts), "an act failed without a refusal"
    return outcomes


def test_b20_c18_two_lock_and_one_holds():
    for _ in ROUNDS:
        world = World()
        outcomes = committed(
            partial(lock_item, actor=world.first, item=world.item),
            partial(lock_item, actor=world.second, item=world.item),
        )
        assert outcome(outcomes) == ["AccessDenied", "NoneType"]
        winner = next(index for index, refusal in outcomes.items() if refusal is None)
        assert world.stored().locked_by == world.people[winner].user
        assert world.verbs() == ["item_locked"]


def test_b20_c18_a_lock_is_given_back_or_broken_once():
    for _ in ROUNDS:
        world = World()
        lock_item(actor=world.first, item=world.item)
        outcomes = committed(
            partial(unlock_item, actor=world.first, item=world.item),
            partial(break_lock, actor=world.chief, item=world.item),
        )
        assert sum(refusal is None for refusal in outcomes.values()) == 1
        assert (world.stored().locked_by, len(world.verbs())) == (None, 2)


def test_b21_c18_two_edits_of_one_version_and_one_is_told():
    for _ in ROUNDS:
        world = World()
        outcomes = committed(
            partial(edit_item, actor=world.first, item=world.item, draft=Draft("First"), version=1),
            partial(edit_item, actor=world.second, item=world.item, draft=Draft("Second"), version=1),
        )
        assert outcome(outcomes) == ["Changed", "NoneType"]
        assert (world.stored().version, world.verbs()) == (2, ["item_changed"])


def test_b13_two_first_stars_at_once_make_one_list_of_favourites():
    for _ in ROUNDS:
        world = World()
        other = ItemFactory(space=world.space)
        committed(*(partial(star, actor=world.first, item=item) for item in (world.item, other)))
        assert Item.objects.filter(owner=world.first.user, type__code=FAVOURITES).count() == 1
        assert FolderEntry.objects.filter(folder__owner=world.first.user).count() == 2


def test_t52_b20_eight_check_out_and_one_holds():
    world = World()
    world.upload(world.first, b"one")()
    version = world.versions().get()
    actors = [actor_of(worker(world.space.platform)) for _ in range(8)]
    for actor in actors:
        give(actor.member, world.space, "author")
    actors = [actor_of(actor.member) for actor in actors]
    outcomes = committed(*(partial(check_out, actor=actor, version=version) for actor in actors))
    assert outcome(outcomes) == ["AccessDenied"] * 7 + ["NoneType"]
    winner = next(index for index, refusal in outcomes.items() if refusal is None)
    assert world.stored().locked_by == actors[winner].user
    assert world.verbs() == ["file_checked_out", "file_stored"]


def test_t54_b22_a_check_in_and_a_release_end_in_order():
    for number in ROUNDS:
        world = World()
        lock_item(actor=world.first, item=world.item)
        outcomes = committed(
            world.upload(world.first, b"late %d" % number, unlock=True),
            partial(change_maturity, actor=world.first, item=world.item, target=Maturity.RELEASED),
        )
        assert outcomes[1] is None
        assert (world.stored().locked_by, world.versions().count()) == (None, outcomes[0] is None)
        released = world.entries().get(verb="maturity_changed").pk
        assert not world.entries().filter(verb__startswith="file_", pk__gt=released).exists()


def test_b28_c18_two_uploads_are_two_versions():
    for _ in ROUNDS:
        world = World()
        outcomes = committed(world.upload(world.first, b"one"), world.upload(world.second, b"two"))
        assert outcome(outcomes) == ["NoneType", "NoneType"]
        assert sorted(world.versions().values_list("number", flat=True)) == [1, 2]
        assert world.verbs() == ["file_stored"] * 2


def test_b30_c18_one_upload_sent_twice_at_once_is_one_version():
    for _ in ROUNDS:
        world = World()
        outcomes = committed(world.upload(world.first, b"same"), world.upload(world.first, b"same"))
        assert outcome(outcomes) == ["Conflict", "NoneType"]
        assert (world.versions().count(), world.verbs()) == (1, ["file_stored"])


def test_b30_c18_the_last_byte_sent_twice_at_once_is_one_version():
    for number in ROUNDS:
        world = World()
        said = {"name": f"pieces-{number}.bin"}
        upload = begin_upload(actor=world.first, item=world.item, size=10, said=said)
        send = {"actor": world.first, "upload": upload, "offset": 0, "length": 10}
        outcomes = committed(*(partial(continue_upload, pieces=[b"0123456789"], **send) for _ in range(2)))
        if None not in outcomes.values():  # they held each other up: who comes back sends the last byte
            assert set(outcome(outcomes)) <= {"Busy", "Moved"}
            stood = standing(world.first, upload)
            outcomes = committed(
                partial(continue_upload, pieces=[b"9"], **send | {"offset": stood, "length": 10 - stood})
            )
        assert None in outcomes.values()
        assert (world.versions().count(), world.verbs()) == (1, ["file_stored"])


CHECK_INS = {
    "file": lambda world: world.upload(world.first, b"late")(),
    "field": lambda world: edit_field(actor=world.first, item=world.item, code="title", typed="x", shown=world.title),
    "tags": lambda world: set_tags(actor=world.first, item=world.item, typed="late"),
    "iteration": lambda world: restore_iteration(actor=world.first, iteration=world.early),
}


@pytest.mark.parametrize("name", CHECK_INS)
def test_t54_b22_c18_a_check_in_comes_before_the_release_or_not_at_all(name):
    for _ in ROUNDS:
        world = World()
        world.title = world.item.title
        world.upload(world.first, b"first")()
        world.upload(world.first, b"second")()
        world.early = Iteration.objects.get(item=world.item, number=1)
        outcomes = committed(
            partial(CHECK_INS[name], world),
            partial(change_maturity, actor=world.first, item=world.item, target=Maturity.RELEASED),
        )
        assert outcomes[1] is None
        changed = world.entries().get(verb="maturity_changed").pk
        assert not world.entries().filter(pk__gt=changed).exists()
        for version in world.versions():
            with storage().open(version.key) as stored:
                assert hashlib.sha256(stored.read()).hexdigest() == version.sha256


def test_c18_what_is_restored_is_not_deleted_for_good_and_the_other_way_round():
    for _ in ROUNDS:
        world = World()
        delete_item(actor=world.first, item=world.item)
        outcomes = committed(
            partial(restore_item, actor=world.first, item=world.item),
            partial(purge_item, actor=world.second, item=world.item),
        )
        assert outcome(outcomes) == ["NoneType", "NotVisible"]
        assert (world.stored() is not None) is (outcomes[0] is None)


def test_b28_c18_a_duplicate_names_bytes_that_stay_or_is_none():
    for _ in ROUNDS:
        world = World()
        world.upload(world.first, b"bytes")()
        outcomes = committed(
            partial(duplicate_item, actor=world.first, item=world.item, draft=Draft("Twin"), with_files=True),
            partial(delete_item, actor=world.second, item=world.item),
        )
        assert outcomes[1] is None
        assert world.versions().count() == 1 + (outcomes[0] is None)


def test_c18_two_revisions_deleted_at_once_leave_the_chain_right():
    for _ in ROUNDS:
        world = World(Maturity.FROZEN)
        second = revise_item(actor=world.first, item=world.item)
        Item.objects.filter(pk=second.pk).update(maturity=Maturity.FROZEN)
        revise_item(actor=world.first, item=second)
        committed(
            *(partial(delete_item, actor=world.chief, item=row) for row in list(world.space.items.order_by("pk")[:2]))
        )
        assert list(world.space.items.values_list("revision", "previous", "superseded")) == [("C", None, False)]


def test_t106_c18_an_upload_and_a_deletion_leave_all_or_nothing():
    for _ in ROUNDS:
        world = World()
        outcomes = committed(
            world.upload(world.second, b"late"), partial(delete_item, actor=world.first, item=world.item)
        )
        assert outcomes[1] is None
        assert outcome({0: outcomes[0]})[0] in {"NoneType", "NotVisible"}
        assert (world.stored(), world.versions().count()) == (None, int(outcomes[0] is None))  # it is in the trash
        assert world.verbs() == sorted(["item_deleted"] + ["file_stored"] * (outcomes[0] is None))


def test_c18_two_revise_and_one_revision_is_made():
    for _ in ROUNDS:
        world = World(Maturity.FROZEN)
        outcomes = committed(
            partial(revise_item, actor=world.first, item=world.item),
            partial(revise_item, actor=world.second, item=world.item),
        )
        assert outcome(outcomes) == ["AccessDenied", "NoneType"]
        assert list(world.space.items.order_by("pk").values_list("revision", "superseded")) == [
            ("A", True),
            ("B", False),
        ]
        assert world.verbs() == ["item_revised"]


def test_b23_c18_two_steps_and_each_is_one_the_table_has():
    for _ in ROUNDS:
        world = World()
        committed(
            partial(change_maturity, actor=world.first, item=world.item, target=Maturity.PRIVATE),
            partial(change_maturity, actor=world.second, item=world.item, target=Maturity.RELEASED),
        )
        walked = [
            (entry.before["maturity"], entry.after["maturity"])
            for entry in world.entries().filter(verb="maturity_changed")
        ]
        assert walked in ([("in_work", "private")], [("in_work", "released")])
        assert world.stored().maturity == walked[-1][1]


ACTS = {
    "edit": lambda world: edit_item(actor=world.first, item=world.item, draft=Draft(f"Title {next(TEXTS)}")),
    "lock": lambda world: lock_item(actor=world.first, item=world.item),
    "create": lambda world: create_item(actor=world.first, kind=world.item.type, draft=Draft("New")),
    "upload": lambda world: world.upload(world.first, b"bytes %d" % next(TEXTS))(),
}


def _lose_credential(world):
    held = Credential.objects.get(user=world.people[0].user)
    remove_credential(actor=world.chief, credential=held)


def _lose_access(world):
    end_access(actor=world.chief, member=world.people[0])


@pytest.mark.parametrize("lose", [_lose_credential, _lose_access])
@pytest.mark.parametrize("name", ACTS)
def test_t48_b10_c08_acts_and_the_loss_of_the_right_end_in_order_and_without_a_deadlock(name, lose):
    for _ in ROUNDS:
        world = World()
        if name != "lock":
            lock_item(actor=world.first, item=world.item)
        outcomes = committed(partial(ACTS[name], world), partial(lose, world))
        assert outcomes[1] is None
        assert world.stored().locked_by is None
        lost = AuditEvent.objects.filter(actor=world.owner.user).latest("pk").pk
        assert not AuditEvent.objects.filter(actor=world.people[0].user, pk__gt=lost).exists()


def test_c02_the_sweep_takes_nothing_that_is_being_stored():
    world = World()
    outcomes = committed(world.upload(world.first, b"kept"), sweep)
    assert outcome(outcomes) == ["NoneType", "NoneType"]
    with storage().open(world.versions().get().key) as stored:
        assert stored.read() == b"kept"


class Moving(World):
    """A second space to which the first person may move the item."""

    def __init__(self, maturity=Maturity.IN_WORK, visibility="private"):
        super().__init__(maturity)
        self.space.visibility = visibility
        self.space.save()
        self.there = SpaceFactory(platform=self.space.platform)
        for member in (*self.people, self.owner):
            give(member, self.there, "leader")
        self.first, self.second = map(actor_of, self.people)
        self.chief = actor_of(self.owner)

    def move(self, actor=None, **new):
        place = place_of(self.item, **({"space": self.there} | new))
        return lambda: move_item(actor=actor or self.first, item=self.item, place=place)


def test_t35_a_move_and_another_act_at_once_are_one_after_the_other():
    acts = {
        "delete": lambda world: partial(delete_item, actor=world.second, item=world.item),
        "release": lambda world: partial(change_maturity, actor=world.second, item=world.item, target="released"),
        "lock": lambda world: partial(lock_item, actor=world.second, item=world.item),
        "move back": lambda world: world.move(world.second, owner=world.people[1].user),
        "delete space": lambda world: partial(delete_space, actor=world.chief, space=world.there),
        "end credential": lambda world: partial(
            remove_credential,
            actor=world.chief,
            credential=Credential.objects.get(user=world.people[0].user, content_object=world.there),
        ),
    }
    for name, act in acts.items():
        for _ in ROUNDS:
            world = Moving()
            outcomes = committed(world.move(), act(world))
            stored = world.stored()
            assert world.entries().count() == sum(refusal is None for refusal in outcomes.values()), name
            assert set(outcome(outcomes)) <= {"NoneType", "Conflict", "AccessDenied", "NotVisible", "Unacceptable"}
            if stored is None:
                assert name == "delete"
                continue
            moved = stored.space_id == world.there.pk
            assert moved is (outcomes[0] is None) or name == "move back", (name, outcomes)
            assert Space.objects.filter(pk=stored.space_id).exists()
            holder = actors.of(stored.owner, world.space.platform)
            assert not moved or name == "end credential" or may_own(holder, stored.space_id, stored.organization_id)
            assert name != "end credential" or not moved or world.entries()[0].verb == "item_moved"


def test_b14_a_share_given_twice_at_once_is_one_and_the_right_to_give_is_asked_under_the_lock():
    for _ in ROUNDS:
        world = World()
        guest, spec = worker(world.space.platform), ShareSpec("share_read")
        give_it = [
            partial(give_share, actor=actor, item=world.item, recipient=guest, spec=spec)
            for actor in (world.first, world.second)
        ]
        assert outcome(committed(*give_it)) == ["Conflict", "NoneType"]
        assert Share.objects.filter(content_object=world.item).count() == 1
        other, held = worker(world.space.platform), Credential.objects.get(user=world.people[1].user)
        outcomes = committed(
            partial(give_share, actor=world.second, item=world.item, recipient=other, spec=spec),
            partial(remove_credential, actor=world.chief, credential=held),
        )
        assert outcomes[1] is None
        assert Share.objects.filter(user=other.user).exists() is (outcomes[0] is None)
        assert world.entries().count() == 2 + (outcomes[0] is None)


def test_c18_an_item_comes_under_a_review_once_and_leaves_it_once():
    for _ in ROUNDS:
        world = World()
        held = {"space": world.item.space, "owner": world.first.user, "organization": world.item.organization}
        review = Review.objects.create(item=ItemFactory(type=ItemType.objects.get(code="review"), **held))
        reference = refer(review.item, ItemFactory(**held), "reviews")
        ReviewedItem.objects.create(review=review, reference=reference, sha256="0" * 64, relations="0" * 64)
        for act, left, lost in ((acts.add_item, 1, "Conflict"), (acts.take_out, 0, "NotVisible")):
            people = (world.first, world.second)
            outcomes = committed(*(partial(act, actor=one, review=review, item=world.item) for one in people))
            assert outcome(outcomes) == sorted([lost, "NoneType"])
            assert review.reviewed.filter(reference__target=world.item).count() == left
        assert AuditEvent.objects.filter(object_id=str(review.pk), verb__startswith="review_").count() == 2
