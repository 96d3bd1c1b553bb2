"""Gives the threads of an item away as a BCF file, as far as whoever asks takes part in them and may know people."""

import tempfile
import uuid
from functools import partial

from django.db import transaction
from django.db.models import Prefetch

from content.bcf import places
from content.bcf.archives import VERSIONS
from content.bcf.packing import Held, pack
from content.comments import title_of
from content.downloads import Stream
from content.models import Comment
from content.names import Names
from content.stored import fresh, lock_row
from tenants import access, audit
from tenants.errors import Unacceptable

AT_ONCE = 200  # threads that are read at once
SNAPSHOT = "snapshot.png"  # what the picture of a thread that was begun here is called elsewhere
PLACE = "place"  # what an answer is that was made here for a viewpoint nobody said anything of


def export(*, actor, item, version):
    """Return a BCF file of all threads that stand, open and closed, as an open temporary file at its beginning.

    Asks to take part in the discussion. Raises Gone for stored bytes that are missing, Infected for malware.
    """
    if version not in VERSIONS:
        raise Unacceptable("Choose BCF 2.1 or 3.0.", field="version")
    access.require(actor, "comment", item)
    file = tempfile.TemporaryFile(prefix="gangway-bcf-")  # whoever sends it closes it
    try:
        pack(told(actor, item), version, file)  # before anything is locked
        _record(actor, item, version)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


@transaction.atomic
def _record(actor, item, version):
    item = lock_row(actor, item.pk)
    actor = fresh(actor)
    decision = access.require(actor, "comment", item)
    after = {"format": f"BCF {version}"}
    audit.record(actor, "bcf_exported", item, space_id=item.space_id, decision=decision, after=after)


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


def place_of(comment):
    """Return the identity elsewhere of the place that a comment was pinned to here."""
    return str(uuid.uuid5(uuid.UUID(guid_of(comment)), "viewpoint"))


def told(actor, item):
    """Yield the threads of an item as topics, each with the files `held` that go along."""
    names, frames = Names(actor, item.space_id), {}
    names.load(set(Comment.objects.filter(item=item, deleted_at=None).values_list("author", flat=True)))
    for thread in threads(item).iterator(chunk_size=AT_ONCE):
        yield _topic(thread, names, frames)


def _topic(thread, names, frames):
    guid, brought = guid_of(thread), getattr(thread, "brought", None)
    answers = list(thread.answers.all())
    topic = dict(brought.data) if brought else _fresh(thread, names)
    topic |= {"guid": guid, "comments": [_comment(one, names) for one in answers if not _is_place(one)]}
    if brought and thread.edited_at:
        topic |= {"title": title_of(thread), "description": thread.text} | _edited(thread, names)
    if thread.resolved_at:
        topic["status"] = "Closed"
    topic["viewpoints"] = _viewpoints(topic, [thread, *answers])
    topic |= _files([thread, *answers], topic)
    pinned = [one for one in (thread, *answers) if _is_pinned(one)]
    topic["viewpoints"] = [*(view for one in pinned for view in _pinned(one, topic, frames)), *topic["viewpoints"]]
    return topic


def _is_pinned(comment):
    """Tell whether a comment was pinned here; what came from elsewhere says itself where it looks."""
    return hasattr(comment, "markup") and not hasattr(comment, "brought")


def _is_place(answer):
    """Tell whether an answer stands for a viewpoint alone; once somebody edits it, it says something."""
    return not answer.edited_at and hasattr(answer, "brought") and PLACE in answer.brought.data


def _fresh(thread, names):
    """Return a thread that was begun here as a topic."""
    topic = dict.fromkeys(("server_id", "priority", "due", "assigned", "stage", "modified", "modified_by"), "")
    topic |= {name: [] for name in ("links", "labels", "documents", "related", "viewpoints", "files", "more")}
    topic |= dict.fromkeys(("index", "snippet", "project"))
    topic |= {"type": "Remark", "status": "Open", "title": title_of(thread), "description": thread.text}
    topic |= {"created": thread.created_at.isoformat(), "author": names.say(thread.author)}
    if thread.file:
        outside = {"date": "", "reference": "", "project": "", "element": "", "external": True}
        topic["files"] = [outside | {"name": thread.file.name}]
    return topic | (_edited(thread, names) if thread.edited_at else {})


def _edited(comment, names):
    return {"modified": comment.edited_at.isoformat(), "modified_by": names.say(comment.author)}


def _comment(answer, names):
    told = {"guid": guid_of(answer), "date": answer.created_at.isoformat(), "author": names.say(answer.author)}
    told |= {"text": answer.text, "viewpoint": "", "modified": "", "modified_by": "", "more": []}
    if _is_pinned(answer) and _shows(answer.markup):
        told["viewpoint"] = place_of(answer)
    if hasattr(answer, "brought"):
        data = answer.brought.data
        told |= {"viewpoint": data[PLACE]} if PLACE in data else {name: data[name] for name in told}
    return told | ({"text": answer.text} | _edited(answer, names) if answer.edited_at else {})


def _viewpoints(topic, said):
    """Return the viewpoints that came with a thread and its answers, without those whose answer was taken back."""
    standing = {one.pk for one in said}
    came = [view for one in said if hasattr(one, "brought") for view in one.brought.data.get("seen", ())]
    return [view for view in (*topic["viewpoints"], *came) if view.get("answer", said[0].pk) in standing]


def _files(said, topic):
    """Return what goes along with a topic: what it brought, by its names there, and what was attached here."""
    attached = {row.pk: row for one in said for row in one.attachments.all()}
    brought = {}
    for one in said:
        brought |= one.brought.data.get("held", {}) if hasattr(one, "brought") else {}
        if getattr(one, "markup", None) and one.markup.snapshot_id:
            attached.pop(one.markup.snapshot_id, None)
    held = {name: _held(attached[pk]) for name, pk in brought.items() if pk in attached}
    gone = {name for name, pk in brought.items() if pk not in attached}
    documents = [one for one in topic["documents"] if (one["document"] or one["path"]) not in gone]
    for row in attached.values():
        if row.pk not in brought.values():
            path = f"{row.pk}-{row.name}"
            held[path] = _held(row)
            about = {"guid": "", "url": "", "document": "", "name": row.name, "about": ""}
            documents.append(about | {"path": path, "description": row.name})
    views = [view | {"snapshot": "" if view["snapshot"] in gone else view["snapshot"]} for view in topic["viewpoints"]]
    return {"held": held, "documents": documents, "viewpoints": views}


def _shows(markup):
    return bool(markup.snapshot_id) or "camera" in markup.view


def _pinned(comment, topic, frames):
    """Return the place of a comment that was pinned here as a viewpoint; one on a page is told by its picture."""
    markup, name = comment.markup, ""
    if markup.snapshot:
        name = f"snapshot-{comment.pk}.png" if comment.parent_id else SNAPSHOT
        topic["held"][name] = _held(markup.snapshot)
    if not _shows(markup):
        return []
    if markup.version_id not in frames:
        frames[markup.version_id] = places.frame(markup.version)
    return [places.viewpoint(place_of(comment), markup.view, frames[markup.version_id], name)]


def _held(attachment):
    return Held(attachment.name, attachment.sha256, partial(_pieces, attachment))


def _pieces(attachment):
    stream = Stream(attachment)
    try:
        yield from stream
    finally:
        stream.close()
