"""What bench/readers.py measures: pages over HTTP, and the parts of them that have goals of their own.

Each asks by the same entry points as the pages, so that it follows what they do.
"""

import gc
import os
import sys
from dataclasses import replace

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")

import django

django.setup()

from django.core.cache import cache  # noqa: E402 - settings first
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from bench.served import served  # noqa: E402
from bench.worlds import COMMON, RARE, READERS, SLUG  # noqa: E402
from content import facets, move_batches, moves, readers, reading  # noqa: E402
from content.models import Item  # noqa: E402
from content.views.items import BUTTONS  # noqa: E402
from spaces import previews  # noqa: E402
from spaces.giving import CredentialSpec  # noqa: E402
from spaces.models import WIDTH, Space  # noqa: E402
from tenants import access  # noqa: E402
from tenants import actor as actors  # noqa: E402
from tenants.models import Platform, User  # noqa: E402

gc.freeze()  # as platform_site/wsgi.py does
MANY, FEW, ONCE = 20, 5, 1  # repeats, and of what takes long
SECONDS = 6.0  # of asking for one page over HTTP: none is begun after so long


def pages(actor):
    """Yield (what, address) of the pages that are measured for a reader."""
    slug = actor.platform.slug
    everything = reverse("content:item_list", args=[slug])
    space = largest(actor)
    item = reading.listed(actor).filter(space=space).first()
    yield "space list", reverse("spaces:space_list", args=[slug])
    yield "everything readable", everything
    yield "everything, Released", f"{everything}?state=released"
    yield "largest space", reverse("content:space_detail", args=[slug, space.pk])
    yield "search, rare word", f"{everything}?q={RARE}"
    yield "search, common word", f"{everything}?q={COMMON}"
    yield "item", reverse("content:item_detail", args=[slug, item.pk])
    yield "home", reverse("tenants:home", args=[slug])


def largest(actor):
    """Return the largest of the spaces that the reader is in, of all for an Administrator: the lowest rank."""
    return access.narrow(Space.objects.all(), actor, "see").order_by("pk").first()


def asked(client, url):
    """Return a function that asks for a page and insists on an answer."""

    def ask():
        cache.clear()  # rate limits
        answer = client.get(url)
        if answer.status_code != 200:
            raise SystemExit(f"{url}: {answer.status_code}")

    return ask


def faceted(actor, space=None):
    """Return the facets of a list as its page has them."""
    wanted, rows = reading.Wanted(), reading.listed(actor, space=space)
    ledger = facets.tallied(wanted, actor, space=space)
    first = reading.head(reading.ways(actor, space=space), wanted, actor)

    def narrowed(asked, way=rows):
        return reading.filtered(way, asked, actor)

    return facets.facets(wanted, narrowed, actor.now, first, ledger=ledger)


def searched(actor, word):
    """Return the first page of a search and how many fit, as its page asks for them."""
    rows, wanted = reading.listed(actor), reading.Wanted(words=word)
    first = reading.head(reading.ways(actor), wanted, actor)
    return reading.loaded(reading.arranged(rows, wanted, actor, first)[:25]), len(first.rows)


def parts(actor):
    """Yield (what, function, repeats) of what happens inside the pages of a reader."""
    platform, space = actor.platform, largest(actor)
    fifty = list(reading.ordered(reading.listed(actor), "-changed")[:50])

    def fresh():
        return replace(actor, compiled={})

    yield "actor, built", lambda: actors.of(actor.user, platform), MANY
    yield "search, rare word", lambda: searched(actor, RARE), MANY
    yield "search, common word", lambda: searched(actor, COMMON), MANY
    yield "list of everything", lambda: list(reading.ordered(reading.listed(actor), "-changed")[:25]), MANY
    yield (
        "list of largest space",
        lambda: list(reading.ordered(reading.listed(actor, space=space), "-changed")[:25]),
        MANY,
    )
    yield "facets of everything", lambda: faceted(actor), MANY
    yield "facets of largest space", lambda: faceted(actor, space), MANY

    def buttons():
        asker = fresh()
        return [access.can(asker, act, row) for row in fifty for act in BUTTONS]

    yield "buttons of 50 rows", buttons, MANY
    access.can(actor, "read", fifty[0])
    yield "1,000 decisions", lambda: [access.can(actor, "read", fifty[0]) for _ in range(1000)], MANY


def whole(platform):
    """Yield (what, function, repeats) of what asks for everybody."""
    spaces = {space.title: space for space in Space.objects.filter(platform=platform).select_related("platform")}
    yield "everybody as actors", lambda: actors.everyone(platform), ONCE
    for title in ("Space 0000", "Space 0001", "Space 0002"):  # Protected, Public, Private
        item = items_of(spaces[title]).filter(maturity="released").first()
        yield f"who reads an item, {title} ({spaces[title].visibility})", lambda item=item: first_page(item), FEW
    for title in ("Space 0000", "Space 0100"):
        space = spaces[title]
        number, widths = Item.objects.filter(space=space).count(), [w for w in WIDTH if w != space.visibility]
        for width in widths:
            what = f"preview, {title} ({number:,} items) {width}"
            yield what, lambda space=space, width=width: previews.visibility_preview(space, width), FEW
    many = list(items_of(spaces["Space 0000"])[:1000])
    pairs = [(item, moves.placed(item, moves.place_of(item, space=spaces["Space 0001"]))) for item in many]
    place = moves.place_of(many[0], space=spaces["Space 0001"])
    yield "preview, move of an item", lambda: readers.changes(many[0], place), FEW
    yield "preview, move of 1,000 items", lambda: move_batches.sums(pairs), FEW
    member = actors.of(User.objects.get(email="member@bench.example"), platform)
    spec = CredentialSpec("author", restricted=False, organization=member.member.company)
    yield "preview, a credential opens", lambda: previews.opens(member, spaces["Space 0000"], spec), FEW


def items_of(space):
    """Return the items of a space with what moving them looks at."""
    return Item.objects.filter(space=space).select_related("platform", "space__platform", "organization", "owner")


def first_page(item):
    """Return what the page of readers shows."""
    found = readers.readers(item)
    return len(found), readers.named([one.person.pk for one in found[:100]])


def run(clock_of, only):
    """Return [(what, who, figures)]."""
    clock, platform, found = clock_of(connection), Platform.objects.get(slug=SLUG), []

    def note(what, who, act, repeats=MANY, page=()):
        if only in f"{what} {who}":
            figures = clock.measure(act, repeats)
            if page:
                figures |= server.measure(*page, repeats, SECONDS)
            found.append((what, who, figures))
            print(what, who, found[-1][2], file=sys.stderr, flush=True)  # noqa: T201 - somebody waits

    with served(connection) as server:
        for who in READERS:
            user = User.objects.get(email=f"{who}@bench.example")
            client, actor = Client(), actors.of(user, platform)
            client.force_login(user)
            for what, url in pages(actor):
                note(f"HTTP {what}", who, asked(client, url), page=(url, client.cookies["sessionid"].value))
            for what, act, repeats in parts(actor):
                note(what, who, act, repeats)
    for what, act, repeats in whole(platform):
        note(what, "everybody", act, repeats)
    return sorted(found, key=lambda row: [what for what, *_ in found].index(row[0]))
