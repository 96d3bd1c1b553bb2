"""The form that makes an account, or claims the row that an invitation made."""

from allauth.account import forms as allauth_forms
from django import forms

from tenants.models import User


class SignupForm(allauth_forms.SignupForm):
    """Name, e-mail, password."""

    name = forms.CharField(max_length=150, widget=forms.TextInput({"autocomplete": "name"}))
    field_order = ["name", "email", "password1"]

    def validate_unique_email(self, value):
        """Let the person behind an invited address claim its row; anything else is allauth's to answer."""
        if User.objects.filter(email=value, claimed_at=None).exists():
            return value
        return super().validate_unique_email(value)

    def clean_name(self):
        """Keep signs that would break lines or turn the writing round out of names."""
        name = " ".join(self.cleaned_data["name"].split())
        if not name.isprintable():
            raise forms.ValidationError("A name has no hidden characters.")
        return name
