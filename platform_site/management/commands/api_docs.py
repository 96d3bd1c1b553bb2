"""Write docs/openapi.json from the API."""

import json

from django.conf import settings
from django.core.management.base import BaseCommand

from platform_site.api import described


class Command(BaseCommand):
    """`api_docs` writes the file; a test compares it with the API."""

    help = "Write docs/openapi.json from the API."

    def handle(self, **options):
        """Write."""
        path = settings.ROOT / "docs" / "openapi.json"
        path.write_text(json.dumps(described(), indent=1) + "\n")
        self.stdout.write(f"Wrote {path}.")
