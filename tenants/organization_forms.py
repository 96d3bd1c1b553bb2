"""The forms of the organizations' pages."""

from django import forms

from tenants.member_forms import ReasonForm
from tenants.models import Accent, Kind, Organization
from tenants.models.organizations import PARENT_OF


class OrganizationForm(forms.Form):
    """Name and colour of an organization; a new one below another has a kind too."""

    name = forms.CharField(max_length=80)
    kind = forms.ChoiceField(choices=Kind.choices)
    accent = forms.ChoiceField(
        label="Colour of its mark", choices=Accent.choices, help_text="Its two letters stand in this colour everywhere."
    )

    @classmethod
    def below(cls, data, parent):
        """Return the form of a new organization below `parent`, or of an external company."""
        kinds = [kind for kind in Kind if (parent.kind if parent else None) in PARENT_OF[kind]]
        accent = parent.accent if parent else Accent.SLATE
        form = cls(data, initial={"kind": kinds[0], "accent": accent})
        form.fields["kind"].choices = [(kind.value, kind.label.capitalize()) for kind in kinds]
        if len(kinds) == 1:
            form.fields["kind"].widget = forms.HiddenInput()
        return form

    @classmethod
    def of(cls, data, organization):
        """Return the form that renames an organization."""
        form = cls(data, initial={"name": organization.name, "accent": organization.accent})
        del form.fields["kind"]
        return form


class MoveForm(ReasonForm):
    """Below what an organization shall stand."""

    parent = forms.ModelChoiceField(Organization.objects.none(), label="Below", empty_label="Choose a place")
    field_order = ["parent", "reason"]

    def __init__(self, data, *, places):
        super().__init__(data)
        self.fields["parent"].queryset = places
        self.fields["reason"].help_text = "Needed once people, credentials or content stand on it or below it."
        self.fields["parent"].label_from_instance = lambda one: f"{one}, {one.parent or one.get_kind_display()}"
