"""What time does to memberships: reminds who answers for them, and ends them on their day."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tenants import audit, clock, ends
from tenants.members import conclude, is_last_administrator, lock_member
from tenants.models import Member, Platform, Status


def _ending(now):
    near = [Q(end_reminders=number, ends_at__lte=now + before) for number, before in enumerate(ends.BEFORE)]
    rows = Member.objects.filter(near[0] | near[1], status=Status.ACTIVE, end_settled=False, ends_at__gt=now)
    return rows.order_by("pk")


def remind_sponsors():
    """Send the reminders that are due, 30 and 7 days before: one each, however late this runs."""
    now = timezone.now()
    for pk in _ending(now).values_list("pk", flat=True):
        with transaction.atomic():
            rows = _ending(now).select_for_update(of=["self"]).select_related("platform", "user")
            member = rows.filter(pk=pk).first()
            if member is None:
                continue  # renewed meanwhile
            member.end_reminders = ends.passed(member.ends_at, now)
            member.save(update_fields=["end_reminders"])
            ends.remind(member)


def end_memberships():
    """End the memberships whose last day is over; access ended by itself at that moment."""
    over = Member.objects.filter(status=Status.ACTIVE, ends_at__lte=timezone.now()).order_by("pk")
    clock.each(over.values_list("platform_id", "pk"), lambda one: _end(*one))


@transaction.atomic
def _end(platform_id, pk):
    platform = Platform.objects.select_for_update(no_key=True).get(pk=platform_id)
    member = lock_member(platform, pk)
    if member.counts(timezone.now()) or member.status != Status.ACTIVE or is_last_administrator(member):
        return  # renewed or ended meanwhile
    before, after = conclude(None, member, Status.NO_ACCESS)
    reason = "The last day of the membership is over."
    told = {"platform": platform, "subject": member.user, "reason": reason}
    audit.record(None, "access_ended", member, before=before, after=after, **told)
    ends.tell_ended(member)


def register():
    """Hand both to the clock."""
    clock.contribute("remind sponsors", timedelta(hours=1), remind_sponsors)
    clock.contribute("end memberships", timedelta(minutes=1), end_memberships)
