"""What the API answers about who has an item: moving it, and giving and ending shares, as on the pages."""

from ninja import Query, Router

from content import move_preview, moves, reading, recipients, share_effects, shared, shares
from content.api.shapes import (
    EffectOut,
    EffectQuery,
    EndedOut,
    MovedOut,
    MoveIn,
    MoveOut,
    MoveQuery,
    ShareChangeIn,
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
from spaces import days
from tenants import access, limits
from tenants import actor as actors
from tenants.api import act, taken
from tenants.errors import NotVisible, Unacceptable
from tenants.models import Member

router = Router(tags=["Access"])
OTHERWISE = "It would do something else now than it said.", "shown", "Look at it again."


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
        raise Unacceptable(*OTHERWISE)
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
    access.require(actor, "share", item)  # a kept answer names people
    return act(request, lambda: _given(actor, item, wanted), status=201)


def _given(actor, item, wanted):
    access.require(actor, "share", item)
    spec, recipient = _spec(actor, item, wanted.dict()), _recipient(actor, item, wanted.whom)
    shares.give_share(actor=actor, item=item, recipient=recipient, spec=spec)
    return _shown(actor, item, recipient)


def _shown(actor, item, recipient):
    to = recipients.address_of(recipient)
    return share_shown(next(one for one in _told(actor, item) if one.to == to))


@router.get("/items/{int:pk}/share-effect", response={200: EffectOut})
def share_effect(request, pk: int, asked: Query[EffectQuery]):
    """Say what a share would open or close, for whom, before it is given, changed or ended."""
    actor, item = request.actor, reading.visit_item(request.actor, pk)
    if asked.level is None:
        share, _mine = shared.ending(actor, item, asked.to)
        effect = share_effects.effect_of(actor, item, shares.recipient_of(item, share), None)
    else:
        access.require(actor, "share", item)
        whom = _whom(request, item, asked)
        effect = share_effects.of_share(actor, item, whom, _spec(actor, item, asked.dict(), whom[1]))
    people = [{"name": name, "change": one.words} for name, one in effect.rows]
    refusal = effect.refusal.reason if effect.refusal else ""
    return {"people": people, "others": effect.others, "refusal": refusal, "shown": effect.token}


def _whom(request, item, asked):
    """Return (with whom, their share or None) of what names a share, or else a person or group."""
    if asked.to:
        return shared.changing(request.actor, item, asked.to)
    limits.spend(request, "search")
    return _recipient(request.actor, item, asked.whom), None


def _spec(actor, item, typed, was=None):
    return taken(ShareForm(typed, levels=shares.levels(actor, item), zone=actor.platform.zone, share=was)).spec()


def _recipient(actor, item, whom):
    found = recipients.exactly(actor, item, whom)
    if found is None:
        raise Unacceptable("Nobody whom you may share it with has exactly this address or name.", field="whom")
    return found


@router.patch("/items/{int:pk}/shares/{str:to}", response={200: ShareOut})
def share_change(request, pk: int, to: str, wanted: ShareChangeIn):
    """Give a share another level or end; `shown` of its effect makes sure that it still does what it said."""
    actor, item = request.actor, reading.open_item(request.actor, pk)
    access.require(actor, "share", item)
    whom = shared.changing(actor, item, to)
    if whom[1] is None:
        raise NotVisible
    return act(request, lambda: _changed(actor, item, whom, wanted))


def _changed(actor, item, whom, wanted):
    was = whom[1]
    stored = {"level": was.get_level(), "ends_on": days.last_day(was.ends_at, actor.platform.zone)}
    given = {name: value for name, value in wanted.dict(exclude_unset=True).items() if value or name == "ends_on"}
    spec = _spec(actor, item, stored | given)
    if wanted.shown is not None and wanted.shown != share_effects.of_share(actor, item, whom, spec).token:
        raise Unacceptable(*OTHERWISE)
    shares.change_share(actor=actor, item=item, share=was, spec=spec)
    return _shown(actor, item, whom[0])


@router.delete("/items/{int:pk}/shares/{str:to}", response={200: EndedOut})
def share_end(request, pk: int, to: str):
    """End a share by its `to`; the recipient ends their own."""
    actor, item = request.actor, reading.open_item(request.actor, pk)
    return act(request, lambda: _ended(actor, item, to))


def _ended(actor, item, to):
    share, _mine = shared.ending(actor, item, to)
    shares.end_share(actor=actor, item=item, share=share)
    return {"ended": to}
