"""What this floor adds to the pages, the record and the hooks of the floors below."""

from datetime import timedelta
from functools import reduce
from operator import or_

from django.db.models import CharField, Q
from django.db.models.functions import Cast
from django.urls import reverse

from content import (
    acts,
    changes,
    conversions,
    counts,
    files,
    issues,
    items,
    reading,
    results,
    resumable,
    scanning,
    soundness,
    trash,
    watching,
)
from content.bcf import importing as bcf
from content.models import Category, Comment, Item, ListSetting, Maturity, Opened, SavedSearch
from content.names import Names
from content.reviewing import acts as reviewing
from content.search import entries
from spaces import hooks
from spaces.models import Space
from spaces.rules import people_known
from tenants import access, activity, audit, clock, events, forgetting, panels, web
from tenants.models import Organization, User

VERBS = {
    "item_created": "created",
    "item_duplicated": "made from another item:",
    "item_changed": "changed",
    "item_changed_frozen": "changed while Frozen",
    "item_repaired": "repaired",
    "item_revised": "made a new revision:",
    "item_deleted": "deleted",
    "item_moved": "moved",
    "owner_changed": "changed the content owner of",
    "item_restored": "restored from the trash",
    "item_purged": "deleted for good",
    "item_locked": "locked",
    "item_unlocked": "unlocked",
    "lock_broken": "broke the lock on",
    "maturity_changed": "changed the maturity of",
    "maturity_excepted": "changed by exception the maturity of",
    "iteration_restored": "brought back an iteration of",
    "iteration_restored_frozen": "brought back, while it was Frozen, an iteration of",
    "file_stored": "stored a file version in",
    "file_damaged": "found damaged bytes in a file of",
    "file_mended": "found whole again a file of",
    "file_quarantined": "closed for malware a file of",
    "file_checked_out": "checked out a file of",
    "file_checked_in": "checked in a file version of",
    "file_stored_frozen": "stored, while it was Frozen, a file version in",
    "files_repaired": "repaired a file of",
    "share_given": "shared",
    "guest_shared": "invited somebody by sharing",
    "share_changed": "changed a share of",
    "share_ended": "ended a share of",
    "file_viewed": "looked at a file of",
    "file_downloaded": "took away a file of",
    "comment_made": "said something:",
    "markup_made": "marked up a file:",
    "markup_carried": "carried over a markup:",
    "comment_edited": "edited",
    "comment_deleted": "took back",
    "comment_resolved": "closed the thread of",
    "comment_reopened": "opened again the thread of",
    "comment_reacted": "reacted to",
    "attachment_taken": "took away what came with",
    "private_items_listed": "asked for other people's Private and personal items in",
    "private_item_opened": "opened somebody's Private or personal item",
}
KINDS = {
    "item_created": "items made",
    "item_changed": "changes",
    "item_revised": "revisions",
    "maturity_changed": "changes of maturity",
    "file_stored": "file versions",
    "file_checked_in": "file versions",
    "comment_made": "comments",
    "markup_made": "markups",
    "file_viewed": "looks at files",
    "file_downloaded": "files taken away",
    "attachment_taken": "files taken away",
}
LABELS = {
    "maturity": "Maturity",
    "related": "Item",
    "in_space": "Space",
    "of_organization": "Organization",
    "owned_by": "Content owner",
    "position": "Find number",
    "issue_type": "Type",
    "issue_state": "State",
    "sha256": "SHA-256",
    "size": "Size in bytes",
}
RECENT = 8
GONE = "an item that is gone"


def links(request):
    """Lead to everything one reads, to what one keeps, and to what was shared."""
    pages = (("item_list", "All I can read", "item"), ("my_content", "My content", "star"))
    pages += (("shared_with_me", "Shares", "share"), ("issue_list", "Issues", "warning"))
    pages += (("change_list", "Changes", "swap"),)
    slug = request.platform.slug
    found = [
        {"url": reverse(f"content:{name}", args=[slug]), "label": label, "icon": icon} for name, label, icon in pages
    ]
    return [{"title": "", "links": found}]


def recent(request, **objects):
    """Show what changed lately among what one reads, and one's own locks."""
    found = reading.listed(request.actor)
    items = conversions.picture(reading.ordered(found, "-changed")[:RECENT])
    context = {
        "items": items,
        "followed": results.followed(items),
        "locked": found.filter(locked_by=request.actor.user)[:RECENT],
    }
    return {"template": "content/home_panel.html", "context": context, "position": 30}


