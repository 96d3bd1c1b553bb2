"""The forms of the members' pages."""

from django import forms
from django.db.models import Q

from tenants.models import Kind, Organization, Right, Role, Status

SWITCH = [("on", "on"), ("off", "off")]


class MemberFilter(forms.Form):
    """What the list of members is narrowed to; every part may be left out."""

    q = forms.CharField(label="Name or address", required=False, max_length=150)
    right = forms.ChoiceField(required=False, choices=[("", "Every right"), *Right.choices])
    status = forms.ChoiceField(required=False, choices=[("", "Every status"), *Status.choices])
    company = forms.ModelChoiceField(Organization.objects.none(), required=False, empty_label="Every company")

    def __init__(self, data, *, platform):
        super().__init__(data)
        companies = Organization.objects.filter(platform=platform, kind=Kind.COMPANY)
        self.fields["company"].queryset = companies
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select form-select-sm g-auto"

    @property
    def is_narrowing(self):
        """True when any part is filled."""
        return any(self.data.get(name) for name in self.fields)

    def narrow(self, rows):
        """Keep what every filled part wants; a part that names nothing keeps all."""
        wanted = self.cleaned_data
        if wanted.get("q"):
            rows = rows.filter(Q(user__name__icontains=wanted["q"]) | Q(user__email__icontains=wanted["q"]))
        if wanted.get("right"):
            rows = rows.filter(right=wanted["right"])
        if wanted.get("status"):
            rows = rows.filter(status=wanted["status"])
        if wanted.get("company"):
            rows = rows.filter(company=wanted["company"])
        return rows


class SettingForm(forms.Form):
    """One licence setting of a grant: exactly one of the two is posted."""

    assigned = forms.ChoiceField(choices=SWITCH, required=False)
    restricted = forms.ChoiceField(choices=SWITCH, required=False)

    def clean(self):
        """Refuse none or both."""
        found = super().clean()
        if bool(found.get("assigned")) == bool(found.get("restricted")):
            raise forms.ValidationError("Set one of the two.")
        return found

    def settings_of(self, grant):
        """Return both settings of `grant` with the posted one in place."""
        posted = self.cleaned_data
        return {
            "assigned": posted["assigned"] == "on" if posted["assigned"] else grant.assigned,
            "restricted": posted["restricted"] == "on" if posted["restricted"] else grant.restricted,
        }

    def say(self):
        """Say what was set."""
        posted = self.cleaned_data
        if posted["assigned"]:
            return f"Assign licence is {posted['assigned']}"
        return f"Restrict usage to this platform is {posted['restricted']}"


class GrantForm(forms.Form):
    """A role to grant, with its licence settings."""

    role = forms.ModelChoiceField(Role.objects.none(), empty_label="Choose a role")
    assigned = forms.BooleanField(label="Assign licence", required=False)
    restricted = forms.BooleanField(label="Restrict usage to this platform", required=False, initial=True)

    def __init__(self, data=None, *, member):
        super().__init__(data, initial={"assigned": not member.is_external, "restricted": True})
        self.fields["role"].queryset = Role.objects.exclude(grants__member=member)


class EndForm(forms.Form):
    """Why the access of somebody ends."""

    reason = forms.CharField(
        label="Reason, for the record", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
