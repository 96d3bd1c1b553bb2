"""The invitations of a platform: who was invited, what came of it, send again, take back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tenants import invitation_mail, invitations, outbox, web
from tenants.models import Consent, Given, Invitation, InvitationDraft, InvitationState, Way

PER_PAGE = 25
FEW_DRAFTS, MOST_DRAFTS = 10, 200
TABS = ["draft", "sent", "expired", "accepted", "declined", "revoked"]


def _of_state(rows, state, now):
    if state == "sent":
        return rows.filter(state=InvitationState.SENT, expires_at__gt=now)
    if state == "expired":
        stored = Q(state=InvitationState.EXPIRED)
        return rows.filter(stored | Q(state=InvitationState.SENT, expires_at__lte=now))
    if state == "draft":
        return rows.none()
    return rows.filter(state=state) if state in TABS else rows


def _page(rows, number, now):
    page = Paginator(rows.prefetch_related("roles__role"), PER_PAGE).get_page(number)
    troubles = outbox.troubles([invitation_mail.about(row) for row in page])
    ours = Consent.objects.filter(invitation__in=list(page), way=Way.INBOUND, state=Given.ASKED)
    waiting = set(ours.values_list("invitation", flat=True))
    for row in page:
        row.shown, row.mail = row.shown_state(now), troubles.get(invitation_mail.about(row))
        if row.shown == "sent" and row.pk in waiting:
            row.shown = "waiting"
    return page


@require_safe
@web.administrators_only("invite")
def invitation_list(request):
    """Every invitation by state, newest first, and the drafts of who looks."""
    now, state = timezone.now(), request.GET.get("state", "")
    rows = Invitation.objects.filter(platform=request.platform).select_related("inviter", "company", "member__user")
    drafts = InvitationDraft.objects.filter(platform=request.platform, author=request.user)
    numbers = {name: _of_state(rows, name, now).count() for name in TABS} | {"draft": drafts.count()}
    context = {
        "page": _page(_of_state(rows, state, now), request.GET.get("page"), now),
        "state": state,
        "tabs": numbers.items(),
        "drafts": drafts[: MOST_DRAFTS if state == "draft" else FEW_DRAFTS] if state in {"", "draft"} else [],
        "links": request.session.pop("invitation-links", []),
        "wizard_url": web.address("spaces:invitation_new", request.platform.slug),
    }
    return web.render_page(request, "tenants/invitation_list.html", context)


@require_POST
@web.administrators_only("invite")
def invitation_resend(request, pk):
    """Send again: a new token, the same message."""
    invitation, token = invitations.resend_invitation(actor=request.actor, pk=pk)
    request.session["invitation-links"] = [(invitation.email, invitation_mail.link(token))]
    messages.success(request, f"Sent again to {invitation.email}; the earlier link is dead.")
    return redirect("tenants:invitation_list", request.platform.slug)


@require_POST
@web.administrators_only("invite")
def invitation_revoke(request, pk):
    """Take back."""
    invitation = invitations.revoke_invitation(actor=request.actor, pk=pk)
    messages.success(request, f"The invitation of {invitation.email} is revoked; its link is dead.")
    return redirect("tenants:invitation_list", request.platform.slug)
