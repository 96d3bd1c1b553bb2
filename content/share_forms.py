"""What people type about shares, checked."""

from django import forms

from content.models import Level
from content.share_preview import LEVELS
from content.shares import ShareSpec
from spaces import days
from spaces.guest_forms import GuestForm
from tenants.days import SENSIBLE


class ShareForm(forms.Form):
    """The level of a share and its last day."""

    level = forms.ChoiceField(initial=Level.READ, widget=forms.RadioSelect)
    ends_on = forms.DateField(
        required=False,
        label="Until",
        validators=SENSIBLE,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="This day included. Empty: no end.",
    )

    def __init__(self, data=None, *, levels, zone, share=None):
        initial = {"level": share.get_level(), "ends_on": days.last_day(share.ends_at, zone)} if share else {}
        super().__init__(data, initial=initial)
        self.zone = zone
        self.fields["level"].choices = choices(levels)

    def spec(self):
        """Return what was typed, or what is offered before anything is, as a ShareSpec."""
        offered = {name: self.get_initial_for_field(field, name) for name, field in self.fields.items()}
        data = self.cleaned_data if self.is_bound else offered
        return ShareSpec(data["level"], days.ending(data["ends_on"], self.zone))


class ShareGuestForm(GuestForm):
    """Somebody of another company who is invited by sharing an item with them."""

    responsibility = restricted = None
    level = forms.ChoiceField(initial=Level.READ, widget=forms.RadioSelect)
    field_order = ["email", "confirmed", "company", "company_name", "level", "ends_on", "message"]

    def __init__(self, data=None, *, space, levels, initial=None):
        super().__init__(data, space=space, initial=initial)
        self.fields["level"].choices = choices(levels)

    def spec(self):
        """Return the share that they get as a ShareSpec."""
        data = self.cleaned_data
        return ShareSpec(data["level"], days.ending(data["ends_on"], self.space.platform.zone))


def choices(levels):
    """Return the levels with what each lets people do."""
    return [(level.value, f"{level.label}: {LEVELS[level][0].lower()}{LEVELS[level][1:]}") for level in levels]
