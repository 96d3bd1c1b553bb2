"""When the clock last did each of its jobs."""

from django.db import models


class ClockJob(models.Model):
    """One job of the clock; the row is how several clocks agree on who does it."""

    name = models.CharField(max_length=60, unique=True)
    ran_at = models.DateTimeField()
    failed_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name
