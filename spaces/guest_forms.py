"""The form by which an Owner invites somebody of another company into a space."""

from django import forms

from spaces import days
from spaces.guests import Guest
from spaces.inviting import Opened
from spaces.models import RESTRICTABLE, Responsibility
from spaces.wizard_forms import NEW
from tenants import invitations
from tenants.days import SENSIBLE
from tenants.models import Organization


class GuestForm(forms.Form):
    """Who is invited, from which company, as what."""

    email = forms.CharField(label="E-mail address", max_length=254, widget=forms.EmailInput)
    confirmed = forms.BooleanField(label="I know this address; invite it", required=False)
    company = forms.ChoiceField(label="Employed by")
    company_name = forms.CharField(label="Name of the new company", max_length=80, required=False)
    responsibility = forms.ChoiceField(choices=Responsibility.choices, initial=Responsibility.READER)
    restricted = forms.BooleanField(
        label="(Restricted): sees only what their company owns here, and its people", required=False, initial=True
    )
    ends_on = forms.DateField(
        label="Until", required=False, validators=SENSIBLE, widget=forms.DateInput({"type": "date"})
    )
    message = forms.CharField(
        max_length=500, required=False, widget=forms.Textarea({"rows": 3}), help_text="At most 500 characters."
    )

    def __init__(self, data=None, *, space, initial=None):
        super().__init__(data, initial=initial)
        self.space, self.doubt = space, None
        rows = Organization.objects.filter(platform=space.platform_id, parent=None, is_host=False).order_by("name")
        self.companies = {str(row.pk): row for row in rows}
        names = [(pk, row.name) for pk, row in self.companies.items()]
        self.fields["company"].choices = [("", "Choose a company"), *names, (NEW, "A company that is new here")]

    def clean(self):
        """Judge the address as every invitation does; ask for a new company's name."""
        data = self.cleaned_data
        if data.get("company") == NEW and not data.get("company_name", "").strip():
            self.add_error("company_name", "Name the company.")
        if email := data.get("email"):
            [verdict] = invitations.judge(self.space.platform, [email])
            self.doubt = verdict if verdict.doubtful else None
            if verdict.code != "ready" and not (verdict.doubtful and data.get("confirmed")):
                self.add_error("email", verdict.sentence)
            data["email"] = verdict.email
        return data

    def guest(self):
        """Return who was typed."""
        data = self.cleaned_data
        company = self.companies.get(data["company"])
        return Guest(data["email"], company, "" if company else data["company_name"].strip(), data["message"])

    def opened(self):
        """Return what is opened to them."""
        data = self.cleaned_data
        restricted = data["restricted"] and data["responsibility"] in RESTRICTABLE
        return Opened(
            self.space, data["responsibility"], restricted, days.ending(data["ends_on"], self.space.platform.zone)
        )
