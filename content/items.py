"""Create, change, repair, revise and delete items. Source of the rules: docs/access.md, sections 4, 5 and 7."""

import secrets
from dataclasses import dataclass
from itertools import count

from django.db import transaction
from django.utils import timezone

from content import acts, iterations, locks, news, properties, tag_words, watchers
from content.catalogue import ISSUE
from content.models import (
    Category,
    File,
    FileVersion,
    GroupShare,
    Issue,
    Item,
    Maturity,
    Number,
    Reference,
    ReferenceKind,
    Share,
)
from content.reading import record_opening
from content.referrers import require_unreferenced
from content.rules import may_own
from content.search import entries
from content.stored import fresh, link_revisions, lock_revisions, lock_row, lock_spaces, require_version, touch
from content.typed import one_line
from spaces.models import Space
from tenants import access, audit
from tenants import actor as actors
from tenants.errors import AccessDenied, Conflict, Unacceptable
from tenants.models import Organization

TRIES = 20  # at numbers of one length
EDITED = ("title", "description", "properties")


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody typed of an item; None stays. Space, organization and content owner are never typed."""

    title: str
    description: str = ""
    properties: dict | None = None
    tags: str | None = None


@transaction.atomic
def create_item(*, actor, kind, draft, private=False):
    """Create an item of type `kind` in the space and for the organization of the current credential.

    Raises AccessDenied when the credential does not reach the type's category, Unacceptable without a title.
    """
    if actor.current:
        lock_spaces([actor.current.space_id])
    actor = fresh(actor)
    decision = require_create(actor, kind)
    item = make_item(actor, kind, draft, properties.settle(kind, draft.properties or {}), private=private)
    if draft.tags:
        tag_words.put(item, draft.tags)
    record_made(actor, item, "item_created", decision)
    return item


@transaction.atomic
def duplicate_item(*, actor, item, draft, with_files=False, private=False):
    """Make an item of one that the actor reads, by the current credential like any other: a number of its own, In Work.

    Properties and tags come along, files when asked: their bytes stay where they are, named once more. Nothing of
    where it came from is kept on it, for its readers may not know of that. Raises what `create_item` raises.
    """
    here = [actor.current.space_id] if actor.current else []
    item = lock_row(actor, item.pk, *here)
    actor = fresh(actor)
    access.require(actor, "read", item)
    record_opening(actor, item)
    decision = require_create(actor, item.type)
    new = make_item(actor, item.type, draft, item.properties, private=private)
    new.tags.set(item.tags.all())
    if with_files:
        _carry_files(item, new, by=actor.user)
    record_made(actor, new, "item_duplicated", decision)
    return new


def require_create(actor, kind):
    """Return the Decision by which the actor creates an item of this type now. Raises AccessDenied."""
    decision = acts.create(actor, kind.category)
    if not decision:
        raise AccessDenied(decision)
    return decision


def make_item(actor, kind, draft, values, *, private=False):
    """Store a new item of the current credential. Whoever calls has asked, and records it with `record_made`."""
    held, now = actor.current, timezone.now()
    personal = kind.category == Category.PERSONAL
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
        properties=values,
        maturity=Maturity.NONE if personal else Maturity.PRIVATE if private else Maturity.IN_WORK,
        created_at=now,
        modified_at=now,
    )
    Space.objects.filter(pk=held.space_id).update(active_at=now)
    _begin_issue(item)
    return item


def _begin_issue(item):
    if item.type.code == ISSUE:
        Issue.objects.create(item=item)


def record_made(actor, item, verb, decision, **more):
    """Keep the first iteration, let it be found, write the record and tell who follows the space."""
    iterations.keep(item, actor.user, "Made")
    entries.index(item)
    after = {"title": item.title, "type": item.type.name, "maturity": item.maturity}
    after |= {"organization": str(item.organization)} | more
    if files := item.files.count():
        after["files"] = files
    if words := tag_words.words_on(item):
        after["tags"] = words
    audit.record(actor, verb, item, space_id=item.space_id, decision=decision, after=after)
    news.tell_followers(actor, item, "new here")


def new_number(platform, kind):
    """Return a number that was never given out. Its digits are random: numbers tell nothing about unseen items.

    Where a scheme has few numbers left, digits are added.
    """
    year = f"{timezone.localdate(timezone=platform.zone).year}-" if kind.with_year else ""
    for attempt in count():
        least = 10 ** (kind.digits - 1 + attempt // TRIES)
        text = f"{kind.prefix}-{year}{least + secrets.randbelow(9 * least)}"
        if Item.everything.filter(platform=platform, number=text).exists():
            continue
        if Number.objects.get_or_create(platform=platform, text=text)[1]:
            return text


def _title(draft):
    title = one_line(draft.title)
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
    tagged = draft.tags is not None and tag_words.differ(item, draft.tags)
    if same and draft.properties in (None, item.properties) and not tagged:
        raise Unacceptable("Nothing was changed: exactly this is stored.")


def _store(actor, item, draft, told):
    verb, decision, reason = told
    before = {name: getattr(item, name) for name in EDITED} | {"tags": tag_words.words_on(item)}
    item.title, item.description = _title(draft), draft.description
    if draft.properties is not None:
        item.properties = properties.settle(item.type, draft.properties, item.properties)
    after = {name: getattr(item, name) for name in EDITED if getattr(item, name) != before[name]}
    if after:
        iterations.keep(item, actor.user, _named(before, item, "Repaired" if reason else "Changed"))
    if draft.tags is not None and tag_words.differ(item, draft.tags):
        after["tags"] = tag_words.put(item, draft.tags)
    touch(item, *EDITED, work=True)
    before = {name: before[name] for name in after}
    audit.record(
        actor, verb, item, space_id=item.space_id, decision=decision, before=before, after=after, reason=reason
    )
    news.tell_followers(actor, item, "its properties changed")
    return item


def _named(before, item, act):
    """Name what an act changed, each property by its name."""
    fields = [name for name in ("title", "description") if before[name] != getattr(item, name)]
    was, now = before["properties"], item.properties
    return f"{act}: {', '.join([*fields, *(name for name in {**was, **now} if was.get(name) != now.get(name))])}"


@transaction.atomic
def revise_item(*, actor, item):
    """Make the next revision, In Work, from the latest one; shares, files and relations come along, locks do not."""
    item = lock_row(actor, item.pk)
    actor = fresh(actor)
    decision = access.require(actor, "revise", item)
    if item.later.exists():
        raise Conflict("A later revision exists.")
    new = _next(item, actor.user)
    item.superseded = True
    touch(item, "superseded")
    _carry_files(item, new)
    _carry_shares(item, new)
    _carry_references(item, new)
    watchers.carry(item, new)
    new.tags.set(item.tags.all())
    iterations.keep(new, actor.user, "Made as a new revision")
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
    news.tell_followers(actor, new, "a new revision", was=item)
    return new


def _next(item, owner):
    now = timezone.now()
    new = Item.objects.create(
        created_at=now,
        modified_at=now,
        platform=item.platform,
        space=item.space,
        organization=item.organization,
        owner=owner,
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
    _begin_issue(new)
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


def _carry_files(item, new, by=None):
    """Give `new` the latest versions of the files of `item`: rows of its own that name the same bytes.

    In a revision they stay whose they were and say so; in a duplicate they are `by` who made it.
    """
    for file in item.files.prefetch_related("versions"):
        latest = next(iter(file.versions.all()), None)
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
            comment="" if by else f"As revision {item.revision}, version {latest.number}",
            created_by=by or latest.created_by,
        )


def _carry_references(item, new):
    facts = ("target_id", "kind", "quantity", "position", "created_by_id")
    rows = item.references.exclude(kind=ReferenceKind.REVIEWS)  # what a review judged stays its own
    Reference.objects.bulk_create(Reference(source=new, **row) for row in rows.values(*facts))


def _carry_shares(item, new):
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
    """Move an item to the trash of its space. Raises Conflict while a reference leads to it.

    A personal item of somebody who holds no credential in the space any more is deleted by an Owner with a reason.
    """
    item, revisions = lock_revisions(actor, item.pk)
    actor = fresh(actor)
    left_behind = is_left_behind(actor, item)
    decision = access.require(actor, "clear" if left_behind else "delete", item)
    if left_behind:
        reason = needed_reason(reason)
        _require_left(item)
    require_unreferenced(actor, item)
    item.trashed_at, item.trashed_by = timezone.now(), actor.user
    item.locked_by = item.locked_at = None
    touch(item, "trashed_at", "trashed_by", "locked_by", "locked_at")
    link_revisions(revisions)
    before = {"title": item.title, "maturity": item.maturity, "revision": item.revision}
    subject = item.owner if item.owner_id != actor.user.pk else None
    about = {"space_id": item.space_id, "decision": decision, "reason": reason, "subject": subject}
    audit.record(actor, "item_deleted", item, before=before, **about)


def is_left_behind(actor, item):
    """Tell whether an item is somebody else's personal one: only when they left it is it deleted, for a reason."""
    return item.category == Category.PERSONAL and item.owner_id != actor.user.pk


def is_kept(item):
    """Tell whether the content owner of a personal item still holds the credential by which it is theirs."""
    holder = actors.of(item.owner, item.platform)
    return holder is not None and may_own(holder, item.space_id, item.organization_id)


def _require_left(item):
    if is_kept(item):
        raise Conflict("Its content owner still holds a credential in the space.", "They can delete it themselves.")


def settle_space(actor, space_id, user):
    """End the locks that `user` can no longer use in a space; called when credentials there ended."""
    space = Space.objects.select_related("platform").get(pk=space_id)
    locks.settle(locks.locked_in(space.platform, user, space_id))
