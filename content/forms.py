"""What people type about items, checked; errors stay beside what was typed."""

from django import forms

from content.items import Draft
from content.lifecycle import ORDER
from content.models import Maturity
from content.reading import SORTS, Wanted

MOST_PROPERTIES = 60
LONGEST_NAME, LONGEST_VALUE = 60, 400  # characters of a property
LARGEST = 2**63 - 1  # what a key column holds


class ItemForm(forms.Form):
    """Title, description and properties; `version` is the one that was shown."""

    title = forms.CharField(max_length=120)
    description = forms.CharField(max_length=4000, required=False, widget=forms.Textarea({"rows": 4}))
    properties = forms.CharField(
        max_length=8000,
        required=False,
        widget=forms.Textarea({"rows": 6}),
        help_text="One a line, such as Material: EN AW-6082 T6",
    )
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    @classmethod
    def of(cls, item):
        """Return the form filled with what is stored."""
        lines = "\n".join(f"{name}: {value}" for name, value in item.properties.items())
        initial = {"title": item.title, "description": item.description, "properties": lines, "version": item.version}
        return cls(initial=initial)

    def clean_version(self):
        """Return the number of the version that was shown; without one the form is as good as an old one."""
        numbers = _numbers([self.cleaned_data["version"]])
        return numbers[0] if numbers else 0

    def clean_properties(self):
        """Return {name: value}; a line that would be lost or cut short says so."""
        found = {}
        for line in self.cleaned_data["properties"].splitlines():
            name, colon, value = line.partition(":")
            if not line.strip():
                continue
            name, value = name.strip(), value.strip()
            if wrong := _wrong_property(name, colon, value, found):
                raise forms.ValidationError(f"“{(name or line.strip())[:60]}” {wrong}.")
            found[name] = value
        if len(found) > MOST_PROPERTIES:
            raise forms.ValidationError(f"At most {MOST_PROPERTIES} properties.")
        return found

    def draft(self):
        """Return what was typed as the services take it."""
        return Draft(**{name: self.cleaned_data[name] for name in ("title", "description", "properties")})


def _wrong_property(name, colon, value, found):
    if not colon or not name:
        return "has no name before a colon"
    if name in found:
        return "is there twice"
    if len(name) > LONGEST_NAME:
        return f"is longer than {LONGEST_NAME} characters"
    return f"has a value of more than {LONGEST_VALUE} characters" if len(value) > LONGEST_VALUE else ""


class NewItemForm(ItemForm):
    """A new item; its type is chosen on the page before. `credential` is the one that was current when it was shown."""

    version = None
    credential = forms.CharField(required=False, widget=forms.HiddenInput)
    private = forms.BooleanField(
        required=False,
        label="Start Private",
        help_text="Only you and the Owners of the space see it until it is In Work.",
    )


class RepairForm(ItemForm):
    """Properties changed as Owner, for a reason."""

    reason = forms.CharField(max_length=500, widget=forms.Textarea({"rows": 2}), help_text="The record keeps it.")


class MaturityForm(forms.Form):
    """The state to take an item to; a reason where it is an exception."""

    target = forms.ChoiceField(choices=[(state.value, state.label) for state in ORDER])
    reason = forms.CharField(max_length=500, required=False)


class ReasonForm(forms.Form):
    """A reason, where one is asked."""

    reason = forms.CharField(max_length=500, required=False)


class UploadForm(forms.Form):
    """What is said about an upload; the file itself is read by content.uploads."""

    comment = forms.CharField(max_length=250, required=False, label="What changed")
    unlock = forms.BooleanField(required=False, label="Unlock afterwards")
    reason = forms.CharField(max_length=500, required=False)


def _numbers(values):
    return [int(value) for value in values if value.isascii() and value.isdigit() and int(value) <= LARGEST]


def wanted(query):
    """Return what the query string of a list asks for; parts that make no sense are left out."""
    sort = query.get("sort", "")
    return Wanted(
        words=query.get("q", "").replace("\x00", "").strip()[:200],
        types=_numbers(query.getlist("type")),
        states=[value for value in query.getlist("state") if value in Maturity.values],
        organizations=_numbers(query.getlist("organization")),
        spaces=_numbers(query.getlist("space")),
        owners=_numbers(query.getlist("owner")),
        locks=[value for value in query.getlist("lock") if value in ("mine", "others", "free")],
        sort=sort if sort.removeprefix("-") in SORTS else "-changed",
    )