def hidden(actor):
    """Keep entries about other people's Private and personal items out of lists of the record."""
    closed = Q(maturity=Maturity.PRIVATE) | Q(category=Category.PERSONAL)
    rows = Item.everything.filter(closed, platform=actor.platform).exclude(owner=actor.user).order_by()
    said = Comment.objects.filter(item__in=rows).order_by()
    told = {"content.item": rows, "content.comment": said, "content.review": rows}
    return reduce(or_, (Q(object_type=kind, object_id__in=_keys(found)) for kind, found in told.items()))


def _keys(rows):
    return rows.annotate(key=Cast("pk", CharField())).values("key")


def knows(actor, space_id):
    """Tell whether the actor reads an item of the space, from outside or by a share."""
    there = Item.objects.filter(space__in=Space.objects.filter(pk=space_id))  # an id that no space can have is none
    return access.narrow(there, actor, "read").exists()


def known_items(actor, ids):
    """Return {id: words} of the items that the actor has in lists; Administrators are told which are gone."""
    words = {item.pk: str(item) for item in reading.listed(actor).filter(pk__in=ids)}
    if actor.is_administrator and (missing := ids - words.keys()):
        words |= dict.fromkeys(missing - set(Item.objects.filter(pk__in=missing).values_list("pk", flat=True)), GONE)
    return words


def known_spaces(actor, ids):
    """Return {id: words} for spaces between which items moved: the title for who sees the space."""
    rows = Space.objects.filter(platform=actor.platform, pk__in=ids)
    titles = dict(access.narrow(rows, actor, "see").values_list("pk", "title"))
    return {pk: titles.get(pk, "a space that you do not see") for pk in ids}


def known_organizations(actor, ids):
    """Return {id: words} for organizations to which items belonged: the name for who may know its people."""
    known = people_known(actor)
    rows = Organization.objects.filter(platform=actor.platform, pk__in=ids if known is None else known & ids)
    names = dict(rows.values_list("pk", "name"))
    return {pk: names.get(pk, "another organization") for pk in ids}


def known_people(actor, ids):
    """Return {id: words} for people who were content owners, as far as the actor may know them."""
    names = Names(actor)
    names.load(ids)
    return {user.pk: names.say(user) for user in User.objects.filter(pk__in=ids)}


def item_url(slug, pk):
    """Return where an item stands."""
    return reverse("content:item_detail", args=[slug, pk])


def forget_person(person):
    """Forget what somebody kept by themselves: what they opened, their searches, how they like their lists."""
    Opened.objects.filter(user=person).delete()
    watching.forget_person(person)
    for model in (SavedSearch, ListSetting):
        model.objects.filter(member__user=person).delete()


def register():
    """Hand everything down."""
    acts.register()
    reviewing.register()
    issues.register()
    bcf.register()
    changes.register()
    audit.verbs(VERBS)
    activity.contribute_kinds(KINDS)
    clock.contribute("empty the trash", timedelta(hours=1), trash.purge_old)
    clock.contribute("sweep stored files", timedelta(days=1), files.sweep)
    clock.contribute("compare stored files with their hashes", timedelta(hours=1), soundness.check_some)
    clock.contribute("ask for outstanding scans", timedelta(minutes=5), scanning.again)
    clock.contribute("sweep unfinished uploads", timedelta(hours=1), resumable.sweep)
    clock.contribute("sweep what conversions made", timedelta(days=1), conversions.sweep)
    clock.contribute("take up lost conversions", timedelta(minutes=2), conversions.again)
    clock.contribute("put counts together", timedelta(minutes=5), counts.fold)
    clock.contribute("index what search does not know", timedelta(minutes=10), entries.catch_up)
    events.contribute_labels(LABELS)
    forgetting.contribute(forget_person)
    events.contribute_link("content.item", item_url)
    events.contribute_link("content.review", item_url)
    events.contribute_hidden(hidden)
    events.contribute_things("related", known_items)
    events.contribute_things("in_space", known_spaces)
    events.contribute_things("of_organization", known_organizations)
    events.contribute_things("owned_by", known_people)
    hooks.on_access_lost(items.settle_space)
    hooks.contribute_knowing(knows)
    panels.contribute("home", recent)
    web.contribute_navigation(links)
