"""User groups of a platform: people who are given the same things together."""

import uuid

from django.contrib.auth.models import Group
from django.db import models

from tenants.models.members import Member
from tenants.models.people import User
from tenants.models.platforms import Platform


class UserGroupManager(models.Manager):
    """Makes groups; the only way one gets its row among Django's."""

    def make(self, **fields):
        """Store a group with a row of Django's under a name that tells nothing: names are unique per platform only."""
        return self.create(group=Group.objects.create(name=f"user group {uuid.uuid4()}"), **fields)


class UserGroup(models.Model):
    """A group of people on a platform. Its row of Django's groups carries guardian's grants; nobody joins that one."""

    group = models.OneToOneField(Group, models.CASCADE, primary_key=True, related_name="user_group")
    platform = models.ForeignKey(Platform, models.PROTECT, related_name="user_groups")
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=200, blank=True)
    members = models.ManyToManyField(Member, through="GroupMember", related_name="user_groups")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserGroupManager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["platform", "name"], name="group_name_once_per_platform")]

    def __str__(self):
        return self.name


class GroupMember(models.Model):
    """A member in a group. What the group is given counts for them while both stand and the membership is active."""

    group = models.ForeignKey(UserGroup, models.CASCADE, related_name="entries")
    member = models.ForeignKey(Member, models.CASCADE, related_name="group_entries")
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["member__user__name", "member__user__email"]
        constraints = [models.UniqueConstraint(fields=["group", "member"], name="once_in_a_group")]

    def __str__(self):
        return f"{self.member} in {self.group}"
