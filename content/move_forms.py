"""What people choose when they move an item or hand it over, checked."""

from django import forms

from content.moves import offered, owners_for, place_of
from content.names import around
from spaces.models import Space
from spaces.rules import people_known
from tenants.models import Organization


class PlaceForm(forms.Form):
    """A space, an organization and a content owner, of the people whom the actor may know around the space."""

    space = forms.ModelChoiceField(queryset=Space.objects.none(), empty_label=None)
    organization = forms.ModelChoiceField(queryset=Organization.objects.none(), empty_label=None)
    owner = forms.ChoiceField(
        required=False,
        label="Content owner",
        choices=[("", "Stays as it is")],
        error_messages={"invalid_choice": "Choose somebody who is offered there."},  # not whether anybody is so called
    )

    def __init__(self, data=None, *, actor, item):
        super().__init__(data, initial={"space": item.space_id, "organization": item.organization_id})
        self.item, self.members = item, {}
        spaces, organizations = offered(actor, item)
        self.fields["space"].queryset = spaces.select_related("platform")
        self.fields["organization"].queryset = organizations
        self._offer_owners(actor)

    def _offer_owners(self, actor):
        """Offer whoever could be content owner there and may be known; who is chosen already stays choosable."""
        there = self._chosen()
        members = owners_for(self.item, *there) if there else []
        near = people_known(actor, around(actor, there[0].pk)) if there else None
        for member in members:
            if member.user_id != self.item.owner_id and (near is None or {member.company_id, member.unit_id} & near):
                self.members[str(member.pk)] = member
        names = [(pk, f"{member}, {member.company}") for pk, member in self.members.items()]
        self.fields["owner"].choices = [("", "Stays as it is"), *names]

    def _chosen(self):
        """Return the (space, organization) chosen so far, those of now before anything is, None for a forged one."""
        if not self.is_bound:
            return self.item.space, self.item.organization
        try:
            return tuple(self.fields[name].clean(self[name].data) for name in ("space", "organization"))
        except forms.ValidationError:
            return None

    def place(self):
        """Return what was chosen as a Place."""
        data = self.cleaned_data
        member = self.members.get(data["owner"])
        owner = {"owner": member.user} if member else {}
        return place_of(self.item, space=data["space"], organization=data["organization"], **owner)
