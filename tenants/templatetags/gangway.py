"""The badge vocabulary and the small parts that look the same on every page."""

from datetime import timedelta
from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from tenants import browsers

register = template.Library()

BADGES = {
    "visibility": {
        "public": ("Public", "pub", "grey", ""),
        "protected": ("Protected", "prot", "grey", ""),
        "private": ("Private", "priv", "grey", ""),
    },
    "maturity": {
        "private": ("Private", "mprivate", "grey", "dashed"),
        "in_work": ("In Work", "work", "blue", ""),
        "frozen": ("Frozen", "frozen", "ice", ""),
        "released": ("Released", "released", "green", ""),
        "obsolete": ("Obsolete", "obsolete", "grey", "struck"),
    },
    "status": {
        "active": ("Active", "check", "green", ""),
        "pending": ("Pending", "clock", "grey", "dashed"),
        "no_access": ("No access", "ban", "grey", ""),
        "removed": ("Removed", "x", "grey", "struck"),
    },
    "invitation": {
        "sent": ("Pending", "mail", "blue", ""),
        "waiting": ("Waits for you", "clock", "amber", ""),
        "accepted": ("Accepted", "check", "green", ""),
        "declined": ("Declined", "x", "grey", ""),
        "expired": ("Expired", "clock", "amber", ""),
        "revoked": ("Revoked", "ban", "grey", "struck"),
    },
    "partner_rule": {
        "allow": ("Allow", "check", "green", ""),
        "ask": ("Ask an Administrator", "clock", "amber", ""),
        "refuse": ("Refuse", "ban", "red", ""),
    },
    "verdict": {
        "ready": ("Ready", "check", "green", ""),
        "member": ("Already a member", "users", "blue", ""),
        "invited": ("Already invited", "mail", "blue", ""),
        "look_alike": ("Look-alike domain", "warning", "amber", ""),
        "unknown_script": ("Unknown script", "warning", "amber", ""),
        "domain": ("Refused domain", "ban", "red", ""),
        "malformed": ("Malformed", "x", "red", ""),
        "doubled": ("Named twice", "copy", "grey", ""),
        "host_external": ("External of our own", "warning", "amber", ""),
        "no_licence": ("No licence left", "warning", "amber", ""),
        "tomorrow": ("Not today", "clock", "amber", ""),
        "removal": ("Not by a file", "ban", "grey", ""),
        "already": ("So already", "copy", "grey", ""),
        "pending": ("Not accepted yet", "clock", "grey", ""),
        "no_access": ("No access", "ban", "grey", ""),
        "yourself": ("Yourself", "user", "grey", ""),
        "last_administrator": ("Last Administrator", "shield", "amber", ""),
        "exists": ("Exists", "copy", "blue", ""),
        "used": ("Used as it is", "copy", "blue", ""),
        "missing": ("Missing", "warning", "amber", ""),
        "done": ("Done", "check", "green", ""),
        "refused": ("Refused", "ban", "red", ""),
        "failed": ("Failed", "alert", "red", ""),
        "": ("Waiting", "clock", "grey", ""),
    },
}
RUNGS = {"public_reader": 0, "reader": 1, "contributor": 2, "author": 3, "leader": 4}
LABELS = {
    "public_reader": "Public Reader",
    "reader": "Reader",
    "contributor": "Contributor",
    "author": "Author",
    "leader": "Leader",
    "owner": "Owner",
}
LADDER = mark_safe("<i></i><i></i><i></i><i></i>")
NEAR = ((60, "just now", 1), (3600, "{} min ago", 60), (86400, "{} h ago", 3600))


@register.simple_tag
@lru_cache(512, typed=True)  # what is marked as safe is another type than what only reads the same
def icon(name, size=""):
    """Draw a symbol of the sprite; the word stands beside it."""
    sprite = static("built/icons.svg")
    small = " icon-s" if size == "s" else ""
    html = '<svg class="icon{}" aria-hidden="true"><use href="{}#i-{}"></use></svg>'
    return format_html(html, small, sprite, name)


