"""The forms of what is done to many items at once; each says what holds for all of them."""

from django import forms

from content.forms import MaturityForm, ReasonForm
from content.models import Level
from content.share_forms import ShareForm


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


class ManyShareForm(ShareForm):
    """With whom all of them are shared, how, and until when."""

    whom = forms.CharField(
        max_length=254,
        min_length=2,
        label="With",
        help_text="The address or the full name of a person, or the name of a group, exactly.",
    )
    field_order = ["whom", "level", "ends_on"]

    def __init__(self, data=None, *, zone):
        super().__init__(data, levels=Level, zone=zone)

    def parameters(self):
        """Return what the batch keeps."""
        day, spec = self.cleaned_data["ends_on"], self.spec()
        told = {"last_day": f"{day:%-d %B %Y}" if day else "", "level": spec.level}
        ends_at = spec.ends_at.isoformat() if spec.ends_at else ""
        return told | {"whom": self.cleaned_data["whom"].strip(), "ends_at": ends_at}


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
