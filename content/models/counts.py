"""The ledgers of counts: how many items there are of each combination of the facts that lists count by.

`ItemCount` has them all. The others are sums of it that leave facts out, so that a question which does not ask for
them reads few rows. All are written by the database itself (content/counts.py), by nobody else.
"""

from django.db import models

from content.models.items import Item, Maturity
from content.models.types import Category, ItemType
from spaces.models import Space, Visibility
from tenants.models import Organization, Platform

# The facts of an item: all that rules of reading ask of many items alike, and all that facets count.
FACTS = ("platform", "space", "organization", "type", "category", "maturity", "platform_wide")
OF_SPACE = ("platform", "space", "maturity", "platform_wide")
IN_SPACE = ("platform", "space", "organization", "maturity", "platform_wide")


def _key(model):
    return models.ForeignKey(model, models.CASCADE, related_name="+", db_index=False)


class ItemCount(models.Model):
    """The number of items with these facts, named as those of Item, so that the same rules narrow both."""

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="+")
    space = _key(Space)
    organization = _key(Organization)
    type = _key(ItemType)
    category = models.CharField(max_length=15, choices=Category)
    maturity = models.CharField(max_length=10, choices=Maturity)
    platform_wide = models.BooleanField()
    number = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=FACTS, name="one_count_per_combination_of_facts")]
        indexes = [models.Index(fields=["space"], name="count_by_space")]

    def __str__(self):
        return f"{self.number} of {', '.join(str(getattr(self, Item._meta.get_field(f).attname)) for f in FACTS)}"


class _OfSpace(models.Model):
    """A number of items of a space."""

    platform = _key(Platform)
    space = _key(Space)
    maturity = models.CharField(max_length=10, choices=Maturity)
    platform_wide = models.BooleanField()
    number = models.IntegerField()

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.number} in {self.space_id}"


class SpaceCount(_OfSpace):
    """The number of items of a space, of whatever type."""

    organization = _key(Organization)

    class Meta:
        constraints = [models.UniqueConstraint(fields=IN_SPACE, name="one_count_per_combination_in_space")]
        indexes = [models.Index(fields=["space"], name="space_count_by_space")]


class SpaceTotal(_OfSpace):
    """The number of items of a space, of whatever type and organization."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=OF_SPACE, name="one_total_per_combination_of_space")]
        indexes = [models.Index(fields=["space"], name="space_total_by_space")]


class AnywhereCount(models.Model):
    """A difference in the number of items of whatever space that has this visibility; their sum is the number.

    Differences are only added, so nobody waits for another's space; the clock puts those of equal facts together.
    """

    platform = _key(Platform)
    visibility = models.CharField(max_length=10, choices=Visibility)
    organization = _key(Organization)
    type = _key(ItemType)
    maturity = models.CharField(max_length=10, choices=Maturity)
    platform_wide = models.BooleanField()
    number = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["platform", "organization"], name="anywhere_by_organization")]

    def __str__(self):
        return f"{self.number:+} in {self.visibility} spaces"
