"""The third floor: items, files, shares."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ContentConfig(AppConfig):
    """Registers the rules of this floor and the facts it adds to actors."""

    name = "content"
    verbose_name = "Content"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        """Register rules, facts, and what this floor adds to those below."""
        from content import (
            counts,
            from_files,
            groups,
            inheritance,
            item_batches,
            loaders,
            memberships,
            news,
            option_effects,
            organization_uses,
            panels,
            personal,
            references,
            right_effects,
            visibility_preview,
            watching,
            wiring,
        )
        from tenants import actor

        wiring.register()
        memberships.register()
        visibility_preview.register()
        inheritance.register()
        option_effects.register()
        organization_uses.register()
        right_effects.register()
        panels.register()
        personal.register()
        references.register()
        from_files.register()
        item_batches.register()
        news.register()
        watching.register()
        groups.register()
        actor.contribute("shares", loaders.load_shares)
        post_migrate.connect(counts.ensure, sender=self)
