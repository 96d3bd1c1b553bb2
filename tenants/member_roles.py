"""The roles of a member as the page shows them: the whole catalogue, granted or not, and who pays each licence."""

from dataclasses import dataclass

from tenants import licences
from tenants.models import Role, RoleGrant, RoleStock, Status


@dataclass(frozen=True, slots=True)
class RoleRow:
    """One role, and one way the member holds it, if any: by hand or through a group; with the stock behind it."""

    role: Role
    grant: RoleGrant | None
    answer: licences.Resolution | None
    needs: tuple[str, ...]
    used: int
    quantity: int

    @property
    def group(self):
        """The group through which it is held; None for what is given to the person."""
        return self.grant.through.group if self.grant and self.grant.through_id else None

    @property
    def grant_label(self):
        """Name the switch for who cannot see its column."""
        return f"Grant {self.role}"

    @property
    def assign_label(self):
        """Name the switch for who cannot see its column."""
        return f"Assign licence of {self.role}"

    @property
    def restrict_label(self):
        """Name the switch for who cannot see its column."""
        return f"Restrict usage of {self.role} to this platform"


def role_rows(member, actor):
    """Return a row for each role of the catalogue, and one more for each group through which the member holds it.

    `actor` is theirs and holds the answers. Who has no access holds and gets none. Three queries.
    """
    if member.status not in (Status.ACTIVE, Status.PENDING):
        return []
    roles, held = list(Role.objects.all()), {}
    stocks = {stock.role_id: stock for stock in RoleStock.objects.filter(platform=member.platform_id)}
    for grant in member.grants.select_related("role", "through__group"):
        held.setdefault((grant.role_id, grant.through_id is None), []).append(grant)
    names = {role.code: role.name for role in roles}
    return [
        RoleRow(
            role=role,
            grant=grant,
            answer=actor.resolutions.get(role.code) if grant else None,
            needs=tuple(names.get(code, code) for code in role.prerequisites),
            used=stocks[role.pk].used if role.pk in stocks else 0,
            quantity=stocks[role.pk].quantity if role.pk in stocks else 0,
        )
        for role in roles
        for grant in (*held.get((role.pk, True), [None]), *held.get((role.pk, False), ()))
    ]
