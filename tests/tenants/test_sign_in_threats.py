"""What people try at the door and with what they got through it: fixation, redirects, guessing, old credentials."""

import threading

import pytest
from allauth.account import app_settings
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings as django_settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse

from content.items import Draft, repair_item
from content.models import Item
from platform_site.settings import base
from tenants.browsers import named
from tenants.errors import Unacceptable
from tenants.models import AuditEvent, Notification, Platform, Right, User
from tests.factories import ItemFactory, PlatformFactory, SpaceFactory, UserFactory, actor_of, give, host_of, worker
from tests.races import rounds
from tests.tenants.worlds import invited

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough word 7"
EVIL = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https:///evil.example",
    " https://evil.example",
    "\x01https://evil.example",
    "javascript:alert(1)",
    "https://testserver@evil.example/",
    "me",  # would be taken for the name of a view
    "tenants:platforms",
]


def person(email="mara@tolmec.example", **fields):
    user = User.objects.create_user(email, PASSWORD, name="Mara", **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def enter(client, email="mara@tolmec.example", password=PASSWORD, **extra):
    return client.post(reverse("account_login"), {"login": email, "password": password}, **extra)


def is_in(client):
    return "_auth_user_id" in client.session


# --- answers tell nothing about accounts ---


def letters(client, name, emails, mailoutbox):
    answers, sent = [], []
    for email in emails:
        mailoutbox.clear()
        answer = client.post(reverse(name), {"email": email})
        answers.append((answer.status_code, answer.headers.get("Location"), client.get(answer.url).content[:200]))
        sent.append([letter.to for letter in mailoutbox])
    return answers, sent


def test_t10_t11_a_reset_answers_and_writes_alike_for_known_unknown_and_unclaimed(client, mailoutbox):
    person()
    User.objects.for_address("invited@tolmec.example")
    emails = ["mara@tolmec.example", "nobody@tolmec.example", "invited@tolmec.example"]
    answers, sent = letters(client, "account_reset_password", emails, mailoutbox)
    assert len(set(answers)) == 1
    assert sent[:2] == [[["mara@tolmec.example"]], [["nobody@tolmec.example"]]]


def test_t10_t11_a_sign_in_answers_alike_for_known_unknown_and_unverified(client):
    person()
    unverified = User.objects.create_user("new@tolmec.example", PASSWORD)
    EmailAddress.objects.create(user=unverified, email=unverified.email, verified=False, primary=True)
    said = []
    for email in ("mara@tolmec.example", "nobody@tolmec.example", "new@tolmec.example"):
        answer = enter(client, email, "wrong")
        said.append((answer.status_code, str(answer.context["form"].errors).replace(email, "")))
    assert len(set(said)) == 1


def test_t10_a_second_letter_of_confirmation_is_sent_to_its_owner_alone(client, mailoutbox):
    client.force_login(person())
    EmailAddress.objects.create(user=UserFactory(), email="other@tolmec.example", verified=False)
    for email in ("other@tolmec.example", "nobody@tolmec.example"):
        client.post(reverse("account_email"), {"email": email, "action_send": ""})
    assert mailoutbox == []


# --- sessions ---


def test_t67_the_session_is_a_new_one_after_signing_in_and_out(client):
    person()
    client.get(reverse("account_login"))
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    client.cookies[django_settings.SESSION_COOKIE_NAME] = planted
    enter(client)
    inside = client.session.session_key
    assert is_in(client) and inside != planted
    assert not Client().session.exists(planted)
    client.post(reverse("account_logout"))
    assert not client.session.exists(inside) and django_settings.SESSION_SAVE_EVERY_REQUEST is False


def test_t24_a_session_is_ended_by_its_own_person_alone(client):
    mara, otto = person(), person("otto@tolmec.example")
    windows = [Client(), Client(), Client()]
    for window in windows[:2]:
        enter(window)
    enter(windows[2], otto.email)
    pages = [window.get(reverse("usersessions_list")) for window in windows]
    assert [len(page.context["sessions"]) for page in pages] == [2, 2, 1]
    _first, second = UserSession.objects.filter(user=mara).order_by("pk")
    foreign = UserSession.objects.get(user=otto)
    assert windows[0].post(reverse("tenants:session_end", args=[foreign.pk])).status_code == 404
    assert is_in(windows[2])
    windows[0].post(reverse("tenants:session_end", args=[second.pk]))
    assert windows[1].get(reverse("usersessions_list")).status_code == 302
    enter(windows[1])
    windows[0].post(reverse("usersessions_list"))  # all others
    assert windows[1].get(reverse("usersessions_list")).status_code == 302
    assert windows[0].get(reverse("usersessions_list")).status_code == 200
    assert windows[2].get(reverse("usersessions_list")).status_code == 200


def test_t45_another_password_ends_every_session(client):
    person()
    other = Client()
    for window in (client, other):
        enter(window)
    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": f"{PASSWORD} more", "password2": f"{PASSWORD} more"},
    )
    assert other.get(reverse("usersessions_list")).status_code == 302


