"""What a page costs: as many queries for thirty rows as for three, and for a hidden thing as for none."""

import uuid
from contextlib import contextmanager

from django.core.files.base import ContentFile
from django.db import connection
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from content.files import Arrival, add_version
from content.models import (
    Change,
    ChangeLine,
    Comment,
    FileVersion,
    FolderEntry,
    Issue,
    Iteration,
    Maturity,
    Opened,
    ReviewedItem,
    Reviewer,
    Route,
    RouteSlot,
    SavedSearch,
    Signature,
    Slot,
    Tag,
    Verdict,
    Watch,
)
from spaces import drafts
from spaces.models import AccessRequest
from tenants import actor as actors
from tenants import audit, ledger
from tenants.models import (
    ApiToken,
    BatchLine,
    Consent,
    DomainRule,
    Kind,
    Member,
    Notification,
    Partner,
    Right,
    RoleGrant,
)
from tests.factories import (
    FileFactory,
    ItemFactory,
    MemberFactory,
    OrganizationFactory,
    PlatformFactory,
    SpaceFactory,
    UserGroupFactory,
    actor_of,
    give,
    give_group,
    join,
    license_member,
    refer,
    share,
    share_group,
    token_of,
)
from tests.site_world import INSIDE, NOBODY, World, body, undone
from tests.tenants.worlds import invited, make_batch
from tests.test_crawl import ONCE, unasked
from tests.test_urls import ROWS

# Everything that shows rows: address, arguments, and who looks.
LISTS = """
tenants:platforms           none        administrator
tenants:home                platform    administrator external
tenants:notifications       platform    administrator
tenants:bell                platform    administrator
tenants:notes               platform    administrator
tenants:notification_settings platform  administrator external
tenants:options             platform    administrator
tenants:option_history      platform    administrator
tenants:member_list         platform    administrator
tenants:member_detail       member      administrator
tenants:member_many?act=end&all=1  platform  administrator
tenants:member_end          member      administrator
tenants:member_remove       member      administrator
tenants:member_right?right=external  member  administrator
tenants:member_employment   member      administrator
tenants:membership          platform    external
tenants:membership_leave    platform    external
tenants:token_list          platform    leader
tenants:organization_list   platform    administrator
tenants:organization_detail unit        administrator
tenants:organization_delete unit        administrator
tenants:role_list           platform    administrator
tenants:role_detail?who=Pe  role        administrator
tenants:role_take_back      holder      administrator
tenants:role_ledger         role        administrator
tenants:my_groups           platform    external
tenants:my_group            group       target
tenants:group_list          platform    administrator
tenants:group_detail        group       administrator
tenants:group_delete        group       administrator
tenants:group_join?q=Pe     group       administrator
tenants:group_part          group_member  administrator
tenants:readiness           member      administrator
tenants:partner_list        platform    administrator
tenants:partner_detail      partner     administrator
tenants:partner_end         partner     administrator
tenants:licences_between    platform    administrator
tenants:member_recall       member      administrator
tenants:record              platform    administrator
tenants:record_elsewhere    platform    administrator
tenants:record_proof        platform    administrator
tenants:batch_detail        batch       administrator
tenants:batch_file          batch       administrator
tenants:invitation_list     platform    administrator
tenants:domain_list         platform    administrator
tenants:sponsored_list      platform    leader
tenants:sponsored_detail    member      leader
spaces:credential           platform    external
spaces:control_center       platform    administrator
spaces:space_list           platform    administrator external
spaces:space_members        space       owner external
spaces:space_record         space       owner
spaces:people_search?q=Pe   space       owner
spaces:credential_remove    credential  owner
spaces:group_add            space       owner
spaces:group_remove         group_credential  owner
spaces:invitation_people    draft       administrator
spaces:invitation_spaces    draft       administrator
spaces:invitation_preview   draft       administrator
content:space_detail        space       administrator restricted
content:space_trash         space       owner
content:item_list           platform    administrator external
content:item_list?q=Item    platform    owner
content:item_list?q=Person  platform    owner
content:search_suggest?q=Item platform  owner
content:search_list         platform    administrator
content:watch_list          platform    administrator
content:search_everywhere?q=Item platform  owner
content:item_many?act=zip&all=1  platform  administrator external
content:item_many?act=move&all=1       platform  administrator external
content:item_detail         item        administrator external
content:item_record         item        external
content:item_revisions      item        external
content:item_readers        item        owner
content:item_why            item        external
content:my_content          platform    leader
content:folder_detail       folder      leader
content:item_structure      item        administrator external
content:item_uses           item        external
content:parts_list          item        external
content:item_relations      item        administrator external
content:item_relations?way=in  item     external
content:relation_new?q=Item  item       author
content:item_move           item        administrator
content:change_list         platform    administrator restricted
content:change_detail       request     leader external
content:change_asked        request     leader
content:route_list          platform    administrator
content:issue_list          platform    administrator restricted
content:issue_board         platform    administrator
content:issue_new           item        leader
content:issue_edit          issue       author
content:item_detail         issue       author
content:item_discussion     item        leader target
content:comment_edit        comment     author
content:markup_earlier      seen        author
content:markups             seen        author
content:review_detail       review      content_owner target
content:review_detail?q=Pe  review      leader
content:review_add?q=Item   review      leader
content:review_close        review      leader
content:review_minute       review      external
content:item_sharing        item        leader target
content:item_sharing?q=Pe   item        leader
content:share_detail        recipient   leader
content:share_end           shared      target
content:shared_with_me      platform    target
content:shared_by_me        platform    content_owner
"""
PROBED = {"content:item_detail", "content:item_edit", "content:file_download", "spaces:space_edit"}  # in every way
METHODS = ("HEAD", "OPTIONS", "PUT", "DELETE")
BROKEN = ({"content_type": "application/json", "data": b"{"}, {"headers": {"If-Match": '"x"'}})


