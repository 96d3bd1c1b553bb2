"""Words that a visitor may not read are nowhere: not in a page, a count, a suggestion, a header or a mail."""

import re
from collections import Counter
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from urllib.parse import quote, urljoin, urlsplit

import time_machine
from django.core import mail
from django.core.files.base import ContentFile
from django.db import OperationalError, connection
from django.test import Client, TestCase
from django.urls import resolve, reverse
from django.utils import timezone

from content.files import Arrival, add_version
from content.items import Draft, create_item, delete_item, edit_item
from content.locks import break_lock
from content.models import (
    Attachment,
    Change,
    Comment,
    Item,
    ItemType,
    Maturity,
    Reference,
    Review,
    Route,
    Signature,
    Verdict,
)
from spaces.models import Credential, Space
from tenants import actor as actors
from tenants.models import Invitation, Notification, Organization, Platform, User
from tests.factories import ItemFactory, OrganizationFactory, SpaceFactory, actor_of, give, worker
from tests.site_world import INSIDE, NOBODY, World, body, undone, writes
from tests.test_urls import EVERYWHERE, FORGED, ROWS

LINK = re.compile(r'(?:href|hx-get)="([^"]*)"')
BY_MAIL = "tenants:unsubscribe"  # its signed link is all it wants; whoever holds it may turn off one kind of mail
ELSEWHERE = ("/accounts/", "/admin/", "/demo/", "/static/")  # not pages of a platform; the demo names everybody
ONCE = {"Content-Security-Policy", "Content-Length", "X-Request-Id"}  # a nonce; a length with the address; a number
HOSTILE = "\"'><script>x7()</script><img src=x onerror=x7()>{{7}}"


class Secrets(World):
    """The world with a second space and Private work, each thing under a word of its own."""

    def __init__(self):
        super().__init__()
        self.hidden_company = OrganizationFactory(platform=self.platform, name="Zqcompany")
        self.hidden_space = SpaceFactory(platform=self.platform, title="Zqspace", description="Zqspacetext")
        self.hidden_member = worker(
            self.platform, company=self.hidden_company, user__name="Zqperson Zq", user__email="zqaddress@example.test"
        )
        give(self.hidden_member, self.hidden_space, "author")
        give(self.hidden_member, self.hidden_space, "owner")
        second = SpaceFactory(platform=self.platform, title="Other rig")
        for name in ("external", "restricted"):
            give(self.members[name], second, "reader", restricted=True)
        owner = self.members["content_owner"]
        self.hidden = [
            self._item(self.hidden_member, self.hidden_space, "Zqelsewhere", organization=self.hidden_company),
            self._item(owner, self.space, "Zqprivate", maturity=Maturity.PRIVATE),
        ]
        self.spare = [
            self._item(self.hidden_member, self.hidden_space, "Zqspare"),
            self._item(owner, self.space, "Zqgone", maturity=Maturity.PRIVATE),
        ]
        self.host_only = self._item(owner, self.space, "Zqhost")
        self.own = self._item(self.members["restricted"], self.space, "Readable", organization=self.rival)
        for target in (*self.hidden, self.host_only):
            Reference.objects.create(source=self.own, target=target, created_by=owner.user)

    def _item(self, member, space, word, **fields):
        item = ItemFactory(space=space, owner=member.user, title=word, description=f"{word}text", **fields)
        file = ContentFile(word.encode(), name=f"{word}file.stl")
        add_version(actor=actor_of(member), item=item, arrival=Arrival(file=file, comment=f"{word}comment"))
        return item

    def not_for(self, visitor):
        """Return the words that the visitor reads nowhere."""
        words = ["Zqcompany", "Zqspace", "Zqperson", "zqaddress", "Zqelsewhere", "Zqprivate", "Zqspare", "Zqgone"]
        if visitor == "restricted":
            others = ("reader", "contributor", "author", "leader", "content_owner", "external")
            words += ["Zqhost", "Bracket", "bracket.stl", "Supplier Works", *(self.users[name].name for name in others)]
        if visitor in {"stranger", "elsewhere"}:
            words += ["Zqhost", "Readable", "Acme", "Bracket", "Supplier Works", "Test rig", "Other rig"]
            words += [self.users[name].name for name in INSIDE]
        return words

    def seeds(self, visitor):
        """Return where a crawl begins: at the pages of the table, and at those of what is hidden."""
        found, slug = seeds_of(self, visitor), self.platform.slug
        for item in (*self.hidden, self.host_only, self.own):
            version = item.files.get().versions.get()
            found.append(reverse("content:file_download", args=[slug, version.pk, "x"]))
            found += [reverse(f"content:{page}", args=[slug, item.pk]) for page in ("item_detail", "item_record")]
        for page in ("content:space_detail", "spaces:space_members", "spaces:space_menu"):
            found.append(reverse(page, args=[slug, self.hidden_space.pk]))
        return found


