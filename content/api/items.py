"""What the API answers about items and files: the querysets, services and refusals of the pages."""

from functools import partial

from django.http import HttpResponse
from django.utils.http import parse_etags
from ninja import Query, Router

from content import items, lifecycle, locks, properties, reading, record
from content.api.shapes import (
    FileOut,
    ItemIn,
    ItemOut,
    ItemQuery,
    ItemsOut,
    MaturityIn,
    NewItemIn,
    TypeOut,
    file_shown,
    listed,
    paged,
    shown,
    still_read,
)
from content.files import Arrival, bytes_of, clean_name, latest_version
from content.forms import MaturityForm, UploadForm, WordsForm
from content.items import Draft
from content.models import ItemType, Tag
from content.names import Names
from content.reading import Wanted
from content.uploads import sent
from content.web import attachment
from tenants import limits
from tenants.api import act, once, refused, taken, version_of
from tenants.api_record import EntriesOut, EntriesQuery
from tenants.api_record import listed as entries_listed
from tenants.errors import Changed, Conflict, Unacceptable
from tenants.web import note_look

router = Router(tags=["Items"])
file_router = Router(tags=["Files"])
NO_ROW = 0
BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


@router.get("/types", response={200: list[TypeOut]})
def type_list(request):
    """List the types of content."""
    return [{"code": kind.code, "name": kind.name, "category": kind.category} for kind in ItemType.objects.all()]


@router.get("/items", response={200: ItemsOut})
def item_list(request, asked: Query[ItemQuery]):
    """List what one reads, narrowed and sorted as on the page; other people's Private items are not in lists."""
    if asked.q:
        limits.spend(request, "search")
    actor, names = request.actor, Names(request.actor)
    wanted = names.narrow(_wanted(actor, asked))
    page, more = paged(reading.arranged(reading.listed(actor), wanted, actor), asked)
    return {"items": listed(actor, page, names), "next": more}


def _wanted(actor, asked):
    types = list(ItemType.objects.filter(code__in=asked.type).values_list("pk", flat=True)) if asked.type else []
    words = [word.strip().casefold() for word in asked.tag]
    tags = (
        list(Tag.objects.filter(platform=actor.platform, word__in=words).values_list("pk", flat=True)) if words else []
    )
    return Wanted(
        words=asked.q.replace("\x00", "").strip(),
        types=types or ([NO_ROW] if asked.type else []),
        tags=tags or ([NO_ROW] if words else []),
        states=asked.state,
        organizations=asked.organization,
        spaces=asked.space,
        owners=asked.owner,
        locks=asked.lock,
        since=asked.since,
        changed_after=asked.changed_after,
        sort=asked.sort or "",
    )


@router.post("/items", response={201: ItemOut})
def item_create(request, new: NewItemIn):
    """Create an item in the space and for the organization of one's current credential."""
    kept = partial(still_read, request.actor)
    return act(request, lambda: _made(request.actor, new), status=201, again=kept)


def _made(actor, new):
    kind = ItemType.objects.filter(code=new.type).first()
    if kind is None:
        raise Unacceptable("There is no such type.", field="type", remedy="GET types lists them.")
    if new.credential is not None and (actor.current is None or actor.current.id != new.credential):
        raise Conflict("Another credential of yours is current now.", "GET me says which; switch it on a page.")
    draft = _draft(kind, new)
    return shown(actor, items.create_item(actor=actor, kind=kind, draft=draft, private=new.private))


def _draft(kind, sent, stored=None):
    """Return what was sent, checked like what is typed on the page; what was left out stays as it is stored."""
    kept = stored.properties if stored else {}
    values = kept if sent.properties is None else sent.properties
    known = {one.name for one in properties.of(kind, kept)}
    if strange := sorted(values.keys() - known):
        raise Unacceptable(f"{kind} has no property {strange[0][:60]}.", field="properties")
    words = {"title": sent.title, "description": sent.description}
    words = {name: getattr(stored, name) if value is None else value for name, value in words.items()}
    form = taken(WordsForm(words))
    return Draft(**form.cleaned_data, properties=values, tags=None if sent.tags is None else ", ".join(sent.tags))


@router.get("/items/{int:pk}", response={200: ItemOut})
def item_detail(request, pk: int, response: HttpResponse):
    """Show an item; its ETag is what If-Match of a change names."""
    item = reading.visit_item(request.actor, pk)
    response["ETag"] = f'"{item.version}"'
    return shown(request.actor, item)


