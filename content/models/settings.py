"""What people choose of their lists."""

from django.db import models

from tenants.models import Member


class ListSetting(models.Model):
    """The columns that a member wants in lists of items on their platform."""

    member = models.OneToOneField(Member, models.CASCADE, primary_key=True, related_name="list_setting")
    columns = models.JSONField(default=list)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return ", ".join(self.columns)
