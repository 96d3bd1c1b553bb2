"""Released and Obsolete content is tried by every service, address and admin page; bytes and hashes prove it."""

import hashlib
import importlib
import inspect
import pkgutil
from contextlib import suppress
from dataclasses import replace

import pytest
from django.contrib import admin
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

import content
from content.blobs import storage
from content.comments import Said
from content.files import Arrival
from content.issues.acts import Facts
from content.items import Draft
from content.markups.making import Mark
from content.models import Item, ItemType, Iteration, Property, Reference, Share, Tag
from content.moves import place_of
from content.references import Relation
from content.shares import ShareSpec
from tenants.errors import DomainError
from tenants.models import User
from tests.factories import actor_of
from tests.site_world import World, undone
from tests.test_urls import ROWS

WHO = ("content_owner", "leader", "owner", "administrator")
REPAIRS = {"content:item_repair", "repair_item"}  # properties only, by an Owner, for a reason
OF_ITEMS = {"item", "iteration", "reference", "version"}  # an act that names one of these can reach an item
ELSEWHERE = {"invite_by_sharing", "files_of"}  # shares like give_share, pins like make
NO_SERVICES = (".viewing", ".migrations", ".management", ".models", ".templatetags", ".views")
PLACE = '{"page": 1, "points": [[0.5, 0.5]]}'
TYPED = {
    "title": "Other",
    "description": "Other",
    "reason": "Why",
    "value": "Other",
    "shown": "Bracket",
    "target": "in_work",
    "with_files": "on",
    "kind": "refers_to",
    "quantity": "7",
}


def contents(world):
    """Return all of the item that never changes, with the hash of the bytes as they lie in the storage."""
    item = Item.everything.get(pk=world.item.pk)
    held = []
    for version in type(world.version).objects.filter(file__item=item).order_by("pk"):
        with storage().open(version.key) as stored:
            held.append((version.file.name, version.number, version.key, hashlib.sha256(stored.read()).hexdigest()))
            assert held[-1][-1] == version.sha256
    return {
        "files": held,
        "relations": list(item.references.order_by("pk").values_list("target", "kind", "quantity", "position")),
        "tags": list(item.tags.values_list("word")),
        "trashed": item.trashed_at,
        "lock": item.locked_by_id,
        "final": item.maturity in ("released", "obsolete"),
    }


def said(world):
    return Item.everything.values_list("title", "description", "properties").get(pk=world.item.pk)


@pytest.fixture
def world(db):
    found = World()
    found.item.tags.add(Tag.objects.create(platform=found.platform, word="steel"))
    found.share = Share.objects.get(content_object=found.item, user=found.target.user)
    Item.objects.filter(pk=found.item.pk).update(maturity="released", properties={"Mass": "1 kg"})
    found.item.refresh_from_db()
    return found


@pytest.fixture(params=["released", "obsolete"])
def final(world, request):
    Item.objects.filter(pk=world.item.pk).update(maturity=request.param)
    world.item.refresh_from_db()
    return world


def services():
    """Return {(name, module): function} of every act here: a public function of a module that takes an actor alone."""
    found = {}
    for module in pkgutil.walk_packages(content.__path__, "content."):
        if any(part in module.name for part in NO_SERVICES):
            continue
        loaded = importlib.import_module(module.name)
        for name, act in inspect.getmembers(loaded, inspect.isfunction):
            signature = inspect.signature(act)
            named = [one.name for one in signature.parameters.values() if one.kind == one.KEYWORD_ONLY]
            if inspect.unwrap(act).__module__ == loaded.__name__ and "actor" in named and OF_ITEMS & set(named):
                found[name, module.name] = (act, named)
    return found


def given(world, member):
    return {
        "actor": actor_of(member),
        "item": world.item,
        "draft": Draft("Other", "Other", {}),
        "reason": "Why",
        "version": None,
        "with_files": True,
        "private": False,
        "arrival": Arrival(file=ContentFile(b"solid other", name="bracket.stl"), reason="Why"),
        "size": 7,
        "said": {"name": "bracket.stl", "reason": "Why"},
        "remark": Said("other"),
        "pin": None,
        "below": True,
        "change": world.request,
        "review": world.review,
        "deed": "release",
        "title": "Other",
        "facts": Facts(),
        "state": "in_work",
        "thread": None,
        "mark": Mark("pin", PLACE),
        "text": "other",
        "pk": world.markup.pk,
        "found": "there",
        "target": "in_work",
        "typed": "other",
        "code": "title",
        "shown": world.item.title,
        "iteration": world.iteration,
        "target_id": world.thrown.pk,
        "relation": Relation("refers_to"),
        "reference": world.relation,
        "folder": world.folder,
        "share": world.share,
        "spec": ShareSpec("share_manage"),
        "recipient": world.members["reader"],
        "place": replace(place_of(world.item), owner=world.users["author"]),
    }


def test_b22_no_service_changes_what_is_final(final):
    before, words = contents(final), said(final)
    tried = services()
    acts = {"edit_item", "add_version", "set_tags", "restore_iteration", "end_reference"}
    acts |= {"add_item", "take_out", "raise_change", "raise_issue", "make"}
    assert acts <= {name for name, _module in tried}
    for (name, _module), (act, named) in tried.items():
        for who in WHO if name not in ELSEWHERE else ():
            known = given(final, final.members[who])
            known |= {"version": final.version} if "item" not in named else {}
            with undone():
                with suppress(DomainError):
                    act(**{part: known[part] for part in named})
                assert contents(final) == before, (name, who)
                assert name in REPAIRS or said(final) == words, (name, who)


def test_b22_no_address_changes_what_is_final(final):
    before, words = contents(final), said(final)
    for who in WHO:
        browser = final.client(who)
        for row in ROWS:
            if row.method == "POST" and row.name.startswith("content:"):
                with undone():
                    file = {"file": ContentFile(b"solid 2", name="bracket.stl")} if "upload" in row.name else {}
                    browser.post(
                        final.url(row.name, row.args, row.query), TYPED | {"version": final.item.version} | file
                    )
                    assert contents(final) == before, (row.name, who)
                    assert row.name in REPAIRS or said(final) == words, (row.name, who)


def test_b22_t55_no_admin_page_changes_what_is_final(world):
    assert not {Item, Iteration, Tag, Share, Reference, type(world.version)} & set(admin.site._registry)
    mass = Property.objects.create(type=world.item.type, name="Mass", kind="number", unit="kg")
    before, words = contents(world), said(world)
    browser = Client()
    browser.force_login(User.objects.get(pk=world.users["operator"].pk))
    kind = world.item.type
    typed = {"name": "Other", "code": kind.code, "category": kind.category, "icon": "item", "position": "1"}
    typed |= {"prefix": "T", "digits": "5", "file_kinds": "pdf"}
    assert browser.post(reverse("admin:content_itemtype_change", args=[kind.pk]), typed).status_code == 302
    assert browser.post(reverse("admin:content_property_delete", args=[mass.pk]), {"post": "yes"}).status_code == 302
    browser.post(reverse("admin:content_itemtype_delete", args=[kind.pk]), {"post": "yes"})
    assert (contents(world), said(world), ItemType.objects.filter(pk=kind.pk).exists()) == (before, words, True)
