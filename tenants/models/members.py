"""A member: one person on one platform, with a right and a status."""

from django.core.exceptions import ValidationError
from django.db import models

from tenants.models.organizations import Kind, Organization
from tenants.models.people import User
from tenants.models.platforms import Platform


class Right(models.TextChoices):
    """What a member may do on the platform as a whole."""

    ADMINISTRATOR = "administrator"
    MEMBER = "member"
    EXTERNAL = "external"


class Status(models.TextChoices):
    """Where a membership stands; only an active one gives any access."""

    PENDING = "pending"
    ACTIVE = "active"
    NO_ACCESS = "no_access", "no access"
    REMOVED = "removed"


def member_counts(status, ends_at, now):
    """Tell whether a membership gives access at `now`: active, and its end, if any, not reached."""
    return status == Status.ACTIVE and (ends_at is None or now < ends_at)


class Member(models.Model):
    """A person on a platform, employed by one company there."""

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="members")
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    right = models.CharField(max_length=15, choices=Right, default=Right.MEMBER)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    company = models.ForeignKey(Organization, models.PROTECT, related_name="employees")
    unit = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Business unit or department of the company.",
    )
    organizations = models.ManyToManyField(Organization, blank=True, related_name="further_members")
    created_at = models.DateTimeField(auto_now_add=True)
    joined_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    sponsor = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who answers for an External here: the inviter at first.",
    )
    ends_at = models.DateTimeField(null=True, blank=True, help_text="Access counts up to, not including, this.")
    held_before = models.JSONField(
        default=dict, blank=True, editable=False, help_text="Noted when access was removed; fills the next invitation."
    )

    auditor = models.BooleanField(default=False, help_text="Reads the record of the platform, beside their right.")
    sponsor_offered = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", help_text="Whom the sponsor asks to take over."
    )
    end_reminders = models.PositiveSmallIntegerField(default=0, editable=False, help_text="Sent about this end.")
    end_settled = models.BooleanField(default=False, editable=False, help_text="The sponsor lets it end.")

    class Meta:
        ordering = ["user__name", "user__email"]
        constraints = [
            models.UniqueConstraint(fields=["platform", "user"], name="one_membership_per_person_and_platform")
        ]

    def __str__(self):
        """Return the name; until acceptance the invited address, which tells nothing about an account."""
        return self.user.email if self.is_unmet else str(self.user)

    @property
    def is_external(self):
        """True for the right External."""
        return self.right == Right.EXTERNAL

    @property
    def is_active(self):
        """True while the membership gives access by its status; its end is asked apart."""
        return self.status == Status.ACTIVE

    def counts(self, now):
        """Tell whether the membership gives access at `now`."""
        return member_counts(self.status, self.ends_at, now)

    @property
    def is_pending(self):
        """True until the invitation is accepted."""
        return self.status == Status.PENDING

    @property
    def is_unmet(self):
        """True for who is invited, or was, and has never come in."""
        return self.is_pending or (not self.is_active and self.joined_at is None)

    @property
    def employment(self):
        """The lowest organization that employs this person."""
        return self.unit or self.company

    def clean(self):
        """Refuse organizations of another platform and a company that is none."""
        if self.company_id and (self.company.kind != Kind.COMPANY or self.company.platform_id != self.platform_id):
            raise ValidationError({"company": "Choose a company of this platform."})
        if self.unit_id and self.unit.platform_id != self.platform_id:
            raise ValidationError({"unit": "Choose a unit or department of this platform."})
