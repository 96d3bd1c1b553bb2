"""Forms of changes: their words, what happens to items, who is asked, steps, signatures, routes."""

from django import forms

from content.changes.asking import Wish
from content.forms import PickForm
from content.models import ChangeState, Deed, Purpose, Quorum
from spaces.models import Responsibility

WORDS = forms.Textarea({"rows": 4})


class ChangeForm(forms.Form):
    """The words of a change."""

    title = forms.CharField(max_length=120)
    reason = forms.CharField(max_length=4000, required=False, widget=WORDS, help_text="Why it is wanted.")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class NewChangeForm(ChangeForm):
    """A new change of an item."""

    version = None
    deed = forms.ChoiceField(choices=Deed, label="What is to happen to it", widget=forms.RadioSelect, initial="revise")


class AddForm(PickForm):
    """Another item for a change."""

    deed = forms.ChoiceField(choices=Deed, label="What is to happen to it", initial="revise")


class WishForm(forms.Form):
    """Who is to be asked for what."""

    purpose = forms.ChoiceField(choices=Purpose, label="For", initial=Purpose.APPROVE)
    whom = forms.ChoiceField(label="Who")

    def __init__(self, *given, people=(), groups=(), **more):
        super().__init__(*given, **more)
        self.fields["whom"].choices = choices(people, groups)

    def wish(self):
        """Return what was chosen."""
        return Wish(self.cleaned_data["purpose"], self.cleaned_data["whom"])


def choices(people, groups):
    """Return who can be asked: `people` are Members."""
    return [
        ("Responsibility in the space of an item", [(f"responsibility-{one}", one.label) for one in _offered()]),
        ("User groups: any one of", [(f"group-{one.pk}", str(one)) for one in groups]),
        ("People", [(f"person-{one.pk}", str(one.user)) for one in people]),
    ]


def _offered():
    return [one for one in reversed(Responsibility) if one != Responsibility.PUBLIC_READER]  # who decides, first


class StepForm(forms.Form):
    """Why a step is taken."""

    reason = forms.CharField(max_length=500, required=False, widget=forms.Textarea({"rows": 2}))


class SignForm(forms.Form):
    """What somebody signs: whether they agree, with a remark, to exactly what was `shown`."""

    agrees = forms.ChoiceField(
        choices=[("yes", "I agree"), ("no", "I do not agree")], label="Your word", widget=forms.RadioSelect
    )
    remark = forms.CharField(max_length=500, required=False, widget=forms.Textarea({"rows": 2}))
    shown = forms.CharField(max_length=64, widget=forms.HiddenInput)


class WantedForm(forms.Form):
    """What a reader asks of the list of changes."""

    q = forms.CharField(required=False, max_length=100)
    state = forms.MultipleChoiceField(required=False, choices=ChangeState)
    whose = forms.ChoiceField(required=False, choices=[("", "everybody's"), ("mine", "raised by me")])


class RouteForm(forms.Form):
    """A route: how many of those asked it takes, and who that is; empty rows ask nobody."""

    name = forms.CharField(max_length=80)
    quorum = forms.ChoiceField(choices=Quorum, label="It takes")

    def __init__(self, *given, people=(), groups=(), asked=(), **more):
        super().__init__(*given, **more)
        self.rows = []
        offered = [("", "nobody more"), *choices(people, groups)]
        for number, (purpose, whom) in enumerate([*asked, *[(Purpose.APPROVE, "")] * ROWS][:ROWS]):
            names = (f"purpose_{number}", f"whom_{number}")
            self.fields[names[0]] = forms.ChoiceField(choices=Purpose, initial=purpose, label="For")
            self.fields[names[1]] = forms.ChoiceField(choices=offered, initial=whom, required=False, label="Who")
            self.rows.append(names)

    def pairs(self):
        """Return the fields of each row."""
        return [(self[purpose], self[whom]) for purpose, whom in self.rows]

    def wishes(self):
        """Return who is asked."""
        typed = self.cleaned_data
        return [Wish(typed[purpose], typed[whom]) for purpose, whom in self.rows if typed[whom]]


ROWS = 6
