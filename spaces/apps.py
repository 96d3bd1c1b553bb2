"""The second floor: collaborative spaces and credentials."""

from django.apps import AppConfig


class SpacesConfig(AppConfig):
    """Registers the rules of this floor and the facts it adds to actors."""

    name = "spaces"
    verbose_name = "Collaborative spaces"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        """Register rules, facts, verbs, and what this floor does when a membership begins or ends."""
        from spaces import loaders, memberships, rules, services
        from tenants import actor

        rules.register()
        services.register()
        memberships.register()
        actor.contribute("credentials", loaders.load_credentials)
