"""The ground floor: who you are, where you belong, what is written down about it."""

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    """Registers the rules of this floor."""

    name = "tenants"
    verbose_name = "Platforms and people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        """Register the rules, the links of the navigation and what the record leads to."""
        from tenants import (
            batch_runs,
            end_jobs,
            end_panels,
            events,
            expiries,
            exports,
            groups,
            housekeeping,
            invitation_mail,
            member_batches,
            navigation,
            news,
            news_choices,
            news_mail,
            organization_uses,
            partner_panel,
            reminders,
            rules,
            two_factor,
        )

        rules.register()
        navigation.register()
        events.register()
        exports.register()
        groups.register()
        housekeeping.register()
        batch_runs.register()
        member_batches.register()
        reminders.register()
        expiries.register()
        news.register()
        news_choices.register()
        news_mail.register()
        end_jobs.register()
        end_panels.register()
        organization_uses.register()
        two_factor.register()
        invitation_mail.register()
        partner_panel.register()
