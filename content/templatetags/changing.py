"""Badges of issues and changes."""

from django import template

from content.issues.finding import DONE
from content.models import Priority
from tenants.templatetags.gangway import badge

register = template.Library()
BADGES = {
    "issue": {
        "open": ("Open", "warning", "amber"),
        "in_work": ("In work", "work", "blue"),
        "resolved": ("Resolved", "check", "green"),
        "closed": ("Closed", "released", "grey"),
    },
    "change": {
        "draft": ("Draft", "drawing", "grey"),
        "in_work": ("In work", "work", "blue"),
        "in_approval": ("In approval", "clock", "amber"),
        "approved": ("Approved", "check", "green"),
        "completed": ("Completed", "released", "green"),
        "rejected": ("Rejected", "x", "red"),
        "on_hold": ("On hold", "pause", "grey"),
        "cancelled": ("Cancelled", "ban", "grey"),
    },
}
TONES = {Priority.LOW: ("down", "grey"), Priority.MEDIUM: ("right", "grey"), Priority.HIGH: ("up", "amber")}


@register.simple_tag
def state_badge(kind, state):
    """Show where an issue or a change stands."""
    return badge(*BADGES[kind][str(state)], q=True)


@register.simple_tag
def priority_badge(priority):
    """Show how urgent something is."""
    symbol, tone = TONES.get(priority, ("alert", "red"))
    return badge(Priority(priority).label, symbol, tone, q=True)


@register.simple_tag
def due(issue, today):
    """Show until when an issue is due, and that it is late."""
    if issue.due is None:
        return ""
    words = f"{issue.due:%-d %b %Y}"
    late = issue.due < today and issue.state not in DONE
    return badge(f"overdue since {words}", "clock", "red", q=True) if late else words
