"""Begins reviews, asks reviewers, takes their verdicts, and closes. Source of who: docs/access.md, sections 4 to 7.

A review is an Evaluation item, and what it judges are relations of it. Who judges is named by who may modify it, and
let in by a share where nothing else lets them in. A verdict binds to the revision as it is in that moment.
"""

from django.db import transaction
from django.utils import timezone

from content import items, locks, properties, shares
from content.catalogue import REVIEW
from content.models import (
    Category,
    Item,
    ItemType,
    Judgement,
    Level,
    Maturity,
    Reference,
    ReferenceKind,
    Review,
    ReviewedItem,
    Reviewer,
    Share,
    Verdict,
)
from content.reviewing import news, people
from content.reviewing.states import states
from content.stored import fresh, lock_row, lock_rows, touch
from tenants import access, announcing, audit, chain
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.models import Member

MOST_ITEMS, LONGEST = 200, 2000
VERBS = {
    "review_begun": "began the review",
    "review_widened": "put an item under the review",
    "review_narrowed": "took an item out of the review",
    "reviewer_named": "asked for a verdict in",
    "reviewer_removed": "asks no verdict any more in",
    "review_due": "set when verdicts are due in",
    "verdict_given": "gave a verdict in",
    "review_closed": "closed the review",
}


@transaction.atomic
def begin(*, actor, draft, chosen, due_on=None):
    """Begin a review of items, at their revisions, by the current credential, and return its item.

    Raises AccessDenied without the responsibility, NotVisible for an item that the actor does not read, Unacceptable
    for none, too many or personal ones.
    """
    kind = _kind()
    if not 0 < len(chosen) <= MOST_ITEMS:
        raise Unacceptable(f"Choose at least one item, and at most {MOST_ITEMS}.")
    here = [actor.current.space_id] if actor.current else []
    found = lock_rows(actor, {item.pk for item in chosen}, here)
    actor = fresh(actor)
    for item in found.values():
        _require_fit(actor, item)
    decision = items.require_create(actor, kind)
    made = items.make_item(actor, kind, draft, properties.settle(kind, {}))
    review, now = Review.objects.create(item=made, due_on=due_on), states(found.values())
    for pk in sorted(found):
        _put(actor, review, found[pk], now[pk])
    items.record_made(actor, made, "review_begun", decision, due=_day(due_on), state=_digest(now))
    return made


@transaction.atomic
def begin_asking(*, actor, draft, chosen, due_on=None, persons=()):
    """Begin a review and ask people by their ids, wholly or not at all: acts with an entry each. Raises as they do."""
    made = begin(actor=actor, draft=draft, chosen=chosen, due_on=due_on)
    for person in persons:
        ask(actor=actor, review=made.review, person=person, field="reviewers")
    return made


def _require_fit(actor, item):
    access.require(actor, "read", item)
    if item.category == Category.PERSONAL:
        raise Unacceptable("Personal items are not reviewed: they are of one person.")


def _put(actor, review, item, state):
    """Put an item under a review in its `state` of now."""
    facts = {"source": review.item, "target": item, "kind": ReferenceKind.REVIEWS, "created_by": actor.user}
    sha256, relations = state
    put = {"reference": Reference.objects.create(**facts), "sha256": sha256, "relations": relations}
    ReviewedItem.objects.create(review=review, **put)


@transaction.atomic
def add_item(*, actor, review, item):
    """Put one more item under a review that is open, as it is now; verdicts on the others stay as they are.

    Raises AccessDenied for who may not modify the review, NotVisible for an item that they do not read, Unacceptable
    for a personal one, Conflict when it is under review already.
    """
    found = lock_rows(actor, {review.pk, item.pk})
    actor, review, decision = _open(actor, review, "modify", found[review.pk])
    item = found[item.pk]
    _require_fit(actor, item)
    if review.reviewed.filter(reference__target=item).exists() or item.pk == review.pk:
        raise Conflict("It is under review already.")
    if review.reviewed.count() >= MOST_ITEMS:
        raise Conflict(f"A review holds at most {MOST_ITEMS} items.", "Begin another one.")
    now = states([item])
    _put(actor, review, item, now[item.pk])
    after = {"related": item.pk, "state": _digest(now)}
    _record(actor, "review_widened", review, decision, after=after)
    news.tell_chosen(actor, review, item, "One more item is under review")
    return review


