"""Types of content: rows an operator adds to, each of one category, and the properties that its items have."""

from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models


class Category(models.TextChoices):
    """What a type is for; it sets the responsibility needed to create it."""

    PERSONAL = "personal", "Personal Management"
    EVALUATION = "evaluation", "Evaluation"
    DEFINITION = "definition", "Definition"
    RESOURCE = "resource", "Resource"
    ADMINISTRATIVE = "administrative", "Administrative Resource"


class ItemType(models.Model):
    """A kind of item, such as 3D part or review. Its numbers are a prefix, perhaps the year, and random digits."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    category = models.CharField(max_length=15, choices=Category)
    icon = models.CharField(max_length=20, default="item")
    prefix = models.CharField(
        max_length=4,
        validators=[RegexValidator(r"^[A-Z0-9]+\Z", "Capital letters and digits.")],
        help_text="First letters of its numbers.",
    )
    digits = models.PositiveSmallIntegerField(
        default=6,
        validators=[MinValueValidator(4), MaxValueValidator(8)],
        help_text="Random digits of a number: they tell nothing of items that one may not see.",
    )
    with_year = models.BooleanField("year in the number", default=False, help_text="Such as PRT-2026-481503.")
    file_kinds = models.CharField(
        "kinds of files",
        max_length=250,
        blank=True,
        validators=[RegexValidator(r"^[.\w\s,]*\Z", "Suffixes with spaces between them.")],
        help_text="Suffixes of the files that its items take, such as step stp pdf; empty takes all.",
    )
    by_change = models.BooleanField(
        "promoted by changes alone",
        default=False,
        help_text="While such an item is under a change, nobody changes its maturity by hand.",
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self):
        return self.name

    def clean(self):
        """Refuse another category while an item uses the type: items carry it."""
        stored = ItemType.objects.filter(pk=self.pk).values_list("category", flat=True).first()
        if stored and stored != self.category and self.items(manager="everything").exists():
            raise ValidationError({"category": "Items of this type exist, so its category stays."})

    def suffixes(self):
        """Return the suffixes of files that its items take, without dots; none for all."""
        return [word.strip(".").lower() for word in self.file_kinds.replace(",", " ").split() if word.strip(".")]

    def takes(self, name):
        """Tell whether its items take a file of this name."""
        wanted = self.suffixes()
        return not wanted or PurePosixPath(name).suffix.lower().strip(".") in wanted


class PropertyKind(models.TextChoices):
    """What values of a property are."""

    TEXT = "text", "text"
    NUMBER = "number", "number"
    DATE = "date", "date"
    CHOICE = "choice", "choice"
    YES_NO = "yes_no", "yes or no"


class Property(models.Model):
    """What items of a type tell of themselves. They keep values by its name, a number together with its unit."""

    Kind = PropertyKind

    type = models.ForeignKey(ItemType, models.CASCADE, related_name="properties")
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=PropertyKind, default=PropertyKind.TEXT)
    unit = models.CharField(max_length=12, blank=True, help_text="Of a number, such as kg.")
    choices = models.TextField(max_length=2000, blank=True, help_text="Of a choice: one a line.")
    required = models.BooleanField(default=False)
    help = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name_plural = "properties"
        constraints = [models.UniqueConstraint(fields=["type", "name"], name="one_property_of_a_name_per_type")]

    def __str__(self):
        return self.name

    def clean(self):
        """Refuse choices without any, a unit of no number, and another name or unit while items keep values by it."""
        if self.kind == PropertyKind.CHOICE and not self.options():
            raise ValidationError({"choices": "Give the choices, one a line."})
        if self.unit and self.kind != PropertyKind.NUMBER:
            raise ValidationError({"unit": "Only a number has a unit."})
        stored = Property.objects.filter(pk=self.pk).first()
        if (
            stored
            and (stored.name, stored.unit) != (self.name, self.unit)
            and self.type.items(manager="everything").exists()
        ):
            raise ValidationError("Items of this type exist, so its name and unit stay. Add another property instead.")

    def options(self):
        """Return the choices."""
        return [line.strip() for line in self.choices.splitlines() if line.strip()]
