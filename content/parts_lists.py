"""The parts list of an assembly: every part below it once, with how many there are, over what one reader has in lists.

A branch that the reader does not read is not there, and adds nothing. The sum is exact and ends whatever is stored:
parts of parts are added up in the order of the tree, each once, so that a part used in many places costs no more.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from itertools import batched

from django.db import transaction

from content import reading
from content.models import Reference, ReferenceKind
from content.models.references import written
from content.stored import rows
from tenants import access, audit

MOST = 5000  # parts of one list
DEEPEST = 60  # levels
AT_ONCE = 500  # ids of one query
LARGEST = Decimal(10) ** 15  # a sum beyond says that it is more
HEADER = ("number", "revision", "title", "type", "maturity", "organization", "space", "quantity", "has parts")


@dataclass(frozen=True, slots=True)
class Line:
    """One part with its sum over the whole assembly."""

    item: object
    quantity: Decimal
    has_parts: bool

    @property
    def amount(self):
        """Return the sum as people write it."""
        return written(self.quantity) if self.quantity < LARGEST else f"more than {LARGEST:,}"


@dataclass(frozen=True, slots=True)
class PartsList:
    """The lines by title; not `complete` when there are more parts or levels than one list takes."""

    lines: tuple[Line, ...]
    complete: bool


def total(actor, item):
    """Return the PartsList of an item; as many queries as it has levels, and a few."""
    below, complete = _below(actor, item)
    sums = _sums(item.pk, below)
    found = {}
    for ids in batched(sums.keys() - {item.pk}, AT_ONCE):
        found |= rows(actor.platform).in_bulk(ids)
    lines = [Line(part, sums[pk], pk in below) for pk, part in found.items()]
    lines.sort(key=lambda line: (line.item.title.lower(), line.item.number, line.item.revision))
    return PartsList(tuple(lines), complete)


def _below(actor, item):
    """Return ({id: [(id of a part, quantity)]} of everything below, whether that is all)."""
    below, seen, level = defaultdict(list), {item.pk}, {item.pk}
    for _depth in range(DEEPEST):
        found = {pk for ids in batched(sorted(level), AT_ONCE) for pk in _level(actor, ids, below)}
        level = found - seen
        seen |= level
        if not level:
            return below, True
        if len(seen) > MOST:
            break
    return below, False


def _level(actor, ids, below):
    edges = Reference.objects.filter(kind=ReferenceKind.HAS_PART, source__in=ids, target__in=reading.listed(actor))
    for source, target, quantity in edges.order_by().values_list("source", "target", "quantity"):
        below[source].append((target, quantity))
        yield target


def _sums(top, below):
    """Return {id: sum}; a part is passed on once all assemblies that hold it are summed."""
    waiting = defaultdict(int)
    for parts in below.values():
        for target, _quantity in parts:
            waiting[target] += 1
    sums, ready = defaultdict(Decimal, {top: Decimal(1)}), [top]
    while ready:
        source = ready.pop()
        for target, quantity in below.get(source, ()):
            sums[target] = min(sums[target] + sums[source] * quantity, LARGEST)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return sums


@transaction.atomic
def export(*, actor, item):
    """Write down that the actor takes the parts list away, and return its lines as cells of a CSV."""
    decision = access.require(actor, "read", item)
    found = total(actor, item)
    after = {"list": "parts list", "rows": len(found.lines)}
    audit.record(actor, "list_exported", item, space_id=item.space_id, decision=decision, after=after)
    return [_cells(line) for line in found.lines]


def _cells(line):
    item = line.item
    owned = (item.organization.name, item.space.title)
    return [
        item.number,
        item.revision,
        item.title,
        item.type.name,
        item.get_maturity_display(),
        *owned,
        line.amount,
        line.has_parts,
    ]