# Every row that names a person, and what it lets somebody do: "nothing", or how it ends when the person is deactivated.
NAMES_A_PERSON = {
    "account.EmailAddress": "nothing: the address of a person who may not sign in",
    "admin.LogEntry": "nothing",
    "guardian.UserObjectPermission": "nothing: our backend never asks it",
    "mfa.Authenticator": "asked for by sign-in, which is refused",
    "socialaccount.SocialAccount": "signs in by allauth, which refuses inactive people",
    "usersessions.UserSession": "the session finds no active person",
}
OURS_WITHOUT_CREDENTIALS = {"tenants", "spaces", "content"}  # rows of ours count by membership, asked at each request
WITHOUT_A_ROW = {"sessions.Session": "read with the person at each request", "reset link": "signed, and asked again"}


def test_t45_every_kind_of_credential_is_known():
    found = {
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.concrete and field.related_model is User and model._meta.app_label not in OURS_WITHOUT_CREDENTIALS
    }
    assert found == NAMES_A_PERSON.keys(), "a new kind: say here how it ends, and add it to the test below"
    secrets = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in OURS_WITHOUT_CREDENTIALS
        for field in model._meta.get_fields()
        if any(word in field.name for word in ("token", "secret", "password", "api_key"))
    }
    assert secrets == OUR_SECRETS, "a new kind: say how it ends"


OUR_SECRETS = {
    "tenants.User.password",  # refused for inactive people, below
    "tenants.Invitation.token_hash",  # accepted by an active person with the verified address, below
    "tenants.Invitation.token_seed",  # what the token is made of, with the installation's key
    "tenants.ApiToken.secret_hash",  # of an active member, read at each request, ended with the membership
    "tenants.ApiReply.token",  # what a token was answered
    "tenants.Member.api_tokens",  # the way back from a token
    "content.Upload.token",  # names an upload; each piece asks the rule for its person
    "tenants.SignInService.sealed_secret",  # ours towards a provider
}


def test_t45_t40_a_deactivated_person_has_no_way_in(client, mailoutbox):
    platform = PlatformFactory()
    mara = person()
    worker(platform, user=mara)
    invitation = invited(PlatformFactory(), mara)
    enter(client)
    reset = Client()
    reset.post(reverse("account_reset_password"), {"email": mara.email})
    link = next(word for word in mailoutbox[-1].body.split() if "/password/reset/key/" in word)
    User.objects.filter(pk=mara.pk).update(is_active=False)
    assert client.get(reverse("tenants:home", args=[platform.slug])).status_code == 302
    assert client.post(f"{reverse('tenants:invitation_answer')}?invitation={invitation.pk}").status_code in {200, 404}
    fresh = Client()
    enter(fresh)
    assert not is_in(fresh)
    page = reset.get(f"/{link.split('/', 3)[3]}", follow=True)
    reset.post(page.request["PATH_INFO"], {"password1": f"{PASSWORD} more", "password2": f"{PASSWORD} more"})
    enter(reset, password=f"{PASSWORD} more")
    assert not is_in(reset)
    invitation.refresh_from_db()
    assert invitation.state == "sent"


# --- redirects ---


@pytest.mark.parametrize("wanted", EVIL)
def test_t66_no_next_leads_off_the_site(client, wanted):
    member = worker(PlatformFactory(), user=person())
    slug = member.platform.slug
    answers = [enter_with(Client(), wanted), signed_in_logout(wanted)]
    enter(client)
    answers += [
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": wanted}),
        client.post(reverse("spaces:credential", args=[slug]), {"credential": credential(member), "next": wanted}),
    ]
    assert [answer.status_code for answer in answers] == [302] * 4
    assert not [answer.url for answer in answers if "evil" in answer.url or "alert" in answer.url]
    shown = [
        client.get(reverse("tenants:two_factor", args=[slug]), {"next": wanted}).context["way_on"],
        client.get(reverse("tenants:company_sign_in"), {"next": wanted}).context["next"],
    ]
    assert shown == [reverse("tenants:home", args=[slug]), ""]


def enter_with(client, wanted):
    return client.post(reverse("account_login"), {"login": "mara@tolmec.example", "password": PASSWORD, "next": wanted})


