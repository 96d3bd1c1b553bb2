"""The form of a new API token."""

from django import forms

from tenants.models import Scope

DAYS = [("7", "a week"), ("30", "30 days"), ("90", "90 days"), ("365", "a year")]


class TokenForm(forms.Form):
    """What a token is called, what it may do, and how long it lives."""

    name = forms.CharField(max_length=60, help_text="After the program that will use it, such as Nightly backup.")
    scope = forms.ChoiceField(
        label="It may",
        choices=[(Scope.READ.value, "read what I may read"), (Scope.WRITE.value, "also change what I may change")],
        widget=forms.RadioSelect,
        initial=Scope.READ,
    )
    days = forms.TypedChoiceField(label="It lives for", choices=DAYS, coerce=int, initial="30")

    def clean_name(self):
        """Return the name in one line without hidden signs."""
        name = " ".join(self.cleaned_data["name"].split())
        if not name.isprintable():
            raise forms.ValidationError("A name has no hidden characters.")
        return name
