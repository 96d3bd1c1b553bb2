"""References: typed relations from an item that is not personal to another."""

from django.db import models
from django.db.models import Q

from content.models.items import Item
from tenants.models import User


class ReferenceKind(models.TextChoices):
    """What the relation says, read from its source: an assembly holds its parts, so that using a part changes none."""

    HAS_PART = "has_part", "has the part"
    REFERS_TO = "refers_to", "refers to"
    DERIVED_FROM = "derived_from", "is derived from"
    REPLACES = "replaces", "replaces"
    DOCUMENTED_BY = "documented_by", "is documented by"
    REVIEWS = "reviews", "reviews"
    REPORTED_AGAINST = "reported", "is reported against"
    RESOLVED_BY = "resolved_by", "is resolved by"


# The same, read from the target.
READ_BACK = {
    ReferenceKind.HAS_PART: "is part of",
    ReferenceKind.REFERS_TO: "is referred to by",
    ReferenceKind.DERIVED_FROM: "is the origin of",
    ReferenceKind.REPLACES: "is replaced by",
    ReferenceKind.DOCUMENTED_BY: "documents",
    ReferenceKind.REVIEWS: "is reviewed in",
    ReferenceKind.REPORTED_AGAINST: "has the issue",
    ReferenceKind.RESOLVED_BY: "resolves",
}
OF_ISSUES = (ReferenceKind.REPORTED_AGAINST, ReferenceKind.RESOLVED_BY)  # an issue alone has them
NO_CIRCLE = (ReferenceKind.HAS_PART, ReferenceKind.REPLACES)


class ReferenceQuerySet(models.QuerySet):
    """References, read as adjectives."""

    def standing(self):
        """Keep those that hold their target: what is in the trash holds nothing until it is restored."""
        return self.filter(source__trashed_at__isnull=True)


class Reference(models.Model):
    """A relation that holds its target in being: a referenced item is not deleted.

    `quantity` and `position` (the find number) are those of a part in its assembly; other kinds have none.
    """

    source = models.ForeignKey(Item, models.CASCADE, related_name="references")
    target = models.ForeignKey(Item, models.PROTECT, related_name="referrers")
    kind = models.CharField(max_length=15, choices=ReferenceKind, default=ReferenceKind.REFERS_TO)
    quantity = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    position = models.PositiveIntegerField(null=True, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["source", "target", "kind"], name="same_reference_once"),
            models.CheckConstraint(condition=~Q(source=models.F("target")), name="no_reference_to_itself"),
            models.CheckConstraint(
                condition=Q(kind=ReferenceKind.HAS_PART, quantity__gt=0)
                | ~Q(kind=ReferenceKind.HAS_PART) & Q(quantity__isnull=True, position__isnull=True),
                name="only_parts_have_a_quantity",
            ),
        ]

    def __str__(self):
        return f"{self.source} {self.get_kind_display()} {self.target}"

    @property
    def is_part(self):
        """Tell whether the target is a part of the source."""
        return self.kind == ReferenceKind.HAS_PART

    @property
    def amount(self):
        """Return the quantity as people write it: 2, 0.35."""
        return written(self.quantity)

    @property
    def read_back(self):
        """Return what the relation says, read from its target."""
        return READ_BACK[ReferenceKind(self.kind)]


def written(quantity):
    """Return a quantity without zeros that say nothing."""
    return "" if quantity is None else f"{quantity.normalize():f}"
