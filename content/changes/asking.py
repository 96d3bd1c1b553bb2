"""Says whom a change asks for signatures, and keeps the templates of that: routes, which Administrators look after."""

from dataclasses import dataclass

from django.db import transaction

from content import readers
from content.changes.news import by_space, deciders
from content.changes.raising import store, working
from content.models import Purpose, Quorum, Route, RouteSlot, Slot
from spaces.models import Responsibility
from spaces.rules import people_known
from tenants import access, audit, naming
from tenants import actor as actors
from tenants.errors import Conflict, NotVisible, Unacceptable
from tenants.ids import id_of
from tenants.members import lock_platform
from tenants.models import Member, Status, UserGroup

MOST, OFFERED = 20, 300
APPROVERS = (Responsibility.LEADER, Responsibility.OWNER)


@dataclass(frozen=True, slots=True)
class Wish:
    """Who shall be asked: `whom` is person-<member>, group-<group> or responsibility-<name>."""

    purpose: str
    whom: str

    def facts(self, platform):
        """Return what a slot stores. Raises Unacceptable for nobody there is."""
        kind, _, name = self.whom.partition("-")
        if self.purpose not in Purpose.values:
            raise Unacceptable("Choose what is asked.", field="purpose")
        if kind == "responsibility" and self.fits(name):
            return {"purpose": self.purpose, "responsibility": name}
        number = id_of(name)
        member = Member.objects.filter(platform=platform, status=Status.ACTIVE, pk=number).first()
        if kind == "person" and member:
            return {"purpose": self.purpose, "user_id": member.user_id}
        if kind == "group" and UserGroup.objects.filter(platform=platform, pk=number).exists():
            return {"purpose": self.purpose, "group_id": number}
        raise Unacceptable("Choose a person, a group or a responsibility that is offered.", field="whom")

    def fits(self, name):
        """Tell whether a responsibility is one to ask for this: Leaders and Owners alone decide."""
        return name in (APPROVERS if self.purpose == Purpose.APPROVE else Responsibility.values)


@transaction.atomic
def ask(*, actor, change, wish):
    """Ask somebody for a signature. An approver named in person has to be one who decides the change now."""
    actor, opened, decision = working(actor, change)
    facts = wish.facts(actor.platform)
    if opened.change.slots.filter(**facts).exists():
        raise Conflict("That is asked already.")
    if opened.change.slots.count() >= MOST:
        raise Conflict(f"A change asks for at most {MOST} signatures.")
    offered = candidates(opened, wish.purpose)
    if facts.get("user_id") and facts["user_id"] not in {one.user.pk for one in offered}:
        needed = "decide it" if wish.purpose == Purpose.APPROVE else "read an item in it"
        raise Unacceptable(f"That person may not {needed}.", field="whom", remedy="Choose from the people offered.")
    slot = Slot.objects.create(change=opened.change, **facts)
    store(opened.change)
    audit.record(actor, "change_asked", opened.change, decision=decision, after=_told(slot), subject=slot.user)
    return slot


@transaction.atomic
def ask_no_more(*, actor, change, slot):
    """Take back that somebody is asked; what they signed goes with it."""
    actor, opened, decision = working(actor, change)
    found = opened.change.slots.filter(pk=slot).first()
    if found is None:
        raise NotVisible
    told, subject = _told(found), found.user
    found.delete()
    store(opened.change)
    audit.record(actor, "change_unasked", opened.change, decision=decision, before=told, subject=subject)


@transaction.atomic
def set_quorum(*, actor, change, quorum):
    """Say how many of those asked it takes."""
    actor, opened, decision = working(actor, change)
    if quorum not in Quorum.values or quorum == opened.change.quorum:
        raise Conflict("It is so already.", "Look at the page again.")
    before, opened.change.quorum = {"quorum": opened.change.quorum}, quorum
    store(opened.change, "quorum")
    audit.record(actor, "change_asked", opened.change, decision=decision, before=before, after={"quorum": quorum})


@transaction.atomic
def follow(*, actor, change, route):
    """Ask whom a route of the platform names, in place of whom the change asked before."""
    actor, opened, decision = working(actor, change)
    found = Route.objects.filter(platform=actor.platform, pk=route).first()
    if found is None:
        raise NotVisible
    opened.change.slots.all().delete()
    facts = ("purpose", "user_id", "group_id", "responsibility")
    Slot.objects.bulk_create(Slot(change=opened.change, **row) for row in found.slots.values(*facts))
    opened.change.quorum = found.quorum
    store(opened.change, "quorum")
    audit.record(actor, "change_asked", opened.change, decision=decision, after={"route": found.name})


def candidates(opened, purpose):
    """Return the Actors who could give a signature: who decides the change; for a review, who reads an item in it."""
    if purpose == Purpose.APPROVE:
        return deciders(opened)
    ids = set()
    for items in by_space(opened).values():
        found = readers.present(items)
        ids |= {one.person.pk for item in items for one in readers.readers(item, found)}
    members = Member.objects.select_related("platform", "company", "unit", "user").filter(pk__in=ids)
    return actors.build(list(members.order_by(*naming.by_name())))


def offered(actor, opened):
    """Return ([Member], groups) of whom the actor may know and ask: reviewers too where all of it is theirs to show."""
    open_to_all = all(access.can(actor, "see_readers", item) for item in opened.standing())
    found = candidates(opened, Purpose.REVIEW if open_to_all else Purpose.APPROVE)
    known = people_known(actor)
    members = [one.member for one in found if known is None or not one.organizations.isdisjoint(known)]
    return members[:OFFERED], UserGroup.objects.filter(platform=actor.platform) if known is None else ()


def _told(slot):
    return {
        "asked": slot.get_purpose_display(),
        "of": slot.responsibility or ("a group" if slot.group_id else "a person"),
    }


# --- routes ---


@transaction.atomic
def set_route(*, actor, name, quorum, wishes, route=None):
    """Store a route of the platform under its name: a new one, or what `route` asks from now on. Administrators."""
    platform, actor = lock_platform(actor)
    decision = access.require(actor, "set_options", platform)
    name = " ".join(name.split())
    if not name or Route.objects.filter(platform=actor.platform, name=name).exclude(pk=route and route.pk).exists():
        raise Unacceptable("Give it a name that no other route has.", field="name")
    facts = [wish.facts(actor.platform) for wish in wishes]
    if not any(one["purpose"] == Purpose.APPROVE for one in facts):
        raise Unacceptable("A route names at least one approver.", field="asked")
    found = _now(actor, route) if route else Route(platform=actor.platform)
    found.name, found.quorum = name, quorum
    found.save()
    found.slots.all().delete()
    RouteSlot.objects.bulk_create(RouteSlot(route=found, **one) for one in facts)
    audit.record(actor, "route_set", found, decision=decision, after={"quorum": quorum, "signatures": len(facts)})
    return found


@transaction.atomic
def delete_route(*, actor, route):
    """Delete a route; changes that followed it stay as they are."""
    platform, actor = lock_platform(actor)
    decision = access.require(actor, "set_options", platform)
    found = _now(actor, route)
    audit.record(actor, "route_deleted", found, decision=decision)
    found.delete()


def _now(actor, route):
    """Return a route as stored, the platform locked. Raises NotVisible for one that was deleted meanwhile."""
    found = Route.objects.filter(platform=actor.platform, pk=route.pk).first()
    if found is None:
        raise NotVisible
    return found
