"""What the API answers about spaces."""

from ninja import Router, Schema

from spaces.models import Space
from tenants import access

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
