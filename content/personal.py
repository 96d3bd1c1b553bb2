"""Favourites and personal folders: personal items of their content owner, and what they put into them.

Source of the rules: docs/access.md, sections 1 and 5. What is in a folder is no relation: it holds nothing in being,
opens nothing, and shows as long as whoever looks reads it. The record keeps it by its id, told as far as they read.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from content import reading, references
from content.items import Draft, create_item
from content.models import Category, FolderEntry, ItemType, Opened
from content.stored import fresh, lock_row, lock_rows, rows
from tenants import access, audit, clock
from tenants.errors import Conflict, NotVisible
from tenants.models import Member

FAVOURITES, FOLDER = "favourites", "personal-folder"
RECENT = 20
DEEPEST_SHOWN = 6  # steps that a list moves in
DEEPEST = 20  # folders above one that a page names
KEPT = 90  # days after which what was opened is forgotten
VERBS = {
    "folder_filled": "put something into",
    "folder_emptied": "took something out of",
    "folder_moved": "moved something into",
}


def folders(actor):
    """Return the personal items of the actor that they can read now, by title."""
    own = reading.listed(actor).filter(category=Category.PERSONAL, owner=actor.user)
    return own.order_by("type__position", "title", "pk")


def tree(actor):
    """Return the folders of the actor as they stand in each other; `depth` on each counts those above it."""
    found = list(folders(actor))
    held = FolderEntry.objects.filter(target__in=found, folder__in=found).order_by()
    outer, below = dict(held.values_list("target", "folder")), {}
    for folder in found:
        below.setdefault(outer.get(folder.pk), []).append(folder)
    ordered, waiting = [], [(folder, 0) for folder in reversed(below.get(None, []))]
    while waiting:
        folder, depth = waiting.pop()
        folder.depth = min(depth, DEEPEST_SHOWN)
        ordered.append(folder)
        waiting += [(inner, depth + 1) for inner in reversed(below.get(folder.pk, []))]
    return ordered


def find_folder(actor, pk):
    """Return a personal item of the actor. Raises NotVisible for any other."""
    found = folders(actor).filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def entries(actor, folder):
    """Return what is in a folder and in the actor's lists, folders first."""
    found = FolderEntry.objects.filter(folder=folder, target__in=reading.listed(actor))
    found = found.select_related("target__space", "target__type", "target__organization")
    return found.order_by("target__type__position", "-added_at", "-pk")


def above(actor, folder):
    """Return the folders that a folder stands in, the outermost first."""
    found, at = [], folder.pk
    while len(found) < DEEPEST:
        entry = FolderEntry.objects.filter(target=at, folder__in=folders(actor).order_by()).select_related("folder")
        if (entry := entry.first()) is None:
            break
        found.insert(0, entry.folder)
        at = entry.folder_id
    return found


def favourites(actor):
    """Return the actor's favourites, or None while they have none."""
    return folders(actor).filter(type__code=FAVOURITES).order_by("pk").first()


def starred(actor, item):
    """Tell whether an item is among the actor's favourites."""
    return FolderEntry.objects.filter(
        target=item, folder__owner=actor.user, folder__type__code=FAVOURITES, folder__in=folders(actor).order_by()
    ).exists()


@transaction.atomic
def star(*, actor, item):
    """Put an item among the favourites of the actor; the first one makes the favourites, by the current credential."""
    found = favourites(actor) or favourites(_alone(actor))
    if found is not None:
        return put(actor=actor, folder=found, item=item)
    _require_keepable(actor, item)
    made = create_item(actor=actor, kind=_kind(FAVOURITES), draft=Draft("Favourites"))
    return FolderEntry.objects.create(folder=made, target=item)


def _alone(actor):
    """Let no other window of this member make favourites now; return the actor."""
    Member.objects.select_for_update(no_key=True).get(pk=actor.member.pk)
    return actor


@transaction.atomic
def unstar(*, actor, item):
    """Take an item out of the favourites of the actor. Raises Conflict when it is in none."""
    kept = FolderEntry.objects.filter(target=item, folder__type__code=FAVOURITES, folder__in=folders(actor).order_by())
    entry = kept.select_related("folder").first()
    if entry is None:
        raise Conflict("It is not among your favourites.")
    take_out(actor=actor, folder=entry.folder, pk=entry.pk)


@transaction.atomic
def make_folder(*, actor, title, within=None):
    """Make a personal folder by the current credential, in another one if `within` names it."""
    if within is not None:
        within = _locked(actor, within)
        access.require(fresh(actor), "modify", within)
    made = create_item(actor=actor, kind=_kind(FOLDER), draft=Draft(title))
    if within is not None:
        FolderEntry.objects.create(folder=within, target=made)
    return made


