"""Looking at the record is an act of its own; and the record as a picture: how much was done when."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Count, Exists, Max, Min, OuterRef
from django.db.models.functions import TruncDay, TruncMonth, TruncWeek

from tenants import audit
from tenants.models import AuditEvent, Member
from tenants.relations import stays_of

DAYS, WEEKS = 62, 62 * 7  # the longest spans that are drawn a day and a week a bar
HIGH = 48  # of the highest bar


@dataclass(frozen=True, slots=True)
class Bar:
    """One day, week or month: its first and last day, how many entries, and how tall and where the bar is drawn."""

    first: object
    last: object
    count: int
    height: int
    x: int

    @property
    def y(self):
        """Where it begins, from above."""
        return HIGH - self.height


@transaction.atomic
def note_look(actor, obj, filters, *, space_id=None):
    """Write down that somebody looked at the record of `obj`, and what it was narrowed to."""
    return audit.record(actor, "record_seen", obj, space_id=space_id, after={"filters": filters} if filters else {})


def picture(rows, zone):
    """Return the Bars of these entries, a day, a week or a month each, none left out; two queries."""
    ends = rows.order_by().aggregate(first=Min("at"), last=Max("at"))
    if ends["first"] is None:
        return []
    span = (ends["last"] - ends["first"]).days
    cut = TruncDay if span <= DAYS else TruncWeek if span <= WEEKS else TruncMonth
    counted = rows.order_by().annotate(part=cut("at", tzinfo=zone)).values_list("part").annotate(n=Count("pk"))
    found = {part.date(): number for part, number in counted}
    most, bars, day = max(found.values()), [], min(found)
    while day <= max(found):
        following = _next(day, cut)
        number = found.get(day, 0)
        height = max(2, round(HIGH * number / most)) if number else 0
        bars.append(Bar(day, following - timedelta(days=1), number, height, len(bars) * 10))
        day = following
    return bars


def _next(day, cut):
    if cut is TruncMonth:
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day + timedelta(days=1 if cut is TruncDay else 7)


def elsewhere(actor, slug=""):
    """Return what people at home here did on other platforms, or on one: entries of which nobody reads the words."""
    stays = stays_of(actor.platform)
    there = Member.objects.filter(pk__in=[stay.there.pk for stay in stays])
    rows = AuditEvent.objects.select_related("actor", "platform")
    rows = rows.filter(platform__slug=slug) if slug else rows
    return rows.filter(Exists(there.filter(user=OuterRef("actor"), platform=OuterRef("platform"))))


def register():
    """Hand the words to the record."""
    audit.verbs({"record_seen": "looked at the record of"})
