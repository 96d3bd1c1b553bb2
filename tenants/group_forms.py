"""What Administrators type about user groups."""

from django import forms

from tenants.models import Role, UserGroup


class GroupForm(forms.Form):
    """Name and description of a group."""

    name = forms.CharField(max_length=UserGroup._meta.get_field("name").max_length)
    description = forms.CharField(
        max_length=UserGroup._meta.get_field("description").max_length,
        required=False,
        help_text="One line: who belongs in it.",
    )


class GroupGrantForm(forms.Form):
    """A role for everybody in the group, with its licence settings."""

    role = forms.ModelChoiceField(Role.objects.none(), empty_label="Choose a role")
    assigned = forms.BooleanField(label="Assign licence to each", required=False, initial=True)
    restricted = forms.BooleanField(label="Restrict usage to this platform", required=False, initial=True)

    def __init__(self, data=None, *, group):
        super().__init__(data)
        self.fields["role"].queryset = Role.objects.exclude(pk__in=group.grants.values("role"))
