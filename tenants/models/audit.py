"""The record: append-only, written in the transaction of the act it tells of."""

from django.db import models

from tenants.models.people import User
from tenants.models.platforms import Platform


class AppendOnly(TypeError):
    """Somebody tried to change or delete an entry of the record."""


class AuditQuerySet(models.QuerySet):
    """Refuses what would change the record."""

    def update(self, **kwargs):
        """Refuse."""
        raise AppendOnly("The record is append-only.")

    def delete(self):
        """Refuse."""
        raise AppendOnly("The record is append-only.")

    bulk_update = update


class AuditEvent(models.Model):
    """Who did what, with which credential, on what, from what to what, and by which rule."""

    platform = models.ForeignKey(Platform, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_index=True)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    credential = models.JSONField(default=dict, help_text="Space, responsibility, organization in words and ids.")
    verb = models.CharField(max_length=40)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=40)
    object_label = models.CharField(max_length=250)
    space_id = models.BigIntegerField(null=True, help_text="Space concerned; no foreign key, it may be deleted.")
    subject = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", help_text="Person concerned.")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    rule = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["platform", "-at", "-id"], name="audit_by_platform"),
            models.Index(fields=["object_type", "object_id", "-id"], name="audit_by_object"),
            models.Index(fields=["space_id", "-id"], name="audit_by_space"),
        ]

    def __str__(self):
        return f"{self.verb} {self.object_label}"

    def save(self, **kwargs):
        """Insert; refuse to change a stored entry."""
        if not self._state.adding:
            raise AppendOnly("The record is append-only.")
        super().save(force_insert=True, **{k: v for k, v in kwargs.items() if k != "force_insert"})

    def delete(self, **kwargs):
        """Refuse."""
        raise AppendOnly("The record is append-only.")
