"""The people one answers for: when their access ends, renewing it, letting it end, handing it to somebody else."""

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from tenants import access, days, ends, members, web
from tenants.end_forms import LastDayForm, SponsorForm
from tenants.errors import Conflict, Unacceptable
from tenants.forms import take

MOST = 200


@require_safe
def sponsored_list(request):
    """List the people one answers for, the nearest end first, and those one is asked to take over."""
    context = {"people": ends.in_care_of(request.actor)[:MOST]}
    return web.render_page(request, "tenants/sponsored_list.html", context)


@require_safe
@web.open_to_repair
def sponsored_detail(request, pk):
    """Show the end of somebody's access and who answers for it, with what one may do about both."""
    return _show(request, _find(request, pk))


@require_POST
@web.open_to_repair
def sponsored_renew(request, pk):
    """Set the last day."""
    member = _find(request, pk, "set_end")
    form = LastDayForm(request.POST, member=member, actor=request.actor)
    if not form.is_valid():
        return _show(request, member, 422, form=form)
    wanted = {"ends_at": form.ends_at(), "reason": form.cleaned_data["reason"]}
    return _done(request, member, form, lambda: ends.set_end(actor=request.actor, pk=pk, **wanted))


@require_POST
@web.open_to_repair
def sponsored_let_go(request, pk):
    """Let it end."""
    member = _find(request, pk, "set_end")
    ends.let_go(actor=request.actor, pk=pk)
    messages.success(request, f"The access of {member} is not renewed.")
    return redirect("tenants:sponsored_detail", request.platform.slug, pk)


@require_POST
@web.open_to_repair
def sponsor_name(request, pk):
    """Name another sponsor."""
    member = _find(request, pk, "set_end")
    form = SponsorForm(request.POST, member=member, actor=request.actor)
    if not form.is_valid():
        return _show(request, member, 422, sponsor_form=form)
    named = form.cleaned_data["sponsor"]
    ends.name_sponsor(actor=request.actor, pk=pk, sponsor=named)
    said = "is the sponsor now" if request.actor.is_administrator else "is asked to take over"
    messages.success(request, f"{named} {said}.")
    return redirect("tenants:sponsored_detail", request.platform.slug, pk)


@require_POST
def sponsor_answer(request, pk):
    """Take somebody over, or leave them with their sponsor."""
    member, takes = _find(request, pk, "take_sponsorship"), "take" in request.POST
    ends.answer_offer(actor=request.actor, pk=pk, takes=takes)
    messages.success(request, f"You {'are' if takes else 'do not become'} the sponsor of {member}.")
    return redirect("tenants:sponsored_list", request.platform.slug)


def _find(request, pk, act="see"):
    member = members.find_member(request.platform, pk)
    access.require(request.actor, act, member)
    return member


def _done(request, member, form, act):
    try:
        changed = act()
    except (Unacceptable, Conflict) as error:
        return _show(request, member, error.status, form=take(form, error))
    last = days.last_day(changed.ends_at, request.platform.zone)
    messages.success(request, f"The access of {member} {f'ends after {last:%-d %B %Y}' if last else 'has no end'}.")
    return redirect("tenants:sponsored_detail", request.platform.slug, member.pk)


def _show(request, member, status=200, **forms):
    actor = request.actor
    context = {
        "member": member,
        "may_set": access.can(actor, "set_end", member),
        "asked": access.can(actor, "take_sponsorship", member),
        "is_last": members.is_last_administrator(member),
        "form": LastDayForm(None, member=member, actor=actor),
        "sponsor_form": SponsorForm(None, member=member, actor=actor),
        **forms,
    }
    return web.render_page(request, "tenants/sponsored_detail.html", context, status=status)
