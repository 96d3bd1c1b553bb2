"""Tags: free words of a platform, seen only on the items that carry them."""

from django.db import models

from tenants.models import Platform


class Tag(models.Model):
    """A word that items of a platform carry, in small letters."""

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="+")
    word = models.CharField(max_length=40)

    class Meta:
        ordering = ["word"]
        constraints = [models.UniqueConstraint(fields=["platform", "word"], name="every_tag_once")]

    def __str__(self):
        return self.word
