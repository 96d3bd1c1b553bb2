"""Iterations of a revision: kept with every saved file and change of properties, compared, and restored as new ones."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from content import conversions, news
from content.models import FileVersion, Iteration, Maturity
from content.stored import RELATED, fresh, lock_row, touch
from tenants import access, audit
from tenants.errors import NotVisible, Unacceptable

STATE = ("title", "description", "properties")


def latest_versions(item):
    """Return the latest version of each file of an item, in the order of names; one query."""
    newest = FileVersion.objects.filter(file=OuterRef("file")).order_by("-number").values("pk")[:1]
    rows = FileVersion.objects.filter(file__item=item, pk=Subquery(newest))
    return rows.select_related("file").order_by("file__name")


def keep(item, user, what):
    """Keep the state of an item as its next iteration; call it in the transaction that changed it, the item locked."""
    last = item.iterations.values_list("number", flat=True).first() or 0
    state = {name: getattr(item, name) for name in STATE}
    made = Iteration.objects.create(item=item, number=last + 1, what=what[:250], by=user, at=timezone.now(), **state)
    made.versions.set(latest_versions(item))
    return made


def find(actor, pk):
    """Return an iteration of an item that the actor reads. Raises NotVisible."""
    rows = Iteration.objects.select_related(*(f"item__{name}" for name in RELATED), "by")
    found = rows.filter(pk=pk, item__platform=actor.platform).first()
    if found is None:
        raise NotVisible
    access.require(actor, "read", found.item)
    return found


@transaction.atomic
def restore_iteration(*, actor, iteration):
    """Let an item say and hold again what it did then, as a new iteration; files that came since stay as they are.

    Asks modify. Raises Unacceptable when it is so already.
    """
    item = lock_row(actor, iteration.item_id)
    decision = access.require(fresh(actor), "modify", item)
    before = {name: getattr(item, name) for name in STATE}
    after = {name: getattr(iteration, name) for name in STATE if getattr(iteration, name) != before[name]}
    for name, value in after.items():
        setattr(item, name, value)
    files = [
        name for version in iteration.versions.select_related("file") if (name := _again(actor, iteration, version))
    ]
    if not (after or files):
        raise Unacceptable(f"It is already as it was in {iteration}.")
    touch(item, *STATE, work=True)
    keep(item, actor.user, f"As in {iteration}")
    verb = "iteration_restored_frozen" if item.maturity == Maturity.FROZEN else "iteration_restored"
    change = {"before": {name: before[name] for name in after}, "after": after | {"iteration": str(iteration)}}
    change["after"] |= {"files": ", ".join(files)} if files else {}
    audit.record(actor, verb, item, space_id=item.space_id, decision=decision, **change)
    news.tell_followers(actor, item, f"as in {iteration} again")
    return item


def _again(actor, iteration, version):
    """Make a version of old the next one of its file, a row that names the same bytes; return the name of the file."""
    latest = version.file.versions.first()
    if latest.sha256 == version.sha256:
        return ""
    facts = {name: getattr(version, name) for name in ("key", "size", "sha256", "media_type", "scan", "damaged_at")}
    made = FileVersion.objects.create(
        file=version.file,
        number=latest.number + 1,
        comment=f"As in {iteration}, version {version.number}",
        created_by=actor.user,
        **facts,
    )
    conversions.request(made)
    return version.file.name


@dataclass(frozen=True, slots=True)
class Side:
    """What stands on one side of a comparison: a revision as it is now, or one of its iterations."""

    item: object
    label: str
    said: dict
    versions: dict


def side_of(item):
    """Return a revision as it is now."""
    return _side(item, item.revision, item, latest_versions(item))


def side_then(iteration):
    """Return a revision as it was in an iteration."""
    return _side(iteration.item, str(iteration), iteration, iteration.versions.select_related("file"))


def _side(item, label, state, versions):
    said = {"Title": state.title, "Description": state.description, **state.properties}
    return Side(item, label, said, {version.file.name: version for version in versions})


def compared(before, after):
    """Return (rows of what both say, rows of their files), each (name, of the earlier, of the later, how it differs).

    How is added, removed, changed or nothing.
    """
    said = [(name, *_pair(before.said, after.said, name)) for name in {**before.said, **after.said}]
    names = sorted(before.versions.keys() | after.versions.keys())
    files = [(name, *_pair(before.versions, after.versions, name, lambda version: version.sha256)) for name in names]
    return [row for row in said if row[1] or row[2]], files


def _pair(before, after, name, of=lambda value: value):
    left, right = before.get(name), after.get(name)
    if not left:
        return left, right, "added" if right else ""
    return left, right, "removed" if not right else "" if of(left) == of(right) else "changed"


def graph(revisions):
    """Return [(revision, its iterations, the latest first)], the latest revision first; two queries."""
    rows = Iteration.objects.filter(item__in=revisions).select_related("by", "item").order_by(F("number").desc())
    found = {}
    for row in rows:
        found.setdefault(row.item_id, []).append(row)
    ordered = sorted(revisions, key=lambda one: (len(one.revision), one.revision), reverse=True)
    return [(one, found.get(one.pk, [])) for one in ordered]
