"""Open pages: told versions alone, asked again each time, and over when access is."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from content import presence
from content.comments import Said, delete, react, resolve, say
from content.items import Draft, edit_item
from content.lifecycle import change_maturity
from content.locks import lock_item
from content.models import Presence, Sign
from platform_site import asgi
from spaces.credentials import remove_credential
from spaces.models import Credential
from tenants import announcing, live, streams
from tenants.members import end_access
from tenants.models import Right
from tenants.notifications import notify
from tests.factories import ItemFactory, OrganizationFactory, PlatformFactory, SpaceFactory, actor_of, give, worker

pytestmark = pytest.mark.django_db


class World:
    """An item with an author, a reader and a supplier (Restricted), each signed in."""

    def __init__(self):
        self.platform = PlatformFactory(slug="acme")
        self.space = SpaceFactory(platform=self.platform)
        self.supplier = OrganizationFactory(platform=self.platform, name="Supplier")
        self.admin = worker(self.platform, Right.ADMINISTRATOR)
        self.author, self.reader = worker(self.platform), worker(self.platform)
        self.guest = worker(self.platform, Right.EXTERNAL, company=self.supplier)
        for member, responsibility in ((self.author, "author"), (self.reader, "reader"), (self.admin, "owner")):
            give(member, self.space, responsibility)
        give(self.guest, self.space, "author", restricted=True)
        self.item = ItemFactory(space=self.space, owner=self.author.user, title="Zqbracket")

    def client(self, member):
        browser = Client()
        browser.force_login(member.user)
        return browser

    def url(self, item=None, name="live"):
        return reverse(f"tenants:{name}", args=["acme"]) + f"?see=content.item:{(item or self.item).pk}"

    def page(self, member, client):
        """Return the member's open page as the hub keeps it."""
        proof = live.proof_of(member.user)
        return live.Asked(member.pk, client.session.session_key, proof, (("content.item", self.item.pk),))


@pytest.fixture
def world():
    return World()


def changed(before, after):
    """Return the names of the pieces that have another version."""
    return {piece for piece in before | after if before.get(piece) != after.get(piece)}


def test_each_act_changes_the_piece_that_shows_it_and_nothing_says_what_it_was(world):
    client = world.client(world.reader)

    def asked():
        return client.get(world.url()).json()

    author = actor_of(world.author)
    state = asked()
    assert set(state) == {"bell", "news", "item", "talk", "people"}
    for act, pieces in (
        (lambda: edit_item(actor=author, item=world.item, draft=Draft("Wider")), {"item"}),
        (lambda: lock_item(actor=author, item=world.item), {"item"}),
        (lambda: change_maturity(actor=author, item=world.item, target="frozen"), {"item"}),
        (lambda: say(actor=author, item=world.item, remark=Said("Radius?")), {"talk"}),
        (lambda: react(actor=author, comment=world.item.comments.get(), sign=Sign.values[0]), {"talk"}),
        (lambda: resolve(actor=author, comment=world.item.comments.get(), on=True), {"talk"}),
        (lambda: resolve(actor=author, comment=world.item.comments.get(), on=False), {"talk"}),
        (lambda: delete(actor=author, comment=world.item.comments.get()), {"talk"}),
        (lambda: presence.note([(author, world.item)]), {"people"}),
        (lambda: tell(world.reader), {"bell", "news"}),
    ):
        act()
        before, state = state, asked()
        assert changed(before, state) == pieces
    assert all(len(version) <= 16 for version in state.values())


def tell(member):
    notify(user=member.user, platform=member.platform, kind="group", subject="group:1", text="You are in.")


def test_the_question_is_answered_304_while_nothing_changed_and_costs_little(world):
    client = world.client(world.reader)
    tag = client.get(world.url())["ETag"]
    with CaptureQueriesContext(connection) as asked:
        assert client.get(world.url(), headers={"If-None-Match": tag}).status_code == 304
    assert len(asked) <= 17  # session, person, its activity, the five of an actor, and five of the page
    assert Client().get(world.url()).status_code == 204
    assert client.get(reverse("tenants:live", args=["acme"]) + "?see=content.item:x&see=a:1&see=").status_code == 200


