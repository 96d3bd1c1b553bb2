"""One space with one In Work part, its people by responsibility, and a way to visit pages as them."""

from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from content.files import Arrival, add_version
from tenants.models import Right
from tests.factories import ItemFactory, OrganizationFactory, SpaceFactory, actor_of, give, worker

STEP = b"ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\n#1=CARTESIAN_POINT('',(0.,0.,0.));\nENDSEC;\nEND-ISO-10303-21;\n"


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
def person(platform, space):
    """Return a function that makes a member who holds one credential in the space."""

    def make(responsibility=None, right=Right.MEMBER, name="", **credential):
        member = worker(platform, right, **({"user__name": name} if name else {}))
        if "organization" in credential:
            member.organizations.add(credential["organization"])
        if responsibility:
            give(member, space, responsibility, **credential)
        return member

    return make


@pytest.fixture
def author(person):
    return person("author", name="Anna Author")


@pytest.fixture
def colleague(person):
    return person("author", name="Carl Colleague")


@pytest.fixture
def leader(person):
    return person("leader", name="Lea Leader")


@pytest.fixture
def owner(person):
    return person("owner", name="Olga Owner")


@pytest.fixture
def reader(person):
    return person("reader", name="Rita Reader")


@pytest.fixture
def administrator(person):
    return person(None, Right.ADMINISTRATOR, name="Ada Administrator")


@pytest.fixture
def stranger(person):
    return person(None, name="Stan Stranger")


@pytest.fixture
def item(space, author):
    return ItemFactory(space=space, owner=author.user, title="Bracket", number="PRT-100001")


@pytest.fixture
def file():
    """Return a function that makes an upload."""

    def make(content=STEP, name="bracket.step"):
        return SimpleUploadedFile(name, content)

    return make


@pytest.fixture
def store(item, author, file):
    """Return a function that stores a version in the item as its Author."""

    def put(content=STEP, name="bracket.step", *, member=author, into=item, **said):
        return add_version(actor=actor_of(member), item=into, arrival=Arrival(file=file(content, name), **said))

    return put


@pytest.fixture
def visit(client, platform):
    """Return a function that asks for a page of the platform as a member; `data` makes it a POST."""

    def go(member, name, *args, data=None, query="", **headers):
        client.force_login(member.user)
        url = reverse(f"content:{name}", args=[platform.slug, *args]) + query
        if data is None:
            return client.get(url, **headers)
        return client.post(url, data, **headers)

    return go


@pytest.fixture
def text():
    """Return a function that reads an answer to its end; a stream then closes itself."""

    def read(response):
        return (b"".join(response) if response.streaming else response.content).decode()

    return read


@pytest.fixture
def world(space, item, author, colleague, leader, owner, reader):
    return SimpleNamespace(
        space=space, item=item, author=author, colleague=colleague, leader=leader, owner=owner, reader=reader
    )
