"""The bell: what is new for a person on a platform, and what of it they want to be told."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants import arrivals, news_choices, notifications, web
from tenants.ids import id_of
from tenants.models import Level
from tenants.news_forms import ChoiceForm

PER_PAGE = 30


@require_safe
def notification_list(request):
    """List news, newest first, and invitations that wait for an answer."""
    return _page(request)


@login_not_required
@web.asked_by_itself
@require_safe
def notes(request):
    """The news by themselves, asked for again and again by their page: nothing to send while nothing changed."""
    if request.actor is None:
        return HttpResponse(status=204)  # signed out meanwhile: the page keeps what it shows
    invitations = arrivals.pending_invitations(request.user)
    state = notifications.state_of(request.user, request.platform, invitations)
    if request.headers.get("If-None-Match") == f'"{state}"':
        return HttpResponseNotModified()
    return _page(request)


@require_POST
def notification_read(request, pk=None):
    """Mark one notification, or all, as read; go where it leads when asked to."""
    notifications.mark_read(user=request.user, platform=request.platform, notification_id=pk)
    found = notifications.mine(request.user, request.platform).filter(pk=pk).first() if pk else None
    if found and "open" in request.POST and url_has_allowed_host_and_scheme(found.path, allowed_hosts=None):
        return HttpResponseRedirect(found.path)
    return _done(request)


@require_POST
def notification_unread(request, pk):
    """Mark one notification as unread again."""
    notifications.mark_unread(user=request.user, platform=request.platform, notification_id=pk)
    return _done(request)


@login_not_required
@web.asked_by_itself
@require_safe
def bell(request):
    """The bell by itself, asked for again and again: nothing to send while the number stays the same."""
    if request.actor is None:
        return HttpResponse(status=204)  # signed out meanwhile: the page keeps what it shows
    number = notifications.unread_here(request.user, request.platform)
    if request.headers.get("If-None-Match") == f'"{number}"':
        return HttpResponseNotModified()
    slug = request.platform.slug
    urls = {"notifications_url": web.address("tenants:notifications", slug), "bell_url": request.path}
    return HttpResponse(render_to_string("elements/bell.html", {"unread": number, **urls}))


@require_http_methods(["GET", "HEAD", "POST"])
def notification_settings(request):
    """Choose mail for each kind of news, and what to be told of each space."""
    form = ChoiceForm(request.POST if request.method == "POST" else None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        form.keep()
        messages.success(request, "Saved.")
        return HttpResponseRedirect(request.path)
    rows = {"spaces": news_choices.spaces(request.actor, _asked(request)), "levels": Level.choices}
    context = {"form": form, "digest_hour": settings.DIGEST_HOUR} | rows
    status = 422 if form.is_bound else 200
    return web.render_page(request, "tenants/notification_settings.html", context, status=status)


@require_POST
def space_level(request, space_id):
    """Choose what to be told of one space."""
    title = news_choices.set_level(actor=request.actor, space_id=space_id, level=request.POST.get("level", ""))
    messages.success(request, f"{title}: {Level(request.POST['level']).label.lower()}.")
    settings_url = reverse("tenants:notification_settings", args=[request.platform.slug])
    return HttpResponseRedirect(web.way_back(request, settings_url))


def _asked(request):
    """Return the space that the address names: an Administrator may choose for one without holding anything there."""
    asked = id_of(request.GET.get("space"))
    return {asked} if asked else frozenset()


def _done(request):
    if request.htmx:
        return _page(request)
    return HttpResponseRedirect(reverse("tenants:notifications", args=[request.platform.slug]))


def _page(request):
    rows = notifications.mine(request.user, request.platform)
    unread = request.GET.get("show") == "unread"
    page = Paginator(rows.filter(read_at=None) if unread else rows, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = notifications.shown(request.user, request.actor, page.object_list)
    invitations = arrivals.pending_invitations(request.user)
    context = {
        "page": page,
        "only_unread": unread,
        "invitations": invitations,
        "state": notifications.state_of(request.user, request.platform, invitations),
        "full": True,
    }
    return web.render_page(request, "tenants/notifications.html", context, partials=["notes"])
