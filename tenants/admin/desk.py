"""What every page of the operator's desk does: one entry in the record per change, or none at all."""

from django.contrib import admin

from tenants import audit
from tenants.models import User

audit.verbs({"operator_added": "added", "operator_changed": "changed", "operator_removed": "removed"})


def values(form, names):
    """Return the named fields of a form's object as words, for the record."""
    return {name: str(getattr(form.instance, name)) for name in names if hasattr(form.instance, name)}


class AuditedAdmin(admin.ModelAdmin):
    """Writes one entry in the record per change; Django's admin runs each in one transaction."""

    platform_path = "platform"

    def platform_of(self, obj):
        """Return the platform the object belongs to, or None for what belongs to the installation."""
        for name in self.platform_path.split("__") if self.platform_path else ():
            obj = getattr(obj, name)
        return obj if self.platform_path else None

    def save_model(self, request, obj, form, change):
        """Save and record what was and what is."""
        before = {}
        if change:
            stored = type(obj).objects.get(pk=obj.pk)
            before = {name: str(getattr(stored, name)) for name in form.changed_data if hasattr(stored, name)}
        super().save_model(request, obj, form, change)
        verb = "operator_changed" if change else "operator_added"
        self._record(request, verb, obj, before=before, after=values(form, form.changed_data))

    def delete_model(self, request, obj):
        """Delete and record it."""
        self._record(request, "operator_removed", obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        """Delete one by one: each leaves its entry."""
        for obj in queryset:
            self.delete_model(request, obj)

    def _record(self, request, verb, obj, **details):
        subject = obj if isinstance(obj, User) else getattr(obj, "user", None)
        platform = self.platform_of(obj)
        audit.record(None, verb, obj, user=request.user, platform=platform, subject=subject, **details)


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows rows that only services write."""

    def has_add_permission(self, request, obj=None):
        """Nobody adds here."""
        return False

    def has_change_permission(self, request, obj=None):
        """Nobody changes here."""
        return False

    def has_delete_permission(self, request, obj=None):
        """Nobody deletes here."""
        return False
