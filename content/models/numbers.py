"""Numbers that were given out: none is given twice, even when what bore it is long gone."""

from django.db import models

from tenants.models import Platform


class Number(models.Model):
    """A number of a platform, and the latest revision that was made under it."""

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+")
    text = models.CharField(max_length=20)
    latest = models.CharField(max_length=4, default="A")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["platform", "text"], name="every_number_once")]

    def __str__(self):
        return f"{self.text} {self.latest}"
