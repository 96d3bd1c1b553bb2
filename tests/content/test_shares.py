"""Shares with people and groups: who gives and ends which, against section 7 typed in again by hand."""

from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone

from content import shared
from content.models import GroupShare, Level, Maturity, Share
from content.shares import ShareSpec, change_share, end_share, give_share, may_end, may_share
from tenants import access
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.models import AuditEvent, Notification, Right, Status
from tests.factories import (
    ItemFactory,
    MemberFactory,
    OrganizationFactory,
    PlatformFactory,
    UserGroupFactory,
    actor_of,
    give,
    share,
    share_group,
    worker,
)

pytestmark = pytest.mark.django_db

# Who may share which level with whom. "any": everybody; "own": people of the item's organization, a group while all
# of its people are (and it has people). Levels: r, e, m.
SECTION_7 = {
    "content owner, Author": ("rem", "any"),
    "content owner, Author (Restricted)": ("rem", "own"),
    "content owner, Reader": ("", ""),
    "Leader of the organization": ("rem", "any"),
    "Leader (Restricted)": ("rem", "own"),
    "Leader of another organization": ("", ""),
    "Owner": ("rem", "any"),
    "Owner (Restricted)": ("rem", "own"),
    "Owner (Restricted) and manager by share": ("re any", "m own"),
    "Administrator": ("rem", "any"),
    "manager by share": ("re", "any"),
    "manager through a group": ("re", "any"),
    "editor by share": ("", ""),
    "Author": ("", ""),
    "nobody": ("", ""),
}


def wanted(who, level, own):
    """Return section 7's answer for one person, level and recipient (`own`: of the item's organization alone)."""
    levels, reach = SECTION_7[who]
    if " any" in levels:  # two ways: each with its own reach
        return level in "re" or own
    return level in levels and (reach == "any" or own)


@pytest.fixture
def item():
    return ItemFactory(title="Bracket")


@pytest.fixture
def platform(item):
    return item.platform


@pytest.fixture
def supplier(platform):
    return OrganizationFactory(platform=platform, name="Supplier")


@pytest.fixture
def owner(item):
    member = worker(item.platform, user__name="Olga Owner")
    give(member, item.space, "owner")
    return member


@pytest.fixture
def insider(platform):
    return worker(platform, user__name="Ina Inside")


@pytest.fixture
def outsider(platform, supplier):
    return worker(platform, Right.EXTERNAL, company=supplier, user__name="Otto Outside")


def people(item, supplier):
    """Yield (who, member, item) for every row of the table; a content owner has a copy of the item."""
    platform, space = item.platform, item.space
    for who, responsibility, restricted in (
        ("content owner, Author", "author", False),
        ("content owner, Author (Restricted)", "author", True),
        ("content owner, Reader", "reader", False),
    ):
        member = worker(platform)
        give(member, space, responsibility, restricted=restricted)
        yield who, member, ItemFactory(space=space, owner=member.user)
    for who, responsibility, restricted in (
        ("Leader of the organization", "leader", False),
        ("Leader (Restricted)", "leader", True),
        ("Owner", "owner", False),
        ("Owner (Restricted)", "owner", True),
        ("Owner (Restricted) and manager by share", "owner", True),
        ("Author", "author", False),
    ):
        member = worker(platform)
        give(member, space, responsibility, restricted=restricted)
        if "manager" in who:
            share(item, member, Level.MANAGE)
        yield who, member, item
    other = worker(platform, company=supplier)
    give(other, space, "leader")
    yield "Leader of another organization", other, item
    yield "Administrator", worker(platform, Right.ADMINISTRATOR), item
    yield "nobody", worker(platform), item
    manager, editor, grouped = (worker(platform) for _ in range(3))
    share(item, manager, Level.MANAGE), share(item, editor, Level.EDIT)
    share_group(item, UserGroupFactory(platform=platform, members=[grouped]), Level.MANAGE)
    yield "manager by share", manager, item
    yield "editor by share", editor, item
    yield "manager through a group", grouped, item


def test_t04_who_shares_what_with_whom_is_section_7(item, supplier, insider, outsider):
    platform = item.platform
    recipients = [
        (insider, True),
        (outsider, False),
        (UserGroupFactory(platform=platform, members=[insider]), True),
        (UserGroupFactory(platform=platform, members=[insider, outsider]), False),
        (UserGroupFactory(platform=platform), False),
    ]
    seen = set()
    for who, member, subject in people(item, supplier):
        actor = actor_of(member)
        for (recipient, own), level in product(recipients, Level.values):
            answer = bool(may_share(actor, subject, recipient, ShareSpec(level)))
            assert answer is wanted(who, level.removeprefix("share_")[0], own), (who, recipient, level)
        for stored in (share(subject, worker(platform), level) for level in Level.values):
            allowed = bool(may_end(actor, subject, stored))
            full = "m" in "".join(SECTION_7[who])
            assert allowed is (full or ("manager" in who and stored.get_level() != Level.MANAGE)), (who, stored)
            stored.delete()
        seen.add(who)
    assert seen == SECTION_7.keys()


