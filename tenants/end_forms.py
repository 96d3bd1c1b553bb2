"""The forms about the end of a membership and who answers for it."""

from datetime import timedelta

from django import forms
from django.utils import timezone

from tenants import days, ends
from tenants.days import SENSIBLE
from tenants.member_forms import ReasonForm
from tenants.models import Member

USUAL = timedelta(days=180)


class LastDayForm(ReasonForm):
    """The last day of somebody's access."""

    last_day = forms.DateField(
        label="Last day", required=False, validators=SENSIBLE, widget=forms.DateInput({"type": "date"})
    )
    field_order = ["last_day", "reason"]

    def __init__(self, data, *, member, actor):
        self.zone = member.platform.zone
        last = days.last_day(member.ends_at, self.zone)
        proposed = max(last, timezone.localdate(timezone=self.zone)) + USUAL if last else None
        if proposed and actor.member.ends_at and not actor.is_administrator:
            proposed = min(proposed, days.last_day(actor.member.ends_at, self.zone))
        super().__init__(data, initial={"last_day": proposed})
        if actor.is_administrator:
            self.fields["last_day"].help_text = "This day included. Empty: no end."

    def ends_at(self):
        """Return the moment at which access ends, or None."""
        return days.ending(self.cleaned_data["last_day"], self.zone)


class SponsorForm(forms.Form):
    """Who shall answer for somebody."""

    sponsor = forms.ModelChoiceField(Member.objects.none(), label="New sponsor", empty_label="Choose a person")

    def __init__(self, data, *, member, actor):
        super().__init__(data)
        self.fields["sponsor"].queryset = ends.may_sponsor(member, actor)
