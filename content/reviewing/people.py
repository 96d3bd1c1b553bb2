"""Who may be asked to review: people one may know, who read at least one of the items and can be let in."""

from dataclasses import dataclass

from content import recipients, shares
from spaces import people
from tenants import access
from tenants import actor as actors
from tenants.actor import Actor
from tenants.models import Status


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be asked; `everything` says that they read all that is under review."""

    actor: Actor
    everything: bool

    @property
    def member(self):
        """Their membership."""
        return self.actor.member


def search(actor, review, items, words):
    """Return the Candidates whose name or address begins like `words`, who were not asked yet."""
    members = people.search_known(review.item.platform_id, recipients.known(actor, review.item), words)
    asked = set(review.reviewers.values_list("user", flat=True))
    return _fitting(actor, review, items, [member for member in members if member.user_id not in asked])


def find(actor, review, items, member_id):
    """Return the Candidate with this membership, or None when the actor may not ask them."""
    member = people.find_known(review.item.platform_id, recipients.known(actor, review.item), member_id)
    return next(iter(_fitting(actor, review, items, [member] if member else [])), None)


def _fitting(actor, review, items, members):
    active = [member for member in members if member.status == Status.ACTIVE]
    items = [item for item in items if access.can(actor, "read", item)]
    bound, found = shares.is_bound(actor, review.item), []
    for one in actors.build(active):
        inside = takes_part(one, review) or not bound or review.item.organization_id in one.organizations
        reads = [bool(access.can(one, "read", item)) for item in items]
        if inside and any(reads):
            found.append(Candidate(one, all(reads)))
    return found


def takes_part(actor, review):
    """Tell whether somebody is let into the review: reads it, and not only from outside."""
    return bool(access.can(actor, "comment", review.item))
