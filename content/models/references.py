"""References: typed relations from an item that is not personal to another."""

from django.db import models

from content.models.items import Item
from tenants.models import User


class ReferenceKind(models.TextChoices):
    """What the relation says, read from its source."""

    PART_OF = "part_of", "is part of"
    REFERS_TO = "refers_to", "refers to"
    DERIVED_FROM = "derived_from", "is derived from"
    REPLACES = "replaces", "replaces"
    DOCUMENTED_BY = "documented_by", "is documented by"


class Reference(models.Model):
    """A relation that holds its target in being: a referenced item is not deleted."""

    source = models.ForeignKey(Item, models.CASCADE, related_name="references")
    target = models.ForeignKey(Item, models.PROTECT, related_name="referrers")
    kind = models.CharField(max_length=15, choices=ReferenceKind, default=ReferenceKind.REFERS_TO)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["source", "target", "kind"], name="same_reference_once"),
            models.CheckConstraint(condition=~models.Q(source=models.F("target")), name="no_reference_to_itself"),
        ]

    def __str__(self):
        return f"{self.source} {self.get_kind_display()} {self.target}"
