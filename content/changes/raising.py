"""Raises changes and says what they are about: words, affected items, what is to happen to each, new revisions."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from content.changes import authority, news
from content.changes.table import DECIDER, HOLDING, IN_WORK, OPEN, WORKER
from content.items import new_number, revise_item
from content.models import Category, Change, ChangeLine, ChangeState, Deed, Item, Maturity
from content.stored import fresh, lock_row
from content.typed import one_line
from tenants import access, audit
from tenants.errors import AccessDenied, Changed, Conflict, NotVisible, Unacceptable

MOST = 200  # items in a change


@dataclass(frozen=True, slots=True)
class Scheme:
    """How changes are numbered: random digits, as of items, tell nothing of changes that one does not see."""

    prefix: str = "CHG"
    digits: int = 6
    with_year: bool = False


@transaction.atomic
def raise_change(*, actor, item, title, reason="", deed=Deed.REVISE):
    """Raise a change of an item and return it: a draft, which is the request. Raises AccessDenied, Unacceptable."""
    item = lock_row(actor, item.pk)
    actor = fresh(actor)
    decision = access.require(actor, "raise_change", item)
    _require_fit(item)
    change = Change.objects.create(
        platform=actor.platform,
        number=new_number(actor.platform, Scheme()),
        title=_named(title),
        reason=reason,
        raised_by=actor.user,
        created_at=timezone.now(),
        changed_at=timezone.now(),
    )
    ChangeLine.objects.create(change=change, item=item, deed=_deed(deed))
    audit.record(actor, "change_raised", change, decision=decision, after={"deed": deed, "related": item.pk})
    news.tell(actor, authority.locked(actor, change.pk)[1])
    return change


def _require_fit(item):
    if item.category == Category.PERSONAL or item.maturity == Maturity.PRIVATE:
        raise Conflict("Private and personal items are in no change.", "Its content owner can make it In Work first.")


def _named(title):
    if not (title := one_line(title)):
        raise Unacceptable("Give it a title.", field="title")
    return title


def _deed(deed):
    if deed not in Deed.values:
        raise Unacceptable("Choose what is to happen to it.", field="deed")
    return deed


@transaction.atomic
def edit_change(*, actor, change, title, reason, version=None):
    """Store other words. Raises Changed for a stale form, Conflict once it is in approval or over."""
    actor, opened, decision = working(actor, change)
    found = opened.change
    if version is not None and version != found.version:
        raise Changed("Somebody changed it while you were typing.", "What you typed is still below.")
    if (_named(title), reason) == (found.title, found.reason):
        raise Unacceptable("Nothing was changed: exactly this is stored.")
    before = {"title": found.title, "reason": found.reason}
    found.title, found.reason = _named(title), reason
    store(found, "title", "reason")
    after = {"title": found.title, "reason": found.reason}
    audit.record(actor, "change_edited", found, decision=decision, before=before, after=after)
    return found


@transaction.atomic
def add_item(*, actor, change, item, deed):
    """Put another item into a change. Raises AccessDenied for who may not raise a change of all of them."""
    actor, opened = authority.locked(actor, change.pk, item.pk)
    added = opened.items[item.pk]
    access.require(actor, "read", added)
    decision = _require_working(actor, opened)
    if opened.change.state in HOLDING:  # it comes under the change at once, which its own deciders say
        decision = authority.require(actor, opened, DECIDER)
    _require_fit(added)
    if any(line.item_id == item.pk for line in opened.lines):
        raise Conflict("It is in the change already.")
    if len(opened.lines) >= MOST:
        raise Conflict(f"A change holds at most {MOST} items.", "Raise another.")
    found = opened.change
    ChangeLine.objects.create(change=found, item=added, deed=_deed(deed))
    if found.state in HOLDING:
        hold(found, [added])
    store(found)
    audit.record(actor, "change_widened", found, decision=decision, after={"deed": deed, "related": added.pk})
    return found


@transaction.atomic
def set_deed(*, actor, change, line, deed):
    """Let something else happen to an affected item."""
    actor, opened, decision = working(actor, change)
    stored = _line(opened, line)
    if stored.realized_id or stored.deed == _deed(deed):
        raise Conflict("Its new revision was made, or that is what is to happen already.", "Look at the page again.")
    told = {"before": {"deed": stored.deed}, "after": {"deed": deed, "related": stored.item_id}}
    stored.deed = deed
    stored.save(update_fields=["deed"])
    store(opened.change)
    audit.record(actor, "change_set", opened.change, decision=decision, **told)


@transaction.atomic
def remove_item(*, actor, change, line):
    """Take an item, also one in the trash, out of a change; a new revision of it stays. The last one stays in."""
    actor, opened, decision = working(actor, change)
    stored = _line(opened, line, thrown=True)
    if len(opened.lines) == 1:
        raise Conflict("A change is about something: its last item stays in.", "Withdraw or cancel the change.")
    let_go(opened.change, [stored.item_id, stored.realized_id])
    stored.delete()
    store(opened.change)
    before = {"deed": stored.deed, "related": stored.item_id}
    audit.record(actor, "change_narrowed", opened.change, decision=decision, before=before)


@transaction.atomic
def make_revision(*, actor, change, line):
    """Make the new revision of an affected item under the change, by the right to revise it; return it."""
    actor, opened, decision = working(actor, change)
    stored = _line(opened, line)
    if opened.change.state != IN_WORK or stored.deed != Deed.REVISE or stored.realized_id:
        raise Conflict("New revisions are made while a change is in work, once for each item that it revises.")
    new = revise_item(actor=actor, item=opened.items[stored.item_id])
    stored.realized = new
    stored.save(update_fields=["realized"])
    hold(opened.change, [new])
    store(opened.change)
    audit.record(actor, "change_realized", opened.change, decision=decision, after={"related": new.pk})
    return new


def working(actor, change):
    """Return (the actor of now, the change Opened and locked, the Decision by which they work on it)."""
    actor, opened = authority.locked(actor, change.pk)
    return actor, opened, _require_working(actor, opened)


def _require_working(actor, opened):
    decision = authority.require(actor, opened, WORKER)
    if opened.change.state not in OPEN:
        words = ChangeState(opened.change.state).label
        raise Conflict(f"It is {words} now: what it is about stays.", "Take it back to work first.")
    if not all(line.shown for line in opened.lines if line.item_id in opened.items):
        raise AccessDenied(authority.decides(actor, opened))
    return decision


def _line(opened, pk, *, thrown=False):
    """Return a line whose item the actor reads, or, with `thrown`, whose item is in the trash. Raises NotVisible."""
    rows = [line for line in opened.lines if line.shown or (thrown and line.item_id not in opened.items)]
    found = next((line for line in rows if line.pk == pk), None)
    if found is None:
        raise NotVisible
    return found


def hold(change, items):
    """Put items under a change. Raises Conflict for one that is under another: one change at a time carries it on."""
    for item in items:
        if item.change_id not in (None, change.pk):
            raise Conflict(f"{item} is under another change now.", "That change has to end first.")
    Item.objects.filter(pk__in=[item.pk for item in items]).update(change=change)


def let_go(change, ids):
    """Let items be changed by hand again."""
    Item.everything.filter(pk__in=[pk for pk in ids if pk], change=change).update(change=None)


def store(change, *fields):
    """Store fields of a change; its version and time of change rise."""
    change.version += 1
    change.changed_at = timezone.now()
    change.save(update_fields=[*fields, "version", "changed_at"])
