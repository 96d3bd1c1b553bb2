"""What the API answers about what one keeps for oneself: what one watches, favourites and folders."""

from ninja import Query, Router, Schema

from content import personal, reading, watching
from content.api.shapes import Id, ItemRef, PageQuery, Sent, SpaceRef, Word, named, paged, still_read
from content.changes import authority
from content.personal_forms import FolderForm
from tenants.api import act, taken

router = Router(tags=["Your own"])


class WatchIn(Sent):
    """How an item is watched."""

    below: bool = False


class FolderIn(Sent):
    """A new folder, in another one or by itself."""

    title: Word
    within: Id | None = None


class KeepIn(Sent):
    """An item to keep."""

    item: Id


class WatchedOut(Schema):
    """Whether an item or a change is watched, and whether with all below it."""

    watched: bool
    below: bool


class WatchOut(Schema):
    """An item that one watches."""

    item: ItemRef
    below: bool


class SearchRef(Schema):
    """A search that one keeps."""

    id: int
    name: str


class ChangeRef(Schema):
    """A change that one watches."""

    id: int
    number: str
    title: str


class WatchesOut(Schema):
    """A page of watched items, the number of the next one if there is one, and what else one watches."""

    items: list[WatchOut]
    next: int | None
    changes: list[ChangeRef]
    searches: list[SearchRef]
    spaces: list[SpaceRef]


class FolderOut(Schema):
    """A folder of one's own; `depth` counts those it stands in."""

    id: int
    title: str
    depth: int


class EntryOut(Schema):
    """What is in a folder."""

    id: int
    item: ItemRef


class EntriesOut(Schema):
    """A page of what is in a folder, and the number of the next one if there is one."""

    entries: list[EntryOut]
    next: int | None


class StarredOut(Schema):
    """Whether an item is among one's favourites."""

    starred: bool


class KeptOut(Schema):
    """Whether something is still in a folder."""

    kept: bool


@router.get("/watches", response={200: WatchesOut})
def watch_list(request, asked: Query[PageQuery]):
    """List what one watches, as far as one reads it."""
    actor = request.actor
    found, more = paged(watching.items(actor), asked)
    return {
        "items": [{"item": named(actor, watch.item), "below": watch.below} for watch in found],
        "next": more,
        "changes": [_change(watch.change) for watch in watching.changes(actor)],
        "searches": [{"id": search.pk, "name": search.name} for search in watching.searches(actor)],
        "spaces": [{"id": pk, "title": title} for pk, title in watching.spaces(actor)],
    }


def _change(change):
    return {"id": change.pk, "number": change.number, "title": change.title}


@router.put("/items/{int:pk}/watch", response={200: WatchedOut})
def item_watch(request, pk: int, wanted: WatchIn):
    """Watch an item, alone or with all below it."""
    item = reading.open_item(request.actor, pk)

    def watch():
        watching.watch_item(actor=request.actor, item=item, below=wanted.below)
        return {"watched": True, "below": wanted.below}

    return act(request, watch)


@router.delete("/items/{int:pk}/watch", response={200: WatchedOut})
def item_unwatch(request, pk: int):
    """Watch an item no more."""
    item = reading.open_item(request.actor, pk)

    def leave():
        watching.leave_item(actor=request.actor, item=item)
        return {"watched": False, "below": False}

    return act(request, leave)


@router.put("/changes/{int:pk}/watch", response={200: WatchedOut})
def change_watch(request, pk: int):
    """Watch a change."""
    return watch_or_leave(request, pk, (authority.open_change, watching.watch_change), watched=True)


@router.delete("/changes/{int:pk}/watch", response={200: WatchedOut})
def change_unwatch(request, pk: int):
    """Watch a change no more."""
    return watch_or_leave(request, pk, (authority.open_change, watching.leave_change), watched=False)


def watch_or_leave(request, pk, ways, *, watched):
    """Answer an act of watching what `ways` names: how it is found, and the service."""
    find, service = ways
    find(request.actor, pk)

    def done():
        service(actor=request.actor, pk=pk)
        return {"watched": watched, "below": False}

    return act(request, done)


@router.get("/favourites", response={200: EntriesOut})
def favourite_list(request, asked: Query[PageQuery]):
    """List one's favourites."""
    found = personal.favourites(request.actor)
    return _entries(request.actor, found, asked) if found else {"entries": [], "next": None}


def _entries(actor, folder, asked):
    found, more = paged(personal.entries(actor, folder), asked)
    return {"entries": [_entry(actor, entry) for entry in found], "next": more}


def _entry(actor, entry):
    return {"id": entry.pk, "item": named(actor, entry.target)}


@router.put("/items/{int:pk}/star", response={200: StarredOut})
def item_star(request, pk: int):
    """Put an item among one's favourites."""
    item = reading.open_item(request.actor, pk)
    return act(request, lambda: {"starred": bool(personal.star(actor=request.actor, item=item))})


@router.delete("/items/{int:pk}/star", response={200: StarredOut})
def item_unstar(request, pk: int):
    """Take an item out of one's favourites."""
    item = reading.open_item(request.actor, pk)
    return act(request, lambda: {"starred": bool(personal.unstar(actor=request.actor, item=item))})


@router.get("/folders", response={200: list[FolderOut]})
def folder_list(request):
    """List one's folders, favourites among them, as they stand in each other."""
    return [_folder(folder) for folder in personal.tree(request.actor)]


def _folder(folder, depth=0):
    return {"id": folder.pk, "title": folder.title, "depth": getattr(folder, "depth", depth)}


@router.post("/folders", response={201: FolderOut})
def folder_make(request, new: FolderIn):
    """Make a folder by one's current credential."""
    actor = request.actor

    def made():
        typed = taken(FolderForm(new.dict(), folders=personal.folders(actor))).cleaned_data
        return _folder(personal.make_folder(actor=actor, **typed), 1 if typed["within"] else 0)

    return act(request, made, status=201, again=lambda values: still_read(actor, values))


@router.get("/folders/{int:pk}", response={200: EntriesOut})
def folder_detail(request, pk: int, asked: Query[PageQuery]):
    """List what is in one of one's own folders."""
    return _entries(request.actor, personal.find_folder(request.actor, pk), asked)


@router.post("/folders/{int:pk}/entries", response={201: EntryOut})
def folder_keep(request, pk: int, sent: KeepIn):
    """Put an item into a folder; a folder that is put into another moves there."""
    actor, folder = request.actor, personal.find_folder(request.actor, pk)

    def kept():
        item = reading.open_item(actor, sent.item)
        return _entry(actor, personal.put(actor=actor, folder=folder, item=item))

    return act(request, kept, status=201, again=lambda values: still_read(actor, values["item"]))


@router.delete("/folders/{int:pk}/entries/{int:entry}", response={200: KeptOut})
def folder_take_out(request, pk: int, entry: int):
    """Take something out of a folder; the thing itself stays."""
    folder = personal.find_folder(request.actor, pk)

    def taken_out():
        personal.take_out(actor=request.actor, folder=folder, pk=entry)
        return {"kept": False}

    return act(request, taken_out)
