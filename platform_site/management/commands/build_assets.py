"""The command that builds fonts, icons and script."""

from django.core.management.base import BaseCommand, CommandError

from platform_site import assets


class Command(BaseCommand):
    """Build static/built/ when the lock or a source has changed."""

    help = "Build fonts, icons and script into static/built/ when package-lock.json or a source has changed."
    requires_system_checks = ()

    def add_arguments(self, parser):
        """Add --force."""
        parser.add_argument("--force", action="store_true", help="build although nothing has changed")

    def handle(self, *, force, **options):
        """Build, and say when there was nothing to do."""
        try:
            if not assets.ensure(self.stdout.write, force=force):
                self.stdout.write("Assets: current.")
        except assets.AssetsError as error:
            raise CommandError(str(error)) from error
