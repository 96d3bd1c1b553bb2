"""Searches that people keep for themselves."""

from django.db import models

from tenants.models import Member


class SavedSearch(models.Model):
    """What a member asked of a list, under a name; `query` is the part of the address that says it."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="saved_searches")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["member", "name"], name="one_saved_search_of_a_name")]

    def __str__(self):
        return self.name
