"""Which entries of the record the pages of an item show, and to whom."""

from django.db.models import CharField, Q
from django.db.models.functions import Cast

from content.models import Comment
from content.names import space_owners
from spaces.rules import people_known
from tenants import access
from tenants.models import AuditEvent

LOOKS = ("file_viewed", "file_downloaded", "record_seen")


def changes_of(item):
    """Return what was done to an item; who only looked is not among it."""
    rows = AuditEvent.objects.filter(object_type="content.item", object_id=str(item.pk), platform=item.platform_id)
    return rows.exclude(verb__in=LOOKS)


def known_around(actor, item):
    """Return whom the reader may know in the entries of an item, as `events.entries` takes it."""
    known = people_known(actor, item.space_id)
    return {"known": known, "also": space_owners(item.space_id) if known is not None else frozenset()}


def of_item(actor, item):
    """Return the entries about an item: with looks for who may see its readers, with its discussion for who talks."""
    rows = Q(object_type="content.item", object_id=str(item.pk))
    if not access.can(actor, "see_readers", item):
        rows &= ~Q(verb__in=LOOKS)
    if access.can(actor, "comment", item):
        said = Comment.objects.filter(item=item).order_by().annotate(key=Cast("pk", CharField()))
        rows |= Q(object_type="content.comment", object_id__in=said.values("key"))
        rows |= Q(object_type="content.review", object_id=str(item.pk))
    return AuditEvent.objects.filter(rows, platform=item.platform_id)
