"""Files in and out: uploads that become versions, downloads with range and resume."""

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from content import locks, reading
from content.downloads import Stream, asked_span
from content.files import Arrival, add_version, find_version, note_reading
from content.forms import UploadForm
from content.uploads import received
from tenants import access, limits
from tenants.errors import DomainError, NotVisible
from tenants.web import render_page

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Accept-Ranges": "bytes",
    "Cache-Control": "no-store, private",
}


@require_http_methods(["GET", "HEAD", "POST"])
def file_upload(request, pk):
    """Store a file as the next version of its name; what cannot be taken comes back with what was said about it."""
    item = reading.visit_item(request.actor, pk, request.method)
    form, status = UploadForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        limits.spend(request, "upload")
        version, status = _stored(request, item, form)
        if version:
            messages.success(request, f"Version {version.number} of {version.file.name} is stored.")
            return redirect("content:item_detail", request.platform.slug, item.pk)
    repairs = not access.can(request.actor, "modify", item)
    if repairs and request.method != "POST" and not access.can(request.actor, "repair_files", item):
        access.require(request.actor, "modify", item)
    context = {"item": item, "form": form, "repairs": repairs}
    return render_page(request, "content/file_upload.html", context, status=status)


def _stored(request, item, form):
    """Return (the new version, 200), or (None, the status of the refusal that the form now says)."""
    try:
        file = received(request)
        if form.is_valid():
            return add_version(actor=request.actor, item=item, arrival=Arrival(file=file, **form.cleaned_data)), 200
    except DomainError as error:
        if isinstance(error, NotVisible) or (request.htmx and error.status != 422):
            raise  # a page that stays where it is shows the sentence above what was typed
        form.is_valid()
        form.add_error(None, f"{error.sentence} {error.remedy}".strip())
        return None, error.status
    return None, 422


@require_POST
def file_check_out(request, version):
    """Lock the item and lead to its page, where the bytes of the version are sent."""
    found = find_version(request.actor, version)
    item = locks.check_out(actor=request.actor, version=found)
    address = reverse("content:item_detail", args=[request.platform.slug, item.pk])
    return redirect(f"{address}?out={found.pk}")


@require_safe
def file_download(request, version, name):
    """Send a version's bytes as an attachment; asks the one rule each time."""
    found = find_version(request.actor, version)
    tag = f'"{found.sha256}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        asked = request.headers.get("Range", "") if request.headers.get("If-Range", tag) == tag else ""
        span = asked_span(asked, found.size)
        if request.method == "GET" and (span is None or span[:1] == (0,)):
            note_reading(request.actor, found, "file_downloaded")  # once, not again for each piece of it
        response = _unsatisfiable(found) if span == () else _send(found, span)
    for header, value in SAFE.items():
        response[header] = value
    response["ETag"] = tag
    return response


def _unsatisfiable(version):
    response = HttpResponse(status=416)
    response["Content-Range"] = f"bytes */{version.size}"
    return response


def _send(version, span):
    response = StreamingHttpResponse(Stream(version, span), content_type=version.media_type)
    response["Content-Length"] = version.size
    response["Content-Disposition"] = content_disposition_header(True, version.file.name)
    if span is not None:
        first, last = span
        response.status_code = 206
        response["Content-Range"] = f"bytes {first}-{last}/{version.size}"
        response["Content-Length"] = last - first + 1
    return response
