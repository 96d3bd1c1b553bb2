"""News: told to whom it concerns, as each wants it, and only while they may see it."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail as django_mail
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from content.items import Draft, create_item, edit_item
from content.locks import break_lock
from content.models import Item, ItemType, Maturity
from spaces.credentials import remove_credential
from spaces.models import Credential
from spaces.services import delete_space
from tenants import arrivals, clock, news, news_choices, news_mail, outbox
from tenants.members import end_access, endings
from tenants.models import (
    Delivery,
    Level,
    MailChoice,
    MailState,
    Member,
    Notification,
    OutgoingMail,
    Right,
    RoleGrant,
    SpaceLevel,
)
from tenants.notifications import notify
from tests.factories import (
    ItemFactory,
    OrganizationFactory,
    PlatformFactory,
    SpaceFactory,
    UserFactory,
    actor_of,
    give,
    worker,
)
from tests.races import at_once
from tests.test_house import APPS, ROOT

pytestmark = pytest.mark.django_db
CALL = re.compile(r"notify\((?:[^()]|\([^()]*\))*?\bkind=\"(\w+)\"")


class World:
    """A space with an author who has locked its item, an owner, and an Administrator."""

    def __init__(self):
        self.platform = PlatformFactory(slug="corvane", name="Corvane", time_zone="Europe/Berlin")
        self.admin = worker(self.platform, Right.ADMINISTRATOR)
        self.owner, self.author, self.follower = (worker(self.platform) for _ in range(3))
        self.space = SpaceFactory(platform=self.platform, title="Test rig")
        for member, responsibility in ((self.owner, "owner"), (self.author, "author"), (self.follower, "reader")):
            give(member, self.space, responsibility)
        self.item = ItemFactory(space=self.space, owner=self.owner.user, title="Bracket")
        Item.objects.update(locked_by=self.author.user, locked_at=timezone.now())

    def break_lock(self):
        item = Item.objects.select_related("space", "platform").get()
        break_lock(actor=actor_of(self.owner), item=item)
        return Notification.objects.get(user=self.author.user)

    def url(self, name, *args):
        return reverse(f"tenants:{name}", args=[self.platform.slug, *args])


@pytest.fixture
def world():
    return World()


@pytest.fixture
def queue(settings):
    """Let mail wait until a test lets the worker run."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def tell(member, number=1, **more):
    """Ring somebody's bell with news of a kind that waits for the digest."""
    told = {"kind": "other", "subject": f"thing:{number}", "text": f"News {number}", "path": "/p/corvane/"} | more
    return notify(user=member.user, platform=member.platform, **told)


def leave():
    """Let the worker send what is due; return what it sent."""
    before = len(django_mail.outbox)
    outbox.send_due.func()
    return django_mail.outbox[before:]


def choose(member, **chosen):
    news_choices.choose(user=member.user, platform=member.platform, chosen=chosen)


# --- mail at once ---


def test_news_come_by_mail_with_their_reason_and_a_way_out(world, queue, mailoutbox):
    world.break_lock()
    (letter,) = leave()
    link = f"http://127.0.0.1:8000/p/corvane/items/{world.item.pk}/"
    html = letter.alternatives[0].content
    assert letter.subject == f"Corvane: {world.owner} broke your lock on Bracket."
    for text in (letter.body, html):
        assert link in text and "You get this because you had locked the item." in text
        assert world.url("notification_settings") in text
    assert "#055b63" in html
    raw = letter.message().as_bytes().decode()
    (way_out,) = re.findall(r"^List-Unsubscribe:\s+<http://127\.0\.0\.1:8000(\S+)>", raw, re.MULTILINE)
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in raw
    assert way_out in letter.body


