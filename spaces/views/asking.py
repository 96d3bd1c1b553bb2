"""What every page of this floor does first: find the space, ask the rules, let Administrators repair."""

from functools import wraps

from django.shortcuts import redirect, render

from spaces.models import Space
from tenants import access
from tenants.errors import NotVisible
from tenants.web import without_licence


def open_to_repair(view):
    """Let Administrators in whom no licence lets in; everybody else needs one."""

    @wraps(view)
    def asked(request, *args, **kwargs):
        if request.actor.is_administrator or request.actor.may("enter"):
            return view(request, *args, **kwargs)
        return render(request, "tenants/no_licence.html", status=403)

    return without_licence(asked)


def find_space(request, pk, action="see"):
    """Return the space for `action`. Raise NotVisible for one that is not there or not seen, else AccessDenied."""
    space = Space.objects.select_related("platform").filter(platform=request.platform, pk=pk).first()
    if space is None:
        raise NotVisible
    access.require(request.actor, action, space)
    return space


def to(request, name, *args):
    """Redirect to a page of the same platform; htmx follows and gets the partial it asked for."""
    return redirect(name, request.platform.slug, *args)
