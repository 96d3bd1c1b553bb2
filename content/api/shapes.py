"""What the API shows of items and files, and what it takes: shapes only, the rules are those of the pages."""

from datetime import date
from typing import Annotated, Literal

from django.urls import reverse
from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field

from content.facets import TIMES
from content.models import Level, Maturity
from content.names import Names
from content.reading import SORTS, open_item
from content.tag_words import words_by_item

Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
State = Literal[tuple(Maturity.values)]
Sort = Literal[tuple(f"{sign}{name}" for name in SORTS for sign in ("", "-"))]
Word = Annotated[str, Field(pattern=r"^[^\x00]*$")]
Reason = Annotated[Word, Field(max_length=500)]
Since = Literal[tuple(TIMES)]
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
    tags: list[Word] = []
    private: bool = False
    credential: int | None = None


class ItemIn(Sent):
    """A change of an item: what is left out stays; `version` is the one that was read, or send If-Match."""

    title: str | None = None
    description: str | None = None
    properties: dict[Word, Word] | None = None
    tags: list[Word] | None = None
    version: int | None = None


class MaturityIn(Sent):
    """The state to take an item to, with a reason where it is an exception."""

    target: str
    reason: str = ""


class MoveQuery(Schema):
    """Where an item would go; what is left out stays as it is."""

    space: Id | None = None
    organization: Id | None = None
    content_owner: Id | None = Field(None, description="The id of a person, as items show it.")


class MoveIn(Sent, MoveQuery):
    """Where an item goes, and what the preview of it showed."""

    shown: str | None = None


class ShareIn(Sent):
    """A share of an item."""

    whom: Word = Field(max_length=254, description="An address, a full name or the name of a group, exactly.")
    level: Literal[tuple(Level.values)]
    ends_on: date | None = Field(None, description="The last day of it, in the platform's time zone.")


class ShareChangeIn(Sent):
    """Another level or last day of a share: what is left out stays, and `shown` is that of its effect."""

    level: Literal[tuple(Level.values)] | None = None
    ends_on: date | None = Field(None, description="The last day of it; null for none.")
    shown: str | None = None


class EffectQuery(Schema):
    """A share that might be: of `to`, as the list calls it, or of `whom`; without a level it is asked about its end."""

    to: Word = ""
    whom: Word = Field("", max_length=254, description="An address, a full name or the name of a group, exactly.")
    level: Literal[tuple(Level.values)] | None = None
    ends_on: date | None = None


class PageQuery(Schema):
    """Which page of a list, and how long a page is."""

    page: int = Field(1, ge=1, le=10_000)
    size: int = Field(50, ge=1, le=200)


class ItemQuery(PageQuery):
    """The filters of the list: values of one are alternatives, several filters add up."""

    q: str = Field("", max_length=200, description="Words in number, title, description, properties, file names.")
    type: list[Word] = Field([], description="Codes of types.")
    state: list[State] = []
    organization: list[Id] = []
    space: list[Id] = []
    owner: list[Id] = Field([], description="Ids of content owners.")
    lock: list[Held] = []
    tag: list[Word] = Field([], description="Words that items carry.")
    since: list[Since] = Field([], description="When the last change was, as on the page.")
    changed_after: AwareDatetime | None = Field(None, description="Changed after this moment, with its time zone.")
    sort: Sort | None = Field(None, description="Without it best match first, and without words the newest change.")


class PersonOut(Schema):
    """A person as far as one may know them; nobody's id without their name."""

    id: int | None
    name: str


class SpaceRef(Schema):
    """The space of an item."""

    id: int
    title: str


class ItemRef(Schema):
    """An item that something else names."""

    id: int
    number: str
    revision: str
    title: str
    maturity: str
    url: str


class ItemOut(Schema):
    """An item as its page shows it."""

    id: int
    number: str
    revision: str
    title: str
    description: str
    properties: dict[str, str]
    tags: list[str]
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


class SideOut(Schema):
    """Who gains or loses: people as far as one may know them, and how many more."""

    people: list[PersonOut]
    others: int


class MoveOut(Schema):
    """What a move would change; `refusal` says why it cannot be."""

    gains: SideOut
    losses: SideOut
    refusal: str
    shown: str


class MovedOut(Schema):
    """A moved item, or null for somebody who reads it no longer."""

    moved: bool
    item: ItemOut | None


class ShareOut(Schema):
    """A share as its page shows it; `to` names it in addresses."""

    to: str
    name: str
    level: str
    ends_at: str | None
    given_by: str
    given_at: str
    mine: bool
    may_end: bool


class AffectedOut(Schema):
    """Somebody whom a share reaches, and what changes for them in words."""

    name: str
    change: str


class EffectOut(Schema):
    """What a share would change for whom; `others` are people one may not know. `refusal` says why it cannot be."""

    people: list[AffectedOut]
    others: int
    refusal: str
    shown: str


class EndedOut(Schema):
    """The share that ended."""

    ended: str


def paged(rows, asked):
    """Return (the rows of the page that was asked for, the number of the next page or None); one query."""
    start = (asked.page - 1) * asked.size
    found = list(rows[start : start + asked.size + 1])
    return found[: asked.size], asked.page + 1 if len(found) > asked.size else None


def shown(actor, item):
    """Return one item as the API shows it."""
    return listed(actor, [item], Names(actor, item.space_id))[0]


def listed(actor, items, names):
    """Return items as the API shows them, names as far as the reader may know them."""
    names.learn(items)
    tags = words_by_item(items)
    return [_item(actor, item, names, tags.get(item.pk, [])) for item in items]


def _item(actor, item, names, tags):
    return {
        "id": item.pk,
        "number": item.number,
        "revision": item.revision,
        "title": item.title,
        "description": item.description,
        "properties": {name: str(value) for name, value in item.properties.items()},
        "tags": tags,
        "type": item.type.code,
        "category": item.category,
        "maturity": item.maturity,
        "space": {"id": item.space_id, "title": item.space.title},
        "organization": item.organization.name,
        "content_owner": person(item.owner, names),
        "locked_by": person(item.locked_by, names) if item.locked_by_id else None,
        "version": item.version,
        "superseded": item.superseded,
        "created_at": item.created_at.isoformat(),
        "modified_at": item.modified_at.isoformat(),
        "url": reverse("api:item_detail", args=[actor.platform.slug, item.pk]),
    }


def still_read(actor, values):
    """Ask again for the item of a kept answer. Raises NotVisible when its maker reads it no longer."""
    open_item(actor, values["id"])


def named(actor, item):
    """Return what names an item, and nothing for none."""
    if item is None:
        return None
    facts = {name: getattr(item, name) for name in ("number", "revision", "title", "maturity")}
    return {"id": item.pk, **facts, "url": reverse("api:item_detail", args=[actor.platform.slug, item.pk])}


def person(user, names):
    """Return a person as far as the reader may know them."""
    return {"id": user.pk if names.may(user.pk) else None, "name": names.say(user)}


def share_shown(one):
    """Return a Told share as the API shows it."""
    ends_at = one.share.ends_at
    return {
        "to": one.to,
        "name": one.name,
        "level": one.share.get_level(),
        "ends_at": ends_at.isoformat() if ends_at else None,
        "given_by": one.giver,
        "given_at": one.share.given_at.isoformat(),
        "mine": one.mine,
        "may_end": one.may_end,
    }


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
