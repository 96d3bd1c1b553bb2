"""Reviews: what an item of that type tells besides: which revisions are judged, by whom, how, and how it ended."""

from django.db import models

from content.models.items import Item
from content.models.references import Reference
from tenants.models import User


class Judgement(models.TextChoices):
    """How a reviewer judges a revision."""

    APPROVE = "approve", "Approve"
    REMARKS = "remarks", "Approve with remarks"
    REJECT = "reject", "Reject"


class Review(models.Model):
    """What an item of the type review tells besides; once `closed_at` is set nothing of it changes."""

    item = models.OneToOneField(Item, models.CASCADE, primary_key=True, related_name="review")
    due_on = models.DateField(null=True, blank=True)
    conclusion = models.TextField(max_length=4000, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["due_on"], condition=models.Q(closed_at=None), name="review_due")]

    def __str__(self):
        return str(self.item)


class StateFields(models.Model):
    """The state of a revision: the hash of what it says and holds, which people see, and one of its relations."""

    sha256 = models.CharField(max_length=64)
    relations = models.CharField(max_length=64)

    class Meta:
        abstract = True

    @property
    def state(self):
        """Return both hashes."""
        return self.sha256, self.relations


class ReviewedItem(StateFields):
    """One revision under review, with its state when it was put there; the relation by which the review names it.

    `closed_` fields are its state when the review was closed.
    """

    review = models.ForeignKey(Review, models.CASCADE, related_name="reviewed")
    reference = models.OneToOneField(Reference, models.CASCADE, related_name="reviewed")
    closed_sha256 = models.CharField(max_length=64, blank=True)
    closed_relations = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return str(self.reference.target)


class Reviewer(models.Model):
    """Somebody who is asked to judge; `shared` says that the review was shared with them for it."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="reviewers")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    shared = models.BooleanField(default=False)
    reminded = models.PositiveSmallIntegerField(default=0, help_text="How many reminders of the due date there were.")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["review", "user"], name="one_reviewer_once")]

    def __str__(self):
        return f"{self.user} on {self.review}"


class Verdict(StateFields):
    """How a reviewer judged a revision as it was then; their latest one counts, earlier ones stay."""

    reviewed = models.ForeignKey(ReviewedItem, models.CASCADE, related_name="verdicts")
    reviewer = models.ForeignKey(Reviewer, models.CASCADE, related_name="verdicts")
    judgement = models.CharField(max_length=10, choices=Judgement)
    remark = models.TextField(max_length=2000, blank=True)
    given_at = models.DateTimeField()

    class Meta:
        ordering = ["-given_at", "-pk"]

    def __str__(self):
        return f"{self.get_judgement_display()}: {self.reviewed}"
