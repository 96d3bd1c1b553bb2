"""What programs do about shares that stand, about what one watches, and about favourites and folders."""

from unittest import mock

from content import watching
from content.models import FolderEntry, Item, Maturity, Watch
from spaces.models import Credential
from tenants import notifications
from tests.factories import ItemFactory, OrganizationFactory, PlatformFactory, SpaceFactory, give, share, worker
from tests.site_world import NOBODY, undone
from tests.test_api_work import Asking


class Own(Asking):
    """Changes shares with a look beforehand, and keeps things."""

    def test_b36_lists_cost_the_same_for_one_row_and_for_many(self):
        lists = [("watch_list", ()), ("favourite_list", ()), ("folder_detail", (self.world.folder.pk,))]
        lists += [("search_list", ()), ("news_list", ()), ("news_choices_list", ())]
        told = {"user": self.world.users["leader"], "platform": self.world.platform, "kind": "activity", "text": "New"}
        told |= {"space_id": self.world.space.pk}
        self.ask("leader", "PUT", "space_level", [self.world.space.pk], {"level": "everything"})
        notifications.notify(**told, subject=f"item:{self.world.item.pk}")
        for name in ("item_star", "item_watch"):
            self.ask("leader", "PUT", name, [self.world.item.pk])
        few = self.costs(lists[:2], ["leader", "external"]) | self.costs(lists[2:], ["leader"])
        for _ in range(4):
            item = ItemFactory(space=self.world.space)
            for folder in (self.world.favourites, self.world.folder):
                FolderEntry.objects.create(folder=folder, target=item)
            Watch.objects.create(member=self.world.members["leader"], item=item)
            notifications.notify(**told, subject=f"item:{item.pk}")
            self.ask("leader", "POST", "search_save", data={"name": item.number, "query": "q=a"})
            give(self.world.members["leader"], SpaceFactory(platform=self.world.platform), "reader")
        assert self.costs(lists[:2], ["leader", "external"]) | self.costs(lists[2:], ["leader"]) == few

    def test_a_share_is_looked_at_changed_and_ended(self):
        world, item = self.world, self.world.item.pk
        to = world.args["shared"][-1]
        said = self.ask("leader", "GET", "share_effect", [item], query=f"?to={to}&level=share_manage")[1]
        assert [one["change"] for one in said["people"]] == [
            "reads it already; now also changes it, shares it with others"
        ]
        assert (said["others"], said["refusal"]) == (0, "")
        change = {"level": "share_manage", "ends_on": "2090-06-30"}
        stale = self.ask("leader", "PATCH", "share_change", [item, to], change | {"shown": said["shown"]})
        assert (stale[0], list(stale[1]["fields"])) == (422, ["shown"]), "another end than what was looked at"
        query = f"?to={to}&level=share_manage&ends_on=2090-06-30"
        shown = self.ask("leader", "GET", "share_effect", [item], query=query)[1]["shown"]
        status, found = self.ask("leader", "PATCH", "share_change", [item, to], change | {"shown": shown})
        assert (status, found["level"], found["ends_at"][:10]) == (200, "share_manage", "2090-07-01")
        assert self.ask("leader", "PATCH", "share_change", [item, to], change)[0] == 409, "nothing changes"
        assert self.ask("leader", "PATCH", "share_change", [item, to], {"level": "share_read"})[1]["ends_at"]
        assert self.ask("leader", "PATCH", "share_change", [item, to], {"ends_on": None})[1]["ends_at"] is None
        loss = self.ask("leader", "GET", "share_effect", [item], query=f"?to={to}")[1]
        assert [one["name"] for one in loss["people"]] == ["Target Person"]

    def test_t38_a_share_is_changed_by_nobody_who_may_not_on_its_page(self):
        world, item = self.world, self.world.item.pk
        share(world.item, world.members["external"], "share_manage")
        to, more = world.args["shared"][-1], {"level": "share_manage"}
        other = worker(PlatformFactory())
        for status, visitor, told, place in (
            (403, "reader", more, to),
            (422, "external", more, to),
            (404, "leader", more, f"person-{world.members['author'].pk}"),
            (404, "leader", more, f"person-{other.pk}"),
            (404, "leader", more, "person-x"),
            (422, "leader", {"level": "all"}, to),
            (422, "leader", {"ends_on": "2001-01-01"}, to),
            (422, "leader", {"whom": "Reader Person"}, to),
        ):
            with undone():
                assert self.ask(visitor, "PATCH", "share_change", [item, place], told)[0] == status, (visitor, told)
        for status, query in ((422, "?level=share_read&whom=Nobody"), (422, "?level=x"), (404, "?to=person-1")):
            assert self.ask("leader", "GET", "share_effect", [item], query=query)[0] == status, query
        found = self.ask("leader", "GET", "share_effect", [item], query="?level=share_read&whom=author person")[1]
        assert [one["change"] for one in found["people"]] == ["reads it already; nothing changes for them"]

    def test_t26_who_gains_by_a_share_is_told_as_far_as_one_may_know_them(self):
        world = self.world
        stranger = worker(world.platform, company=OrganizationFactory(platform=world.platform), user__name="Zq Person")
        theirs = ItemFactory(space=world.space, organization=world.rival, owner=world.users["restricted"])
        share(theirs, stranger)
        to = f"person-{stranger.pk}"
        status, found = self.ask("restricted", "GET", "share_effect", [theirs.pk], query=f"?to={to}")
        assert (status, found["people"], found["others"]) == (200, [], 1)

    def test_what_one_watches_is_ones_own_and_opens_nothing(self):
        world = self.world
        assert self.ask("reader", "PUT", "item_watch", [world.item.pk], {"below": True})[1]["below"] is True
        found = self.ask("reader", "GET", "watch_list")[1]
        assert [(one["item"]["id"], one["below"]) for one in found["items"]] == [(world.item.pk, True)]
        assert self.ask("leader", "GET", "watch_list")[1]["items"] == []
        Item.objects.filter(pk=world.item.pk).update(maturity=Maturity.PRIVATE)
        assert self.ask("reader", "GET", "watch_list")[1]["items"] == []
        assert self.ask("owner", "PUT", "item_watch", [world.item.pk])[0] == 409, "of somebody else, and Private"
        assert self.ask("leader", "PUT", "item_watch", [world.folder.pk])[0] == 409
        Item.objects.filter(pk=world.item.pk).update(maturity=Maturity.IN_WORK)
        self.ask("reader", "PUT", "change_watch", [world.request.pk])
        assert [one["number"] for one in self.ask("reader", "GET", "watch_list")[1]["changes"]] == ["CHG-1"]
        self.ask("reader", "DELETE", "change_unwatch", [world.request.pk])
        assert self.ask("reader", "GET", "watch_list")[1]["changes"] == []
        for _ in range(2):
            assert self.ask("reader", "DELETE", "item_unwatch", [world.item.pk])[1]["watched"] is False
        assert self.ask("reader", "GET", "watch_list")[1]["items"] == []

    def test_favourites_and_folders_are_kept_by_oneself_alone(self):
        world, key = self.world, {"Idempotency-Key": "keep"}
        assert self.ask("author", "PUT", "item_star", [world.item.pk])[1]["starred"] is True
        assert self.ask("author", "PUT", "item_star", [world.item.pk])[0] == 409
        assert [one["item"]["id"] for one in self.ask("author", "GET", "favourite_list")[1]["entries"]] == [
            world.item.pk
        ]
        assert self.ask("author", "DELETE", "item_unstar", [world.item.pk])[1]["starred"] is False
        outer = self.ask("author", "POST", "folder_make", (), {"title": "Mine"})[1]["id"]
        inner = self.ask("author", "POST", "folder_make", (), {"title": "Inner", "within": outer})[1]
        assert inner["depth"] == 1
        kept = self.ask("author", "POST", "folder_keep", [inner["id"]], {"item": world.item.pk}, **key)
        assert (kept[0], kept[1]["item"]["title"]) == (201, "Bracket")
        assert self.ask("author", "POST", "folder_keep", [inner["id"]], {"item": world.item.pk}, **key) == kept
        assert self.ask("author", "POST", "folder_keep", [inner["id"]], {"item": outer})[0] == 409, "into itself"
        titles = [(one["title"], one["depth"]) for one in self.ask("author", "GET", "folder_list")[1]]
        assert titles == [("Favourites", 0), ("Mine", 0), ("Inner", 1)]
        hidden = ItemFactory(space=SpaceFactory(platform=world.platform))
        for pk in (hidden.pk, NOBODY, world.folder.pk):
            assert self.ask("author", "POST", "folder_keep", [outer], {"item": pk})[0] == 404
        for told in ({"title": ""}, {"title": "New", "within": world.folder.pk}):
            assert self.ask("author", "POST", "folder_make", (), told)[0] == 422, told
        Item.objects.filter(pk=world.item.pk).update(space=hidden.space)
        assert self.ask("author", "GET", "folder_detail", [inner["id"]])[1]["entries"] == []
        assert self.ask("author", "POST", "folder_keep", [inner["id"]], {"item": world.item.pk}, **key)[0] == 404

    def test_searches_are_kept_and_watched_as_on_their_page(self):
        new = {"name": " Steel  plates", "query": "sort=title&q=plate&state=in_work"}
        status, made = self.ask("leader", "POST", "search_save", data=new)
        kept = {"id": made["id"], "name": "Steel plates", "query": "q=plate&state=in_work&sort=title", "watched": False}
        assert (status, made) == (201, kept)
        for change, field in (
            ({"name": "Steel plates"}, "name"),
            ({"name": " "}, "name"),
            ({"query": ""}, None),
            ({"query": "state=nonsense"}, "query"),
            ({"query": "owner__password=x"}, "query"),
            ({"query": "q=" + "x" * 2000}, "query"),
        ):
            status, said = self.ask("leader", "POST", "search_save", data={"name": "Other", "query": "q=a"} | change)
            fields = [name.rpartition(".")[2] for name in said["fields"]]
            assert (status, fields) == (422, [field] if field else []), change
        assert self.ask("leader", "PUT", "search_watch", [made["id"]])[1]["watched"]
        assert self.ask("leader", "GET", "search_list")[1] == [kept | {"watched": True}]
        assert self.ask("leader", "GET", "watch_list")[1]["searches"] == [{"id": made["id"], "name": "Steel plates"}]
        with mock.patch.object(watching, "MOST", 0):
            assert self.ask("leader", "PUT", "search_watch", [made["id"]])[0] == 422
        assert self.ask("leader", "DELETE", "search_unwatch", [made["id"]])[1] == {"watched": False, "below": False}
        assert self.ask("leader", "PATCH", "search_rename", [made["id"]], {"name": "Mine"})[1]["name"] == "Mine"
        for method, name in (("PATCH", "search_rename"), ("PUT", "search_watch"), ("DELETE", "search_delete")):
            assert self.ask("author", method, name, [made["id"]], {"name": "Mine"})[0] == 404
        assert self.ask("leader", "DELETE", "search_delete", [made["id"]])[1] == {"ended": made["id"]}
        assert self.ask("leader", "GET", "search_list")[1] == []

    def test_news_of_the_platform_are_told_marked_and_chosen(self):
        world, leader = self.world, self.world.users["leader"]
        told = {"user": leader, "kind": "group", "text": "You are in a group."}
        here = notifications.notify(**told, platform=world.platform, subject="a")
        none = notifications.notify(**told, platform=None, subject="b")
        there = notifications.notify(**told, platform=world.other, subject="c")
        hidden = told | {"kind": "activity", "text": "Zqsecret", "space_id": NOBODY, "platform": world.platform}
        notifications.notify(**hidden, subject="d")
        found = self.ask("leader", "GET", "news_list")[1]
        assert ([one["kind"] for one in found["news"]], found["unread"]) == (["activity", "group"], 2)
        assert "Zqsecret" not in str(found), "what one may not see any more has lost its words"
        assert self.ask("leader", "PUT", "news_read", [here.pk])[1] == {"unread": False}
        unread = self.ask("leader", "GET", "news_list", query="?unread=true&size=1")[1]
        assert ([one["kind"] for one in unread["news"]], unread["next"], unread["unread"]) == (["activity"], None, 1)
        assert self.ask("leader", "DELETE", "news_unread", [here.pk])[1] == {"unread": True}
        for pk in (none.pk, there.pk, world.note.pk, NOBODY):
            assert self.ask("leader", "PUT", "news_read", [pk])[0] == 404
        chosen = self.ask("leader", "PATCH", "news_choose", data={"kinds": {"discussion": "digest"}})[1]["kinds"]
        assert [one["delivery"] for one in chosen if one["code"] == "discussion"] == ["digest"]
        for visitor, kinds in (
            ("leader", {"partner": "now"}),
            ("leader", {"x": "now"}),
            ("leader", {"discussion": "x"}),
        ):
            assert self.ask(visitor, "PATCH", "news_choose", data={"kinds": kinds})[0] == 422
        assert self.ask("leader", "PATCH", "news_choose", data={"kinds": {"handover": "none"}})[0] == 422, "never off"
        assert self.ask("administrator", "PATCH", "news_choose", data={"kinds": {"partner": "now"}})[0] == 200

    def test_a_space_is_watched_by_asking_for_everything_of_it(self):
        world, space = self.world, self.world.space.pk
        level = {"id": space, "title": world.space.title, "level": "everything"}
        assert self.ask("leader", "PUT", "space_level", [space], {"level": "everything"}) == (200, level)
        assert level in self.ask("leader", "GET", "news_choices_list")[1]["spaces"]
        assert self.ask("leader", "GET", "watch_list")[1]["spaces"] == [{"id": space, "title": world.space.title}]
        assert self.ask("leader", "PUT", "space_level", [space], {"level": "concerns"})[0] == 200
        assert self.ask("leader", "GET", "watch_list")[1]["spaces"] == []
        assert self.ask("leader", "PUT", "space_level", [space], {"level": "all"})[0] == 422
        vault = SpaceFactory(platform=world.platform, visibility="private")
        for pk in (vault.pk, SpaceFactory(platform=PlatformFactory()).pk, NOBODY):
            assert self.ask("leader", "PUT", "space_level", [pk], {"level": "nothing"})[0] == 404

    def test_t73_a_kept_answer_names_no_space_that_was_lost(self):
        world = self.world
        acts = [
            ("space_level", "PUT", [world.space.pk], {"level": "everything"}),
            ("news_choose", "PATCH", [], {"kinds": {"mention": "digest"}}),
        ]
        for name, method, args, data in acts:
            for _time in range(2):
                assert self.ask("reader", method, name, args, data, **{"Idempotency-Key": name})[0] == 200
        Credential.objects.filter(user=world.users["reader"]).delete()
        for name, method, args, data in acts:
            status, said = self.ask("reader", method, name, args, data, **{"Idempotency-Key": name})
            assert (status, world.space.title in str(said)) == (404, False), name
