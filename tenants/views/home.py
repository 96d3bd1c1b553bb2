"""Where people arrive: the site's root, and the home of a platform."""

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tenants import arrivals, notifications, web
from tenants.errors import NotVisible
from tenants.panels import panels

LAST_PLATFORM = "last-platform"  # in the session
MOST_NEWS = 5


@require_safe
def root(request):
    """Send people to their only or last platform, else to the list of theirs."""
    slug = arrivals.first_platform(request.user, request.session.get(LAST_PLATFORM))
    address = reverse("tenants:home", args=[slug]) if slug else reverse("tenants:platforms")
    return HttpResponseRedirect(address)


@require_safe
def home(request):
    """The home of a platform: what needs the person, what to do next, and what upper floors show."""
    _remember(request)
    main, side = panels(request, "home")
    news = notifications.mine(request.user, request.platform).filter(read_at=None)
    context = {
        "greeting": arrivals.greeting(request.actor),
        "today": timezone.localdate(timezone=request.platform.zone),
        "welcome": arrivals.welcome(request.actor),
        "news": notifications.shown(request.user, request.actor, news[:MOST_NEWS]),
        "news_count": news.count(),
        "main_panels": main,
        "side_panels": side,
        "licences": list(request.actor.resolutions.values()),
    }
    return web.render_page(request, "tenants/home.html", context)


@web.without_door
def nothing(request, rest):
    """Answer an address that is none as one of a thing that is not there: the two look alike."""
    raise NotVisible


def _remember(request):
    if request.session.get(LAST_PLATFORM) != request.platform.slug:
        request.session[LAST_PLATFORM] = request.platform.slug
