"""Two windows over a real stream: the process of production beside the pages, led to as a proxy leads to it."""

import os
import socket
import statistics
import subprocess
import sys
import time
from contextlib import closing
from functools import partial

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from content.comments import Said, say
from content.files import Arrival, add_version
from content.lifecycle import change_maturity
from content.locks import lock_item, unlock_item
from content.models import ItemType
from tenants.members import end_access
from tests.factories import ItemFactory, actor_of, give, worker

pytestmark = [pytest.mark.browser, pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
SOON, OVER = 2.0, 1.0  # seconds


@pytest.fixture
def streams(transactional_db, settings, tmp_path):
    """Serve the streams of the test's database by the process that the README names; return its address."""
    settings.LIVE_PAGES = settings.LIVE_STREAMS = True
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    database = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{connection.settings_dict['NAME']}"
    command = [sys.executable, "-m", "granian", "--interface", "asginl", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers-kill-timeout", "1", "platform_site.asgi:application"]
    env = os.environ | {"DATABASE_URL": database, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own words
        next(line for line in process.stdout if "Started worker" in line)
        yield f"http://localhost:{port}/"
        process.terminate()
        process.wait(20)


@pytest.fixture
def following(walker, streams):
    """Return a function that opens a page for a member and waits until its stream has begun."""

    def follow(member, name, *args):
        found = walker()
        found.enter(member.user)
        found.asked = []
        found.page.route(
            "**/live/p/**", lambda route: route.continue_(url=streams + route.request.url.split("/", 3)[3])
        )
        with found.page.expect_response("**/live/p/**") as stream:
            found.open(name, *args)
        assert stream.value.headers["content-type"] == "text/event-stream"
        found.page.on("request", lambda request: found.asked.append((request.url, request.is_navigation_request())))
        return found

    return follow


def lag(act, seen):
    """Do an act and return the seconds from its commit until it is seen."""
    act()
    begun = time.monotonic()
    seen.first.wait_for()
    return time.monotonic() - begun


def test_t42_b11_c27_d11_two_companies_see_what_the_other_does_and_nothing_once_access_ended(companies, following):
    guest, part = companies.restricted_guest(), ItemType.objects.get(code="part-3d")
    elsa = worker(companies.host, user=companies.person("Elsa Brandt", "corvane"))
    give(elsa, companies.bench, "author")
    theirs = {"owner": guest.user, "organization": guest.company}
    item = ItemFactory(space=companies.bench, title="Clamp", type=part, **theirs)
    host = following(elsa, "content:item_detail", "corvane", item.pk)
    supplier = following(guest, "content:item_discussion", "corvane", item.pk)
    home = following(guest, "tenants:home", "corvane")
    lags = [lag(lambda: None, host.page.get_by_text("Ilse Kuhn has it open"))]
    host_actor, ilse, head = actor_of(elsa), actor_of(guest), host.page.locator("#item-head")
    arrival = Arrival(file=ContentFile(b"ISO-10303-21;", name="clamp.stp"))
    for act, seen in (
        (
            lambda: say(actor=host_actor, item=item, remark=Said("What radius?")),
            supplier.page.get_by_text("What radius?"),
        ),
        (lambda: None, supplier.page.locator("#bell[data-unread='1']")),
        (lambda: lock_item(actor=ilse, item=item), head.get_by_text("Ilse Kuhn")),
        (lambda: add_version(actor=ilse, item=item, arrival=arrival), host.page.get_by_text("clamp.stp")),
        (lambda: unlock_item(actor=ilse, item=item), head.get_by_role("button", name="Lock", exact=True)),
        (lambda: change_maturity(actor=ilse, item=item, target="frozen"), head.get_by_text("Frozen")),
        (lambda: None, home.page.locator("tr", has_text="Clamp").get_by_text("Frozen")),
    ):
        lags.append(lag(act, seen))
    assert statistics.median(lags) < SOON, lags
    supplier.misses("Elsa Brandt has it open")
    end = partial(end_access, actor=actor_of(companies.elena), member=guest)
    ended = lag(end, supplier.page.get_by_text("Your access ended"))
    assert ended < OVER, ended
    asked = host.asked + supplier.asked
    assert not [url for url, moves in asked if moves or "/live/" in url]  # told by one stream, and never reloaded
    assert host.said == home.said == []
