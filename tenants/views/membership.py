"""One's own membership of a platform: what one is and holds there, and leaving it."""

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from tenants import departures, members, web
from tenants.member_forms import ReasonForm
from tenants.panels import panels


@require_safe
@web.without_licence
def membership(request):
    """Show oneself on this platform: right, organizations, roles with their licences, and what upper floors know."""
    member = members.find_member(request.platform, request.actor.member.pk)
    main, side = panels(request, "member", member=member)
    context = {
        "member": member,
        "answers": list(request.actor.resolutions.values()),
        "main_panels": main,
        "side_panels": side,
        "last_administrator": members.is_last_administrator(member),
    }
    return web.render_page(request, "tenants/membership.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@web.without_licence
def membership_leave(request):
    """Show what ends and what stays when one leaves; leave on POST."""
    member, posted = members.find_member(request.platform, request.actor.member.pk), request.method == "POST"
    form = ReasonForm(request.POST if posted else None)
    if posted and form.is_valid():
        departures.leave_platform(actor=request.actor, reason=form.cleaned_data["reason"])
        messages.success(request, f"You left {request.platform}.")
        return redirect("tenants:platforms")
    context = {"member": member, "form": form, "ends": members.endings(member), "stays": members.remains(member)}
    return web.render_page(request, "tenants/membership_leave.html", context, status=422 if posted else 200)
