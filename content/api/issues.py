"""What the API answers about issues: listed, raised, changed and taken on as on the board and the page of an item."""

from collections import namedtuple
from datetime import date
from functools import partial
from typing import Annotated, Literal

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from content import reading
from content.api.shapes import (
    Id,
    ItemOut,
    ItemRef,
    PageQuery,
    PersonOut,
    Sent,
    Word,
    listed,
    named,
    paged,
    person,
    still_read,
)
from content.issues import acts, finding
from content.issues.forms import FactsForm, RaiseForm
from content.models import IssueKind, IssueState, Priority, ReferenceKind
from content.names import NOBODY, Names
from tenants import access, limits
from tenants.api import act, refused, taken, version_of
from tenants.errors import Changed, NotVisible

router = Router(tags=["Issues"])
URGENCY = {one.name.lower(): one for one in Priority}
State = Literal[tuple(IssueState.values)]
Kind = Literal[tuple(IssueKind.values)]
Urgency = Literal[tuple(URGENCY)]
People = Annotated[list[Id], Field(max_length=acts.MOST_PEOPLE)]
Chosen = namedtuple("Chosen", "pk")


class IssueQuery(PageQuery):
    """The filters of the list: values of one are alternatives, several filters add up."""

    q: Word = Field("", max_length=100, description="Words in number or title.")
    state: list[State] = []
    type: list[Kind] = []
    priority: list[Urgency] = []
    assignee: list[Id] = Field([], description="Ids of people.")
    space: list[Id] = []
    mine: bool = Field(False, description="Only those that one is to see to.")
    overdue: bool = False


class FactsIn(Sent):
    """What an issue tells besides its words; on a change what is left out stays."""

    type: Kind | None = None
    priority: Urgency | None = None
    due: date | None = None
    assignees: People | None = Field(None, description="Ids of people who read the issue and what it is about.")


class NewIssueIn(FactsIn):
    """A new issue; its space and organization come from the current credential."""

    title: Word
    description: Word = ""
    thread: Id | None = Field(None, description="The id of the comment whose thread it comes from.")


class IssueIn(FactsIn):
    """A change of an issue; `version` is that of its item which was read, or send If-Match."""

    change: Word | None = Field(None, max_length=20, description="The number of what resolves it; empty for none.")
    version: int | None = None


class IssueStateIn(Sent):
    """The state to take an issue to."""

    state: State


class IssueOut(Schema):
    """An issue: the item that it is, and what it tells besides."""

    item: ItemOut
    state: str
    type: str
    priority: str
    due: date | None
    overdue: bool
    assignees: list[PersonOut]


class IssueDetailOut(IssueOut):
    """An issue with what it is about, what resolves it, and the states that its reader may take it to."""

    reported_against: list[ItemRef]
    resolved_by: list[ItemRef]
    change: str | None = Field(description="The number of the change that resolves it, for who sees that.")
    thread: int | None = Field(description="The comment it was raised from, for who takes part there.")
    leads_to: list[str]


class IssuesOut(Schema):
    """A page of issues, and the number of the next one if there is one."""

    issues: list[IssueOut]
    next: int | None


@router.get("/issues", response={200: IssuesOut})
def issue_list(request, asked: Query[IssueQuery]):
    """List issues, the most urgent first, narrowed as on the page."""
    if asked.q:
        limits.spend(request, "search")
    names = Names(request.actor)
    return _page(request, finding.found(request.actor, _wanted(asked, names), _today(request)), asked, names)


def _wanted(asked, names):
    names.load(set(asked.assignee))
    people = [pk for pk in asked.assignee if names.may(pk)] or [NOBODY]
    return finding.Wanted(
        asked.q,
        asked.state,
        [URGENCY[word] for word in asked.priority],
        asked.type,
        whose=finding.ME if asked.mine else "",
        late=asked.overdue,
        assignees=people if asked.assignee else [],
        spaces=asked.space,
    )


def _today(request):
    return timezone.localdate(timezone=request.platform.zone)


def _page(request, rows, asked, names):
    found, more = paged(rows, asked)
    return {"issues": _listed(request, found, names), "next": more}


def _listed(request, issues, names):
    """Return issues as the API shows them; a fixed number of queries."""
    names.load({user.pk for issue in issues for user in issue.assignees.all()})
    items = listed(request.actor, [issue.item for issue in issues], names)
    today = _today(request)
    return [_shown(issue, item, names, today) for issue, item in zip(issues, items, strict=True)]


