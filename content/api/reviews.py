"""What the API answers about reviews: the list, the minute, and a verdict, as on their pages."""

from datetime import date
from typing import Annotated, Literal

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from content import reading
from content.api.shapes import Id, ItemOut, ItemRef, PageQuery, PersonOut, Sent, Word, listed, named, paged, person
from content.models import Judgement
from content.names import Names
from content.reviewing import acts, showing
from tenants import access
from tenants.api import act

router = Router(tags=["Reviews"])


class ReviewQuery(PageQuery):
    """The filters of the list; several add up."""

    open: bool = Field(False, description="Only those that take verdicts.")
    mine: bool = Field(False, description="Only those that ask for one's own verdict.")
    overdue: bool = False


class SeenIn(Sent):
    """An item that was looked at, at the version that was shown."""

    item: Id
    version: Id


class VerdictIn(Sent):
    """A verdict on some of the items; remarks and a rejection say why."""

    judgement: Literal[tuple(Judgement.values)]
    remark: Word = ""
    on: Annotated[list[SeenIn], Field(min_length=1, max_length=acts.MOST_ITEMS)]


class ReviewOut(Schema):
    """A review: the item that it is, and until when it takes verdicts."""

    item: ItemOut
    due_on: date | None
    open: bool
    overdue: bool
    closed_at: str | None


class ReviewsOut(Schema):
    """A page of reviews, and the number of the next one if there is one."""

    reviews: list[ReviewOut]
    next: int | None


class VerdictOut(Schema):
    """The verdict of a reviewer that counts; one that is outdated was on the state of this hash."""

    by: PersonOut
    judgement: str
    remark: str
    given_at: str
    sha256: str
    outdated: bool


class ReviewedOut(Schema):
    """An item under review: its state at the end, or now, and how it was judged, for who takes part."""

    item: ItemRef
    version: int
    sha256: str
    changed: bool = Field(description="Changed since it was put under review.")
    changed_after: bool = Field(description="Changed after the review was closed.")
    verdicts: list[VerdictOut]


class AskedOut(Schema):
    """A reviewer, and how many of the items that one reads they judged."""

    person: PersonOut
    company: str
    takes_part: bool
    judged: int


class ThreadRef(Schema):
    """An open thread about the review or one of its items."""

    comment: int
    item: ItemRef
    by: PersonOut
    at: str
    text: str


class MinuteOut(ReviewOut):
    """The minute of a review as far as one may see, as of now; `others` are items that one does not read."""

    conclusion: str
    closed_by: str
    items: list[ReviewedOut]
    others: bool
    reviewers: list[AskedOut]
    asks_me: bool
    threads: list[ThreadRef]
    as_of: str


@router.get("/reviews", response={200: ReviewsOut})
def review_list(request, asked: Query[ReviewQuery]):
    """List reviews, the newest first."""
    rows = showing.found(request.actor, standing=asked.open, mine=asked.mine, late=asked.overdue)
    found, more = paged(rows, asked)
    return {"reviews": _listed(request.actor, found, Names(request.actor)), "next": more}


def _listed(actor, reviews, names):
    items = listed(actor, [review.item for review in reviews], names)
    return [_head(review, item) for review, item in zip(reviews, items, strict=True)]


def _head(review, item):
    return {
        "item": item,
        "due_on": review.due_on,
        "open": showing.is_open(review),
        "overdue": showing.is_overdue(review),
        "closed_at": review.closed_at and review.closed_at.isoformat(),
    }


@router.get("/reviews/{int:pk}", response={200: MinuteOut})
def review_minute(request, pk: int):
    """Show the minute of a review by the id of its item: what is judged, by whom and how, and how it ended."""
    actor, review = request.actor, showing.of(reading.visit_item(request.actor, pk))
    found = showing.shown(actor, review)
    names = found["names"]
    (head,) = _listed(actor, [review], names)
    return head | {
        "conclusion": review.conclusion,
        "closed_by": found["closed_by"],
        "items": [_row(actor, row, names) for row in found["rows"]],
        "others": found["others"],
        "reviewers": [_reviewer(one, names) for one in found["asked"]],
        "asks_me": found["mine"] is not None,
        "threads": [_thread(actor, one, names) for one in found["threads"]],
        "as_of": timezone.now().isoformat(),
    }


def _row(actor, row, names):
    facts = {"version": row.item.version, "sha256": row.sha256}
    facts |= {"changed": row.changed, "changed_after": row.changed_after}
    return facts | {"item": named(actor, row.item), "verdicts": [_verdict(one, names) for one in row.judged]}


def _verdict(one, names):
    verdict = one.verdict
    facts = {name: getattr(verdict, name) for name in ("judgement", "remark", "sha256")}
    facts |= {"by": person(verdict.reviewer.user, names), "outdated": one.outdated}
    return facts | {"given_at": verdict.given_at.isoformat()}


def _reviewer(one, names):
    facts = {"person": person(one.reviewer.user, names), "company": str(one.company or "")}
    return facts | {"takes_part": one.active, "judged": one.judged}


def _thread(actor, one, names):
    facts = {"comment": one.pk, "item": named(actor, one.item), "by": person(one.author, names)}
    return facts | {"at": one.created_at.isoformat(), "text": one.text}


@router.post("/reviews/{int:pk}/verdicts", response={201: ReviewOut})
def review_judge(request, pk: int, verdict: VerdictIn):
    """Give a verdict on items as they were shown; it counts in place of one's earlier one."""
    actor, review = request.actor, showing.of(reading.open_item(request.actor, pk))
    access.require(actor, "comment", review.item)

    def judged():
        seen = {one.item: one.version for one in verdict.on}
        acts.judge(actor=actor, review=review, seen=seen, judgement=verdict.judgement, remark=verdict.remark)
        return _listed(actor, [review], Names(actor, review.item.space_id))[0]

    return act(request, judged, status=201)
