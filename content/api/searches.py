"""What the API answers about searches that one keeps and watches, as on their page."""

from django.http import QueryDict
from ninja import Router, Schema
from pydantic import Field

from content import saved, watching
from content.api.own import WatchedOut, watch_or_leave
from content.api.shapes import Sent, Word
from content.forms import MANY, SaveForm, address, wanted
from content.search.asking import LONGEST
from tenants.api import act, taken
from tenants.errors import Unacceptable

router = Router(tags=["Your own"])


class NameIn(Sent):
    """What a search is called."""

    name: Word


class SearchIn(NameIn):
    """A search: its name, and what it asks for as the address of the list on the page says it."""

    query: Word = Field(max_length=saved.LONGEST, description="Such as q=bracket&state=in_work.")


class SearchOut(Schema):
    """A search that one keeps."""

    id: int
    name: str
    query: str
    watched: bool


class ForgottenOut(Schema):
    """The search that is kept no more."""

    ended: int


@router.get("/searches", response={200: list[SearchOut]})
def search_list(request):
    """List the searches that one keeps here."""
    return [_shown(one) for one in saved.mine(request.actor).select_related("watch")]


def _shown(search):
    return {"id": search.pk, "name": search.name, "query": search.query, "watched": hasattr(search, "watch")}


@router.post("/searches", response={201: SearchOut})
def search_save(request, new: SearchIn):
    """Keep a search under a name."""

    def kept():
        query = QueryDict(new.query)
        asked = wanted(query)
        if asked.ignored or len(asked.words) > LONGEST or query.keys() - {*MANY, "q", "sort"}:
            raise Unacceptable("Some of it asks for nothing that there is.", "query", "Copy it from the page.")
        return _shown(saved.save_search(actor=request.actor, name=_name(new), query=address(asked)))

    return act(request, kept, status=201, again=lambda values: saved.find_search(request.actor, values["id"]))


def _name(sent):
    return taken(SaveForm({"name": sent.name})).cleaned_data["name"]


@router.patch("/searches/{int:pk}", response={200: SearchOut})
def search_rename(request, pk: int, sent: NameIn):
    """Give a search another name."""
    saved.find_search(request.actor, pk)
    return act(request, lambda: _shown(saved.rename_search(actor=request.actor, pk=pk, name=_name(sent))))


@router.delete("/searches/{int:pk}", response={200: ForgottenOut})
def search_delete(request, pk: int):
    """Keep a search no more."""

    def forgotten():
        saved.delete_search(actor=request.actor, pk=pk)
        return {"ended": pk}

    return act(request, forgotten)


@router.put("/searches/{int:pk}/watch", response={200: WatchedOut})
def search_watch(request, pk: int):
    """Be told when a search finds something new."""
    return watch_or_leave(request, pk, (saved.find_search, watching.watch_search), watched=True)


@router.delete("/searches/{int:pk}/watch", response={200: WatchedOut})
def search_unwatch(request, pk: int):
    """Be told of a search no more."""
    return watch_or_leave(request, pk, (saved.find_search, watching.leave_search), watched=False)
