"""What reading hangs on: people of whom that is the same get the same answers, and are asked once.

That nothing else matters is proved by asking everybody one by one (`tests/content/test_access_properties.py`).
"""

from content import rules
from spaces.loaders import elsewhere
from tenants import access
from tenants.actor import Actor
from tenants.models import Capability, Member, Right, Status, User


def reach(actor, space_id, organizations):
    """Return what reading items of these organizations in the space hangs on, what is one's own apart."""
    counting, here = actor.counting_in(space_id), set()
    for held in actor.held_in(space_id):
        covers = None
        if held.restricted or held.is_public_reader:
            covers = held.organization_id if held.organization_id in organizations else 0
        here.add((held.responsibility, held.restricted, covers, held in counting))
    opened = (rules.organizations_opened(actor), rules.resources_opened(actor))
    away = (found if found is None else found & organizations for found in opened)
    return actor.is_active, actor.member.right, actor.capabilities, frozenset(here), *away


def towards(actor, row):
    """Return what reading one row hangs on."""
    own = row.owner_id == actor.user.pk, actor.shares.get(row.pk)
    return reach(actor, row.space_id, frozenset([row.organization_id])), own


def open_outside(rows):
    """Tell whether somebody who holds nothing in the spaces of `rows`, of one platform, could read one of them.

    The rules are asked for one who holds elsewhere all that could open them.
    """
    organizations = {row.organization_id for row in rows}
    widest = Actor(
        user=User(pk=0),
        member=Member(right=Right.MEMBER, status=Status.ACTIVE, company_id=0),
        platform=rows[0].platform,
        now=None,
        held=tuple(elsewhere(False, False, organization_id) for organization_id in sorted(organizations)),
        capabilities=frozenset(Capability.values),
        host_id=0,
    )
    return any(access.may(widest, "read", row) for row in rows)