@contextmanager
def counted():
    """Collect the queries of the block; Django's own log keeps 9,000 for all of a test."""
    found = []

    def count(execute, sql, *more):
        found.append(sql)
        return execute(sql, *more)

    with connection.execute_wrapper(count):
        yield found


def _partner(world, guest):
    """Let a guest be at home at the other platform, one of ours work there, and a third be waited for."""
    MemberFactory(platform=world.other, user=guest.user)
    ours, third = MemberFactory(platform=world.platform), MemberFactory(platform=world.platform)
    license_member(ours, ("ENT", "COL"), restricted=False)
    company = OrganizationFactory(platform=world.other)
    there = MemberFactory(platform=world.other, user=ours.user, right=Right.EXTERNAL, company=company)
    license_member(there, ("ENT", "COL"), assigned=False)
    asked = {"way": "outbound", "partner": world.other, "asked_at": timezone.now()}
    away = invited(world.other, third.user, inviter=world.users["elsewhere"])
    Consent.objects.create(invitation=away, platform=world.platform, **asked)
    Partner.objects.create(platform=world.platform, address=f"partner-{guest.pk}")


def _used(world, item, person):
    """Keep an item, open it, and have it judged."""
    for folder in (world.folder, world.favourites):
        FolderEntry.objects.create(folder=folder, target=item)
    Opened.objects.create(user=world.users["leader"], item=item, at=timezone.now())
    _judged(world, item, person)
    _grow_issues(world, person.user, item)


def _judged(world, item, person):
    """Put an item under review, and let a person and whoever was asked before judge it."""
    state = {"sha256": "0" * 64, "relations": "0" * 64}
    reference = refer(world.review.item, item, "reviews")
    reviewed = ReviewedItem.objects.create(review=world.review, reference=reference, **state)
    Reviewer.objects.create(review=world.review, user=person.user, named_at=timezone.now())
    said = {"judgement": "remarks", "remark": "Look", "given_at": timezone.now()}
    for reviewer in world.review.reviewers.all():
        Verdict.objects.create(reviewed=reviewed, reviewer=reviewer, **said, **state)
    Comment.objects.create(item=item, author=person.user, text="Look", created_at=timezone.now())


def _grow_issues(world, person, other):
    """Add an issue against the item, and let the one that stands name somebody and something more."""
    issue = ItemFactory(space=world.space, owner=person, type=world.issue.type)
    Issue.objects.create(item=issue).assignees.add(person, world.target.user)
    world.issue.issue.assignees.add(person)
    refer(issue, world.item, "reported")
    _grow_changes(world, person, other)
    refer(world.issue, other, "reported")


def _grow_changes(world, person, other):
    """Add a change of the item, and let the one that stands hold, be used by and ask for more."""
    made = {"platform": world.platform, "title": "More", "raised_by": person, "number": f"CHG-{other.pk}"}
    for item in (other, world.item):
        ChangeLine.objects.get_or_create(change=Change.objects.get_or_create(**made)[0], item=item, deed="release")
    ChangeLine.objects.create(change=world.request, item=other, deed="release")
    slot = Slot.objects.create(change=world.request, user=person)
    facts = {"agrees": True, "method": "password", "fingerprint": "0" * 64}
    Signature.objects.create(slot=slot, user=person, **facts)
    route = Route.objects.create(platform=world.platform, name=made["number"])
    RouteSlot.objects.create(route=route, user=person)