def _kind(code):
    kind = ItemType.objects.filter(code=code, category=Category.PERSONAL).first()
    if kind is None:
        raise Conflict("This installation has no such type.", "The people who run it can add it again.")
    return kind


@transaction.atomic
def put(*, actor, folder, item):
    """Put an item into a folder of the actor and return the entry. A folder that is put into another moves there."""
    nested = item.category == Category.PERSONAL
    if nested:
        references.lock_circles(actor)
    folder = _locked(actor, folder)
    decision = access.require(fresh(actor), "modify", folder)
    item = _require_keepable(actor, item)
    if FolderEntry.objects.filter(folder=folder, target=item).exists():
        raise Conflict(f"{item.title} is in {folder.title} already.")
    if nested:
        _require_no_circle(folder, item)
        FolderEntry.objects.filter(target=item).delete()  # a folder stands in one place
    entry = FolderEntry.objects.create(folder=folder, target=item)
    verb = "folder_moved" if nested else "folder_filled"
    audit.record(actor, verb, folder, space_id=folder.space_id, decision=decision, after={"related": item.pk})
    return entry


@transaction.atomic
def move_entry(*, actor, folder, pk, to):
    """Move what an entry holds from one folder of the actor to another."""
    entry = _entry(actor, folder, pk)
    if entry.target.category == Category.PERSONAL:
        return put(actor=actor, folder=to, item=entry.target)
    lock_rows(actor, {folder.pk, to.pk})
    entry, to, actor = _entry(actor, folder, pk), find_folder(actor, to.pk), fresh(actor)
    access.require(actor, "modify", folder)
    decision = access.require(actor, "modify", to)
    if FolderEntry.objects.filter(folder=to, target=entry.target).exists():
        raise Conflict(f"{entry.target.title} is in {to.title} already.")
    entry.folder = to
    entry.save(update_fields=["folder"])
    told = {"related": entry.target_id}
    audit.record(actor, "folder_moved", to, space_id=to.space_id, decision=decision, after=told)
    return entry


@transaction.atomic
def take_out(*, actor, folder, pk):
    """Take something out of a folder of the actor; the thing itself stays."""
    folder = _locked(actor, folder)
    decision = access.require(fresh(actor), "modify", folder)
    entry = _entry(actor, folder, pk)
    told = {"related": entry.target_id}
    entry.delete()
    audit.record(actor, "folder_emptied", folder, space_id=folder.space_id, decision=decision, before=told)
    return folder


def _locked(actor, folder):
    """Return a folder of the actor, locked. Raises NotVisible for what is none of theirs."""
    found = lock_row(actor, folder.pk)
    if found.category != Category.PERSONAL or found.owner_id != actor.user.pk:
        raise NotVisible
    return found


def _entry(actor, folder, pk):
    entry = entries(fresh(actor), folder).filter(pk=pk).first()
    if entry is None:
        raise NotVisible
    return entry


def _require_keepable(actor, item):
    """Return the item as it is now. Raises NotVisible when the actor does not read it, Conflict for others' folders."""
    found = rows(actor.platform).filter(pk=item.pk).first()
    if found is None:
        raise NotVisible
    access.require(fresh(actor), "read", found)
    if found.category == Category.PERSONAL and found.owner_id != actor.user.pk:
        raise Conflict("Personal items of other people are theirs alone.")
    return found


def _require_no_circle(folder, item):
    above, seen = {folder.pk}, set()
    while above:
        if item.pk in above:
            raise Conflict(f"{folder.title} stands in {item.title}: a folder is not put into itself.")
        seen |= above
        held = FolderEntry.objects.filter(target__in=above, target__category=Category.PERSONAL)
        above = set(held.values_list("folder", flat=True)) - seen


# --- settings: seen by nobody else, in no record ---


def note_opened(actor, item):
    """Remember that the actor opened an item; personal ones are at hand anyway."""
    if item.category != Category.PERSONAL:
        seen = Opened(user=actor.user, item=item, at=timezone.now())
        Opened.objects.bulk_create([seen], update_conflicts=True, unique_fields=["user", "item"], update_fields=["at"])


def recent(actor):
    """Return what the actor opened lately and can read now, the newest first."""
    found = Opened.objects.filter(user=actor.user, item__in=reading.listed(actor))
    found = found.select_related("item__space", "item__type", "item__organization").order_by("-at")
    return [one.item for one in found[:RECENT]]


def forget():
    """Forget what was opened long ago. A job of the clock."""
    Opened.objects.filter(at__lt=timezone.now() - timedelta(days=KEPT)).delete()


def register():
    """Hand the words to the record, and the forgetting to the clock."""
    audit.verbs(VERBS)
    clock.contribute("forget what was opened", timedelta(days=1), forget)
