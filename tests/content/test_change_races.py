"""Approve, change, promote, complete and delete at once. SQLite hides races, so these run on PostgreSQL."""

from functools import partial
from itertools import combinations

import pytest

from content.changes import asking, authority, binding, raising, signing, steps
from content.items import Draft, delete_item, edit_item
from content.lifecycle import change_maturity
from content.models import Change, Item, Maturity, Signature
from tenants.models import AuditEvent, Right
from tests.content.test_races import committed
from tests.factories import ItemFactory, SpaceFactory, actor_of, give, worker

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
LOST = {"Conflict", "Changed", "AccessDenied", "NotVisible", "Unacceptable"}


class World:
    """A change of two items in two spaces, in approval or approved, and two Leaders of both."""

    def __init__(self, *, approved):
        self.spaces = [SpaceFactory()]
        self.spaces.append(SpaceFactory(platform=self.spaces[0].platform))
        self.people = [worker(self.spaces[0].platform, Right.ADMINISTRATOR) for _ in range(2)]
        for member in self.people:
            for space in self.spaces:
                give(member, space, "leader")
        self.items = [ItemFactory(space=space, owner=self.people[0].user) for space in reversed(self.spaces)]
        self.first, self.second = map(actor_of, self.people)
        self.change = raising.raise_change(actor=self.first, item=self.items[0], title="Both", deed="release")
        raising.add_item(actor=self.first, change=self.change, item=self.items[1], deed="release")
        for member in self.people:
            wish = asking.Wish("approve", f"person-{member.pk}")
            asking.ask(actor=self.first, change=self.change, wish=wish)
        for target in ("in_work", "in_approval"):
            steps.step(actor=self.first, change=self.change, target=target)
        self.shown = binding.fingerprint(authority.open_change(self.first, self.change.pk))
        for actor in (self.first, self.second) if approved else ():
            self.sign(actor)

    def sign(self, actor):
        signing.sign(actor=actor, change=self.change, word=signing.Word(True, "", self.shown, "password"))

    def acts(self, state):
        """Return what people do at once with a change that is in approval or approved."""
        item = self.items[1]
        common = {
            "change": partial(edit_item, actor=self.second, item=item, draft=Draft("Other")),
            "promote": partial(change_maturity, actor=self.second, item=item, target=Maturity.RELEASED),
            "delete": partial(delete_item, actor=self.second, item=item),
            "cancel": partial(steps.step, actor=self.second, change=self.change, target="cancelled", reason="No"),
        }
        complete = partial(steps.step, actor=self.first, change=self.change, target="completed")
        also = {"complete": complete} if state == "approved" else {"approve": partial(self.sign, self.first)}
        return common | also

    def holds(self, outcomes):
        """Assert that what is stored is what some order of the acts that succeeded would have left."""
        for refusal in outcomes.values():
            assert refusal is None or type(refusal).__name__ in LOST, refusal
        change = Change.objects.get(pk=self.change.pk)
        items = list(Item.everything.filter(pk__in=[item.pk for item in self.items]).order_by("pk"))
        states = {item.maturity for item in items}
        if change.state == "completed":  # wholly, by signatures that bound to what was released
            assert states == {Maturity.RELEASED}
            assert not any(item.trashed_at for item in items)
            assert Signature.objects.filter(slot__change=change, fingerprint=self.shown).count() == 2
            assert [item.title for item in items] == [item.title for item in self.items]
        holding = change.state in ("in_work", "in_approval", "approved", "on_hold")
        assert {item.change_id for item in items} == {change.pk if holding else None}
        entries = AuditEvent.objects.filter(object_type="content.change", object_id=str(change.pk))
        done = [row.after["state"] for row in entries.order_by("seq") if "state" in row.after]
        assert done[-1] == change.state


@pytest.mark.parametrize("state", ["in_approval", "approved"])
@pytest.mark.parametrize("pair", range(10))
def test_c18_approve_change_promote_complete_delete_at_once_leave_what_some_order_would(state, pair):
    world = World(approved=state == "approved")
    acts = world.acts(state)
    one, two = list(combinations(acts, 2))[pair]
    world.holds(committed(acts[one], acts[two]))


def test_c18_two_completions_two_signatures_and_two_starts_happen_once():
    world = World(approved=True)
    complete = partial(steps.step, change=world.change, target="completed")
    outcomes = committed(partial(complete, actor=world.first), partial(complete, actor=world.second))
    assert sorted(type(one).__name__ for one in outcomes.values()) == ["Conflict", "NoneType"]
    assert AuditEvent.objects.filter(verb="maturity_changed", after__maturity="released").count() == 2
    world = World(approved=False)
    outcomes = committed(partial(world.sign, world.first), partial(world.sign, world.second))
    assert list(outcomes.values()) == [None, None]
    assert Change.objects.get(pk=world.change.pk).state == "approved"  # whoever came second saw the first
    drafts = [
        raising.raise_change(actor=world.first, item=item, title="Draft", deed="release")
        for item in [ItemFactory(space=world.spaces[0], owner=world.people[0].user)] * 2
    ]
    start = partial(steps.step, actor=world.first, target="in_work")
    outcomes = committed(*(partial(start, change=draft) for draft in drafts))
    assert sorted(type(one).__name__ for one in outcomes.values()) == ["Conflict", "NoneType"]  # under one at a time
