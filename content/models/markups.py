"""Markups: where in a version of a file a thread is pinned, and how to look there again."""

from django.db import models

from content.models.comments import Attachment, Comment
from content.models.files import FileVersion
from tenants.models import User


class MarkupKind(models.TextChoices):
    """What is drawn: a pin and a dimension in a model, all but a dimension on a page, picture or drawing."""

    PIN = "pin", "Pin"
    ARROW = "arrow", "Arrow"
    RECTANGLE = "rectangle", "Rectangle"
    FREEHAND = "freehand", "Freehand line"
    TEXT = "text", "Text"
    DIMENSION = "dimension", "Dimension"


class Found(models.TextChoices):
    """How a markup was found again in the version to which somebody carried it; its own version says nothing."""

    NONE = "", "made here"
    STILL = "still", "still there"
    MOVED = "moved", "moved"
    GONE = "gone", "gone"


class Markup(models.Model):
    """The place of a thread in one version of a file; `view` has one of the shapes of `content.markups.shapes`.

    Carried to another revision it is a row of its own there, which names the one it came from.
    """

    comment = models.OneToOneField(Comment, models.CASCADE, related_name="markup")
    version = models.ForeignKey(FileVersion, models.CASCADE, related_name="markups")
    kind = models.CharField(max_length=10, choices=MarkupKind, default=MarkupKind.PIN)
    view = models.JSONField()
    snapshot = models.OneToOneField(Attachment, models.SET_NULL, null=True, blank=True, related_name="+")
    carried_from = models.OneToOneField("self", models.SET_NULL, null=True, blank=True, related_name="carried_to")
    carried_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    found = models.CharField(max_length=5, choices=Found, blank=True, default=Found.NONE)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"{self.get_kind_display()} on {self.version}"
