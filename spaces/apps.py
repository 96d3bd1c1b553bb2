"""The second floor: collaborative spaces and credentials."""

from django.apps import AppConfig


class SpacesConfig(AppConfig):
    """Registers the rules of this floor and the facts it adds to actors."""

    name = "spaces"
    verbose_name = "Collaborative spaces"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        """Register rules, facts and verbs, what pages show of spaces, and what joining and leaving mean here."""
        from spaces import (
            exporting,
            groups,
            importing,
            loaders,
            memberships,
            navigation,
            news,
            organization_uses,
            panels,
            rules,
            services,
        )
        from tenants import actor

        rules.register()
        services.register()
        navigation.register()
        panels.register()
        memberships.register()
        importing.register()
        news.register()
        exporting.register()
        organization_uses.register()
        groups.register()
        actor.contribute("credentials", loaders.load_credentials)
