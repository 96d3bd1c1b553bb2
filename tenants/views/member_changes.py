"""What an Administrator does to a membership: right, organizations, access. Each says beforehand what it ends."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tenants import departures, employment, members, rights, web
from tenants.errors import Unacceptable
from tenants.forms import take
from tenants.member_forms import EmploymentForm, EndForm, HandOverForm, RightForm
from tenants.models import Right

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@get_or_post
@web.administrators_only("manage_members")
def member_right(request, pk):
    """Show what another right does; change it on POST."""
    member = members.find_member(request.platform, pk)
    form = RightForm(_typed(request) or request.GET)
    right = form.data.get("right")
    if request.method == "POST" and form.is_valid():
        if _tried(form, rights.change_right, actor=request.actor, member=member, **form.cleaned_data):
            return _back(request, member, f"{member} is {Right(right).label} now.")
    known = right in Right.values and right != member.right
    context = {"form": form, "wanted": Right(right) if known else None, "rights": Right.choices}
    if known:
        context["effects"] = rights.effects(member, right)
        context["asks"] = rights.needs_confirmation(member, right)
    return _page(request, "tenants/member_right.html", member, form, context)


@get_or_post
@web.administrators_only("manage_members")
def member_employment(request, pk):
    """Choose where somebody belongs; what ends is shown before it is changed."""
    member = members.find_member(request.platform, pk)
    form, context = EmploymentForm(_typed(request), member=member), {}
    if request.method == "POST" and form.is_valid():
        place = form.place()
        context = {"ends": employment.endings(member, place), "asks": employment.asks(member, place.company)}
        context["token"] = f"{sorted(employment.lost(member, place))}{len(context['ends'])}"
        if (not context["ends"] or request.POST.get("shown") == context["token"]) and _moved(request, member, form):
            return _back(request, member, f"{member} belongs to {place.unit or place.company} now.")
    context["form"] = form
    return _page(request, "tenants/member_employment.html", member, form, context)


def _moved(request, member, form):
    told = {name: form.cleaned_data[name] for name in ("host_confirmed", "reason")}
    return _tried(form, employment.change_employment, actor=request.actor, member=member, place=form.place(), **told)


@get_or_post
@web.administrators_only("manage_members")
def member_end(request, pk):
    """Show what ends and what stays when access is removed; remove it on POST."""
    member = members.find_member(request.platform, pk)
    form = EndForm(_typed(request))
    if request.method == "POST" and form.is_valid():
        members.end_access(actor=request.actor, member=member, **form.cleaned_data)
        return _back(request, member, f"{member} has no access any more.")
    context = {"ends": members.endings(member), "stays": members.remains(member), "form": form}
    return _page(request, "tenants/member_end.html", member, form, context)


@get_or_post
@web.administrators_only("manage_members")
def member_remove(request, pk):
    """Show what ends, and who may take over what; remove the person on POST."""
    member = members.find_member(request.platform, pk)
    form = HandOverForm(_typed(request), estates=departures.estates(member))
    if request.method == "POST" and form.is_valid():
        told = {"heirs": form.heirs(), "reason": form.cleaned_data["reason"]}
        if _tried(form, departures.remove_user, actor=request.actor, member=member, **told):
            return _back(request, member, f"{member} is removed.")
    context = {"ends": members.endings(member), "stays": members.remains(member), "form": form}
    return _page(request, "tenants/member_remove.html", member, form, context)


def _typed(request):
    return request.POST if request.method == "POST" else None


def _tried(form, act, **given):
    """Do it and tell whether it was done; what cannot be taken stands in the form."""
    try:
        act(**given)
    except Unacceptable as error:
        take(form, error)
        return False
    return True


def _page(request, template, member, form, context):
    status = 422 if request.method == "POST" else 200
    return web.render_page(request, template, {"member": member, **context}, status=status)


def _back(request, member, sentence):
    messages.success(request, sentence)
    return HttpResponseRedirect(reverse("tenants:member_detail", args=[request.platform.slug, member.pk]))
