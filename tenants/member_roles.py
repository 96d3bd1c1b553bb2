"""The roles of a member as the page shows them: granted or not, licence settings, where each licence comes from."""

from dataclasses import dataclass

from tenants import licences
from tenants.models import Role, RoleGrant, RoleStock, Status


@dataclass(frozen=True, slots=True)
class RoleRow:
    """One granted role of a member, with its answer now and the stock behind it."""

    grant: RoleGrant
    answer: licences.Resolution | None
    needs: tuple[str, ...]
    used: int
    quantity: int

    @property
    def assign_label(self):
        """Name the switch for who cannot see its column."""
        return f"Assign licence of {self.grant.role}"

    @property
    def restrict_label(self):
        """Name the switch for who cannot see its column."""
        return f"Restrict usage of {self.grant.role} to this platform"


def role_rows(member, actor):
    """Return the granted roles of `member`; `actor` is theirs and holds the answers. Four queries."""
    names = dict(Role.objects.values_list("code", "name"))
    quantities = dict(RoleStock.objects.filter(platform=member.platform_id).values_list("role", "quantity"))
    used = {}
    taken = RoleGrant.objects.filter(member__platform=member.platform_id, member__status=Status.ACTIVE, assigned=True)
    for role_id in taken.values_list("role", flat=True):
        used[role_id] = used.get(role_id, 0) + 1
    return [
        RoleRow(
            grant=grant,
            answer=actor.resolutions.get(grant.role.code),
            needs=tuple(names.get(code, code) for code in grant.role.prerequisites),
            used=used.get(grant.role_id, 0),
            quantity=quantities.get(grant.role_id, 0),
        )
        for grant in member.grants.select_related("role")
    ]
