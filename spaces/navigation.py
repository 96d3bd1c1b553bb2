"""What this floor adds to every page: its links, and the question as whom somebody works."""

from urllib.parse import urlencode

from django.http import HttpResponseRedirect
from django.urls import reverse

from spaces.places import space_url
from tenants import events, web

MOST_SPACES = 6


def links(request):
    """Return my spaces for everybody, and the control center for Administrators."""
    slug, found = request.platform.slug, {}
    for held in request.actor.held:
        if held.works or held.visibility != "private":
            found.setdefault(held.space_id, held.space_title)
    spaces = [
        {"url": space_url(slug, pk), "label": title, "icon": "layers"}
        for pk, title in list(found.items())[:MOST_SPACES]
    ]
    mine = {
        "url": reverse("spaces:space_list", args=[slug]),
        "label": "All my spaces",
        "icon": "layers",
        "key": "spaces",
    }
    if not request.actor.is_administrator:
        mine["count"] = len(found)
    groups = [{"title": "Spaces", "links": [*spaces, mine], "position": 20}]
    if request.actor.is_administrator:
        center = {
            "url": reverse("spaces:control_center", args=[slug]),
            "label": "Spaces Control Center",
            "icon": "layers",
        }
        groups.append({"title": "Content", "links": [center], "position": 70})
    return groups


def ask_credential(request, view):
    """Ask once after each sign-in as whom somebody works, when they hold several live credentials.

    Only a browser that wants a page is asked, never a form, a fragment or a download by a program.
    """
    page = request.method == "GET" and not request.htmx and "text/html" in request.headers.get("Accept", "")
    if not page or len(request.actor.held) < 2:
        return None
    if request.session.get(_asked(request)):
        return None
    note_asked(request)
    picker = reverse("spaces:credential", args=[request.platform.slug])
    return HttpResponseRedirect(f"{picker}?{urlencode({'next': request.get_full_path()})}")


def note_asked(request):
    """Remember that somebody was asked, or chose by themselves: this sign-in asks no more."""
    request.session[_asked(request)] = True


def _asked(request):
    return f"asked-credential-{request.platform.pk}"


def register():
    """Hand both to the pages, and to the record the way to what its entries name."""
    web.contribute_navigation(links)
    web.contribute_door(ask_credential)
    events.contribute_link("spaces.space", space_url)
    events.contribute_labels({"first_day": "from", "last_day": "until", "private_items": "Private items handed over"})