def badge(word, symbol, tone, shape="", *, q=False):
    """Return a badge: glyph, word and tone; quiet (`q`) in rows."""
    classes = " ".join(part for part in ("g-badge", f"tone-{tone}", "q" if q else "", shape) if part)
    return format_html('<span class="{}">{}<span>{}</span></span>', classes, icon(symbol), word)


def _state(kind, value, q):
    return _known(kind, str(value), bool(q))


@lru_cache(128)
def _known(kind, value, q):
    found = BADGES[kind].get(value)
    return badge(*found, q=q) if found else ""


@register.simple_tag
def visibility_badge(value, q=False):
    """Show how far a space opens."""
    return _state("visibility", value, q)


@register.simple_tag
def maturity_badge(value, q=False):
    """Show where an item stands in its life."""
    return _state("maturity", value, q)


@register.simple_tag
def member_status(value, q=True):
    """Show where a membership stands."""
    return _state("status", value, q)


@register.simple_tag
def invitation_badge(value, q=True):
    """Show where an invitation stands."""
    return _state("invitation", value, q)


@register.filter
def verdict_word(value):
    """Say a verdict's code as a word."""
    known = BADGES["verdict"].get(str(value))
    return known[0] if known else str(value).replace("_", " ").capitalize()


@register.simple_tag
def partner_rule(effective):
    """Show a rule for a partner as it holds, and where it comes from."""
    word, symbol, tone, _shape = BADGES["partner_rule"][effective.rule]
    source = "from the default" if effective.inherited else "set for this partner"
    return format_html('{} <span class="small muted">{}</span>', badge(word, symbol, tone, q=True), source)


@register.simple_tag
def verdict_badge(value):
    """Show what is to be said of a line; a word of its own for what has no badge."""
    word, symbol, tone, _shape = BADGES["verdict"].get(str(value)) or (verdict_word(value), "x", "red", "")
    return format_html('<span class="g-verdict tone-{}">{}{}</span>', tone, icon(symbol), word)


@register.simple_tag
def responsibility(name, restricted=False):
    """Show a responsibility: ladder or key, the word, (Restricted) directly after it."""
    name = str(name)
    if name == "owner":
        glyph = icon("key", "s")
    else:
        glyph = format_html('<span class="g-ladder" data-n="{}" aria-hidden="true">{}</span>', RUNGS[name], LADDER)
    bound = restricted_badge() if restricted else ""
    return format_html('<span class="g-resp">{}<span class="mid">{}</span>{}</span>', glyph, LABELS[name], bound)


@register.simple_tag
def restricted_badge():
    """Show (Restricted), always spelled out."""
    return mark_safe('<span class="g-badge restricted">(Restricted)</span>')


@register.simple_tag
def external_badge(q=True):
    """Show that a person comes from outside the host company."""
    quiet = " q" if q else ""
    return format_html('<span class="g-badge tone-grey external{}"><span>External</span></span>', quiet)


@register.simple_tag
def lock_badge(item, actor, q=True):
    """Show who holds the lock of an item, if anybody."""
    if item.locked_by_id is None:
        return ""
    if item.locked_by_id == actor.user.pk:
        return badge("Locked by you", "lock", "accent", q=q)
    holder = getattr(item, "lock_name", "") or item.locked_by
    words = format_html('<span class="g-saidonce">Locked by </span>{}', holder)
    return badge(words, "lock", "amber", q=q)


@register.simple_tag
def licence_badge(resolution, q=True):
    """Show where a licence comes from, or what is missing."""
    if resolution.resolved and resolution.here:
        return badge(resolution.words, "square", "accent", q=q)
    if resolution.resolved:
        return badge(resolution.words, "arrow-in", "green", q=q)
    return badge(resolution.words, "warning", "red", q=q)


