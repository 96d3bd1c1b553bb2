"""The ground floor: who you are, where you belong, what is written down about it."""

from importlib import import_module

from django.apps import AppConfig

# What registers itself when the site starts: the rules first, the rest in any order.
PARTS = (
    "lookups",
    "rules",
    "navigation",
    "events",
    "exports",
    "groups",
    "api_tokens",
    "housekeeping",
    "batch_runs",
    "member_batches",
    "reminders",
    "expiries",
    "news",
    "news_choices",
    "news_mail",
    "end_jobs",
    "end_panels",
    "organization_uses",
    "two_factor",
    "invitation_mail",
    "partner_panel",
    "checkpoints",
    "record_files",
    "forgetting",
    "record_looks",
    "auditors",
)


class TenantsConfig(AppConfig):
    """Registers the rules of this floor."""

    name = "tenants"
    verbose_name = "Platforms and people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        """Register the rules, the links of the navigation and what the record leads to."""
        for name in PARTS:
            import_module(f"tenants.{name}").register()
