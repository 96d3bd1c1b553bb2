"""Moving items and handing them over: who may, where to, what stays, and who gains and loses by it."""

from itertools import product

import pytest
from django.urls import reverse

from content import readers
from content.locks import lock_item
from content.models import Category, GroupShare, Item, Level, Maturity, Share
from content.moves import Place, fault, may_place, move_item, offered, owners_for, place_of
from spaces.models import Credential, CurrentCredential, Visibility
from tenants import access
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.models import AuditEvent, CredentialsCounted, Notification, Right
from tests.factories import (
    ItemFactory,
    OrganizationFactory,
    PlatformFactory,
    SpaceFactory,
    UserGroupFactory,
    actor_of,
    give,
    host_of,
    refer,
    share,
    share_group,
    worker,
)

pytestmark = pytest.mark.django_db
RUNGS = ("public_reader", "reader", "contributor", "author", "leader", "owner")
# Section 5, typed in again: by what in the item's space somebody moves it and hands it over, whatever its state, ...
MOVES = {
    Category.EVALUATION: {"content owner": {"contributor", "author", "leader"}, "anybody": {"leader", "owner"}},
    Category.DEFINITION: {"content owner": {"author", "leader"}, "anybody": {"leader", "owner"}},
    Category.RESOURCE: {"content owner": {"leader"}, "anybody": {"leader", "owner"}},
    Category.ADMINISTRATIVE: {"content owner": {"owner"}, "anybody": {"owner"}},
    Category.PERSONAL: {"content owner": {"reader", "contributor", "author", "leader", "owner"}, "anybody": set()},
}
# ... and by what in the new space they may bring it there.
BRINGS = {
    Category.PERSONAL: {"reader", "contributor", "author", "leader"},
    Category.EVALUATION: {"contributor", "author", "leader"},
    Category.DEFINITION: {"author", "leader"},
    Category.RESOURCE: {"leader"},
    Category.ADMINISTRATIVE: {"owner"},
}


@pytest.fixture
def space():
    return SpaceFactory(title="Here", visibility=Visibility.PROTECTED)


@pytest.fixture
def platform(space):
    return space.platform


@pytest.fixture
def there(platform):
    return SpaceFactory(platform=platform, title="There")


@pytest.fixture
def supplier(platform):
    return OrganizationFactory(platform=platform, name="Supplier")


@pytest.fixture
def owner(platform, space, there):
    member = worker(platform, user__name="Olga Owner")
    give(member, space, "author")
    give(member, there, "author")
    return member


@pytest.fixture
def item(space, owner):
    return ItemFactory(space=space, owner=owner.user, title="Bracket")


@pytest.mark.parametrize("category", Category)
def test_t04_who_moves_what_is_the_table_of_section_5(platform, space, there, category):
    people = {rung: worker(platform) for rung in RUNGS}
    for rung, member in people.items():
        give(member, space, rung)
        give(member, there, "leader"), give(member, there, "owner")
    actors = {rung: actor_of(member) for rung, member in people.items()}
    states = [Maturity.NONE] if category == Category.PERSONAL else [one for one in Maturity if one != Maturity.NONE]
    heir = people["leader"].user
    for (rung, actor), mine, state in product(actors.items(), (True, False), states):
        holder = people[rung] if mine else people["author"]
        if not mine and rung == "author":
            continue
        item = ItemFactory(space=space, kind=category, maturity=state, owner=holder.user)
        table = MOVES[category]
        wanted = rung in table["anybody"] or (mine and rung in table["content owner"])
        if state == Maturity.PRIVATE and not mine:
            wanted = rung == "owner" and "owner" in table["anybody"]  # nobody else reads it
        assert bool(may_place(actor, item, place_of(item, space=there))) is wanted, (rung, mine, state)
        handed = bool(
            may_place(actor, item, place_of(item, owner=heir if heir != holder.user else people["owner"].user))
        )
        assert handed is (wanted and category != Category.PERSONAL), (rung, mine, state)


@pytest.mark.parametrize("category", Category)
def test_t38_one_live_credential_that_could_create_it_leads_to_the_new_space_and_organization(
    platform, space, there, supplier, category
):
    host, own = host_of(platform), "owner" if category == Category.ADMINISTRATIVE else "leader"
    for rung, restricted, organization in product(RUNGS, (False, True), (host, supplier)):
        member = worker(platform)
        member.organizations.add(supplier)
        give(member, space, own)
        give(member, there, rung, restricted=restricted and rung != "public_reader", organization=organization)
        item, actor = ItemFactory(space=space, kind=category, owner=member.user), actor_of(member)
        brings = rung in BRINGS[category]
        answers = [
            bool(may_place(actor, item, place_of(item, **new)))
            for new in ({"space": there}, {"space": there, "organization": supplier}, {"organization": supplier})
        ]
        theirs = brings and organization == supplier
        assert answers == [brings, theirs, theirs], (rung, restricted, organization)
        assert answers[0] == (there in offered(actor, item)[0])
    administrator = actor_of(worker(platform, Right.ADMINISTRATOR))
    if category != Category.PERSONAL:
        assert may_place(administrator, item, place_of(item, space=there, organization=supplier))


