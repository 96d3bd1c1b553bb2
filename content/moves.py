"""Move items to another space, organization or content owner. Source of the rules: docs/access.md, section 5."""

from copy import copy
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse

from content import locks, news
from content.acts import WHO_CREATES, could_create
from content.models import Category
from content.referrers import require_public_stays
from content.rules import may_own
from content.stored import fresh, lock_row, touch
from spaces import holders
from spaces.models import Space
from tenants import access, audit, notifications
from tenants import actor as actors
from tenants.access import Decision
from tenants.errors import AccessDenied, NotVisible, Unacceptable
from tenants.models import Member, Organization, Status, User


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item shall be: in which space, of which organization, with whom as content owner."""

    space: Space
    organization: Organization
    owner: User

    def moves(self, item):
        """Tell whether the item would change its space or organization."""
        return (self.space.pk, self.organization.pk) != (item.space_id, item.organization_id)

    def hands_over(self, item):
        """Tell whether the item would change its content owner."""
        return self.owner.pk != item.owner_id


def place_of(item, **changed):
    """Return where an item is, or would be with what is `changed`."""
    return Place(**{"space": item.space, "organization": item.organization, "owner": item.owner} | changed)


def placed(item, place):
    """Return the item as it would be there, not stored."""
    found = copy(item)
    found.space, found.organization, found.owner = place.space, place.organization, place.owner
    return found


def may_place(actor, item, place):
    """Answer whether `actor` may move the item there and hand it over, by their rights of now."""
    act = "move" if place.moves(item) or not place.hands_over(item) else "change_owner"
    decision = access.can(actor, act, item)
    if decision and act == "move" and place.hands_over(item):
        decision = access.can(actor, "change_owner", item)
    if not decision or not place.moves(item) or actor.is_administrator:
        return decision
    if any(_leads_to(held, item, place) for held in actor.held):
        return decision
    more = "" if item.category == Category.ADMINISTRATIVE else " or above"
    sentence = (
        f"Moving {Category(item.category).label} there takes a credential as {WHO_CREATES[item.category]}{more} "
        f"in {place.space} for {place.organization}: one by which you could create it."
    )
    return Decision(False, sentence, "5.M", f"Ask an Owner of {place.space}.")


def _leads_to(held, item, place):
    """Tell whether a credential could create the item, and is of what changes: the space, the organization."""
    return (
        could_create(held, item.category)
        and place.space.pk in (item.space_id, held.space_id)
        and place.organization.pk in (item.organization_id, held.organization_id)
    )


def fault(item, place, find=None):
    """Return (sentence, field) when nobody could move the item there, else None.

    `find(user)` returns the Actor of a content owner; without it they are loaded.
    """
    if not place.moves(item) and not place.hands_over(item):
        return "It is there already: choose another space, organization or content owner.", "space"
    if place.organization.is_archived and place.organization.pk != item.organization_id:
        return f"{place.organization} is archived.", "organization"
    owner = find(place.owner) if find else actors.of(place.owner, item.platform)
    if owner is None or not may_own(owner, place.space.pk, place.organization.pk):
        whom = "The new content owner" if place.hands_over(item) else "Its content owner"
        return f"{whom} holds no credential in {place.space} by which they would read it.", "owner"
    return None


def owners_for(item, space, organization):
    """Return the Members who could be content owner of the item there, in a fixed number of queries."""
    rows = Member.objects.filter(platform=item.platform_id, status=Status.ACTIVE, user__is_active=True)
    rows = rows.select_related("platform", "company", "unit", "user").filter(holders.inside([space.pk]))
    return [found.member for found in actors.build(list(rows)) if may_own(found, space.pk, organization.pk)]


def offered(actor, item=None):
    """Return (the spaces, the organizations) to which the actor could move an item, its own included, or any at all."""
    own = [item] if item else []
    spaces = Space.objects.filter(platform=actor.platform)
    organizations = Organization.objects.filter(platform=actor.platform)
    organizations = organizations.offered(besides=[one.organization for one in own])
    if not actor.is_administrator:
        held = [held for held in actor.held if (could_create(held, item.category) if item else held.works)]
        spaces = spaces.filter(pk__in={one.space_id for one in (*own, *held)})
        organizations = organizations.filter(pk__in={one.organization_id for one in (*own, *held)})
    return spaces.order_by("title", "pk"), organizations.order_by("name", "pk")


@transaction.atomic
def move_item(*, actor, item, place):
    """Move an item, hand it over, or both; shares and references stay, a lock only while its holder may still modify.

    Raises NotVisible for what the actor does not see, AccessDenied, Unacceptable for a place where nobody could have
    it, and Conflict while another space refers to Public content that would close.
    """
    actor, item, place = _lock(actor, item, place)
    decision = may_place(actor, item, place)
    if not decision:
        raise AccessDenied(decision)
    if found := fault(item, place):
        raise Unacceptable(found[0], field=found[1], remedy="Name one who does." if found[1] == "owner" else "")
    require_public_stays(actor, item, visibility=place.space.visibility, maturity=item.maturity)
    before, left, moves = place_of(item), item.space_id, place.moves(item)
    item.space, item.organization, item.owner = place.space, place.organization, place.owner
    touch(item, "space", "organization", "owner", work=True)
    locks.settle([item])
    verb, subject = ("item_moved" if moves else "owner_changed"), place.owner if place.owner != before.owner else None
    told = {"before": facts(before, place), "after": facts(place, before), "decision": decision, "subject": subject}
    audit.record(actor, verb, item, space_id=left, **told)
    _tell(actor, item, before)
    return item


def _lock(actor, item, place):
    """Lock both spaces, then the item; return all as stored, the actor by the rows of now."""
    item = lock_row(actor, item.pk, place.space.pk)
    here, actor = item.space_id, fresh(actor)
    access.require(actor, "read", item)
    space = Space.objects.select_related("platform").filter(platform=actor.platform, pk=place.space.pk).first()
    organization = Organization.objects.filter(platform=actor.platform, pk=place.organization.pk).first()
    if organization is None or space is None or not (space.pk == here or access.can(actor, "see", space)):
        raise NotVisible
    return actor, item, Place(space, organization, place.owner)


def facts(place, other):
    """Return what the record keeps of a place where it differs from another: ids, worded for each reader."""
    pairs = (("in_space", "space"), ("of_organization", "organization"), ("owned_by", "owner"))
    return {key: getattr(place, name).pk for key, name in pairs if getattr(place, name).pk != getattr(other, name).pk}


def _tell(actor, item, before):
    """Tell whom it concerns: who was and who is content owner, and who follows the space that it came to."""
    if before.space.pk != item.space_id:
        news.tell_followers(actor, item, "moved here")
    texts = {before.owner: f"{item} was moved." if before.owner == item.owner else f"{item} has a new content owner."}
    if before.owner != item.owner:
        texts[item.owner] = f"You are the content owner of {item} now."
    for user, text in texts.items():
        if user != actor.user:
            notifications.notify(
                user=user,
                platform=item.platform,
                kind="ownership",
                subject=f"ownership:{item.pk}",
                text=text,
                path=reverse("content:item_detail", args=[item.platform.slug, item.pk]),
                space_id=item.space_id,
            )
