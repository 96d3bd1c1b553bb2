"""Names of people on pages of content, as far as the reader may know them."""

from dataclasses import replace

from spaces import holders
from spaces.rules import people_known
from tenants.models import Member

NOBODY = 0  # nobody has this id
STRANGER = "Somebody of another organization"


def around(actor, space_id):
    """Return the space whose credentials say whom the actor may know around it; None: all that they hold."""
    return space_id if any(held.space_id == space_id for held in actor.held) else None


class Names:
    """Says names for one reader: in a space its own credentials decide, elsewhere all that they hold."""

    def __init__(self, actor, space_id=None):
        self.actor, self.bound = actor, people_known(actor, space_id)
        self.space_id = space_id
        self.companies = {}
        self.owners = space_owners(space_id) if self.bound is not None and space_id else frozenset()

    def learn(self, items):
        """Load, in one query, the companies of everybody the items name; set `owner_name` and `lock_name` on each."""
        ids = {number for item in items for number in (item.owner_id, item.locked_by_id) if number}
        self.load(ids)
        for item in items:
            item.owner_name = self.say(item.owner)
            item.owner_company = self.companies.get(item.owner_id, (None, None))[0] if self.may(item.owner_id) else None
            item.lock_name = self.say(item.locked_by) if item.locked_by_id else ""

    def load(self, ids):
        """Learn the companies of these people, in one query."""
        members = Member.objects.filter(platform=self.actor.platform, user__in=ids).select_related("company")
        self.companies |= {member.user_id: (member.company, member.unit_id) for member in members}

    def may(self, user_id):
        """Tell whether the reader may know this person."""
        company, unit_id = self.companies.get(user_id, (None, None))
        return self._near(user_id, {company and company.pk, unit_id})

    def knows(self, person):
        """Tell the same of a Person of `tenants.crowds`."""
        return self._near(person.user_id, {person.company_id, person.unit_id})

    def _near(self, user_id, works_for):
        if self.bound is None or user_id == self.actor.user.pk or user_id in self.owners:
            return True
        return not works_for.isdisjoint(self.bound)

    def narrow(self, asked):
        """Leave content owners that the reader may not know out of what they ask of a list."""
        if self.bound is None or not asked.owners:
            return asked
        self.load(set(asked.owners))
        known = [user_id for user_id in asked.owners if self.may(user_id)]
        return replace(asked, owners=known or [NOBODY])

    def say(self, user):
        """Name somebody, or say that they are of another organization."""
        return str(user) if self.may(user.pk) else STRANGER

    def known(self, values):
        """Keep the values of a facet of people whom the reader may know."""
        if self.bound is not None:
            self.load({value[0] for value in values})
        return [value for value in values if self.may(value[0])]


def space_owners(space_id):
    """Return the ids of the unrestricted Owners of a space: everybody in it may know them."""
    owners = holders.owners_in([space_id]).get(space_id, {})
    return frozenset(user.pk for user, restricted in owners.items() if not restricted)
