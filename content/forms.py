"""What people type about items, checked; errors stay beside what was typed."""

from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.html import escape

from content import properties
from content.catalogue import ISSUE
from content.facets import TIMES
from content.items import Draft
from content.lifecycle import ORDER
from content.models import OF_ISSUES, Maturity, PropertyKind, ReferenceKind
from content.reading import BEST, SORTS, Wanted
from content.references import Relation
from content.search.asking import LONGEST
from tenants.errors import Unacceptable
from tenants.ids import LARGEST, ids_of

CHOOSE = "Search, then choose an item from the list."


class WordsForm(forms.Form):
    """Title and description."""

    title = forms.CharField(max_length=120)
    description = forms.CharField(max_length=4000, required=False, widget=forms.Textarea({"rows": 4}))


class ItemForm(WordsForm):
    """Title, description and the properties of the item's type; `version` is the one that was shown.

    `stored` are values that the item has: those that its type no longer knows get a field too.
    """

    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, kind, *given, stored=(), **more):
        super().__init__(*given, **more)
        self.parts = {}
        for place, one in enumerate(properties.of(kind, stored)):
            name = f"property-{one.pk}" if one.pk else f"kept-{place}"
            self.parts[name] = one
            self.fields[name] = PropertyField(one, stored[one.name] if one.name in stored else "")

    @classmethod
    def of(cls, item):
        """Return the form filled with what is stored."""
        initial = {"title": item.title, "description": item.description, "version": item.version}
        return cls(item.type, stored=item.properties, initial=initial)

    def clean_version(self):
        """Return the number of the version that was shown; without one the form is as good as an old one."""
        numbers = ids_of([self.cleaned_data["version"]])
        return numbers[0] if numbers else 0

    def draft(self):
        """Return what was typed as the services take it."""
        values = {one.name: self.cleaned_data[name] for name, one in self.parts.items() if self.cleaned_data[name]}
        return Draft(self.cleaned_data["title"], self.cleaned_data["description"], values)


class PropertyField(forms.CharField):
    """A property as its kind is typed; a stored value may stay, whether it still fits or not."""

    def __init__(self, one, stored=""):
        self.one, self.stored = one, stored
        shown = properties.bare(one, stored)
        label = f"{one} ({one.unit})" if one.unit else str(one)
        said = escape(one.help) or ("" if one.type_id else "Its type has no such property any more.")
        super().__init__(required=one.required, label=label, help_text=said, initial=shown, widget=_widget(one, shown))

    def clean(self, value):
        """Return what is stored for what was typed."""
        value = super().clean(value)
        if value == properties.bare(self.one, self.stored):
            return self.stored
        try:
            return properties.check(self.one, value)
        except Unacceptable as error:
            raise forms.ValidationError(error.sentence) from None


class FieldForm(forms.Form):
    """One field of an item; `shown` is what was stored there when the form was made."""

    shown = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)

    def __init__(self, code, one, stored, data=None):
        initial = {"shown": stored, "value": properties.bare(one, stored) if one else stored}
        super().__init__(data, initial=initial, auto_id=f"{code}-%s")
        self.stored = stored
        self.fields["value"] = PropertyField(one, stored) if one else PLAIN[code]()
        self.fields["value"].widget.attrs["autofocus"] = True  # whoever opens a field means to type


PLAIN = {
    "title": lambda: forms.CharField(max_length=120, label="Title"),
    "description": lambda: forms.CharField(
        max_length=4000, required=False, label="Description", widget=forms.Textarea({"rows": 6})
    ),
    "tags": lambda: forms.CharField(
        max_length=1000,
        required=False,
        label="Tags",
        help_text="With commas between them.",
        widget=forms.TextInput({"list": "tags-offered", "autocomplete": "off"}),
    ),
}


def _widget(one, shown):
    if one.kind in (PropertyKind.CHOICE, PropertyKind.YES_NO):
        options = one.options() if one.kind == PropertyKind.CHOICE else ["yes", "no"]
        kept = [shown] if shown and shown not in options else []
        return forms.Select(choices=[("", "none"), *((value, value) for value in [*options, *kept])])
    if one.kind == PropertyKind.DATE:
        return forms.DateInput({"type": "date"})
    return forms.TextInput({"inputmode": "decimal"} if one.kind == PropertyKind.NUMBER else {})


class NewItemForm(ItemForm):
    """A new item; its type is chosen on the page before. `credential` is the one that was current when it was shown."""

    version = None
    credential = forms.CharField(required=False, widget=forms.HiddenInput)
    private = forms.BooleanField(
        required=False,
        label="Start Private",
        help_text="Only you and the Owners of the space see it until it is In Work.",
    )


