"""The ledger of counts: no way of writing items makes it drift, and what readers are told is what they find."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from content import counts
from content.models import AnywhereCount, Category, Item, ItemCount, Maturity
from spaces.models import Visibility
from tests.factories import (
    ItemFactory,
    ItemTypeFactory,
    OrganizationFactory,
    PlatformFactory,
    SpaceFactory,
    UserFactory,
    host_of,
)
from tests.races import at_once

STATES = [state for state in Maturity.values if state != "none"]
some = st.integers(0, 9)
steps = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "create",
                "many",
                "save",
                "update",
                "move",
                "hand",
                "mark",
                "delete",
                "clear",
                "trash",
                "restore",
                "undone",
                "open",
                "fold",
            ]
        ),
        some,
        some,
    ),
    min_size=1,
    max_size=12,
)


class World:
    """Two spaces, organizations and types, and every way in which code can write an item."""

    def __init__(self):
        self.platform = PlatformFactory()
        self.spaces = [SpaceFactory(platform=self.platform) for _ in range(2)]
        self.organizations = [host_of(self.platform), OrganizationFactory(platform=self.platform)]
        self.types = [ItemTypeFactory(category=category) for category in Category.values]
        self.owner, self.number = UserFactory(), 0

    def item(self, n, m):
        """Return an item that is not stored."""
        self.number += 1
        kind = self.types[n % 5]
        return Item(
            platform=self.platform,
            space=self.spaces[n % 2],
            organization=self.organizations[m % 2],
            owner=self.owner,
            type=kind,
            category=kind.category,
            number=f"N{self.number}",
            title="x",
            maturity="none" if kind.category == "personal" else STATES[m % 5],
        )

    def create(self, n, m):
        self.item(n, m).save()

    def many(self, n, m):
        Item.objects.bulk_create([self.item(n + k, m) for k in range(3)])

    def save(self, n, m):
        for item in self.some(n).exclude(category="personal"):
            item.maturity = STATES[m % 5]
            item.save()

    def update(self, n, m):
        self.some(n).exclude(category="personal").update(maturity=STATES[m % 5], title="y")

    def move(self, n, m):
        found = list(self.some(n))
        for item in found:
            item.space = self.spaces[m % 2]
        Item.objects.bulk_update(found, ["space"])

    def hand(self, n, m):
        self.some(n).update(organization=self.organizations[m % 2])

    def mark(self, n, m):
        self.some(n).filter(category="administrative").update(platform_wide=bool(m % 2))

    def delete(self, n, m):
        for item in self.some(n)[:1]:
            item.delete()

    def clear(self, n, m):
        Item.objects.filter(pk__in=list(self.some(n).values_list("pk", flat=True))).delete()

    def trash(self, n, m):
        self.some(n).update(trashed_at=timezone.now())

    def restore(self, n, m):
        for item in Item.everything.filter(trashed_at__isnull=False):
            item.trashed_at, item.maturity = None, "none" if item.category == "personal" else STATES[m % 5]
            item.save()

    def undone(self, n, m):
        with transaction.atomic():
            self.create(n, m)
            self.save(n, m)
            transaction.set_rollback(True)

    def open(self, n, m):
        space = self.spaces[n % 2]
        space.visibility = Visibility.values[m % 3]
        space.save()

    def fold(self, _n, _m):
        counts.fold()

    def some(self, n):
        """Return a part of the items."""
        return Item.objects.filter(pk__in=[pk for pk in Item.objects.values_list("pk", flat=True) if pk % 3 == n % 3])


class TheLedger(TestCase):
    """Writes at random."""

    @given(steps)
    @settings(max_examples=25)
    def test_it_never_drifts_whatever_writes_items(self, steps):
        world = World()
        for act, n, m in steps:
            getattr(world, act)(n, m)
            assert counts.drift() == [], act
        counts.fold()
        facts = [field.name for field in counts.ANYWHERE.fields]
        assert AnywhereCount.objects.values(*facts).distinct().count() == AnywhereCount.objects.count()
        for ledger in counts.LEDGERS:
            assert sum(ledger.model.objects.values_list("number", flat=True)) == Item.objects.count()


@pytest.mark.django_db
def test_the_check_names_drift_and_mends_it():
    item = ItemFactory()
    call_command("check_counts", stdout=StringIO())
    ItemCount.objects.update(number=5)
    with pytest.raises(
        CommandError, match=f"1 counts differ; first in content_itemcount platform {item.platform_id}, .*: -4 lacking"
    ):
        call_command("check_counts")
    call_command("check_counts", "--mend", stdout=StringIO())
    assert counts.drift() == []
    assert ItemCount.objects.get().number == 1


@pytest.mark.django_db
def test_migrate_puts_lost_triggers_back_and_counts_what_was_missed():
    counts.lift(connection)
    ItemFactory()
    assert len(counts.drift()) == 1
    counts.ensure()
    ItemFactory()
    assert counts.drift() == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_at_once_in_one_space_are_both_counted():
    first = ItemFactory()
    places = {name: getattr(first, name) for name in ("space", "organization", "owner", "type")}
    at_once(lambda: ItemFactory(**places), lambda: ItemFactory(**places), first.delete)
    assert counts.drift() == []
    assert ItemCount.objects.get().number == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_who_counts_while_a_space_is_opened_and_differences_are_summed_forgets_nothing():
    first = ItemFactory(space__visibility="private")
    places = {name: getattr(first, name) for name in ("space", "organization", "owner", "type")}

    def opened():
        type(first.space).objects.filter(pk=first.space_id).update(visibility="public")

    at_once(lambda: ItemFactory(**places), opened, counts.fold, lambda: ItemFactory(**places), counts.fold)
    counts.fold()
    assert counts.drift() == []
    assert AnywhereCount.objects.values_list("visibility", "number").get() == ("public", 3)
