"""Compare the bytes of stored versions with their hashes."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from content import soundness


class Command(BaseCommand):
    """Succeeds when every version has the bytes of its hash; else names each that has not, and writes it down."""

    help = "Read every stored version, hash it, and compare; what differs is closed and entered in the record."

    def handle(self, **options):
        """Compare all, longest unchecked first."""
        checked, damaged = 0, 0
        for version in soundness.unchecked(timezone.now()).iterator(chunk_size=200):
            checked += 1
            if wrong := soundness.check(version):
                damaged += 1
                self.stderr.write(f"{version} of {version.file.item} ({version.key}): its bytes are {wrong}.")
        if damaged:
            raise CommandError(f"{damaged} of {checked} versions are damaged. Restore their bytes and run this again.")
        self.stdout.write(f"All {checked} versions have the bytes of their hashes.")
