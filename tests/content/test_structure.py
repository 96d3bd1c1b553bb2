"""Trees and parts lists: a level at a time, summed exactly, and of what one does not read there is no trace."""

import csv
import random
from decimal import Decimal
from io import StringIO
from itertools import pairwise

import pytest
from django.db import connection
from django.urls import reverse

from content import parts_lists, structure
from content.models import Item, Reference
from spaces.models import Credential
from tests.factories import ItemFactory, OrganizationFactory, SpaceFactory, actor_of, give, refer, worker

pytestmark = pytest.mark.django_db
LEVEL = {"HX-Request": "true"}


@pytest.fixture
def vault(platform):
    return SpaceFactory(platform=platform, title="Zqvault")


def test_a_level_shows_parts_by_find_number_and_which_have_parts_that_one_reads(world, vault, visit, text, platform):
    axle, bolt, plate = (ItemFactory(space=world.space, title=title) for title in ("Axle", "Bolt", "Plate"))
    refer(world.item, axle, "has_part", position=20, quantity=Decimal("0.250"))
    refer(world.item, bolt, "has_part", position=10, quantity=8)
    refer(world.item, plate, "has_part")
    refer(world.item, ItemFactory(space=vault, title="Zqhidden"), "has_part", position=5)
    refer(axle, bolt, "has_part")
    refer(plate, ItemFactory(space=vault, title="Zqbelow"), "has_part")
    found = list(structure.parts(actor_of(world.reader), world.item))
    assert [(one.target.title, one.amount, one.more) for one in found] == [
        ("Bolt", "8", False),
        ("Axle", "0.25", True),
        ("Plate", "1", False),
    ]
    page = text(visit(world.reader, "item_structure", world.item.pk))
    assert f'href="{reverse("content:item_structure", args=[platform.slug, axle.pk])}"' in page  # without script
    rows = text(visit(world.reader, "item_structure", axle.pk, headers=LEVEL))
    assert rows.lstrip().startswith("<li")
    assert not [word for word in ("Zqhidden", "Zqbelow", "Zqvault") if word in page + rows]
    used = [(one.source.title, one.more) for one in structure.uses(actor_of(world.reader), bolt)]
    assert used == [("Axle", True), ("Bracket", False)]


def test_a_thousand_parts_come_in_pages(world, visit, text):
    made = Item.objects.bulk_create(
        Item(
            platform=world.item.platform,
            space=world.space,
            organization=world.item.organization,
            owner=world.item.owner,
            type=world.item.type,
            category=world.item.category,
            number=f"B-{number}",
            title=f"Ball {number}",
        )
        for number in range(1000)
    )
    Reference.objects.bulk_create(
        Reference(source=world.item, target=part, kind="has_part", quantity=1, created_by=part.owner) for part in made
    )
    if connection.vendor == "postgresql":  # rows that one transaction brings are planned for as if there were none
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE content_item, content_reference")
    rows = text(visit(world.reader, "item_structure", world.item.pk, query="?page=10", headers=LEVEL))
    assert (rows.count("g-branch"), "further" in rows) == (100, False)
    assert "100 of 1000 are here" in text(visit(world.reader, "item_structure", world.item.pk, headers=LEVEL))
    assert len(parts_lists.total(actor_of(world.reader), world.item).lines) == 1000


def test_sums_are_exact_where_a_part_is_used_in_many_places_and_end_whatever_is_stored(world):
    made = [world.item] + [ItemFactory(space=world.space, title=f"Level {number}") for number in range(25)]
    for above, below in pairwise(made):
        refer(above, below, "has_part", quantity=3)
    refer(made[0], made[2], "has_part", quantity=Decimal("0.5"))
    found = parts_lists.total(actor_of(world.reader), world.item)
    sums = {line.item.title: line.amount for line in found.lines}
    assert (sums["Level 0"], sums["Level 1"], sums["Level 2"]) == ("3", "9.5", "28.5")
    Reference.objects.filter(source=made[-2]).update(quantity=Decimal(10) ** 8)
    Reference.objects.filter(source=made[-3]).update(quantity=Decimal(10) ** 8)
    (last,) = (line for line in parts_lists.total(actor_of(world.reader), world.item).lines if line.item == made[-1])
    assert last.amount == "more than 1,000,000,000,000,000"
    refer(made[-1], made[3], "has_part")  # past every rule: a circle
    assert parts_lists.total(actor_of(world.reader), world.item).lines


