"""What the bell shows, and what of it a person wants to be told, where and how."""

from django.db import models
from django.db.models import Q

from tenants.models.people import User
from tenants.models.platforms import Platform


class Delivery(models.TextChoices):
    """Whether a kind of news comes by mail too; the bell has it in any case."""

    NOW = "now", "at once"
    DIGEST = "digest", "in the daily digest"
    NONE = "none", "no mail"


class Level(models.TextChoices):
    """What somebody is told of a space."""

    EVERYTHING = "everything", "Everything"
    CONCERNS = "concerns", "What concerns me"
    NOTHING = "nothing", "Nothing"


class Notification(models.Model):
    """One entry per person and subject; a newer event about the same subject updates it in place."""

    DUE = "due"

    user = models.ForeignKey(User, models.CASCADE, related_name="notifications")
    platform = models.ForeignKey(Platform, models.CASCADE, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=80, help_text="Key of what it is about, such as invitation:7.")
    text = models.CharField(max_length=300)
    path = models.CharField(max_length=300, blank=True, help_text="Where it leads, on this site.")
    space_id = models.BigIntegerField(
        null=True, blank=True, help_text="Space concerned; no foreign key: it stands above."
    )
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    digest = models.CharField(max_length=80, blank=True, help_text="The digest that tells it; due waits for the next.")

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "subject"], name="one_notification_per_subject")]
        indexes = [
            models.Index(fields=["user", "platform", "read_at"], name="notification_unread"),
            models.Index(fields=["platform", "at"], condition=Q(digest="due"), name="notification_due"),
        ]

    def __str__(self):
        return self.text

    @property
    def number(self):
        """Return the id of what it is about, when its key ends with one."""
        tail = self.subject.rpartition(":")[2]
        return int(tail) if tail.isascii() and tail.isdigit() else None


class MailChoice(models.Model):
    """How somebody wants a kind of news of one platform, or of none, by mail, where it is not as by default."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    platform = models.ForeignKey(Platform, models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=40)
    delivery = models.CharField(max_length=10, choices=Delivery)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "platform", "kind"], name="one_mail_choice"),
            models.UniqueConstraint(
                fields=["user", "kind"], condition=Q(platform=None), name="one_mail_choice_of_no_platform"
            ),
        ]

    def __str__(self):
        return f"{self.kind}: {self.get_delivery_display()}"


class SpaceLevel(models.Model):
    """What somebody wants to be told of a space, where it is not what concerns them."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    platform = models.ForeignKey(Platform, models.CASCADE, related_name="+")
    space_id = models.BigIntegerField(help_text="Spaces stand on a floor above.")
    level = models.CharField(max_length=10, choices=Level)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "space_id"], name="one_level_per_space")]
        indexes = [models.Index(fields=["space_id", "level"], name="space_followers")]

    def __str__(self):
        return f"{self.get_level_display()} of space {self.space_id}"
