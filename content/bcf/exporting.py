"""Gives the threads of an item away as a BCF file, as far as whoever asks takes part in them and may know people."""

import uuid

from django.db import transaction
from django.db.models import Prefetch

from content.bcf import places
from content.bcf.archives import VERSIONS
from content.bcf.writing import write
from content.blobs import storage
from content.models import Comment
from content.names import Names
from content.stored import fresh, lock_row
from tenants import access, audit
from tenants.errors import Unacceptable

LONGEST_TITLE = 120


@transaction.atomic
def export(*, actor, item, version):
    """Return the bytes of a BCF file of all threads that stand, open and closed; asks to take part in the discussion.

    Attachments other than pictures of a place stay here.
    """
    if version not in VERSIONS:
        raise Unacceptable("Choose BCF 2.1 or 3.0.", field="version")
    item = lock_row(actor, item.pk)
    actor = fresh(actor)
    decision = access.require(actor, "comment", item)
    topics, pictures = told(actor, item)
    audit.record(
        actor, "bcf_exported", item, space_id=item.space_id, decision=decision, after={"format": f"BCF {version}"}
    )
    return write(topics, pictures, version)


def threads(item):
    """Return the threads of an item with what is told of them elsewhere, answers first made first."""
    related = ("author", "file", "markup__version", "markup__snapshot", "brought")
    shown = Comment.objects.select_related(*related).filter(deleted_at=None).prefetch_related("attachments")
    return shown.filter(item=item, parent=None).prefetch_related(Prefetch("answers", shown))


def guid_of(comment):
    """Return the identity of a comment elsewhere: the one it came with, else one that is always the same for it."""
    if hasattr(comment, "brought"):
        return comment.brought.guid
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"gangway:comment:{comment.pk}:{comment.created_at.isoformat()}"))


def told(actor, item):
    """Return (topics, pictures) of the threads of an item."""
    found, pictures, frames = list(threads(item)), {}, {}
    names = Names(actor, item.space_id)
    names.load({one.author_id for thread in found for one in (thread, *thread.answers.all())})
    topics = [_topic(thread, names, pictures, frames) for thread in found]
    return topics, pictures


def _topic(thread, names, pictures, frames):
    guid, brought = guid_of(thread), getattr(thread, "brought", None)
    topic = dict(brought.data) if brought else _fresh(thread, names)
    topic |= {"guid": guid, "comments": [_comment(answer, names) for answer in thread.answers.all()]}
    if brought and thread.edited_at:
        topic |= {"description": thread.text} | _edited(thread, names)
    if thread.resolved_at:
        topic["status"] = "Closed"
    if brought:
        _brought_pictures(thread, topic, pictures)
    elif hasattr(thread, "markup"):
        topic["viewpoints"] = _pinned(thread.markup, guid, pictures, frames)
    return topic


def _fresh(thread, names):
    """Return a thread that was begun here as a topic."""
    title = next((line.strip() for line in thread.text.splitlines() if line.strip()), "")
    topic = dict.fromkeys(("server_id", "priority", "due", "assigned", "stage", "modified", "modified_by"), "")
    topic |= {name: [] for name in ("links", "labels", "documents", "related", "viewpoints", "files", "more")}
    topic |= {"type": "Remark", "status": "Open", "title": title[:LONGEST_TITLE], "index": None, "snippet": None}
    topic |= {"description": thread.text, "created": thread.created_at.isoformat(), "author": names.say(thread.author)}
    if thread.file:
        outside = {"date": "", "reference": "", "project": "", "element": "", "external": True}
        topic["files"] = [outside | {"name": thread.file.name}]
    return topic | (_edited(thread, names) if thread.edited_at else {})


def _edited(comment, names):
    return {"modified": comment.edited_at.isoformat(), "modified_by": names.say(comment.author)}


def _comment(answer, names):
    if hasattr(answer, "brought"):
        told = dict(answer.brought.data)
        return told | ({"text": answer.text} | _edited(answer, names) if answer.edited_at else {})
    told = {"guid": guid_of(answer), "date": answer.created_at.isoformat(), "author": names.say(answer.author)}
    told |= {"text": answer.text, "viewpoint": "", "modified": "", "modified_by": "", "more": []}
    return told | (_edited(answer, names) if answer.edited_at else {})


def _brought_pictures(thread, topic, pictures):
    """Put the pictures that came with a thread back under the names they had."""
    held = {one.pk: one for one in thread.attachments.all()}
    for view in topic["viewpoints"]:
        picture = held.get(view.get("attachment"))
        if picture is not None:
            pictures[topic["guid"], view["snapshot"]] = _bytes(picture)


def _pinned(markup, guid, pictures, frames):
    """Return the place of a thread that was begun here as a viewpoint; a place on a page is told by its picture."""
    name = ""
    if markup.snapshot:
        name = "snapshot.png"
        pictures[guid, name] = _bytes(markup.snapshot)
    if not name and "camera" not in markup.view:
        return []
    if markup.version_id not in frames:
        frames[markup.version_id] = places.frame(markup.version)
    view_guid = str(uuid.uuid5(uuid.UUID(guid), "viewpoint"))
    return [places.viewpoint(view_guid, markup.view, frames[markup.version_id], name)]


def _bytes(attachment):
    with storage().open(attachment.key) as stored:
        return stored.read()
