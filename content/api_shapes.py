"""What the API shows of items and files, and what it takes: shapes only, the rules are those of the pages."""

from typing import Annotated, Literal

from django.urls import reverse
from ninja import Schema
from pydantic import ConfigDict, Field

from content.models import Maturity
from content.names import Names
from content.reading import SORTS

Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
State = Literal[tuple(Maturity.values)]
Sort = Literal[tuple(f"{sign}{name}" for name in SORTS for sign in ("", "-"))]
Word = Annotated[str, Field(pattern=r"^[^\x00]*$")]
Held = Literal["mine", "others", "free"]


class Sent(Schema):
    """What a program sends; a field that there is none of is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


class NewItemIn(Sent):
    """A new item; space, organization and content owner come from the current credential, never from here."""

    type: Word
    title: str
    description: str = ""
    properties: dict[Word, Word] = {}
    private: bool = False
    credential: int | None = None


class ItemIn(Sent):
    """A change of an item: what is left out stays; `version` is the one that was read, or send If-Match."""

    title: str | None = None
    description: str | None = None
    properties: dict[Word, Word] | None = None
    version: int | None = None


class MaturityIn(Sent):
    """The state to take an item to, with a reason where it is an exception."""

    target: str
    reason: str = ""


class ItemQuery(Schema):
    """The filters of the list: values of one are alternatives, several filters add up."""

    q: str = Field("", max_length=200, description="Words in number, title, description, properties, file names.")
    type: list[str] = Field([], description="Codes of types.")
    state: list[State] = []
    organization: list[Id] = []
    space: list[Id] = []
    owner: list[Id] = Field([], description="Ids of content owners.")
    lock: list[Held] = []
    sort: Sort | None = Field(None, description="Without it best match first, and without words the newest change.")
    page: int = Field(1, ge=1, le=10_000)
    size: int = Field(50, ge=1, le=200)


class PersonOut(Schema):
    """A person as far as one may know them; nobody's id without their name."""

    id: int | None
    name: str


class SpaceRef(Schema):
    """The space of an item."""

    id: int
    title: str


class ItemOut(Schema):
    """An item as its page shows it."""

    id: int
    number: str
    revision: str
    title: str
    description: str
    properties: dict[str, str]
    type: str
    category: str
    maturity: str
    space: SpaceRef
    organization: str
    content_owner: PersonOut
    locked_by: PersonOut | None
    version: int
    superseded: bool
    created_at: str
    modified_at: str
    url: str


class ItemsOut(Schema):
    """A page of items, and the number of the next one if there is one."""

    items: list[ItemOut]
    next: int | None


class FileOut(Schema):
    """A version of a file; `url` is the stable address of the file, whatever its version."""

    name: str
    version: int
    size: int
    sha256: str
    media_type: str
    comment: str
    stored_by: str
    stored_at: str
    url: str


class TypeOut(Schema):
    """A type of content; its code is what a new item names."""

    code: str
    name: str
    category: str


def shown(actor, item):
    """Return one item as the API shows it."""
    return listed(actor, [item], Names(actor, item.space_id))[0]


def listed(actor, items, names):
    """Return items as the API shows them, names as far as the reader may know them."""
    names.learn(items)
    return [_item(actor, item, names) for item in items]


def _item(actor, item, names):
    return {
        "id": item.pk,
        "number": item.number,
        "revision": item.revision,
        "title": item.title,
        "description": item.description,
        "properties": {name: str(value) for name, value in item.properties.items()},
        "type": item.type.code,
        "category": item.category,
        "maturity": item.maturity,
        "space": {"id": item.space_id, "title": item.space.title},
        "organization": item.organization.name,
        "content_owner": _person(item.owner, names),
        "locked_by": _person(item.locked_by, names) if item.locked_by_id else None,
        "version": item.version,
        "superseded": item.superseded,
        "created_at": item.created_at.isoformat(),
        "modified_at": item.modified_at.isoformat(),
        "url": reverse("api:item_detail", args=[actor.platform.slug, item.pk]),
    }


def _person(user, names):
    return {"id": user.pk if names.may(user.pk) else None, "name": names.say(user)}


def file_shown(actor, version, names):
    """Return a version as the API shows it."""
    file = version.file
    return {
        "name": file.name,
        "version": version.number,
        "size": version.size,
        "sha256": version.sha256,
        "media_type": version.media_type,
        "comment": version.comment,
        "stored_by": names.say(version.created_by),
        "stored_at": version.created_at.isoformat(),
        "url": reverse("api:file_get", args=[actor.platform.slug, file.item_id, file.name]),
    }