def test_two_credentials_are_not_taken_together(platform, space, there, supplier, owner, item):
    owner.organizations.add(supplier)
    give(owner, SpaceFactory(platform=platform), "author", organization=supplier)
    actor = actor_of(owner)
    assert may_place(actor, item, place_of(item, space=there))
    assert may_place(actor, item, place_of(item, organization=supplier))
    refused = may_place(actor, item, place_of(item, space=there, organization=supplier))
    assert not refused and "in There for Supplier" in refused.reason


def test_the_content_owner_new_or_kept_reads_it_there_as_content_owner(platform, space, there, supplier, owner, item):
    leader = worker(platform)
    give(leader, space, "leader"), give(leader, there, "leader")
    bound = worker(platform, company=supplier)
    give(bound, there, "reader", restricted=True)
    watcher = worker(platform)
    give(watcher, there, "public_reader")
    item.owner = leader.user
    item.save()
    actor = actor_of(leader)

    def wrong(**new):
        found = fault(item, place_of(item, **new))
        return found and found[1]

    assert wrong(space=there) is None and wrong(space=there, owner=owner.user) is None
    assert wrong(space=there, owner=bound.user) == "owner"
    assert wrong(space=there, owner=bound.user, organization=supplier) is None
    assert wrong(space=there, owner=watcher.user) == "owner" and wrong() == "space"
    assert wrong(owner=watcher.user) == "owner"
    assert set(owners_for(item, there, item.organization)) == {leader, owner}
    assert set(owners_for(item, there, supplier)) == {leader, owner, bound}
    with pytest.raises(Unacceptable):
        move_item(actor=actor, item=item, place=place_of(item, space=there, owner=bound.user))


def test_a_move_writes_one_entry_and_tells_whom_it_concerns(platform, space, there, owner, item):
    leader = worker(platform, user__name="Lea Leader")
    give(leader, space, "leader"), give(leader, there, "leader")
    moved = move_item(actor=actor_of(leader), item=item, place=place_of(item, space=there))
    assert moved.space == Item.objects.get().space == there
    entry = AuditEvent.objects.get()
    assert (entry.verb, entry.space_id) == ("item_moved", space.pk)
    assert (entry.before, entry.after) == ({"in_space": space.pk}, {"in_space": there.pk})
    assert Notification.objects.get().user == owner.user
    move_item(actor=actor_of(leader), item=item, place=place_of(moved, owner=leader.user))
    assert AuditEvent.objects.first().verb == "owner_changed" and Item.objects.get().owner == leader.user
    assert Notification.objects.get().text == f"{item} has a new content owner."
    with pytest.raises(Unacceptable):
        move_item(actor=actor_of(leader), item=item, place=place_of(Item.objects.get()))


def test_t35_a_move_closes_the_item_to_who_read_it_there_and_keeps_shares(platform, space, there, owner, item, client):
    space.visibility = Visibility.PUBLIC
    space.save()
    outside, inside, guest, grouped = (worker(platform) for _ in range(4))
    give(outside, SpaceFactory(platform=platform), "reader")
    give(inside, there, "reader")
    share(item, guest, Level.EDIT)
    share_group(item, UserGroupFactory(platform=platform, members=[grouped]))
    gains, losses = readers.changes(item, place_of(item, space=there))
    assert [one.person.pk for one in gains] == [] and [one.person.pk for one in losses] == [outside.pk]
    was = {one.person.pk for one in readers.readers(item)}
    item.locked_by = guest.user
    item.save()
    with pytest.raises(AccessDenied):
        move_item(actor=actor_of(owner), item=item, place=place_of(item, space=there))
    item.locked_by = None
    item.save()
    lock_item(actor=actor_of(owner), item=item)
    move_item(actor=actor_of(owner), item=item, place=place_of(item, space=there))
    item = Item.objects.get()
    now = {one.person.pk for one in readers.readers(item)}
    assert now == was - {outside.pk} and item.locked_by == owner.user
    assert Share.objects.count() == GroupShare.objects.count() == 1
    for member, status in ((outside, 404), (inside, 200), (guest, 200), (grouped, 200)):
        client.force_login(member.user)
        for name in ("item_detail", "item_record"):
            assert client.get(reverse(f"content:{name}", args=[platform.slug, item.pk])).status_code == status
        page = client.get(reverse("content:item_list", args=[platform.slug])).content.decode()
        assert ("Bracket" in page) is (status == 200)


def test_t35_a_lock_ends_when_its_holder_may_no_longer_modify_there(platform, space, there, supplier, owner, item):
    owner.organizations.add(supplier)
    give(owner, SpaceFactory(platform=platform), "author", organization=supplier)
    heir = worker(platform)
    give(heir, space, "author")
    item.maturity = Maturity.PRIVATE
    item.save()
    lock_item(actor=actor_of(owner), item=item)
    move_item(actor=actor_of(owner), item=item, place=place_of(item, owner=heir.user))
    assert Item.objects.get().locked_by is None and not access.can(actor_of(owner), "read", Item.objects.get())


