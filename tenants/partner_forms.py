"""The forms of the partners' pages."""

from django import forms

from tenants.models import Partner, PartnerRule
from tenants.partner_rules import question

DEFAULT = "default"
INHERITED = [(DEFAULT, "From the default"), *PartnerRule.choices]


def _choice(way, choices):
    return forms.TypedChoiceField(label=question(way), choices=choices, coerce=_stored)


def _stored(value):
    return "" if value == DEFAULT else value


class DefaultForm(forms.Form):
    """Both rules for partners without one of their own."""

    inbound = _choice("inbound", PartnerRule.choices)
    outbound = _choice("outbound", PartnerRule.choices)


class RulesForm(forms.Form):
    """Both rules towards one partner, each perhaps left to the default."""

    inbound = _choice("inbound", INHERITED)
    outbound = _choice("outbound", INHERITED)


class NameForm(RulesForm):
    """A partner named by its exact address."""

    address = forms.CharField(
        label="Address of the other platform",
        max_length=Partner._meta.get_field("address").max_length,
        help_text="The word after /p/ in its pages. Nobody tells you here whether there is such a platform.",
    )
    field_order = ["address", "inbound", "outbound"]

    def __init__(self, data=None):
        super().__init__(data, auto_id="named_%s")  # it stands beside the form of the default


class AnswerForm(forms.Form):
    """Our word about an invitation that waits."""

    decision = forms.ChoiceField(choices=[("approve", "Approve"), ("refuse", "Refuse")])
    reason = forms.CharField(required=False, max_length=500)
