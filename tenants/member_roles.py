"""The roles of a member as the page shows them: granted or not, licence settings, where each licence comes from."""

from dataclasses import dataclass

from tenants import licences
from tenants.models import Role, RoleGrant, RoleStock


@dataclass(frozen=True, slots=True)
class RoleRow:
    """One granted role of a member, with its answer now and the stock behind it."""

    grant: RoleGrant
    answer: licences.Resolution | None
    needs: tuple[str, ...]
    used: int
    quantity: int

    @property
    def group(self):
        """The group through which it is held; None for one given to the person."""
        return self.grant.through.group if self.grant.through_id else None

    @property
    def assign_label(self):
        """Name the switch for who cannot see its column."""
        return f"Assign licence of {self.grant.role}"

    @property
    def restrict_label(self):
        """Name the switch for who cannot see its column."""
        return f"Restrict usage of {self.grant.role} to this platform"


def role_rows(member, actor):
    """Return the granted roles of `member`; `actor` is theirs and holds the answers. Three queries."""
    names = dict(Role.objects.values_list("code", "name"))
    stocks = {stock.role_id: stock for stock in RoleStock.objects.filter(platform=member.platform_id)}
    return [
        RoleRow(
            grant=grant,
            answer=actor.resolutions.get(grant.role.code),
            needs=tuple(names.get(code, code) for code in grant.role.prerequisites),
            used=stocks[grant.role_id].used if grant.role_id in stocks else 0,
            quantity=stocks[grant.role_id].quantity if grant.role_id in stocks else 0,
        )
        for grant in member.grants.select_related("role", "through__group")
    ]
