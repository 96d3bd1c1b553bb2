"""A platform with one space, its people, and a window of each."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tenants.models import Right
from tests.factories import OrganizationFactory, SpaceFactory, give, worker

BROWSER = {"HTTP_ACCEPT": "text/html"}


@pytest.fixture
def space():
    return SpaceFactory(title="Test rig")


@pytest.fixture
def platform(space):
    return space.platform


@pytest.fixture
def supplier(platform):
    return OrganizationFactory(platform=platform, name="Supplier")


@pytest.fixture
def owner(platform, space):
    member = worker(platform, user__name="Olga Owner")
    give(member, space, "owner")
    return member


@pytest.fixture
def administrator(platform):
    return worker(platform, Right.ADMINISTRATOR, user__name="Ada Administrator")


@pytest.fixture
def engineer(platform, supplier):
    return worker(platform, Right.EXTERNAL, company=supplier, user__name="Egon Engineer")


@pytest.fixture
def visit(client, platform):
    """Return a function that asks for a page of the platform as a member."""

    def go(member, name, *args, data=None, **headers):
        client.force_login(member.user)
        url = reverse(f"spaces:{name}", args=[platform.slug, *args])
        if data is None:
            return client.get(url, **headers)
        return client.post(url, data, **headers)

    return go


def text(response):
    return response.content.decode()


def stable(response):
    """Return the body without the nonce and the masked token, which are new in each answer."""
    return re.sub(r'nonce="[^"]*"|[A-Za-z0-9]{64}', "", text(response))


def queries(act):
    """Return how many queries an act asks; Django forgets them when the next request begins."""
    with CaptureQueriesContext(connection) as asked:
        act()
        return len(asked)


def names(response):
    return {str(person.member) for person in response.context["people"]}
