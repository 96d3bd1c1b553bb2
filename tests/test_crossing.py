"""Acts that cross in the database: one of them is taken back whole and answered in a sentence, never with an error."""

import threading

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection
from django.db.models.deletion import ProtectedError
from django.test import Client
from django.urls import reverse

from content import items
from content.models import Item
from tenants import api
from tenants.errors import Conflict, crossed
from tenants.models import Organization, Right
from tests.factories import ItemTypeFactory, OrganizationFactory, SpaceFactory, give, worker
from tests.races import rounds

ROUNDS = rounds(4)


def _cause(**codes):
    return type("Cause", (Exception,), codes)()


def _raised(error, **codes):
    error.__cause__ = _cause(**codes) if codes else None
    return error


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (ProtectedError("", set()), True),
        (_raised(IntegrityError(), sqlstate="23503"), True),
        (_raised(IntegrityError(), sqlstate="23505"), True),
        (_raised(OperationalError(), sqlstate="40P01"), True),
        (_raised(OperationalError(), sqlstate="55P03"), True),
        (_raised(OperationalError(), sqlite_errorname="SQLITE_BUSY"), True),
        (_raised(OperationalError(), sqlstate="57014"), False),  # a statement that takes too long is a fault of ours
        (_raised(IntegrityError(), sqlite_errorname="SQLITE_CONSTRAINT_FOREIGNKEY"), True),
        (_raised(IntegrityError(), sqlstate="23502"), False),  # a value that is missing is a fault of ours
        (_raised(IntegrityError(), sqlite_errorname="SQLITE_CONSTRAINT_CHECK"), False),
        (_raised(IntegrityError()), False),
        (_raised(ValueError(), sqlstate="23503"), False),
    ],
)
def test_what_crossed_is_a_conflict_and_a_fault_stays_a_fault(error, ours):
    found = crossed(error)
    assert isinstance(found, Conflict) is ours
    assert not ours or (found.sentence and found.remedy)
    if ours:
        assert api.met(None, error).status_code == 409
    elif isinstance(error, DatabaseError):
        with pytest.raises(DatabaseError):
            api.met(None, error)


class World:
    """An Author whose credential is for an organization that an Administrator deletes."""

    def __init__(self):
        self.space = SpaceFactory()
        self.kind = ItemTypeFactory()
        self.organization = OrganizationFactory(platform=self.space.platform)
        self.author = worker(self.space.platform)
        self.author.organizations.add(self.organization)
        self.held = give(self.author, self.space, "author", organization=self.organization)
        self.chief = worker(self.space.platform, Right.ADMINISTRATOR)

    def post(self, member, name, *args, **data):
        """Send a form as `member`; a server error would be raised here."""
        client = Client()
        client.force_login(member.user)
        return client.post(reverse(name, args=[self.space.platform.slug, *args]), data)

    def create(self):
        """Let the Author create an item of the organization."""
        client = Client()
        client.force_login(self.author.user)
        url = reverse("content:item_new", args=[self.space.platform.slug])
        return client.post(f"{url}?type={self.kind.code}", {"title": "At once"})

    def delete(self):
        """Take away all that stands on the organization, and it."""
        self.held.delete()
        self.author.organizations.clear()
        return self.post(self.chief, "tenants:organization_delete", self.organization.pk)


def _thread(act, answers, name):
    def run():
        try:
            answers[name] = act().status_code
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_organization_deleted_under_an_item_that_is_being_made_takes_the_item_back(monkeypatch):
    world, made, gone, answers = World(), threading.Event(), threading.Event(), {}
    tell = items.news.tell_followers

    def waits(*args):
        made.set()
        gone.wait(timeout=10)
        tell(*args)

    monkeypatch.setattr(items.news, "tell_followers", waits)
    thread = _thread(world.create, answers, "create")
    assert made.wait(timeout=10)
    assert world.delete().status_code == 302
    gone.set()
    thread.join(timeout=20)
    assert answers == {"create": 409}
    assert not Item.objects.exists() and not Organization.objects.filter(pk=world.organization.pk).exists()


@pytest.mark.postgres
@pytest.mark.parametrize("_round", ROUNDS)
@pytest.mark.django_db(transaction=True)
def test_an_organization_and_an_item_of_it_at_once(_round):
    world, answers = World(), {}
    for thread in [_thread(world.create, answers, "create"), _thread(world.delete, answers, "delete")]:
        thread.join(timeout=20)
    assert set(answers.values()) <= {302, 403, 409}
    assert Item.objects.exists() is (answers["create"] == 302)
    assert Organization.objects.filter(pk=world.organization.pk).exists() is (answers["delete"] == 409)
    assert answers["delete"] == 409 or not Item.objects.exists()
