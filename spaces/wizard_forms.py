"""The forms of the invitation wizard; each stores itself in the draft."""

from datetime import date

from django import forms

from spaces import drafts
from spaces.models import RESTRICTABLE, Responsibility, Space
from tenants import addresses
from tenants.days import SENSIBLE
from tenants.models import Organization, Right, Role

NEW = "new"


class DraftForm(forms.Form):
    """Carries the version of the draft that was shown."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def values(self):
        """Return what to store."""
        raise TypeError("each step stores its own")

    def store(self, draft):
        """Keep what was typed. Raises Conflict for a stale window."""
        drafts.save_draft(draft, self.cleaned_data.get("version"), **self.values())


class PeopleForm(DraftForm):
    """Who is invited, as what, employed by whom."""

    addresses = forms.CharField(
        label="E-mail addresses",
        max_length=20_000,
        widget=forms.Textarea({"rows": 5, "placeholder": "Paste any number: commas, semicolons, tabs or new lines"}),
    )
    confirmed = forms.MultipleChoiceField(required=False)
    right = forms.ChoiceField(
        choices=[(right.value, right.label) for right in reversed(Right)],
        widget=forms.RadioSelect,
        help_text="External: sees the spaces opened to them, creates none, and uses no licence of yours by default.",
    )
    company = forms.ChoiceField(label="Employed by")
    company_name = forms.CharField(label="Name of the new company", max_length=80, required=False)
    ends_on = forms.DateField(
        label="Access ends after",
        required=False,
        validators=SENSIBLE,
        widget=forms.DateInput({"type": "date"}),
        help_text="This day included. You, as sponsor, are asked 30 and 7 days before whether to renew it.",
    )
    host_confirmed = forms.BooleanField(
        required=False, label="An External of our own company is what I want: they read as our own people do"
    )

    @classmethod
    def of(cls, draft, data):
        """Return the form filled with the draft, or with what was posted."""
        stored = draft.data
        initial = {
            "addresses": "\n".join(stored["typed"]),
            "right": stored["right"],
            "company": stored["company"] or (NEW if stored["company_name"] else ""),
            "company_name": stored["company_name"],
            "host_confirmed": stored["host_confirmed"],
            "ends_on": stored["ends_on"],
            "version": draft.version,
        }
        form = cls(data, initial=initial)
        companies = Organization.objects.filter(platform=draft.platform, parent=None).offered()
        companies = companies.order_by("is_host", "name")
        names = [(str(row.pk), f"{row.name} (host company)" if row.is_host else row.name) for row in companies]
        form.fields["company"].choices = [("", "Choose a company"), *names, (NEW, "A company that is new here")]
        form.hosts = {str(row.pk) for row in companies if row.is_host}
        typed = addresses.split_pasted(form.data.get("addresses", "")) if data else stored["typed"]
        form.fields["confirmed"].choices = [(text, text) for text in {*_canonical(typed), *stored["confirmed"]}]
        return form

    def clean(self):
        """Ask for the new company's name, and for the choice that needs a second thought."""
        data = self.cleaned_data
        if data.get("company") == NEW and not data.get("company_name", "").strip():
            self.add_error("company_name", "Name the company.")
        if data.get("ends_on") and data["ends_on"] < date.today():
            self.add_error("ends_on", "Choose a day that is not over.")
        at_host = data.get("company") in self.hosts and data.get("right") == Right.EXTERNAL
        if at_host and not data.get("host_confirmed"):
            self.add_error("host_confirmed", "Externals belong to an external company. Tick this if you mean it.")
        return data

    def values(self):
        """Return what to store."""
        data = self.cleaned_data
        new = data["company"] == NEW
        return {
            "typed": addresses.split_pasted(data["addresses"])[: drafts.MOST_PEOPLE],
            "confirmed": data["confirmed"],
            "right": data["right"],
            "company": "" if new else data["company"],
            "company_name": data["company_name"].strip() if new else "",
            "host_confirmed": data["host_confirmed"],
            "ends_on": data["ends_on"].isoformat() if data["ends_on"] else "",
        }


def _canonical(typed):
    for text in typed:
        try:
            yield addresses.canonical(text)
        except addresses.AddressError:
            continue


