"""From the domain to HTTP: the actor of a request, page or partial, refusals as pages, the navigation."""

import logging
from functools import wraps
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.defaults import page_not_found

from tenants import access, csv_files, denials, doors, entry, members, notifications, record_looks
from tenants import actor as actors
from tenants.errors import DomainError, NotVisible, TooMany, crossed
from tenants.ids import can_be_stored

log = logging.getLogger(__name__)
NAVIGATION = []
DOORS = []
ACCOUNT_PAGES = (
    ("account_email", "E-mail"),
    ("account_change_password", "Password"),
    ("mfa_index", "Two-factor"),
    ("usersessions_list", "Sessions"),
    ("socialaccount_connections", "Company sign-in"),
)


def contribute_navigation(links):
    """Let a floor add to the side navigation: `links(request) -> [{title, links: [{url, label, icon, count}]}]`.

    Groups and links may carry a `position`, small ones first; an `exact` link is current on its own page only.
    """
    NAVIGATION.append(links)


def contribute_door(door):
    """Let a floor stop a page before it is shown: `door(request, view) -> response or None`."""
    DOORS.append(door)


def without_licence(view):
    """Mark a view as open to members whom no licence lets in: switching, and the Administrator's repairs."""
    view.without_licence = True
    return view


def open_to_repair(view):
    """Let Administrators in whom no licence lets in; everybody else needs one."""

    @wraps(view)
    def asked(request, *args, **kwargs):
        if request.actor.is_administrator or request.actor.may("enter"):
            return view(request, *args, **kwargs)
        return closed(request)

    return without_licence(asked)


def without_door(view):
    """Mark a view that no door stops, because a door leads to it."""
    view.without_door = True
    return view


def asked_by_itself(view):
    """Mark a view that open pages ask for by themselves: nobody is seen by it, and no door stops it."""
    view.asked_by_itself = view.without_door = True
    return view


class ActorMiddleware:
    """Turns `platform` of the URL into `request.actor` and `request.platform`, and domain errors into pages."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.actor = request.platform = None
        with timezone.override(None):  # process_view sets that of the platform
            response = self.get_response(request)
        if response.status_code == TooMany.status:
            seconds = "3600" if request.actor else "60"  # forms of a platform say the sentence themselves
            response.headers.setdefault("Retry-After", seconds)
        if response.status_code == 405 and request.method == "GET" and not response.content:
            page = render(request, "405.html", status=405)
            page["Allow"] = response["Allow"]
            return page
        return response

    def process_view(self, request, view, args, kwargs):
        """Find the membership, else answer 404 as for a platform that does not exist."""
        slug = kwargs.pop("platform", None)
        if request.token is not None or not request.user.is_authenticated:  # tenants.api has found a token's actor
            return None
        if (stopped := doors.unproved(request, slug)) is not None:
            return stopped
        if slug is None:
            return None
        found = actors.find(request.user, slug) if can_be_stored(kwargs.values()) else None
        if found is None:
            denials.note(request, NotVisible())
            raise Http404
        request.actor, request.platform = found, found.platform
        timezone.activate(found.platform.zone)  # every time on a page is the platform's
        if not found.is_active or not (found.may("enter") or getattr(view, "without_licence", False)):
            return closed(request)
        if not getattr(view, "asked_by_itself", False):
            members.note_seen(found.member, found.now)
        stopped = doors.unsecured(request, view)
        if stopped is not None or getattr(view, "without_door", False):
            return stopped
        return next((answer for door in DOORS if (answer := door(request, view)) is not None), None)

    def process_exception(self, request, error):
        """Answer a domain error with its status and its sentence."""
        denials.note(request, error)
        if isinstance(error, NotVisible):
            return page_not_found(request, error)
        if (conflict := crossed(error)) is not None:
            log.warning("two acts crossed at %s", request.resolver_match.view_name, exc_info=error)
            error = conflict
        return refusal(request, error) if isinstance(error, DomainError) else None


def refusal(request, error):
    """Render a domain error as a page, or as the sentence that htmx puts into the page."""
    template = "refusal.html#refusal" if getattr(request, "htmx", False) else "refusal.html"
    response = render(request, template, {"error": error}, status=error.status)
    if retry_after := getattr(error, "retry_after", None):
        response["Retry-After"] = str(retry_after)
    return response


def closed(request):
    """Say why the person does not get in and who can help: a page, or for htmx a message on the page it came from."""
    template = "tenants/no_licence.html"
    name = f"{template}#closed" if getattr(request, "htmx", False) else template
    return render(request, name, {"closed": entry.closed_door(request.actor)}, status=403)


def render_page(request, template, context=None, *, partials=(), status=200):
    """Render the page, or only the partial that htmx wants to replace when it is one of `partials`."""
    wanted = request.htmx.target if getattr(request, "htmx", False) else None
    name = f"{template}#{wanted}" if wanted in partials else template
    response = render(request, name, context or {}, status=status)
    response["Vary"] = "HX-Request, HX-Target, Cookie"
    return response


def csv_answer(name, header, rows):
    """Return rows as a CSV download that is made while it is sent and never held whole."""
    response = StreamingHttpResponse(csv_files.written(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def lines_answer(name, lines):
    """Return JSON lines as a download that is made while it is sent and never held whole."""
    response = StreamingHttpResponse(lines, content_type="application/x-ndjson; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.jsonl"'
    return response


def note_look(request, obj, filters=None, *, space_id=None):
    """Write down that somebody looks at the record of `obj`; asking only whether there is a page leaves no entry."""
    if request.method == "GET":
        record_looks.note_look(request.actor, obj, filters or {}, space_id=space_id)


def way_back(request, otherwise):
    """Return the address that `next` names when it is one of this site, from its root, else `otherwise`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, None):
        return wanted
    return otherwise