@router.get("/items/{int:pk}/record", response={200: EntriesOut})
def item_record(request, pk: int, asked: Query[EntriesQuery]):
    """Look at what was done to an item: who only looked, for who may see its readers; looking is recorded."""
    actor, item = request.actor, reading.visit_item(request.actor, pk)
    told = entries_listed(actor, record.of_item(actor, item), asked, **record.known_around(actor, item))
    note_look(request, item, space_id=item.space_id)
    return told


@router.patch("/items/{int:pk}", response={200: ItemOut})
def item_edit(request, pk: int, change: ItemIn):
    """Change title, description or properties of the version that was read; a later one answers 412 with what is."""
    item = reading.open_item(request.actor, pk)
    try:
        return act(request, lambda: _edited(request, item, change))
    except Changed as stale:
        return refused(request, stale, stored=shown(request.actor, reading.open_item(request.actor, pk)))


def _edited(request, item, change):
    version = version_of(request, change.version)
    draft = _draft(item.type, change, item)
    return shown(request.actor, items.edit_item(actor=request.actor, item=item, draft=draft, version=version))


@router.post("/items/{int:pk}/lock", response={200: ItemOut})
def item_lock(request, pk: int):
    """Lock an item."""
    return _act(request, pk, locks.lock_item)


@router.delete("/items/{int:pk}/lock", response={200: ItemOut})
def item_unlock(request, pk: int):
    """Give an item free that one has locked."""
    return _act(request, pk, locks.unlock_item)


@router.post("/items/{int:pk}/maturity", response={200: ItemOut})
def item_maturity(request, pk: int, wanted: MaturityIn):
    """Take an item to another state."""
    return _act(request, pk, lambda **who: lifecycle.change_maturity(**who, **_step(wanted)))


def _step(wanted):
    return taken(MaturityForm(wanted.dict())).cleaned_data


def _act(request, pk, service):
    actor, item = request.actor, reading.open_item(request.actor, pk)
    return act(request, lambda: shown(actor, service(actor=actor, item=item)))


# --- files ---


@file_router.get("/items/{int:pk}/files", response={200: list[FileOut]})
def file_list(request, pk: int):
    """List the files of an item, each with its latest version."""
    item = reading.visit_item(request.actor, pk)
    files = item.files.prefetch_related("versions__created_by")
    latest = [versions[0] for file in files if (versions := list(file.versions.all()))]
    names = _knowing(request.actor, item, latest)
    return [file_shown(request.actor, version, names) for version in latest]


def _knowing(actor, item, versions):
    names = Names(actor, item.space_id)
    names.load({version.created_by_id for version in versions})
    return names


@file_router.get(
    "/items/{int:pk}/files/{str:name}",
    response={200: None},
    openapi_extra={"responses": {200: {"content": BYTES}}},
)
@file_router.api_operation(["HEAD"], "/items/{int:pk}/files/{str:name}", include_in_schema=False)
def file_get(request, pk: int, name: str, version: int | None = None):
    """Fetch a file by its stable address: the latest version or the one asked for, with Range and ETag."""
    item = reading.open_item(request.actor, pk)
    return attachment(request, latest_version(request.actor, item, name, version))


@file_router.put(
    "/items/{int:pk}/files/{str:name}",
    response={201: FileOut},
    openapi_extra={"requestBody": {"required": True, "content": BYTES}},
)
def file_put(request, pk: int, name: str, comment: str = "", unlock: bool = False, reason: str = ""):
    """Store the body as the next version: with If-Match over the version it was made from, with unlock as check-in."""
    actor, item = request.actor, reading.open_item(request.actor, pk)
    said = taken(UploadForm({"comment": comment, "unlock": unlock, "reason": reason})).cleaned_data
    limits.spend(request, "upload")
    with sent(request, clean_name(name)) as file:
        arrival = Arrival(file=file, over=_over(request), **said)
        return _stored(request, actor, item, arrival)


def _stored(request, actor, item, arrival):
    digest = arrival.file.sha256.encode()
    with bytes_of(actor=actor, item=item, arrival=arrival) as store:
        return once(request, lambda: (201, _version(actor, item, store())), digest)


def _version(actor, item, version):
    return file_shown(actor, version, _knowing(actor, item, [version]))


def _over(request):
    """Return what the upload was made from: the hash that If-Match names, nothing by If-None-Match, else None."""
    if request.headers.get("If-None-Match", "").strip() == "*":
        return ""
    tags = parse_etags(request.headers.get("If-Match", ""))
    return tags[0].strip('"') if tags and tags != ["*"] else None