def seeds_of(world, visitor):
    """Return the root and every page of the table that opens to the visitor."""
    asked = [row for row in ROWS if row.method == "GET" and row.expected[visitor] < 400 and row.name != BY_MAIL]
    return ["/"] + [url for row in asked if not (url := world.url(row.name, row.args, row.query)).startswith(ELSEWHERE)]


def crawl(browser, seeds, most=2, alike=None):
    """Return {address: (status, headers, body)} of all pages that links lead to, each with `most` different queries.

    With `alike`, so many addresses of one view are enough.
    """
    queue, found, queries, views = list(dict.fromkeys(seeds)), {}, {}, Counter()
    while queue:
        url = queue.pop(0)
        path = urlsplit(url).path
        queries[path] = queries.get(path, 0) + 1
        if url in found or path.startswith(ELSEWHERE) or queries[path] > most:
            continue
        view = resolve(path).view_name if alike else None
        views[view] += 1
        if alike and views[view] > alike:
            continue
        with undone():
            answer = browser.get(url)
            page = body(answer)
        headers = {name: value for name, value in answer.headers.items() if name not in ONCE - {"Content-Length"}}
        found[url] = (answer.status_code, headers, page)
        if "Location" in headers:
            queue.append(urljoin(url, headers["Location"]))
        if headers.get("Content-Type", "").startswith("text/html"):
            led = (urljoin(url, unescape(link)).split("#")[0] for link in LINK.findall(page.decode()))
            queue += [link for link in led if link.startswith("/")]
    return found


def unasked(page, url):
    """Return a page without what repeats the address that was asked."""
    for written in (url, quote(url), quote(url, safe="")):
        page = page.replace(written.encode(), b"")
    return page


def told(pages, words):
    """Return (address, word) for every word that a page or header holds, but for the address that was asked."""
    texts = {
        url: (str(headers) + unasked(page, url).decode(errors="replace")).lower()
        for url, (_status, headers, page) in pages.items()
    }
    return [(url, word) for url, text in texts.items() for word in words if word.lower() in text]