@register.simple_tag
def licence_source(answer, names):
    """Show in a list where the licences of some roles come from, the roles named."""
    symbol, tone = ("square", "accent") if answer.here else ("arrow-in", "green")
    words = answer.words
    if not answer.resolved:
        symbol, tone, words = "warning", "red", "Missing"
    return badge(f"{words}: {', '.join(names)}", symbol, tone, q=True)


@register.simple_tag
def mark(text, accent="slate", size="s"):
    """Draw the square mark of a company or platform."""
    return format_html(
        '<span class="g-mark {}" data-accent="{}" aria-hidden="true">{}</span>', size, accent or "slate", text
    )


def initials(name):
    """Return up to two letters for a round avatar."""
    words = [word for word in str(name).split("@")[0].replace(".", " ").split() if word]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


@register.simple_tag
def avatar(name, organization=None, pending=False, size="s"):
    """Draw the round initials of a person, with their company's mark in the corner."""
    corner = mark(organization.mark, organization.accent, "") if organization else ""
    classes = f"g-avatar {size}{' pending' if pending else ''}"
    return format_html('<span class="{}" aria-hidden="true">{}{}</span>', classes, initials(name), corner)


@register.simple_tag
def person(name, sub="", organization=None, pending=False):
    """Show a person: initials, name and one quiet line."""
    line = format_html('<div class="sub clip">{}</div>', sub) if sub else ""
    html = '<div class="g-person">{}<div><div class="mid clip">{}</div>{}</div></div>'
    return format_html(html, avatar(name, organization, pending), name, line)


def near(moment):
    """Say a moment as people do: 9 min ago, yesterday, Thu 19 Nov."""
    now = timezone.localtime()
    local = timezone.localtime(moment)
    seconds = (now - local).total_seconds()
    if seconds < 0:
        return local.strftime("%-d %B %Y")
    for limit, words, unit in NEAR:
        if seconds < limit and local.date() == now.date():
            return words.format(int(seconds // unit))
    days = (now.date() - local.date()).days
    if days <= 1:
        return f"{'yesterday' if days else 'today'} {local:%H:%M}"
    return local.strftime("%a %-d %b" if local.year == now.year else "%-d %b %Y")


@register.simple_tag
def when(moment):
    """Show a time that reads well, with the full one in its title."""
    if moment is None:
        return ""
    full = timezone.localtime(moment).strftime("%A %-d %B %Y %H:%M %Z")
    html = '<time datetime="{}" title="{}" class="nowrap">{}</time>'
    return format_html(html, moment.isoformat(timespec="seconds"), full, near(moment))


@register.simple_tag
def last_day(moment, zone=None):
    """Show the last day on which something counts: ends are stored as the beginning of the next."""
    if moment is None:
        return "no end"
    local = moment.astimezone(zone) if zone else timezone.localtime(moment)
    return (local - timedelta(microseconds=1)).strftime("%-d %b %Y")


@register.filter(is_safe=True)
def sentence_case(words):
    """Write words that come In Capitals as a sentence begins; what is all capitals, or marked up, stays."""
    if "<" in words:
        return words
    words = " ".join(word if word.isupper() else word.lower() for word in words.split())
    return words[:1].upper() + words[1:]


@register.filter
def filesize(size):
    """Say a size in bytes as 442 kB."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:.0f} {unit}" if unit in ("B", "kB") else f"{size:.1f} {unit}"
        size /= 1000
    return ""


@register.simple_tag
def bar(used, total, more=0):
    """Draw a stock bar; widths are SVG attributes, so no inline style is needed."""
    total = max(total, 1)
    parts = [("soft", min(100, 100 * (used + more) / total)), ("", min(100, 100 * used / total))]
    rects = format_html_join("", '<rect class="{}" width="{}" height="6"></rect>', parts)
    return format_html(
        '<svg class="g-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">{}</svg>', rects
    )


@register.simple_tag(takes_context=True)
def changed_query(context, **changes):
    """Return this page's query string with some values changed; None removes one."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = value
    return f"?{query.urlencode()}"


@register.filter
def browser(agent):
    """Name a browser by what it says of itself."""
    return browsers.named(agent)
