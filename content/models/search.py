"""What search keeps of an item: its words, folded, derived from the item and never shown."""

from django.db import models

from content.models.items import Item


class SearchEntry(models.Model):
    """One row per item. The database derives its indexes of words and of parts from it (content/search)."""

    item = models.OneToOneField(Item, models.CASCADE, primary_key=True, related_name="entry")
    number = models.CharField(max_length=80, help_text="The number written together.")
    title = models.TextField()
    names = models.TextField(help_text="Number, title, tags and file names: a part of these is enough.")
    text = models.TextField(help_text="All words of the item, field after field.")

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["number"], name="search_number")]

    def __str__(self):
        return self.number
