"""The forms of what is done to many members at once; each says what all of them get."""

from django import forms
from django.utils import timezone

from tenants import days
from tenants.member_forms import EndForm, ReasonForm
from tenants.models import Right, Role


class ManyRightForm(ReasonForm):
    """The right that all of them get."""

    right = forms.ChoiceField(choices=[(right.value, right.label) for right in reversed(Right)])
    field_order = ["right", "reason"]

    def __init__(self, data, *, platform):
        super().__init__(data)
        self.platform = platform

    def parameters(self):
        """Return what the batch keeps."""
        return self.cleaned_data


class ManyGrantForm(forms.Form):
    """The role that all of them get, with its licence settings."""

    role = forms.ModelChoiceField(Role.objects.all(), empty_label="Choose a role")
    assigned = forms.BooleanField(label="Assign licence", required=False, initial=True)
    restricted = forms.BooleanField(label="Restrict usage to this platform", required=False, initial=True)

    def __init__(self, data, *, platform):
        super().__init__(data)
        self.platform = platform

    def clean(self):
        """Refuse a setting that is off while the option that allows it is off."""
        chosen, allowed = super().clean(), self.platform.invitations_from_administrators
        for name in ("assigned", "restricted"):
            if not (chosen.get(name) or allowed):
                self.add_error(name, "This stays on while Invitations from administrators is off.")
        return chosen

    def parameters(self):
        """Return what the batch keeps."""
        return self.cleaned_data | {"role": self.cleaned_data["role"].code}


class ManyUngrantForm(forms.Form):
    """The role that all of them lose."""

    role = forms.ModelChoiceField(Role.objects.all(), empty_label="Choose a role")

    def __init__(self, data, *, platform):
        super().__init__(data)

    def parameters(self):
        """Return what the batch keeps."""
        return {"role": self.cleaned_data["role"].code}


class ManyEndsForm(ReasonForm):
    """The last day of access of all of them."""

    last_day = forms.DateField(
        label="Last day of access",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Leave it empty for no end.",
    )
    field_order = ["last_day", "reason"]

    def __init__(self, data, *, platform):
        super().__init__(data)
        self.platform = platform

    def clean_last_day(self):
        """Refuse a day that is over, and one that nobody means."""
        day, today = self.cleaned_data["last_day"], timezone.localdate(timezone=self.platform.zone)
        if day and not today <= day <= today.replace(year=today.year + 100, day=1):
            raise forms.ValidationError("Choose a day that is not over, within 100 years.")
        return day

    def parameters(self):
        """Return what the batch keeps."""
        day = self.cleaned_data["last_day"]
        ends_at = days.ending(day, self.platform.zone)
        told = {"last_day": day.isoformat() if day else "", "ends_at": ends_at.isoformat() if ends_at else ""}
        return told | {"reason": self.cleaned_data["reason"]}


class ManyEndForm(EndForm):
    """Whether what they held is noted, and why access ends."""

    def __init__(self, data, *, platform):
        super().__init__(data)

    def parameters(self):
        """Return what the batch keeps."""
        return self.cleaned_data


ACTS = {
    "right": ("Change right", ManyRightForm),
    "grant": ("Grant a role", ManyGrantForm),
    "ungrant": ("Take a role back", ManyUngrantForm),
    "ends": ("Set an end date", ManyEndsForm),
    "end": ("Remove access", ManyEndForm),
}
