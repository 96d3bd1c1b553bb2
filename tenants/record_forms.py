"""What the record is narrowed to: people, companies, acts, days, words."""

from datetime import datetime, time, timedelta
from functools import reduce
from operator import and_, or_

from django import forms
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from tenants import audit, naming
from tenants.days import SENSIBLE
from tenants.models import Kind, Member, Organization

LONGEST = 100  # characters of a filter that the record keeps
MOST_WORDS = 8  # of a search; further ones are left out
CHOICES = {"person", "company", "verb"}


def _day(label):
    return forms.DateField(
        label=label, required=False, validators=SENSIBLE, widget=forms.DateInput(attrs={"type": "date"})
    )


class RecordFilter(forms.Form):
    """What the list is narrowed to; every part may be left out."""

    q = forms.CharField(label="Words", required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"}))
    person = forms.ModelChoiceField(Member.objects.none(), required=False, empty_label="Everybody")
    company = forms.ModelChoiceField(Organization.objects.none(), required=False, empty_label="Every company")
    verb = forms.ChoiceField(label="Act", required=False)
    since = _day("From")
    until = _day("To")

    def __init__(self, data, *, platform):
        super().__init__(data)
        self.platform = platform
        self.fields["person"].queryset = Member.objects.filter(platform=platform).select_related("user")
        self.fields["company"].queryset = Organization.objects.filter(platform=platform, kind=Kind.COMPANY)
        words = sorted(audit.VERBS.items(), key=lambda pair: pair[1])
        self.fields["verb"].choices = [("", "Every act"), *words]
        for name, field in self.fields.items():
            kind = "form-select" if name in CHOICES else "form-control"
            field.widget.attrs["class"] = f"{kind} {kind}-sm g-auto"

    @property
    def asked(self):
        """Return what was asked for, as it was typed, as far as the record can keep it."""
        typed = {name: str(self.data[name])[:LONGEST] for name in self.fields if self.data.get(name)}
        return {name: text for name, text in typed.items() if text.isprintable()}

    def narrow(self, rows):
        """Keep the entries that every filled part wants; parts that are no date or person are ignored."""
        wanted = self.cleaned_data
        if person := wanted.get("person"):
            rows = rows.filter(Q(actor=person.user_id) | Q(subject=person.user_id))
        if company := wanted.get("company"):
            people = Member.objects.filter(platform=self.platform, company=company)
            rows = rows.filter(actor__in=people.values("user"))
        if wanted.get("verb"):
            rows = rows.filter(verb=wanted["verb"])
        if wanted.get("since"):
            rows = rows.filter(at__gte=self._begin(wanted["since"]))
        if wanted.get("until"):
            rows = rows.filter(at__lt=self._begin(wanted["until"]) + timedelta(days=1))
        return self._found(rows, wanted.get("q", ""))

    def _begin(self, day):
        return datetime.combine(day, time.min, tzinfo=self.platform.zone)

    def _found(self, rows, text):
        """Keep the entries in which each of the words stands: label, reason, rule, what changed, act or name."""
        words = text.split()[:MOST_WORDS]
        if not words:
            return rows
        stored = {name: Cast(name, TextField()) for name in ("before", "after")}
        return rows.alias(was=stored["before"], became=stored["after"]).filter(reduce(and_, map(self._says, words)))

    def _says(self, word):
        texts = ("object_label", "reason", "rule", "was", "became")
        acts = [code for code, said in audit.VERBS.items() if word.lower() in said.lower()]
        people = Member.objects.filter(naming.named(word), platform=self.platform).values("user")
        found = reduce(or_, (Q(**{f"{name}__icontains": word}) for name in texts))
        return found | Q(verb__in=acts) | Q(actor__in=people) | Q(subject__in=people)