def grow(world, number):
    """Add so many of everything that any list shows."""
    administrator, item = world.members["administrator"], world.item
    typed = [f"typed{n}@example.test" for n in range(number)]
    drafts.save_draft(world.draft, None, typed=typed, company=str(world.supplier.pk))
    for n in range(number):
        company = OrganizationFactory(platform=world.platform)
        name = f"Person {number} {n}"
        person = MemberFactory(platform=world.platform, right=Right.EXTERNAL, company=company, user__name=name)
        license_member(person, ("ENT", "COL", "DES"))
        Member.objects.filter(pk=person.pk).update(sponsor=world.users["leader"])
        person.organizations.add(world.unit)
        give(person, world.space, "author", restricted=bool(n % 2))
        give(person, world.space, "reader", organization=world.unit)
        OrganizationFactory(platform=world.platform, parent=world.unit, kind=Kind.DEPARTMENT)
        space = SpaceFactory(platform=world.platform)
        for holder in (person, world.members["owner"], world.members["external"]):
            give(holder, space, "owner")
        team = UserGroupFactory(platform=world.platform, members=[world.target, world.members["external"]])
        join(world.group, person)
        for group, where in ((team, world.space), (world.group, space)):
            give_group(group, where, "contributor")
            share_group(ItemFactory(space=where, owner=world.users["content_owner"]), group)
        other = ItemFactory(space=world.space, owner=person.user, organization=world.rival)
        refer(item, other, "has_part")
        _used(world, other, person)
        refer(other, world.part, "has_part")
        refer(ItemFactory(space=world.space, owner=person.user), item, "has_part")
        share(ItemFactory(space=world.space, owner=world.users["content_owner"]), world.target)
        share(item, person, "share_edit")
        ItemFactory(space=space, owner=person.user, organization=company, maturity=Maturity.PRIVATE)
        ItemFactory(space=world.space, number=item.number, revision=f"{number}.{n}"[-4:])
        state = {"what": "Made", "by": person.user, "title": "Bracket"}
        Iteration.objects.create(item=item, number=1000 * number + n, **state)
        ItemFactory(space=world.space, trashed_at=timezone.now(), trashed_by=person.user)
        item.tags.add(Tag.objects.create(platform=world.platform, word=f"tag {number} {n}"))
        file = FileFactory(item=item)
        FileVersion.objects.create(file=file, number=1, key="x", size=1, sha256="0" * 64, created_by=person.user)
        invited(world.platform, inviter=administrator.user)
        AccessRequest.objects.create(space=world.space, member=person, created_at=timezone.now())
        DomainRule.objects.create(platform=world.platform, domain=f"x{number}-{n}.test")
        search = SavedSearch.objects.create(member=administrator, name=f"{number}-{n}", query="q=a")
        for watched in ({"search": search}, {"item": other}):
            Watch.objects.create(member=administrator, **watched)
        actor = actor_of(person)
        for thing in (item, world.space, world.target):
            audit.record(actor, "item_changed", thing, space_id=world.space.pk, subject=person.user)
        token_of(world.members["leader"])
        about = {"key": person.pk, "subject": str(person), "code": "ready", "runs": True}
        BatchLine.objects.create(batch=world.batch, number=1000 * number + n, **about)
        MemberFactory(user=administrator.user, platform=PlatformFactory())
        _partner(world, person)
        news = {"kind": "test", "subject": f"{number}-{n}", "text": "News", "at": timezone.now()}
        Notification.objects.create(user=administrator.user, platform=world.platform, **news)
    ledger.open_entries(world.platform.members.filter(user__name__startswith=f"Person {number} ").values("pk"))


class TheCost(TestCase):
    """Counts queries."""

    @classmethod
    def setUpTestData(cls):
        cls.world = world = World()
        world.args["unit"] = (world.platform.slug, world.unit.pk)

    def test_b36_thirty_rows_cost_what_three_cost(self):
        grow(self.world, 3)
        few = self._costs()
        grow(self.world, 27)
        many = self._costs()
        assert {row: (few[row], cost) for row, cost in many.items() if cost != few[row]} == {}
        assert max(many.values()) <= 55

    def _costs(self):
        found = {}
        for line in LISTS.strip().splitlines():
            name, args, *visitors = line.split()
            name, _, query = name.partition("?")
            url = self.world.url(name, args) + (f"?{query}" if query else "")
            for visitor in visitors:
                browser = self.world.client(visitor)
                with counted() as asked:
                    answer = browser.get(url)
                assert answer.status_code == 200, (line, visitor)
                found[name, query, visitor] = len(asked)
        return found

    def test_b36_an_actor_takes_at_most_five_queries(self):
        for visitor in INSIDE:
            with counted() as asked:
                assert actors.find(self.world.users[visitor], "acme").held or visitor == "administrator"
            assert len(asked) <= 5, visitor


