"""Iterations: what an item said and held after each saved file and each change of its properties."""

from django.db import models
from django.utils import timezone

from content.models.files import FileVersion
from content.models.items import Item
from tenants.models import User


class Iteration(models.Model):
    """The state of a revision after a change, such as A.3; `versions` are the latest of its files at that moment."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="iterations")
    number = models.PositiveIntegerField()
    what = models.CharField(max_length=250)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    title = models.CharField(max_length=120)
    description = models.TextField(max_length=4000, blank=True)
    properties = models.JSONField(default=dict, blank=True)
    versions = models.ManyToManyField(FileVersion, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="one_iteration_of_a_number")]

    def __str__(self):
        return f"{self.item.revision}.{self.number}"