def test_t42_b02_what_one_does_not_read_is_gone_and_stands_like_what_is_not_there(world):
    other = ItemFactory(space=SpaceFactory(platform=world.platform))
    abroad = ItemFactory()
    client = world.client(world.guest)
    missing = client.get(reverse("tenants:live", args=["acme"]) + "?see=content.item:999999").json()
    assert missing["gone"]
    for item in (world.item, other, abroad):  # of another organization, space, platform
        assert client.get(world.url(item)).json() == missing
    assert not Presence.objects.exists()
    outside = worker(world.platform)  # reads it from outside the space, and takes no part
    give(outside, SpaceFactory(platform=world.platform), "reader")
    type(world.space).objects.filter(pk=world.space.pk).update(visibility="public")
    assert "talk" not in world.client(outside).get(world.url()).json()


def test_t31_who_is_bound_to_an_organization_is_told_of_its_people_alone(world):
    mine = ItemFactory(space=world.space, organization=world.supplier, title="Theirs")
    colleague = worker(world.platform, Right.EXTERNAL, company=world.supplier, user__name="Cora Colleague")
    give(colleague, world.space, "author", restricted=True)
    for member in (world.author, world.admin, colleague, world.guest):
        world.client(member).get(world.url(mine))
    shown = world.client(world.guest).get(reverse("content:item_present", args=["acme", mine.pk])).content.decode()
    assert "Cora Colleague" in shown
    assert str(world.author.user) not in shown and str(world.admin.user) not in shown
    state = world.client(world.guest).get(world.url(mine)).json()
    Presence.objects.filter(member=world.author).delete()
    assert world.client(world.guest).get(world.url(mine)).json() == state  # not even that somebody went
    shown = world.client(world.author).get(reverse("content:item_present", args=["acme", mine.pk])).content.decode()
    assert "Cora Colleague" in shown and str(world.guest.user) in shown
    Presence.objects.update(seen_at=timezone.now() - timedelta(minutes=5))
    presence.forget()
    assert not Presence.objects.exists()


def test_what_only_asking_shows_is_opened_without_a_trace_of_presence(world):
    type(world.item).objects.filter(pk=world.item.pk).update(maturity="private")
    client = world.client(world.admin)
    assert "gone" not in client.get(world.url()).json()
    assert not Presence.objects.exists()


@pytest.mark.parametrize("end", ["access", "credential", "session", "password", "licence", "suspended"])
def test_t42_b11_an_open_page_is_over_when_access_session_or_proof_ends(world, end):
    client = world.client(world.reader)
    page = world.page(world.reader, client)
    assert page in live.answer({page})
    user = world.reader.user
    if end == "access":
        end_access(actor=actor_of(world.admin), member=world.reader)
    elif end == "credential":
        remove_credential(actor=actor_of(world.admin), credential=Credential.objects.get(user=user))
        assert live.answer({page})[page]["gone"]
        return
    elif end == "session":
        Session.objects.all().delete()
    elif end == "password":
        user.set_password("a new one")
        user.save()
    elif end == "licence":
        world.reader.grants.all().delete()
    else:
        type(world.platform).objects.update(status="suspended")
    assert live.answer({page}) == {}


def test_many_pages_cost_the_statements_of_one(world):
    pages, costs = set(), []
    for number in (2, 12):
        while len(pages) < number:
            member = worker(world.platform)
            give(member, world.space, "reader")
            pages.add(world.page(member, world.client(member)))
        live.answer(pages)
        with CaptureQueriesContext(connection) as asked:
            assert len(live.answer(pages)) == number
        costs.append(len(asked))
    assert costs[0] == costs[1] <= 16


