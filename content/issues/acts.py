"""Raises issues, changes what they tell, and takes them from state to state.

An issue is an item of Evaluation: who raises, reads and changes one follows docs/access.md, sections 3 to 5.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from content import items, properties
from content.catalogue import ISSUE
from content.changes import authority
from content.issues import news, people
from content.models import Category, Comment, Issue, IssueKind, IssueState, ItemType, Priority, Reference, ReferenceKind
from content.stored import fresh, lock_row, lock_rows, require_version, touch
from tenants import access, audit
from tenants.errors import Conflict, NotVisible, Unacceptable
from tenants.models import User

OPEN, IN_WORK, RESOLVED, CLOSED = IssueState.OPEN, IssueState.IN_WORK, IssueState.RESOLVED, IssueState.CLOSED
STEPS = {
    OPEN: (IN_WORK, RESOLVED, CLOSED),
    IN_WORK: (RESOLVED, OPEN, CLOSED),
    RESOLVED: (CLOSED, IN_WORK),
    CLOSED: (OPEN,),
}
VERBS = {
    "issue_raised": "raised the issue",
    "issue_changed": "changed the issue",
    "issue_moved": "took on the issue",
}
MOST_PEOPLE = 20


@dataclass(frozen=True, slots=True)
class Facts:
    """What somebody types of an issue besides its title and description.

    `assignees` are ids of users; `change` is the number of the change that resolves it.
    """

    kind: str = IssueKind.DEFECT
    priority: int = Priority.MEDIUM
    due: date | None = None
    assignees: frozenset = frozenset()
    change: str = ""


@transaction.atomic
def raise_issue(*, actor, item, draft, facts, thread=None):
    """Raise an issue against an item, by the current credential like any new item; return the item that it is.

    `thread` is the id of the comment whose thread it comes from. Raises AccessDenied, NotVisible for a thread in
    which the actor takes no part, Unacceptable for assignees who do not read both.
    """
    here = [actor.current.space_id] if actor.current else []
    item = lock_row(actor, item.pk, *here)
    actor = fresh(actor)
    access.require(actor, "read", item)
    require_lasting(item)
    kind = ItemType.objects.get(code=ISSUE)
    decision = items.require_create(actor, kind)
    made = items.make_item(actor, kind, draft, properties.settle(kind, draft.properties or {}))
    Reference.objects.create(source=made, target=item, kind=ReferenceKind.REPORTED_AGAINST, created_by=actor.user)
    issue = made.issue
    issue.thread = _thread(actor, item, thread)
    _take(issue, facts)
    issue.save()
    assigned = _assign(actor, issue, facts.assignees)
    items.record_made(actor, made, "issue_raised", decision, related=item.pk, **_told(issue))
    news.tell_assigned(actor, made, assigned)
    return made


def require_lasting(item):
    """Raise Conflict for a personal item: it is of one person, and an issue is for several."""
    if item.category == Category.PERSONAL:
        raise Conflict("Personal items have no issues.", "Keep a note in a personal folder instead.")


def _thread(actor, item, pk):
    """Return the first comment of a thread that the actor takes part in."""
    if pk is None:
        return None
    found = Comment.objects.filter(pk=pk, item=item, parent=None).first()
    if found is None or not access.can(actor, "comment", item):
        raise NotVisible
    return found


@transaction.atomic
def change_issue(*, actor, item, facts, version=None):
    """Store other facts of an issue. Asks modify of it; raises Unacceptable when exactly that is stored."""
    actor, item, issue, decision = _locked(actor, item)
    require_version(item, version)
    before = _told(issue)
    was = set(issue.assignees.values_list("pk", flat=True))
    _take(issue, facts)
    issue.resolved_by = _resolving(actor, issue, facts.change)
    if _told(issue) == before and was == facts.assignees:
        raise Unacceptable("Nothing was changed: exactly this is stored.")
    issue.save()
    added = _assign(actor, issue, facts.assignees)
    subject = added[0].user if len(added) == 1 else None
    touch(item, work=True)
    told = {"before": before, "after": _told(issue), "subject": subject, "decision": decision}
    audit.record(actor, "issue_changed", item, space_id=item.space_id, **told)
    news.tell_changed(actor, item, added)
    return item


@transaction.atomic
def move_issue(*, actor, item, state):
    """Take an issue to another state. Raises Conflict where no step leads there."""
    actor, item, issue, decision = _locked(actor, item)
    if state not in STEPS[issue.state]:
        words = IssueState(issue.state).label
        raise Conflict(f"It is {words} now: that step does not lead on from there.", "Look at the page again.")
    before, issue.state = {"issue_state": issue.state}, state
    issue.save(update_fields=["state"])
    touch(item, work=True)
    told = {"before": before, "after": {"issue_state": state}, "decision": decision}
    audit.record(actor, "issue_moved", item, space_id=item.space_id, **told)
    news.tell_moved(actor, item, issue)
    return item


def _locked(actor, item):
    item = lock_rows(actor, [item.pk])[item.pk]
    actor = fresh(actor)
    access.require(actor, "read", item)
    issue = Issue.objects.select_for_update(of=["self"]).filter(item=item).first()
    if issue is None:
        raise NotVisible
    return actor, item, issue, access.require(actor, "modify", item)


def _take(issue, facts):
    issue.kind, issue.priority, issue.due = facts.kind, facts.priority, facts.due


def _resolving(actor, issue, number):
    """Return the change of that number that the actor sees; one that they do not see stays as long as none is named."""
    seen = authority.visible(actor)
    if not number:
        hidden = issue.resolved_by_id and not seen.filter(pk=issue.resolved_by_id).exists()
        return issue.resolved_by if hidden else None
    found = seen.filter(number__iexact=number.strip()).first()
    if found is None:
        raise Unacceptable("There is no change of that number that you see.", field="change")
    return found


def _assign(actor, issue, wanted):
    """Store who is to see to it; return the Actors who are new. Who was assigned stays without being asked again."""
    stored = set(issue.assignees.values_list("pk", flat=True))
    if len(wanted) > MOST_PEOPLE:
        raise Unacceptable(f"Assign at most {MOST_PEOPLE} people.", field="assignees")
    offered = {one.user.pk: one for one in people.candidates(actor, issue.item)} if wanted - stored else {}
    if wanted - stored - offered.keys():
        raise Unacceptable(
            "Somebody of them does not read the issue and what it is reported against.",
            field="assignees",
            remedy="Choose from the people offered.",
        )
    issue.assignees.set(User.objects.filter(pk__in=wanted))
    return [offered[pk] for pk in wanted - stored]


def _told(issue):
    """Return what the record keeps of an issue: people by their number alone."""
    return {
        "issue_type": IssueKind(issue.kind).label,
        "priority": Priority(issue.priority).label,
        "due": str(issue.due or ""),
        "assignees": issue.assignees.count(),
        "resolved_by": "a change" if issue.resolved_by_id else "",  # its number is for who sees it
    }


def register():
    """Hand the words to the record."""
    audit.verbs(VERBS)
