"""What the API answers about discussions: threads, answers, reactions, and the markups of files, as on the pages."""

import json
from functools import partial
from typing import Literal

from ninja import Query, Router, Schema
from pydantic import Base64Bytes, Field

from content import comments, reading
from content.api.shapes import PageQuery, PersonOut, Reason, Sent, Word, paged, person
from content.files import latest_version
from content.markups import carrying, listing, making
from content.models import Comment, Found, MarkupKind, Sign
from content.names import Names
from tenants import access, limits
from tenants.api import act
from tenants.errors import NotVisible

router = Router(tags=["Discussion"])
MADE = tuple(one for one in Found.values if one)


class AnswerIn(Sent):
    """What somebody says; Markdown works, and @ with a name tells somebody who may take part."""

    text: Word


class ThreadIn(AnswerIn):
    """The first of a thread, about the item or one of its files."""

    file: Word | None = Field(None, description="The name of a file of the item.")


class ReactionIn(Sent):
    """A sign to set under a comment, or to take back."""

    sign: Literal[tuple(Sign.values)]


class MarkupIn(Sent):
    """A remark pinned to a place; `view` is one of a model, with a camera, or of a page, as markups are told."""

    text: Word
    kind: Literal[tuple(MarkupKind.values)] = MarkupKind.PIN
    view: dict
    snapshot: Base64Bytes = Field(b"", description="What was seen: a PNG in base64, of at most 1 MB.")


class CarryIn(Sent):
    """How a markup was shown to be found."""

    found: Literal[MADE]


class ReactionOut(Schema):
    """A sign, and who set it."""

    sign: str
    by: list[PersonOut]


class AttachmentOut(Schema):
    """What came with a comment; `GET attachments/<id>` fetches it."""

    id: int
    name: str
    size: int
    sha256: str
    media_type: str


class CommentOut(Schema):
    """A comment; one that was taken back says nothing any more."""

    id: int
    text: str
    by: PersonOut
    file: str | None
    created_at: str
    edited_at: str | None
    deleted: bool
    resolved_at: str | None
    resolved_by: PersonOut | None
    reactions: list[ReactionOut]
    attachments: list[AttachmentOut]
    markup: int | None


class BeginQuery(Schema):
    """How the name of people begins."""

    q: Word = Field(min_length=2, max_length=60)


class EarlierTextOut(Schema):
    """What a comment said before, and until when."""

    text: str
    until: str


class SaidOut(CommentOut):
    """A comment with what it said before, the newest first."""

    earlier: list[EarlierTextOut]


class ThreadOut(CommentOut):
    """The first of a thread, with its answers."""

    answers: list[CommentOut]


class ThreadsOut(Schema):
    """A page of threads, and the number of the next one if there is one."""

    threads: list[ThreadOut]
    next: int | None


class MarkupOut(Schema):
    """A markup of a version; its thread is that of the comment."""

    id: int
    comment: int
    kind: str
    view: dict
    text: str
    by: str
    at: str
    open: bool
    found: str


class MarkupsOut(Schema):
    """The markups of a version, and how many open ones of earlier versions wait to be carried to it."""

    markups: list[MarkupOut]
    earlier: int


class EarlierOut(Schema):
    """An open markup of an earlier version, and how it is found in this one."""

    id: int
    comment: int
    kind: str
    text: str
    by: str
    found: str
    why: str


@router.get("/items/{int:pk}/threads", response={200: ThreadsOut})
def thread_list(request, pk: int, asked: Query[PageQuery]):
    """List the threads about an item and its files, the oldest first, to who takes part."""
    item = reading.visit_item(request.actor, pk)
    access.require(request.actor, "comment", item)
    found, more = paged(comments.thread_rows(item), asked)
    said = [one for thread in found for one in (thread, *thread.answers.all())]
    names = _names(request.actor, item, said)
    threads = [_shown(one, names) | {"answers": [_shown(two, names) for two in one.answers.all()]} for one in found]
    return {"threads": threads, "next": more}