@transaction.atomic
def take_out(*, actor, review, item):
    """Take an item that nobody judged yet out of a review; verdicts on the others stay as they are."""
    found = lock_rows(actor, {review.pk, item.pk})
    actor, review, decision = _open(actor, review, "modify", found[review.pk])
    access.require(actor, "read", found[item.pk])
    reviewed = review.reviewed.filter(reference__target=item).select_related("reference").first()
    if reviewed is None:
        raise NotVisible
    if reviewed.verdicts.exists():
        raise Conflict("Somebody gave a verdict on it already, and that stays.")
    if review.reviewed.count() == 1:
        raise Conflict("A review judges something: its last item stays.", "Put another item under review first.")
    before = {"related": item.pk}
    reviewed.reference.delete()
    _record(actor, "review_narrowed", review, decision, before=before)
    news.tell_chosen(actor, review, found[item.pk], "An item is under review no more")
    return review


def _digest(found):
    """Return one hash of the states of several revisions: the record binds to them and tells no number of them."""
    return chain.digest("", [found[pk][0] for pk in sorted(found)])


def _kind():
    kind = ItemType.objects.filter(code=REVIEW, category=Category.EVALUATION).first()
    if kind is None:
        raise Conflict("This installation has no such type.", "The people who run it can add it again.")
    return kind


def _day(day):
    return day.isoformat() if day else ""


@transaction.atomic
def name_reviewer(*, actor, review, member):
    """Ask a Member for verdicts; who is not let into the review by anything else gets a share of it.

    Raises AccessDenied for who may not modify or share it, NotVisible for people one may not know or who read none of
    the items, Conflict when they are asked already or the review is closed.
    """
    actor, review, decision = _open(actor, review, "modify")
    asked = people.find(actor, review, under_review(review), member.pk)
    if asked is None:
        raise NotVisible
    if review.reviewers.filter(user=asked.actor.user).exists():
        raise Conflict(f"{asked.member} is asked already.")
    shared = not people.takes_part(asked.actor, review)
    if shared:
        spec = shares.ShareSpec(Level.READ)
        shares.store_share(actor=actor, item=review.item, recipient=asked.member, spec=spec)
    told = {"named_at": timezone.now(), "shared": shared}
    reviewer = Reviewer.objects.create(review=review, user=asked.actor.user, **told)
    after = {"shared": Level.READ.label} if shared else {}
    _record(actor, "reviewer_named", review, decision, subject=reviewer.user, after=after)
    news.tell_asked(actor, reviewer)
    return reviewer


def ask(*, actor, review, person, field):
    """Ask a person by the id that a program sent in `field`, as `name_reviewer`; Unacceptable for whom one may not."""
    member = Member.objects.filter(platform=actor.platform, user=person).values_list("pk", flat=True).first()
    asked = people.find(actor, review, under_review(review), member or 0)
    if asked is None:
        raise Unacceptable("There is nobody of this id whom you may ask.", field, "They read one of the items.")
    return name_reviewer(actor=actor, review=review, member=asked.member)


@transaction.atomic
def remove_reviewer(*, actor, review, reviewer):
    """Ask somebody no longer, who gave no verdict yet; the share that let them in ends with it."""
    actor, review, decision = _open(actor, review, "modify")
    reviewer = find_reviewer(review, reviewer.pk)
    if reviewer.verdicts.exists():
        raise Conflict("They gave a verdict already, and it stays.")
    share = Share.objects.filter(content_object=review.item, user=reviewer.user).first() if reviewer.shared else None
    if share is not None and not (may := shares.may_end(actor, review.item, share)):
        raise AccessDenied(may)
    user = reviewer.user
    reviewer.delete()
    before = {}
    if share is not None:
        before["shared"] = share.get_level().label
        share.delete()
    _record(actor, "reviewer_removed", review, decision, subject=user, before=before)


def find_reviewer(review, pk):
    """Return a reviewer of the review. Raises NotVisible."""
    found = review.reviewers.select_related("user").filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


@transaction.atomic
def set_due(*, actor, review, due_on):
    """Say until when verdicts are asked for; reminders begin anew."""
    actor, review, decision = _open(actor, review, "modify")
    if review.due_on == due_on:
        raise Unacceptable("Nothing was changed: exactly this is stored.", field="due_on")
    before, review.due_on = {"due": _day(review.due_on)}, due_on
    review.save(update_fields=["due_on"])
    review.reviewers.update(reminded=0)
    _record(actor, "review_due", review, decision, before=before, after={"due": _day(due_on)})
    return review


