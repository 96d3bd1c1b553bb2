"""What people type about spaces and credentials."""

from django import forms

from spaces import days
from spaces.giving import CredentialSpec
from spaces.group_credentials import GroupSpec
from spaces.models import Responsibility, Space, Visibility
from tenants import actor as actors
from tenants.days import SENSIBLE
from tenants.models import Organization, UserGroup


class SpaceForm(forms.Form):
    """Title and description of a space."""

    title = forms.CharField(max_length=Space._meta.get_field("title").max_length)
    description = forms.CharField(
        max_length=Space._meta.get_field("description").max_length,
        required=False,
        help_text="One line: what people find here.",
    )


class NewSpaceForm(SpaceForm):
    """A new space."""

    visibility = forms.ChoiceField(choices=Visibility.choices, widget=forms.RadioSelect, initial=Visibility.PRIVATE)


class VisibilityForm(forms.Form):
    """Another visibility, with the reason that narrowing needs."""

    visibility = forms.ChoiceField(choices=Visibility.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Needed to make it narrower. It stands in the record.",
    )


class CenterForm(forms.Form):
    """The filters of the control center; what cannot be understood filters nothing."""

    q = forms.CharField(max_length=80, required=False)
    visibility = forms.ChoiceField(choices=[("", "Any visibility"), *Visibility.choices], required=False)
    owner = forms.ModelChoiceField(queryset=None, required=False, empty_label="Any Owner")
    externals = forms.BooleanField(required=False, label="Has Externals")

    def __init__(self, data, *, owners):
        super().__init__(data)
        self.fields["owner"].queryset = owners


def offers_restricted(member):
    """Tell whether (Restricted) is ticked to begin with for this person, by the platform's option."""
    return member.is_external and member.platform.restricted_first


class CredentialForm(forms.Form):
    """A credential for one person: responsibility, (Restricted), organization, first and last day."""

    responsibility = forms.ChoiceField(choices=Responsibility.choices, initial=Responsibility.READER)
    restricted = forms.BooleanField(
        required=False, label="(Restricted)", help_text="Sees only items and people of that organization."
    )
    organization = forms.ModelChoiceField(queryset=Organization.objects.none(), empty_label=None)
    starts_on = forms.DateField(
        required=False,
        label="From",
        validators=SENSIBLE,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Empty: at once.",
    )
    ends_on = forms.DateField(
        required=False,
        label="Until",
        validators=SENSIBLE,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="This day included. Empty: no end.",
    )

    def __init__(self, data=None, *, member, initial=None, organizations=None):
        offered = {"organization": member.employment, "restricted": offers_restricted(member)}
        super().__init__(data, initial=offered | (initial or {}))
        self.member = member
        belongs = actors.build([member])[0].organizations
        wanted = belongs if organizations is None else belongs & organizations
        rows = Organization.objects.filter(pk__in=wanted)
        self.fields["organization"].queryset = rows.offered(besides=[(initial or {}).get("organization")])

    def clean(self):
        """Refuse an end before the start."""
        starts_on, ends_on = self.cleaned_data.get("starts_on"), self.cleaned_data.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "Choose a last day on or after the first.")
        return self.cleaned_data

    def spec(self, **more):
        """Return what was typed as a CredentialSpec."""
        data, zone = self.cleaned_data, self.member.platform.zone
        return CredentialSpec(
            responsibility=data["responsibility"],
            restricted=data["restricted"],
            organization=data["organization"],
            starts_at=days.beginning(data["starts_on"], zone),
            ends_at=days.ending(data["ends_on"], zone),
            **more,
        )


class ImportForm(forms.Form):
    """A file of people."""

    file = forms.FileField(
        label="Drop a CSV file here, or choose one",
        max_length=200,
        widget=forms.FileInput({"accept": ".csv,text/csv"}),
        error_messages={"empty": "The file is empty.", "required": "Choose a file."},
    )


class GroupCredentialForm(CredentialForm):
    """A credential for a group: each person in it holds it for their own lowest employment."""

    organization = None
    group = forms.ModelChoiceField(queryset=UserGroup.objects.none(), empty_label="Choose a group")
    field_order = ["group", "responsibility", "restricted", "starts_on", "ends_on"]

    def __init__(self, data=None, *, platform, groups, initial=None):
        super(CredentialForm, self).__init__(data, initial=initial or {})
        self.zone = platform.zone
        self.fields["group"].queryset = UserGroup.objects.filter(pk__in=[group.pk for group in groups])

    def spec(self):
        """Return what was typed as a GroupSpec."""
        data = self.cleaned_data
        return GroupSpec(
            responsibility=data["responsibility"],
            restricted=data["restricted"],
            starts_at=days.beginning(data["starts_on"], self.zone),
            ends_at=days.ending(data["ends_on"], self.zone),
        )
