"""Spaces and credentials at the operator's desk. The object-permission page saves through the audited services."""

from django import forms
from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from guardian.admin import GuardedModelAdminMixin

from spaces.credentials import give_credential, remove_credential
from spaces.giving import CredentialSpec
from spaces.models import Credential, Responsibility, Space
from tenants.admin import AuditedAdmin, ReadOnlyAdmin
from tenants.errors import DomainError
from tenants.models import Member, Organization, Status


class GiveForm(forms.Form):
    """One credential to give in a space."""

    member = forms.ModelChoiceField(Member.objects.none())
    responsibility = forms.ChoiceField(choices=Responsibility.choices)
    restricted = forms.BooleanField(label="(Restricted)", required=False)
    organization = forms.ModelChoiceField(Organization.objects.none())
    ends_at = forms.SplitDateTimeField(label="Ends", required=False, widget=admin.widgets.AdminSplitDateTime)

    def __init__(self, *args, space, **kwargs):
        super().__init__(*args, **kwargs)
        members = Member.objects.filter(platform=space.platform, status__in=[Status.PENDING, Status.ACTIVE])
        self.fields["member"].queryset = members.select_related("user")
        self.fields["organization"].queryset = Organization.objects.filter(platform=space.platform)

    def spec(self):
        """Return what was typed as a CredentialSpec."""
        names = ("responsibility", "restricted", "organization", "ends_at")
        return CredentialSpec(**{name: self.cleaned_data[name] for name in names})


@admin.register(Space)
class SpaceAdmin(GuardedModelAdminMixin, AuditedAdmin):
    """Spaces. Guardian's object-permissions page lists the credentials; giving and removing run our services."""

    list_display = ["title", "platform", "visibility", "people", "active_at"]
    list_filter = ["visibility", "platform"]
    list_select_related = ["platform"]
    search_fields = ["title", "platform__name"]
    readonly_fields = ["created_by", "created_at", "active_at"]
    fieldsets = [
        (None, {"fields": ["platform", "title", "description", "visibility"]}),
        ("History", {"fields": ["created_by", "created_at", "active_at"]}),
    ]

    def get_readonly_fields(self, request, obj=None):
        """A space keeps its platform; visibility is changed there, with its preview."""
        return [*self.readonly_fields, "platform", "visibility"] if obj else self.readonly_fields

    def has_add_permission(self, request, obj=None):
        """Spaces are created on their platform, where the first Owner stands."""
        return False

    def has_delete_permission(self, request, obj=None):
        """Only an empty space is deleted, by its Owner."""
        return False

    @admin.display(description="credentials")
    def people(self, space):
        """Count the credentials that have not ended."""
        return Credential.objects.filter(content_object=space).unended().count()

    def get_urls(self):
        """Put our object-permissions page before guardian's, whose own forms know no organization."""
        page = path(
            "<int:pk>/permissions/",
            self.admin_site.admin_view(self.obj_perms_manage_view),
            name="spaces_space_permissions",
        )
        return [page, *super(GuardedModelAdminMixin, self).get_urls()]

    def obj_perms_manage_view(self, request, pk):
        """List the credentials of one space; give one, or remove one, through the services."""
        space = get_object_or_404(Space.objects.select_related("platform"), pk=pk)
        form = GiveForm(request.POST if "give" in request.POST else None, space=space)
        if request.method == "POST" and self._act(request, space, form):
            return HttpResponseRedirect(reverse("admin:spaces_space_permissions", args=[space.pk]))
        credentials = space.credentials.select_related("user", "permission", "organization", "given_by")
        context = {
            **self.admin_site.each_context(request),
            "title": f"Credentials in {space}",
            "original": space,
            "opts": self.opts,
            "form": form,
            "credentials": credentials,
        }
        return render(request, "admin/spaces/space/permissions.html", context)

    def _act(self, request, space, form):
        """Return True when the service did what was asked; else the form or a message says why not."""
        try:
            if "remove" in request.POST:
                found = get_object_or_404(space.credentials, pk=request.POST["remove"])
                remove_credential(actor=None, credential=found, operator=request.user)
            elif form.is_valid():
                member = form.cleaned_data["member"]
                give_credential(actor=None, space=space, member=member, spec=form.spec(), operator=request.user)
            else:
                return False
        except DomainError as error:
            messages.error(request, f"{error.sentence} {error.remedy}".strip())
            return "remove" in request.POST
        return True


@admin.register(Credential)
class CredentialAdmin(ReadOnlyAdmin):
    """All credentials, to find and read; they are given and removed on the page of their space."""

    list_display = ["user", "responsibility", "restricted", "content_object", "organization", "ends_at", "given_by"]
    list_filter = ["permission__codename", "restricted", "content_object__platform"]
    list_select_related = ["user", "permission", "content_object", "organization", "given_by"]
    search_fields = ["user__email", "user__name", "content_object__title", "organization__name"]
    exclude = ["permission"]

    @admin.display(description="responsibility", ordering="permission__codename")
    def responsibility(self, credential):
        """Name the responsibility."""
        return credential.get_responsibility().label
