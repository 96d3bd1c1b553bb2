"""The forms of what is done to many items at once; each says what holds for all of them."""

from django import forms

from content.forms import MaturityForm, ReasonForm
from content.models import Level
from content.share_forms import choices
from spaces import days
from spaces.forms import SENSIBLE


class ManyMaturityForm(MaturityForm):
    """The state that all of them are taken to."""

    def __init__(self, data=None, *, zone):
        super().__init__(data)
        self.fields["target"].label = "Take them to"
        self.fields["reason"].help_text = "Needed where you make an exception as Owner; the record keeps it."

    def parameters(self):
        """Return what the batch keeps."""
        return self.cleaned_data | {"reason": self.cleaned_data["reason"].strip()}


class ManyDeleteForm(ReasonForm):
    """Why they are deleted."""

    def __init__(self, data=None, *, zone):
        super().__init__(data)
        self.fields["reason"].help_text = "Needed for personal items that somebody left behind."

    def parameters(self):
        """Return what the batch keeps."""
        return {"reason": self.cleaned_data["reason"].strip()}


class ManyShareForm(forms.Form):
    """With whom all of them are shared, how, and until when."""

    whom = forms.CharField(
        max_length=254,
        min_length=2,
        label="With",
        help_text="The address or the full name of a person, or the name of a group, exactly.",
    )
    level = forms.ChoiceField(initial=Level.READ, choices=choices(Level), widget=forms.RadioSelect)
    ends_on = forms.DateField(
        required=False,
        label="Until",
        validators=SENSIBLE,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="This day included. Empty: no end.",
    )

    def __init__(self, data=None, *, zone):
        super().__init__(data)
        self.zone = zone

    def parameters(self):
        """Return what the batch keeps."""
        day = self.cleaned_data["ends_on"]
        ends_at = days.ending(day, self.zone)
        told = {"last_day": f"{day:%-d %B %Y}" if day else "", "ends_at": ends_at.isoformat() if ends_at else ""}
        return told | {"whom": self.cleaned_data["whom"].strip(), "level": self.cleaned_data["level"]}


class ZipForm(forms.Form):
    """Taking the files of all of them away asks nothing more."""

    def __init__(self, data=None, *, zone):
        super().__init__(data)


ACTS = {
    "zip": ("Download as zip", ZipForm),
    "maturity": ("Change maturity", ManyMaturityForm),
    "share": ("Share", ManyShareForm),
    "delete": ("Delete", ManyDeleteForm),
}