class DuplicateForm(forms.Form):
    """How a duplicate is called and what comes along; `credential` is the one that was current when it was shown."""

    title = forms.CharField(max_length=120)
    with_files = forms.BooleanField(required=False, initial=True, label="With its files, in their latest versions")
    private = NewItemForm.base_fields["private"]
    credential = forms.CharField(required=False, widget=forms.HiddenInput)


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


class PartForm(forms.Form):
    """Quantity and find number of a part; a reason where an Owner repairs."""

    quantity = forms.DecimalField(min_value=0, max_digits=12, decimal_places=3, initial=1, help_text="Of parts alone.")
    position = forms.IntegerField(
        min_value=1, max_value=2**31 - 1, required=False, label="Find number", help_text="Its place in the parts list."
    )
    reason = forms.CharField(max_length=500, required=False)

    def relation(self, kind):
        """Return what was typed as a Relation of this kind."""
        return Relation(kind, **{name: self.cleaned_data[name] for name in ("quantity", "position", "reason")})


class RelationForm(PartForm):
    """A new relation: what it says, and the item it leads to, chosen from those one reads."""

    kind = forms.ChoiceField(choices=ReferenceKind, label="Relation")
    target = forms.IntegerField(min_value=1, max_value=LARGEST, error_messages={"required": CHOOSE, "invalid": CHOOSE})
    field_order = ("kind", "target")

    def __init__(self, data=None, *, item, readable, **given):
        super().__init__(data, **given)
        self.readable = readable
        without = (ReferenceKind.REVIEWS, *(() if item.type.code == ISSUE else OF_ISSUES))  # a review chooses itself
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in ReferenceKind if kind not in without]
        self.fields["quantity"].required = False

    def clean_target(self):
        """Return the id of an item that one reads; any other is none."""
        if not self.readable.filter(pk=self.cleaned_data["target"]).exists():
            raise forms.ValidationError(CHOOSE)
        return self.cleaned_data["target"]

    def clean_quantity(self):
        """Return the quantity; a part without one is there once."""
        given = self.cleaned_data["quantity"]
        return 1 if given is None else given

    def wish(self):
        """Return what was chosen: the id of the other item, and the Relation."""
        return {"target_id": self.cleaned_data["target"], "relation": self.relation(self.cleaned_data["kind"])}


class PickForm(forms.Form):
    """One item, chosen from those that one reads."""

    target = forms.IntegerField(min_value=1, max_value=LARGEST, error_messages={"required": CHOOSE, "invalid": CHOOSE})

    def __init__(self, data=None, *, readable):
        super().__init__(data)
        self.readable = readable

    def clean_target(self):
        """Return the item; any that one does not read is none."""
        found = self.readable.filter(pk=self.cleaned_data["target"]).first()
        if found is None:
            raise forms.ValidationError(CHOOSE)
        return found


class UploadForm(forms.Form):
    """What is said about an upload; the file itself is read by content.uploads."""

    comment = forms.CharField(max_length=250, required=False, label="What changed")
    unlock = forms.BooleanField(required=False, label="Unlock afterwards")
    reason = forms.CharField(max_length=500, required=False)


# What a list may be asked, each with what a value of it must be among; numbers name rows.
MANY = {
    "type": ("types", None),
    "organization": ("organizations", None),
    "space": ("spaces", None),
    "owner": ("owners", None),
    "tag": ("tags", None),
    "state": ("states", Maturity.values),
    "lock": ("locks", ("mine", "others", "free")),
    "since": ("since", TIMES),
}


def wanted(query):
    """Return what the query string of a list asks for; parts that make no sense are left out and noted."""
    found, ignored = {}, False
    for name, (attribute, among) in MANY.items():
        given = query.getlist(name)
        values = ids_of(given) if among is None else [value for value in given if value in among]
        ignored |= len(values) < len(given)
        found[attribute] = list(dict.fromkeys(values))
    sort = query.get("sort", "")
    known = not sort or sort == BEST or sort.removeprefix("-") in SORTS
    words = query.get("q", "").replace("\x00", "").strip()[: LONGEST + 1]
    return Wanted(words=words, sort=sort if known else "", ignored=ignored or not known, **found)


def wanted_by(kept):
    """Return what a kept query string asks for."""
    return wanted(QueryDict(kept))


def address(asked):
    """Return the query string that asks for the same."""
    pairs = [(name, value) for name, (attribute, _among) in MANY.items() for value in getattr(asked, attribute)]
    words = [("q", asked.words[:LONGEST])] if asked.words else []
    return urlencode([*words, *pairs, *([("sort", asked.sort)] if asked.sort else [])])


class SaveForm(forms.Form):
    """The name of a search that is kept."""

    name = forms.CharField(max_length=60)
