"""What the bell shows."""

from django.db import models

from tenants.models.people import User
from tenants.models.platforms import Platform


class Notification(models.Model):
    """One entry per person and subject; a newer event about the same subject updates it in place."""

    user = models.ForeignKey(User, models.CASCADE, related_name="notifications")
    platform = models.ForeignKey(Platform, models.CASCADE, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=80, help_text="Key of what it is about, such as invitation:7.")
    text = models.CharField(max_length=300)
    path = models.CharField(max_length=300, blank=True, help_text="Where it leads, on this site.")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "subject"], name="one_notification_per_subject")]
        indexes = [models.Index(fields=["user", "platform", "read_at"], name="notification_unread")]

    def __str__(self):
        return self.text