def test_t34_the_history_of_a_moved_item_names_no_space_or_organization_that_its_reader_does_not_know(
    platform, space, there, supplier, owner, item, client
):
    space.title, there.title = "Zqformer", "Zqlatter"
    space.save(), there.save()
    mover = worker(platform)
    for where in (space, there):
        give(mover, where, "leader")
    current = give(mover, SpaceFactory(platform=platform, title="Zqelsewhere"), "reader")
    CurrentCredential.objects.create(member=mover, credential=current)
    move_item(actor=actor_of(mover), item=item, place=place_of(item, space=there))
    guest, insider = worker(platform, Right.EXTERNAL, company=supplier), worker(platform)
    share(item, guest)
    give(guest, SpaceFactory(platform=platform), "reader", restricted=True)
    give(insider, there, "reader")

    def told(member):
        client.force_login(member.user)
        page = client.get(reverse("content:item_record", args=[platform.slug, item.pk])).content.decode()
        assert "moved" in page
        return {
            word for word in ("Zqformer", "Zqelsewhere", item.organization.name) if word in page.split("</nav>")[-1]
        }

    assert told(mover) == {"Zqformer", "Zqelsewhere", item.organization.name}
    assert told(insider) == {item.organization.name} and told(guest) == set()


def test_b09_public_content_to_which_another_space_refers_is_not_moved_where_it_would_not_be_open(
    platform, space, there, owner, item
):
    space.visibility = Visibility.PUBLIC
    space.save()
    refer(ItemFactory(space=SpaceFactory(platform=platform), title="Zqhidden"), item)
    place = place_of(item, space=there)
    with pytest.raises(Conflict) as refused:
        move_item(actor=actor_of(owner), item=item, place=place)
    assert "others refer to it" in refused.value.sentence and "Zqhidden" not in refused.value.sentence
    there.visibility = Visibility.PUBLIC
    there.save()
    assert move_item(actor=actor_of(owner), item=item, place=place)


def test_t22_places_of_other_platforms_and_unseen_ones_are_not_there(platform, space, there, owner, item, client):
    hidden, abroad = SpaceFactory(platform=platform), SpaceFactory(platform=PlatformFactory())
    administrator = worker(platform, Right.ADMINISTRATOR)
    host = item.organization
    for actor, target in (
        (owner, Place(hidden, host, owner.user)),
        (owner, Place(abroad, host, owner.user)),
        (administrator, Place(abroad, host, owner.user)),
        (administrator, Place(space, host_of(abroad.platform), owner.user)),
    ):
        with pytest.raises(NotVisible):
            move_item(actor=actor_of(actor), item=item, place=target)
    stranger = worker(abroad.platform, Right.ADMINISTRATOR)
    with pytest.raises(NotVisible):
        move_item(actor=actor_of(stranger), item=item, place=Place(abroad, host_of(abroad.platform), stranger.user))
    before = Item.objects.values().get()
    client.force_login(owner.user)
    wrong = {"space": abroad.pk, "organization": host_of(abroad.platform).pk, "owner": stranger.pk, "shown": "x"}
    foreign = wrong | {"platform": abroad.platform_id, "owner_id": stranger.user_id, "space_id": abroad.pk}
    for name in ("item_move", "item_edit", "item_repair", "item_maturity", "item_lock"):
        client.post(
            reverse(f"content:{name}", args=[platform.slug, item.pk]), foreign | {"title": "Other", "version": "0"}
        )
    after = Item.objects.values().get()
    kept = ("space_id", "organization_id", "owner_id", "platform_id", "category", "type_id")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}


def test_with_current_only_the_current_credential_decides_and_any_live_one_leads(platform, space, there, owner, item):
    platform.credentials_counted = CredentialsCounted.CURRENT
    platform.save()
    assert not may_place(actor_of(owner), item, place_of(item, space=there)), "none is current: nothing counts"
    here = Credential.objects.get(user=owner.user, content_object=space)
    CurrentCredential.objects.create(member=owner, credential=here)
    assert may_place(actor_of(owner), item, place_of(item, space=there))


def test_the_page_shows_who_gains_and_loses_before_it_moves_anything(platform, space, there, owner, item, client):
    insider = worker(platform, user__name="Ina Inside")
    give(insider, there, "reader")
    client.force_login(owner.user)
    url = reverse("content:item_move", args=[platform.slug, item.pk])
    assert client.get(url).status_code == 200
    chosen = {"space": there.pk, "organization": item.organization_id}
    answer = client.post(url, chosen)
    page = answer.content.decode()
    assert answer.status_code == 422 and "1 person gains access, 0 lose it." in page and "Ina Inside" in page
    assert Item.objects.get().space == space
    shown = page.partition('name="shown" value="')[2].partition('"')[0]
    give(worker(platform), there, "reader")
    assert client.post(url, chosen | {"shown": shown}).status_code == 422, "somebody came in meanwhile: shown again"
    shown = client.post(url, chosen).content.decode().partition('name="shown" value="')[2].partition('"')[0]
    assert client.post(url, chosen | {"shown": shown}).status_code == 302
    assert Item.objects.get().space == there
    assert client.post(url, chosen | {"shown": shown}).status_code == 422, "sent twice: it is there already"