def test_a_share_is_given_changed_and_ended_with_one_entry_each_and_is_told(item, owner, outsider):
    actor = actor_of(owner)
    given = give_share(actor=actor, item=item, recipient=outsider, spec=ShareSpec(Level.EDIT))
    assert access.can(actor_of(outsider), "modify", item)
    with pytest.raises(Conflict):
        give_share(actor=actor, item=item, recipient=outsider, spec=ShareSpec(Level.READ))
    note = Notification.objects.get(user=outsider.user)
    assert (note.kind, note.text) == ("share", f"Olga Owner shared {item} with you: Can edit.")
    item.locked_by = outsider.user
    item.save()
    with pytest.raises(Conflict):
        change_share(actor=actor, item=item, share=given, spec=ShareSpec(Level.EDIT))
    changed = change_share(actor=actor, item=item, share=given, spec=ShareSpec(Level.READ))
    item.refresh_from_db()
    assert item.locked_by is None and not access.can(actor_of(outsider), "modify", item)
    assert shared.load(shared.given_by(actor)) == [changed]
    end_share(actor=actor, item=item, share=changed)
    assert not access.can(actor_of(outsider), "read", item) and not shared.given_by(actor)
    entries = AuditEvent.objects.filter(verb__startswith="share_")
    assert [(entry.verb, entry.subject) for entry in entries] == [
        ("share_ended", outsider.user),
        ("share_changed", outsider.user),
        ("share_given", outsider.user),
    ]


def test_a_group_receives_a_share_by_number_only_in_the_record_of_the_item(item, owner, insider, outsider):
    group = UserGroupFactory(platform=item.platform, name="Secret team", members=[insider, outsider])
    actor = actor_of(owner)
    given = give_share(actor=actor, item=item, recipient=group, spec=ShareSpec(Level.EDIT))
    assert isinstance(given, GroupShare)
    assert all(access.can(actor_of(member), "modify", item) for member in (insider, outsider))
    entry = AuditEvent.objects.get(verb="share_given")
    assert "Secret" not in f"{entry.after} {entry.object_label} {entry.rule}"
    assert Notification.objects.filter(kind="share").count() == 2
    with pytest.raises(AccessDenied):
        end_share(actor=actor_of(insider), item=item, share=given)
    end_share(actor=actor, item=item, share=given)
    assert not any(access.can(actor_of(member), "read", item) for member in (insider, outsider))


def test_the_recipient_ends_their_own_and_nobody_elses(item, outsider, insider):
    mine, theirs = share(item, outsider, Level.MANAGE), share(item, insider, Level.MANAGE)
    with pytest.raises(AccessDenied):
        end_share(actor=actor_of(outsider), item=item, share=theirs)
    end_share(actor=actor_of(outsider), item=item, share=mine)
    assert list(Share.objects.all()) == [theirs]


def test_who_manages_by_a_share_gives_nothing_for_longer(item, insider, outsider):
    now = timezone.now()
    share(item, insider, Level.MANAGE, ends_at=now + timedelta(days=5))
    actor = actor_of(insider)
    for days in (None, 9):
        spec = ShareSpec(Level.READ, now + timedelta(days=days) if days else None)
        with pytest.raises(AccessDenied):
            give_share(actor=actor, item=item, recipient=outsider, spec=spec)
    give_share(actor=actor, item=item, recipient=outsider, spec=ShareSpec(Level.READ, now + timedelta(days=4)))


@pytest.mark.parametrize("state", [state for state in Maturity.values if state != "none"])
def test_items_of_any_maturity_are_shared_and_personal_ones_never(item, owner, insider, state):
    item.maturity = state
    item.save()
    assert may_share(actor_of(owner), item, insider, ShareSpec(Level.READ))
    personal = ItemFactory(space=item.space, kind="personal", owner=owner.user)
    with pytest.raises(AccessDenied):
        give_share(actor=actor_of(owner), item=personal, recipient=insider, spec=ShareSpec(Level.READ))


def test_t20_what_cannot_be_given_is_refused_and_what_is_elsewhere_is_not_there(item, owner, insider):
    actor, gone = actor_of(owner), MemberFactory(platform=item.platform, status=Status.NO_ACCESS)
    past = ShareSpec(Level.READ, timezone.now() - timedelta(days=1))
    for recipient, spec in (
        (insider, ShareSpec("share_all")),
        (insider, past),
        (gone, ShareSpec(Level.READ)),
        (owner, ShareSpec(Level.READ)),
    ):
        with pytest.raises(Unacceptable):
            give_share(actor=actor, item=item, recipient=recipient, spec=spec)
    elsewhere = worker(PlatformFactory(), Right.ADMINISTRATOR)
    mine = share(item, insider)
    for act in (
        lambda: give_share(actor=actor, item=item, recipient=elsewhere, spec=ShareSpec(Level.READ)),
        lambda: give_share(actor=actor, item=item, recipient=UserGroupFactory(), spec=ShareSpec(Level.READ)),
        lambda: give_share(actor=actor_of(elsewhere), item=item, recipient=elsewhere, spec=ShareSpec(Level.READ)),
        lambda: end_share(actor=actor_of(elsewhere), item=item, share=mine),
        lambda: end_share(actor=actor, item=ItemFactory(space=item.space), share=mine),
    ):
        with pytest.raises(NotVisible):
            act()
    assert Share.objects.count() == 1 and not AuditEvent.objects.exists()