def signed_in_logout(wanted):
    window = Client()
    enter(window)
    return window.post(reverse("account_logout"), {"next": wanted})


def credential(member):
    return give(member, SpaceFactory(platform=member.platform), "reader").pk


# --- pages ---


def test_t69_htmx_runs_nothing_and_asks_nobody_else(client):
    member = worker(PlatformFactory())
    client.force_login(member.user)
    for address in (reverse("tenants:home", args=[member.platform.slug]), reverse("mfa_index")):
        page = client.get(address).content.decode()
        for word in ('"allowEval":false', '"includeIndicatorStyles":false', '"historyCacheSize":0'):
            assert word in page
        assert '"selfRequestsOnly":true' in page and '"allowScriptTags":false' in page


# --- guessing ---


def test_t70_wrong_passwords_from_many_addresses_reach_ten_checks_at_most(client, monkeypatch):
    person()
    checked = []
    verify = MD5PasswordHasher.verify
    monkeypatch.setattr(MD5PasswordHasher, "verify", lambda *args: checked.append(1) or verify(*args))
    for number in range(50):
        enter(client, password=f"guess {number}", headers={"x-forwarded-for": f"10.1.{number}.7"})
    assert len(checked) <= 10
    enter(client)
    assert not is_in(client)  # locked for the right word too


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_t70_guesses_at_once_reach_ten_checks_at_most(monkeypatch):
    person()
    checked, verify = [], MD5PasswordHasher.verify
    monkeypatch.setattr(MD5PasswordHasher, "verify", lambda *args: checked.append(1) or verify(*args))

    def guess(number):
        enter(Client(), password=f"guess {number}", headers={"x-forwarded-for": f"10.2.{number}.7"})
        connection.close()

    run_all([lambda n=n: guess(n) for n in range(24)])
    assert len(checked) <= 10


def run_all(acts):
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_t40_no_request_that_began_after_the_deactivation_gets_in():
    member = worker(PlatformFactory(), user=person())
    home, client = reverse("tenants:home", args=[member.platform.slug]), Client()
    for point in (turn % 5 for turn in rounds(5)):  # after so many pairs of requests
        User.objects.filter(pk=member.user_id).update(is_active=True)
        client.force_login(member.user)
        reached, over, late = threading.Event(), threading.Event(), []

        def ask(point=point, reached=reached, over=over, late=late):
            for number in range(14):
                if number >= 2 * point:
                    reached.set()
                began_after = over.is_set()
                status = client.get(home).status_code
                if began_after and status == 200:
                    late.append(status)
            connection.close()

        asking = threading.Thread(target=ask)
        asking.start()
        reached.wait(timeout=30)
        User.objects.filter(pk=member.user_id).update(is_active=False)
        over.set()
        asking.join(timeout=60)
        assert late == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_t41_two_people_at_once_never_see_each_others_page():
    platform = PlatformFactory()
    members = [worker(platform, user=UserFactory(name=f"Canary{name}")) for name in ("Alpha", "Beta")]
    crossed = []

    def ask(own, other):
        client = Client()
        client.force_login(own.user)
        for _ in rounds(15):
            page = client.get(reverse("tenants:home", args=[platform.slug])).content.decode()
            if own.user.name not in page or other.user.name in page:
                crossed.append(page)
        connection.close()

    run_all([lambda pair=pair: ask(*pair) for pair in (members, members[::-1]) * 3])
    assert crossed == []


# --- power ---


def test_t60_a_repair_says_who_and_why_and_tells_the_content_owner():
    platform = PlatformFactory()
    boss, author = worker(platform, Right.ADMINISTRATOR), worker(platform)
    space = SpaceFactory(platform=platform)
    give(author, space, "author")
    item = ItemFactory(space=space, organization=host_of(platform), owner=author.user)
    with pytest.raises(Unacceptable):
        repair_item(actor=actor_of(boss), item=item, draft=Draft(title="Mended"), reason=" ")
    assert not AuditEvent.objects.exists() and not Notification.objects.exists()
    repair_item(actor=actor_of(boss), item=item, draft=Draft(title="Mended"), reason="Wrong number")
    entry = AuditEvent.objects.get(verb="item_repaired")
    assert (entry.actor, entry.reason) == (boss.user, "Wrong number")
    note = Notification.objects.get(user=author.user)
    assert "repaired" in note.text and "Wrong number" in note.text


