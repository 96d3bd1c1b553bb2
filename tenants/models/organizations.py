"""Organizations: company > business unit > department, a tree per platform."""

from django.core.exceptions import ValidationError
from django.db import models

from tenants.models.platforms import Accent, Platform


class Kind(models.TextChoices):
    """The level of an organization in its tree."""

    COMPANY = "company"
    UNIT = "unit", "business unit"
    DEPARTMENT = "department"


PARENT_OF = {Kind.COMPANY: {None}, Kind.UNIT: {Kind.COMPANY}, Kind.DEPARTMENT: {Kind.COMPANY, Kind.UNIT}}


def mark_of(name):
    """Return the two letters that stand for a company in its square mark."""
    words = name.split()
    return "".join(word[0] for word in words[:2]).upper() if len(words) > 1 else name[:2].upper()


class OrganizationQuerySet(models.QuerySet):
    """Organizations, read as adjectives."""

    def offered(self, *, besides=()):
        """Keep those that may be chosen: archived ones are offered nowhere, save where they stand already."""
        return self.filter(models.Q(archived_at=None) | models.Q(pk__in=[one.pk for one in besides if one]))


class Organization(models.Model):
    """A node of a platform's tree; exactly one company is the host, the others are external."""

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="organizations")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.COMPANY)
    name = models.CharField(max_length=80)
    is_host = models.BooleanField("host company", default=False)
    accent = models.CharField(max_length=10, choices=Accent, default=Accent.SLATE)
    archived_at = models.DateTimeField(null=True, blank=True, help_text="Offered nowhere; keeps what it owns.")

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform"], condition=models.Q(is_host=True), name="one_host_company_per_platform"
            ),
            models.UniqueConstraint(fields=["parent", "name"], name="organization_name_once_per_parent"),
            models.UniqueConstraint(
                fields=["platform", "name"], condition=models.Q(parent=None), name="company_name_once_per_platform"
            ),
            models.CheckConstraint(
                condition=models.Q(is_host=False) | models.Q(parent__isnull=True), name="only_a_company_is_host"
            ),
            models.CheckConstraint(
                condition=models.Q(kind=Kind.COMPANY, parent__isnull=True)
                | ~models.Q(kind=Kind.COMPANY) & models.Q(parent__isnull=False),
                name="a_company_stands_at_the_top",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def mark(self):
        """Two letters for the square mark."""
        return mark_of(self.name)

    @property
    def is_archived(self):
        """True while it is offered nowhere."""
        return self.archived_at is not None

    def clean(self):
        """Refuse a parent of another platform or of the wrong level."""
        if self.parent_id and self.parent.platform_id != self.platform_id:
            raise ValidationError({"parent": "The parent belongs to another platform."})
        if (self.parent.kind if self.parent_id else None) not in PARENT_OF[self.kind]:
            raise ValidationError({"parent": "A company stands at the top; units and departments stand below one."})
