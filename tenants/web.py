"""From the domain to HTTP: the actor of a request, page or partial, refusals as pages, the navigation."""

from functools import wraps

from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.defaults import page_not_found

from tenants import access, notifications
from tenants import actor as actors
from tenants.errors import DomainError, NotVisible

NAVIGATION = []
DOORS = []


def contribute_navigation(links):
    """Let a floor add to the side navigation: `links(request) -> [{title, links: [{url, label, icon, count}]}]`."""
    NAVIGATION.append(links)


def contribute_door(door):
    """Let a floor stop a page before it is shown: `door(request, view) -> response or None`."""
    DOORS.append(door)


def without_licence(view):
    """Mark a view as open to members whom no licence lets in: switching, and the Administrator's repairs."""
    view.without_licence = True
    return view


def without_door(view):
    """Mark a view that no door stops, because a door leads to it."""
    view.without_door = True
    return view


class ActorMiddleware:
    """Turns `platform` of the URL into `request.actor` and `request.platform`, and domain errors into pages."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.actor = request.platform = None
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        """Find the membership, else answer 404 as for a platform that does not exist."""
        slug = kwargs.pop("platform", None)
        if slug is None or not request.user.is_authenticated:
            return None
        found = actors.find(request.user, slug)
        if found is None:
            raise Http404
        request.actor, request.platform = found, found.platform
        if not found.is_active or not (found.may("enter") or getattr(view, "without_licence", False)):
            return render(request, "tenants/no_licence.html", status=403)
        if getattr(view, "without_door", False):
            return None
        return next((answer for door in DOORS if (answer := door(request, view)) is not None), None)

    def process_exception(self, request, error):
        """Answer a domain error with its status and its sentence."""
        if isinstance(error, NotVisible):
            return page_not_found(request, error)
        if not isinstance(error, DomainError):
            return None
        template = "refusal.html#refusal" if getattr(request, "htmx", False) else "refusal.html"
        return render(request, template, {"error": error}, status=error.status)


def render_page(request, template, context=None, *, partials=(), status=200):
    """Render the page, or only the partial that htmx wants to replace when it is one of `partials`."""
    wanted = request.htmx.target if getattr(request, "htmx", False) else None
    name = f"{template}#{wanted}" if wanted in partials else template
    response = render(request, name, context or {}, status=status)
    response["Vary"] = "HX-Request, HX-Target, Cookie"
    return response


def page_context(request):
    """Give every template the actor, the platform, the navigation and the bell."""
    actor = getattr(request, "actor", None)
    context = {"actor": actor, "platform": getattr(request, "platform", None), "demo": settings.DEMO}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return context
    context["my_platforms_url"] = _url("tenants:platforms")
    if actor is None:
        return context
    slug = actor.platform.slug
    return context | {
        "nav": navigation(request),
        "unread": notifications.news(user, actor.platform).filter(read_at=None).count(),
        "notifications_url": _url("tenants:notifications", slug),
        "credential_url": _url("spaces:credential", slug),
        "search_url": _url("content:item_list", slug),
        "home_url": _url("tenants:home", slug),
    }


def navigation(request):
    """Return the groups of the side navigation with the current link marked."""
    groups = {}
    for links in NAVIGATION:
        for group in links(request):
            groups.setdefault(group["title"], []).extend(group["links"])
    best = max(
        (link["url"] for links in groups.values() for link in links if request.path.startswith(link["url"])),
        key=len,
        default=None,
    )
    return [
        {"title": title, "links": [{**link, "current": link["url"] == best} for link in links]}
        for title, links in groups.items()
    ]


def _url(name, *args):
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
