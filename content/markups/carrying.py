"""Carries open markups to a later version or a later revision, each once somebody has confirmed how it is found there.

Who may is who may make a markup there and takes part in the discussion where it comes from.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from content.markups import listing
from content.markups.judging import Judge, Verdict
from content.models import Comment, Found, Item, Markup
from content.stored import fresh, lock_rows
from tenants import access, audit
from tenants.errors import Changed, Conflict, NotVisible

AGAIN = "Look at the page again."


@dataclass(frozen=True, slots=True)
class Earlier:
    """An open markup of an earlier version, and how it is found in the later one."""

    markup: Markup
    verdict: Verdict


def _rows(version):
    """Return the open markups that the latest version of a file takes over; a version that is not has none."""
    file, item = version.file, version.file.item
    own = Q(version__file=file, version__number__lt=version.number)
    revisions = Item.objects.filter(platform=item.platform_id, number=item.number, pk__lt=item.pk)
    before = Q(version__file__item__in=revisions, version__file__name=file.name) if item.previous_id else Q(pk=None)
    stands = {"comment__resolved_at": None, "comment__parent__resolved_at": None}
    rows = listing.rows().select_related("version__file__item__space", "version__file__item__locked_by")
    rows = rows.filter(own | before, **stands, carried_to=None)
    return rows if file.versions.first() == version else rows.none()


def _talks(actor, markup, item):
    """Tell whether the actor takes part where the markup stands, which is the item itself or an earlier revision."""
    other = markup.version.file.item
    return other.pk == item.pk or bool(access.can(actor, "comment", other))


def count(actor, version):
    """Return how many open markups of earlier versions wait to be carried."""
    return len(_waiting(actor, version))


def _waiting(actor, version):
    rows = _rows(version)
    return [one for one in rows.order_by("pk")[: listing.MOST] if _talks(actor, one, version.file.item)]


def earlier(actor, version):
    """Return [Earlier] of the open markups that wait to be carried to a version."""
    waiting = _waiting(actor, version)
    judge = Judge(version, waiting)
    return [Earlier(markup, judge.of(markup)) for markup in waiting]


def carry(*, actor, version, pk, found):
    """Carry a markup over as it was shown to be `found`; one that is gone is carried closed. Return the Markup.

    Raises NotVisible, AccessDenied, Conflict when it was carried or closed, Changed when it is found otherwise now.
    """
    return _carry(actor, version, pk, found, look(actor, version, pk))


def look(actor, version, pk):
    """Return the Verdict on a markup that waits, None of another one: before anything is locked, for it takes a while.

    What was found is kept, so whoever acts in a transaction of their own looks before it. Raises as `carry`.
    """
    access.require(actor, "markup", version.file.item)
    markup = _rows(version).filter(pk=pk).first()
    if markup and not _talks(actor, markup, version.file.item):
        raise NotVisible
    return Judge(version, [markup]).of(markup) if markup else None


@transaction.atomic
def _carry(actor, version, pk, found, verdict):
    item_id, marked = version.file.item_id, _marked(actor, pk)
    items = lock_rows(actor, {item_id, marked})
    actor = fresh(actor)
    access.require(actor, "comment", items[item_id])
    if not access.can(actor, "comment", items[marked]):
        raise NotVisible
    decision = access.require(actor, "markup", items[item_id])
    markup = _rows(version).filter(pk=pk).first()
    if markup is None or verdict is None:
        raise Conflict("It does not wait to be carried here.", AGAIN)
    if verdict.found != found:
        raise Changed("It is found otherwise now.", AGAIN)
    before = {"version": markup.version.number}
    carried = (_move if marked == item_id else _copy)(actor, version, markup, verdict)
    if verdict.found == Found.GONE:
        _close(actor, carried.comment)
    after = {"file": version.file.name, "version": version.number, "markup": markup.kind, "found": verdict.found}
    told = {"space_id": items[item_id].space_id, "decision": decision, "before": before, "after": after}
    audit.record(actor, "markup_carried", carried.comment, **told)
    return carried


def _marked(actor, pk):
    """Return the id of the item of a markup on the actor's platform."""
    found = Markup.objects.filter(pk=pk, comment__item__platform=actor.platform, comment__deleted_at=None)
    if (item := found.values_list("comment__item", flat=True).first()) is None:
        raise NotVisible
    return item


def _move(actor, version, markup, verdict):
    """Let the markup itself be of a later version of the same file."""
    markup.version, markup.view = version, verdict.view
    markup.found, markup.carried_by = verdict.found, actor.user
    markup.save(update_fields=["version", "view", "found", "carried_by"])
    return markup


def _copy(actor, version, markup, verdict):
    """Say it again on the next revision, with the words of who said it; what stands before stays.

    An answer goes into its thread if that stands open there already, and begins one otherwise.
    """
    said = markup.comment
    made = {"author": said.author, "text": said.text, "created_at": timezone.now()}
    came = Comment.objects.filter(item=version.file.item, resolved_at=None, deleted_at=None)
    thread = came.filter(markup__carried_from__comment=said.parent_id).first() if said.parent_id else None
    comment = Comment.objects.create(item=version.file.item, file=version.file, parent=thread, **made)
    view = verdict.view | (
        {"pictures": []} if verdict.view.get("pictures") else {}
    )  # they belong to what was said there
    facts = {"kind": markup.kind, "view": view, "found": verdict.found, "carried_by": actor.user}
    return Markup.objects.create(comment=comment, version=version, carried_from=markup, **facts)


def _close(actor, comment):
    comment.resolved_at, comment.resolved_by = timezone.now(), actor.user
    comment.save(update_fields=["resolved_at", "resolved_by"])
