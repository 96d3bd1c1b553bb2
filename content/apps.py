"""The third floor: items, files, shares."""

from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate

# What registers itself when the site starts.
PARTS = (
    "wiring",
    "change_rules",
    "memberships",
    "visibility_preview",
    "inheritance",
    "option_effects",
    "organization_uses",
    "right_effects",
    "panels",
    "personal",
    "references",
    "from_files",
    "item_batches",
    "news",
    "watching",
    "presence",
    "live",
    "following",
    "results",
    "groups",
)


class ContentConfig(AppConfig):
    """Registers the rules of this floor and the facts it adds to actors."""

    name = "content"
    verbose_name = "Content"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        """Register rules, facts, and what this floor adds to those below."""
        from content import counts, loaders
        from tenants import actor

        for name in PARTS:
            import_module(f"content.{name}").register()
        actor.contribute("shares", loaders.load_shares)
        post_migrate.connect(counts.ensure, sender=self)
