"""Loads items as acts need them: within the platform, locked, with what rules and sentences ask."""

from django.utils import timezone

from content.models import Item
from content.search import entries
from spaces.models import Space
from tenants import access
from tenants import actor as actors
from tenants.errors import Changed, Conflict, NotVisible

RELATED = ("space", "organization", "owner", "type", "platform", "locked_by")


def rows(platform):
    """Return the items of a platform with all that their page and the rules read."""
    return Item.objects.filter(platform=platform).select_related(*RELATED)


def fresh(actor):
    """Return the actor by the rows of now: rights lost since the page was shown are lost."""
    found = actors.of(actor.user, actor.platform)
    if found is None:
        raise NotVisible
    return found


def lock_spaces(ids):
    """Lock spaces, in the one order that everybody keeps: before the items in them."""
    return list(Space.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))


def lock_row(actor, pk):
    """Return an item of the actor's platform, its space and it locked. Raise NotVisible when there is none."""
    return lock_rows(actor, [pk])[pk]


def lock_rows(actor, ids):
    """Return {id: item} of the actor's platform, their spaces and they locked. Raise NotVisible when one is missing."""
    found = Item.objects.filter(platform=actor.platform, pk__in=ids).order_by()
    spaces = {pk for (pk,) in lock_spaces(found.values("space"))}
    locked = found.select_for_update(of=["self"]).select_related(*RELATED).order_by("pk")
    rows = {item.pk: item for item in locked}
    if len(rows) < len(set(ids)):
        raise NotVisible
    for item in rows.values():
        if item.space_id not in spaces:  # moved between the two
            access.require(fresh(actor), "read", item)
            raise Conflict("It was moved a moment ago.", "Try again.")
    return rows


def touch(item, *fields, work=False):
    """Store `fields`. `work` marks a change of content: version and time of change rise with it."""
    fields = list(fields)
    if work:
        item.version += 1
        item.modified_at = timezone.now()
        fields += ["version", "modified_at"]
        Space.objects.filter(pk=item.space_id).update(active_at=item.modified_at)
    item.save(update_fields=fields)
    if work:
        entries.index(item)


def require_version(item, version):
    """Raise Changed when somebody stored a change since `version` was shown."""
    if version is not None and version != item.version:
        raise Changed(
            "Somebody changed it while you were typing.",
            "What you typed is still below; compare it with what is stored now.",
        )
