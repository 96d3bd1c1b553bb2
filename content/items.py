"""Create, change, repair, revise and delete items. Source of the rules: docs/access.md, sections 4, 5 and 7."""

import re
import secrets
from dataclasses import dataclass
from itertools import count

from django.db import transaction
from django.utils import timezone

from content import acts, locks, news, properties
from content.models import Category, File, FileVersion, GroupShare, Item, Maturity, Number, Reference, Share
from content.referrers import require_unreferenced
from content.search import entries
from content.stored import fresh, lock_row, lock_spaces, require_version, touch
from spaces.models import Space
from tenants import access, audit
from tenants import actor as actors
from tenants.errors import AccessDenied, Conflict, Unacceptable
from tenants.models import Organization

TRIES = 20  # at numbers of one length
EDITED = ("title", "description", "properties")
UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")  # control signs, turned reading direction


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody typed of an item. Space, organization and content owner are never typed."""

    title: str
    description: str = ""
    properties: dict | None = None


@transaction.atomic
def create_item(*, actor, kind, draft, private=False):
    """Create an item of type `kind` in the space and for the organization of the current credential.

    Raises AccessDenied when the credential does not reach the type's category, Unacceptable without a title.
    """
    if actor.current:
        lock_spaces([actor.current.space_id])
    actor = fresh(actor)
    decision = acts.create(actor, kind.category)
    if not decision:
        raise AccessDenied(decision)
    held = actor.current
    personal = kind.category == Category.PERSONAL
    state = Maturity.NONE if personal else Maturity.PRIVATE if private else Maturity.IN_WORK
    item = Item.objects.create(
        platform=actor.platform,
        space_id=held.space_id,
        organization=Organization.objects.get(pk=held.organization_id),
        owner=actor.user,
        type=kind,
        category=kind.category,
        number=new_number(actor.platform, kind),
        title=_title(draft),
        description=draft.description,
        properties=properties.settle(kind, draft.properties or {}),
        maturity=state,
    )
    entries.index(item)
    Space.objects.filter(pk=held.space_id).update(active_at=timezone.now())
    after = {"title": item.title, "type": kind.name, "maturity": item.maturity, "organization": str(item.organization)}
    audit.record(actor, "item_created", item, space_id=item.space_id, decision=decision, after=after)
    news.tell_followers(actor, item, "new here")
    return item


def new_number(platform, kind):
    """Return a number that was never given out. Its digits are random: numbers tell nothing about unseen items.

    Where a scheme has few numbers left, digits are added.
    """
    year = f"{timezone.localdate(timezone=platform.zone).year}-" if kind.with_year else ""
    for attempt in count():
        least = 10 ** (kind.digits - 1 + attempt // TRIES)
        text = f"{kind.prefix}-{year}{least + secrets.randbelow(9 * least)}"
        if Item.objects.filter(platform=platform, number=text).exists():
            continue
        if Number.objects.get_or_create(platform=platform, text=text)[1]:
            return text


def _title(draft):
    title = " ".join(UNSEEN.sub("", draft.title).split())
    if not title:
        raise Unacceptable("Give it a title.", field="title")
    return title


@transaction.atomic
def edit_item(*, actor, item, draft, version=None):
    """Store new properties. Raises Conflict when `version` is not the stored one: nothing is overwritten unseen."""
    item = lock_row(actor, item.pk)
    decision = access.require(fresh(actor), "modify", item)
    _require_news(item, draft)
    require_version(item, version)
    frozen = item.maturity == Maturity.FROZEN
    return _store(actor, item, draft, ("item_changed_frozen" if frozen else "item_changed", decision, ""))


@transaction.atomic
def repair_item(*, actor, item, draft, reason, version=None):
    """Change properties as Owner, in any maturity, for a reason that the record keeps."""
    item = lock_row(actor, item.pk)
    decision = access.require(fresh(actor), "repair", item)
    _require_news(item, draft)
    require_version(item, version)
    item = _store(actor, item, draft, ("item_repaired", decision, needed_reason(reason)))
    news.tell_repair(actor, item, needed_reason(reason))
    return item


def needed_reason(reason):
    """Return the reason, or raise Unacceptable when there is none."""
    if not reason.strip():
        raise Unacceptable("Say why: the record keeps the reason.", field="reason")
    return reason.strip()


def _require_news(item, draft):
    """Refuse what is stored already, such as a form sent twice."""
    same = (_title(draft), draft.description) == (item.title, item.description)
    if same and draft.properties in (None, item.properties):
        raise Unacceptable("Nothing was changed: exactly this is stored.")


def _store(actor, item, draft, told):
    verb, decision, reason = told
    before = {name: getattr(item, name) for name in EDITED}
    item.title, item.description = _title(draft), draft.description
    if draft.properties is not None:
        item.properties = properties.settle(item.type, draft.properties, item.properties)
    after = {name: getattr(item, name) for name in EDITED if getattr(item, name) != before[name]}
    touch(item, *EDITED, work=True)
    before = {name: before[name] for name in after}
    audit.record(
        actor, verb, item, space_id=item.space_id, decision=decision, before=before, after=after, reason=reason
    )
    news.tell_followers(actor, item, "its properties changed")
    return item


@transaction.atomic
def revise_item(*, actor, item):
    """Make the next revision, In Work, from the latest one; shares, files and relations come along, locks do not."""
    item = lock_row(actor, item.pk)
    actor = fresh(actor)
    decision = access.require(actor, "revise", item)
    if item.later.exists():
        raise Conflict("A later revision exists.")
    new = Item.objects.create(
        platform=item.platform,
        space=item.space,
        organization=item.organization,
        owner=actor.user,
        type=item.type,
        category=item.category,
        number=item.number,
        revision=_new_letter(item),
        previous=item,
        title=item.title,
        description=item.description,
        properties=item.properties,
        platform_wide=item.platform_wide,
    )
    item.superseded = True
    touch(item, "superseded")
    _carry(item, new)
    entries.index(new)
    audit.record(
        actor,
        "item_revised",
        new,
        space_id=new.space_id,
        decision=decision,
        before={"revision": item.revision, "maturity": item.maturity},
        after={"revision": new.revision, "maturity": new.maturity},
    )
    news.tell_followers(actor, new, "a new revision")
    return new


def _new_letter(item):
    """Return the revision after the latest that was ever made under the number: none comes twice."""
    defaults = {"latest": item.revision}
    number, _ = Number.objects.select_for_update().get_or_create(
        platform=item.platform, text=item.number, defaults=defaults
    )
    number.latest = next_letter(max(number.latest, item.revision, key=lambda letters: (len(letters), letters)))
    number.save(update_fields=["latest"])
    return number.latest


def next_letter(revision):
    """Return the revision after this one: A, B ... Z, AA, AB ..."""
    head, last = revision[:-1], revision[-1]
    if last != "Z":
        return head + chr(ord(last) + 1)
    return (next_letter(head) if head else "A") + "A"


def _carry(item, new):
    for file in item.files.all():
        latest = file.versions.first()
        if latest is None:
            continue
        copied = File.objects.create(item=new, name=file.name)
        FileVersion.objects.create(
            file=copied,
            number=1,
            key=latest.key,
            size=latest.size,
            sha256=latest.sha256,
            media_type=latest.media_type,
            scan=latest.scan,
            damaged_at=latest.damaged_at,
            comment=f"As revision {item.revision}, version {latest.number}",
            created_by=latest.created_by,
        )
    facts = ("target_id", "kind", "quantity", "position", "created_by_id")
    Reference.objects.bulk_create(Reference(source=new, **row) for row in item.references.values(*facts))
    for model, recipient in ((Share, "user_id"), (GroupShare, "group_id")):
        model.objects.bulk_create(
            model(
                **{recipient: getattr(share, recipient)},
                permission=share.permission,
                content_object=new,
                ends_at=share.ends_at,
                given_by=share.given_by,
            )
            for share in model.objects.live().filter(content_object=item).select_related("permission", "given_by")
        )


@transaction.atomic
def delete_item(*, actor, item, reason=""):
    """Delete an item for good. Raises Conflict while a reference leads to it.

    A personal item of somebody who holds no credential in the space any more is deleted by an Owner with a reason.
    """
    item = lock_row(actor, item.pk)
    actor = fresh(actor)
    left_behind = is_left_behind(actor, item)
    decision = access.require(actor, "clear" if left_behind else "delete", item)
    if left_behind:
        reason = needed_reason(reason)
        _require_left(item)
    require_unreferenced(actor, item)
    before = {"title": item.title, "maturity": item.maturity, "revision": item.revision}
    subject = item.owner if item.owner_id != actor.user.pk else None
    audit.record(
        actor,
        "item_deleted",
        item,
        space_id=item.space_id,
        decision=decision,
        before=before,
        reason=reason,
        subject=subject,
    )
    previous = item.previous
    Reference.objects.filter(source=item).delete()
    item.delete()
    if previous is not None and not previous.later.exists():
        previous.superseded = False
        touch(previous, "superseded")


def is_left_behind(actor, item):
    """Tell whether an item is somebody else's personal one: only when they left it is it deleted, for a reason."""
    return item.category == Category.PERSONAL and item.owner_id != actor.user.pk


def _require_left(item):
    holder = actors.of(item.owner, item.platform)
    if holder is not None and any(held.space_id == item.space_id for held in holder.held):
        raise Conflict("Its content owner still holds a credential in the space.", "They can delete it themselves.")


def settle_space(actor, space_id, user):
    """End the locks that `user` can no longer use in a space; called when credentials there ended."""
    space = Space.objects.select_related("platform").get(pk=space_id)
    locks.settle(locks.locked_in(space.platform, user, space_id))
