"""The options of a platform: switches, presets, their history with undo, and the readiness of one person."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants import events, members, naming, options, web
from tenants.errors import Conflict, Unacceptable
from tenants.ids import id_of
from tenants.models import Member, Status
from tenants.option_history import find_entry, history, undo_options, undoing
from tenants.views.readiness import side_by_side

MOST_PEOPLE = 500
PER_PAGE = 30
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@web.administrators_only("set_options")
def option_list(request):
    """Show every option with what it does, what it needs and what uses it; and the readiness of a person."""
    return web.render_page(request, "tenants/options.html", _context(request), partials=["options", "readiness-panel"])


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody is about to set, as the page that asks once more shows it."""

    title: str
    says: str
    verb: str
    wanted: dict
    conflicts: tuple[str, ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()


@require_POST
@web.administrators_only("set_options")
def option_set(request, code):
    """Set one option; first show what that changes for people, when it does, and ask why when it narrows."""
    option, text = options.find(code), request.POST.get("value", "")
    value = option.parse(text)
    title = f"{option.title}: set to “{option.say(value)}”?"
    asked = Asked(title, option.does, "Set it", {code: value}, hidden=(("value", text),))
    plan = options.plan(request.actor, asked.wanted)
    if "confirmed" not in request.POST and (plan.effects or plan.narrows):
        return _ask(request, asked)
    return _do(request, asked, options.set_options, wanted=asked.wanted)


@get_or_post
@web.administrators_only("set_options")
def option_preset(request, code):
    """Show what a preset changes, then set all of it in one act."""
    preset = options.find_preset(code)
    asked = Asked(f"Set “{preset.title}”?", preset.says, "Set all of it", preset.wanted)
    if request.method != "POST":
        return _ask(request, asked)
    return _do(request, asked, options.set_options, wanted=asked.wanted)


@require_safe
@web.administrators_only("set_options")
def option_history(request):
    """List what was set when, by whom and why, each with the way to take it back."""
    page = Paginator(history(request.platform), PER_PAGE).get_page(request.GET.get("page"))
    entries = events.entries(request.actor, page.object_list)
    rows = [
        (entry, bool(undoing(request.platform, row).wanted))
        for entry, row in zip(entries, page.object_list, strict=True)
    ]
    return web.render_page(request, "tenants/option_history.html", {"page": page, "rows": rows}, partials=["rows"])


@get_or_post
@web.administrators_only("set_options")
def option_undo(request, pk):
    """Show what taking back an entry changes and what stands against it, then do it."""
    entry = find_entry(request.platform, pk)
    found = undoing(request.platform, entry)
    says = "What was set then is set back. This is an act of its own and can itself be taken back."
    asked = Asked("Take this change back?", says, "Take it back", found.wanted, found.conflicts)
    if request.method != "POST":
        return _ask(request, asked)
    return _do(request, asked, undo_options, pk=pk)


def _ask(request, asked, error=None):
    """Show what would change, with a field for the reason where somebody gets less."""
    context = {
        "asked": asked,
        "plan": options.plan(request.actor, asked.wanted),
        "seen": options.state(request.platform),
        "reason": request.POST.get("reason", ""),
        "error": error,
    }
    return web.render_page(request, "tenants/option_confirm.html", context, status=error.status if error else 200)


def _do(request, asked, act, **given):
    """Do it and lead back to the options; a refusal keeps what was typed."""
    try:
        platform = act(
            actor=request.actor, reason=request.POST.get("reason", "")[:500], seen=request.POST.get("seen"), **given
        )
    except options.InUse as error:
        return web.render_page(request, "tenants/options.html", _context(request, error), status=error.status)
    except (Unacceptable, Conflict) as error:
        return _ask(request, asked, error)
    for option, _before, after in options.plan(request.actor, asked.wanted).lines:
        messages.success(request, f"{option.title}: {after}.")
    return HttpResponseRedirect(reverse("tenants:options", args=[platform.slug]))


def _context(request, refused=None):
    person = _person(request)
    return {
        "groups": [
            (title, [_row(request.platform, option) for option in group]) for title, group in options.GROUPS.items()
        ],
        "presets": [(preset, _is_set(request.platform, preset)) for preset in options.PRESETS.values()],
        "refused": refused,
        "people": _people(request.platform),
        "person": person,
        "readiness": person and side_by_side(person),
        "readiness_url": person and reverse("tenants:readiness", args=[request.platform.slug, person.pk]),
    }


def _is_set(platform, preset):
    return all(getattr(platform, code) == value for code, value in preset.wanted.items())


def _row(platform, option):
    value = getattr(platform, option.code)
    needed = [options.find(code) for code in option.needs]
    return {
        "option": option,
        "value": value,
        "says": option.say(value),
        "note": option.note(platform),
        "uses": option.uses(platform) if value is True else [],
        "needs": [(other, getattr(platform, other.code)) for other in needed],
        "blocked": value is False and not all(getattr(platform, other.code) for other in needed),
    }


def _people(platform):
    rows = Member.objects.filter(platform=platform, status__in=[Status.ACTIVE, Status.PENDING])
    return rows.select_related("user", "company").order_by("company__is_host", *naming.by_name())[:MOST_PEOPLE]


def _person(request):
    chosen = request.GET.get("person", "")
    if number := id_of(chosen):
        return members.find_member(request.platform, number)
    return _people(request.platform).first() if not chosen else None
