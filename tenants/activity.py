"""What people did on platforms in counts and dates, from the record: nothing of what they did it to.

This is what a home may know of its people elsewhere, so no label, title or name of the record is read here.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Max, Min

from tenants.models import AuditEvent

KINDS: dict[str, str] = {}
OTHER = "other acts"


def contribute_kinds(words):
    """Let a floor count some acts apart: a dict from verb to what it is counted as, such as "file versions"."""
    KINDS.update(words)


@dataclass
class Activity:
    """One person on one platform: how many acts, of which kinds, from when to when."""

    total: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    first: datetime | None = None
    last: datetime | None = None

    def add(self, verb, number, first, last):
        """Count the acts of one verb."""
        kind = KINDS.get(verb, OTHER)
        self.total += number
        self.kinds[kind] = self.kinds.get(kind, 0) + number
        self.first = min(filter(None, (self.first, first)))
        self.last = max(filter(None, (self.last, last)))

    @property
    def words(self):
        """Say the kinds, the most frequent first, what is not counted apart last."""
        found = sorted(self.kinds.items(), key=lambda pair: (pair[0] == OTHER, -pair[1], pair[0]))
        return ", ".join(f"{kind} {number}" for kind, number in found)


def activity_of(stays):
    """Return {pk of the membership there: Activity} of people away from home; one query."""
    pairs = {(stay.host.pk, stay.there.user_id): stay.there.pk for stay in stays}
    rows = AuditEvent.objects.filter(
        platform__in={host for host, _user in pairs}, actor__in={user for _host, user in pairs}
    )
    found = {pk: Activity() for pk in pairs.values()}
    counted = rows.order_by().values_list("platform", "actor", "verb").annotate(Count("pk"), Min("at"), Max("at"))
    for host, user, verb, number, first, last in counted:
        if (host, user) in pairs:
            found[pairs[host, user]].add(verb, number, first, last)
    return found
