"""What the API answers about the record: looked at and taken away as on its pages, and both are acts themselves."""

from datetime import date
from typing import Annotated

from ninja import Query, Router, Schema
from pydantic import Field

from tenants import access, checkpoints, events, limits, record_files, record_looks, web
from tenants.api import taken
from tenants.errors import Unacceptable
from tenants.models import AuditEvent, Member, Platform
from tenants.record_forms import RecordFilter

router = Router(tags=["Record"])
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Word = Annotated[str, Field(pattern=r"^[^\x00]*$")]
LINES = {"application/x-ndjson": {"schema": {"type": "string"}}}
NOBODY, MOST_MARKS = 0, 50


class EntriesQuery(Schema):
    """Which part of a record: what is older than the cursor that a part before it gave, and how much."""

    before: Word = Field("", max_length=60, description="The `next` of the part before; nothing for the newest.")
    size: int = Field(50, ge=1, le=200)


class FilterQuery(Schema):
    """What the record is narrowed to; every part may be left out."""

    q: Word = Field("", max_length=200, description="Words in act, label, reason, rule, facts and names.")
    person: Id | None = Field(None, description="The id of a person, as items show it.")
    company: Id | None = None
    verb: Word = Field("", description="The act, as entries call it.")
    since: date | None = None
    until: date | None = Field(None, description="The last day, in the platform's time zone.")


class RecordQuery(EntriesQuery, FilterQuery):
    """A part of the narrowed record."""


class ElsewhereQuery(Schema):
    """Which page of the acts elsewhere, on one platform by its word in addresses or on all."""

    platform: Word = Field("", max_length=Platform._meta.get_field("slug").max_length)
    page: int = Field(1, ge=1, le=10_000)
    size: int = Field(50, ge=1, le=200)


class FactOut(Schema):
    """One fact before and after, in words."""

    label: str
    before: str
    after: str


class EntryOut(Schema):
    """An entry as one may know it; `place` is where it stands in the record, for who may see all of that."""

    place: int | None
    at: str
    person: str
    company: str
    credential: str
    verb: str
    act: str
    label: str
    changes: list[FactOut]
    rule: str
    reason: str
    url: str


class EntriesOut(Schema):
    """A part of a record, the newest first, and the cursor of the next part if there is one."""

    entries: list[EntryOut]
    next: str | None


class ActOut(Schema):
    """What one of our people did elsewhere: no word of what it was about."""

    at: str
    person: str
    act: str
    platform: str


class ActsOut(Schema):
    """A page of acts elsewhere, the newest first, and the number of the next one if there is one."""

    acts: list[ActOut]
    next: int | None


class MarkOut(Schema):
    """A signed checkpoint: how long a record was, and its last link, at a moment."""

    place: int
    hash: str
    at: str
    signature: str


class KeptOut(MarkOut):
    """A checkpoint of a partner, which is kept for them, with the key that signed it."""

    platform: str
    key: str


class ProofOut(Schema):
    """How the record stands, the key that signs it, its newest checkpoints, who keeps them, and whose are kept here."""

    entries: int
    hash: str
    key: str
    late: bool
    witnesses: list[str]
    checkpoints: list[MarkOut]
    kept: list[KeptOut]


def listed(actor, rows, asked, **known):
    """Return a part of a record as the API shows it; `known` is what `events.entries` takes."""
    every = rows.select_related("actor", "subject")
    rows = events.older_than(every, asked.before)
    if asked.before and rows is every:
        raise Unacceptable("There is no such place in the record: send `next` as it was given, escaped.", "before")
    found = list(rows[: asked.size + 1])
    verbs, part = {row.pk: row.verb for row in found}, found[: asked.size]
    further = events.cursor_of(part[-1]) if len(found) > asked.size else None
    entries = events.entries(actor, part, **known)
    return {"entries": [_entry(one, verbs[one.pk]) for one in entries], "next": further}


def _entry(one, verb):
    facts = {name: getattr(one, name) for name in ("person", "credential", "label", "rule", "reason")}
    changes = [{"label": fact.label, "before": fact.before, "after": fact.after} for fact in one.changes]
    facts |= {"place": one.seq or None, "at": one.at.isoformat(), "company": str(one.company or "")}
    return facts | {"verb": verb, "act": one.words, "changes": changes, "url": one.link}


@router.get("/record", response={200: EntriesOut})
def record(request, asked: Query[RecordQuery]):
    """Look at the record of the platform, narrowed as on its page; Administrators and auditors. Looking is recorded."""
    access.require(request.actor, "see_record", request.platform)
    form = taken(_form(request, asked))
    told = listed(request.actor, form.narrow(events.visible(request.actor, AuditEvent.objects.all())), asked)
    web.note_look(request, request.platform, form.asked)
    return told


def _form(request, asked):
    return RecordFilter(_typed(request, asked), platform=request.platform)


def _typed(request, asked):
    """Return the filters as the form of the page takes them: a person by their membership."""
    typed = asked.dict(include=set(FilterQuery.model_fields), exclude_none=True)
    if asked.person:
        rows = Member.objects.filter(platform=request.platform, user=asked.person)
        typed["person"] = rows.values_list("pk", flat=True).first() or NOBODY
    return {name: str(value) for name, value in typed.items()}


@router.get("/record/lines", response={200: None}, openapi_extra={"responses": {200: {"content": LINES}}})
def record_take(request, asked: Query[FilterQuery]):
    """Take the record away as JSON lines that can be checked without us; that is recorded."""
    access.require(request.actor, "see_record", request.platform)
    limits.spend(request, "export")
    taken(_form(request, asked))
    lines = record_files.take(actor=request.actor, query=_typed(request, asked))
    return web.lines_answer(f"{request.platform.slug}-record", lines)


@router.get("/record/elsewhere", response={200: ActsOut})
def record_elsewhere(request, asked: Query[ElsewhereQuery]):
    """Say what our people did on other platforms: who, when, which kind of act, and nothing else. That is recorded."""
    access.require(request.actor, "see_record", request.platform)
    start = (asked.page - 1) * asked.size
    found = list(record_looks.elsewhere(request.actor, asked.platform)[start : start + asked.size + 1])
    acts = [
        {"at": row.at.isoformat(), "person": str(row.actor), "act": act, "platform": row.platform.name}
        for row, act in events.acts(found[: asked.size])
    ]
    where = {"where": "elsewhere"} | ({"platform": asked.platform} if asked.platform else {})
    web.note_look(request, request.platform, where)
    return {"acts": acts, "next": asked.page + 1 if len(found) > asked.size else None}


@router.get("/record/proof", response={200: ProofOut})
def record_proof(request):
    """Show how the record is proved: its newest signed checkpoints, who keeps them, and those of others kept here."""
    access.require(request.actor, "see_record", request.platform)
    told = checkpoints.standing(request.platform, MOST_MARKS)
    head, key = told["head"], told["key"]
    return {
        "entries": head.seq if head else 0,
        "hash": head.hash if head else "",
        "key": key.public if key else "",
        "late": told["late"],
        "witnesses": [one.name for one in told["witnesses"]],
        "checkpoints": [_mark(one) for one in told["marks"]],
        "kept": [_mark(one) | {"platform": one.slug, "key": one.public} for one in told["kept"]],
    }


def _mark(one):
    return {"place": one.seq, "hash": one.hash, "at": one.at.isoformat(), "signature": one.signature}
