"""Who has the page of an item open."""

from django.db import models

from content.models.items import Item
from tenants.models import Member


class Presence(models.Model):
    """A member has an item open; it counts for a moment after `seen_at`, and is no entry of the record."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="+")
    item = models.ForeignKey(Item, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "item"], name="somebody_is_there_once")]

    def __str__(self):
        return f"{self.member}: {self.item}"
