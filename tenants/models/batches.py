"""Many at once: a batch of one act on many subjects, judged first, done after one confirmation."""

import uuid

from django.db import models
from django.db.models import Q

from tenants.models.people import User
from tenants.models.platforms import Platform


class BatchState(models.TextChoices):
    """The life of a batch: nothing has happened, its lines are being done, all of them are."""

    JUDGED = "judged"
    RUNNING = "running"
    DONE = "done"


class Batch(models.Model):
    """One act on many subjects, kept by the person who makes it; nothing happens before it is confirmed."""

    State = BatchState

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    platform = models.ForeignKey(Platform, models.CASCADE, related_name="+")
    maker = models.ForeignKey(User, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=BatchState, default=BatchState.JUDGED)
    version = models.PositiveIntegerField(default=1, help_text="Grows with every judgement.")
    created_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(help_text="When something last happened to it.")

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "batches"
        indexes = [models.Index(fields=["state", "touched_at"], name="batch_by_state")]

    def __str__(self):
        return f"{self.kind.replace('_', ' ')} of {self.created_at:%-d %b %Y %H:%M}"


class Outcome(models.TextChoices):
    """What came of a line."""

    WAITING = "", "waiting"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed", "failed by an error of ours"


class BatchLine(models.Model):
    """One subject of a batch: the verdict by the rules of its judgement, then what came of it."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    key = models.CharField(max_length=254, blank=True, help_text="Which subject, in the words of the kind.")
    subject = models.CharField(max_length=254, help_text="The subject in words.")
    data = models.JSONField(default=dict, blank=True, help_text="What was asked for this line, by column.")
    code = models.CharField(max_length=20, blank=True)
    sentence = models.CharField(max_length=500, blank=True)
    confirmed = models.BooleanField(default=False, help_text="The maker wants it in spite of a doubt.")
    runs = models.BooleanField(default=False, help_text="Will be done once the batch is confirmed.")
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.WAITING, blank=True)
    told = models.CharField(max_length=500, blank=True, help_text="The outcome in a sentence.")

    class Meta:
        ordering = ["batch", "number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="one_line_per_number_of_a_batch")]
        indexes = [
            models.Index(fields=["batch", "number"], condition=Q(runs=True, outcome=""), name="batch_lines_that_wait")
        ]

    def __str__(self):
        return self.subject
