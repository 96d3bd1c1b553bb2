"""What the API answers about what comes with comments: said with files, and taken away, as on the page."""

import json

from django import forms
from ninja import Router

from content import comments, reading
from content.api.talk import CommentOut, comment_shown, file_of, still_said
from content.uploads import received_many
from content.web import attachment_of_comment
from tenants import access, limits
from tenants.api import once, taken
from tenants.errors import Unacceptable

router = Router(tags=["Discussion"])
BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
TEXT, FILES = {"type": "string", "maxLength": comments.LONGEST}, "files"


class SaidForm(forms.Form):
    """What comes beside the files of a comment."""

    text = forms.CharField(max_length=comments.LONGEST)


class BegunForm(SaidForm):
    """The same of the first of a thread, which may be about a file of the item."""

    file = forms.CharField(required=False, empty_value=None)


def _parts(**more):
    """Describe a comment with its files to programs."""
    files = {"type": "array", "items": {"type": "string", "format": "binary"}, "maxItems": comments.MOST_FILES}
    schema = {"type": "object", "properties": {"text": TEXT, FILES: files} | more, "required": ["text", FILES]}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


@router.post(
    "/items/{int:pk}/threads/with-files",
    response={201: CommentOut},
    openapi_extra=_parts(file={"type": "string", "description": "The name of a file of the item."}),
)
def thread_attach(request, pk: int):
    """Begin a thread with files, sent as a form in parts."""
    item = reading.open_item(request.actor, pk)
    access.require(request.actor, "comment", item)
    return _said(request, item, BegunForm)


@router.post("/comments/{int:pk}/answers/with-files", response={201: CommentOut}, openapi_extra=_parts())
def answer_attach(request, pk: int):
    """Answer with files in a thread, named by its first comment."""
    comment = comments.find(request.actor, pk)
    return _said(request, comment.item, SaidForm, comment.pk)


def _said(request, item, form, parent=None):
    limits.spend(request, "comment")
    limits.spend(request, "upload")
    files, typed = _arrived(request, form)
    remark = comments.Said(typed["text"], parent, file_of(item, typed.get("file")), files)
    digests = json.dumps([typed, [(file.name, file.sha256) for file in files]]).encode()
    with comments.saying(actor=request.actor, item=item, remark=remark) as store:
        return once(request, lambda: (201, comment_shown(request.actor, store())), digests, still_said)


def _arrived(request, form):
    """Return (the files that came, what was said beside them). Raises Unacceptable for anything else that came."""
    files = tuple(received_many(request, FILES))
    if strange := sorted({*request.POST, *request.FILES} - {*form.base_fields, FILES}):
        raise Unacceptable("There is no such field.", strange[0][:60])
    if not files:
        raise Unacceptable("Choose a file.", FILES)
    return files, taken(form(request.POST)).cleaned_data


@router.get("/attachments/{int:pk}", response={200: None}, openapi_extra={"responses": {200: {"content": BYTES}}})
@router.api_operation(["HEAD"], "/attachments/{int:pk}", include_in_schema=False)
def attachment_get(request, pk: int):
    """Fetch what came with a comment, with Range and ETag."""
    return attachment_of_comment(request, comments.find_attachment(request.actor, pk))
