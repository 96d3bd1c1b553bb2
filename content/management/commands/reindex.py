"""Keep anew what search knows of every item."""

from django.core.management.base import BaseCommand

from content.models import Item
from content.search import entries


class Command(BaseCommand):
    """Goes over all items in chunks, each in a transaction of its own; people work on meanwhile."""

    help = "Keep anew what search knows of every item."

    def handle(self, **options):
        """Go over them."""
        done, total = 0, Item.objects.count()
        for number in entries.reindex(Item.objects.all()):
            done += number
            if options["verbosity"] > 1:
                self.stdout.write(f"{done:,} of {total:,}")
        self.stdout.write(f"{done:,} items can be found.")
