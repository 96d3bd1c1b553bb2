"""The forms of the members' pages."""

from datetime import timedelta

from django import forms
from django.db.models import Q

from tenants import naming
from tenants.employment import Place, place_of
from tenants.models import Kind, Member, Organization, Right, Role, RoleGrant, Status, User

SWITCH = [("on", "on"), ("off", "off")]
SEEN = [("", "Whenever"), ("30", "Not for 30 days"), ("90", "Not for 90 days"), ("never", "Never")]
ENDS = [("", "Any or none"), ("30", "Within 30 days"), ("90", "Within 90 days"), ("over", "Over"), ("none", "None")]
MORE = ("role", "factor", "seen", "ends", "sponsor")


class MemberFilter(forms.Form):
    """What the list of members is narrowed to; every part may be left out, and they combine."""

    q = forms.CharField(label="Name or address", required=False, max_length=150)
    right = forms.ChoiceField(required=False, choices=[("", "Every right"), *Right.choices])
    status = forms.ChoiceField(
        required=False, choices=[("", "Every status but removed"), ("all", "Every status"), *Status.choices]
    )
    company = forms.ModelChoiceField(Organization.objects.none(), required=False, empty_label="Every company")
    role = forms.ModelChoiceField(Role.objects.all(), required=False, empty_label="Any role")
    factor = forms.ChoiceField(
        label="Two-factor", required=False, choices=[("", "On or off"), ("on", "On"), ("off", "Off")]
    )
    seen = forms.ChoiceField(label="Last seen", required=False, choices=SEEN)
    ends = forms.ChoiceField(label="End date", required=False, choices=ENDS)
    sponsor = forms.ModelChoiceField(User.objects.none(), required=False, empty_label="Anybody or nobody")

    def __init__(self, data, *, platform):
        super().__init__(data)
        companies = Organization.objects.filter(platform=platform, kind=Kind.COMPANY)
        self.fields["company"].queryset = companies
        sponsors = Member.objects.filter(platform=platform, sponsor__isnull=False).values("sponsor")
        self.fields["sponsor"].queryset = User.objects.filter(pk__in=sponsors).order_by("name", "email")
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select form-select-sm g-auto"

    @property
    def is_narrowing(self):
        """True when any part is filled."""
        return any(self.data.get(name) for name in self.fields)

    @property
    def more(self):
        """The fields that stand under More filters."""
        return [self[name] for name in MORE]

    @property
    def more_used(self):
        """How many of the fields under More filters are filled."""
        return sum(bool(self.data.get(name)) for name in MORE)

    def narrow(self, rows, now):
        """Keep the members, with `two_factor`, that every filled part wants; a part that names nothing keeps all."""
        wanted = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        wanted.setdefault("status", "")
        for name, value in wanted.items():
            rows = rows.filter(getattr(self, f"_{name}")(value, now))
        return rows

    def _q(self, words, now):
        return naming.named(words)

    def _right(self, right, now):
        return Q(right=right)

    def _status(self, status, now):
        if status == "all":
            return Q()
        return Q(status=status) if status else ~Q(status=Status.REMOVED)

    def _company(self, company, now):
        return Q(company=company)

    def _role(self, role, now):
        return Q(pk__in=RoleGrant.objects.filter(role=role).values("member"))

    def _factor(self, state, now):
        return Q(two_factor=state == "on")

    def _seen(self, days, now):
        if days == "never":
            return Q(last_seen_at=None)
        return Q(last_seen_at__lt=now - timedelta(days=int(days)))

    def _ends(self, which, now):
        if which == "none":
            return Q(ends_at=None)
        if which == "over":
            return Q(ends_at__lte=now)
        return Q(ends_at__gt=now, ends_at__lte=now + timedelta(days=int(which)))

    def _sponsor(self, sponsor, now):
        return Q(sponsor=sponsor)


