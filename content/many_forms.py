"""The forms of what is done to many items at once; each says what holds for all of them."""

from django import forms

from content import moves
from content.forms import MaturityForm, ReasonForm
from content.models import Level
from content.reviewing.forms import BeginForm
from content.share_forms import ShareForm
from spaces.models import Space
from spaces.people import search_known
from spaces.rules import people_known
from tenants.models import Organization

STAYS = "Stays as it is"


class ManyMaturityForm(MaturityForm):
    """The state that all of them are taken to."""

    def __init__(self, data=None, *, actor):
        super().__init__(data)
        self.fields["target"].label = "Take them to"
        self.fields["reason"].help_text = "Needed where you make an exception as Owner; the record keeps it."

    def parameters(self):
        """Return what the batch keeps."""
        return self.cleaned_data | {"reason": self.cleaned_data["reason"].strip()}


class ManyDeleteForm(ReasonForm):
    """Why they are deleted."""

    def __init__(self, data=None, *, actor):
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

    def __init__(self, data=None, *, actor):
        super().__init__(data, levels=Level, zone=actor.platform.zone)

    def parameters(self):
        """Return what the batch keeps."""
        day, spec = self.cleaned_data["ends_on"], self.spec()
        told = {"last_day": f"{day:%-d %B %Y}" if day else "", "level": spec.level}
        ends_at = spec.ends_at.isoformat() if spec.ends_at else ""
        return told | {"whom": self.cleaned_data["whom"].strip(), "ends_at": ends_at}


class ManyMoveForm(forms.Form):
    """Where all of them go; what is left empty stays as each has it."""

    space = forms.ModelChoiceField(queryset=Space.objects.none(), required=False, empty_label=STAYS)
    organization = forms.ModelChoiceField(queryset=Organization.objects.none(), required=False, empty_label=STAYS)
    owner = forms.CharField(
        max_length=254,
        required=False,
        label="New content owner",
        help_text="The address or the full name of a person, exactly. Empty: each keeps its own.",
    )

    def __init__(self, data=None, *, actor):
        super().__init__(data)
        self.actor = actor
        spaces, organizations = moves.offered(actor)
        self.fields["space"].queryset, self.fields["organization"].queryset = spaces, organizations

    def clean_owner(self):
        """Return the one Member whom the actor may know of exactly this address or name, None for none typed."""
        typed = self.cleaned_data["owner"].strip()
        if not typed:
            return None
        found = search_known(self.actor.platform_id, people_known(self.actor), typed)
        fitting = [one for one in found if typed.casefold() in (one.user.email.casefold(), one.user.name.casefold())]
        if len(fitting) != 1:
            raise forms.ValidationError("Nobody whom you may know has exactly this address or name.")
        return fitting[0]

    def clean(self):
        """Refuse a move that moves nothing."""
        data = super().clean()
        if not self.errors and not any(data.values()):
            raise forms.ValidationError("Choose a space, an organization or a content owner.")
        return data

    def parameters(self):
        """Return what the batch keeps: keys, and the words that say them."""
        data = self.cleaned_data
        said = {"space": "To the space {}.", "organization": "For {}.", "owner": "New content owner: {}."}
        words = [sentence.format(data[name]) for name, sentence in said.items() if data[name]]
        return {name: data[name].pk if data[name] else None for name in said} | {"words": words}


class ZipForm(forms.Form):
    """Taking the files of all of them away asks nothing more."""

    def __init__(self, data=None, *, actor):
        super().__init__(data)


ACTS = {
    "zip": ("Download as zip", ZipForm),
    "maturity": ("Change maturity", ManyMaturityForm),
    "review": ("Review", BeginForm),
    "share": ("Share", ManyShareForm),
    "move": ("Move", ManyMoveForm),
    "delete": ("Delete", ManyDeleteForm),
}
