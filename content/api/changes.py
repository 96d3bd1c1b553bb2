"""What the API answers about changes: the lists, acts and refusals of their pages. A token signs nothing."""

from functools import partial

from ninja import Query, Router

from content import reading
from content.api.change_shapes import (
    AskIn,
    ChangeDetailOut,
    ChangeIn,
    ChangeOut,
    ChangeQuery,
    ChangesOut,
    DeedIn,
    LineIn,
    NewChangeIn,
    QuorumIn,
    RouteIn,
    StepIn,
)
from content.api.shapes import (
    ItemOut,
    named,
    paged,
    person,
    shown,
    still_read,
)
from content.changes import asking, authority, raising, showing, steps, table
from content.changes.forms import ChangeForm, NewChangeForm, WishForm
from content.names import Names
from tenants import limits
from tenants.access import Decision
from tenants.api import act, refused, taken, version_of
from tenants.errors import AccessDenied, Changed, Unacceptable

router = Router(tags=["Changes"])
UNSIGNED = Decision(
    False,
    "A token signs nothing: a signature takes your password or passkey.",
    remedy="Sign on the page of the change.",
)


@router.get("/changes", response={200: ChangesOut})
def change_list(request, asked: Query[ChangeQuery]):
    """List the changes of which one has an item in lists, the newest first."""
    if asked.q:
        limits.spend(request, "search")
    rows = showing.found(request.actor, asked.q, asked.state, asked.mine)
    found, more = paged(rows, asked)
    names = Names(request.actor)
    names.load({change.raised_by_id for change in found})
    return {"changes": [_head(change, names) for change in found], "next": more}


def _head(change, names):
    facts = {name: getattr(change, name) for name in ("number", "title", "reason", "state", "quorum", "version")}
    moments = {name: getattr(change, name) for name in ("created_at", "changed_at", "completed_at")}
    told = {name: moment and moment.isoformat() for name, moment in moments.items()}
    return {"id": change.pk, "raised_by": person(change.raised_by, names)} | facts | told


@router.post("/items/{int:pk}/changes", response={201: ChangeOut})
def change_raise(request, pk: int, new: NewChangeIn):
    """Raise a change of an item: a draft, which is the request."""
    actor, item = request.actor, reading.open_item(request.actor, pk)

    def raised():
        facts = taken(NewChangeForm(new.dict())).cleaned_data
        return _one(actor, raising.raise_change(actor=actor, item=item, **facts))

    return act(request, raised, status=201, again=lambda values: authority.open_change(actor, values["id"]))


def _one(actor, change):
    """Return a change as acts answer it: nothing of its items, for a kept answer tells nothing that was lost."""
    names = Names(actor)
    names.load({change.raised_by_id})
    return _head(change, names)


@router.get("/changes/{int:pk}", response={200: ChangeDetailOut})
def change_detail(request, pk: int):
    """Show everything about a change that one may see, and the steps that one may take."""
    actor, opened = request.actor, authority.open_change(request.actor, pk)
    authority.record_openings(actor, opened)
    told = showing.outlook(actor, opened)
    works, leading = told["may_work"], told["steps"]
    thrown = [line.pk for line in opened.lines if line.item_id not in opened.items]
    return _one(actor, opened.change) | {
        "items": [_line(actor, line) for line in opened.seen],
        "others": opened.others,
        "in_trash": thrown if works else [],
        **_asked(actor, opened),
        "used_by": [{"level": level, "item": named(actor, item)} for level, item in told["used"]],
        "used_by_others": told["used_by_others"],
        "steps": [{"target": to, "label": label} for to, label, may in leading if may],
        "may_work": works,
        "routes": [route.name for route in showing.routes(actor.platform)] if works else [],
    }


def _line(actor, line):
    ends = {"item": named(actor, line.shown), "realized": named(actor, line.led_to)}
    return {"id": line.pk, "deed": line.deed} | ends


def _asked(actor, opened):
    told = showing.about(actor, opened)
    return {"asked": [_slot(slot, told["names"]) for slot in told["slots"]], "waits_for_me": bool(told["mine"])}


def _slot(slot, names):
    signed = [_signature(one, names) for one in slot.signatures.all()]
    return {"id": slot.pk, "purpose": slot.purpose, "whom": slot.whom, "signatures": signed}


def _signature(one, names):
    facts = {name: getattr(one, name) for name in ("agrees", "remark", "method", "counts")}
    return facts | {"by": person(one.user, names), "at": one.at.isoformat()}


@router.patch("/changes/{int:pk}", response={200: ChangeOut})
def change_edit(request, pk: int, sent: ChangeIn):
    """Change the words of a change; a later version answers 412 with what is."""
    change = authority.open_change(request.actor, pk).change
    try:
        return act(request, lambda: _edited(request, change, sent))
    except Changed as stale:
        return refused(request, stale, stored=_one(request.actor, authority.open_change(request.actor, pk).change))


