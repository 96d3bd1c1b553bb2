"""Delete stored bytes that no version names, left behind by a crash or a deleted item."""

from django.core.management.base import BaseCommand

from content.files import sweep


class Command(BaseCommand):
    """Run it once a day."""

    help = "Delete stored bytes older than a day that no file version names."

    def handle(self, **options):
        """Sweep and say how many went."""
        self.stdout.write(f"Swept {sweep()} stored files.")