class RolesForm(DraftForm):
    """Roles with Assign licence and Restrict usage, as three lists of codes."""

    roles = forms.MultipleChoiceField(required=False)
    assigned = forms.MultipleChoiceField(required=False)
    restricted = forms.MultipleChoiceField(required=False)

    @classmethod
    def of(cls, draft, data):
        """Return the form for the catalogue."""
        form = cls(data, initial={"version": draft.version})
        form.free = draft.platform.invitations_from_administrators
        for name in ("roles", "assigned", "restricted"):
            form.fields[name].choices = [(role.code, role.name) for role in Role.objects.all()]
        return form

    def chosen(self):
        """Return {code: settings}; both settings stay on while Invitations from administrators is off."""
        data = self.cleaned_data
        return {
            code: {
                "assigned": code in data["assigned"] or not self.free,
                "restricted": code in data["restricted"] or not self.free,
            }
            for code in data["roles"]
        }

    def values(self):
        """Return what to store."""
        return {"roles": self.chosen()}


class SpacesForm(DraftForm):
    """For each space of the platform: open or not, responsibility, (Restricted), last day."""

    @classmethod
    def of(cls, draft, data):
        """Return the form with one set of fields per space."""
        form = cls(data, initial={"version": draft.version})
        form.draft = draft
        form.spaces = list(Space.objects.filter(platform=draft.platform).order_by("title"))
        stored = {row["space"]: row for row in draft.data["opened"]}
        bound = draft.platform.restricted_first and draft.data["right"] == Right.EXTERNAL
        for space in form.spaces:
            form._add(space, stored.get(space.pk), bound)
        return form

    def _add(self, space, row, bound):
        row = row or {"responsibility": "reader", "restricted": bound, "ends_on": ""}
        opened = any(stored["space"] == space.pk for stored in self.draft.data["opened"])
        self.fields[f"open-{space.pk}"] = forms.BooleanField(required=False, initial=opened, label=space.title)
        self.fields[f"responsibility-{space.pk}"] = forms.ChoiceField(
            choices=Responsibility.choices, required=False, initial=row["responsibility"], label="Responsibility"
        )
        self.fields[f"restricted-{space.pk}"] = forms.BooleanField(
            required=False, initial=row["restricted"], label="(Restricted)"
        )
        self.fields[f"ends-{space.pk}"] = forms.DateField(
            required=False,
            validators=SENSIBLE,
            initial=row["ends_on"],
            label="Until",
            widget=forms.DateInput({"type": "date"}),
        )

    def rows(self):
        """Return (space, its four bound fields) for the table."""
        return [(space, *(self[f"{name}-{space.pk}"] for name in _PARTS)) for space in self.spaces]

    def clean(self):
        """Refuse a last day that is over, and (Restricted) where there is none."""
        today = date.today()
        for space in self.spaces:
            last = self.cleaned_data.get(f"ends-{space.pk}")
            if last and last < today and self.cleaned_data.get(f"open-{space.pk}"):
                self.add_error(f"ends-{space.pk}", "Choose a day that is not over.")
        return self.cleaned_data

    def values(self):
        """Return what to store."""
        return {"opened": [self._row(space) for space in self.spaces if self.cleaned_data[f"open-{space.pk}"]]}

    def _row(self, space):
        responsibility = self.cleaned_data[f"responsibility-{space.pk}"] or Responsibility.READER.value
        last = self.cleaned_data[f"ends-{space.pk}"]
        return {
            "space": space.pk,
            "responsibility": responsibility,
            "restricted": self.cleaned_data[f"restricted-{space.pk}"] and responsibility in RESTRICTABLE,
            "ends_on": last.isoformat() if last else "",
        }


_PARTS = ("open", "responsibility", "restricted", "ends")


class MessageForm(DraftForm):
    """An optional message; plain text, links in it stay text."""

    message = forms.CharField(
        max_length=500,
        required=False,
        label="Message",
        widget=forms.Textarea({"rows": 3}),
        help_text="Stands in the mail above the facts. At most 500 characters.",
    )

    @classmethod
    def of(cls, draft, data):
        """Return the form filled with the draft."""
        return cls(data, initial={"message": draft.data["message"], "version": draft.version})

    def values(self):
        """Return what to store."""
        return {"message": self.cleaned_data["message"]}
