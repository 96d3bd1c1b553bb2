"""Checks the record of every platform against its own links, checkpoints and witnesses."""

from django.core.management.base import BaseCommand, CommandError

from tenants import record_checks


class Command(BaseCommand):
    """Names the first bad entry of each chain; ends with an error when there is one."""

    help = "Check that no entry of the record was changed, taken out, put elsewhere or cut off."

    def add_arguments(self, parser):
        """Take the slug of one platform, or check all."""
        parser.add_argument("platform", nargs="?", help="Slug of the platform; all when left out.")

    def handle(self, **options):
        """Check and say what was found."""
        wanted = [
            (number, platform)
            for number, platform in record_checks.chains()
            if not options["platform"] or (platform and platform.slug == options["platform"])
        ]
        if not wanted:
            raise CommandError("There is no record of that platform.")
        bad = 0
        for number, platform in wanted:
            report = record_checks.check(number, platform)
            bad += bool(report.problem)
            said = report.problem or (
                f"{report.entries} entries hold, {report.forgotten} of them without their words; "
                f"{report.checkpoints} checkpoints of its own and {report.witnessed} kept by partners agree."
            )
            style = self.style.ERROR if report.problem else self.style.SUCCESS
            self.stdout.write(style(f"{report.name}: {said}"))
        if bad:
            raise CommandError(f"{bad} of {len(wanted)} records do not hold.")