def test_t33_who_may_not_see_it_any_more_gets_no_mail_and_no_title(client, world, queue, mailoutbox):
    def asked():
        client.force_login(world.author.user)
        pages = [client.get(world.url(name)) for name in ("home", "notifications")]
        return [page.content.decode() for page in pages if page.status_code == 200]

    row = world.break_lock()
    assert all("Bracket" in page for page in asked())
    for change in (
        lambda: Item.objects.update(maturity=Maturity.PRIVATE),
        lambda: Credential.objects.filter(user=world.author.user).delete(),
        lambda: Item.objects.all().delete(),
    ):
        with transaction.atomic():
            change()
            assert leave() == []
            assert OutgoingMail.objects.get().state == MailState.DROPPED
            for page in asked():
                assert "Bracket" not in page and world.item.number not in page
                assert news.KINDS["lock"].quiet in page
            assert client.post(world.url("notification_read", row.pk), {"open": "1"}).status_code == 302
            transaction.set_rollback(True)
    for change in (
        lambda: RoleGrant.objects.filter(member=world.author).delete(),
        lambda: type(world.platform).objects.update(status="suspended"),
        lambda: end_access(actor=actor_of(world.admin), member=world.author),
        lambda: type(world.author.user).objects.filter(pk=world.author.user_id).update(is_active=False),
    ):
        with transaction.atomic():
            change()
            assert leave() == [] and asked() == []
            transaction.set_rollback(True)
    assert len(leave()) == 1


def test_t33_a_digest_leaves_out_what_one_may_not_see_any_more(world, queue, mailoutbox):
    choose(world.author, lock="digest")
    world.break_lock()
    tell(world.author)
    with time_machine.travel(timezone.now().replace(hour=12) + timedelta(days=1)):
        news_mail.queue_digests()
        Item.objects.update(maturity=Maturity.PRIVATE)
        (letter,) = leave()
    assert "News 1" in letter.body and "Bracket" not in letter.body
    assert letter.subject == "Corvane: 1 piece of news"


def test_one_subject_is_one_entry_and_one_mail_while_it_waits(world, queue, mailoutbox):
    choose(world.author, membership="now")
    for number in (1, 2):
        tell(world.author, kind="membership", text=f"Word {number}")
    (letter,) = leave()
    assert "Word 2" in letter.body and leave() == []
    tell(world.author, kind="membership", text="Word 3")
    (later,) = leave()
    assert later.extra_headers["References"] == letter.extra_headers["References"]
    assert Notification.objects.count() == 1
    tell(world.author, kind="membership", text="Word 4")
    Notification.objects.update(read_at=timezone.now())
    assert leave() == []  # read in the bell before it left


def test_nobody_without_an_account_gets_news_by_mail(world, queue, mailoutbox):
    invited = worker(world.platform, user=UserFactory(claimed_at=None))
    tell(invited, kind="membership")
    assert leave() == [] and Notification.objects.count() == 1


def test_news_of_no_platform_come_at_once_or_not_at_all(world, queue, mailoutbox):
    told = {"kind": "partner", "subject": "recall:1", "text": "Recalled."}
    notify(user=world.author.user, platform=None, **told)
    (letter,) = leave()
    assert letter.subject == "Recalled." and "List-Unsubscribe" in letter.extra_headers
    news_choices.unsubscribe(news_choices.token(world.author.user, None, "partner"))
    notify(user=world.author.user, platform=None, **told)
    assert leave() == []
    choose(world.author, partner="now")  # a platform's choice is another matter
    notify(user=world.author.user, platform=None, **told)
    assert leave() == []


# --- the digest ---


def test_the_digest_is_one_mail_a_day_at_its_hour(world, queue, mailoutbox):
    berlin = ZoneInfo("Europe/Berlin")
    with time_machine.travel(datetime(2026, 10, 24, 12, tzinfo=berlin), tick=False) as moment:
        for number in range(120):
            tell(world.author, number)
        tell(world.follower)
        news_mail.queue_digests()  # it is past seven, and yet: these came later
        assert leave() == []
        moment.move_to(datetime(2026, 10, 25, 6, 59, tzinfo=berlin))  # an hour was set back in this night
        news_mail.queue_digests()
        assert leave() == []
        moment.move_to(datetime(2026, 10, 25, 7, 0, tzinfo=berlin))
        tell(world.author, 200)
        for _ in range(3):
            news_mail.queue_digests()
        letters = leave()
        assert sorted(letter.to[0] for letter in letters) == sorted(
            [world.author.user.email, world.follower.user.email]
        )
        digest = next(letter for letter in letters if letter.to == [world.author.user.email])
        assert digest.subject == "Corvane: 121 pieces of news" and "And 71 more" in digest.body
        assert len(re.findall(r"News \d+", digest.body)) == news_mail.MOST_LINES
        assert world.url("notifications") in digest.body and "You get this because" in digest.body
        moment.shift(timedelta(hours=3))
        tell(world.author, 1)  # newer word of something told already
        news_mail.queue_digests()
        assert leave() == []
        moment.shift(timedelta(days=3))  # the worker and the clock were away
        news_mail.queue_digests()
        (letter,) = leave()
        assert letter.subject == "Corvane: 1 piece of news"
    assert OutgoingMail.objects.filter(maker="digest").count() == 3


