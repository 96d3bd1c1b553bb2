"""What the API answers about relations of items: both ways, made, changed and ended as on their pages."""

from decimal import Decimal
from typing import Annotated, Literal

from ninja import Query, Router, Schema
from pydantic import Field

from content import reading, references, structure
from content.api.shapes import Id, ItemRef, PageQuery, Reason, Sent, named, paged, still_read
from content.forms import PartForm, RelationForm
from content.models import ReferenceKind
from tenants.api import act, taken

router = Router(tags=["Relations"])
Quantity = Annotated[Decimal, Field(gt=0, lt=10**9)]


class RelationQuery(PageQuery):
    """Which way: what the item is related to, or what is related to it."""

    way: Literal["out", "in"] = "out"


class PartIn(Sent):
    """What is said of a part: what is left out stays. A repair needs a reason."""

    quantity: Quantity | None = None
    position: int | None = None
    reason: Reason = ""


class RelationIn(PartIn):
    """A new relation to an item; quantity and position count for parts alone."""

    kind: Literal[tuple(ReferenceKind.values)]
    target: Id


class RelationOut(Schema):
    """A relation, read from its source."""

    id: int
    kind: str
    source: ItemRef
    target: ItemRef
    quantity: str | None
    position: int | None


class RelationsOut(Schema):
    """A page of relations, and the number of the next one if there is one."""

    relations: list[RelationOut]
    next: int | None


class RelationEndedOut(Schema):
    """The relation that ended."""

    ended: int


@router.get("/items/{int:pk}/relations", response={200: RelationsOut})
def relation_list(request, pk: int, asked: Query[RelationQuery]):
    """List the relations of an item one way, as far as one reads the other ends."""
    actor, item = request.actor, reading.visit_item(request.actor, pk)
    rows = (structure.referrers if asked.way == "in" else structure.references)(actor, item)
    found, more = paged(rows, asked)
    for one in found:
        setattr(one, "target" if asked.way == "in" else "source", item)
    return {"relations": [_shown(actor, one) for one in found], "next": more}


def _shown(actor, one):
    ends = {"source": named(actor, one.source), "target": named(actor, one.target)}
    facts = {"id": one.pk, "kind": one.kind, "position": one.position}
    return facts | ends | {"quantity": str(one.amount) if one.is_part else None}


@router.post("/items/{int:pk}/relations", response={201: RelationOut})
def relation_make(request, pk: int, new: RelationIn):
    """Relate an item to another one."""
    actor, item = request.actor, reading.open_item(request.actor, pk)
    kept = lambda values: still_read(actor, values["target"])  # noqa: E731
    return act(request, lambda: _made(actor, item, new), status=201, again=kept)


def _made(actor, item, new):
    form = taken(RelationForm(new.dict(), item=item, readable=structure.relatable(actor)))
    return _shown(actor, references.add_reference(actor=actor, item=item, **form.wish()))


@router.patch("/items/{int:pk}/relations/{int:reference}", response={200: RelationOut})
def relation_edit(request, pk: int, reference: int, change: PartIn):
    """Change the quantity or position of a part."""
    actor, item = request.actor, reading.open_item(request.actor, pk)
    found = structure.find(actor, item, reference)
    return act(request, lambda: _changed(actor, found, change))


def _changed(actor, found, change):
    stored = {"quantity": found.quantity, "position": found.position}
    relation = taken(PartForm(stored | change.dict(exclude_unset=True))).relation(found.kind)
    return _shown(actor, references.change_reference(actor=actor, reference=found, relation=relation))


@router.delete("/items/{int:pk}/relations/{int:reference}", response={200: RelationEndedOut})
def relation_end(request, pk: int, reference: int, reason: Reason = ""):
    """End a relation; its target stays as it is."""
    actor, item = request.actor, reading.open_item(request.actor, pk)

    def ended():
        found = structure.find(actor, item, reference)
        references.end_reference(actor=actor, reference=found, reason=reason)
        return {"ended": reference}

    return act(request, ended)
