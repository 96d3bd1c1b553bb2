"""Types of content at the operator's desk. Items are not here: an operator opens no item of any platform."""

from django import forms
from django.contrib import admin

from content.models import ItemType, Property
from tenants.admin import AuditedAdmin
from tenants.icons import icons


@admin.register(ItemType)
class ItemTypeAdmin(AuditedAdmin):
    """The types people create items of."""

    platform_path = ""
    list_display = ["name", "category", "prefix", "icon", "position"]
    list_editable = ["position"]
    list_filter = ["category"]
    search_fields = ["name", "code"]
    prepopulated_fields = {"code": ["name"]}
    fieldsets = [
        (None, {"fields": ["name", "code", "category"]}),
        ("Numbers", {"fields": ["prefix", "with_year", "digits"]}),
        ("Files", {"fields": ["file_kinds"]}),
        ("Looks", {"fields": ["icon", "position"]}),
        ("Changes", {"fields": ["by_change"]}),
    ]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Offer the icons that there are: another name would draw nothing."""
        if db_field.name == "icon":
            return forms.ChoiceField(choices=[(name, name) for name in sorted(icons())])
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_delete_permission(self, request, obj=None):
        """A type in use stays; the database says so too."""
        return super().has_delete_permission(request, obj) and not (obj and obj.items(manager="everything").exists())


@admin.register(Property)
class PropertyAdmin(AuditedAdmin):
    """What items of a type tell of themselves. Without a property, items keep and show the values they have."""

    platform_path = ""
    list_display = ["name", "type", "kind", "unit", "required", "position"]
    list_select_related = ["type"]
    list_filter = ["type"]
    search_fields = ["name"]
    ordering = ["type__position", "position", "pk"]
