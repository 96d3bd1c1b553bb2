"""The record of a platform, for its Administrators."""

from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.views.decorators.http import require_safe

from tenants import audit, events, web
from tenants.models import AuditEvent, Member

PER_PAGE = 50
SENSIBLE = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2200, 1, 1))]


def _day(label):
    return forms.DateField(
        label=label, required=False, validators=SENSIBLE, widget=forms.DateInput(attrs={"type": "date"})
    )


class RecordFilter(forms.Form):
    """What the list is narrowed to; every part may be left out."""

    person = forms.ModelChoiceField(Member.objects.none(), required=False, empty_label="Everybody")
    verb = forms.ChoiceField(label="Act", required=False)
    since = _day("From")
    until = _day("To")

    def __init__(self, data, *, platform):
        super().__init__(data)
        self.platform = platform
        self.fields["person"].queryset = Member.objects.filter(platform=platform).select_related("user")
        words = sorted(audit.VERBS.items(), key=lambda pair: pair[1])
        self.fields["verb"].choices = [("", "Every act"), *words]
        for name, field in self.fields.items():
            kind = "form-select" if name in {"person", "verb"} else "form-control"
            field.widget.attrs["class"] = f"{kind} {kind}-sm g-auto"

    def narrow(self, rows):
        """Keep the entries that every filled part wants; parts that are no date or person are ignored."""
        wanted = self.cleaned_data
        if wanted.get("person"):
            rows = rows.filter(actor=wanted["person"].user_id)
        if wanted.get("verb"):
            rows = rows.filter(verb=wanted["verb"])
        if wanted.get("since"):
            rows = rows.filter(at__gte=self._begin(wanted["since"]))
        if wanted.get("until"):
            rows = rows.filter(at__lt=self._begin(wanted["until"]) + timedelta(days=1))
        return rows

    def _begin(self, day):
        return datetime.combine(day, time.min, tzinfo=self.platform.zone)


@require_safe
@web.administrators_only("see_record")
def record(request):
    """Show who did what on the platform, newest first, a page at a time by cursor."""
    form = RecordFilter(request.GET, platform=request.platform)
    valid = form.is_valid()
    rows = form.narrow(events.visible(request.actor, AuditEvent.objects.select_related("actor", "subject")))
    rows = events.older_than(rows, request.GET.get("before", ""))
    found = list(rows[: PER_PAGE + 1])
    context = {
        "form": form,
        "entries": events.entries(request.actor, found[:PER_PAGE]),
        "older": _older(request, found) if len(found) > PER_PAGE else "",
        "filtered": any(request.GET.get(name) for name in form.fields),
    }
    return web.render_page(request, "tenants/record.html", context, partials=["entries"], status=200 if valid else 422)


def _older(request, found):
    kept = {name: value for name, value in request.GET.items() if name != "before" and value}
    return f"?{urlencode(kept | {'before': events.cursor_of(found[PER_PAGE - 1])})}"