class Nowhere(TestCase):
    """Crawls the site as those who may not read everything."""

    @classmethod
    def setUpTestData(cls):
        cls.world = Secrets()

    def test_t30_a_search_for_a_hidden_word_answers_as_for_nonsense(self):
        slug = self.world.platform.slug
        for visitor in ("external", "restricted", "owner"):
            browser = self.world.client(visitor)
            for page in ("content:item_list", "spaces:space_list"):
                for word in ("Zqelsewhere", "Zqelsewherefile", "Zqelsewheretext", "Zqspace"):
                    nonsense = "N" * len(word)
                    found, none = (browser.get(reverse(page, args=[slug]), {"q": q}) for q in (word, nonsense))
                    assert body(found).replace(word.encode(), nonsense.encode()) == body(none), (visitor, page, word)

    def test_t30_a_filter_by_what_is_hidden_answers_as_by_nothing(self):
        browser, world = self.world.client("restricted"), self.world
        url = reverse("content:item_list", args=[world.platform.slug])
        hidden = {"organization": world.hidden_company.pk, "owner": world.hidden_member.user_id}
        for name, value in (hidden | {"space": world.hidden_space.pk}).items():
            found, none = (body(browser.get(url, {name: tried})) for tried in (value, NOBODY))
            repeated = re.compile(rf"{name}(=|%3D)\d+".encode())
            assert repeated.sub(b"", found) == repeated.sub(b"", none), name

    def test_t29_t30_t31_t32_t34_b06_b07_what_is_hidden_is_nowhere_and_changes_no_byte(self):
        now, world = timezone.now(), self.world
        for visitor in ("external", "restricted", "stranger", "elsewhere"):
            with self.subTest(visitor=visitor), undone():
                with time_machine.travel(now + timedelta(days=2), tick=False):
                    browser = world.client(visitor)
                    before = crawl(browser, world.seeds(visitor))
                with time_machine.travel(now + timedelta(days=1), tick=False):
                    self._work_unseen()
                with time_machine.travel(now + timedelta(days=2), tick=False):
                    after = crawl(browser, world.seeds(visitor))
                assert told(before, world.not_for(visitor)) == []
                assert [url for url in before | after if before.get(url) != after.get(url)] == []
                if visitor == "external":  # the crawl would have found them
                    words = {"Zqhost", "Zqhosttext", "Zqhostfile", "Zqhostcomment"}
                    assert {word for _url, word in told(before, words)} == words

    def _work_unseen(self):
        """Do what none of the four may notice: in the hidden space, and Private in the space that they see."""
        world, kind = self.world, ItemType.objects.get(code="test-definition")
        for member in (world.hidden_member, world.members["content_owner"]):
            Credential.objects.filter(user=member.user, permission__codename="owner").delete()
            create_item(actor=actor_of(member), kind=kind, draft=Draft("Zqnew"), private=True)
        for item in world.spare:
            delete_item(actor=actors.of(item.owner, world.platform), item=item)
        edit_item(actor=actor_of(world.hidden_member), item=world.hidden[0], draft=Draft("Zqother"))
        edit_item(actor=actor_of(world.members["content_owner"]), item=world.hidden[1], draft=Draft("Zqother"))
        give(worker(world.platform, user__name="Zqnewcomer"), world.hidden_space, "reader")
        SpaceFactory(platform=world.platform, title="Zqnewspace")

    def test_b05_b06_unreadable_missing_and_malformed_answer_alike(self):
        world = self.world
        for visitor, hidden in (("restricted", world.host_only), ("external", world.hidden[1])):
            browser = world.client(visitor)
            for base in ("items", "spaces"):
                pk = hidden.pk if base == "items" else world.hidden_space.pk
                urls = [f"/p/acme/{base}/{tried}/" for tried in (pk, NOBODY, "abc", "-1", "1e3", "0x1")]
                first, *others = [self._told(browser.get(url), url) for url in urls]
                assert first[0] == 404
                assert others == [first] * len(others)

    def _told(self, answer, url):
        """Return status, headers and body without what repeats the address."""
        kept = {name: value for name, value in answer.headers.items() if name not in ONCE}
        return answer.status_code, kept, unasked(body(answer), url)

    def test_t33_the_bell_and_the_mail_follow_what_one_may_read(self):
        world, author = self.world, self.world.members["author"]
        Item.objects.filter(pk=world.item.pk).update(locked_by=author.user, locked_at=timezone.now())
        break_lock(actor=actor_of(world.members["owner"]), item=world.item)
        Credential.objects.filter(user=author.user).delete()
        edit_item(actor=actor_of(world.members["leader"]), item=world.item, draft=Draft("Zqlater"))
        browser = world.client("author")
        for page in ("home", "notifications"):
            assert b"Zqlater" not in body(browser.get(world.url(f"tenants:{page}", "platform")))
        assert Notification.objects.filter(user=author.user).exists()
        (letter,) = mail.outbox  # it left while the author could read the item
        assert b"Zqlater" not in letter.message().as_bytes()


