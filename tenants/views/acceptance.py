"""The invited person's side: open the link, see what is offered, accept or decline."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from tenants import acceptance, consent, invitation_mail, invitations, readiness, tokens
from tenants.errors import Conflict, Gone
from tenants.ids import id_of

KEPT = "invitation"  # session key: the hash of the token, never the token


@login_not_required
@require_safe
def invitation_open(request, token):
    """Keep the hash of the token in the session and lead to an address without it. Changes no row of ours."""
    request.session[KEPT] = tokens.hash_of(token[:200])
    response = redirect("tenants:invitation_answer")
    response["Referrer-Policy"] = "no-referrer"
    return response


def _asked(request):
    """Return the invitation that the session or the address names, or None."""
    named = id_of(request.GET.get("invitation"))
    if named and request.user.is_authenticated:
        found = acceptance.find(pk=named)
        return found if found and acceptance.is_meant_for(request.user, found) else None
    return acceptance.find(token_hash=request.session.get(KEPT, "-"))


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_answer(request):
    """Show what is offered to its owner; everybody else gets one page that gives nothing away."""
    if not request.user.is_authenticated:
        return render(request, "tenants/invitation_door.html")
    invitation = _asked(request)
    if invitation is None:
        return render(request, "tenants/invitation_unknown.html", status=404)
    if not acceptance.is_meant_for(request.user, invitation):
        if request.method == "POST":
            acceptance.record_mismatch(user=request.user, invitation=invitation)
        return render(request, "tenants/invitation_unknown.html", status=404)
    if request.method == "POST":
        return _answer(request, invitation)
    return _offer(request, invitation)


def _offer(request, invitation, error=None):
    try:
        acceptance.require_standing(invitation)
    except Gone as gone:
        error = gone
    sides = consent.standing(invitation, request.user)
    membership = invitation.inviter.memberships.filter(platform=invitation.platform).select_related("company").first()
    context = {
        "invitation": invitation,
        "over": error,
        "sides": sides,
        "offered": invitations.in_words(invitation)[1:],
        "inviter_company": membership.company if membership else invitation.platform,
        "ready": readiness.readiness(invitation.platform, request.user) if error is None else None,
        "until": invitation.expires_at,
        "host_platform": invitation.platform,
    }
    return render(request, "tenants/invitation_answer.html", context, status=error.status if error else 200)


def _answer(request, invitation):
    try:
        if "decline" in request.POST:
            acceptance.decline_invitation(user=request.user, pk=invitation.pk)
            messages.success(request, f"Declined. {invitation.platform} was told; you are no member there.")
            return redirect("home")
        answer = acceptance.accept_invitation(user=request.user, pk=invitation.pk)
    except (Conflict, Gone) as error:
        return _offer(request, acceptance.find(pk=invitation.pk), error)
    if answer.waits:
        return redirect(invitation_mail.answer_path(invitation))
    request.session.pop(KEPT, None)
    if answer.member is None:
        return _offer(request, acceptance.find(pk=invitation.pk))
    for sentence in answer.left_out:
        messages.warning(request, sentence)
    messages.success(request, f"You are a member of {invitation.platform} now.")
    return redirect("tenants:home", invitation.platform.slug)