def asked_words(request, name="q", most=80):
    """Return the words that somebody looks for by a request, at most so many signs; a NUL is none of them."""
    return (request.GET.get(name) or request.POST.get(name) or "").replace("\0", "").strip()[:most]


def with_next(address, wanted):
    """Return `address`, leading on to `wanted` when that is something."""
    return f"{address}?{urlencode({'next': wanted})}" if wanted else address


def page_context(request):
    """Give every template the actor, the platform, the navigation and the bell."""
    actor = getattr(request, "actor", None)
    context = {"actor": actor, "platform": getattr(request, "platform", None), "demo": settings.DEMO}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return context
    context["account_pages"] = ACCOUNT_PAGES
    context["way_back"] = request.session.get(doors.BACK)
    context["my_platforms_url"] = _platforms_url(context["platform"])
    context |= notifications.unread(user, context["platform"])
    if actor is None:
        return context
    slug, enters = actor.platform.slug, actor.is_active and actor.may("enter")
    context |= {
        "nav": navigation(request) if actor.is_administrator or enters else [],
        "home_url": address("tenants:home", slug),
        "membership_url": address("tenants:membership", slug) if actor.is_active else "",
    }
    if not enters:
        return context
    return context | {
        "notifications_url": address("tenants:notifications", slug),
        "bell_url": address("tenants:bell", slug),
        "live_url": address("tenants:live", slug) if settings.LIVE_PAGES else "",
        "stream_url": address("tenants:stream", slug) if settings.LIVE_STREAMS else "",
        "credential_url": address("spaces:credential", slug),
        "search_url": address("content:item_list", slug),
        "suggest_url": address("content:search_suggest", slug),
    }


def _platforms_url(platform):
    here = f"?here={platform.slug}" if platform else ""
    return f"{address('tenants:platforms')}{here}"


def navigation(request):
    """Return the groups of the side navigation with the current link marked, small positions first."""
    groups, places = {}, {}
    for links in NAVIGATION:
        for group in links(request):
            groups.setdefault(group["title"], []).extend(group["links"])
            places[group["title"]] = min(group.get("position", 50), places.get(group["title"], 99))
    best = max(
        (link["url"] for links in groups.values() for link in links if _leads_to(link, request.path)),
        key=len,
        default=None,
    )
    return [
        {"title": title, "links": [{**link, "current": link["url"] == best} for link in _placed(groups[title])]}
        for title in sorted(groups, key=places.get)
    ]


def _leads_to(link, path):
    return path == link["url"] if link.get("exact") else path.startswith(link["url"])


def _placed(links):
    return sorted(links, key=lambda link: link.get("position", 50))


def address(name, *args):
    """Return the address of a page, or nothing where its floor is not installed."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def administrators_only(action):
    """Ask `action` on the platform before the view runs; Administrators need no licence for it."""

    def decorate(view):
        @wraps(view)
        def asked(request, *args, **kwargs):
            access.require(request.actor, action, request.platform)
            return view(request, *args, **kwargs)

        return without_licence(asked)

    return decorate
