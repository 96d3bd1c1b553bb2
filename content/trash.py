"""The trash of a space: what was deleted waits there for 30 days, seen only by who could delete it.

Nowhere else is it found: `Item.objects` and the rule of reading leave it out. Source: docs/access.md, the trash.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from content import news
from content.models import Item, Reference
from content.search import entries
from content.stored import RELATED, fresh, link_revisions, lock_revisions
from tenants import access, audit, clock
from tenants.errors import Conflict, NotVisible

KEPT = timedelta(days=30)


def until(item):
    """Return when an item in the trash goes for good."""
    return item.trashed_at + KEPT


def thrown(actor, space):
    """Return what the actor could restore in a space, the latest first."""
    rows = Item.everything.filter(space=space, trashed_at__isnull=False).select_related(*RELATED, "trashed_by")
    known = {"space": space.pk, "space__visibility": space.visibility}
    return access.narrow(rows, actor, "restore", **known).order_by("-trashed_at", "-pk")


def find(actor, pk):
    """Return an item in the trash that the actor could restore. Raises NotVisible for everything else."""
    rows = Item.everything.filter(platform=actor.platform, pk=pk, trashed_at__isnull=False)
    return _visible(actor, rows.select_related(*RELATED, "trashed_by").first())


def among(actor, pks):
    """Return those of some items that are in the trash and that the actor could restore, in one query."""
    rows = Item.everything.filter(platform=actor.platform, pk__in=pks, trashed_at__isnull=False)
    return [item for item in rows.select_related(*RELATED) if access.can(actor, "restore", item)]


def _visible(actor, item):
    if item is None or not access.can(actor, "restore", item):
        raise NotVisible
    return item


@transaction.atomic
def restore_item(*, actor, item):
    """Take an item out of the trash as it was: its number and revision, files, shares and references stand again."""
    item, revisions = lock_revisions(actor, item.pk)
    actor = fresh(actor)
    _visible(actor, item)
    decision = access.require(actor, "restore", item)
    before = {"deleted": item.trashed_at.isoformat()} | _end_what_leads_nowhere(actor, item)
    item.trashed_at = item.trashed_by = None
    item.save(update_fields=["trashed_at", "trashed_by"])
    link_revisions(revisions)
    entries.index(item)
    audit.record(actor, "item_restored", item, space_id=item.space_id, decision=decision, before=before)
    news.tell_followers(actor, item, "restored from the trash")
    return item


@transaction.atomic
def purge_item(*, actor, item):
    """Delete for good what is in the trash; bytes that nothing names any more go with the next sweep."""
    item, _revisions = lock_revisions(actor, item.pk)
    actor = fresh(actor)
    _visible(actor, item)
    decision = access.require(actor, "restore", item)
    if _held(item):
        raise Conflict("It stays while something that was restored refers to it.", "Restore it, or delete that.")
    _record_end(actor, item, decision=decision)
    _end(item)


def purge_old(now=None):
    """Delete for good what has been in the trash for 30 days; return how many. A job of the clock."""
    due, gone = (now or timezone.now()) - KEPT, []

    @transaction.atomic
    def purge(pk):
        item = Item.everything.select_for_update(of=["self"]).select_related("platform").filter(pk=pk).first()
        if item is None or item.trashed_at is None or item.trashed_at > due or _held(item):
            return  # restored or deleted for good meanwhile, or held by what was restored
        _record_end(None, item, platform=item.platform, reason="It was in the trash for 30 days.")
        _end(item)
        gone.append(pk)

    clock.each(Item.everything.filter(trashed_at__lte=due).order_by("pk").values_list("pk", flat=True), purge)
    return len(gone)


def _held(item):
    return Reference.objects.standing().filter(target=item).exists()


def _end_what_leads_nowhere(actor, item):
    """End the references of a restored item to what the actor does not read any more; say how many.

    Those to what is in the trash come back when that is restored, and hold it there until then.
    """
    held = item.references.select_related("target__space")
    gone = [one.pk for one in held if not one.target.trashed_at and not access.can(actor, "read", one.target)]
    Reference.objects.filter(pk__in=gone).delete()
    return {"references_ended": len(gone)} if gone else {}


def _record_end(actor, item, **details):
    before = {"title": item.title, "maturity": item.maturity, "revision": item.revision}
    audit.record(actor, "item_purged", item, space_id=item.space_id, before=before, **details)


def _end(item):
    Reference.objects.filter(Q(source=item) | Q(target=item)).delete()
    item.delete()
