"""Types of content at the operator's desk. Items are not here: an operator opens no item of any platform."""

from django.contrib import admin

from content.models import ItemType, Property
from tenants.admin import AuditedAdmin


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
