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


def lock_row(actor, pk, *spaces):
    """Return an item of the actor's platform; its space, other `spaces` and it are locked. Raises NotVisible."""
    return lock_rows(actor, [pk], spaces)[pk]


def lock_rows(actor, ids, spaces=()):
    """Return {id: item} of the actor's platform, their spaces and they locked. Raise NotVisible when one is missing."""
    found = Item.objects.filter(platform=actor.platform, pk__in=ids).order_by()
    own = found.values_list("space", flat=True)
    spaces = {pk for (pk,) in lock_spaces([*own, *spaces] if spaces else own)}
    locked = found.select_for_update(of=["self"]).select_related(*RELATED).order_by("pk")
    rows = {item.pk: item for item in locked}
    if len(rows) < len(set(ids)):
        raise NotVisible
    _require_there(actor, rows.values(), spaces)
    return rows


def _require_there(actor, items, spaces):
    """Raise Conflict when an item was moved between the two locks."""
    for item in items:
        if item.space_id not in spaces:
            access.require(fresh(actor), "read", item)
            raise Conflict("It was moved a moment ago.", "Try again.")


def lock_revisions(actor, pk):
    """Return (the item, all revisions of its number with those in the trash, oldest first), locked with their spaces.

    Raises NotVisible when there is none.
    """
    number = Item.everything.filter(platform=actor.platform, pk=pk).values("number")
    chain = Item.everything.filter(platform=actor.platform, number__in=number)
    spaces = {pk for (pk,) in lock_spaces(chain.order_by().values("space"))}
    found = list(chain.select_for_update(of=["self"]).select_related(*RELATED).order_by("pk"))
    item = next((one for one in found if one.pk == pk), None)
    if item is None:
        raise NotVisible
    _require_there(actor, found, spaces)
    return item, found


def link_revisions(chain):
    """Let each revision that stands follow the one before it that stands, after one of them came or went."""
    standing = [one for one in chain if one.trashed_at is None]
    standing.sort(key=lambda one: (len(one.revision), one.revision))
    for one, before, after in zip(standing, [None, *standing], [*standing[1:], None], strict=False):
        if (one.previous_id, one.superseded) != (before and before.pk, after is not None):
            one.previous, one.superseded = before, after is not None
            touch(one, "previous", "superseded")


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
