"""Finding by words: what fits, in which order, and that both databases agree because this table holds on each."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import TestCase
from django.utils import timezone

from content.files import Arrival, add_version
from content.items import Draft, create_item, delete_item, edit_item, revise_item
from content.models import Conversion, Item, ItemType, SearchEntry
from content.search import asking, backends, entries, folding, matching
from content.trash import purge_old
from tests.factories import ItemFactory, PlatformFactory, SpaceFactory, actor_of, give, worker

# name: number, title, description, properties, files
ITEMS = {
    "bracket": (
        "M8-BRKT-0042",
        "Side bracket, left",
        "milled from EN AW-6082",
        {"Mass": "1.25 kg"},
        ["bracket_v2.step"],
    ),
    "right": ("M8-BRKT-0142", "Side bracket, right", "mirrors the left one", {}, []),
    "check": (
        "DOC-100200",
        "Überprüfung der Größe",
        "für Straße & Œuvre",
        {"Prüfer": "Jörg Łukasz"},
        ["Prüfbericht.pdf"],
    ),
    "greek": ("DOC-4711", "Ωmega 10² test", "and or not near title:", {"Quote": 'say "cheese"'}, ["100%_done.csv"]),
    "plain": ("T-000042", "Plain", "a very ordinary description of nothing", {}, []),
}
EVERY = set(ITEMS)
TABLE = {
    # nothing asked
    "": EVERY,
    "   ": EVERY,
    "\t\n": EVERY,
    # words, in any order, in any field, begun
    "bracket": {"bracket", "right"},
    "BRACKET side": {"bracket", "right"},
    "brack": {"bracket", "right"},
    "ordinary desc": {"plain"},
    "bracket nothing": set(),
    "mass": {"bracket"},
    "prufer": {"check"},
    # inside a word only where it is a name
    "rackets": set(),
    "racket": {"bracket", "right"},
    "rdinar": set(),
    "richt": {"check"},
    # numbers: parts, with and without signs, digits
    "0042": {"bracket", "plain"},
    "042": {"bracket", "plain"},
    "42": set(),
    "brkt-00": {"bracket"},
    "m8brkt0042": {"bracket"},
    "M8 BRKT": {"bracket", "right"},
    "BRKT/0142": {"right"},
    "t-0": {"bracket", "right", "plain"},  # also in BRKT-0042
    "t-00": {"bracket", "plain"},
    "6082": {"bracket"},
    "608": {"bracket"},
    "082": set(),
    "1.25": {"bracket"},
    "1,25": {"bracket"},
    "25.1": set(),
    "2.ste": {"bracket"},
    # in a row
    '"side bracket"': {"bracket", "right"},
    '"bracket side"': set(),
    '"side brack"': set(),
    '"bracket left"': {"bracket"},
    '"left milled"': set(),  # the end of the title and the beginning of the description
    '"side bracket" left': {"bracket", "right"},
    '"side bracket': {"bracket", "right"},
    "„side bracket“ right": {"right"},
    '"EN AW-6082"': {"bracket"},
    # without
    "bracket -right": {"bracket"},
    "bracket -left": set(),
    "bracket -0142": {"bracket"},
    'bracket -"side bracket"': set(),
    "-bracket": {"check", "greek", "plain"},
    "side - bracket": {"bracket", "right"},
    "side-bracket": {"bracket", "right"},
    # letters
    "überprüfung": {"check"},
    "UBERPRUFUNG": {"check"},
    "u\u0308berpru\u0308f": {"check"},
    "strasse": {"check"},
    "STRASSE": {"check"},
    "oeuvre": {"check"},
    "lu jorg": {"check"},
    "ωMEGA": {"greek"},
    "10²": {"greek"},
    "102": {"greek"},
    "prüfbericht.PDF": {"check"},
    # what one engine or the other takes for an order
    "AND": {"greek"},
    "not near": {"greek"},
    "side OR plain": set(),
    "title:plain": set(),
    "plain*": {"plain"},
    "pla:*": {"plain"},
    "'plain'": {"plain"},
    "plain & ordinary": {"plain"},
    "plain | bracket": set(),
    "!plain": {"plain"},
    "(plain": {"plain"},
    "^plain": {"plain"},
    "{plain}": {"plain"},
    "plain\\": {"plain"},
    "plain' OR '1'='1": set(),
    "100%": {"check", "greek"},
    "100_": {"check", "greek"},
    '"cheese"': {"greek"},
    "plain\x00": {"plain"},
    # nothing that can be looked for finds nothing
    "%": set(),
    "_": set(),
    '"': set(),
    '""': set(),
    "-": set(),
    "***": set(),
    "🙂": set(),
    # too much: the rest is left out
    "plain " * 2000: {"plain"},
    "x" * 10_000: set(),
    "- " * 5_000 + "plain": set(),
    '"' * 10_000: set(),
    "a b c d e f g h i j bracket": set(),
}


class WhatFits(TestCase):
    """One table of what is asked and what it finds."""

    @classmethod
    def setUpTestData(cls):
        cls.space = SpaceFactory()
        cls.items = {}
        for name, (number, title, description, properties, files) in ITEMS.items():
            said = {"description": description, "properties": properties}
            cls.items[name] = ItemFactory(space=cls.space, number=number, title=title, **said)
            for file in files:
                cls.items[name].files.create(name=file)
        cls.names = {item.pk: name for name, item in cls.items.items()}
        entries.index(*cls.items.values())

    def found(self, typed):
        rows = matching.matching(Item.objects.all(), asking.read(typed))
        return {self.names[pk] for pk in rows.values_list("pk", flat=True)}

    def test_every_search_finds_what_the_table_says(self):
        found = {typed: self.found(typed) for typed in TABLE}
        assert {typed[:40]: answer for typed, answer in found.items() if answer != TABLE[typed]} == {}

    def test_the_number_comes_first_then_its_parts_then_titles_then_the_newest(self):
        typed = "0042"
        whole = ItemFactory(space=self.space, number="0042", title="Older")
        title = ItemFactory(space=self.space, number="X-1", title="Copy of 0042")
        rest = ItemFactory(space=self.space, number="X-2", description="see 0042")
        found = matching.matching(Item.objects.all(), asking.read(typed))
        ranked = found.order_by(matching.relevance(asking.read(typed)), "-modified_at", "-pk")
        assert list(ranked) == [whole, self.items["plain"], self.items["bracket"], title, rest]

    def test_an_entry_gone_is_found_by_nothing_and_an_item_deleted_takes_it_along(self):
        assert self.found("ordinary") == {"plain"}
        Item.objects.filter(pk=self.items["plain"].pk).delete()
        assert self.found("ordinary") == set()
        assert SearchEntry.objects.count() == len(ITEMS) - 1
        assert not entries.broken()


def drifted():
    """Return what the check of search says is wrong."""
    return [*entries.drift(), *filter(None, [entries.broken()])]


def found(typed):
    """Return the titles of what fits."""
    return {item.title for item in matching.matching(Item.objects.all(), asking.read(typed))}


@pytest.mark.django_db
def test_every_change_is_found_with_its_transaction():
    member = worker(PlatformFactory())
    space = SpaceFactory(platform=member.platform)
    give(member, space, "author")
    actor, kind = actor_of(member), ItemType.objects.get(code="document")
    item = create_item(actor=actor, kind=kind, draft=Draft("Gearbox", "", {"Ratio": "1:17"}))
    assert found("gearbox 1:17") == {"Gearbox"}
    edit_item(actor=actor, item=item, draft=Draft("Gear train"))
    assert (found("gearbox"), found("train")) == (set(), {"Gear train"})
    version = add_version(actor=actor, item=item, arrival=Arrival(ContentFile(b"torque table", name="Getriebe.txt")))
    assert found("getrieb") == {"Gear train"}
    Conversion.objects.filter(key=version.key).update(text="Torque at 20 °C")
    entries.index_bytes.call(key=version.key)
    assert found('"torque at 20"') == {"Gear train"}
    add_version(actor=actor, item=item, arrival=Arrival(ContentFile(b"speed table", name="Getriebe.txt")))
    assert found("torque") == set()  # of the newest version alone
    Item.objects.filter(pk=item.pk).update(maturity="released")
    new = revise_item(actor=actor, item=item)
    assert matching.matching(Item.objects.all(), asking.read("getriebe")).count() == 2
    assert drifted() == []
    delete_item(actor=actor, item=new)
    assert matching.matching(Item.objects.all(), asking.read("getriebe")).get() == item
    purge_old(timezone.now() + timedelta(days=31))
    assert SearchEntry.objects.get().item == item
    assert drifted() == []


@pytest.mark.django_db
def test_the_check_finds_what_differs_and_reindex_mends_it():
    kept, changed, lost = ItemFactory(title="Kept"), ItemFactory(title="Changed"), ItemFactory(title="Lost")
    call_command("check_search", stdout=StringIO())
    Item.objects.filter(pk=changed.pk).update(title="Written past every service")
    SearchEntry.objects.filter(item=lost).delete()
    with pytest.raises(CommandError, match="2 items are not found"):
        call_command("check_search")
    assert (entries.catch_up(), list(entries.drift())) == (1, [changed])
    call_command("reindex", verbosity=2, stdout=StringIO())
    call_command("check_search", stdout=StringIO())
    assert found("kept") | found("written past") == {kept.title, "Written past every service"}
    if connection.vendor == "sqlite":
        backends.run(["DELETE FROM content_searchwords_data WHERE id > 10"])
        with pytest.raises(CommandError, match="content_searchwords differs"):
            call_command("check_search")


def test_what_is_asked_in_vain_or_too_much_is_known():
    assert not asking.read("  ")
    assert asking.read("%%").empty
    assert asking.read("word").short is False
    assert asking.read("a b c d e f g h i j k").short
    assert asking.read("x" * 201).short
    assert folding.fold("") == ""
    assert max(map(len, folding.words("x" * 500))) == folding.LONGEST