def _edited(request, change, sent):
    version = version_of(request, sent.version)
    typed = {name: getattr(change, name) if value is None else value for name, value in sent.dict().items()}
    words = taken(ChangeForm(typed | {"version": version})).cleaned_data
    return _one(request.actor, raising.edit_change(actor=request.actor, change=change, **words))


def _act(request, pk, service, *, status=200, **told):
    """Let a service do something to a change that the actor sees, and answer it as it is then."""
    actor, change = request.actor, authority.open_change(request.actor, pk).change

    def done():
        service(actor=actor, change=change, **told)
        change.refresh_from_db()
        return _one(actor, change)

    return act(request, done, status=status)


@router.post("/changes/{int:pk}/items", response={201: ChangeOut})
def change_add(request, pk: int, sent: LineIn):
    """Bring another item into a change."""
    return _act(request, pk, _add, status=201, sent=sent)


def _add(*, actor, change, sent):
    item = showing.addable(actor).filter(pk=sent.item).first()
    if item is None:
        raise Unacceptable("There is no such item that you may bring into a change.", field="item")
    raising.add_item(actor=actor, change=change, item=item, deed=sent.deed)


@router.patch("/changes/{int:pk}/items/{int:line}", response={200: ChangeOut})
def change_line(request, pk: int, line: int, sent: DeedIn):
    """Let something else happen to an affected item."""
    return _act(request, pk, raising.set_deed, line=line, deed=sent.deed)


@router.delete("/changes/{int:pk}/items/{int:line}", response={200: ChangeOut})
def change_narrow(request, pk: int, line: int):
    """Take an item out of a change."""
    return _act(request, pk, raising.remove_item, line=line)


@router.post("/changes/{int:pk}/items/{int:line}/revision", response={201: ItemOut})
def change_revise(request, pk: int, line: int):
    """Make the new revision of an affected item under the change."""
    actor, change = request.actor, authority.open_change(request.actor, pk).change
    work = partial(raising.make_revision, actor=actor, change=change, line=line)
    return act(request, lambda: shown(actor, work()), status=201, again=partial(still_read, actor))


@router.post("/changes/{int:pk}/asked", response={201: ChangeOut})
def change_ask(request, pk: int, sent: AskIn):
    """Ask somebody for a signature."""
    return _act(request, pk, _ask, status=201, sent=sent)


def _ask(*, actor, change, sent):
    opened = authority.open_change(actor, change.pk)
    authority.require(actor, opened, table.WORKER)
    members, groups = asking.offered(actor, opened)
    whom = whom_of(sent, {member.user_id: member.pk for member in members})
    form = taken(WishForm({"purpose": sent.purpose, "whom": whom}, people=members, groups=groups))
    asking.ask(actor=actor, change=change, wish=form.wish())


def whom_of(sent, numbers):
    """Return who is to be asked as the forms of the pages say it; `numbers` are memberships by the ids of people."""
    if sent.responsibility:
        return f"responsibility-{sent.responsibility}"
    return f"person-{numbers.get(sent.person, 0)}" if sent.person else f"group-{sent.group}"


@router.delete("/changes/{int:pk}/asked/{int:slot}", response={200: ChangeOut})
def change_unask(request, pk: int, slot: int):
    """Ask somebody no more; what they signed goes with it."""
    return _act(request, pk, asking.ask_no_more, slot=slot)


@router.put("/changes/{int:pk}/quorum", response={200: ChangeOut})
def change_quorum(request, pk: int, sent: QuorumIn):
    """Say how many of those asked it takes."""
    return _act(request, pk, asking.set_quorum, quorum=sent.quorum)


@router.put("/changes/{int:pk}/route", response={200: ChangeOut})
def change_route(request, pk: int, sent: RouteIn):
    """Ask whom a route of the platform names, in place of whom the change asked before."""
    return _act(request, pk, _follow, name=sent.route)


def _follow(*, actor, change, name):
    authority.require(actor, authority.open_change(actor, change.pk), table.WORKER)
    route = showing.routes(actor.platform).filter(name=name).first()
    if route is None:
        raise Unacceptable("There is no such route.", field="route", remedy="The change names them.")
    asking.follow(actor=actor, change=change, route=route.pk)


@router.post("/changes/{int:pk}/steps", response={200: ChangeOut})
def change_step(request, pk: int, sent: StepIn):
    """Take a step: what is in it goes along, wholly or not at all."""
    return _act(request, pk, steps.step, **sent.dict())


@router.post("/changes/{int:pk}/signatures", response={403: None})
def change_sign(request, pk: int):
    """Refuse to sign: a signature takes the password or passkey of a person, which no token stands for."""
    authority.open_change(request.actor, pk)
    raise AccessDenied(UNSIGNED)
