"""Files of an item and their versions; a version exists only once its bytes are whole and stored."""

from django.db import models

from content.models.items import Item
from tenants.models import User


class File(models.Model):
    """A named file of an item; its bytes live in versions."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["item", "name"], name="one_file_of_a_name_per_item")]

    def __str__(self):
        return self.name


class Scan(models.TextChoices):
    """What a scanner for malware said of a version; without a scanner nothing."""

    NONE = "", "not scanned"
    PENDING = "pending", "waits for the scanner"
    CLEAN = "clean", "clean"
    INFECTED = "infected", "carries malware"


class FileVersion(models.Model):
    """Bytes that were uploaded once and never change. `size` is in bytes, `sha256` is hexadecimal."""

    file = models.ForeignKey(File, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    key = models.CharField(max_length=100, db_index=True, editable=False, help_text="Random name in the storage.")
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=80, default="application/octet-stream")
    comment = models.CharField(max_length=250, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    checked_at = models.DateTimeField(null=True, blank=True, db_index=True, help_text="Last compared with its hash.")
    damaged_at = models.DateTimeField(null=True, blank=True, help_text="When its bytes were found missing or other.")
    scan = models.CharField(max_length=8, choices=Scan, blank=True, default=Scan.NONE)
    scan_asked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="one_version_of_a_number")]

    def __str__(self):
        return f"{self.file} version {self.number}"
