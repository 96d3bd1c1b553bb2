"""What a thread says for the issue that is raised from it; one that came from another tool says more than its words."""

from datetime import date

from content.comments import LONGEST_TITLE, title_of
from content.models import Comment, Priority
from tenants import access
from tenants.ids import id_of

LONGEST_DESCRIPTION = 4000  # characters, as of any item
URGENCY = {
    "low": Priority.LOW,
    "minor": Priority.LOW,
    "medium": Priority.MEDIUM,
    "normal": Priority.MEDIUM,
    "high": Priority.HIGH,
    "major": Priority.HIGH,
    "critical": Priority.URGENT,
    "urgent": Priority.URGENT,
}


def suggested(actor, item, asked):
    """Return what a form offers of the thread asked for, nothing of one in which the actor takes no part."""
    if not access.can(actor, "comment", item):
        return {}
    rows = Comment.objects.select_related("brought").filter(item=item, parent=None, deleted_at=None)
    thread = rows.filter(pk=id_of(asked)).first()
    if thread is None:
        return {}
    if thread.edited_at or not hasattr(thread, "brought"):  # what was edited away is said no more
        return {"title": title_of(thread)}
    told = thread.brought.data
    return {
        "title": told["title"][:LONGEST_TITLE],
        "description": told["description"][:LONGEST_DESCRIPTION],
        "priority": URGENCY.get(told["priority"].casefold(), Priority.MEDIUM),
        "due": date.fromisoformat(told["due"][:10]) if told["due"] else None,
    }
