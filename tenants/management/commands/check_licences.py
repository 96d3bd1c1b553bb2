"""Compare the ledger of licences with what it accounts for."""

from django.core.management.base import BaseCommand, CommandError

from tenants import ledger


class Command(BaseCommand):
    """Succeeds when every stock balances; else names the first difference and how many there are."""

    help = "Compare quantity, used units, counting grants and the ledger of every platform and role."

    def handle(self, **options):
        """Compare."""
        found = list(ledger.differences())
        if found:
            raise CommandError(f"{len(found)} of the stocks do not balance; first {found[0]}.")
        self.stdout.write("Every licence is accounted for.")
