"""Finds issues for a reader: of an item, in a list, on a board; always through the one rule of the items they are."""

from dataclasses import dataclass, field

from django.db.models import F, Q

from content import reading
from content.changes import authority
from content.models import Issue, IssueState, Reference, ReferenceKind

DONE = (IssueState.RESOLVED, IssueState.CLOSED)
SHOWN = ("item__space", "item__organization", "item__type", "item__owner", "item__locked_by", "item__platform")
ME = "me"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asks of the issues, each value checked by the form."""

    words: str = ""
    states: list = field(default_factory=list)
    priorities: list = field(default_factory=list)
    kinds: list = field(default_factory=list)
    whose: str = ""
    late: bool = False
    assignees: list = field(default_factory=list)  # these, and spaces, are asked by programs
    spaces: list = field(default_factory=list)


def found(actor, wanted, today):
    """Return the issues that the actor has in lists and that fit, the most urgent first."""
    rows = Issue.objects.filter(item__in=reading.listed(actor)).select_related(*SHOWN)
    for name, values in (
        ("state", wanted.states),
        ("priority", wanted.priorities),
        ("kind", wanted.kinds),
        ("item__space", wanted.spaces),
    ):
        if values:
            rows = rows.filter(**{f"{name}__in": values})
    if wanted.words:
        rows = rows.filter(Q(item__title__icontains=wanted.words) | Q(item__number__icontains=wanted.words))
    if wanted.whose == ME:
        rows = rows.filter(assignees=actor.user)
    if wanted.assignees:
        rows = rows.filter(pk__in=Issue.assignees.through.objects.filter(user__in=wanted.assignees).values("issue"))
    if wanted.late:
        rows = rows.filter(due__lt=today).exclude(state__in=DONE)
    return rows.prefetch_related("assignees").order_by("-priority", F("due").asc(nulls_last=True), "-pk")


def against(actor, item):
    """Return the issues reported against an item that the actor has in lists, those that stand open first."""
    kind = ReferenceKind.REPORTED_AGAINST
    sources = Reference.objects.filter(target=item, kind=kind, source__in=reading.listed(actor)).values("source")
    rows = Issue.objects.filter(item__in=sources).select_related(*SHOWN).prefetch_related("assignees")
    return rows.annotate(done=Q(state__in=DONE)).order_by("done", "-priority", "pk")


def resolving(actor, issue):
    """Return the change that resolves an issue, None where the actor sees none."""
    return authority.visible(actor).filter(pk=issue.resolved_by_id).first() if issue.resolved_by_id else None


def is_late(issue, today):
    """Tell whether an issue is overdue."""
    return bool(issue.due and issue.due < today and issue.state not in DONE)


def linked(actor, item, kind):
    """Return the items at the other end of an issue's relations of one kind, as far as the actor has them in lists."""
    rows = Reference.objects.filter(source=item, kind=kind, target__in=reading.listed(actor))
    return [row.target for row in rows.select_related("target__space", "target__type").order_by("pk")]
