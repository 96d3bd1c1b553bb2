"""How the items of the demo hang together, as one table: an assembly across two spaces, origins and documents."""

from decimal import Decimal

from content import personal
from content.models import Category, Item, ReferenceKind
from content.references import Relation, add_reference

PART, DOCUMENTED = ReferenceKind.HAS_PART, ReferenceKind.DOCUMENTED_BY
# days ago, who, from what, which relation, to what, quantity, find number
RELATED = (
    (63.5, "priya", "Roller", ReferenceKind.REPLACES, "Roller, first study", 1, None),
    (59, "tomas", "Roller set", PART, "Axle", 1, 10),
    (59, "tomas", "Roller set", PART, "Roller", 1, 20),
    (59, "tomas", "Roller set", PART, "Washer 20", 2, 30),
    (58, "tomas", "Belt tensioner", PART, "Base plate", 1, 10),
    (58, "tomas", "Belt tensioner", PART, "Side plate", 2, 20),
    (58, "tomas", "Belt tensioner", PART, "Roller set", 1, 30),
    (58, "tomas", "Belt tensioner", PART, "Washer 20", 8, 40),
    (57, "tomas", "Belt tensioner", DOCUMENTED, "Tensioner requirements", 1, None),
    (56, "tomas", "Side plate", DOCUMENTED, "Side plate drawing", 1, None),
    (20, "mara", "Side plate fixture", ReferenceKind.REFERS_TO, "Side plate", 1, None),
)


# days ago, who, which items they keep, in which folder; no folder is their favourites
KEPT = (
    (10, "tomas", ("Belt tensioner", "Washer 20", "Side plate"), ""),
    (9, "tomas", ("Test plate, hole pattern", "Clamp jaw"), "Trials with the shops"),
    (2, "mara", ("Side plate", "Side plate fixture"), ""),
)


def keep(working, person, titles, folder):
    """Let somebody keep items of the host; `working(person, space, category)` is them with a credential to do so."""
    items = [Item.objects.filter(title=title).order_by("-pk")[0] for title in titles]
    actor = working(person, items[0].space, Category.PERSONAL)
    place = personal.make_folder(actor=actor, title=folder) if folder else None
    for item in items:
        if place:
            personal.put(actor=actor, folder=place, item=item)
        else:
            personal.star(actor=actor, item=item)


def relate(actor_on, person, *related):
    """Relate two items of the host by their titles; `actor_on(person, platform)` is who does it."""
    source_title, kind, target_title, quantity, position = related
    source, target = (Item.objects.filter(title=title).order_by("-pk")[0] for title in (source_title, target_title))
    relation = Relation(kind, Decimal(quantity), position)
    actor = actor_on(person, source.platform)
    add_reference(actor=actor, item=source, target_id=target.pk, relation=relation)


def tables(actor_on, working):
    """Return (act, its table, who does it) of this file."""
    return (relate, RELATED, actor_on), (keep, KEPT, working)
