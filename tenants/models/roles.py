"""Roles (the operator's catalogue), a platform's stock of them, and grants to members."""

from django.core.exceptions import ValidationError
from django.db import models

from tenants.models.groups import UserGroup
from tenants.models.members import Member
from tenants.models.platforms import Platform


class Capability(models.TextChoices):
    """What a role lets its holder do at all; responsibilities decide the rest."""

    ENTER = "enter", "sign in to the platform, notifications"
    CONTENT = "content", "read and work in spaces"
    DESIGN = "design", "create and change definitions and resources"
    EVALUATE = "evaluate", "create and change evaluations"
    CHANGE = "change", "raise and decide changes"


class Role(models.Model):
    """A bundle of capabilities backed by a licence. `capabilities` and `prerequisites` are lists of codes."""

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=200, blank=True)
    capabilities = models.JSONField(default=list)
    prerequisites = models.JSONField(default=list, blank=True, help_text="Codes of roles that must resolve too.")
    portable = models.BooleanField(default=True, help_text="A licence of it may be used on another platform.")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self):
        return self.name

    def clean(self):
        """Refuse unknown capabilities, unknown prerequisites and a role that needs itself."""
        if unknown := set(self.capabilities) - set(Capability.values):
            raise ValidationError({"capabilities": f"Unknown capability: {', '.join(sorted(unknown))}."})
        known = set(Role.objects.exclude(pk=self.pk).values_list("code", flat=True))
        if unknown := set(self.prerequisites) - known:
            raise ValidationError({"prerequisites": f"No other role has the code {', '.join(sorted(unknown))}."})


class RoleStock(models.Model):
    """How many licences of a role a platform owns, and until when. Set by the operator."""

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="stock")
    role = models.ForeignKey(Role, models.PROTECT, related_name="stock")
    quantity = models.PositiveIntegerField()
    used = models.PositiveIntegerField(default=0, editable=False, help_text="Units taken; kept by tenants.ledger.")
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Licences count up to, not including, this.")

    class Meta:
        ordering = ["platform__name", "role__position"]
        verbose_name_plural = "role stock"
        constraints = [
            models.UniqueConstraint(fields=["platform", "role"], name="one_stock_per_platform_and_role"),
            models.CheckConstraint(
                condition=models.Q(used__lte=models.F("quantity")), name="used_licences_within_quantity"
            ),
        ]

    def __str__(self):
        return f"{self.platform}: {self.quantity} {self.role}"

    @property
    def free(self):
        """Units that nobody has taken."""
        return self.quantity - self.used

    def expired(self, now):
        """Tell whether the licences have expired at `now`."""
        return self.expires_at is not None and self.expires_at <= now


class GroupGrant(models.Model):
    """A role given to a group: each person in it has a RoleGrant `through` it, kept by `tenants.group_roles`."""

    group = models.ForeignKey(UserGroup, models.CASCADE, related_name="grants")
    role = models.ForeignKey(Role, models.PROTECT, related_name="+")
    assigned = models.BooleanField("assign licence", default=True)
    restricted = models.BooleanField("restrict usage to this platform", default=True)
    granted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["role__position"]
        constraints = [models.UniqueConstraint(fields=["group", "role"], name="one_grant_per_group_and_role")]

    def __str__(self):
        return f"{self.role} for {self.group}"


class RoleGrant(models.Model):
    """A role given to a member, by hand or `through` a group. `assigned` takes a unit of stock while they are active:

    one for a person and a role, however many of their grants say so.
    """

    member = models.ForeignKey(Member, models.CASCADE, related_name="grants")
    role = models.ForeignKey(Role, models.PROTECT, related_name="grants")
    assigned = models.BooleanField("assign licence", default=True)
    restricted = models.BooleanField("restrict usage to this platform", default=True)
    through = models.ForeignKey(GroupGrant, models.CASCADE, null=True, blank=True, related_name="+", editable=False)
    granted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["role__position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "role"],
                condition=models.Q(through__isnull=True),
                name="one_own_grant_per_member_and_role",
            ),
            models.UniqueConstraint(fields=["member", "through"], name="one_grant_per_member_and_group_grant"),
        ]

    def __str__(self):
        return f"{self.role} for {self.member}"
