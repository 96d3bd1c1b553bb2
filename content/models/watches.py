"""What people watch: items, assemblies with all below, searches that they keep."""

from django.db import models
from django.db.models import Q

from content.models.items import Item
from content.models.saved import SavedSearch
from tenants.models import Member


class Watch(models.Model):
    """Somebody wants to be told of an item, with all `below` it, or of what a search newly finds.

    Of a search `known` holds the ids that it found when it was last asked, `told` those of the newest news.
    """

    member = models.ForeignKey(Member, models.CASCADE, related_name="watches")
    item = models.ForeignKey(Item, models.CASCADE, null=True, blank=True, related_name="watches")
    search = models.OneToOneField(SavedSearch, models.CASCADE, null=True, blank=True, related_name="watch")
    below = models.BooleanField(default=False)
    known = models.JSONField(default=list, blank=True)
    told = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "watches"
        constraints = [
            models.UniqueConstraint(fields=["member", "item"], name="an_item_is_watched_once_by_a_member"),
            models.CheckConstraint(
                condition=Q(item=None, search__isnull=False) | Q(item__isnull=False, search=None),
                name="a_watch_is_of_one_thing",
            ),
        ]

    def __str__(self):
        return f"{self.member}: {self.item or self.search}"
