"""People at the operator's desk, and erasing the personal data of one on request."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join

from tenants import forgetting
from tenants.admin.desk import AuditedAdmin
from tenants.errors import Conflict, Unacceptable
from tenants.forms import take
from tenants.ids import id_of
from tenants.models import User


class EraseForm(forms.Form):
    """The one thing to say before a person is erased."""

    reason = forms.CharField(label="Who asked for it, and when", max_length=500)


@admin.register(User)
class UserAdmin(AuditedAdmin, DjangoUserAdmin):
    """People: one address each, on any number of platforms."""

    platform_path = ""
    ordering = ["email"]
    list_display = ["email", "name", "claimed", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", ("claimed_at", admin.EmptyFieldListFilter)]
    search_fields = ["email", "name"]
    readonly_fields = ["claimed_at", "date_joined", "last_login", "platforms", "erase"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["email", "name", "password"]}),
        ("Where they are", {"fields": ["platforms"]}),
        ("Installation", {"fields": ["is_active", "is_staff", "is_superuser"]}),
        ("Dates", {"fields": ["claimed_at", "date_joined", "last_login"]}),
        ("On request", {"fields": ["erase"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "name", "usable_password", "password1", "password2"]})]

    @admin.display(boolean=True, description="has an account")
    def claimed(self, user):
        """True once the person has signed up themselves."""
        return user.claimed_at is not None

    @admin.display(description="platforms")
    def platforms(self, user):
        """List the memberships in words."""
        rows = user.memberships.select_related("platform", "company")
        return format_html_join(
            "",
            "{}: {}, {}, {}<br>",
            ((m.platform, m.get_right_display(), m.get_status_display(), m.company) for m in rows),
        )

    @admin.display(description="personal data")
    def erase(self, user):
        """Lead to the page that erases it."""
        if user.pk is None:
            return ""
        return format_html('<a href="{}">Erase …</a>', reverse("admin:tenants_user_erase", args=[user.pk]))

    def get_readonly_fields(self, request, obj=None):
        """Leave the address of somebody who has an account to themselves: a new password would go to another."""
        return [*self.readonly_fields, "email"] if obj and (obj.claimed_at or obj.last_login) else self.readonly_fields

    def user_change_password(self, request, id, form_url=""):
        """Set one's own password, or the first one; who has an account asks for a new one by mail."""
        others = User.objects.filter(pk=id_of(id)).exclude(pk=request.user.pk)
        if others.exclude(claimed_at=None, last_login=None).exists():
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    def get_urls(self):
        """Add the page."""
        page = path("<int:pk>/erase/", self.admin_site.admin_view(self.erase_view), name="tenants_user_erase")
        return [page, *super().get_urls()]

    def erase_view(self, request, pk):
        """Show what goes, what stays and what stands in the way; erase on POST, for a reason."""
        person = get_object_or_404(User, pk=pk)
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        form = EraseForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                forgetting.erase_person(operator=request.user, person=person, reason=form.cleaned_data["reason"])
            except (Conflict, Unacceptable) as error:
                take(form, error)
            else:
                messages.success(request, f"What was about person {pk} is erased.")
                return HttpResponseRedirect(reverse("admin:tenants_user_change", args=[pk]))
        told = {"gone": forgetting.GONE, "stays": forgetting.STAYS, "hindrances": list(forgetting.hindrances(person))}
        context = self.admin_site.each_context(request) | {"title": f"Erase {person}", "original": person} | told
        return TemplateResponse(request, "admin/tenants/user/erase.html", context | {"form": form, "opts": self.opts})
