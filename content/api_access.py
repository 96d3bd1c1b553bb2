"""What the API answers about who has an item: moving it, and giving and ending shares, as on the pages."""

from ninja import Query, Router

from content import move_preview, moves, reading, recipients, shared, shares
from content.api_shapes import (
    EndedOut,
    MovedOut,
    MoveIn,
    MoveOut,
    MoveQuery,
    ShareIn,
    ShareOut,
    person,
    share_shown,
    shown,
)
from content.move_forms import PlaceForm
from content.names import Names
from content.share_forms import ShareForm
from content.share_words import told
from tenants import access, limits
from tenants import actor as actors
from tenants.api import act, taken
from tenants.errors import Unacceptable
from tenants.models import Member

router = Router(tags=["Access"])


@router.get("/items/{int:pk}/move", response={200: MoveOut})
def move_preview_of(request, pk: int, wanted: Query[MoveQuery]):
    """Say who would gain and who would lose an item by a move, and why it cannot be, without moving it."""
    item = reading.visit_item(request.actor, pk)
    access.require(request.actor, "move", item)
    effect = move_preview.effect_of(request.actor, item, _place(request.actor, item, wanted))
    sides = {"gains": _side(request.actor, effect.gains), "losses": _side(request.actor, effect.losses)}
    return sides | {"refusal": effect.refusal, "shown": effect.token}


def _side(actor, side):
    names = Names(actor)
    names.load({member.user_id for member in side.rows})
    return {"people": [person(member.user, names) for member in side.rows], "others": side.others}


def _place(actor, item, wanted):
    """Return the Place that was asked for, of what the form of the page offers; what is left out stays."""
    owner = ""
    if wanted.content_owner not in (None, item.owner_id):
        member = Member.objects.filter(platform=actor.platform, user=wanted.content_owner).first()
        owner = member.pk if member else "nobody"
    given = {"space": wanted.space or item.space_id, "organization": wanted.organization or item.organization_id}
    return taken(PlaceForm(given | {"owner": owner}, actor=actor, item=item)).place()


@router.post("/items/{int:pk}/move", response={200: MovedOut})
def item_move(request, pk: int, wanted: MoveIn):
    """Move an item, hand it over, or both; `shown` of the preview makes sure that it still does what it said."""
    actor, item = request.actor, reading.open_item(request.actor, pk)
    return act(request, lambda: _moved(actor, item, wanted))


def _moved(actor, item, wanted):
    access.require(actor, "move", item)
    place = _place(actor, item, wanted)
    if wanted.shown is not None and wanted.shown != move_preview.effect_of(actor, item, place).token:
        raise Unacceptable("It would do something else now than it said.", field="shown", remedy="Look at it again.")
    found = moves.move_item(actor=actor, item=item, place=place)
    left = actors.of(actor.user, actor.platform)
    return {"moved": True, "item": shown(left, found) if access.can(left, "read", found) else None}


@router.get("/items/{int:pk}/shares", response={200: list[ShareOut]})
def share_list(request, pk: int):
    """List the shares of an item: all for who may share it, else one's own."""
    item = reading.visit_item(request.actor, pk)
    return [share_shown(one) for one in _told(request.actor, item)]


def _told(actor, item):
    return told(actor, shared.of_item(actor, item), recipients.place(actor, item))


@router.post("/items/{int:pk}/shares", response={201: ShareOut})
def share_give(request, pk: int, wanted: ShareIn):
    """Share an item with one person or group: `whom` is an address, a full name or the name of a group, exactly."""
    limits.spend(request, "search")
    actor, item = request.actor, reading.open_item(request.actor, pk)
    return act(request, lambda: _given(actor, item, wanted), status=201)


def _given(actor, item, wanted):
    access.require(actor, "share", item)
    typed = {"level": wanted.level, "ends_on": wanted.ends_on}
    form = taken(ShareForm(typed, levels=shares.levels(actor, item), zone=actor.platform.zone))
    recipient = recipients.exactly(actor, item, wanted.whom)
    if recipient is None:
        raise Unacceptable("Nobody whom you may share it with has exactly this address or name.", field="whom")
    shares.give_share(actor=actor, item=item, recipient=recipient, spec=form.spec())
    to = recipients.address_of(recipient)
    return share_shown(next(one for one in _told(actor, item) if one.to == to))


@router.delete("/items/{int:pk}/shares/{str:to}", response={200: EndedOut})
def share_end(request, pk: int, to: str):
    """End a share by its `to`; the recipient ends their own."""
    actor, item = request.actor, reading.open_item(request.actor, pk)
    return act(request, lambda: _ended(actor, item, to))


def _ended(actor, item, to):
    share, _mine = shared.ending(actor, item, to)
    shares.end_share(actor=actor, item=item, share=share)
    return {"ended": to}
