"""Write docs/access.md from the rules."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from platform_site.access_docs import generate


class Command(BaseCommand):
    """`access_docs` writes the file, `access_docs --check` fails when it is out of date."""

    help = "Write docs/access.md from the rules."

    def add_arguments(self, parser):
        """Declare --check."""
        parser.add_argument("--check", action="store_true")

    def handle(self, *, check, **options):
        """Write or compare."""
        path = settings.ROOT / "docs" / "access.md"
        text = generate()
        if check:
            if not path.exists() or path.read_text() != text:
                raise CommandError("docs/access.md is out of date: run manage.py access_docs.")
            return
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        self.stdout.write(f"Wrote {path}.")