class Reader:
    """A browser at the other end of a stream: what it is sent, and a way to leave."""

    def __init__(self, client, url, *, slow=False):
        cookie = "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())
        path, _, query = url.partition("?")
        self.scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "query_string": query.encode(),
            "headers": [(b"host", b"testserver"), (b"cookie", cookie.encode())],
            "server": ("testserver", 80),
            "client": ("127.0.0.1", 1),
        }
        self.left, self.slow, self.sent = asyncio.Event(), slow, asyncio.Queue()
        self.stream = asyncio.create_task(asgi.application(self.scope, self.receive, self.send))

    async def receive(self):
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        if self.slow and message.get("body", b"").startswith(b"data"):
            await asyncio.Event().wait()
        self.sent.put_nowait(message)

    async def told(self):
        """Return the next words of the stream, or the state that they hold."""
        while True:
            message = await asyncio.wait_for(self.sent.get(), 10)
            words = message.get("body", b"").decode()
            if words.startswith("data: "):
                return json.loads(words[6:])
            if words.startswith("event: over") or message.get("status", 200) != 200:
                return words or message["status"]


def acting(act):
    return asyncio.get_running_loop().run_in_executor(None, committed, act)


def committed(act):
    try:
        return act()
    finally:
        connection.close()


def told(story):
    """Let a story happen in a thread of its own: that of the tests may have the loop of a browser."""
    with ThreadPoolExecutor(1) as aside:
        aside.submit(lambda: asyncio.run(story())).result()


@pytest.fixture
def hub(monkeypatch):
    """A hub of the test's own, whose thread ends with it."""
    found = streams.Hub()
    monkeypatch.setattr(asgi, "hub", found)
    yield found
    found.stop()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_t42_c27_a_stream_tells_in_a_moment_and_is_over_when_access_ends(hub):
    world = World()
    client = world.client(world.reader)

    async def story():
        reader = Reader(client, world.url(name="stream"))
        first = await reader.told()
        await acting(lambda: say(actor=actor_of(world.author), item=world.item, remark=Said("Radius?")))
        begun = asyncio.get_running_loop().time()
        states = [await reader.told()]
        while changed(first, states[-1]) - {"people", "bell", "news"} != {"talk"}:
            states.append(await reader.told())
        await acting(lambda: end_access(actor=actor_of(world.admin), member=world.reader))
        while not isinstance(words := await reader.told(), str):
            pass
        assert words.startswith("event: over")
        assert asyncio.get_running_loop().time() - begun < 3
        await reader.stream
        stranger = Reader(Client(), world.url(name="stream"))
        assert await stranger.told() == 204

    told(story)
    assert not hub.streams


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_c27_a_slow_reader_is_let_go_and_the_others_are_told(hub, monkeypatch):
    monkeypatch.setattr(asgi, "SLOW", 0.05)
    world = World()
    author, client = world.client(world.author), world.client(world.reader)

    async def story():
        slow = Reader(author, world.url(name="stream"), slow=True)
        other = Reader(client, world.url(name="stream"))
        first = await other.told()
        await asyncio.wait_for(slow.stream, 10)
        assert {stream.page.member_id for stream in hub.streams} == {world.reader.pk}
        await acting(lambda: edit_item(actor=actor_of(world.author), item=world.item, draft=Draft("Wider")))
        while (await other.told())["item"] == first["item"]:
            pass
        other.left.set()
        await asyncio.wait_for(other.stream, 10)

    told(story)
    assert not hub.streams


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_t42_what_is_announced_names_ids_alone_and_only_what_was_committed():
    world = World()
    with streams.listening() as heard:
        heard(0.01)
        edit_item(actor=actor_of(world.author), item=world.item, draft=Draft("Zqsecret"))
        say(actor=actor_of(world.author), item=world.item, remark=Said("Zqsecret too"))
        assert heard(5) == {f"content.item:{world.item.pk}", f"items:{world.platform.pk}"}
        end_access(actor=actor_of(world.admin), member=world.reader)
        assert announcing.ANYTHING in heard(5)
