"""Says, edits, deletes, resolves and reacts to comments. Source of who: docs/access.md, section 7.

Comments are seen by who may make them: not by a Public Reader, not from outside. The record keeps that and when
somebody said something, and the hash of it; what was said stays with the item.
"""

import re
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Prefetch, Q
from django.utils import timezone

from content import news, scanning
from content.blobs import put, storage
from content.files import clean_name, media_type
from content.items import needed_reason
from content.models import Attachment, Comment, CommentText, File, GroupShare, Reaction, Share, Sign
from content.reading import record_opening
from content.stored import fresh, lock_row
from spaces import holders
from spaces.rules import people_known
from tenants import access, audit, chain
from tenants import actor as actors
from tenants.errors import AccessDenied, Conflict, DomainError, NotVisible, Unacceptable
from tenants.models import GroupMember, Member, Right, Status

LONGEST_TITLE = 120  # characters, as of any item
LONGEST, MOST_FILES, MOST_PEOPLE = 4000, 5, 20
LARGEST = 25 * 1000**2  # bytes of an attachment
AT = re.compile(r"@(\w[\w.'-]*)")


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says: the text, the comment it answers, the file it is about, and what comes with it."""

    text: str
    parent: int | None = None
    file: int | None = None
    attachments: tuple = ()


@dataclass(frozen=True, slots=True)
class Pin:
    """What makes more than a comment of it: the act it takes, the verb of the record, and what keeps it.

    `keep(comment)` runs in the transaction of the comment and returns what the record says of it.
    """

    act: str
    verb: str
    keep: Callable


def shown_rows():
    """Return comments with all that is shown of each."""
    related = ("author", "resolved_by", "file", "markup__version")
    reactions = Prefetch("reactions", Reaction.objects.select_related("user"))
    return Comment.objects.select_related(*related).prefetch_related(reactions, "attachments")


def thread_rows(item):
    """Return the threads of an item with all that is shown of them; a fixed number of queries."""
    shown = shown_rows()
    return shown.filter(item=item, parent=None).prefetch_related(Prefetch("answers", shown))


def find(actor, pk):
    """Return a comment on an item whose discussion the actor takes part in. Raises NotVisible."""
    rows = Comment.objects.select_related("item__space", "item__locked_by", "author", "parent")
    comment = rows.filter(pk=pk, item__platform=actor.platform).first()
    if comment is None or not access.can(actor, "comment", comment.item):
        raise NotVisible
    return comment


def find_attachment(actor, pk):
    """Return what came with a comment that stands, for who takes part in the discussion. Raises NotVisible."""
    rows = Attachment.objects.select_related("comment__item__space", "comment__item__locked_by")
    found = rows.filter(pk=pk, comment__deleted_at=None, comment__item__platform=actor.platform).first()
    if found is None or not access.can(actor, "comment", found.comment.item):
        raise NotVisible
    return found


def say(*, actor, item, remark, pin=None):
    """Add a comment and tell whom it concerns. Raises AccessDenied, Unacceptable, Conflict for a closed thread."""
    with saying(actor=actor, item=item, remark=remark, pin=pin) as store:
        return store()


@contextmanager
def saying(*, actor, item, remark, pin=None):
    """Store the bytes that come with a comment; give the act that says it, and drop them if it does not."""
    access.require(actor, "comment", item)  # before bytes move
    people = mentioned(actor, item, remark.text[:LONGEST])  # before anything is locked
    kept = _stored(remark.attachments)
    try:
        yield partial(_say, actor, item, remark, people, (kept, pin))
    except DomainError:
        forget_files(kept)
        raise
    if kept:
        forget_unsaid(kept)


@transaction.atomic
def _say(actor, item, remark, people, brought):
    kept, pin = brought
    item = lock_row(actor, item.pk)
    actor = fresh(actor)
    decision = access.require(actor, "comment", item)
    decision = access.require(actor, pin.act, item) if pin else decision
    text = _text(remark.text)
    parent, file = _parent(item, remark.parent), _file(item, remark.file)
    made = {"author": actor.user, "text": text, "created_at": timezone.now()}
    comment = Comment.objects.create(item=item, parent=parent, file=parent.file if parent else file, **made)
    comment.mentions.set([person.user for person in people])
    Attachment.objects.bulk_create(Attachment(comment=comment, **facts) for facts in kept)
    attached = [facts["sha256"] for facts in kept]
    after = {"item": item.pk, "sha256": _hash(text)} | ({"attached": attached} if attached else {})
    after |= pin.keep(comment) if pin else {}
    verb = pin.verb if pin else "comment_made"
    audit.record(actor, verb, comment, space_id=item.space_id, decision=decision, after=after)
    news.tell_comment(actor, comment, people)
    return comment


def _text(text):
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise Unacceptable("Write something.", field="text")
    if len(text) > LONGEST:
        raise Unacceptable(f"Write at most {LONGEST} characters; these are {len(text)}.", field="text")
    return text


def _hash(text):
    return chain.digest("", text)


def _parent(item, pk):
    if pk is None:
        return None
    parent = Comment.objects.filter(item=item, pk=pk, parent=None).first()
    if parent is None:
        raise NotVisible
    if parent.resolved_at:
        raise Conflict("The thread is resolved.", "Reopen it to go on.")
    return parent


def _file(item, pk):
    if pk is None:
        return None
    file = File.objects.filter(item=item, pk=pk).first()
    if file is None:
        raise NotVisible
    return file


def _stored(files):
    """Store what comes with a comment and return its facts; when one cannot be kept, none is."""
    if len(files) > MOST_FILES:
        raise Unacceptable(f"Attach at most {MOST_FILES} files.", field="files")
    return keep_files(files)


def keep_files(files):
    """Store files that are to come with comments and return their facts; when one cannot be kept, none is."""
    kept = []
    try:
        for file in files:
            kept.append(_keep_file(file))
            _require_clean(kept[-1])
    except DomainError:
        forget_files(kept)
        raise
    return kept


def _keep_file(file):
    name = clean_name(file.name)
    if not file.size or file.size > LARGEST:
        raise Unacceptable(f"{name} is empty or larger than {LARGEST // 1000**2} MB.", field="files")
    kind = media_type(name, file.read(64))
    file.seek(0)
    key, sha256 = put(file, getattr(file, "sha256", ""))
    return {"name": name, "key": key, "size": file.size, "sha256": sha256, "media_type": kind}


def _require_clean(facts):
    """Refuse malware where the installation scans, and what its scanner gives no answer on."""
    if settings.SCANNER and (ended := scanning.ask(facts["key"])) != scanning.CLEAN:
        found = "carries malware" if ended == scanning.INFECTED else "cannot be scanned now"
        raise Unacceptable(f"{facts['name']} {found}. Nothing was stored.", field="files")


def forget_files(kept):
    """Take back files that were stored for comments that were not made."""
    for facts in kept:
        storage().delete(facts["key"])


def forget_unsaid(kept):
    """Take back those of stored files that came with no comment, as for a request that was answered before."""
    said = set(Attachment.objects.filter(key__in=[facts["key"] for facts in kept]).values_list("key", flat=True))
    forget_files([facts for facts in kept if facts["key"] not in said])


def mentioned(actor, item, text):
    """Return the Actors whose names stand behind an @ in the text, of those who may take part and may be known."""
    found, said = {}, text.casefold()
    begins = dict.fromkeys(begin[1].rstrip(".").casefold() for begin in AT.finditer(text))
    for begin in list(begins)[:MOST_PEOPLE]:
        for person in candidates(actor, item, begin):
            if f"@{person.user}".casefold() in said:
                found[person.user.pk] = person
    return list(found.values())


def candidates(actor, item, begin):
    """Return the Actors who may take part in the discussion, whom the actor may know, and whose name begins so."""
    rows = Member.objects.filter(_near(item), platform=item.platform_id, status=Status.ACTIVE)
    rows = rows.filter(user__name__istartswith=begin).exclude(user=actor.user)
    rows = rows.select_related("platform", "company", "unit", "user").order_by("user__name", "pk")
    known = people_known(actor, item.space_id)
    if known is None:
        found = actors.build(list(rows[: 4 * MOST_PEOPLE]))
    else:  # those whom the actor may not know take no place
        found = [one for one in actors.build(list(rows)) if not one.organizations.isdisjoint(known)]
    return [one for one in found if access.can(one, "comment", item)][:MOST_PEOPLE]


def _near(item):
    """Return the condition of the members who can take part at all: in the space, by a share, as Administrators."""
    groups = GroupShare.objects.live().filter(content_object=item).values("group")
    shared = Q(user__in=Share.objects.live().filter(content_object=item).values("user"))
    shared |= Q(pk__in=GroupMember.objects.filter(group__in=groups).values("member"))
    return holders.inside([item.space_id]) | shared | Q(right=Right.ADMINISTRATOR)


@transaction.atomic
def edit(*, actor, comment, text):
    """Say it otherwise; what it said before is kept. Only its author, while they may take part."""
    people = mentioned(actor, comment.item, text[:LONGEST])
    actor, comment, decision = _own(actor, comment)
    text = _text(text)
    if text == comment.text:
        raise Conflict("That is what it says already.")
    _keep(comment)
    before, comment.text, comment.edited_at = _hash(comment.text), text, timezone.now()
    comment.save(update_fields=["text", "edited_at"])
    known = set(comment.mentions.values_list("pk", flat=True))
    comment.mentions.set([person.user for person in people])
    told = {"before": {"sha256": before}, "after": {"sha256": _hash(text)}}
    audit.record(actor, "comment_edited", comment, space_id=comment.item.space_id, decision=decision, **told)
    news.tell_mentioned(comment, [person for person in people if person.user.pk not in known])
    return comment


@transaction.atomic
def delete(*, actor, comment, reason=""):
    """Take a comment back: a mark stays, and so do the answers. Its author, or an Owner of the space for a reason."""
    actor, comment, decision = _locked(actor, comment)
    own = comment.author_id == actor.user.pk
    if not own:
        decision = access.require(actor, "edit", comment.item.space)
        reason = needed_reason(reason)
    _keep(comment)
    comment.text, comment.deleted_at = "", timezone.now()
    comment.save(update_fields=["text", "deleted_at"])
    comment.mentions.clear()
    comment.reactions.all().delete()
    comment.attachments.all().delete()  # the sweep takes their bytes
    told = {"subject": None if own else comment.author, "reason": reason.strip()}
    audit.record(actor, "comment_deleted", comment, space_id=comment.item.space_id, decision=decision, **told)
    if not own:
        news.tell_taken_back(comment, reason.strip())
    return comment


@transaction.atomic
def resolve(*, actor, comment, on):
    """Close a thread, or open it again. Raises Conflict when it is so already."""
    actor, comment, decision = _locked(actor, comment)
    if comment.parent_id or bool(comment.resolved_at) == on:
        raise Conflict("It is so already.", "Look at the page again.")
    comment.resolved_at, comment.resolved_by = (timezone.now(), actor.user) if on else (None, None)
    comment.save(update_fields=["resolved_at", "resolved_by"])
    verb = "comment_resolved" if on else "comment_reopened"
    audit.record(actor, verb, comment, space_id=comment.item.space_id, decision=decision)
    return comment


@transaction.atomic
def note_taken(actor, attachment):
    """Write down that somebody took away what came with a comment, or a part of it."""
    record_opening(actor, attachment.comment.item)
    comment, after = attachment.comment, {"sha256": attachment.sha256}
    audit.record(actor, "attachment_taken", comment, space_id=comment.item.space_id, after=after)


@transaction.atomic
def react(*, actor, comment, sign):
    """Set a sign under a comment, or take it back."""
    if sign not in Sign.values:
        raise Unacceptable("There is no such sign.")
    actor, comment, decision = _locked(actor, comment)
    _reaction, made = Reaction.objects.get_or_create(comment=comment, user=actor.user, sign=sign)
    if not made:
        Reaction.objects.filter(comment=comment, user=actor.user, sign=sign).delete()
    after = {"sign": sign, "set": made}
    audit.record(actor, "comment_reacted", comment, space_id=comment.item.space_id, decision=decision, after=after)
    return comment


def _locked(actor, comment):
    """Return (the actor of now, the comment as stored, the decision that lets them take part)."""
    item = lock_row(actor, comment.item_id)
    actor = fresh(actor)
    decision = access.require(actor, "comment", item)
    comment = Comment.objects.select_for_update().select_related("author").get(pk=comment.pk)
    comment.item = item
    if comment.deleted_at:
        raise Conflict("It was taken back.", "Look at the page again.")
    return actor, comment, decision


def _own(actor, comment):
    actor, comment, decision = _locked(actor, comment)
    if comment.author_id != actor.user.pk:
        raise AccessDenied(access.Decision(False, "Only its author edits a comment.", "7.C", "Answer it instead."))
    return actor, comment, decision


def _keep(comment):
    CommentText.objects.create(comment=comment, text=comment.text, until=timezone.now())


def people_in(said):
    """Return the ids of all whom comments name: who said, closed or reacted."""
    people = {number for one in said for number in (one.author_id, one.resolved_by_id) if number}
    return people | {reaction.user_id for one in said for reaction in one.reactions.all()}


def title_of(thread):
    """Return the first line of a thread that says something, as a title."""
    return next((line.strip() for line in thread.text.splitlines() if line.strip()), "")[:LONGEST_TITLE]
