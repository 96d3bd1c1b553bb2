"""Files in and out: uploads that become versions, downloads with range and resume."""

import re

from django.contrib import messages
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from content import reading
from content.files import CHUNK, Arrival, add_version, find_version, storage
from content.forms import UploadForm
from content.uploads import received
from tenants import access
from tenants.errors import Gone, Unacceptable
from tenants.web import render_page

RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})$", re.ASCII)
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Accept-Ranges": "bytes",
    "Cache-Control": "no-store, private",
}


@require_http_methods(["GET", "HEAD", "POST"])
def file_upload(request, pk):
    """Store a file as the next version of its name."""
    item = reading.open_item(request.actor, pk)
    form = UploadForm(request.POST or None)
    if request.method != "POST":
        access.require(request.actor, "modify", item)
    elif form.is_valid():
        try:
            arrival = Arrival(file=received(request), **form.cleaned_data)
            version = add_version(actor=request.actor, item=item, arrival=arrival)
            messages.success(request, f"Version {version.number} of {version.file.name} is stored.")
            return redirect("content:item_detail", request.platform.slug, item.pk)
        except Unacceptable as error:
            form.add_error(None, error.sentence)
    status = 422 if request.method == "POST" else 200
    return render_page(request, "content/file_upload.html", {"item": item, "form": form}, status=status)


@require_safe
def file_download(request, version, name):
    """Send a version's bytes as an attachment; asks the one rule each time."""
    found = find_version(request.actor, version)
    tag = f'"{found.sha256}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        span = _span(request.headers.get("Range", ""), found.size)
        if request.headers.get("If-Range", tag) != tag:
            span = None
        response = _unsatisfiable(found) if span == () else _send(found, span)
    for header, value in SAFE.items():
        response[header] = value
    response["ETag"] = tag
    return response


def _span(header, size):
    """Return (first, last) of one asked range, () for one beyond the file, None for no range at all."""
    asked = RANGE.match(header.strip())
    if asked is None or asked.groups() == ("", ""):
        return None
    first, last = asked.groups()
    if first == "":
        first, last = max(size - int(last), 0), size - 1
    else:
        first, last = int(first), min(int(last), size - 1) if last else size - 1
    return (first, last) if first <= last and first < size else ()


def _unsatisfiable(version):
    response = HttpResponse(status=416)
    response["Content-Range"] = f"bytes */{version.size}"
    return response


def _send(version, span):
    try:
        source = storage().open(version.key)
    except FileNotFoundError:
        raise Gone(
            "The stored bytes of this version are missing.", "The people who run this can restore them."
        ) from None
    if span is None:
        response = FileResponse(source, content_type=version.media_type)
        response["Content-Length"] = version.size
    else:
        first, last = span
        response = StreamingHttpResponse(_slice(source, first, last), status=206, content_type=version.media_type)
        response["Content-Range"] = f"bytes {first}-{last}/{version.size}"
        response["Content-Length"] = last - first + 1
    response["Content-Disposition"] = content_disposition_header(True, version.file.name)
    return response


def _slice(source, first, last):
    with source:
        source.seek(first)
        left = last - first + 1
        while left > 0 and (chunk := source.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
