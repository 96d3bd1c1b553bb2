"""Compare what search knows with the items."""

from django.core.management.base import BaseCommand, CommandError

from content.search import entries


class Command(BaseCommand):
    """Succeeds when every item is found by its own words and nothing else; else says how many differ."""

    help = "Compare what search knows with the items; `reindex` mends what differs."

    def handle(self, **options):
        """Compare."""
        found = list(entries.drift())
        if found:
            raise CommandError(f"{len(found):,} items are not found by what they say; first {found[0]}. Run reindex.")
        if wrong := entries.broken():
            raise CommandError(f"{wrong} Run reindex.")
        self.stdout.write("Search knows every item as it is.")
