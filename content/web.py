"""Sends stored bytes over HTTP: whole, in part, or the word that the asker has them already."""

from functools import partial

from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header, parse_etags

from content import zips
from content.bcf import exporting
from content.bcf.archives import VERSIONS
from content.comments import note_taken
from content.downloads import Stream, asked_span
from content.files import note_download
from content.soundness import require_sound
from tenants.errors import Unacceptable

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Accept-Ranges": "bytes",
    "Cache-Control": "no-store, private",
}


def attachment(request, found):
    """Return a version as an attachment, with range and resume; whoever calls has asked the rule.

    Raises Gone, Infected or Conflict for bytes that are not handed out, see `content.soundness`.
    """
    require_sound(request.actor, found)
    return _answer(request, found, found.file.name, partial(note_download, request.actor, found))


def attachment_of_comment(request, found):
    """Return what came with a comment in the same way; whoever calls has asked the rule. Raises Gone."""
    return _answer(request, found, found.name, lambda begins: note_taken(request.actor, found))


def _answer(request, stored, name, note):
    """Answer with stored bytes as they were asked for; `note(begins=...)` writes down that they leave."""
    tag = f'"{stored.sha256}"'
    if _known(request.headers.get("If-None-Match", ""), tag):
        response = HttpResponse(status=304)
    else:
        asked = request.headers.get("Range", "") if request.headers.get("If-Range", tag) == tag else ""
        span = asked_span(asked, stored.size)
        response = _unsatisfiable(stored) if span == () else _send(stored, name, span)
        if request.method == "GET" and span != ():
            note(begins=span is None or span[0] == 0)
    for header, value in SAFE.items():
        response[header] = value
    response["ETag"] = tag
    return response


def _known(header, tag):
    """Tell whether If-None-Match names the tag; weak ones count, as for every reading."""
    return header.strip() == "*" or tag in {named.removeprefix("W/") for named in parse_etags(header)}


def _unsatisfiable(stored):
    response = HttpResponse(status=416)
    response["Content-Range"] = f"bytes */{stored.size}"
    return response


def _send(stored, name, span):
    response = StreamingHttpResponse(Stream(stored, span), content_type=stored.media_type)
    response["Content-Length"] = stored.size
    response["Content-Disposition"] = content_disposition_header(True, name)
    if span is not None:
        first, last = span
        response.status_code = 206
        response["Content-Range"] = f"bytes {first}-{last}/{stored.size}"
        response["Content-Length"] = last - first + 1
    return response


def zip_of(actor, items):
    """Return the files of items as one zip that is made while it is sent. Raises Unacceptable when there are none."""
    if not any(share.number for share in zips.judge(actor, items)):
        raise Unacceptable("Nothing of it has a file.")
    response = StreamingHttpResponse(zips.stream(actor, [item.pk for item in items]), content_type="application/zip")
    name = f"{zips.folder_name(items[0])}.zip" if len(items) == 1 else f"{len(items)} items.zip"
    response["Content-Disposition"] = content_disposition_header(True, name)
    for header in SAFE.keys() - {"Accept-Ranges"}:
        response[header] = SAFE[header]
    return response


def bcf_of(actor, item, version):
    """Return the threads of an item as a BCF file. Raises as `content.bcf.exporting.export`."""
    file = exporting.export(actor=actor, item=item, version=version)
    name = f"{item.number}-{item.revision}.{'bcfzip' if version == VERSIONS[0] else 'bcf'}"
    response = FileResponse(file, as_attachment=True, filename=name, content_type="application/octet-stream")
    for header in SAFE.keys() - {"Accept-Ranges"}:
        response[header] = SAFE[header]
    return response