def test_the_parts_list_leaves_as_cells_that_no_spreadsheet_runs(world, visit, text):
    refer(world.item, ItemFactory(space=world.space, title="=1+1"), "has_part", quantity=4)
    sent = text(visit(world.reader, "parts_export", world.item.pk, data={}))
    head, row = csv.reader(StringIO(sent.removeprefix("\ufeff")), delimiter=";")
    assert dict(zip(head, row, strict=True))["title"] == "'=1+1"
    assert dict(zip(head, row, strict=True))["quantity"] == "4"


@pytest.fixture
def companies(platform):
    """A space where three companies work, each with its items, parts of each other at random, and a bound person."""
    space = SpaceFactory(platform=platform, title="Meeting")
    chance, found = random.Random(34), {}  # noqa: S311 - the same graph each time
    for name in ("Zqalpha", "Zqbeta", "Zqgamma"):
        company = OrganizationFactory(platform=platform, name=f"{name} works")
        member = worker(platform, "external", company=company)
        give(member, space, "author", restricted=True)
        made = [
            ItemFactory(space=space, organization=company, owner=member.user, title=f"{name} {number}")
            for number in range(4)
        ]
        found[name] = (member, made)
    everything = [item for _member, made in found.values() for item in made]
    chance.shuffle(everything)
    for number, above in enumerate(everything):
        for below in everything[number + 1 :]:
            if chance.random() < 0.5:
                refer(above, below, "has_part", quantity=chance.randint(1, 4), position=chance.randint(1, 99))
            elif chance.random() < 0.3:
                refer(below, above, chance.choice(("refers_to", "derived_from", "replaces", "documented_by")))
    return found, everything


def oracle(top, own):
    """Return {title: sum} below `top`, walking every path through items of the one company."""
    sums = {}

    def walk(item, times):
        for edge in item.references.filter(kind="has_part", target__in=own).select_related("target"):
            sums[edge.target.title] = sums.get(edge.target.title, 0) + times * edge.quantity
            walk(edge.target, times * edge.quantity)

    walk(top, 1)
    return sums


def test_t34_t31_b07_restricted_people_find_nothing_of_other_companies_in_any_tree(companies, visit, text):
    found, everything = companies
    pages = ("item_detail", "item_structure", "item_uses", "parts_list", "item_relations", "item_record")
    for name, (member, own) in list(found.items())[:2]:
        others = [word for word in found if word != name]
        for item in everything:
            answers = [visit(member, page, item.pk) for page in pages]
            answers.append(visit(member, "item_relations", item.pk, query="?way=in"))
            answers.append(visit(member, "item_structure", item.pk, headers=LEVEL))
            assert {answer.status_code for answer in answers} == ({200} if item in own else {404})
            shown = "".join(text(answer) for answer in answers)
            assert not [word for word in others if word in shown]
            if item in own:
                assert name in shown
                lines = parts_lists.total(actor_of(member), item).lines
                assert {line.item.title: line.quantity for line in lines} == oracle(item, own)
        sent = text(visit(member, "parts_export", own[0].pk, data={}))
        picked = text(visit(member, "relation_new", own[0].pk, query="?q=Zq"))
        assert not [word for word in others if word in sent or word in picked.replace("Zq", "", 1)]


def test_t37_who_left_the_space_reaches_no_relation_through_what_they_made(world, visit, space):
    part = ItemFactory(space=space, owner=world.author.user)
    reference = refer(world.item, part, "has_part")
    Item.objects.filter(pk=world.item.pk).update(locked_by=world.author.user)
    Credential.objects.filter(user=world.author.user).delete()
    asked = [("item_structure", (), None), ("item_uses", (), None), ("parts_list", (), None), ("parts_export", (), {})]
    asked += [("relation_new", (), {"kind": "refers_to", "target": part.pk}), ("item_relations", (), None)]
    asked += [("relation_edit", (reference.pk,), {"quantity": "9"}), ("relation_end", (reference.pk,), {})]
    for name, more, data in asked:
        assert visit(world.author, name, world.item.pk, *more, data=data).status_code == 404, name
    assert Reference.objects.get().quantity == 1