class Alike(TestCase):
    """Asks for what is hidden and for what is not there."""

    @classmethod
    def setUpTestData(cls):
        cls.world = world = World()
        elsewhere, owner = world.members["elsewhere"], world.members["content_owner"]
        private = ItemFactory(space=world.space, owner=owner.user, maturity=Maturity.PRIVATE)
        arrival = Arrival(file=ContentFile(b"solid", name="a.stl"))
        version = add_version(actor=actor_of(owner), item=private, arrival=arrival)
        space = SpaceFactory(platform=world.platform)
        note = Notification.objects.create(
            user=owner.user, platform=world.platform, kind="test", subject="t", text="T", at=timezone.now()
        )
        abroad = SpaceFactory(platform=world.other)
        grant, theirs = RoleGrant.objects.filter(member=elsewhere).first(), invited(world.other)
        about = {"way": "inbound", "asked_at": timezone.now()}
        asked = Consent.objects.create(invitation=theirs, platform=world.other, **about)
        third = PlatformFactory()  # no partner of ours
        draft, batch = drafts.new_draft(actor_of(elsewhere)), make_batch(actor_of(elsewhere), elsewhere)
        domain = DomainRule.objects.create(platform=world.other, domain="x.test")
        token_of(elsewhere)
        token = ApiToken.objects.get(member=elsewhere)
        # who asks: {arguments: (those of a hidden thing, those of nothing)}
        cls.pairs = {
            "external": {
                "member": ((world.target.pk,), (NOBODY,)),
                "item": ((private.pk,), (NOBODY,)),
                "version": ((version.pk, "x"), (NOBODY, "x")),
                "space": ((space.pk,), (NOBODY,)),
                "note": ((note.pk,), (NOBODY,)),
            },
            "restricted": {"version": ((world.version.pk, "x"), (NOBODY, "x"))},
            "administrator": {  # of other platforms
                "member": ((elsewhere.pk,), (NOBODY,)),
                "grant": ((elsewhere.pk, grant.pk), (NOBODY, NOBODY)),
                "organization": ((elsewhere.company_id,), (NOBODY,)),
                "belonging": ((elsewhere.company_id, elsewhere.pk), (NOBODY, NOBODY)),
                "holder": ((grant.role_id, grant.pk), (grant.role_id, NOBODY)),
                "invitation": ((theirs.pk,), (NOBODY,)),
                "consent": ((asked.pk,), (NOBODY,)),
                "partner": ((third.slug,), ("no-such-platform",)),
                "draft": ((draft.pk,), (uuid.uuid4(),)),
                "batch": ((batch.pk,), (uuid.uuid4(),)),
                "batch_line": ((batch.pk, 1), (uuid.uuid4(), 1)),
                "domain": ((domain.pk,), (NOBODY,)),
                "api_token": ((token.pk,), (NOBODY,)),
                "space": ((abroad.pk,), (NOBODY,)),
                "item": ((ItemFactory(space=abroad).pk,), (NOBODY,)),
            },
        }

    def test_t26_b05_a_hidden_thing_answers_and_costs_like_none(self):
        for visitor, pairs in self.pairs.items():
            browser = self.world.client(visitor)
            for row in (row for row in ROWS if row.args in pairs):
                if row.method == "GET" and visitor == "administrator" and row.args in {"item", "space"}:
                    continue  # the External asked for these already; acts find their things by the same two steps
                ways = [(row.method, {})]
                if row.method == "GET" and row.name in PROBED:
                    ways += [(method, {}) for method in METHODS]
                if row.method == "POST" and row.name in PROBED:
                    ways += [("POST", more) for more in BROKEN]
                for method, more in ways:
                    hidden, none = (self._ask(browser, method, row.name, pk, more) for pk in pairs[row.args])
                    assert hidden == none, (visitor, method, row.name, more)
                    assert hidden[0] in {403, 404, 405, 412}  # 412: no word of the protocol of uploads

    def _ask(self, browser, method, name, args, more):
        url = reverse(name, args=[self.world.platform.slug, *args])
        with undone(), counted() as asked:
            answer = browser.generic(method, url, **more)
        headers = {key: value for key, value in answer.headers.items() if key not in ONCE}
        return answer.status_code, headers, unasked(body(answer), url), len(asked)
