"""The ledger of licences: one row for every unit that was taken or freed, never changed."""

from django.db import models

from tenants.models.audit import AppendOnly, AuditQuerySet
from tenants.models.members import Member
from tenants.models.people import User
from tenants.models.platforms import Platform
from tenants.models.roles import Role


class Cause(models.TextChoices):
    """What took or freed a unit."""

    OPENING = "opening", "stood when the ledger began"
    GRANTED = "granted", "role granted with a licence"
    ASSIGNED = "assigned", "licence assigned"
    ACCEPTED = "accepted", "invitation accepted"
    UNASSIGNED = "unassigned", "licence taken off the grant"
    UNGRANTED = "ungranted", "role taken back"
    EXPIRED = "expired", "role taken back after its licence expired"
    ENDED = "ended", "access ended"


class LicenceEntry(models.Model):
    """One unit of a platform's stock of a role, taken (+1) or freed (-1) by or for a member."""

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+")
    role = models.ForeignKey(Role, models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    change = models.SmallIntegerField(choices=[(1, "taken"), (-1, "freed")])
    cause = models.CharField(max_length=12, choices=Cause)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", help_text="Empty: the system.")

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name_plural = "licence entries"
        constraints = [
            models.CheckConstraint(condition=models.Q(change__in=(1, -1)), name="a_licence_entry_is_one_unit"),
        ]
        indexes = [models.Index(fields=["platform", "role", "-at", "-id"], name="licence_entry_newest")]

    def __str__(self):
        return f"{self.get_change_display()}: {self.role} by {self.member}"

    def save(self, **kwargs):
        """Insert; refuse to change a stored row."""
        if not self._state.adding:
            raise AppendOnly("The ledger is append-only.")
        super().save(**kwargs)

    def delete(self, **kwargs):
        """Refuse."""
        raise AppendOnly("The ledger is append-only.")
