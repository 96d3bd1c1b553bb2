"""When a membership ends, and who answers for it: the sponsor is asked in time, renews it or lets it end.

Nobody does it for themselves. Source of the rules: `MEMBERSHIPS` in tenants/rules.py and docs/access.md.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from tenants import access, audit, consent, days, notifications
from tenants.errors import Conflict, NotVisible, Unacceptable
from tenants.members import lock_member, lock_platform, require_access, require_another_administrator
from tenants.models import Member, Right, Status
from tenants.relations import homes_of

BEFORE = [timedelta(days=number) for number in (30, 7)]
LONGEST = timedelta(days=366)  # that a sponsor gives at once; an Administrator gives any time


def passed(ends_at, now):
    """Return how many reminders of an end are behind us: those would come late, when it was set so near."""
    return sum(ends_at - now <= before for before in BEFORE) if ends_at else 0


def may_sponsor(member, by):
    """Return the members who may answer for `member`: Members and Administrators; of a sponsor, their colleagues.

    A sponsor who is no Administrator finds people of their own company, whom everybody there may know.
    """
    rows = sponsors_of(member.platform_id).exclude(pk=member.pk).exclude(user=member.sponsor_id)
    rows = rows if by.is_administrator else rows.filter(company=by.member.company_id)
    return rows.select_related("user").order_by("user__name", "user__email")


def sponsors_of(platform):
    """Return the members who may answer for others: active, and no Externals themselves."""
    rows = Member.objects.filter(platform=platform, status=Status.ACTIVE, user__is_active=True)
    return rows.exclude(right=Right.EXTERNAL)


def sponsor_from(invitation, member):
    """Return the User who answers for an External that comes in: who was named and still may, else the inviter."""
    if not member.is_external:
        return None
    named = sponsors_of(invitation.platform).filter(user=member.sponsor_id).select_related("user").first()
    return named.user if named else invitation.inviter


def tell_sponsor(member, invitation):
    """Tell the sponsor of an External who has come in, unless they invited them."""
    if member.sponsor and member.sponsor != invitation.inviter:
        text = f"{member} came in, and you are the sponsor on {member.platform}."
        _tell(member.sponsor, member, text, kind="handover")


def in_care_of(actor):
    """Return the members the actor answers for or is asked to, the nearest end first."""
    mine = Q(sponsor=actor.user.pk) | Q(sponsor_offered=actor.user.pk)
    rows = access.narrow(Member.objects.filter(mine, status=Status.ACTIVE), actor, "see")
    rows = rows.select_related("user", "company", "sponsor")
    return rows.order_by(F("ends_at").asc(nulls_last=True), "user__name", "pk")


def _lock(actor, pk, act="set_end"):
    platform, actor = lock_platform(actor)
    if actor is None:
        raise NotVisible
    member = lock_member(platform, pk)
    decision = access.require(actor, act, member)
    require_access(member)
    return actor, member, decision


@transaction.atomic
def set_end(*, actor, pk, ends_at, reason=""):
    """Let a membership end at `ends_at`, or never with None, whatever was said of it before.

    Raises NotVisible, AccessDenied, Conflict for the last Administrator, and Unacceptable for an end that is over or,
    from a sponsor, none, too far or beyond the sponsor's own.
    """
    actor, member, decision = _lock(actor, pk)
    _require_sense(actor, ends_at)
    if ends_at is not None:
        require_another_administrator(member)
    before = facts(member)
    member.ends_at, member.end_settled = ends_at, False
    member.end_reminders = passed(ends_at, timezone.now())
    member.save(update_fields=["ends_at", "end_settled", "end_reminders"])
    told = {"decision": decision, "subject": member.user, "reason": reason}
    audit.record(actor, "end_set", member, before=before, after=facts(member), **told)
    for user in answering(member):
        if user.pk != actor.user.pk:
            _tell(user, member, f"The access of {member} to {member.platform} now ends {_said(member)}.")
    _tell(member.user, member, f"Your access to {member.platform} now ends {_said(member)}.", mine=True)
    return member


def _require_sense(actor, ends_at):
    now = timezone.now()
    if ends_at is not None and ends_at <= now:
        raise Unacceptable("Choose a day that is not over.", field="last_day")
    if actor.is_administrator:
        return
    if ends_at is None:
        raise Unacceptable("Only an Administrator lets access go on without an end.", field="last_day")
    if ends_at - now > LONGEST:
        raise Unacceptable("A sponsor renews for a year at most.", field="last_day")
    if actor.member.ends_at and ends_at > actor.member.ends_at:
        raise Unacceptable("Nobody gives for longer than they have access themselves.", field="last_day")


@transaction.atomic
def let_go(*, actor, pk):
    """Let a membership end when it does: no reminder comes any more, and the Administrators know."""
    actor, member, decision = _lock(actor, pk)
    if member.ends_at is None or member.end_settled:
        raise Conflict(f"The access of {member} ends {_said(member)} already.", "Set another day instead.")
    member.end_settled = True
    member.save(update_fields=["end_settled"])
    audit.record(actor, "end_settled", member, decision=decision, subject=member.user, after=facts(member))
    _tell(member.user, member, f"Your access to {member.platform} ends {_said(member)} and is not renewed.", mine=True)
    for user in administrators(member.platform, besides=actor.user):
        _tell(user, member, f"{actor.user} lets the access of {member} end {_said(member)}.")
    return member


@transaction.atomic
def name_sponsor(*, actor, pk, sponsor):
    """Make the Member `sponsor` answer for somebody: at once as an Administrator, else when they agree."""
    actor, member, decision = _lock(actor, pk)
    if not may_sponsor(member, actor).filter(pk=sponsor.pk).exists():
        raise Unacceptable(f"{sponsor} cannot be the sponsor of {member}.", field="sponsor")
    before = facts(member)
    if actor.is_administrator:
        member.sponsor, member.sponsor_offered = sponsor.user, None
        words = f"You are the sponsor of {member} on {member.platform} now."
    else:
        member.sponsor_offered = sponsor.user
        words = f"{actor.user} asks you to become the sponsor of {member} on {member.platform}."
    member.save(update_fields=["sponsor", "sponsor_offered"])
    told = {"decision": decision, "subject": member.user}
    audit.record(actor, "sponsor_named", member, before=before, after=facts(member), **told)
    if sponsor.user_id != actor.user.pk:
        _tell(sponsor.user, member, words, kind="handover")
    return member


@transaction.atomic
def answer_offer(*, actor, pk, takes):
    """Take over the sponsorship that the sponsor offers, or leave it with them."""
    actor, member, decision = _lock(actor, pk, "take_sponsorship")
    before, earlier = facts(member), member.sponsor
    member.sponsor_offered = None
    member.sponsor = actor.user if takes else member.sponsor
    member.save(update_fields=["sponsor", "sponsor_offered"])
    verb = "sponsorship_taken" if takes else "sponsorship_left"
    told = {"decision": decision, "subject": member.user}
    audit.record(actor, verb, member, before=before, after=facts(member), **told)
    if earlier is not None:
        words = "is the sponsor of" if takes else "does not become the sponsor of"
        _tell(earlier, member, f"{actor.user} {words} {member}.", kind="handover")
    return member


def facts(member):
    """Return what the record keeps of the end of a membership and of who answers for it."""
    return {
        "last_day": str(days.last_day(member.ends_at, member.platform.zone) or ""),
        "not_renewed": member.end_settled,
        "sponsor": str(member.sponsor or ""),
        "sponsor_asked": str(member.sponsor_offered or ""),
    }


def _said(member):
    day = days.last_day(member.ends_at, member.platform.zone)
    return f"after {day:%-d %B %Y}" if day else "never"


def administrators(platform, besides=None):
    """Return the Users who administer the platform now."""
    rows = Member.objects.filter(platform=platform, right=Right.ADMINISTRATOR, status=Status.ACTIVE)
    rows = rows.exclude(user=besides).filter(user__is_active=True).select_related("user")
    return [row.user for row in rows]


def answering(member):
    """Return the Users to ask about `member`: the sponsor while they may sponsor, else the Administrators."""
    rows = Member.objects.filter(platform=member.platform_id, user=member.sponsor_id, status=Status.ACTIVE)
    rows = rows.exclude(right=Right.EXTERNAL).filter(user__is_active=True).select_related("user")
    sponsor = next((row.user for row in rows if row.counts(timezone.now())), None)
    return [sponsor] if sponsor else administrators(member.platform, besides=member.user)


def _tell(user, member, text, *, mine=False, kind="membership"):
    page = ("tenants:membership",) if mine else ("tenants:sponsored_detail", member.pk)
    notifications.notify(
        user=user,
        platform=member.platform,
        kind=kind,
        subject=f"{'own-' if mine else ''}end:{member.pk}",
        text=text,
        path=reverse(page[0], args=[member.platform.slug, *page[1:]]),
    )


def remind(member):
    """Tell who answers for `member` that the access ends soon."""
    for user in answering(member):
        _tell(user, member, f"The access of {member} ends {_said(member)}. Renew it, or let it end.")


def tell_ended(member):
    """Tell the person, who answers for them, and the Administrators of both sides that the access has ended."""
    platform = member.platform
    notifications.notify(
        user=member.user,
        platform=None,
        kind="membership",
        subject=f"own-end:{member.pk}",
        text=f"Your access to {platform} has ended. Whoever invited you there can invite you again.",
        path=reverse("tenants:platforms"),
    )
    for user in {user.pk: user for user in [*answering(member), *administrators(platform)]}.values():
        _tell(user, member, f"The access of {member} has ended: its last day is over.")
    if member.is_external:
        _tell_homes(member)


def _tell_homes(member):
    """Tell the homes of an External that their stay elsewhere is over: the host's name and no word of its content."""
    for home in homes_of([member.user_id], besides=member.platform).get(member.user_id, []):
        there = Member.objects.get(platform=home, user=member.user_id)
        text = f"The access of {member.user} to {member.platform} has ended: its last day there is over."
        path = reverse("tenants:member_detail", args=[home.slug, there.pk])
        consent.notify_administrators(home, f"stay-over:{member.pk}", text, path)
