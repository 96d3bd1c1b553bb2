"""What the API answers about spaces."""

from ninja import Query, Router, Schema

from spaces.models import Space
from spaces.rules import people_known
from tenants import access, events
from tenants.api_record import EntriesOut, EntriesQuery, listed
from tenants.errors import NotVisible
from tenants.models import AuditEvent
from tenants.web import note_look

router = Router(tags=["Spaces"])


class SpaceOut(Schema):
    """A space that the token's owner sees."""

    id: int
    title: str
    description: str
    visibility: str
    responsibilities: list[str]


@router.get("/spaces", response={200: list[SpaceOut]})
def space_list(request):
    """List the spaces one sees, with the responsibilities one holds in each."""
    held = {}
    for one in request.actor.held:
        held.setdefault(one.space_id, []).append(one.responsibility_name)
    spaces = access.narrow(Space.objects.all(), request.actor, "see").order_by("title", "pk")
    return [
        {
            "id": space.pk,
            "title": space.title,
            "description": space.description,
            "visibility": space.visibility,
            "responsibilities": held.get(space.pk, []),
        }
        for space in spaces
    ]


@router.get("/spaces/{int:pk}/record", response={200: EntriesOut})
def space_record(request, pk: int, asked: Query[EntriesQuery]):
    """Look at what was done in a space; looking is recorded."""
    actor, space = request.actor, Space.objects.filter(platform=request.platform, pk=pk).first()
    if space is None:
        raise NotVisible
    access.require(actor, "see_record", space)
    rows = events.visible(actor, AuditEvent.objects.filter(space_id=space.pk))
    told = listed(actor, rows, asked, known=people_known(actor, space.pk))
    note_look(request, space, space_id=space.pk)
    return told
