"""The forms of the roles' pages."""

from datetime import datetime, time, timedelta

from django import forms

from tenants import naming, roles
from tenants.days import SENSIBLE
from tenants.models import Cause, Member

HOW = [
    ("", "With and without licence"),
    (roles.WITH, "Licence of yours"),
    (roles.WITHOUT, "Without a licence of yours"),
    (roles.PENDING, "Pending"),
]
CHANGES = [("", "Taken and freed"), ("1", "Taken"), ("-1", "Freed")]


class Narrowing(forms.Form):
    """A form that narrows a list by the address; every part may be left out."""

    q = forms.CharField(label="Name or address", required=False, max_length=150)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            kind = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
            field.widget.attrs["class"] = f"{kind} {kind}-sm g-auto"
        self.is_valid()

    @property
    def is_narrowing(self):
        """True when any part is filled."""
        return any(self.data.get(name) for name in self.fields)

    @property
    def wanted(self):
        """The filled parts that name something; others keep all."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


class HolderFilter(Narrowing):
    """What the list of people with a role is narrowed to."""

    how = forms.ChoiceField(label="Licence", required=False, choices=HOW)

    def narrow(self, rows):
        """Keep the grants that every filled part wants."""
        if "q" in self.wanted:
            rows = rows.filter(naming.named(self.wanted["q"], "member__"))
        return rows.filter(roles.HELD_AS[self.wanted["how"]]) if "how" in self.wanted else rows


class LedgerFilter(Narrowing):
    """What the ledger of a role is narrowed to; days are those of the platform."""

    change = forms.ChoiceField(label="Taken or freed", required=False, choices=CHANGES)
    cause = forms.ChoiceField(required=False, choices=[("", "Every cause"), *Cause.choices])
    since = forms.DateField(
        label="From", required=False, validators=SENSIBLE, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label="To", required=False, validators=SENSIBLE, widget=forms.DateInput(attrs={"type": "date"})
    )

    def narrow(self, rows, zone):
        """Keep the rows that every filled part wants."""
        wanted = self.wanted
        if "q" in wanted:
            rows = rows.filter(naming.named(wanted["q"], "member__"))
        rows = rows.filter(**{name: wanted[name] for name in ("change", "cause") if name in wanted})
        if "since" in wanted:
            rows = rows.filter(at__gte=_begin(wanted["since"], zone))
        if "until" in wanted:
            rows = rows.filter(at__lt=_begin(wanted["until"], zone) + timedelta(days=1))
        return rows


def _begin(day, zone):
    return datetime.combine(day, time.min, tzinfo=zone)


class GrantToForm(forms.Form):
    """To whom a role is granted, with its licence settings."""

    member = forms.ModelChoiceField(Member.objects.none())
    assigned = forms.BooleanField(label="Assign licence", required=False)
    restricted = forms.BooleanField(label="Restrict usage to this platform", required=False)

    def __init__(self, data, *, people):
        super().__init__(data)
        self.fields["member"].queryset = people
