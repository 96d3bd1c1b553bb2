"""What people type in reviews, checked."""

import re

from django import forms

from content.models import Judgement
from content.reviewing.acts import LONGEST, MOST_ITEMS
from tenants.days import SENSIBLE, not_over

SEEN = re.compile(r"([0-9]{1,18})-([0-9]{1,9})")
DAY = forms.DateInput(attrs={"type": "date"})


class DueForm(forms.Form):
    """Until when verdicts are asked for."""

    due_on = forms.DateField(required=False, label="Due", validators=[*SENSIBLE, not_over], widget=DAY)


class BeginForm(DueForm):
    """The name of a review and what it is about; its items were chosen before."""

    title = forms.CharField(max_length=120, label="Name of the review")
    description = forms.CharField(
        max_length=4000, required=False, widget=forms.Textarea({"rows": 3}), help_text="What to look at."
    )
    field_order = ["title", "description", "due_on"]

    def __init__(self, data=None, *, actor):
        super().__init__(data)


class SeenField(forms.Field):
    """Boxes of items that were ticked, each with the id and the version that was shown: {id: version}."""

    widget = forms.SelectMultiple

    def clean(self, value):
        """Return what was ticked; what is no box of ours is none."""
        seen = dict(SEEN.fullmatch(one).groups() for one in value or () if SEEN.fullmatch(one))
        if not seen or len(seen) > MOST_ITEMS:
            raise forms.ValidationError("Choose at least one item.")
        return {int(pk): int(version) for pk, version in seen.items()}


class VerdictForm(forms.Form):
    """A verdict on the ticked items."""

    judgement = forms.ChoiceField(choices=Judgement, widget=forms.RadioSelect, label="Verdict")
    remark = forms.CharField(
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 3, "maxlength": None}),
        help_text="Needed with remarks and for a rejection. Read by who takes part and reads the item.",
    )
    on = SeenField(label="Items")


class CloseForm(forms.Form):
    """What came of a review."""

    conclusion = forms.CharField(
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 5}),
        help_text="It opens the minute.",
    )
