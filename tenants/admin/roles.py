"""The operator's desk: the catalogue of roles, the stock of each platform, the ledger."""

from django import forms
from django.contrib import admin

from tenants import stock
from tenants.admin.desk import AuditedAdmin, ReadOnlyAdmin
from tenants.errors import Conflict
from tenants.models import Capability, LicenceEntry, Role, RoleStock


class RoleForm(forms.ModelForm):
    """Capabilities and prerequisites as boxes to tick."""

    capabilities = forms.MultipleChoiceField(choices=Capability.choices, widget=forms.CheckboxSelectMultiple)
    prerequisites = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Role
        fields = ["code", "name", "description", "capabilities", "prerequisites", "portable", "position"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        others = Role.objects.exclude(pk=self.instance.pk)
        self.fields["prerequisites"].choices = [(role.code, role.name) for role in others]


@admin.register(Role)
class RoleAdmin(AuditedAdmin):
    """The catalogue of roles."""

    form = RoleForm
    platform_path = ""
    list_display = ["name", "code", "capability_words", "prerequisite_words", "portable"]
    list_filter = ["portable"]
    search_fields = ["name", "code"]

    @admin.display(description="capabilities")
    def capability_words(self, role):
        """Name the capabilities."""
        return ", ".join(role.capabilities)

    @admin.display(description="needs")
    def prerequisite_words(self, role):
        """Name the prerequisites."""
        return ", ".join(role.prerequisites) or "nothing"

    def get_readonly_fields(self, request, obj=None):
        """A code stays: licences and prerequisites speak of it."""
        return ["code"] if obj else []


class StockForm(forms.ModelForm):
    """Refuses a quantity below the units used."""

    class Meta:
        model = RoleStock
        fields = ["platform", "role", "quantity", "expires_at"]

    def clean_quantity(self):
        """Compare with the licences that active members use now; the admin's transaction holds the stock meanwhile."""
        quantity = self.cleaned_data["quantity"]
        if self.instance.pk:
            try:
                stock.require_quantity(stock.lock_stock(self.instance.platform, self.instance.role), quantity)
            except Conflict as refusal:
                raise forms.ValidationError(refusal.sentence) from refusal
        return quantity


@admin.register(RoleStock)
class RoleStockAdmin(AuditedAdmin):
    """Licences per platform and role. A stock stays; none left is a quantity of 0."""

    form = StockForm
    list_display = ["role", "platform", "quantity", "used", "expires_at"]
    list_filter = ["platform", "role"]
    list_select_related = ["platform", "role"]
    search_fields = ["platform__name", "role__name", "role__code"]
    autocomplete_fields = ["platform", "role"]

    def get_readonly_fields(self, request, obj=None):
        """A stock keeps its platform and role: the ledger speaks of both."""
        return ["platform", "role", "used"] if obj else []

    def has_delete_permission(self, request, obj=None):
        """Nobody deletes what the ledger accounts for."""
        return False

    def save_model(self, request, obj, form, change):
        """Set it through the service that locks and records."""
        stored = stock.set_stock(operator=request.user, stock=obj, quantity=obj.quantity, expires_at=obj.expires_at)
        obj.pk = stored.pk


@admin.register(LicenceEntry)
class LicenceEntryAdmin(ReadOnlyAdmin):
    """The ledger of licences, to read."""

    list_display = ["at", "platform", "role", "change", "member", "cause", "by"]
    list_filter = ["platform", "role", "cause"]
    list_select_related = ["platform", "role", "member__user", "by"]
    search_fields = ["member__user__email", "member__user__name"]
    date_hierarchy = "at"
    show_full_result_count = False
