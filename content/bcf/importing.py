"""Brings the threads of a BCF file to a version of a file here: looked at first, then brought in one act.

Who wrote something elsewhere is told in words, and is nobody here: whoever brings it answers for it.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from content import comments, news
from content.bcf import places
from content.bcf.archives import LARGEST
from content.bcf.exporting import guid_of, threads
from content.bcf.reading import read
from content.blobs import put, storage
from content.markups import shapes
from content.models import Attachment, Brought, Comment, Markup, MarkupKind
from content.stored import fresh, lock_row
from tenants import access, audit
from tenants.errors import Conflict, DomainError, Unacceptable

SALT, SECONDS = "bcf", 3600
SIGNS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~@&])")
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
VERBS = {"bcf_imported": "brought threads of a BCF file into", "bcf_exported": "took away as a BCF file the threads of"}


@dataclass(frozen=True, slots=True)
class Coming:
    """A thread of a BCF file as the preview tells it: how many comments are new, and whether all of it is."""

    title: str
    author: str
    new: bool
    comments: int
    views: int


def keep(actor, version, file):
    """Keep a BCF file until it is brought, and return a token that says so; nothing is done to any thread yet."""
    if not file.size or file.size > LARGEST:
        raise Unacceptable(f"The file is empty or larger than {LARGEST // 1000**2} MB.", field="file")
    key, sha256 = put(file, getattr(file, "sha256", ""))
    return signing.dumps([actor.user.pk, version.pk, key, sha256], salt=SALT)


def kept(actor, token):
    """Return (id of the version, Archive, SHA-256) of what was kept for the actor. Raises Conflict after an hour."""
    try:
        user, version, key, sha256 = signing.loads(token, salt=SALT, max_age=SECONDS)
        with storage().open(key) as stored:
            archive = read(stored) if user == actor.user.pk else None
    except (signing.BadSignature, OSError):
        archive = None
    if archive is None:
        raise Conflict("The file was not kept for so long.", "Choose it again.")
    return version, archive, sha256


def preview(item, archive):
    """Return what of an archive is new on an item, as a list of Coming."""
    here = _here(item)
    return [
        Coming(topic["title"], topic["author"], topic["guid"].lower() not in here, _fresh(topic, here), _views(topic))
        for topic in archive.topics
    ]


def _views(topic):
    return len(topic["viewpoints"])


def _here(item):
    """Return {identity elsewhere: comment} of everything said about an item."""
    return {guid_of(one).lower(): one for thread in threads(item) for one in (thread, *thread.answers.all())}


def _fresh(topic, here):
    return sum(comment["guid"].lower() not in here for comment in topic["comments"])


def bring(*, actor, version, archive, sha256):
    """Bring what is new of an archive to a version and return how many threads and comments that are.

    Asks who may mark up. Raises AccessDenied, Conflict when everything is here already.
    """
    item = version.file.item
    access.require(actor, "markup", item)
    here = _here(item)
    named = [key for key in _wanted(archive, here) if archive.pictures[key].startswith(PICTURES)]
    files = [ContentFile(archive.pictures[key], name=key[1]) for key in named]
    stored = comments.keep_files(files)
    try:
        return _bring(actor, version, archive, (dict(zip(named, stored, strict=True)), sha256))
    except DomainError:
        comments.forget_files(stored)
        raise


def _wanted(archive, here):
    new = {topic["guid"] for topic in archive.topics if topic["guid"].lower() not in here}
    return [key for key in sorted(archive.pictures) if key[0] in new]


@transaction.atomic
def _bring(actor, version, archive, brought):
    pictures, sha256 = brought
    item = lock_row(actor, version.file.item_id)
    actor = fresh(actor)
    decision = access.require(actor, "markup", item)
    here, frame, made = _here(item), places.frame(version), []
    begun = 0
    for topic in archive.topics:
        thread = here.get(topic["guid"].lower())
        if thread is None:
            thread = _thread(actor, item, version, topic)
            _look(thread, version, topic, (pictures, frame))
            made.append(thread)
            begun += 1
        new = [one for one in topic["comments"] if one["guid"].lower() not in here]
        made += [_answer(actor, thread.parent or thread, one) for one in new]
    if not made:
        raise Conflict("Everything in it is here already.", "Nothing was brought.")
    after = {"file": version.file.name, "version": version.number, "sha256": sha256, "threads": begun}
    after["comments"] = len(made) - begun
    audit.record(actor, "bcf_imported", made[0], space_id=item.space_id, decision=decision, after=after)
    news.tell_comment(actor, made[0], [])
    return begun, len(made) - begun


def _said(author, moment, words):
    """Return what somebody said elsewhere, as words of whoever brings it."""
    who = SIGNS.sub(r"\\\1", " ".join(author.split())) or "somebody elsewhere"
    day = f" on {datetime.fromisoformat(moment):%-d %B %Y}" if moment else ""
    said = f"As {who} wrote{day}:\n\n{words.strip() or '-'}"
    return said if len(said) <= comments.LONGEST else said[: comments.LONGEST - 1] + "…"


def _thread(actor, item, version, topic):
    facts = [topic[name] for name in ("type", "status", "priority", "stage") if topic[name]]
    facts += [f"for {topic['assigned']}"] if topic["assigned"] else []
    facts += [f"due {topic['due'][:10]}"] if topic["due"] else []
    words = [f"**{SIGNS.sub(r'\\\1', topic['title'])}**", topic["description"]]
    words += [SIGNS.sub(r"\\\1", " · ".join([*facts, *topic["labels"]]))]
    text = _said(topic["author"], topic["created"], "\n\n".join(part for part in words if part.strip("*")))
    made = {"item": item, "file": version.file, "author": actor.user}
    return Comment.objects.create(**made, text=text, created_at=timezone.now())


def _answer(actor, thread, comment):
    text = _said(comment["author"], comment["date"], comment["text"])
    made = {"item_id": thread.item_id, "file_id": thread.file_id, "parent": thread, "author": actor.user}
    answer = Comment.objects.create(**made, text=text, created_at=timezone.now())
    Brought.objects.create(comment=answer, guid=comment["guid"], data=comment)
    return answer


def _look(thread, version, topic, brought):
    """Keep all that was said of a thread, its pictures, and the first place that it looks at as its markup."""
    pictures, frame = brought
    for view in topic["viewpoints"]:
        facts = pictures.get((topic["guid"], view["snapshot"]))
        if facts:
            view["attachment"] = Attachment.objects.create(comment=thread, **facts).pk
    kept = {name: value for name, value in topic.items() if name != "comments"}
    Brought.objects.create(comment=thread, guid=topic["guid"], data=kept)
    looks = [found for view in topic["viewpoints"] if (found := places.looked(view, frame))]
    for look in looks:
        try:
            view = shapes.settle(MarkupKind.PIN, json.dumps(look))
        except Unacceptable:
            continue  # a place that no viewer of ours can show stays in what was brought
        Markup.objects.create(comment=thread, version=version, kind=MarkupKind.PIN, view=view)
        return


def register():
    """Hand the words to the record."""
    audit.verbs(VERBS)
