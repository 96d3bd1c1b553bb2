"""The second step a platform asks for: of whom, from when, and the door in front of those who have none."""

from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.usersessions.models import UserSession
from django.urls import reverse
from django.utils import timezone

from tenants import news
from tenants.errors import Conflict
from tenants.models import Member, Right, Status, TwoFactor
from tenants.notifications import notify
from tenants.panels import contribute

GRACE = timedelta(days=7)
KINDS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def begins(platform, member):
    """Return the moment from which this member needs a second step, or None when none is asked of them."""
    return platform.two_factor_externals_at if member.is_external else platform.two_factor_members_at


def has_one(user):
    """Tell whether the person has an authenticator app, a passkey or a security key."""
    return Authenticator.objects.filter(user=user, type__in=KINDS).exists()


def asked(platform, choice):
    """Return the active members of whom `choice` asks it."""
    rows = Member.objects.filter(platform=platform, status=Status.ACTIVE)
    if choice == TwoFactor.NOBODY:
        return rows.none()
    return rows.filter(right=Right.EXTERNAL) if choice == TwoFactor.EXTERNALS else rows


def lacking(platform, choice):
    """Return those of them who have no second step yet."""
    ready = Authenticator.objects.filter(type__in=KINDS).values("user")
    return asked(platform, choice).exclude(user__in=ready)


def effects(actor, wanted):
    """Foretell whom setting the option asks for what, and from when."""
    if "two_factor" not in wanted:
        return []
    platform, choice = actor.platform, wanted["two_factor"]
    if choice == TwoFactor.NOBODY:
        return ["Nobody is asked for a second step here any more. What people have set up stays theirs."]
    people, without = asked(platform, choice).count(), lacking(platform, choice).count()
    day = timezone.localtime(timezone.now() + GRACE, platform.zone)
    return [
        f"{people} {'person is' if people == 1 else 'people are'} asked for a second step; {without} of them"
        f" {'has' if without == 1 else 'have'} none yet.",
        f"They are told at once and get in without one until {day:%-d %B, %H:%M}. From then on a page leads them to"
        " setting it up, and back.",
    ]


def note(platform):
    """Say from when it is asked."""
    dates = [at for at in (platform.two_factor_externals_at, platform.two_factor_members_at) if at]
    if not dates:
        return ""
    return f"Asked from {timezone.localtime(max(dates), platform.zone):%-d %B %Y, %H:%M}."


def bring_along(actor, platform, before):
    """Set from when it is asked, and tell those who have none. Raises Conflict for an actor who has none either."""
    choice = platform.two_factor
    if choice != TwoFactor.NOBODY and not has_one(actor.user):
        raise Conflict(
            "You have no second step yourself yet.",
            "Set one up under Two-factor in your account, then ask it of others.",
        )
    start = timezone.now() + GRACE
    externals, members = choice != TwoFactor.NOBODY, choice == TwoFactor.EVERYONE
    platform.two_factor_externals_at = (platform.two_factor_externals_at or start) if externals else None
    platform.two_factor_members_at = (platform.two_factor_members_at or start) if members else None
    platform.save(update_fields=["two_factor_externals_at", "two_factor_members_at"])
    for member in lacking(platform, choice).select_related("user"):
        _tell(platform, member)


def _tell(platform, member):
    day = timezone.localtime(begins(platform, member), platform.zone)
    notify(
        user=member.user,
        platform=platform,
        kind="two_factor",
        subject=f"two_factor:{platform.pk}",
        text=f"From {day:%-d %B, %H:%M} {platform} asks for a second step when you sign in. Set it up before then.",
        path=reverse("tenants:two_factor", args=[platform.slug]),
    )


def missing(actor):
    """Tell whether the actor needs a second step now and has none."""
    at = begins(actor.platform, actor.member)
    return at is not None and actor.now >= at and not has_one(actor.user)


def panel(request):
    """Tell on the home page, before it is asked, who has none yet."""
    at = begins(request.platform, request.actor.member)
    if at is None or request.actor.now >= at or has_one(request.user):
        return None
    return {"template": "tenants/two_factor_panel.html", "context": {"two_factor_at": at}, "position": 0}


def end_others(sender, request, user, **kwargs):
    """End the other sessions of somebody who sets up a second step: they began without one."""
    UserSession.objects.purge_and_list(user)
    for session in UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key):
        session.end()


def register():
    """Hand the panel to the home page and the kind to the news, and listen for a second step that is set up."""
    contribute("home", panel)
    why = "a platform of yours asks for a second step"
    news.contribute(news.NewsKind("two_factor", "Two-factor", why, may_be_off=False, still=news.anyone))
    authenticator_added.connect(end_others, dispatch_uid="two_factor")
