"""Compare the ledgers of counts with the items."""

from django.core.management.base import BaseCommand, CommandError

from content import counts


class Command(BaseCommand):
    """Succeeds when the ledgers count every item; else names the first difference and how many there are."""

    help = "Compare the ledgers of counts with the items; --mend puts right what differs, while people work."

    def add_arguments(self, parser):
        """Let somebody ask for mending."""
        parser.add_argument("--mend", action="store_true", help="add to the ledgers what they lack")

    def handle(self, **options):
        """Compare, and mend where that was asked."""
        found = counts.drift()
        if found and not options["mend"]:
            ledger, facts, lacking = found[0]
            said = ", ".join(f"{name} {value}" for name, value in facts.items())
            where = f"in {ledger.table} {said}"
            raise CommandError(f"{len(found):,} counts differ; first {where}: {lacking:+} lacking. Use --mend.")
        if found:
            counts.mend()
            self.stdout.write(f"{len(found):,} counts are mended.")
        else:
            self.stdout.write("The ledgers count every item.")
