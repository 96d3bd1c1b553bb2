"""Arriving: which platforms somebody has, where to send them, and what a newcomer does first."""

from dataclasses import dataclass
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from tenants import events
from tenants.models import Consent, Given, Invitation, InvitationState, Member, Notification, Status

NEW_FOR_DAYS = 14


@dataclass(frozen=True, slots=True)
class Todo:
    """One step of a newcomer: done or not, what, a sentence, and where it is done."""

    done: bool
    what: str
    sentence: str
    url: str = ""
    label: str = ""


def memberships(user):
    """Return the active memberships of `user` by name of the platform, each with `unread` news."""
    unread = (
        Notification.objects.filter(user=user, platform=OuterRef("platform"), read_at=None)
        .order_by()
        .values("platform")
        .annotate(number=Count("pk"))
        .values("number")
    )
    rows = Member.objects.filter(user=user, status=Status.ACTIVE).select_related("platform", "company", "unit")
    return rows.annotate(unread=Coalesce(Subquery(unread), 0)).order_by("platform__name")


def pending_invitations(user):
    """Return the invitations that any verified address of `user` can answer, the newest first."""
    addresses = EmailAddress.objects.filter(user=user, verified=True).values("email")
    rows = Invitation.objects.filter(email__in=addresses, state=InvitationState.SENT, expires_at__gt=timezone.now())
    held_back = Consent.objects.exclude(state=Given.APPROVED).values("invitation")
    return rows.exclude(pk__in=held_back).select_related("platform", "company", "inviter")


def first_platform(user, last_slug=None):
    """Return the slug where `user` should land: the last used, else the only one; None asks them."""
    slugs = list(memberships(user).values_list("platform__slug", flat=True))
    if last_slug in slugs:
        return last_slug
    return slugs[0] if len(slugs) == 1 and not pending_invitations(user).exists() else None


def greeting(actor):
    """Return the greeting for the time of day on the actor's platform."""
    if welcome(actor) and actor.is_external:
        return f"Welcome to {actor.platform}, {actor.user.get_short_name()}"
    hour = timezone.localtime(actor.now, actor.platform.zone).hour
    part = "morning" if 4 <= hour < 12 else "afternoon" if 12 <= hour < 18 else "evening"
    return f"Good {part}, {actor.user.get_short_name()}"


def welcome(actor):
    """Return what somebody new does first, or nothing for who has been here a while."""
    joined = actor.member.joined_at
    if joined is None or actor.now - joined > timedelta(days=NEW_FOR_DAYS):
        return []
    return [_accepted(actor, joined), *_space_step(actor)]


def _accepted(actor, joined):
    when = timezone.localtime(joined, actor.platform.zone)
    return Todo(True, "You are a member", f"Since {when:%-d %B, %H:%M}, with {actor.user.email}.")


def _space_step(actor):
    if not actor.held:
        helper = inviter_of(actor.member) or f"an Administrator of {actor.platform}"
        yield Todo(False, "No space is open to you yet", f"Ask {helper} for a credential in a space.")
        return
    first = actor.current or actor.held[0]
    link = events.LINKS.get("spaces.space")
    yield Todo(
        False,
        f"Open {first.space_title}",
        f"You are {first.responsibility_name} there for {first.organization_name}.",
        link(actor.platform.slug, first.space_id) if link else "",
        "Open",
    )
    if first.level >= 2:
        yield Todo(
            False,
            "Take a file, change it, give it back",
            "Lock the item, download its file, and upload the new version. Unlock it when you are done.",
        )


def inviter_of(member):
    """Return the name of who invited this member last, or nothing."""
    rows = member.invitations.filter(Q(state=InvitationState.ACCEPTED)).select_related("inviter")
    found = rows.order_by("-answered_at").first()
    return str(found.inviter) if found else ""
