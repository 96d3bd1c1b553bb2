"""The mail of an invitation: who invites, from which company, to what, until when."""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from tenants import mail, memberships
from tenants.accounts import on_this_site


def link(token):
    """Return the address that the mail carries; opening it changes nothing."""
    return on_this_site(reverse("tenants:invitation_open", args=[token]))


def answer_path(invitation):
    """Return where somebody with an account answers without the mail."""
    return f"{reverse('tenants:invitation_answer')}?invitation={invitation.pk}"


def send(invitation, token):
    """Queue the mail."""
    platform, inviter = invitation.platform, invitation.inviter
    membership = inviter.memberships.filter(platform=platform).select_related("company").first()
    until = timezone.localtime(invitation.expires_at, platform.zone)
    context = {
        "invitation": invitation,
        "platform": platform,
        "inviter": inviter,
        "inviter_company": membership.company if membership else platform.name,
        "spaces": memberships.offered(invitation),
        "roles": [offer.role.name for offer in invitation.roles.select_related("role")],
        "until": until,
        "link": link(token),
    }
    mail.enqueue(
        to=invitation.email,
        subject=f"{inviter} ({context['inviter_company']}) invites you to {platform}",
        text=render_to_string("mail/invitation.txt", context),
        html=render_to_string("mail/invitation.html", context),
    )
