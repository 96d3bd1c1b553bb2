"""What the API shows of changes, and what it takes: shapes only, the rules are those of the pages."""

from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field, model_validator

from content.api.shapes import Id, ItemRef, PageQuery, PersonOut, Reason, Sent, Word
from content.changes.forms import ROWS
from content.models import ChangeState, Deed, Purpose, Quorum
from spaces.models import Responsibility

State = Literal[tuple(ChangeState.values)]
What = Literal[tuple(Deed.values)]


class ChangeQuery(PageQuery):
    """The filters of the list."""

    q: Word = Field("", max_length=100, description="Words in number or title.")
    state: list[State] = []
    mine: bool = Field(False, description="Only those that one raised.")


class NewChangeIn(Sent):
    """A new change of an item."""

    title: Word
    reason: Word = ""
    deed: What


class ChangeIn(Sent):
    """Other words of a change: what is left out stays; `version` is the one that was read, or send If-Match."""

    title: Word | None = None
    reason: Word | None = None
    version: int | None = None


class DeedIn(Sent):
    """What is to happen to an affected item."""

    deed: What


class LineIn(DeedIn):
    """Another item of a change."""

    item: Id


class StepIn(Sent):
    """A step, with a reason where it needs one."""

    target: State
    reason: Reason = ""


class AskIn(Sent):
    """Who is asked for a signature: one of a person, a group or a responsibility."""

    purpose: Literal[tuple(Purpose.values)] = Purpose.APPROVE
    person: Id | None = Field(None, description="The id of a person, as items show it.")
    group: Id | None = None
    responsibility: Literal[tuple(Responsibility.values)] | None = None

    @model_validator(mode="after")
    def names_one(self):
        """Refuse none, or more than one."""
        if sum(one is not None for one in (self.person, self.group, self.responsibility)) != 1:
            raise ValueError("Name one of person, group and responsibility.")
        return self


class QuorumIn(Sent):
    """How many of those asked it takes."""

    quorum: Literal[tuple(Quorum.values)]


class RouteIn(Sent):
    """A route of the platform to follow, by its name."""

    route: Word


class NewRouteIn(Sent):
    """A route: its name, how many of those asked it takes, and who that is."""

    name: Word = Field(max_length=80)
    quorum: Literal[tuple(Quorum.values)] = Quorum.ALL
    asked: Annotated[list[AskIn], Field(min_length=1, max_length=ROWS)]


class RouteSlotOut(Schema):
    """Who is asked by a route, in words; one of the rest as it is sent, where one may know it."""

    purpose: str
    whom: str
    person: int | None
    group: int | None
    responsibility: str | None


class RouteOut(Schema):
    """A route, which a change follows by its name."""

    id: int
    name: str
    quorum: str
    asked: list[RouteSlotOut]


class RouteEndedOut(Schema):
    """The route that was deleted."""

    ended: int


class ChangeOut(Schema):
    """A change as a list shows it."""

    id: int
    number: str
    title: str
    reason: str
    state: str
    quorum: str
    raised_by: PersonOut
    created_at: str
    changed_at: str
    completed_at: str | None
    version: int


class ChangesOut(Schema):
    """A page of changes, and the number of the next one if there is one."""

    changes: list[ChangeOut]
    next: int | None


class LineOut(Schema):
    """An affected item, what is to happen to it and what it led to; null is what one does not read, or nothing."""

    id: int
    item: ItemRef | None
    deed: str
    realized: ItemRef | None


class SignatureOut(Schema):
    """A signature; one that does not count binds to what was, or is of somebody who decides it no more."""

    by: PersonOut
    agrees: bool
    remark: str
    at: str
    method: str
    counts: bool


class SlotOut(Schema):
    """Who is asked for a signature, and what was signed."""

    id: int
    purpose: str
    whom: str
    signatures: list[SignatureOut]


class UsedOut(Schema):
    """What uses an affected item, so many levels above it."""

    level: int
    item: ItemRef


class StepOut(Schema):
    """A step that its reader may take."""

    target: str
    label: str


class ChangeDetailOut(ChangeOut):
    """A change as its page shows it; `others` say that there is more which one does not read, without a number."""

    items: list[LineOut]
    others: bool
    in_trash: list[int] = Field(description="Lines whose item is in the trash, for who works on it.")
    asked: list[SlotOut]
    waits_for_me: bool = Field(description="It asks for one's own signature, which is given on its page.")
    used_by: list[UsedOut]
    used_by_others: bool
    steps: list[StepOut]
    may_work: bool
    routes: list[str] = Field(description="Routes to follow, for who works on it.")
