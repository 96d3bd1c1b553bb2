"""Reads how items hang together, as far as one reader has them in lists: what they do not read is not there.

Parts and where-used come a level at a time, in a fixed number of queries; a parts list adds up what one reads.
"""

from django.db.models import Exists, F, Max, OuterRef

from content import reading
from content.models import Category, Reference, ReferenceKind
from tenants.errors import NotVisible

PART = ReferenceKind.HAS_PART
STEP = 10  # between find numbers, so that one fits in between


def references(actor, item):
    """Return the relations of an item to items that the actor reads."""
    found = Reference.objects.filter(source=item, target__in=reading.listed(actor))
    return found.select_related("target__space", "target__type", "target__organization").order_by("kind", *_placed())


def relatable(actor):
    """Return what the actor may relate an item to: what is in their lists, personal items aside."""
    return reading.listed(actor).exclude(category=Category.PERSONAL)


def referrers(actor, item):
    """Return the relations of items that the actor reads to this one."""
    found = Reference.objects.filter(target=item, source__in=reading.listed(actor))
    return found.select_related("source__space", "source__type", "source__organization").order_by("kind", "pk")


def find(actor, item, pk):
    """Return one relation of the item. Raises NotVisible for those of others and to what the actor does not read."""
    found = references(actor, item).filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def parts(actor, item):
    """Return the parts of an item, by find number; `more` tells whether the part has parts that the actor reads."""
    below = Reference.objects.filter(source=OuterRef("target"), kind=PART, target__in=reading.listed(actor))
    return references(actor, item).filter(kind=PART).annotate(more=Exists(below)).order_by(*_placed())


def uses(actor, item):
    """Return where an item is a part; `more` tells whether the assembly is itself a part of what the actor reads."""
    above = Reference.objects.filter(target=OuterRef("source"), kind=PART, source__in=reading.listed(actor))
    found = referrers(actor, item).filter(kind=PART).annotate(more=Exists(above))
    return found.order_by("source__title", "pk")


def next_position(actor, item):
    """Return a find number after those that the actor reads."""
    last = references(actor, item).filter(kind=PART).order_by().aggregate(last=Max("position"))["last"]
    return (last or 0) + STEP


def _placed():
    return F("position").asc(nulls_last=True), "pk"
