"""The ledger of counts: how many items there are of each combination of the facts that lists count by."""

from django.db import models

from content.models.items import Item, Maturity
from content.models.types import Category, ItemType
from spaces.models import Space
from tenants.models import Organization, Platform

# The facts of an item: all that rules of reading ask of many items alike, and all that facets count.
FACTS = ("platform", "space", "organization", "type", "category", "maturity", "platform_wide")


class ItemCount(models.Model):
    """The number of items with these facts, named as those of Item, so that the same rules narrow both.

    Written by the database itself with every item (content/counts.py), by nobody else.
    """

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="+")
    space = models.ForeignKey(Space, models.CASCADE, related_name="+", db_index=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    type = models.ForeignKey(ItemType, models.CASCADE, related_name="+", db_index=False)
    category = models.CharField(max_length=15, choices=Category)
    maturity = models.CharField(max_length=10, choices=Maturity)
    platform_wide = models.BooleanField()
    number = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=FACTS, name="one_count_per_combination_of_facts")]
        indexes = [models.Index(fields=["space"], name="count_by_space")]

    def __str__(self):
        return f"{self.number} of {', '.join(str(getattr(self, Item._meta.get_field(f).attname)) for f in FACTS)}"
