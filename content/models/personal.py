"""What people keep for themselves: what is in their favourites and folders, what they opened lately."""

from django.db import models
from django.utils import timezone

from content.models.items import Item
from tenants.models import User


class FolderEntry(models.Model):
    """An item in a personal item, such as favourites or a folder. It is no relation, and vanishes with either."""

    folder = models.ForeignKey(Item, models.CASCADE, related_name="entries")
    target = models.ForeignKey(Item, models.CASCADE, related_name="kept_in")
    added_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-added_at", "-pk"]
        verbose_name_plural = "folder entries"
        constraints = [
            models.UniqueConstraint(fields=["folder", "target"], name="an_item_once_in_a_folder"),
            models.CheckConstraint(condition=~models.Q(folder=models.F("target")), name="no_folder_in_itself"),
        ]

    def __str__(self):
        return f"{self.target} in {self.folder}"


class Opened(models.Model):
    """When somebody last opened an item; a setting of theirs that nobody else sees."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    item = models.ForeignKey(Item, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        verbose_name_plural = "opened"
        constraints = [models.UniqueConstraint(fields=["user", "item"], name="an_item_is_opened_once_by_a_person")]
        indexes = [models.Index(fields=["user", "-at"], name="opened_lately")]

    def __str__(self):
        return f"{self.user}: {self.item}"