def test_t61_closing_a_platform_touches_no_other():
    mine, other = PlatformFactory(), PlatformFactory()
    worker(other)
    ItemFactory(space=SpaceFactory(platform=other), organization=host_of(other))
    before = rows_of(other)
    Platform.objects.filter(pk=mine.pk).update(status="closed")
    assert rows_of(other) == before
    worker(mine)
    ItemFactory(space=SpaceFactory(platform=mine), organization=host_of(mine))
    with pytest.raises(Exception, match="protected"):
        mine.delete()


def rows_of(platform):
    return [list(Item.objects.filter(platform=platform).values()), list(platform.members.values())]


LIMITED = [
    ("content:item_list", "get", {"q": "bolt"}, 60),
    ("tenants:export", "post", {}, 5),
]


@pytest.mark.parametrize(("name", "method", "data", "limit"), LIMITED)
def test_e15_what_is_asked_too_often_waits(client, name, method, data, limit):
    boss = worker(PlatformFactory(), Right.ADMINISTRATOR)
    client.force_login(boss.user)
    args = [boss.platform.slug, "members"] if name == "tenants:export" else [boss.platform.slug]
    seen = [getattr(client, method)(reverse(name, args=args), data) for _ in range(limit + 1)]
    assert {answer.status_code for answer in seen[:-1]} == {200}
    assert seen[-1].status_code == 429 and int(seen[-1].headers["Retry-After"]) >= 60


def test_e15_asking_for_many_things_that_are_not_there_raises_the_alarm(client, caplog):
    member = worker(PlatformFactory())
    client.force_login(member.user)
    for pk in range(62):
        page = client.get(reverse("content:item_detail", args=[member.platform.slug, 10**9 + pk]))
        assert page.status_code == 404
    alarms = [record for record in caplog.records if record.name == "django.security.limits"]
    assert alarms and str(member.user.pk) in alarms[0].getMessage()


def test_t103_every_refusal_leaves_one_line_apart_from_the_record_that_names_nothing_hidden(client, caplog):
    item = ItemFactory(title="Zqcanary", space__title="Zqvault")
    reader, outsider = worker(item.platform), worker(PlatformFactory())
    give(reader, item.space, "reader")
    probes = [
        (outsider, "get", "content:item_detail", 404, "none to see it"),
        (worker(item.platform), "get", "content:item_detail", 404, "none to see it"),
        (reader, "post", "content:item_delete", 403, "none gives it"),
    ]
    entries = AuditEvent.objects.count()
    for member, method, name, status, rule in probes:
        caplog.clear()
        client.force_login(member.user)
        answer = getattr(client, method)(reverse(name, args=[item.platform.slug, item.pk]))
        assert answer.status_code == status
        [line] = [record.getMessage() for record in caplog.records if record.name == "django.security.denied"]
        assert line.startswith(f"person {member.user_id} was refused with {status}, rule: {rule}")
        assert "Zq" not in line and str(item.number) not in line
    assert AuditEvent.objects.count() == entries


def test_t03_the_slug_that_names_the_links_of_a_platform_stays(client):
    platform = PlatformFactory(slug="acme")
    client.force_login(User.objects.create_superuser("operator@example.test"))
    page = reverse("admin:tenants_platform_change", args=[platform.pk])
    assert "slug" not in client.get(page).context["adminform"].form.fields
    assert "slug" in client.get(reverse("admin:tenants_platform_add")).context["adminform"].form.fields


def test_e14_the_limits_of_signing_in_are_those_of_the_trust_file():
    limits = app_settings.RATE_LIMITS
    assert limits["login"] == "30/m/ip" and limits["login_failed"] == "10/m/ip,5/300s/key"
    assert limits["reset_password"] == "20/m/ip,5/m/key" and limits["signup"] == "20/m/ip"
    assert limits["reauthenticate"] == limits["manage_email"] == "10/m/user"
    assert limits["confirm_email"] == "1/180s/key"
    assert "DatabaseCache" in base.CACHES["default"]["BACKEND"]  # one count for all processes
    assert base.ALLAUTH_TRUSTED_PROXY_COUNT == 0


@pytest.mark.parametrize(
    ("password", "fits"), [("gangway for all of us", False), ("Tolmec is my home 7", False), (PASSWORD, True)]
)
def test_e16_a_password_holds_no_name_that_everybody_knows(password, fits):
    member = worker(PlatformFactory(name="Tolmec Engineering"), user=person())
    try:
        validate_password(password, member.user)
    except ValidationError:
        assert not fits
    else:
        assert fits


def test_a_browser_is_named_as_people_know_it():
    told = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1 Safari/537.36"
    assert [named(told), named("curl/8"), named("")] == ["Chrome on Windows", "curl/8", "Unknown"]
