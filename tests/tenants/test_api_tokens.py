"""Pages of API tokens: shown once, one's own, proved anew, ended by an Administrator too."""

import pytest
from django.urls import reverse

from tenants.api_tokens import MOST, create_token, find, hash_of, prune
from tenants.errors import Conflict, NotVisible, Unacceptable
from tenants.models import ApiToken, Status
from tests.factories import PlatformFactory, actor_of, token_of, worker

pytestmark = pytest.mark.django_db
NEW = {"name": "Backup", "scope": "read", "days": "30"}


@pytest.fixture
def member():
    return worker(PlatformFactory(slug="acme"), user__password="!")  # nobody is asked for a password they have not


def url(name, *args):
    return reverse(f"tenants:{name}", args=["acme", *args])


def test_a_secret_is_shown_once_and_never_stored(client, member):
    client.force_login(member.user)
    page = client.post(url("token_new"), NEW)
    token = ApiToken.objects.get()
    secret = page.context["secret"]
    assert secret.startswith(token.prefix)
    assert page.content.decode().count(secret) == 1
    assert token.secret_hash == hash_of(secret)
    assert secret not in client.get(url("token_list")).content.decode()
    assert find(secret) == token
    assert client.post(url("token_new"), NEW).status_code == 409
    assert ApiToken.objects.count() == 1


def test_making_one_asks_for_ones_own_proof(client, member):
    member.user.set_password("correct horse battery")
    member.user.save()
    client.force_login(member.user)
    answer = client.post(url("token_new"), NEW)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert not ApiToken.objects.exists()


def test_t24_nobody_revokes_what_is_not_theirs_but_an_administrator(client, member):
    token_of(member)
    token, other, admin = ApiToken.objects.get(), worker(member.platform), worker(member.platform, "administrator")
    client.force_login(other.user)
    assert client.post(url("token_revoke", token.pk)).status_code == 404
    client.force_login(worker(PlatformFactory(slug="other"), "administrator").user)
    assert client.post(reverse("tenants:token_revoke", args=["other", token.pk])).status_code == 404
    client.force_login(admin.user)
    assert token.name in client.get(url("member_detail", member.pk)).content.decode()
    assert client.post(url("token_revoke", token.pk)).status_code == 302
    assert not ApiToken.objects.exists()


def test_values_that_cannot_be_are_refused(member):
    actor = actor_of(member)
    for values in ({"name": " "}, {"scope": "all"}, {"days": 366}, {"days": 0}):
        with pytest.raises(Unacceptable):
            create_token(actor=actor, **({"name": "A", "scope": "read", "days": 1} | values))
    for _ in range(MOST):
        token_of(member)
    with pytest.raises(Conflict):
        create_token(actor=actor, name="One more", scope="read", days=1)
    member.status = Status.NO_ACCESS
    member.save()
    with pytest.raises(NotVisible):
        create_token(actor=actor, name="B", scope="read", days=1)


def test_what_is_long_over_is_forgotten(member):
    token_of(member)
    ApiToken.objects.update(expires_at="2020-01-01T00:00Z")
    prune()
    assert not ApiToken.objects.exists()
