"""Shares: one item opened to one person, or to the people of a group, past the baseline."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from content.models.items import Item
from tenants.models import User


class Level(models.TextChoices):
    """What a share lets its recipient do; each value is a guardian permission on Item."""

    READ = "share_read", "Can read"
    EDIT = "share_edit", "Can edit"
    MANAGE = "share_manage", "Can manage"


class ShareQuerySet(models.QuerySet):
    """Shares with people and with groups, read as adjectives."""

    def live(self, now=None):
        """Keep those that have not ended."""
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now or timezone.now()))


class Share(UserObjectPermissionBase):
    """A guardian object permission on an item; `permission` is the level."""

    content_object = models.ForeignKey(Item, models.CASCADE, related_name="shares")
    ends_at = models.DateTimeField(null=True, blank=True)
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    given_at = models.DateTimeField(auto_now_add=True)

    objects = ShareQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        unique_together = []
        constraints = [models.UniqueConstraint(fields=["user", "content_object"], name="one_share_per_person_and_item")]

    def __str__(self):
        return f"{self.get_level().label} for {self.user} on {self.content_object}"

    def get_level(self):
        """Return the Level that the guardian permission stands for."""
        return Level(self.permission.codename)


class GroupShare(GroupObjectPermissionBase):
    """A share with a group: each active member receives it. `group` is the row of Django's that the group stands on."""

    content_object = models.ForeignKey(Item, models.CASCADE, related_name="group_shares")
    ends_at = models.DateTimeField(null=True, blank=True)
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    given_at = models.DateTimeField(auto_now_add=True)

    objects = ShareQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        unique_together = []
        constraints = [models.UniqueConstraint(fields=["group", "content_object"], name="one_share_per_group_and_item")]

    def __str__(self):
        return f"{self.get_level().label} for {self.group.user_group} on {self.content_object}"

    def get_level(self):
        """Return the Level that the guardian permission stands for."""
        return Level(self.permission.codename)
