"""Configure member options: the switches of a platform, and the readiness of one person."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tenants import members, web
from tenants.models import Member, Status
from tenants.options import MEMBER_OPTIONS, WORK_OPTIONS, InUse, effects, find, set_option
from tenants.views.readiness import side_by_side

MOST_PEOPLE = 500


@require_safe
@web.administrators_only("set_options")
def option_list(request):
    """Show every option with what it does, what it needs and what uses it; and the readiness of a person."""
    return web.render_page(request, "tenants/options.html", _context(request), partials=["options", "readiness-panel"])


@require_POST
@web.administrators_only("set_options")
def option_set(request, code):
    """Set one option; first show what that changes for people, when it does."""
    option, value = find(code), request.POST.get("value", "")
    foretold = [] if "confirmed" in request.POST else effects(request.actor, code, option.parse(value))
    if foretold:
        context = {"option": option, "value": value, "says": option.say(option.parse(value)), "effects": foretold}
        return web.render_page(request, "tenants/option_confirm.html", context)
    try:
        platform = set_option(actor=request.actor, code=code, value=value)
    except InUse as error:
        return web.render_page(request, "tenants/options.html", _context(request, error), status=409)
    messages.success(request, f"{option.title}: {option.say(getattr(platform, code))}.")
    return HttpResponseRedirect(reverse("tenants:options", args=[platform.slug]))


def _context(request, refused=None):
    person = _person(request)
    return {
        "member_options": [_row(request.platform, option) for option in MEMBER_OPTIONS],
        "work_options": [_row(request.platform, option) for option in WORK_OPTIONS],
        "refused": refused,
        "people": _people(request.platform),
        "person": person,
        "readiness": person and side_by_side(person),
        "readiness_url": person and reverse("tenants:readiness", args=[request.platform.slug, person.pk]),
    }


def _row(platform, option):
    value = getattr(platform, option.code)
    needed = [find(code) for code in option.needs]
    return {
        "option": option,
        "value": value,
        "says": option.say(value),
        "uses": option.uses(platform) if value is True else [],
        "needs": [(other, getattr(platform, other.code)) for other in needed],
        "blocked": value is False and not all(getattr(platform, other.code) for other in needed),
    }


def _people(platform):
    rows = Member.objects.filter(platform=platform, status__in=[Status.ACTIVE, Status.PENDING])
    return rows.select_related("user", "company").order_by("company__is_host", "user__name", "user__email")[
        :MOST_PEOPLE
    ]


def _person(request):
    chosen = request.GET.get("person", "")
    if chosen.isdecimal() and len(chosen) < 19:
        return members.find_member(request.platform, int(chosen))
    return _people(request.platform).first() if not chosen else None
