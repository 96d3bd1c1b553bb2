"""An item: one revision of a piece of content, owned by a space, an organization and a person."""

from django.db import models
from django.utils import timezone

from content.models.tags import Tag
from content.models.types import Category, ItemType
from spaces.models import Space
from tenants.models import Organization, Platform, User


class Maturity(models.TextChoices):
    """Where an item stands in its life. Personal items have none."""

    NONE = "none", "none"
    PRIVATE = "private", "Private"
    IN_WORK = "in_work", "In Work"
    FROZEN = "frozen", "Frozen"
    RELEASED = "released", "Released"
    OBSOLETE = "obsolete", "Obsolete"


class StandingItems(models.Manager):
    """Items that stand: what waits in the trash is nowhere but there."""

    def get_queryset(self):
        """Leave the trash out."""
        return super().get_queryset().filter(trashed_at__isnull=True)


class EveryItem(models.Manager):
    """Items with those in the trash."""


class Item(models.Model):
    """One revision of a piece of content.

    Revisions of one thing share `number`. `category` repeats the type's so that rules speak of own columns;
    a type in use keeps its category. `superseded` is true once a later revision exists.
    """

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="items")
    space = models.ForeignKey(Space, models.PROTECT, related_name="items")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="items")
    owner = models.ForeignKey(User, models.PROTECT, related_name="items", verbose_name="content owner")
    type = models.ForeignKey(ItemType, models.PROTECT, related_name="items")
    category = models.CharField(max_length=15, choices=Category, editable=False)
    number = models.CharField(max_length=20)
    revision = models.CharField(max_length=4, default="A")
    previous = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="later")
    superseded = models.BooleanField(default=False)
    title = models.CharField(max_length=120)
    description = models.TextField(max_length=4000, blank=True)
    properties = models.JSONField(default=dict, blank=True)
    tags = models.ManyToManyField(Tag, blank=True, related_name="items")
    maturity = models.CharField(max_length=10, choices=Maturity, default=Maturity.IN_WORK)
    platform_wide = models.BooleanField(default=False, help_text="An Administrative Resource for the whole platform.")
    locked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    locked_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, help_text="Rises with every stored change.")
    trashed_at = models.DateTimeField(null=True, blank=True, help_text="Since when it waits in the trash of its space.")
    trashed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    change = models.ForeignKey(
        "content.Change", models.SET_NULL, null=True, blank=True, related_name="held", help_text="Under which it is."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    modified_at = models.DateTimeField(default=timezone.now)

    objects = StandingItems()
    everything = EveryItem()

    class Meta:
        ordering = ["-modified_at", "-pk"]
        permissions = [("share_read", "Can read"), ("share_edit", "Can edit"), ("share_manage", "Can manage")]
        constraints = [
            models.UniqueConstraint(fields=["platform", "number", "revision"], name="one_revision_of_a_number"),
            models.CheckConstraint(
                condition=models.Q(category=Category.PERSONAL, maturity=Maturity.NONE)
                | ~models.Q(category=Category.PERSONAL) & ~models.Q(maturity=Maturity.NONE),
                name="only_personal_items_have_no_maturity",
            ),
            models.CheckConstraint(
                condition=models.Q(platform_wide=False) | models.Q(category=Category.ADMINISTRATIVE),
                name="only_administrative_resources_are_platform_wide",
            ),
        ]
        indexes = [
            models.Index(
                fields=["space", "trashed_at"], condition=models.Q(trashed_at__isnull=False), name="item_trashed"
            ),
            models.Index(fields=["platform", "-modified_at", "-id"], name="item_newest"),
            models.Index(fields=["space", "-modified_at", "-id"], name="item_newest_in_space"),
            models.Index(fields=["organization", "-modified_at", "-id"], name="item_newest_of_organization"),
        ]

    def __str__(self):
        return f"{self.number} {self.revision} {self.title}"
