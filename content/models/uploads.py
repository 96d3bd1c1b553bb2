"""Uploads under way: what was said about a file whose bytes are still coming."""

from django.db import models
from django.utils import timezone

from content.models.files import FileVersion
from content.models.items import Item
from tenants.models import User


class Upload(models.Model):
    """A file on its way into an item, sent by one person; until it is whole its bytes lie in the spool under `token`.

    `version` is what it became. `size` is in bytes, as announced.
    """

    token = models.CharField(max_length=32, unique=True, editable=False, help_text="Random; its address.")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    item = models.ForeignKey(Item, models.CASCADE, related_name="uploads")
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    comment = models.CharField(max_length=250, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    unlock = models.BooleanField(default=False)
    version = models.ForeignKey(FileVersion, models.CASCADE, null=True, blank=True, related_name="+")
    begun_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self):
        return f"{self.name} for {self.item}"
