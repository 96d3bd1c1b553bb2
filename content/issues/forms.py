"""Forms of issues: raising one, what it tells, and what a reader asks of the list."""

from django import forms

from content.issues.acts import Facts
from content.issues.finding import ME, Wanted
from content.items import Draft
from content.models import IssueKind, IssueState, Priority
from tenants.days import SENSIBLE, not_over


class FactsForm(forms.Form):
    """What an issue tells besides its title; only people who read it are offered as assignees."""

    kind = forms.ChoiceField(choices=IssueKind, label="Type", initial=IssueKind.DEFECT)
    priority = forms.TypedChoiceField(choices=Priority, coerce=int, initial=Priority.MEDIUM)
    due = forms.DateField(required=False, validators=SENSIBLE, widget=forms.DateInput({"type": "date"}))
    assignees = forms.TypedMultipleChoiceField(
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text="People who read the issue and what it is reported against.",
    )
    change = forms.CharField(
        required=False, max_length=20, label="Resolved by the change", help_text="Its number, such as CHG-481503."
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *given, people=(), **more):
        super().__init__(*given, **more)
        self.fields["assignees"].choices = [(user.pk, str(user)) for user in people]

    def facts(self):
        """Return what was typed."""
        typed = self.cleaned_data
        return Facts(
            typed["kind"], typed["priority"], typed["due"], frozenset(typed["assignees"]), typed.get("change", "")
        )


class RaiseForm(FactsForm):
    """A new issue; `thread` is the comment whose thread it comes from."""

    change = None
    title = forms.CharField(max_length=120)
    description = forms.CharField(max_length=4000, required=False, widget=forms.Textarea({"rows": 5}))
    thread = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
    due = forms.DateField(required=False, validators=[*SENSIBLE, not_over], widget=forms.DateInput({"type": "date"}))
    field_order = ("title", "description", "kind", "priority", "due", "assignees")

    def draft(self):
        """Return its words."""
        return Draft(self.cleaned_data["title"], self.cleaned_data["description"])


class WantedForm(forms.Form):
    """What a reader asks of the issues, from the address; what makes no sense there asks for nothing."""

    q = forms.CharField(required=False, max_length=100)
    state = forms.MultipleChoiceField(required=False, choices=IssueState)
    priority = forms.TypedMultipleChoiceField(required=False, choices=Priority, coerce=int)
    kind = forms.MultipleChoiceField(required=False, choices=IssueKind)
    whose = forms.ChoiceField(required=False, choices=[("", "everybody's"), (ME, "mine")])
    late = forms.BooleanField(required=False)

    def wanted(self):
        """Return what is asked."""
        self.is_valid()
        asked = self.cleaned_data
        lists = {name: asked.get(key) or [] for name, key in LISTS}
        return Wanted(asked.get("q", ""), whose=asked.get("whose", ""), late=asked.get("late", False), **lists)


LISTS = (("states", "state"), ("priorities", "priority"), ("kinds", "kind"))


class StepForm(forms.Form):
    """The state to take an issue to."""

    state = forms.ChoiceField(choices=IssueState)
