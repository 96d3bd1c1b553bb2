"""What people watch: items, assemblies with all below, searches that they keep, changes."""

from django.db import models
from django.db.models import Q

from content.models.changes import Change
from content.models.items import Item
from content.models.saved import SavedSearch
from tenants.models import Member


class Watch(models.Model):
    """Somebody wants to be told of an item, with all `below` it, of a change, or of what a search finds.

    Of a search `matches` are the items that it found when it was last asked, `told` the ids of the newest news.
    """

    member = models.ForeignKey(Member, models.CASCADE, related_name="watches")
    item = models.ForeignKey(Item, models.CASCADE, null=True, blank=True, related_name="watches")
    search = models.OneToOneField(SavedSearch, models.CASCADE, null=True, blank=True, related_name="watch")
    change = models.ForeignKey(Change, models.CASCADE, null=True, blank=True, related_name="watches")
    below = models.BooleanField(default=False)
    matches = models.ManyToManyField(Item, related_name="+", blank=True)
    told = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "watches"
        constraints = [
            models.UniqueConstraint(fields=["member", "item"], name="an_item_is_watched_once_by_a_member"),
            models.UniqueConstraint(fields=["member", "change"], name="a_change_is_watched_once_by_a_member"),
            models.CheckConstraint(
                condition=Q(item__isnull=False, search=None, change=None)
                | Q(item=None, search__isnull=False, change=None)
                | Q(item=None, search=None, change__isnull=False),
                name="a_watch_is_of_one_thing",
            ),
        ]

    def __str__(self):
        return f"{self.member}: {self.item or self.search or self.change}"
