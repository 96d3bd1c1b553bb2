"""What the API answers about news of the token's platform: the bell, and what of it one wants to be told and how."""

from typing import Literal

from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from tenants import news, news_choices, notifications
from tenants.api import act
from tenants.errors import NotVisible, Unacceptable
from tenants.models import Delivery, Level

router = Router(tags=["Your own"])


class Sent(Schema):
    """What a program sends; a field that there is none of is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


class NewsQuery(Schema):
    """Which part of the news."""

    unread: bool = Field(False, description="Only what is unread.")
    page: int = Field(1, ge=1, le=10_000)
    size: int = Field(50, ge=1, le=200)


class ChoicesIn(Sent):
    """How kinds of news come by mail: what is left out stays."""

    kinds: dict[str, Literal[tuple(Delivery.values)]]


class LevelIn(Sent):
    """What one wants to be told of a space."""

    level: Literal[tuple(Level.values)]


class NoteOut(Schema):
    """A piece of news; one that one may not see any more has lost its words and its way."""

    id: int
    kind: str
    text: str
    path: str
    at: str
    unread: bool


class NewsOut(Schema):
    """A page of news, the newest first, the number of the next one if there is one, and how much is unread."""

    news: list[NoteOut]
    next: int | None
    unread: int


class KindOut(Schema):
    """A kind of news, and how it comes by mail, of the ways that there are."""

    code: str
    label: str
    why: str
    delivery: str
    ways: list[str]


class LevelOut(Schema):
    """What one is told of a space."""

    id: int
    title: str
    level: str


class ChoicesOut(Schema):
    """What one chose for each kind of news and for each space."""

    kinds: list[KindOut]
    spaces: list[LevelOut]


class ReadOut(Schema):
    """Whether a piece of news is unread."""

    unread: bool


def _mine(request):
    """Return the news of this platform; what belongs to none is no business of a token for one."""
    return notifications.mine(request.user, request.platform).filter(platform=request.platform)


@router.get("/news", response={200: NewsOut})
def news_list(request, asked: Query[NewsQuery]):
    """List one's news of the platform."""
    rows, start = _mine(request), (asked.page - 1) * asked.size
    found = list((rows.filter(read_at=None) if asked.unread else rows)[start : start + asked.size + 1])
    shown = notifications.shown(request.user, request.actor, found[: asked.size])
    more = asked.page + 1 if len(found) > asked.size else None
    return {"news": [_shown(one) for one in shown], "next": more, "unread": rows.filter(read_at=None).count()}


def _shown(row):
    facts = {"id": row.pk, "kind": row.kind, "text": row.text, "path": row.path}
    return facts | {"at": row.at.isoformat(), "unread": row.read_at is None}


@router.put("/news/{int:pk}/read", response={200: ReadOut})
def news_read(request, pk: int):
    """Mark a piece of news as read."""
    return _marked(request, pk, notifications.mark_read, unread=False)


@router.delete("/news/{int:pk}/read", response={200: ReadOut})
def news_unread(request, pk: int):
    """Mark a piece of news as unread again."""
    return _marked(request, pk, notifications.mark_unread, unread=True)


def _marked(request, pk, service, *, unread):
    if not _mine(request).filter(pk=pk).exists():
        raise NotVisible

    def done():
        service(user=request.user, platform=request.platform, notification_id=pk)
        return {"unread": unread}

    return act(request, done)


@router.get("/news/choices", response={200: ChoicesOut})
def news_choices_list(request):
    """Say how each kind of news comes by mail, and what one is told of each space."""
    return _choices(request)


def _choices(request):
    kinds = [
        {"code": kind.code, "label": kind.label, "why": f"You get it because {kind.why}.", "delivery": way}
        | {"ways": [one.value for one in kind.deliveries]}
        for kind, way in news_choices.offered(request.actor).items()
    ]
    spaces = [{"id": pk, "title": title, "level": level} for pk, title, level in news_choices.spaces(request.actor)]
    return {"kinds": kinds, "spaces": spaces}


def _still_seen(actor):
    """Return what asks again for the spaces that a kept answer names. It raises NotVisible for one that was lost."""

    def again(values):
        ids = {one["id"] for one in values.get("spaces", [values])}
        if ids - news.space_titles(actor, ids).keys():
            raise NotVisible

    return again


@router.patch("/news/choices", response={200: ChoicesOut})
def news_choose(request, sent: ChoicesIn):
    """Choose how kinds of news come by mail: now, in the digest, or not."""
    known = {kind.code for kind in news_choices.offered(request.actor)}
    if strange := sorted(sent.kinds.keys() - known):
        raise Unacceptable(f"There is no kind of news {strange[0][:60]}.", "kinds", "GET news/choices lists them.")

    def chosen():
        news_choices.choose(user=request.user, platform=request.platform, chosen=sent.kinds)
        return _choices(request)

    return act(request, chosen, again=_still_seen(request.actor))


@router.put("/spaces/{int:pk}/news", response={200: LevelOut})
def space_level(request, pk: int, sent: LevelIn):
    """Choose what one is told of a space: everything, which is to watch it, what concerns one, or nothing."""

    def chosen():
        title = news_choices.set_level(actor=request.actor, space_id=pk, level=sent.level)
        return {"id": pk, "title": title, "level": sent.level}

    return act(request, chosen, again=_still_seen(request.actor))
