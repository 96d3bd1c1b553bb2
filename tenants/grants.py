"""Loads grants of roles as facts: what people were granted on every platform, and what their licences say."""

import json

from django.db.models import OuterRef, Subquery, TextField
from django.db.models.functions import Cast

from tenants import licences
from tenants.models import Member, Platform, RoleGrant, RoleStock

GRANTED = (
    "role_id",
    "assigned",
    "restricted",
    "member__status",
    "member__ends_at",
    "through__group__name",
    "expires_at",
)
ON = ("pk", "name", "status", "member_locations", "invitations_from_administrators")
OF = ("code", "name", "portable")
ABLE = ("capabilities", "prerequisites")


def rows(users):
    """Return what is stored of the grants of `users` on all platforms: of ids, or of a subquery that finds them."""
    stock = RoleStock.objects.filter(platform=OuterRef("member__platform"), role=OuterRef("role"))
    texts = {name: Cast(f"role__{name}", TextField()) for name in ABLE}
    return (
        RoleGrant.objects.filter(member__user__in=users)
        .annotate(expires_at=Subquery(stock.values("expires_at")[:1]), **texts)
        .order_by("role__position", "pk")
        .values_list(
            "member__user_id",
            *GRANTED,
            *ABLE,
            *(f"role__{name}" for name in OF),
            *(f"member__platform__{n}" for n in ON),
        )
    )


def of(rows, now):
    """Return {user_id: [Grant]} for rows() at `now`; equal grants of several people are one object."""
    found, known = {}, {}
    for row in rows:
        user_id, facts = row[0], row[1:]
        if facts not in known:
            known[facts] = _grant(facts, now)
        found.setdefault(user_id, []).append(known[facts])
    return found


def _grant(facts, now):
    """Return the pure Grant that `licences.resolve` reads at `now`."""
    told = dict(zip((*GRANTED, *ABLE, *(f"role__{name}" for name in OF), *ON), facts, strict=True))
    member = Member(status=told["member__status"], ends_at=told["member__ends_at"])
    return licences.Grant(
        platform_id=told["pk"],
        platform_name=told["name"],
        platform_active=Platform(status=told["status"]).is_active,
        member_active=member.counts(now),
        locations_on=told["member_locations"],
        invitations_on=told["invitations_from_administrators"],
        code=told["role__code"],
        name=told["role__name"],
        capabilities=tuple(json.loads(told["capabilities"])),
        prerequisites=tuple(json.loads(told["prerequisites"])),
        portable=told["role__portable"],
        assigned=told["assigned"],
        restricted=told["restricted"],
        expires_at=told["expires_at"],
        group=told["through__group__name"] or "",
    )
