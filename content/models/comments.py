"""Comments: threads on an item or one of its files, with who is mentioned, how people react, and what is attached."""

from django.db import models

from content.models.files import File
from content.models.items import Item
from tenants.models import User


class Sign(models.TextChoices):
    """How somebody reacts without words."""

    AGREE = "agree", "👍"
    DISAGREE = "disagree", "👎"
    DONE = "done", "✅"
    LOOKING = "looking", "👀"
    QUESTION = "question", "❓"
    THANKS = "thanks", "🙏"


class Comment(models.Model):
    """What somebody says about an item; the first of a thread has no `parent`, its answers have it as theirs."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="comments")
    file = models.ForeignKey(File, models.CASCADE, null=True, blank=True, related_name="comments")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="answers")
    author = models.ForeignKey(User, models.PROTECT, related_name="comments")
    text = models.TextField(max_length=4000)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    mentions = models.ManyToManyField(User, blank=True, related_name="mentioned_in")

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["item", "created_at", "id"], name="comment_of_item")]

    def __str__(self):
        return f"comment {self.pk}"


class CommentText(models.Model):
    """What a comment said before it was edited or deleted."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="texts")
    text = models.TextField()
    until = models.DateTimeField()

    class Meta:
        ordering = ["-until", "-pk"]

    def __str__(self):
        return f"{self.comment} until {self.until}"


class Reaction(models.Model):
    """A sign that somebody set under a comment."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="reactions")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    sign = models.CharField(max_length=10, choices=Sign)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["comment", "user", "sign"], name="same_reaction_once")]

    def __str__(self):
        return f"{self.get_sign_display()} under {self.comment}"


class Attachment(models.Model):
    """A file that came with a comment; its bytes live where those of versions do."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=200)
    key = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=100)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.name
