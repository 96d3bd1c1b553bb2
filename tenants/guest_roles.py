"""The roles that an invitation by a Member carries: chosen by Administrators, never with a licence of the platform."""

from django.db import transaction

from tenants import access, audit
from tenants.errors import Unacceptable
from tenants.members import lock_platform
from tenants.models import Role

NEEDED = {"enter", "content"}  # what nobody works without; the beginning until somebody chooses


def default_roles(platform):
    """Return the chosen roles, or those that let people enter and work while none is chosen."""
    chosen = list(platform.default_roles.all())
    return chosen or [role for role in Role.objects.all() if NEEDED & set(role.capabilities)]


@transaction.atomic
def set_default_roles(*, actor, codes):
    """Choose the roles. Raises Unacceptable for none or one that the catalogue does not have."""
    platform, actor = lock_platform(actor)
    decision = access.require(actor, "set_options", platform)
    roles = [role for role in Role.objects.all() if role.code in codes]
    if not roles or len(roles) != len(set(codes)):
        raise Unacceptable("Choose at least one role of the list.", field="roles")
    before = [str(role) for role in default_roles(platform)]
    platform.default_roles.set(roles)
    told = {"before": {"roles": before}, "after": {"roles": [str(role) for role in roles]}}
    audit.record(actor, "default_roles_set", platform, decision=decision, **told)
    return roles
