"""Who has an item open at the moment: noted by open pages, forgotten when they close, never in the record.

Whoever is bound to an organization in the space is told of its people alone; what only asking shows is not noted.
"""

from collections import defaultdict
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from content.models import Presence
from spaces.rules import people_known
from tenants import access, announcing, clock
from tenants.models import Status

COUNTS = timedelta(seconds=40)  # longer than open pages wait between two words
AGAIN = timedelta(seconds=10)  # after which it is noted anew
WORD = "content.item:{}"


def note(pairs):
    """Note for each (actor, item) that the actor has it open."""
    there = {(actor.member.pk, item.pk) for actor, item in pairs if access.can(actor, "list", item)}
    if not there:
        return
    now = timezone.now()
    rows = Presence.objects.filter(member__in={one for one, _ in there}, item__in={pk for _, pk in there})
    known = {(row.member_id, row.item_id): row.seen_at for row in rows}
    stale = [pair for pair in sorted(there) if pair not in known or known[pair] < now - AGAIN]  # sorted: no two cross
    Presence.objects.bulk_create(
        [Presence(member_id=member, item_id=item, seen_at=now) for member, item in stale],
        update_conflicts=True,
        unique_fields=["member", "item"],
        update_fields=["seen_at"],
    )
    _announce({item for member, item in stale if known.get((member, item), now - 2 * COUNTS) < now - COUNTS})


def leave(pairs):
    """Note for each (member's id, item's id) that the page was closed."""
    gone = Q(pk__in=())
    for member_id, item_id in pairs:
        gone |= Q(member=member_id, item=item_id)
    if Presence.objects.filter(gone).delete()[0]:
        _announce({item_id for _member_id, item_id in pairs})


def _announce(ids):
    for pk in ids:
        announcing.announce(WORD.format(pk))


def there(ids):
    """Return {item's id: the members who have it open, by name}."""
    rows = Presence.objects.filter(item__in=ids, seen_at__gt=timezone.now() - COUNTS, member__status=Status.ACTIVE)
    found = defaultdict(list)
    for row in rows.select_related("member__user", "member__company").order_by("member__user__name", "member"):
        found[row.item_id].append(row.member)
    return found


def known(actor, item, members):
    """Return those of `members`, the actor aside, of whom the actor is told that they have the item open."""
    bound = people_known(actor, item.space_id)
    return [
        member
        for member in members
        if member.user_id != actor.user.pk
        and (bound is None or not {member.company_id, member.unit_id}.isdisjoint(bound))
    ]


def forget():
    """Forget who had what open. A job of the clock."""
    Presence.objects.filter(seen_at__lt=timezone.now() - 2 * COUNTS).delete()


def register():
    """Hand the forgetting to the clock."""
    clock.contribute("forget who was there", timedelta(minutes=10), forget)