def _shown(issue, item, names, today):
    return {
        "item": item,
        "state": issue.state,
        "type": issue.kind,
        "priority": Priority(issue.priority).name.lower(),
        "due": issue.due,
        "overdue": finding.is_late(issue, today),
        "assignees": [person(user, names) for user in issue.assignees.all()],
    }


@router.get("/items/{int:pk}/issues", response={200: IssuesOut})
def issues_against(request, pk: int, asked: Query[PageQuery]):
    """List the issues reported against an item, those that stand open first."""
    item = reading.visit_item(request.actor, pk)
    return _page(request, finding.against(request.actor, item), asked, Names(request.actor))


@router.post("/items/{int:pk}/issues", response={201: IssueOut})
def issue_raise(request, pk: int, new: NewIssueIn):
    """Raise an issue against an item, in the space and for the organization of one's current credential."""
    item = reading.open_item(request.actor, pk)
    work, kept = partial(_raised, request, item, new), partial(still_read, request.actor)
    return act(request, work, status=201, again=lambda values: kept(values["item"]))


def _raised(request, item, new):
    form = _typed(RaiseForm, new, {"type": IssueKind.DEFECT, "priority": Priority.MEDIUM, "assignees": []})
    told = {"draft": form.draft(), "facts": form.facts(), "thread": form.cleaned_data["thread"]}
    made = acts.raise_issue(actor=request.actor, item=item, **told)
    return _one(request, _issue(request, made.pk))


def _typed(form, sent, stored):
    """Return a form of the pages with what was sent over what is stored; whom it names the service asks about."""
    given = {name: value for name, value in sent.dict(exclude_unset=True).items() if value is not None or name == "due"}
    if "priority" in given:
        given["priority"] = URGENCY[sent.priority]
    values = stored | given
    values["kind"] = values.pop("type")
    return taken(form(values, people=[Chosen(pk) for pk in values["assignees"]]))


@router.get("/issues/{int:pk}", response={200: IssueDetailOut})
def issue_detail(request, pk: int):
    """Show an issue by the id of its item."""
    return _detail(request, _issue(request, pk, reading.visit_item))


def _issue(request, pk, find=reading.open_item):
    item = find(request.actor, pk)
    if not hasattr(item, "issue"):
        raise NotVisible
    return item


def _detail(request, item):
    actor, issue = request.actor, item.issue
    may, talks = access.can(actor, "modify", item), issue.thread_id and access.can(actor, "comment", issue.thread.item)
    return _one(request, item) | {
        "reported_against": [named(actor, one) for one in finding.linked(actor, item, ReferenceKind.REPORTED_AGAINST)],
        "resolved_by": [named(actor, one) for one in finding.linked(actor, item, ReferenceKind.RESOLVED_BY)],
        "change": _resolving(actor, issue),
        "thread": issue.thread_id if talks else None,
        "leads_to": list(acts.STEPS[issue.state]) if may else [],
    }


def _one(request, item):
    """Return one issue as acts answer it: without what else it names, for a kept answer tells nothing that was lost."""
    item.issue.item = item
    return _listed(request, [item.issue], Names(request.actor, item.space_id))[0]


def _resolving(actor, issue):
    change = finding.resolving(actor, issue)
    return change and change.number


@router.patch("/issues/{int:pk}", response={200: IssueOut})
def issue_edit(request, pk: int, change: IssueIn):
    """Change type, priority, day, people or what resolves an issue; a later version answers 412 with what is."""
    item = _issue(request, pk)
    try:
        return act(request, lambda: _edited(request, item, change))
    except Changed as stale:
        return refused(request, stale, stored=_one(request, _issue(request, pk)))


def _edited(request, item, change):
    version, issue = version_of(request, change.version), item.issue
    stored = {"type": issue.kind, "priority": issue.priority, "due": issue.due}
    stored |= {"assignees": [user.pk for user in issue.assignees.all()], "change": _resolving(request.actor, issue)}
    facts = _typed(FactsForm, change, stored).facts()
    acts.change_issue(actor=request.actor, item=item, facts=facts, version=version)
    return _one(request, _issue(request, item.pk))


@router.post("/issues/{int:pk}/state", response={200: IssueOut})
def issue_state(request, pk: int, wanted: IssueStateIn):
    """Take an issue to another state."""
    item = _issue(request, pk)

    def moved():
        acts.move_issue(actor=request.actor, item=item, state=wanted.state)
        return _one(request, _issue(request, pk))

    return act(request, moved)
