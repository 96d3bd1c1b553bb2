"""The form of the domain rules."""

from django import forms

from tenants import domains
from tenants.errors import Unacceptable


class DomainForm(forms.Form):
    """A mail domain and what holds for it."""

    domain = forms.CharField(
        max_length=200,
        help_text="Such as company.example; it covers what stands below it, such as mail.company.example.",
    )
    allowed = forms.ChoiceField(
        label="People of it",
        choices=[("no", "are never invited"), ("yes", "may be invited")],
        widget=forms.RadioSelect,
        initial="no",
    )

    def clean_domain(self):
        """Return the canonical form, as addresses are compared."""
        try:
            return domains.canonical(self.cleaned_data["domain"])
        except Unacceptable as error:
            raise forms.ValidationError(error.sentence) from None