@transaction.atomic
def judge(*, actor, review, seen, judgement, remark=""):
    """Give a verdict on some of the items, `seen` being {id: the version of the item that was shown}.

    Raises AccessDenied for who was not asked, NotVisible for an item they do not read or that is not under review,
    Unacceptable without items or a needed remark, Conflict when an item changed meanwhile or the review is closed.
    """
    remark = _remark(judgement, remark, seen)
    if review.reviewed.filter(reference__target__in=seen).count() < len(seen):
        raise NotVisible  # nothing that is not under review is locked
    found = lock_rows(actor, {review.pk, *seen})
    actor, review, decision = _open(actor, review, "comment", found[review.pk])
    reviewer = review.reviewers.filter(user=actor.user).first()
    if reviewer is None:
        raise AccessDenied(access.Decision(False, "Only who was asked gives a verdict.", "7.V", "Write a comment."))
    reviewed = {one.reference.target_id: one for one in entries(review) if one.reference.target_id in seen}
    for pk, version in seen.items():
        access.require(actor, "read", found[pk])
        if pk not in reviewed:
            raise NotVisible
        if found[pk].version != version:
            raise Conflict(f"Somebody changed {found[pk]} while you were looking.", "Look at it again.")
    now, given_at = states([found[pk] for pk in seen]), timezone.now()
    said = {"reviewer": reviewer, "judgement": judgement, "remark": remark, "given_at": given_at}
    for pk in sorted(seen):
        sha256, relations = now[pk]
        Verdict.objects.create(reviewed=reviewed[pk], sha256=sha256, relations=relations, **said)
    after = {"verdict": Judgement(judgement).label, "state": _digest(now)}
    after |= {"remark": chain.digest("", remark)} if remark else {}
    _record(actor, "verdict_given", review, decision, about=review, after=after)
    news.tell_judged(actor, review)


def _remark(judgement, remark, seen):
    remark = remark.replace("\r\n", "\n").strip()
    if judgement not in Judgement.values:
        raise Unacceptable("Choose a verdict.", field="judgement")
    if judgement != Judgement.APPROVE and not remark:
        raise Unacceptable("Say what you remark, or why you reject it.", field="remark")
    if len(remark) > LONGEST:
        raise Unacceptable(f"Write at most {LONGEST} characters; these are {len(remark)}.", field="remark")
    if not seen:
        raise Unacceptable("Choose at least one item.", field="on")
    return remark


@transaction.atomic
def close(*, actor, review, conclusion=""):
    """Close a review and freeze its item: verdicts, and the states of what it judged, stay as they are then.

    Who may is who may freeze it. Raises AccessDenied, Conflict when it is closed already.
    """
    targets = Reference.objects.filter(source=review.pk, kind=ReferenceKind.REVIEWS, target__trashed_at=None)
    found = lock_rows(actor, {review.pk, *targets.values_list("target", flat=True)})
    actor, review, decision = _open(actor, review, "to_frozen", found[review.pk])
    now = states([item for pk, item in found.items() if pk != review.pk])
    for one in entries(review):
        if one.reference.target_id in now:
            one.closed_sha256, one.closed_relations = now[one.reference.target_id]
            one.save(update_fields=["closed_sha256", "closed_relations"])
    review.closed_at, review.closed_by = timezone.now(), actor.user
    review.conclusion = conclusion.replace("\r\n", "\n").strip()
    review.save(update_fields=["closed_at", "closed_by", "conclusion"])
    item, before = review.item, {"maturity": review.item.maturity}
    item.maturity = Maturity.FROZEN
    touch(item, "maturity", work=True)
    locks.settle([item])
    after = {"maturity": item.maturity} | ({"conclusion": review.conclusion} if review.conclusion else {})
    _record(actor, "review_closed", review, decision, before=before, after=after)
    news.tell_closed(actor, review)
    return review


def _open(actor, review, act, item=None):
    """Return (the actor of now, the review of now, the Decision to do `act` on it), its item locked, still open."""
    item = item or lock_row(actor, review.pk)
    actor = fresh(actor)
    access.require(actor, "read", item)
    decision = access.require(actor, act, item)
    review = Review.objects.select_for_update(of=["self"]).get(pk=item.pk)
    review.item = item
    if review.closed_at or item.maturity not in (Maturity.PRIVATE, Maturity.IN_WORK):
        raise Conflict("The review is closed.", "Begin another one.")
    return actor, review, decision


def _record(actor, verb, review, decision, *, about=None, **told):
    audit.record(actor, verb, about or review.item, space_id=review.item.space_id, decision=decision, **told)


def entries(review):
    """Return what is under review, with its relations."""
    return list(review.reviewed.select_related("reference"))


def under_review(review):
    """Return the items under review, whoever reads them."""
    ids = review.reviewed.values("reference__target")
    return list(Item.objects.filter(pk__in=ids).select_related("space", "platform", "organization"))


def register():
    """Hand the words to the record, and what reviews tell people to the bell and the clock."""
    audit.verbs(VERBS)
    news.register()
    announcing.contribute("content.review", lambda review: f"content.item:{review.pk}")
