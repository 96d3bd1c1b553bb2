"""The pages of shares: who sees whom, who is offered, and what is said before a share is given or ended."""

from datetime import timedelta
from itertools import product

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from content import recipients, shared
from content.models import GroupShare, Item, Level, Maturity, Share
from content.share_preview import effects
from content.shares import ShareSpec, change_share, end_share, give_share
from tenants.errors import DomainError
from tenants.models import Member, Right, Status
from tests.factories import (
    ItemFactory,
    MemberFactory,
    OrganizationFactory,
    UserGroupFactory,
    actor_of,
    give,
    share,
    share_group,
    worker,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def item():
    return ItemFactory(title="Bracket")


@pytest.fixture
def people(item):
    """An Owner, a Leader (Restricted) of the item's organization, a reader, a guest and somebody invited."""
    platform = item.platform
    supplier = OrganizationFactory(platform=platform, name="Supplier")
    found = {
        name: worker(platform, user__name=f"{name.title()} Person") for name in ("owner", "bound", "reader", "insider")
    }
    found["guest"] = worker(platform, Right.EXTERNAL, company=supplier, user__name="Guest Person")
    found["invited"] = MemberFactory(
        platform=platform, right=Right.EXTERNAL, company=supplier, status=Status.PENDING, user__name="Invited Person"
    )
    give(found["owner"], item.space, "owner")
    give(found["bound"], item.space, "leader", restricted=True)
    give(found["reader"], item.space, "reader")
    return found


@pytest.fixture
def visit(client, item):
    """Return a function that asks for a page of shares as a member: the status and the text."""

    def ask(member, name, *args, data=None, query=""):
        client.force_login(member.user)
        url = reverse(f"content:{name}", args=[item.platform.slug, *args]) + query
        answer = client.get(url) if data is None else client.post(url, data)
        return answer.status_code, answer.content.decode()

    return ask


def to(member):
    return f"person-{member.pk}"


def test_the_preview_says_who_gains_and_the_share_is_given_only_after_it(item, people, visit):
    guest, owner = people["guest"], people["owner"]
    status, page = visit(owner, "share_detail", item.pk, to(guest))
    assert status == 200 and "1 person gains access, outside the baseline." in page
    status, page = visit(owner, "share_detail", item.pk, to(people["reader"]), query="?level=share_edit")
    assert "Nobody gains access" in page and "reads it already; now also changes it" in page
    status, page = visit(owner, "share_detail", item.pk, to(guest), data={"level": "share_read"})
    assert status == 422 and "Press the button again" in page and not Share.objects.exists()
    shown = page.partition('name="shown" value="')[2].partition('"')[0]
    status, _page = visit(owner, "share_detail", item.pk, to(guest), data={"level": "share_read", "shown": shown})
    assert status == 302 and Share.objects.get().user == guest.user
    status, page = visit(owner, "share_detail", item.pk, to(guest), data={"level": "share_read", "shown": shown})
    assert status == 422, "a form sent twice is judged again by what stands now"


def test_a_preview_asks_the_rules_for_each_person_of_a_group_and_for_the_invited_as_accepted(item, people):
    unlicensed = MemberFactory(platform=item.platform, user__name="Unlicensed Person")
    group = UserGroupFactory(
        platform=item.platform, members=[people["guest"], people["reader"], people["invited"], unlicensed]
    )
    found = {effect.member: effect for effect in effects(item, group, Level.EDIT)}
    assert {member for member, effect in found.items() if effect.opens} == {people["guest"], people["invited"]}
    assert found[people["guest"]].gains == ("read", "modify")
    assert found[people["reader"]].gains == ("modify",) and not found[people["reader"]].closes
    assert found[unlicensed].words == "gains nothing while no licence lets them work here"
    share_group(item, group, Level.EDIT)
    share(item, people["guest"], Level.READ)
    ended = {effect.member: effect for effect in effects(item, group, None)}
    assert {member for member, effect in ended.items() if effect.closes} == {people["invited"]}
    assert ended[people["guest"]].words == "reads it already; no longer changes it"


def test_only_people_and_groups_one_may_know_and_share_with_are_offered(item, people):
    platform = item.platform
    mixed = UserGroupFactory(platform=platform, name="Person mix", members=[people["insider"], people["guest"]])
    own = UserGroupFactory(platform=platform, name="Person own", members=[people["insider"]])
    empty = UserGroupFactory(platform=platform, name="Person none")
    share(item, people["guest"], Level.MANAGE)

    def offered(who):
        found = recipients.search(actor_of(people[who]), item, "Person")
        return {recipient.pk for kind in found for recipient in kind if recipient not in people.values()}, {
            name for name, member in people.items() if member in found[0]
        }

    assert offered("owner") == ({mixed.pk, own.pk, empty.pk}, {"bound", "reader", "insider", "guest", "invited"})
    assert offered("bound") == ({own.pk}, {"owner", "reader", "insider"})
    assert offered("guest") == (set(), set()), "who holds no credential may know nobody"
    for recipient, who in ((people["guest"], "bound"), (mixed, "bound"), (people["insider"], "guest")):
        assert recipients.find(actor_of(people[who]), item, recipients.address_of(recipient)) is None
    for wrong in ("person-0", "person-x", "group-99999999999999999999", "item-1", "person", "-1"):
        assert recipients.find(actor_of(people["owner"]), item, wrong) is None
        assert recipients.find_share(item, wrong) is None


def test_t31_a_page_names_nobody_whom_its_reader_may_not_know(item, people, visit):
    share(item, people["guest"], Level.READ, given_by=people["owner"].user)
    share_group(item, UserGroupFactory(platform=item.platform, name="Zqgroup", members=[people["guest"]]))
    status, page = visit(people["owner"], "item_sharing", item.pk)
    assert "Guest Person" in page and "Zqgroup" in page and "group of 1 person" in page
    for who in ("bound", "reader"):
        status, page = visit(people[who], "item_sharing", item.pk, query="?q=Gue" if who == "bound" else "")
        assert status == 200 and not {name for name in ("Guest", "Zqgroup", people["guest"].user.email) if name in page}
    status, page = visit(people["bound"], "share_end", item.pk, to(people["guest"]))
    assert status == 200 and "Somebody of another organization" in page and "Guest" not in page
    assert visit(people["reader"], "share_end", item.pk, to(people["guest"]))[0] == 403
    assert visit(people["insider"], "share_end", item.pk, to(people["guest"]))[0] == 404


def test_a_recipient_ends_their_own_and_is_led_away_from_what_they_no_longer_read(item, people, visit, client):
    guest = people["guest"]
    share(item, guest, Level.EDIT)
    _status, page = visit(guest, "shared_with_me")
    assert "Bracket" in page and "Can edit" in page
    _status, page = visit(guest, "share_end", item.pk, to(guest))
    assert "You can no longer read it." in page
    answer = client.post(reverse("content:share_end", args=[item.platform.slug, item.pk, to(guest)]))
    assert answer.url == reverse("content:shared_with_me", args=[item.platform.slug])
    assert not Share.objects.exists()
    assert visit(guest, "item_sharing", item.pk)[0] == 404
    assert "Nothing is shared with you" in visit(guest, "shared_with_me")[1]


def test_lists_of_shares_hold_what_one_gave_and_received_and_reads_now(item, people):
    owner, reader = people["owner"], people["reader"]
    group = UserGroupFactory(platform=item.platform, members=[reader])
    rows = [share(item, reader, given_by=owner.user), share_group(item, group, given_by=owner.user)]
    away = ItemFactory(space__platform=item.platform)
    share(away, reader, given_by=owner.user)
    share(item, people["guest"], given_by=reader.user)
    assert shared.load(shared.given_by(actor_of(owner))) == rows[::-1], "nothing of what the Owner no longer reads"
    assert {row.content_object for row in shared.load(shared.received_by(actor_of(reader)))} == {item, away}
    assert not shared.received_by(actor_of(owner)).exists()
    item.maturity = Maturity.PRIVATE
    item.save()
    assert not shared.given_by(actor_of(owner)).exists(), "lists leave Private items of others out"
    assert GroupShare.objects.count() == 1


def test_t37_no_old_edge_shares_or_moves(item, people, visit):
    """Who was content owner, gave a share or managed by one does nothing by that once the way in has ended."""
    giver, manager, reader = worker(item.platform), worker(item.platform), people["reader"]
    credential = give(giver, item.space, "leader")
    item.owner = giver.user
    item.save()
    stored = share(item, people["insider"], given_by=giver.user)
    managing = share(item, manager, Level.MANAGE, given_by=giver.user)
    given = share(item, people["guest"], given_by=manager.user)
    assert all(visit(who, "item_sharing", item.pk)[0] == 200 for who in (giver, manager))
    credential.delete()
    managing.delete()
    before = list(Share.objects.values()), Item.objects.values().get()
    data = {"level": "share_edit", "shown": "x", "space": item.space_id, "organization": item.organization_id}
    for who, row in ((giver, stored), (manager, given)):
        name = to(next(member for member in people.values() if member.user_id == row.user_id))
        for page, *args in (("share_detail", name), ("share_end", name), ("item_sharing",), ("item_move",)):
            assert visit(who, page, item.pk, *args)[0] == 404, page
            if page != "item_sharing":
                assert visit(who, page, item.pk, *args, data=data)[0] == 404, page
        assert not shared.given_by(actor_of(who)).exists()
    give(giver, item.space, "reader")  # content owner below the level of the category, giver of a share: reads, no more
    for page, *args in (("share_detail", to(people["insider"])), ("share_end", to(people["insider"])), ("item_move",)):
        assert visit(giver, page, item.pk, *args)[0] == 403, page
    assert (list(Share.objects.values()), Item.objects.values().get()) == before
    assert visit(reader, "item_sharing", item.pk)[0] == 200


def test_t50_nobody_shares_above_or_longer_than_what_they_hold(item, visit):
    """No chain of shares by managers, editors and readers makes a manager, or a share that lasts longer than theirs."""
    ends = timezone.now() + timedelta(days=10)
    sooner, later = ends - timedelta(days=1), ends + timedelta(days=1)
    holders = {level: worker(item.platform) for level in Level}
    mine = {level: share(item, member, level, ends_at=ends) for level, member in holders.items()}
    others = {level: share(item, worker(item.platform), level, ends_at=ends) for level in Level}

    def tried(act, **asked):
        try:
            act(item=item, **asked)
        except DomainError:
            return False
        return True

    for (held, holder), level, end in product(holders.items(), Level, (sooner, ends, later, None)):
        actor, spec = actor_of(holder), ShareSpec(level, end)
        fits = held == Level.MANAGE and level != Level.MANAGE and end is not None and end <= ends
        assert tried(give_share, actor=actor, recipient=worker(item.platform), spec=spec) is fits, (held, level, end)
        for old, row in others.items():
            with transaction.atomic():
                changed = tried(change_share, actor=actor, share=row, spec=spec)
                transaction.set_rollback(True)
            assert changed is (fits and old != Level.MANAGE and (old, ends) != (level, end)), (held, old, level, end)
        assert not tried(change_share, actor=actor, share=mine[held], spec=spec), "nobody raises their own"
    for held, holder in holders.items():
        assert tried(end_share, actor=actor_of(holder), share=others[Level.MANAGE]) is False
        recipient = Member.objects.get(user=others[Level.READ].user)
        status, page = visit(holder, "share_detail", item.pk, to(recipient), data={"level": "share_manage"})
        assert status == (422 if held == Level.MANAGE else 403)
        assert ("Select a valid choice" in page) is (status == 422)
    managers = Share.objects.filter(permission__codename=Level.MANAGE).values_list("user", flat=True)
    assert set(managers) == {holders[Level.MANAGE].user_id, others[Level.MANAGE].user_id}
    assert not Share.objects.exclude(ends_at__lte=ends).exists()
