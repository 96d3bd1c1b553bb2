"""The mail of an invitation: who invites, from which company, to what, until when."""

from django.urls import reverse

from tenants import days, letters, memberships, outbox
from tenants.accounts import on_this_site

HELD = "invitation that another side holds back"


def link(token):
    """Return the address that the mail carries; opening it changes nothing."""
    return on_this_site(reverse("tenants:invitation_open", args=[token]))


def answer_path(invitation):
    """Return where somebody with an account answers without the mail."""
    return f"{reverse('tenants:invitation_answer')}?invitation={invitation.pk}"


def about(invitation):
    """Return how the outbox names mail about an invitation."""
    return f"invitation:{invitation.pk}"


def hold(invitation):
    """Queue in the place of the mail one that never leaves: who looks from outside sees no difference."""
    outbox.put(to=invitation.email, maker=HELD, about=about(invitation))


def send(invitation, token, reminder=False):
    """Queue the mail, or one that reminds of it by the same link."""
    platform, inviter = invitation.platform, invitation.inviter
    membership = inviter.memberships.filter(platform=platform).select_related("company").first()
    company = membership.company if membership else platform.name
    letter = letters.write(
        "invitation",
        f"{'Reminder: ' if reminder else ''}{inviter} ({company}) invites you to {platform}",
        platform=platform,
        invitation=invitation,
        inviter=inviter,
        inviter_company=company,
        spaces=memberships.offered(invitation),
        roles=[offer.role.name for offer in invitation.roles.select_related("role")],
        until=invitation.expires_at,
        ends=days.last_day(invitation.access_ends_at, platform.zone),
        reminder=reminder,
        link=link(token),
        why=f"{inviter} ({inviter.email}) invited this address on Gangway. If you do not know them, do nothing",
    )
    outbox.put(to=invitation.email, letter=letter, about=about(invitation))


def register():
    """Tell the outbox that nobody is to read what is held back."""
    outbox.contribute(HELD, lambda mail: None)
