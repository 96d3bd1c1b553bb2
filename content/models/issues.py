"""Issues: what an item of that type tells besides: where it stands, how urgent it is, and who is to see to it."""

from django.db import models

from content.models.changes import Change
from content.models.comments import Comment
from content.models.items import Item
from tenants.models import User


class IssueState(models.TextChoices):
    """Where an issue stands."""

    OPEN = "open", "Open"
    IN_WORK = "in_work", "In work"
    RESOLVED = "resolved", "Resolved"
    CLOSED = "closed", "Closed"


class IssueKind(models.TextChoices):
    """What an issue is."""

    DEFECT = "defect", "Defect"
    QUESTION = "question", "Question"
    IMPROVEMENT = "improvement", "Improvement"
    DEVIATION = "deviation", "Deviation"


class Priority(models.IntegerChoices):
    """How urgent something is; more is more urgent."""

    LOW = 1, "Low"
    MEDIUM = 2, "Medium"
    HIGH = 3, "High"
    URGENT = 4, "Urgent"


class Issue(models.Model):
    """What an item of the type issue tells besides. `thread` is the first comment of the thread it was raised from.

    Against which items it was reported, and which resolve it, are relations of the item.
    """

    item = models.OneToOneField(Item, models.CASCADE, primary_key=True, related_name="issue")
    state = models.CharField(max_length=10, choices=IssueState, default=IssueState.OPEN)
    kind = models.CharField("type", max_length=12, choices=IssueKind, default=IssueKind.DEFECT)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.MEDIUM)
    due = models.DateField(null=True, blank=True)
    assignees = models.ManyToManyField(User, blank=True, related_name="issues")
    thread = models.ForeignKey(Comment, models.SET_NULL, null=True, blank=True, related_name="issues")

    resolved_by = models.ForeignKey(Change, models.SET_NULL, null=True, blank=True, related_name="issues")

    class Meta:
        ordering = ["-priority", "due", "pk"]
        indexes = [models.Index(fields=["state", "-priority"], name="issue_by_state")]

    def __str__(self):
        return f"issue {self.pk}"
