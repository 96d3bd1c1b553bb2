"""Uploads in pieces by the tus protocol 1.0: core, creation, expiration, termination. See docs/adr."""

import base64
import binascii
from functools import wraps

from django.conf import settings
from django.http import HttpResponse, UnreadablePostError
from django.urls import reverse
from django.utils.http import http_date
from django.views.decorators.http import require_http_methods

from content import reading, resumable, spool
from content.blobs import CHUNK
from tenants import limits
from tenants.errors import DomainError, NotVisible, Unacceptable
from tenants.ids import number_of

VERSION = "1.0.0"
CAN = {
    "Tus-Version": VERSION,
    "Tus-Extension": "creation,expiration,termination",
    "Tus-Max-Size": settings.MAX_UPLOAD_BYTES,
}
BYTES = "application/offset+octet-stream"
SAID = {"filename": "name", "comment": "comment", "reason": "reason", "unlock": "unlock"}


def tus(view):
    """Speak the protocol around a view: its version on both sides, refusals as a sentence in plain text."""

    @wraps(view)
    def spoken(request, *args, **kwargs):
        if request.headers.get("Tus-Resumable") != VERSION:
            return _plain(f"Uploads in pieces speak tus {VERSION}.", 412, CAN)
        try:
            answer = view(request, *args, **kwargs)
        except NotVisible:
            raise
        except DomainError as error:
            answer = _plain(f"{error.sentence} {error.remedy}".strip(), error.status)
        answer["Tus-Resumable"] = VERSION
        return answer

    return spoken


def _plain(words, status, headers=None):
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8", headers=headers)


@require_http_methods(["POST", "OPTIONS"])
def upload_begin(request, pk):
    """Announce a file of an item, or say what the server can."""
    return HttpResponse(status=204, headers=CAN) if request.method == "OPTIONS" else _begun(request, pk)


@tus
def _begun(request, pk):
    limits.spend(request, "upload_begin")
    item, size = reading.open_item(request.actor, pk), _number(request, "Upload-Length")
    said = _said(request.headers.get("Upload-Metadata", ""))
    upload = resumable.begin_upload(actor=request.actor, item=item, size=size, said=said)
    answer = HttpResponse(status=201, headers=_expiry(upload))
    answer["Location"] = reverse("content:upload_piece", args=[request.platform.slug, upload.token])
    return answer


@require_http_methods(["HEAD", "PATCH", "DELETE"])
@tus
def upload_piece(request, token):
    """Say how far an upload is, take more of it, or forget it; asks the one rule each time."""
    upload = resumable.find_upload(request.actor, token)
    if request.method == "DELETE":
        resumable.cancel_upload(upload=upload)
        return HttpResponse(status=204)
    if request.method == "PATCH":
        return _taken(request, upload)
    headers = {"Upload-Length": upload.size, "Cache-Control": "no-store"}
    return _standing(upload, resumable.standing(request.actor, upload), 200, headers)


def _taken(request, upload):
    if request.content_type != BYTES:
        return _plain(f"Bytes come as {BYTES}.", 415)
    offset, length = _number(request, "Upload-Offset"), _number(request, "Content-Length")
    sent = {"offset": offset, "length": length, "pieces": _pieces(request)}
    try:
        stands = resumable.continue_upload(actor=request.actor, upload=upload, **sent)
    except spool.Moved:  # the sender asks where it stands and goes on; no other conflict names an offset
        return _standing(upload, resumable.standing(request.actor, upload), 409)
    return _standing(upload, stands, 204)


def _standing(upload, offset, status, headers=None):
    return HttpResponse(status=status, headers={"Upload-Offset": offset, **_expiry(upload), **(headers or {})})


def _pieces(request):
    """Yield what comes of the body; what came before a connection broke counts."""
    try:
        yield from iter(lambda: request.read(CHUNK), b"")
    except UnreadablePostError:
        return


def _expiry(upload):
    return {"Upload-Expires": http_date(upload.expires_at.timestamp())}


def _number(request, header):
    """Return a number of bytes that a header holds. Raises Unacceptable for anything else."""
    value = number_of(request.headers.get(header))
    if value is None:
        raise Unacceptable(f"{header} is a number of bytes.")
    return value


def _said(header):
    """Return what Upload-Metadata says of a file: pairs of a word and its value in base64. Raises Unacceptable."""
    found = {}
    for pair in filter(None, header.split(",")):
        word, _, value = pair.strip().partition(" ")
        if word not in SAID:
            continue
        try:
            found[SAID[word]] = base64.b64decode(value, validate=True).decode().replace("\0", "").strip()
        except (binascii.Error, UnicodeDecodeError):
            raise Unacceptable("Upload-Metadata holds values in base64.") from None
    cut = {"comment": found.get("comment", "")[:250], "reason": found.get("reason", "")[:500]}
    return found | cut | {"unlock": found.get("unlock") == "1"}