class Hostile(TestCase):
    """What people type is text, and a request that our pages did not make does nothing."""

    @classmethod
    def setUpTestData(cls):
        cls.world = World()

    def test_t65_no_act_without_the_token_of_our_pages(self):
        for visitor in ("administrator", "anonymous"):
            browser = self.world.client(visitor, enforce_csrf_checks=True)
            for row in ROWS:
                if row.method == "POST" and row.name != BY_MAIL:
                    with self.subTest(name=row.name, visitor=visitor), writes() as written:
                        answer = browser.post(self.world.url(row.name, row.args, row.query), FORGED)
                        assert answer.status_code == 403
                        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
                        assert written == []

    def test_t65_our_pages_carry_the_token(self):
        browser = self.world.client("author", enforce_csrf_checks=True)
        page = browser.get(self.world.url("content:item_detail", "item")).content.decode()
        token = re.search(r'hx-headers=\'{"X-CSRFToken": "(\w+)"}\'', page)[1]
        url = self.world.url("content:item_lock", "item")
        assert browser.post(url, headers={"X-CSRFToken": token}).status_code == 302

    def test_t68_b31_hostile_words_are_shown_as_words(self):
        for company in Organization.objects.all():
            Organization.objects.filter(pk=company.pk).update(name=f"{company.pk}{HOSTILE}")
        for model, name in (
            (Platform, "name"),
            (User, "name"),
            (Space, "title"),
            (Space, "description"),
            (Item, "title"),
            (Item, "description"),
            (Notification, "text"),
            (Invitation, "message"),
            (Comment, "text"),
            (Attachment, "name"),
            (Change, "title"),
            (Change, "reason"),
            (Route, "name"),
            (Review, "conclusion"),
        ):
            assert model.objects.update(**{name: HOSTILE}), model
        self._signed_and_judged()
        for item in Item.objects.all():
            item.files.update(name=f"{item.pk}{HOSTILE}")
        Item.objects.update(properties={HOSTILE: HOSTILE})
        for visitor in ("administrator", "pending"):
            pages = crawl(self.world.client(visitor), seeds_of(self.world, visitor), most=1, alike=3)
            shown = {url: page for url, (_s, headers, page) in pages.items() if "html" in headers["Content-Type"]}
            assert {url: found for url, page in shown.items() if (found := Scripts.of(page.decode()))} == {}
            assert sum(b"&lt;script&gt;x7" in page for page in shown.values()) > (
                25 if visitor == "administrator" else 0
            )

    def _signed_and_judged(self):
        user, now = self.world.users["reader"], timezone.now()
        state = {"remark": HOSTILE, "sha256": "0" * 64, "relations": "0" * 64, "judgement": "reject", "given_at": now}
        Verdict.objects.create(reviewed=self.world.reviewed, reviewer=self.world.reviewer, **state)
        given = {"user": user, "agrees": False, "remark": HOSTILE, "method": "password", "fingerprint": "0" * 64}
        Signature.objects.create(slot=self.world.slot, **given)

    def test_t68_b31_hostile_words_are_words_in_the_mail_too(self):
        Platform.objects.update(name=HOSTILE)
        Invitation.objects.update(message=HOSTILE)
        browser = self.world.client("administrator")
        browser.post(self.world.url("tenants:invitation_resend", "invitation"))
        (letter,) = mail.outbox
        assert "\n" not in letter.subject
        assert Scripts.of(letter.alternatives[0].content) == []

    def test_t72_t73_headers_stand_on_errors_and_in_front_of_files_too(self):
        def broken(execute, sql, params, many, context):
            if "tenants_member" in sql:
                raise OperationalError("the database is gone")
            return execute(sql, params, many, context)

        browser = self.world.client("administrator", raise_request_exception=False)
        with connection.execute_wrapper(broken):
            answer = browser.get(self.world.url("tenants:home", "platform"))
        assert answer.status_code == 500
        assert EVERYWHERE.items() <= dict(answer.headers).items()
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        style = Client().get("/static/css/tokens.css")
        assert (body(style) != b"", style.headers["X-Content-Type-Options"]) == (True, "nosniff")


class Scripts(HTMLParser):
    """Collects what a browser would run that is not ours."""

    def __init__(self):
        super().__init__()
        self.found = []

    @classmethod
    def of(cls, text):
        """Return the scripts of a page that have no address of ours, and every handler in an attribute."""
        parser = cls()
        parser.feed(text)
        return parser.found

    def handle_starttag(self, tag, attributes):
        """Look at one element."""
        known = dict(attributes)
        ours = (known.get("src") or "").startswith("/static/")
        handlers = [name for name in known if name.startswith(("on", "hx-on"))]
        if (tag == "script" and not ours) or handlers or known.get("src") == "x":
            self.found.append((tag, known))
