"""Types of content: rows an operator adds to, each of one category."""

from django.core.exceptions import ValidationError
from django.db import models


class Category(models.TextChoices):
    """What a type is for; it sets the responsibility needed to create it."""

    PERSONAL = "personal", "Personal Management"
    EVALUATION = "evaluation", "Evaluation"
    DEFINITION = "definition", "Definition"
    RESOURCE = "resource", "Resource"
    ADMINISTRATIVE = "administrative", "Administrative Resource"


class ItemType(models.Model):
    """A kind of item, such as 3D part or review."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    category = models.CharField(max_length=15, choices=Category)
    icon = models.CharField(max_length=20, default="item")
    prefix = models.CharField(max_length=4, help_text="First letters of its numbers.")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self):
        return self.name

    def clean(self):
        """Refuse another category while an item uses the type: items carry it."""
        stored = ItemType.objects.filter(pk=self.pk).values_list("category", flat=True).first()
        if stored and stored != self.category and self.items.exists():
            raise ValidationError({"category": "Items of this type exist, so its category stays."})
