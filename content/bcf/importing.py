"""Brings the threads of a BCF file to a version of a file here: looked at first, then brought in one act.

Who wrote something elsewhere is told in words, and is nobody here: whoever brings it answers for it.
"""

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

from django.core import signing
from django.core.files.base import ContentFile
from django.db import transaction

from content import comments, news
from content.bcf import places
from content.bcf.archives import LARGEST
from content.bcf.bringing import Bringing, further, known
from content.bcf.exporting import guid_of, threads
from content.bcf.reading import read, references
from content.blobs import put, storage
from content.stored import fresh, lock_row
from tenants import access, audit
from tenants.errors import Conflict, DomainError, Unacceptable

SALT, SECONDS = "bcf", 3600
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
LONGEST_NAME = 150  # characters of a file that came along
VERBS = {"bcf_imported": "brought threads of a BCF file into", "bcf_exported": "took away as a BCF file the threads of"}


@dataclass(frozen=True, slots=True)
class Coming:
    """A thread of a BCF file as the preview tells it: how many comments are new, and whether all of it is."""

    title: str
    author: str
    new: bool
    comments: int
    views: int
    files: int


def keep(actor, version, file):
    """Keep a BCF file until it is brought, and return a token that says so; nothing is done to any thread yet."""
    require_size(file)
    key, sha256 = put(file, getattr(file, "sha256", ""))
    return signing.dumps([actor.user.pk, version.pk, key, sha256], salt=SALT)


def require_size(file):
    """Raise Unacceptable for an empty file and one that is too large."""
    if not file.size or file.size > LARGEST:
        raise Unacceptable(f"The file is empty or larger than {LARGEST // 1000**2} MB.", field="file")


@contextmanager
def kept(actor, token):
    """Open what was kept for the actor, as (id of the version, Archive, SHA-256). Raises Conflict after an hour."""
    gone = Conflict("The file was not kept for so long.", "Choose it again.")
    try:
        user, version, key, sha256 = signing.loads(token, salt=SALT, max_age=SECONDS)
        stored = storage().open(key) if user == actor.user.pk else None
    except (signing.BadSignature, OSError):
        stored = None
    if stored is None:
        raise gone
    with stored:
        yield version, read(stored), sha256


def preview(version, archive):
    """Return what of an archive is new on the item of a version, as a list of Coming. Raises Conflict as bringing."""
    places.require_lengths(version, archive.topics)
    here, files = _here(version.file.item), Counter(guid for guid, _name in archive.files)
    return [_coming(topic, here, files[topic["guid"]]) for topic in archive.topics]


def _coming(topic, here, files):
    thread, new = here.get(topic["guid"].lower()), _new(topic, here)
    comments_new = len(new) + (len(further(topic, thread, new)) if thread else 0)
    return Coming(topic["title"], topic["author"], not thread, comments_new, len(topic["viewpoints"]), files)


def _here(item):
    """Return {identity elsewhere: comment} of everything said about an item."""
    return {guid_of(one).lower(): one for thread in threads(item) for one in (thread, *thread.answers.all())}


def there(version, archive):
    """Return (topic, the thread that it is here) of what of an archive is on the item of a version."""
    here = _here(version.file.item)
    found = ((topic, here.get(topic["guid"].lower())) for topic in archive.topics)
    return [(topic, one.parent or one) for topic, one in found if one]


def bring(**told):
    """Bring what is new of an archive to a version and return how many threads and comments that are.

    Asks who may mark up. Raises AccessDenied, Conflict when everything is here already or the model is not ready,
    Unacceptable for files that are damaged or that no comment may carry.
    """
    with files_of(**told) as store:
        return store()


@contextmanager
def files_of(*, actor, version, archive, sha256):
    """Store the files that come with what is new; give the act that brings it, and drop them if it does not."""
    item = version.file.item
    access.require(actor, "markup", item)
    files = _stored(archive, _here(item))
    kept_files = list(files.values())
    try:
        yield partial(_bring, actor, version, archive, (files, sha256))
    except DomainError:
        comments.forget_files(kept_files)
        raise
    comments.forget_unsaid(kept_files)


def _stored(archive, here):
    """Store the files that come with what is new, one after the other; return their facts by their place there."""
    kept, names = {}, {one["document"]: one["name"] for topic in archive.topics for one in topic["documents"]}
    try:
        for key, picture in _wanted(archive, here).items():
            content = archive.content(key, comments.LARGEST)
            if content and (content.startswith(PICTURES) or not picture):
                name = PurePosixPath((names.get(key[1]) or key[1]).replace("\\", "/")).name[-LONGEST_NAME:]
                kept[key] = comments.keep_files([ContentFile(content, name=name)])[0]
    except DomainError:
        comments.forget_files(kept.values())
        raise
    return kept


def _wanted(archive, here):
    """Return {place of a file: whether it is to be a picture} of what comes with what is new."""
    found = {}
    for topic in archive.topics:
        thread, coming = here.get(topic["guid"].lower()), topic
        if thread:
            before = known(thread)
            views = [one for one in topic["viewpoints"] if one["guid"].lower() not in before]
            coming = topic | {"snippet": None, "documents": [], "files": [], "viewpoints": views}
        for name, picture in references(coming):
            if (key := (topic["guid"], name)) in archive.files:
                found[key] = found.get(key, True) and picture
    return found


def _new(topic, here):
    return [one for one in topic["comments"] if one["guid"].lower() not in here]


@transaction.atomic
def _bring(actor, version, archive, brought):
    files, sha256 = brought
    item = lock_row(actor, version.file.item_id)
    actor = fresh(actor)
    decision = access.require(actor, "markup", item)
    places.require_lengths(version, archive.topics)
    here, made, begun = _here(item), [], 0
    bringing = Bringing(actor, version, files)
    for topic in archive.topics:
        thread = here.get(topic["guid"].lower())
        begun += thread is None
        made += bringing.more(topic, thread, _new(topic, here)) if thread else bringing.thread(topic)
    if not made:
        raise Conflict("Everything in it is here already.", "Nothing was brought.")
    after = {"file": version.file.name, "version": version.number, "sha256": sha256, "threads": begun}
    after["comments"] = len(made) - begun
    audit.record(actor, "bcf_imported", made[0], space_id=item.space_id, decision=decision, after=after)
    news.tell_comment(actor, made[0], [])
    return begun, len(made) - begun


def register():
    """Hand the words to the record."""
    audit.verbs(VERBS)