class SettingForm(forms.Form):
    """One licence setting of a grant: exactly one of the two is posted."""

    assigned = forms.ChoiceField(choices=SWITCH, required=False)
    restricted = forms.ChoiceField(choices=SWITCH, required=False)

    def clean(self):
        """Refuse none or both."""
        found = super().clean()
        if bool(found.get("assigned")) == bool(found.get("restricted")):
            raise forms.ValidationError("Set one of the two.")
        return found

    def settings_of(self, grant):
        """Return both settings of `grant` with the posted one in place."""
        posted = self.cleaned_data
        return {
            "assigned": posted["assigned"] == "on" if posted["assigned"] else grant.assigned,
            "restricted": posted["restricted"] == "on" if posted["restricted"] else grant.restricted,
        }

    def say(self):
        """Say what was set."""
        posted = self.cleaned_data
        if posted["assigned"]:
            return f"Assign licence is {posted['assigned']}"
        return f"Restrict usage to this platform is {posted['restricted']}"


class GrantForm(forms.Form):
    """A role to grant, with its licence settings."""

    role = forms.ModelChoiceField(Role.objects.none(), empty_label="Choose a role")
    assigned = forms.BooleanField(label="Assign licence", required=False)
    restricted = forms.BooleanField(label="Restrict usage to this platform", required=False)

    def __init__(self, data, *, member):
        super().__init__(data)
        self.fields["role"].queryset = Role.objects.exclude(pk__in=member.grants.filter(through=None).values("role"))


class ReasonForm(forms.Form):
    """Why something is done to somebody."""

    reason = forms.CharField(
        label="Reason, for the record", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class EndForm(ReasonForm):
    """Why the access of somebody ends, and whether what they held is noted."""

    keep = forms.BooleanField(
        label="Note what they hold for their return",
        required=False,
        help_text="Nothing of it counts meanwhile. Their next invitation begins with it, for you to change.",
    )
    field_order = ["keep", "reason"]


class RightForm(ReasonForm):
    """Another right for a member."""

    right = forms.ChoiceField(choices=[(right.value, right.label) for right in Right])
    host_confirmed = forms.BooleanField(
        required=False, label="An External of our own company is what I want: they read as our own people do"
    )
    field_order = ["right", "host_confirmed", "reason"]


class EmploymentForm(ReasonForm):
    """Where a member belongs."""

    company = forms.ModelChoiceField(Organization.objects.none(), label="Employed by", empty_label=None)
    unit = forms.ModelChoiceField(
        Organization.objects.none(), label="Business unit or department", required=False, empty_label="None"
    )
    further = forms.ModelMultipleChoiceField(
        Organization.objects.none(),
        label="Belongs further to",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Credentials may be held for any organization that a person belongs to.",
    )
    host_confirmed = RightForm.base_fields["host_confirmed"]
    field_order = ["company", "unit", "further", "host_confirmed", "reason"]

    def __init__(self, data, *, member):
        place = place_of(member)
        initial = {"company": place.company, "unit": place.unit, "further": place.further}
        super().__init__(data, initial=initial)
        here = (place.company, place.unit, *place.further)
        rows = Organization.objects.filter(platform=member.platform).offered(besides=here)
        self.fields["company"].queryset = rows.filter(parent=None)
        self.fields["unit"].queryset = rows.exclude(parent=None).select_related("parent")
        self.fields["unit"].label_from_instance = lambda unit: f"{unit.name}, {unit.parent}"
        self.fields["further"].queryset = rows.exclude(pk=member.company_id)

    def place(self):
        """Return what was chosen as a Place."""
        chosen = self.cleaned_data
        return Place(chosen["company"], chosen["unit"], tuple(chosen["further"]))


class HandOverForm(ReasonForm):
    """Who takes over what a removed person leaves."""

    def __init__(self, data, *, estates):
        super().__init__(data)
        self.estates = estates
        for estate in estates:
            people = [(str(heir.pk), f"{heir}, {heir.company}") for heir in estate.heirs]
            self.fields[estate.key] = forms.ChoiceField(
                label=estate.what, required=False, choices=[("", estate.otherwise), *people]
            )
        self.order_fields([*(estate.key for estate in estates), "reason"])

    def heirs(self):
        """Return {key of an Estate: the Member named for it}."""
        named = {estate.key: self.cleaned_data[estate.key] for estate in self.estates}
        return {
            estate.key: next(heir for heir in estate.heirs if str(heir.pk) == named[estate.key])
            for estate in self.estates
            if named[estate.key]
        }
