"""What the API answers about reviews: the list, the minute, beginning, asking, verdicts, the end, as on their pages."""

from functools import partial

from django.utils import timezone
from ninja import Query, Router

from content import reading
from content.api.review_shapes import (
    BeginIn,
    CandidateOut,
    CloseIn,
    DueIn,
    MinuteOut,
    PeopleQuery,
    ReviewerIn,
    ReviewOut,
    ReviewQuery,
    ReviewsOut,
    UnderIn,
    VerdictIn,
)
from content.api.shapes import listed, named, paged, person, still_read
from content.items import Draft
from content.names import Names
from content.reviewing import acts, people, showing
from content.reviewing.forms import BeginForm, CloseForm, DueForm
from tenants import access, limits
from tenants.api import act, taken
from tenants.errors import Unacceptable

router = Router(tags=["Reviews"])


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
        "may_change": found["open"] and bool(access.can(actor, "modify", review.item)),
        "may_close": found["open"] and bool(access.can(actor, "to_frozen", review.item)),
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
    facts = {"id": one.reviewer.pk, "person": person(one.reviewer.user, names), "company": str(one.company or "")}
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
        return _one(actor, review)

    return act(request, judged, status=201)


def _one(actor, review):
    """Return a review as acts answer it: nothing of its items, for a kept answer tells nothing that was lost."""
    return _listed(actor, [review], Names(actor, review.item.space_id))[0]


@router.post("/reviews", response={201: ReviewOut})
def review_begin(request, new: BeginIn):
    """Begin a review of items by one's current credential, and ask its reviewers: wholly or not at all."""
    actor, kept = request.actor, partial(still_read, request.actor)
    return act(request, lambda: _begun(actor, new), status=201, again=lambda values: kept(values["item"]))


def _begun(actor, new):
    typed = taken(BeginForm(new.dict(), actor=actor)).cleaned_data
    told = {"draft": Draft(typed["title"], typed["description"]), "due_on": typed["due_on"]}
    told |= {"chosen": _chosen(actor, new.items), "persons": dict.fromkeys(new.reviewers)}
    return _one(actor, showing.of(acts.begin_asking(actor=actor, **told)))


def _chosen(actor, ids):
    """Return the items that are named. Raises Unacceptable for what the actor does not read."""
    found = {item.pk: item for item in reading.listed(actor, others=True).filter(pk__in=ids)}
    if missing := sorted(set(ids) - found.keys()):
        raise Unacceptable(f"There is no item {missing[0]} that you may put under review.", field="items")
    return list(found.values())


def _act(request, pk, ask, service, *, status=200):
    """Let a service do something to a review for who may do `ask` to it, and answer it as it is then."""
    actor, review = request.actor, showing.of(reading.open_item(request.actor, pk))

    def done():
        access.require(actor, ask, review.item)  # who reads it may repeat what they could before, as closing
        service(actor, review)
        return _one(actor, showing.of(reading.open_item(actor, pk)))

    return act(request, done, status=status)


@router.get("/reviews/{int:pk}/people", response={200: list[CandidateOut]})
def review_people(request, pk: int, asked: Query[PeopleQuery]):
    """Find people who may be asked for verdicts, by how their name or address begins; for who may change the review."""
    actor, review = request.actor, showing.of(reading.visit_item(request.actor, pk))
    access.require(actor, "modify", review.item)
    limits.spend(request, "search")
    names, found = Names(actor, review.item.space_id), people.search(actor, review, acts.under_review(review), asked.q)
    names.load({one.member.user_id for one in found})
    return [_candidate(one, names) for one in found]


def _candidate(one, names):
    told = {"person": person(one.member.user, names), "company": str(one.member.company or "")}
    return told | {"everything": one.everything}


@router.post("/reviews/{int:pk}/reviewers", response={201: ReviewOut})
def review_ask(request, pk: int, sent: ReviewerIn):
    """Ask somebody for verdicts; a share lets in who is not let in otherwise."""

    def asked(actor, review):
        acts.ask(actor=actor, review=review, person=sent.person, field="person")

    return _act(request, pk, "modify", asked, status=201)


@router.delete("/reviews/{int:pk}/reviewers/{int:reviewer}", response={200: ReviewOut})
def reviewer_remove(request, pk: int, reviewer: int):
    """Ask somebody no longer, who gave no verdict yet."""

    def removed(actor, review):
        acts.remove_reviewer(actor=actor, review=review, reviewer=acts.find_reviewer(review, reviewer))

    return _act(request, pk, "modify", removed)


@router.post("/reviews/{int:pk}/items", response={201: ReviewOut})
def review_add(request, pk: int, sent: UnderIn):
    """Put one more item under a review, as it is now."""
    return _act(request, pk, "modify", lambda actor, review: _add(actor, review, sent.item), status=201)


def _add(actor, review, pk):
    item = showing.addable(actor, review).filter(pk=pk).first()
    if item is None:
        raise Unacceptable("There is no such item that you may put under it.", field="item")
    acts.add_item(actor=actor, review=review, item=item)


@router.delete("/reviews/{int:pk}/items/{int:item}", response={200: ReviewOut})
def review_take_out(request, pk: int, item: int):
    """Take an item that nobody judged out of a review."""

    def taken_out(actor, review):
        acts.take_out(actor=actor, review=review, item=reading.open_item(actor, item))

    return _act(request, pk, "modify", taken_out)


@router.put("/reviews/{int:pk}/due", response={200: ReviewOut})
def review_due(request, pk: int, sent: DueIn):
    """Say until when verdicts are asked for."""
    due = taken(DueForm(sent.dict())).cleaned_data
    return _act(request, pk, "modify", lambda actor, review: acts.set_due(actor=actor, review=review, **due))


@router.put("/reviews/{int:pk}/closed", response={200: ReviewOut})
def review_close(request, pk: int, sent: CloseIn):
    """Close a review: verdicts, and the states of what was judged, stay as they are then."""
    typed = taken(CloseForm(sent.dict())).cleaned_data
    return _act(request, pk, "to_frozen", lambda actor, review: acts.close(actor=actor, review=review, **typed))
