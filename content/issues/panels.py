"""Panels of issues on the page of an item: those reported against it, and what an issue itself tells."""

from content.catalogue import ISSUE
from content.changes import authority
from content.issues.acts import STEPS
from content.issues.finding import against, linked
from content.models import Category, IssueState, ReferenceKind
from content.names import Names
from tenants import access, panels

MOST = 8


def issues(request, *, item, **objects):
    """Return the issues reported against an item that whoever looks has in lists."""
    if item.category == Category.PERSONAL or item.type.code == ISSUE:
        return None
    rows = list(against(request.actor, item)[: MOST + 1])
    context = {"item": item, "issues": rows[:MOST], "more": len(rows) > MOST}
    return {"template": "content/issues_panel.html", "context": context, "position": 15}


def facts(request, *, item, **objects):
    """Return what an issue tells besides, and the steps that lead on."""
    if item.type.code != ISSUE:
        return None
    actor, issue = request.actor, item.issue
    names = Names(actor, item.space_id)
    people = list(issue.assignees.all())
    names.load({user.pk for user in people})
    may = access.can(actor, "modify", item)
    context = {
        "item": item,
        "issue": issue,
        "people": [names.say(user) for user in people],
        "may": may,
        "steps": [(state.value, state.label) for state in map(IssueState, STEPS[issue.state])] if may else [],
        "against": linked(actor, item, ReferenceKind.REPORTED_AGAINST),
        "resolved": linked(actor, item, ReferenceKind.RESOLVED_BY),
        "change": authority.visible(actor).filter(pk=issue.resolved_by_id).first() if issue.resolved_by_id else None,
        "talks": bool(issue.thread_id and access.can(actor, "comment", issue.thread.item)),
    }
    return {"template": "content/issue_panel.html", "context": context, "position": 1, "lead": True}


def register():
    """Hand them to the page of an item."""
    panels.contribute("item", facts)
    panels.contribute("item", issues)