def _names(actor, item, said):
    names = Names(actor, item.space_id)
    names.load(comments.people_in(said))
    return names


def _shown(one, names):
    moments = {name: getattr(one, name) for name in ("created_at", "edited_at", "resolved_at")}
    return {name: moment and moment.isoformat() for name, moment in moments.items()} | {
        "id": one.pk,
        "text": one.text,
        "by": person(one.author, names),
        "file": one.file and one.file.name,
        "deleted": one.deleted_at is not None,
        "resolved_by": one.resolved_by and person(one.resolved_by, names),
        "reactions": _reactions(one, names),
        "attachments": [
            {name: getattr(file, name) for name in ("id", "name", "size", "sha256", "media_type")}
            for file in one.attachments.all()
        ],
        "markup": one.markup.pk if hasattr(one, "markup") else None,
    }


def _reactions(comment, names):
    found = {}
    for reaction in comment.reactions.all():
        found.setdefault(reaction.sign, []).append(person(reaction.user, names))
    return [{"sign": sign, "by": people} for sign, people in found.items()]


def comment_shown(actor, comment):
    """Return one comment as acts answer it."""
    found = comments.shown_rows().get(pk=comment.pk)
    return _shown(found, _names(actor, comment.item, [found]))


def still_said(values):
    """Ask again for the comment of a kept answer. Raises NotVisible when its words were taken back since."""
    stands = Comment.objects.filter(pk=values.get("comment", values["id"]), deleted_at=None).exists()
    if not (stands or values.get("deleted")):
        raise NotVisible


@router.post("/items/{int:pk}/threads", response={201: CommentOut})
def thread_begin(request, pk: int, said: ThreadIn):
    """Begin a thread about an item or one of its files."""
    actor, item = request.actor, reading.open_item(request.actor, pk)
    access.require(actor, "comment", item)
    return _said(request, item, comments.Said(said.text, file=file_of(item, said.file)))


def file_of(item, name):
    """Return the id of the file of an item that a thread is about, None for none. Raises NotVisible."""
    if name is None:
        return None
    found = item.files.filter(name=name).values_list("pk", flat=True).first()
    if found is None:
        raise NotVisible
    return found


def _said(request, item, remark):
    actor = request.actor
    limits.spend(request, "comment")

    def say():
        return comment_shown(actor, comments.say(actor=actor, item=item, remark=remark))

    return act(request, say, status=201, again=still_said)


@router.post("/comments/{int:pk}/answers", response={201: CommentOut})
def comment_answer(request, pk: int, said: AnswerIn):
    """Answer in a thread, named by its first comment."""
    comment = comments.find(request.actor, pk)
    return _said(request, comment.item, comments.Said(said.text, parent=comment.pk))


def _act(request, pk, service, **told):
    """Let a service do something to a comment on what the actor takes part in, and answer it as it is then."""
    actor, comment = request.actor, comments.find(request.actor, pk)
    work = partial(service, actor=actor, comment=comment, **told)
    return act(request, lambda: comment_shown(actor, work()), again=still_said)


@router.patch("/comments/{int:pk}", response={200: CommentOut})
def comment_edit(request, pk: int, said: AnswerIn):
    """Say it otherwise; its author alone."""
    limits.spend(request, "comment")
    return _act(request, pk, comments.edit, text=said.text)


@router.delete("/comments/{int:pk}", response={200: CommentOut})
def comment_delete(request, pk: int, reason: Reason = ""):
    """Take a comment back: its author, or an Owner of the space for a reason."""
    return _act(request, pk, comments.delete, reason=reason)


@router.put("/comments/{int:pk}/resolved", response={200: CommentOut})
def comment_resolve(request, pk: int):
    """Close a thread."""
    return _act(request, pk, comments.resolve, on=True)


@router.delete("/comments/{int:pk}/resolved", response={200: CommentOut})
def comment_reopen(request, pk: int):
    """Open a thread again."""
    return _act(request, pk, comments.resolve, on=False)


