"""What the API answers about routes of changes: told to who works on changes, kept by Administrators."""

from ninja import Router

from content.api.change_shapes import NewRouteIn, RouteEndedOut, RouteOut
from content.api.changes import whom_of
from content.changes import asking, showing
from content.names import Names
from tenants import access
from tenants.api import act
from tenants.errors import NotVisible
from tenants.models import Member, Status

router = Router(tags=["Changes"])


@router.get("/routes", response={200: list[RouteOut]})
def route_list(request):
    """List the routes of the platform, to who raises or decides changes somewhere and to who keeps them."""
    access.require(request.actor, "know_routes", request.platform)
    return _listed(request.actor, showing.routes(request.platform))


def _listed(actor, rows):
    """Return routes as the API shows them; a fixed number of queries."""
    found, names = list(rows.prefetch_related("slots__user", "slots__group")), Names(actor)
    names.load({slot.user_id for route in found for slot in route.slots.all() if slot.user_id})
    return [_shown(route, names) for route in found]


def _shown(route, names):
    facts = {"id": route.pk, "name": route.name, "quorum": route.quorum}
    return facts | {"asked": [_slot(slot, names) for slot in route.slots.all()]}


def _slot(slot, names):
    return {
        "purpose": slot.purpose,
        "whom": showing.whom(slot, names),
        "person": slot.user_id if slot.user_id and names.may(slot.user_id) else None,
        "group": slot.group_id if names.bound is None else None,
        "responsibility": slot.responsibility or None,
    }


@router.get("/routes/{int:pk}", response={200: RouteOut})
def route_detail(request, pk: int):
    """Show a route."""
    access.require(request.actor, "know_routes", request.platform)
    return _one(request.actor, _route(request, pk))


def _route(request, pk):
    found = showing.routes(request.platform).filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def _one(actor, route):
    return _listed(actor, showing.routes(actor.platform).filter(pk=route.pk))[0]


@router.post("/routes", response={201: RouteOut})
def route_make(request, new: NewRouteIn):
    """Make a route; Administrators."""
    access.require(request.actor, "set_options", request.platform)
    return act(request, lambda: _stored(request.actor, new), status=201)


@router.put("/routes/{int:pk}", response={200: RouteOut})
def route_set(request, pk: int, new: NewRouteIn):
    """Say what a route asks from now on; Administrators. Changes that followed it stay as they are."""
    access.require(request.actor, "set_options", request.platform)
    route = _route(request, pk)
    return act(request, lambda: _stored(request.actor, new, route))


def _stored(actor, new, route=None):
    people = {asked.person for asked in new.asked} - {None}
    rows = Member.objects.filter(platform=actor.platform, status=Status.ACTIVE, user__in=people)
    numbers = dict(rows.values_list("user", "pk"))
    wishes = [asking.Wish(asked.purpose, whom_of(asked, numbers)) for asked in new.asked]
    told = {"name": new.name, "quorum": new.quorum, "wishes": wishes}
    return _one(actor, asking.set_route(actor=actor, route=route, **told))


@router.delete("/routes/{int:pk}", response={200: RouteEndedOut})
def route_delete(request, pk: int):
    """Delete a route; Administrators. Changes that followed it stay as they are."""
    access.require(request.actor, "set_options", request.platform)

    def deleted():
        asking.delete_route(actor=request.actor, route=_route(request, pk))
        return {"ended": pk}

    return act(request, deleted)