def test_a_digest_is_dropped_when_all_of_it_was_read_or_turned_off(world, queue, mailoutbox):
    for change in (
        lambda: Notification.objects.update(read_at=timezone.now()),
        lambda: MailChoice.objects.create(
            user=world.author.user, platform=world.platform, kind="batch", delivery=Delivery.NONE
        ),
    ):
        OutgoingMail.objects.all().delete()
        choose(world.author, batch="digest")
        tell(world.author, kind="batch")
        with time_machine.travel(timezone.now().replace(hour=12) + timedelta(days=1)):
            news_mail.queue_digests()
            MailChoice.objects.all().delete()
            change()
            assert leave() == []
        assert OutgoingMail.objects.get().state == MailState.DROPPED


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_c22_b29_two_clocks_queue_one_digest(queue):
    world = World()
    tell(world.author)
    with time_machine.travel(timezone.now().replace(hour=12) + timedelta(days=1)):
        at_once(news_mail.queue_digests, news_mail.queue_digests)
    assert OutgoingMail.objects.filter(maker="digest").count() == 1


# --- the way out ---


def test_t13_a_mail_is_turned_off_by_one_click_without_signing_in(world):
    url = reverse("tenants:unsubscribe", args=[news_choices.token(world.author.user, world.platform, "lock")])
    browser = Client(enforce_csrf_checks=True)  # a mail program brings no cookie and no token
    for method in (browser.get, browser.head, browser.options):
        assert method(url).status_code in {200, 405}
    assert not MailChoice.objects.exists()  # T13: looking changes nothing
    assert b"My locks" in browser.get(url).content
    for _ in range(2):
        answer = browser.post(url, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200 and b"no longer comes by mail" in answer.content
    choice = MailChoice.objects.get()
    assert (choice.user, choice.platform, choice.kind, choice.delivery) == (
        world.author.user,
        world.platform,
        "lock",
        Delivery.NONE,
    )
    assert news_choices.delivery(world.follower.user, world.platform, "lock") == Delivery.NOW


def test_t13_a_link_that_we_did_not_write_does_nothing(client, world):
    written = news_choices.token(world.author.user, world.platform, "lock")
    fixed = news_choices.token(world.author.user, world.platform, "handover")
    assert client.post(reverse("tenants:unsubscribe", args=[fixed])).status_code == 422  # may not be off
    for token in ("x", written[:-1], written[1:], written.replace(":", "."), "a:b:c"):
        for method in (client.get, client.post):
            assert method(reverse("tenants:unsubscribe", args=[token])).status_code == 404
    assert not MailChoice.objects.exists()


def test_the_way_out_of_the_digest_ends_all_that_comes_in_it(client, world):
    choose(world.author, lock="digest", handover="digest")
    client.post(
        reverse(
            "tenants:unsubscribe", args=[news_choices.token(world.author.user, world.platform, news_choices.DIGEST)]
        )
    )
    ways = {kind.code: way for kind, way in news_choices.deliveries(world.author.user, world.platform).items()}
    assert (ways["lock"], ways["activity"]) == (Delivery.NONE, Delivery.NONE)
    assert (ways["handover"], ways["answer"]) == (Delivery.DIGEST, Delivery.NOW)


# --- what one wants to be told ---


def test_the_settings_are_kept_and_refuse_nonsense(client, world):
    client.force_login(world.author.user)
    url = world.url("notification_settings")
    page = client.get(url).content.decode()
    typed = dict(re.findall(r'<select name="([\w-]+)"(?:.|\n)*?value="(\w+)" selected', page))
    assert typed["lock"] == "now" and typed["everywhere-partner"] == "now" and "Test rig" in page
    assert not {"batch", "partner"} & typed.keys()  # of Administrators
    assert client.post(url, typed | {"lock": "digest", "everywhere-partner": "none"}).status_code == 302
    assert news_choices.delivery(world.author.user, world.platform, "lock") == Delivery.DIGEST
    assert news_choices.delivery(world.author.user, None, "partner") == Delivery.NONE
    for broken in ({"lock": "sometimes"}, {"handover": "none"}, {"everywhere-partner": "digest"}):
        answer = client.post(url, typed | {"activity": "now"} | broken)
        assert answer.status_code == 422
        assert 'value="now" selected' in answer.content.decode().split('name="activity"')[1].split("</select>")[0]
    assert news_choices.delivery(world.author.user, world.platform, "activity") == Delivery.DIGEST


def test_t20_a_level_is_chosen_for_spaces_that_one_sees_only(client, world):
    client.force_login(world.author.user)
    hidden, abroad = SpaceFactory(platform=world.platform), SpaceFactory()
    for space, level, status in (
        (world.space, "everything", 302),
        (world.space, "loud", 422),
        (hidden, "everything", 404),
        (abroad, "everything", 404),
    ):
        assert client.post(world.url("space_level", space.pk), {"level": level}).status_code == status
    assert news_choices.level_of(world.author.user, world.space.pk) == Level.EVERYTHING
    assert SpaceLevel.objects.count() == 1


@pytest.mark.parametrize(
    ("level", "told"), [(Level.NOTHING, set()), (Level.CONCERNS, {"lock"}), (Level.EVERYTHING, {"lock", "activity"})]
)
def test_a_level_decides_what_one_is_told_of_a_space(world, queue, level, told):
    news_choices.set_level(actor=actor_of(world.author), space_id=world.space.pk, level=level)
    Item.objects.update(locked_by=world.author.user)
    item = Item.objects.select_related("space", "platform").get()
    break_lock(actor=actor_of(world.owner), item=item)
    Credential.objects.filter(user=world.owner.user).update(
        permission=Credential.objects.get(user=world.author.user).permission
    )
    edit_item(actor=actor_of(world.owner), item=item, draft=Draft("Bracket 2"))
    assert set(Notification.objects.filter(user=world.author.user).values_list("kind", flat=True)) == told


def test_a_space_that_is_muted_sends_no_mail_that_waits(world, queue, mailoutbox):
    world.break_lock()
    news_choices.set_level(actor=actor_of(world.author), space_id=world.space.pk, level=Level.NOTHING)
    assert leave() == []


def test_t33_who_follows_everything_hears_only_of_items_that_they_read(world, queue):
    for member in (world.follower, world.author):
        news_choices.set_level(actor=actor_of(member), space_id=world.space.pk, level=Level.EVERYTHING)
    kind = ItemType.objects.filter(category="definition").first()
    author = actor_of(world.author)
    create_item(actor=author, kind=kind, draft=Draft("Secret"), private=True)
    assert not Notification.objects.exists()
    item = create_item(actor=author, kind=kind, draft=Draft("Open"))
    edit_item(actor=author, item=item, draft=Draft("Opened"))
    row = Notification.objects.get()
    assert (row.user, row.kind) == (world.follower.user, "activity")
    assert (
        row.text == f"Opened, {item.number} {item.revision}: its properties changed."
    )  # one entry, and no person named
    remove_credential(actor=actor_of(world.owner), credential=Credential.objects.get(user=world.follower.user))
    edit_item(actor=author, item=item, draft=Draft("Closed"))
    assert not Notification.objects.filter(text__contains="Closed").exists()


@pytest.mark.parametrize("restricted", [False, True])
def test_b05_who_may_not_know_the_administrator_hears_of_an_owner(world, restricted):
    Credential.objects.filter(user=world.author.user).update(restricted=restricted)
    administrator = worker(world.platform, Right.ADMINISTRATOR, company=OrganizationFactory(platform=world.platform))
    break_lock(actor=actor_of(administrator), item=Item.objects.select_related("space", "platform").get())
    who = "An Owner of the space" if restricted else administrator
    assert Notification.objects.get().text == f"{who} broke your lock on Bracket."


def test_what_one_follows_ends_with_the_membership_and_with_the_space(world):
    space = SpaceFactory(platform=world.platform)
    give(world.owner, space, "owner")
    for pk in (space.pk, world.space.pk):
        news_choices.set_level(actor=actor_of(world.owner), space_id=pk, level=Level.EVERYTHING)
    delete_space(actor=actor_of(world.admin), space=space)
    assert SpaceLevel.objects.get().space_id == world.space.pk
    assert "following 1 space" in endings(world.owner)
    end_access(actor=actor_of(world.admin), member=world.owner)
    assert not SpaceLevel.objects.exists()


# --- the bell ---


def test_the_bell_answers_304_while_nothing_is_new(client, world):
    client.force_login(world.author.user)
    Member.objects.update(last_seen_at=None)
    assert client.get(world.url("bell")).status_code == 200
    world.author.refresh_from_db()
    assert world.author.last_seen_at is None  # a page that stands open is nobody
    page = client.get(world.url("home")).content.decode()
    assert f'hx-get="{world.url("bell")}"' in page and 'data-live="bell"' in page
    fresh = {"If-None-Match": '"0"'}
    assert client.get(world.url("bell"), headers=fresh).status_code == 304
    tell(world.author)
    answer = client.get(world.url("bell"), headers=fresh)
    assert answer.status_code == 200 and "1 unread" in answer.content.decode()
    assert client.get(world.url("bell"), headers={"If-None-Match": '"1"'}).status_code == 304
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get(world.url("bell"), headers={"If-None-Match": '"1"'})
    assert len(asked) <= 9  # session, person, the five of an actor, the count
    assert [query["sql"] for query in asked if not query["sql"].startswith(("SELECT", "(SELECT"))] == []
    assert Client().get(world.url("bell")).status_code == 204


def test_the_page_of_news_asks_for_itself_and_gets_304_while_nothing_changed(client, world):
    client.force_login(world.author.user)
    Member.objects.update(last_seen_at=None)
    target = {"HX-Request": "true", "HX-Target": "notes"}
    tell(world.author)
    answer = client.get(world.url("notes") + "?show=unread", headers=target)
    page = answer.content.decode()
    world.author.refresh_from_db()
    assert world.author.last_seen_at is None and "<html" not in page
    assert f'hx-get="{world.url("notes")}?show=unread"' in page and 'data-live="news bell"' in page
    fresh = target | {"If-None-Match": f'"{answer.context["state"]}"'}
    assert client.get(world.url("notes"), headers=fresh).status_code == 304
    Notification.objects.update(read_at=timezone.now())
    assert client.get(world.url("notes"), headers=fresh).status_code == 200
    assert f'hx-get="{world.url("notes")}"' in client.get(world.url("notifications")).content.decode()


def test_news_are_marked_unread_again_and_filtered(client, world):
    row, other = tell(world.author), tell(world.author, 2)
    client.force_login(world.author.user)
    client.post(world.url("notification_read", row.pk))
    page = client.get(world.url("notifications"), {"show": "unread"}).content.decode()
    assert "News 2" in page and "News 1" not in page
    client.post(world.url("notification_unread", row.pk))
    row.refresh_from_db()
    assert row.read_at is None
    client.force_login(world.owner.user)
    assert client.post(world.url("notification_unread", other.pk)).status_code == 404


def test_what_notify_does_not_know_is_an_error(world):
    with pytest.raises(TypeError, match="spaceid"):
        tell(world.author, spaceid=7)


def test_every_kind_of_news_in_the_code_is_declared():
    texts = [path.read_text() for app in APPS for path in (ROOT / app).rglob("*.py")]
    used = {code for text in texts for code in CALL.findall(text)}
    assert {"lock", "credential", "activity", "answer"} <= used
    assert used - news.KINDS.keys() == set()
    for kind in news.KINDS.values():
        assert kind.label and kind.why and kind.delivery in kind.deliveries


def test_arrivals_and_jobs_know_the_bell(world):
    tell(world.author)
    (membership,) = arrivals.memberships(world.author.user)
    assert membership.unread == 1
    assert {"queue digests", "look after waiting mail", "restart crashed tasks", "prune old rows"} <= clock.JOBS.keys()