@router.post("/comments/{int:pk}/reactions", response={200: CommentOut})
def comment_react(request, pk: int, reaction: ReactionIn):
    """Set a sign under a comment, or take it back where it is set."""
    return _act(request, pk, comments.react, sign=reaction.sign)


@router.get("/comments/{int:pk}", response={200: SaidOut})
def comment_detail(request, pk: int):
    """Show a comment that stands, and what it said before."""
    comment = comments.find(request.actor, pk)
    if comment.deleted_at:
        raise NotVisible
    reading.record_opening(request.actor, comment.item)
    earlier = [{"text": one.text, "until": one.until.isoformat()} for one in comment.texts.all()]
    return comment_shown(request.actor, comment) | {"earlier": earlier}


@router.get("/items/{int:pk}/people", response={200: list[PersonOut]})
def comment_people(request, pk: int, asked: Query[BeginQuery]):
    """Find people whom a comment may tell by @ and their name: who may take part, of those whom one may know."""
    limits.spend(request, "suggest")
    item = reading.open_item(request.actor, pk)
    access.require(request.actor, "comment", item)
    found = comments.candidates(request.actor, item, asked.q)
    return [{"id": one.user.pk, "name": str(one.user)} for one in found]


# --- markups ---


def _version(request, pk, name, number, find=reading.open_item):
    """Return a version of a file of an item in whose discussion the actor takes part."""
    item = find(request.actor, pk)
    version = latest_version(request.actor, item, name, number)
    access.require(request.actor, "comment", item)
    version.file.item = item
    return version


@router.get("/items/{int:pk}/files/{str:name}/markups", response={200: MarkupsOut})
def markup_list(request, pk: int, name: str, version: int | None = None):
    """List the markups of a version of a file, the latest one unless another is asked for, the open ones first."""
    found = _version(request, pk, name, version, reading.visit_item)
    return {"markups": listing.told(request.actor, found), "earlier": carrying.count(request.actor, found)}


@router.post("/items/{int:pk}/files/{str:name}/markups", response={201: MarkupOut})
def markup_make(request, pk: int, name: str, sent: MarkupIn, version: int | None = None):
    """Pin a remark to a place in a version of a file, and begin its thread."""
    found = _version(request, pk, name, version)
    limits.spend(request, "comment")
    if sent.snapshot:
        limits.spend(request, "markup")
    mark = making.Mark(sent.kind, json.dumps(sent.view), sent.snapshot)

    def made():
        markup = making.make(actor=request.actor, version=found, mark=mark, text=sent.text)
        return listing.told_one(request.actor, markup.pk)

    return act(request, made, status=201, again=still_said)


@router.get("/items/{int:pk}/files/{str:name}/markups/earlier", response={200: list[EarlierOut]})
def markup_earlier(request, pk: int, name: str):
    """List the open markups of earlier versions, each with how it is found in the latest one."""
    version = _version(request, pk, name, None, reading.visit_item)
    limits.spend(request, "look")
    rows = carrying.earlier(request.actor, version)
    names = Names(request.actor, version.file.item.space_id)
    names.load({row.markup.comment.author_id for row in rows})
    return [_earlier(row, names) for row in rows]


def _earlier(row, names):
    comment = row.markup.comment
    facts = {"id": row.markup.pk, "comment": comment.pk, "kind": row.markup.kind, "text": comment.text}
    return facts | {"by": names.say(comment.author), "found": row.verdict.found, "why": row.verdict.why}


@router.post("/items/{int:pk}/files/{str:name}/markups/{int:markup}/carry", response={200: MarkupOut})
def markup_carry(request, pk: int, name: str, markup: int, sent: CarryIn):
    """Carry a markup to the latest version as it was shown to be found."""
    version = _version(request, pk, name, None)
    limits.spend(request, "look")
    carrying.look(request.actor, version, markup)

    def carried():
        done = carrying.carry(actor=request.actor, version=version, pk=markup, found=sent.found)
        return listing.told_one(request.actor, done.pk)

    return act(request, carried, again=still_said)
