"""What the API shows of reviews, and what it takes: shapes only, the rules are those of the pages."""

from datetime import date
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from content.api.shapes import Id, ItemOut, ItemRef, PageQuery, PersonOut, Sent, Word
from content.models import Judgement
from content.reviewing import acts

MOST_ASKED = 50  # people that one request asks


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


class BeginIn(Sent):
    """A new review of items, at their revisions of now; who is asked is asked in the same act, wholly or not at all."""

    title: Word
    description: Word = ""
    due_on: date | None = Field(None, description="Until when verdicts are asked for.")
    items: Annotated[list[Id], Field(min_length=1, max_length=acts.MOST_ITEMS)]
    reviewers: Annotated[list[Id], Field(max_length=MOST_ASKED)] = Field(
        [], description="Ids of people, as items show them."
    )


class UnderIn(Sent):
    """Another item for a review."""

    item: Id


class ReviewerIn(Sent):
    """Who is asked for verdicts."""

    person: Id = Field(description="The id of a person, as items show it.")


class DueIn(Sent):
    """Until when verdicts are asked for; null for no day."""

    due_on: date | None


class CloseIn(Sent):
    """What came of a review; it opens the minute."""

    conclusion: Word = Field("", max_length=4000)


class PeopleQuery(Schema):
    """How the name or the address of people begins."""

    q: Word = Field(min_length=2, max_length=80)


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
    """A reviewer, and how many of the items that one reads they judged; their `id` names them in addresses."""

    id: int
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
    may_change: bool = Field(description="One may ask people, put items under it, and set the day.")
    may_close: bool
    threads: list[ThreadRef]
    as_of: str


class CandidateOut(Schema):
    """Somebody who may be asked; `everything` says that they read all that is under review."""

    person: PersonOut
    company: str
    everything: bool
