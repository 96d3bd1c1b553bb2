"""What every page of this floor does first: find the space, ask the rules, let Administrators repair."""

from urllib.parse import urlencode, urlsplit

from django.http import QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from spaces import joining
from spaces.models import Space
from spaces.places import space_url
from tenants import access


def find_space(request, pk, action="see"):
    """Return the space for `action`. Raise AccessDenied where it is seen and may not be done.

    Raise NotVisible for one that is not there or not seen, Outside where the person knows it by its content.
    """
    space = Space.objects.select_related("platform").filter(platform=request.platform, pk=pk).first()
    if space is None or not access.can(request.actor, "see", space):
        raise joining.unseen(request.actor, pk)
    access.require(request.actor, action, space)
    return space


def to(request, name, *args):
    """Redirect to a page of the same platform; htmx follows and gets the partial it asked for."""
    return redirect(name, request.platform.slug, *args)


def page_of(request, space):
    """Return what every page of a space shows: the space, where it is, and the list it was opened from."""
    slug = request.platform.slug
    return {
        "space": space,
        "space_url": space_url(slug, space.pk),
        "members_url": reverse("spaces:space_members", args=[slug, space.pk]),
        "may_record": access.can(request.actor, "see_record", space),
        **_way_back(request, space),
    }


def _way_back(request, space):
    """Return the control center as it was when this opened beside it as a panel; nothing on a page of its own."""
    asked = _asked_from(request)
    if asked is None:
        return {}
    center = reverse("spaces:control_center", args=[request.platform.slug])
    state = QueryDict(asked, mutable=True)
    state.pop("at", None)
    back = f"{center}?{state.urlencode()}" if state else center
    state["at"] = space.pk
    return {"back": back, "back_at": f"{center}?{state.urlencode()}"}


def _asked_from(request):
    """Return the query of the control center beside which a panel is open, else None."""
    if not request.htmx:
        return None
    if "from" in request.GET:
        return request.GET["from"]
    return QueryDict(urlsplit(request.htmx.current_url or "").query).get("from")


def beside(request, url):
    """Return `url` as it opens beside the control center that htmx asks from, or "" elsewhere."""
    here = urlsplit(request.htmx.current_url or "") if request.htmx else None
    if here is None or here.path != reverse("spaces:control_center", args=[request.platform.slug]):
        return ""
    return f"{url}?{urlencode({'from': here.query})}"
