"""Seeing a file in the browser: the page of a version, and the parts that its viewer fetches, each by the one rule."""

from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from content import blobs, conversions, live
from content.files import note_view, read_version
from content.models import Conversion
from content.reading import record_opening
from content.web import SAFE
from tenants.web import asked_by_itself, render_page

RANK = {state: place for place, state in enumerate(("done", "running", "waiting", "failed"))}
FILTER = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"  # of an SVG by itself


def seen(version, conversion):
    """Return what a page needs to show a version: its conversion, if any, and how."""
    facts = conversion.facts if conversion else {}
    pages = [f"{number:04}" for number in range(1, facts.get("pages", 0) + 1)]
    return {"version": version, "conversion": conversion, "facts": facts, "pages": pages}


def newer(version):
    """Return the newest version of the file, or None when it is this one."""
    latest = version.file.versions.first()
    return latest if latest.pk != version.pk else None


def main_view(files):
    """Return how to show the file of an item that can be shown best, or None; two queries for any number of files."""
    latest = [file.versions.all()[0] for file in files if file.versions.all()]
    made = {one.key: one for one in Conversion.objects.filter(key__in=[version.key for version in latest])}
    ranked = sorted((RANK[made[one.key].state], place, one) for place, one in enumerate(latest) if one.key in made)
    return seen(ranked[0][2], made[ranked[0][2].key]) if ranked else None


def _looked_at(request, *versions):
    """Return the versions that somebody looks at; a HEAD only asks whether they still may, and leaves no entry."""
    found = [read_version(request.actor, version) for version in versions]
    for version in found if request.method == "GET" else ():
        record_opening(request.actor, version.file.item)
        note_view(request.actor, version)
    return found


@require_safe
def file_view(request, version):
    """Show a version of a file; a HEAD tells an open page whether it may still be looked at."""
    (found,) = _looked_at(request, version)
    view = seen(found, conversions.of_version(found)) | {"newer": newer(found)}
    context = {"item": found.file.item, "view": view, "alone": not _inside(request)}
    context["live"] = live.page(found.file.item)
    return render_page(request, "content/file_view.html", context, partials=["viewing"])


def _inside(request):
    """Tell whether the viewer stands in the page of an item."""
    return bool(request.GET.get("inside"))


@asked_by_itself
@require_safe
def file_newer(request, version):
    """Say in a viewer that is open whether the file has a newer version by now."""
    found = read_version(request.actor, version)
    context = {"view": {"version": found, "newer": newer(found)}, "alone": not _inside(request)}
    return render(request, "content/newer.html", context)


@require_safe
def file_compare(request, version, other):
    """Show what differs between two versions that the person may read; a HEAD tells whether they still may."""
    before, after = _looked_at(request, version, other)
    views = [seen(one, conversions.of_version(one)) for one in (before, after)]
    context = {
        "item": after.file.item,
        "before": views[0],
        "after": views[1],
        "models": all(view["facts"].get("form") == "mesh" for view in views),
        "rows": compared(*views),
    }
    return render_page(request, "content/file_compare.html", context)


def compared(before, after):
    """Return [(what, of the earlier, of the later, whether they differ)] for two versions that can be seen."""
    sides = [_told(before), _told(after)]
    return [(name, *(side[name] for side in sides), sides[0][name] != sides[1][name]) for name in sides[0]]


def _told(view):
    version, facts = view["version"], view["facts"]
    size = " x ".join(str(length) for length in facts.get("size", []))
    item = version.file.item
    return {
        "File": version.file.name,
        "Item": f"{item} ({item.get_maturity_display()})",
        "Bytes": f"{version.size:,}",
        "SHA-256": version.sha256,
        "Size": f"{size} {facts.get('unit', '')}".strip(),
        "Parts": str(facts.get("parts", "")),
        "What changed": version.comment,
    }


@require_safe
def rendition(request, version, name):
    """Send a part of what a viewer shows; never as a page of its own."""
    found = read_version(request.actor, version)
    part = conversions.find_rendition(found, name)
    if request.method == "GET" and name != conversions.THUMB:
        note_view(request.actor, found)
    response = StreamingHttpResponse(blobs.shown().open(part.key), content_type=conversions.media_type(name))
    for header, value in SAFE.items():
        response[header] = value
    del response["Accept-Ranges"]
    if name.endswith(".svg"):
        response["Content-Security-Policy"] = FILTER
    response["Content-Length"] = part.size
    response["Content-Disposition"] = "inline"
    return response
